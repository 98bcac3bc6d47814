//! Putting many entries in, in the order of their keys.

use std::cmp::Ordering;

use super::WriteTxn;
use crate::cursor::Cursor;
use crate::error::{Error, Result};
use crate::tree_id::TreeId;

/// Appends entries to a tree, each with a greater key than the last. Leaves are filled from edge to edge, no entry is
/// searched for, and what is full is written as soon as the transaction's memory is used up. After every [push](BulkLoad::push)
/// the tree is whole, so a load may stop anywhere.
///
/// Where the tree was empty before, an open savepoint costs nothing per entry.
#[derive(Debug)]
#[must_use = "a load appends what is pushed"]
pub struct BulkLoad<'a> {
    txn: &'a mut WriteTxn,
    tree: TreeId,
    /// The greatest key of the tree; none while it is empty.
    last: Option<Vec<u8>>,
    /// Whether each entry must be recorded, to be taken back one by one.
    is_recorded: bool,
    entries: u64,
}

impl WriteTxn {
    /// Begins to append to a tree.
    ///
    /// # Errors
    /// [`Error::NoSuchTree`], or what the file says.
    pub fn bulk(&mut self, tree: TreeId) -> Result<BulkLoad<'_>> {
        let is_empty = self.open_tree(tree)?.state.tree.root.is_none();
        let mut cursor = Cursor::new(tree);
        let last = cursor.last(self)?.then(|| cursor.key().to_vec());
        let is_journaled = self.journal.is_open();
        if is_journaled && is_empty {
            self.journal.filled(tree);
        }
        Ok(BulkLoad {
            txn: self,
            tree,
            last,
            is_recorded: is_journaled && !is_empty,
            entries: 0,
        })
    }

    /// Appends entries to a tree, all greater than its last key and in ascending order. Tells how many there were.
    ///
    /// # Errors
    /// As [`bulk`](WriteTxn::bulk) and [`push`](BulkLoad::push), or the first error among the entries; what came before it
    /// is in the tree.
    pub fn bulk_load<K: AsRef<[u8]>, V: AsRef<[u8]>>(
        &mut self,
        tree: TreeId,
        entries: impl IntoIterator<Item = Result<(K, V)>>,
    ) -> Result<u64> {
        let mut load = self.bulk(tree)?;
        for entry in entries {
            let (key, value) = entry?;
            load.push(key.as_ref(), value.as_ref())?;
        }
        Ok(load.entries())
    }
}

impl BulkLoad<'_> {
    /// Appends an entry.
    ///
    /// # Errors
    /// [`Error::KeyOutOfOrder`], [`Error::KeyTooLong`], [`Error::ValueTooLong`], or what the file says.
    #[inline]
    pub fn push(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        match &mut self.last {
            Some(last) if (**last).cmp(key) != Ordering::Less => return Err(Error::KeyOutOfOrder),
            Some(last) => {
                self.txn.insert_value(self.tree, key, value)?;
                last.clear();
                last.extend_from_slice(key);
            }
            None => {
                self.txn.insert_value(self.tree, key, value)?;
                self.last = Some(key.to_vec());
            }
        }
        if self.is_recorded {
            self.txn.settle(self.tree, key, None)?;
        }
        self.entries += 1;
        self.txn.relieve()
    }

    /// The transaction with all that was pushed, for reading what is to be pushed next.
    pub fn txn(&self) -> &WriteTxn {
        self.txn
    }

    /// How many entries were pushed.
    pub fn entries(&self) -> u64 {
        self.entries
    }
}
