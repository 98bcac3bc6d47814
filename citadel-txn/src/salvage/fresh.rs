//! Changes that only a record carries, laid over what the pages hold.

use std::collections::BTreeMap;

use crate::record::{Change, Record};
use crate::tree_id::TreeId;

/// What light commits made of some entries of one tree: a value, or nothing.
#[derive(Default)]
pub(super) struct Fresh {
    entries: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl Fresh {
    /// What this record says of a tree.
    pub(super) fn of(record: &Record, of: TreeId) -> Self {
        let mut entries = BTreeMap::new();
        for change in record.redo.changes().map_while(Result::ok) {
            match change {
                Change::Insert { tree, key, value } if tree == of => {
                    entries.insert(key.to_vec(), Some(value.to_vec()));
                }
                Change::Remove { tree, key } if tree == of => {
                    entries.insert(key.to_vec(), None);
                }
                Change::Insert { .. } | Change::Remove { .. } => {}
            }
        }
        Self { entries }
    }

    /// The next change at or before the next key of the pages; the next one of all where there is no such key.
    pub(super) fn next_up_to(&mut self, key: Option<&[u8]>) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
        let first = self.entries.first_entry()?;
        match key {
            Some(key) if first.key().as_slice() > key => None,
            _ => Some(first.remove_entry()),
        }
    }
}
