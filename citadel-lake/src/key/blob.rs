//! Parts of an index file, each sealed under the file's data key.

use std::collections::HashMap;

use super::cipher::{open, seal};
use super::{DataKey, TableKey};
use crate::error::Result;

/// The property of an index file that holds its key material.
const MATERIAL: &str = "citadel.key-material";
const DOMAIN: &str = "citadel-blob-v1";

/// Seals and opens the parts of one file.
pub(crate) struct BlobSeal {
    key: DataKey,
    /// What all parts are bound to: the file's name, and the data file that it is of.
    bound: Vec<u8>,
}

impl BlobSeal {
    /// For a new file with these properties, which get the key material.
    pub(crate) fn new(
        table: &TableKey,
        file: &str,
        properties: &mut HashMap<String, String>,
    ) -> Result<Self> {
        let (key, material) = DataKey::new(table)?;
        let bound = bound(file, properties);
        properties.insert(MATERIAL.to_owned(), material);
        Ok(Self { key, bound })
    }

    /// For a file that was read, which must be bound to this.
    pub(crate) fn of(
        table: &TableKey,
        file: &str,
        properties: &HashMap<String, String>,
        expected: &HashMap<String, String>,
    ) -> Result<Self, String> {
        let material = properties.get(MATERIAL).ok_or("it is not encrypted")?;
        let key = DataKey::of(table, file, material.as_bytes());
        Ok(Self {
            key: key.map_err(|error| error.to_string())?,
            bound: bound(file, expected),
        })
    }

    pub(crate) fn seal(&self, kind: &str, part: &str, bytes: &[u8]) -> Result<Vec<u8>> {
        seal(self.key.bytes(), &self.bound_part(kind, part), bytes)
    }

    pub(crate) fn open(&self, kind: &str, part: &str, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let opened = open(self.key.bytes(), &self.bound_part(kind, part), bytes);
        opened.ok_or_else(|| format!("{part} was changed"))
    }

    fn bound_part(&self, kind: &str, part: &str) -> Vec<u8> {
        let mut bound = self.bound.clone();
        put(&mut bound, kind);
        put(&mut bound, part);
        bound
    }
}

fn bound(file: &str, properties: &HashMap<String, String>) -> Vec<u8> {
    let mut sorted: Vec<_> = properties.iter().collect();
    sorted.sort();
    let mut bound = Vec::new();
    put(&mut bound, DOMAIN);
    put(&mut bound, file);
    for (key, value) in sorted {
        put(&mut bound, key);
        put(&mut bound, value);
    }
    bound
}

fn put(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_opened_in_its_own_place_alone() {
        let table = TableKey::new([3; 32]);
        let mine = HashMap::from([("data-file".to_owned(), "a".to_owned())]);
        let mut written = mine.clone();
        let seal = BlobSeal::new(&table, "f", &mut written).unwrap();
        let bytes = seal.seal("graph", "header", b"codes").unwrap();
        let of = |file: &str, bound: &HashMap<String, String>| {
            BlobSeal::of(&table, file, &written, bound).unwrap()
        };
        let found = of("f", &mine).open("graph", "header", &bytes);
        assert_eq!(found.unwrap(), b"codes");
        let theirs = HashMap::from([("data-file".to_owned(), "b".to_owned())]);
        assert!(of("f", &theirs).open("graph", "header", &bytes).is_err());
        assert!(of("g", &mine).open("graph", "header", &bytes).is_err());
        assert!(of("f", &mine).open("graph", "codes", &bytes).is_err());
        assert!(of("f", &mine).open("lists", "header", &bytes).is_err());
        assert!(BlobSeal::of(&table, "f", &mine, &mine).is_err());
        let other = TableKey::new([4; 32]);
        assert!(BlobSeal::of(&other, "f", &written, &mine).is_err());
    }
}
