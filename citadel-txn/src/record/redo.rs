//! Changes as a record carries them.

use crate::codec::{Reader, put_varint};
use crate::error::Result;
use crate::tree_id::TreeId;
use crate::wipe::wipe;

const INSERT: u8 = 1;
const REMOVE: u8 = 2;

/// Changes in the order in which they were made. Zeroed when dropped, as they hold rows.
///
/// Each is a kind (u8), a tree (varint), the key and, for an insert, the value, both with their lengths (varint) before
/// them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Redo {
    bytes: Vec<u8>,
}

/// One change of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change<'a> {
    /// The entry is put in, in place of one of the same key.
    Insert {
        tree: TreeId,
        key: &'a [u8],
        value: &'a [u8],
    },
    /// The entry, which is there, is taken out.
    Remove { tree: TreeId, key: &'a [u8] },
}

impl Redo {
    /// The changes that these bytes are.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self> {
        let redo = Self {
            bytes: bytes.to_vec(),
        };
        redo.changes().try_for_each(|change| change.map(drop))?;
        Ok(redo)
    }

    /// The same changes, in memory that has room for so many bytes in all.
    pub(crate) fn resume(&self, room: usize) -> Self {
        let mut bytes = Vec::with_capacity(room.max(self.bytes.len()));
        bytes.extend_from_slice(&self.bytes);
        Self { bytes }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// All changes, in their order.
    pub(crate) fn changes(&self) -> impl Iterator<Item = Result<Change<'_>>> {
        let mut reader = Reader::new(&self.bytes, "a redo log");
        std::iter::from_fn(move || {
            let change = (!reader.is_empty()).then(|| take_change(&mut reader))?;
            // What follows an error cannot be read.
            Some(change.inspect_err(|_| _ = reader.rest()))
        })
    }

    /// Appends a change.
    pub(crate) fn push(&mut self, change: Change<'_>) {
        let (kind, tree, key, value) = match change {
            Change::Insert { tree, key, value } => (INSERT, tree, key, Some(value)),
            Change::Remove { tree, key } => (REMOVE, tree, key, None),
        };
        self.bytes.push(kind);
        put_varint(&mut self.bytes, tree.get());
        for part in [Some(key), value].into_iter().flatten() {
            put_varint(&mut self.bytes, part.len() as u64);
            self.bytes.extend_from_slice(part);
        }
    }
}

fn take_change<'a>(reader: &mut Reader<'a>) -> Result<Change<'a>> {
    let kind = reader.u8()?;
    let tree = TreeId::new(reader.varint()?);
    let key = take_part(reader)?;
    match kind {
        INSERT => Ok(Change::Insert {
            tree,
            key,
            value: take_part(reader)?,
        }),
        REMOVE => Ok(Change::Remove { tree, key }),
        _ => reader.corrupt(),
    }
}

fn take_part<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8]> {
    let len = usize::try_from(reader.varint()?).or_else(|_| reader.corrupt())?;
    reader.take(len)
}

impl Drop for Redo {
    fn drop(&mut self) {
        wipe(&mut self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TREE: TreeId = TreeId::new(700);

    fn insert<'a>(key: &'a [u8], value: &'a [u8]) -> Change<'a> {
        Change::Insert {
            tree: TREE,
            key,
            value,
        }
    }

    #[test]
    fn changes_come_back_in_their_order() {
        let mut redo = Redo::default();
        let long = [9; 300];
        let changes = [
            insert(b"a", b""),
            Change::Remove {
                tree: TREE,
                key: b"a",
            },
            insert(b"", &long),
        ];
        changes.into_iter().for_each(|change| redo.push(change));
        let decoded = Redo::decode(redo.bytes()).unwrap();
        let found: Vec<_> = decoded.changes().map(Result::unwrap).collect();
        assert_eq!(found, changes);
        for len in 1..redo.bytes().len() {
            let _ = Redo::decode(&redo.bytes()[..len]);
        }
        assert!(Redo::decode(&redo.bytes()[..2]).unwrap_err().is_corrupt());
    }

    proptest! {
        #[test]
        fn any_bytes_are_changes_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(redo) = Redo::decode(&bytes) {
                prop_assert!(redo.changes().all(|change| change.is_ok()));
            }
        }
    }
}
