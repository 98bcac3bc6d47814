//! What is to be done in lakes, in a tree of its own.
//!
//! ```text
//! 1, table id (8, big-endian), number (8) → a delete that an open transaction has staged
//! 2, table id (8), number (8)             → an intent of a committed transaction
//! 3, table id (8)                         → the pointer of an embedded table (`pointer`)
//! ```
//!
//! An intent names all that it takes to carry it out, so that it outlives its table's definition.

use citadel_txn::{Cursor, TreeId, TreeOptions, View, WriteTxn};
use zeroize::Zeroizing;

use super::Condition;
use super::error::damaged;
use crate::codec::{Decoded, Malformed, Reader, put_bytes};
use crate::error::Result;
use crate::schema::{LakeCatalog, LakeHome, LakeKey, LakeServer, TableDef, TableId};
use crate::types::Value;

/// The well-known tree.
pub(crate) const INTENT_TREE: TreeId = TreeId::new(2);

const STAGED: u8 = 1;
const INTENT: u8 = 2;
pub(super) const POINTER: u8 = 3;

/// The form of the records that this code writes.
const VERSION: u8 = 1;
/// The form of an intent for an encrypted table: its key lies behind the texts.
const VERSION_KEY: u8 = 2;
/// The form of an intent for a table that a server keeps: the server lies behind the texts.
const VERSION_SERVER: u8 = 3;
/// Of both: the key, and then the server.
const VERSION_KEY_SERVER: u8 = 4;

/// Something to be done in a lake, once.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Intent {
    /// Where it is kept.
    pub(super) key: Vec<u8>,
    /// The table's name then, for people.
    pub(super) table: String,
    pub(super) home: LakeHome,
    pub(super) batch_id: String,
    pub(super) action: Action,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Action {
    /// Files that are staged become part of the table.
    Append(Vec<u8>),
    /// Rows go.
    Delete(Condition<Value>),
}

/// Notes a delete in an open transaction.
pub(crate) fn stage_delete(
    txn: &mut WriteTxn,
    table: &TableDef,
    condition: &Condition<Value>,
) -> Result<()> {
    let mut bytes = vec![VERSION];
    condition.encode(&mut bytes);
    put(txn, STAGED, table.id, &bytes).map(drop)
}

/// The deletes that the open transaction has staged of a table's rows: those are gone for it, if a condition is true of them.
pub(crate) fn staged_deletes(view: &dyn View, table: TableId) -> Result<Vec<Condition<Value>>> {
    if view.is_committed() {
        return Ok(Vec::new());
    }
    let staged = entries(view, &prefix(STAGED, Some(table)))?;
    staged
        .iter()
        .map(|(_, bytes)| staged_delete(bytes))
        .collect()
}

fn staged_delete(bytes: &[u8]) -> Result<Condition<Value>> {
    let mut from = Reader::new(bytes);
    let read = (|| match from.byte()? {
        VERSION => Condition::decode(&mut from),
        _ => Err(Malformed),
    })();
    read.map_err(|Malformed| damaged())
}

/// Takes the deletes that the open transaction has staged of a table's rows.
pub(super) fn take_staged(txn: &mut WriteTxn, table: TableId) -> Result<Vec<Condition<Value>>> {
    let mut conditions = Vec::new();
    for (key, bytes) in entries(txn, &prefix(STAGED, Some(table)))? {
        conditions.push(staged_delete(&bytes)?);
        txn.remove(INTENT_TREE, &key)?;
    }
    Ok(conditions)
}

/// Removes all deletes that the open transaction has staged.
pub(super) fn remove_staged(txn: &mut WriteTxn) -> Result<()> {
    for (key, _) in entries(txn, &prefix(STAGED, None))? {
        txn.remove(INTENT_TREE, &key)?;
    }
    Ok(())
}

/// Notes an intent.
pub(super) fn put_intent(
    txn: &mut WriteTxn,
    table: &TableDef,
    home: &LakeHome,
    batch_id: String,
    action: Action,
) -> Result<Intent> {
    let mut intent = Intent {
        key: Vec::new(),
        table: table.name.clone(),
        home: home.clone(),
        batch_id,
        action,
    };
    intent.key = put(txn, INTENT, table.id, &encode(&intent))?;
    Ok(intent)
}

/// The intents that a transaction sees, of one table or of all, in the order of their making.
pub(super) fn intents(view: &dyn View, table: Option<TableId>) -> Result<Vec<Intent>> {
    let found = entries(view, &prefix(INTENT, table))?.into_iter();
    found
        .map(|(key, bytes)| decode(key, &bytes).map_err(|Malformed| damaged()))
        .collect()
}

/// Removes intents that are carried out.
pub(super) fn remove(txn: &mut WriteTxn, intents: &[Intent]) -> Result<()> {
    for intent in intents {
        txn.remove(INTENT_TREE, &intent.key)?;
    }
    Ok(())
}

pub(super) fn prefix(kind: u8, table: Option<TableId>) -> Vec<u8> {
    let mut prefix = vec![kind];
    if let Some(table) = table {
        prefix.extend(table.0.to_be_bytes());
    }
    prefix
}

pub(super) fn entries(view: &dyn View, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut found = Vec::new();
    if !view.tree_exists(INTENT_TREE)? {
        return Ok(found);
    }
    let mut cursor = Cursor::new(INTENT_TREE);
    let mut more = cursor.seek(view, prefix)?;
    while more && cursor.key().starts_with(prefix) {
        found.push((cursor.key().to_vec(), cursor.value(view)?.to_vec()));
        more = cursor.next(view)?;
    }
    Ok(found)
}

/// Adds a record behind those of its kind and table.
fn put(txn: &mut WriteTxn, kind: u8, table: TableId, bytes: &[u8]) -> Result<Vec<u8>> {
    if !txn.tree_exists(INTENT_TREE)? {
        txn.create_tree_at(INTENT_TREE, TreeOptions::default())?;
    }
    let mut key = prefix(kind, Some(table));
    let last = entries(txn, &key)?.pop();
    let last = last.and_then(|(key, _)| key.get(9..)?.try_into().ok());
    let number = last.map_or(0, |bytes| u64::from_be_bytes(bytes) + 1);
    key.extend(number.to_be_bytes());
    txn.insert(INTENT_TREE, &key, bytes)?;
    Ok(key)
}

fn encode(intent: &Intent) -> Zeroizing<Vec<u8>> {
    let key = intent.home.key.as_ref();
    let server = match &intent.home.catalog {
        LakeCatalog::Rest(server) => Some(server),
        // An embedded table has no intents.
        LakeCatalog::Files | LakeCatalog::Embedded => None,
    };
    let version = match (key, server) {
        (None, None) => VERSION,
        (Some(_), None) => VERSION_KEY,
        (None, Some(_)) => VERSION_SERVER,
        (Some(_), Some(_)) => VERSION_KEY_SERVER,
    };
    let mut out = Zeroizing::new(vec![version]);
    for text in [&intent.table, &intent.home.location, &intent.batch_id] {
        put_bytes(&mut out, text.as_bytes());
    }
    if let Some(key) = key {
        out.extend(key.bytes());
    }
    if let Some(server) = server {
        server.encode(&mut out);
    }
    match &intent.action {
        Action::Append(files) => {
            out.push(0);
            put_bytes(&mut out, files);
        }
        Action::Delete(condition) => {
            out.push(1);
            condition.encode(&mut out);
        }
    }
    out
}

fn decode(key: Vec<u8>, bytes: &[u8]) -> Decoded<Intent> {
    let mut from = Reader::new(bytes);
    let version = from.byte()?;
    if !matches!(version, VERSION..=VERSION_KEY_SERVER) {
        return Err(Malformed);
    }
    let mut text = || from.text().map(str::to_owned);
    let (table, location, batch_id) = (text()?, text()?, text()?);
    let opens = match version {
        VERSION_KEY | VERSION_KEY_SERVER => Some(LakeKey::new(from.array()?)),
        _ => None,
    };
    let catalog = match version {
        VERSION_SERVER | VERSION_KEY_SERVER => LakeCatalog::Rest(LakeServer::decode(&mut from)?),
        _ => LakeCatalog::Files,
    };
    let action = match from.byte()? {
        0 => Action::Append(from.bytes()?.to_vec()),
        1 => Action::Delete(Condition::decode(&mut from)?),
        _ => return Err(Malformed),
    };
    from.finish()?;
    Ok(Intent {
        key,
        table,
        home: LakeHome {
            location,
            catalog,
            key: opens,
        },
        batch_id,
        action,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::LakeToken;

    #[test]
    fn an_intent_is_read_as_it_was_written() {
        let server = || {
            LakeCatalog::Rest(LakeServer {
                uri: "http://localhost:8181".to_owned(),
                warehouse: None,
                namespace: vec!["shop".to_owned()],
                name: "t".to_owned(),
                token: Some(LakeToken::new("hush")),
            })
        };
        let key = || Some(LakeKey::new([9; LakeKey::BYTES]));
        let homes = [
            (LakeCatalog::Files, None),
            (LakeCatalog::Files, key()),
            (server(), None),
            (server(), key()),
        ];
        let actions = [
            Action::Append(vec![1, 2, 3]),
            Action::Delete(Condition::IsNull("a".to_owned())),
        ];
        for (catalog, key) in homes {
            for action in actions.clone() {
                let intent = Intent {
                    key: vec![INTENT],
                    table: "t".to_owned(),
                    home: LakeHome {
                        location: "/lake/t".to_owned(),
                        catalog: catalog.clone(),
                        key: key.clone(),
                    },
                    batch_id: "monday".to_owned(),
                    action,
                };
                let bytes = encode(&intent);
                assert_eq!(decode(vec![INTENT], &bytes).unwrap(), intent);
                for cut in 0..bytes.len() {
                    assert!(decode(Vec::new(), &bytes[..cut]).is_err(), "{cut}");
                }
            }
        }
    }
}
