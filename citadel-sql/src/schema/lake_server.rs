//! The server of the Iceberg REST protocol that keeps a table, and how it is asked.

use std::fmt;
use std::hash::{Hash, Hasher};

use zeroize::Zeroizing;

use crate::codec::{Decoded, Malformed, Reader, put_bytes, put_varint};

/// A table as a server has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct LakeServer {
    /// `http://…`, without what the protocol adds.
    pub(crate) uri: String,
    /// Which of its warehouses.
    pub(crate) warehouse: Option<String>,
    /// The levels of the table's namespace.
    pub(crate) namespace: Vec<String>,
    /// What the table is called there.
    pub(crate) name: String,
    pub(crate) token: Option<LakeToken>,
}

/// What a server knows the client by. It lies in the table's definition, sealed as all pages are, and in no statement that a definition is
/// told as.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct LakeToken(Zeroizing<String>);

impl LakeToken {
    pub(crate) fn new(token: impl Into<String>) -> Self {
        Self(Zeroizing::new(token.into()))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl Hash for LakeToken {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text().hash(state);
    }
}

impl fmt::Debug for LakeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LakeToken(…)")
    }
}

impl LakeServer {
    /// Adds it to bytes. What is not given is empty.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let token = self.token.as_ref().map_or("", LakeToken::text);
        let warehouse = self.warehouse.as_deref().unwrap_or_default();
        for text in [&self.uri, warehouse, &self.name, token] {
            put_bytes(out, text.as_bytes());
        }
        put_varint(out, self.namespace.len() as u64);
        for level in &self.namespace {
            put_bytes(out, level.as_bytes());
        }
    }

    /// Reads what was encoded.
    ///
    /// # Errors
    /// The bytes are none.
    pub(crate) fn decode(from: &mut Reader<'_>) -> Decoded<Self> {
        let uri = from.text()?.to_owned();
        let warehouse = from.text()?.to_owned();
        let name = from.text()?.to_owned();
        let token = from.text()?;
        let token = (!token.is_empty()).then(|| LakeToken::new(token));
        let levels = (0..from.count()?).map(|_| from.text().map(str::to_owned));
        let namespace = levels.collect::<Decoded<Vec<_>>>()?;
        if uri.is_empty() || name.is_empty() || namespace.is_empty() {
            return Err(Malformed);
        }
        Ok(Self {
            uri,
            warehouse: Some(warehouse).filter(|name| !name.is_empty()),
            namespace,
            name,
            token,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_read_as_it_was_written_and_its_token_never_shown() {
        let bare = LakeServer {
            uri: "http://localhost:8181".to_owned(),
            warehouse: None,
            namespace: vec!["shop".to_owned()],
            name: "t".to_owned(),
            token: None,
        };
        let full = LakeServer {
            warehouse: Some("house".to_owned()),
            namespace: vec!["shop".to_owned(), "by day".to_owned()],
            token: Some(LakeToken::new("hush-Zq8")),
            ..bare.clone()
        };
        for server in [bare, full] {
            let mut bytes = Vec::new();
            server.encode(&mut bytes);
            let mut from = Reader::new(&bytes);
            assert_eq!(LakeServer::decode(&mut from).unwrap(), server);
            from.finish().unwrap();
            for cut in 0..bytes.len() {
                assert!(LakeServer::decode(&mut Reader::new(&bytes[..cut])).is_err());
            }
            assert!(!format!("{server:?}").contains("hush"), "{server:?}");
        }
    }
}
