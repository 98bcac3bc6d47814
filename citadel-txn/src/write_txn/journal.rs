//! How to take changes back.

use crate::commit::OpenTree;
use crate::tree::OldValue;
use crate::tree_id::TreeId;

/// How to take one change back.
#[derive(Debug)]
pub(crate) enum Undo {
    /// The entry held this before, or was not there.
    Entry {
        tree: TreeId,
        key: Box<[u8]>,
        old: Option<OldValue>,
    },
    /// The tree was empty before a bulk load.
    Filled(TreeId),
    /// The tree was not there.
    Created(TreeId),
    /// The tree was there, like this.
    Dropped(TreeId, Box<OpenTree>),
}

/// The changes since the oldest open savepoint, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    /// Serial number of each open savepoint, and the length of `undos` when it was set.
    pub(super) open: Vec<(u64, usize)>,
    pub(super) undos: Vec<Undo>,
    pub(super) next_serial: u64,
}

impl Journal {
    /// Whether changes must be recorded.
    pub(crate) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// The trees that were dropped and may come back.
    pub(super) fn dropped_trees(&mut self) -> impl Iterator<Item = &mut OpenTree> {
        self.undos.iter_mut().filter_map(|undo| match undo {
            Undo::Dropped(_, tree) => Some(&mut **tree),
            Undo::Entry { .. } | Undo::Filled(_) | Undo::Created(_) => None,
        })
    }
}
