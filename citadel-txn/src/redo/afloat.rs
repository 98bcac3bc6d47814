//! What light commits have changed, in memory.

use std::sync::Arc;

use citadel_core::SealedFile;
use rustc_hash::FxHashMap;

use crate::catalog;

use crate::dirty::{DirtyPages, Kept, NodeBytes, NodeRef};
use crate::error::{Error, Result};
use crate::node::Payload;
use crate::record::{Change, Record, Redo};
use crate::tree::{OldValue, OpenTree, Tree, WritableTree, free_large, insert, remove};
use crate::tree_id::TreeId;

/// Bytes of nodes that may be afloat.
const AFLOAT_BYTES_MAX: usize = 512 << 10;

/// The nodes that light commits have changed since the last whole one, and the trees that they belong to. It never
/// changes; a writer goes on with a copy that shares the nodes.
#[derive(Debug)]
pub(crate) struct Afloat {
    pages: Kept,
    trees: FxHashMap<TreeId, OpenTree>,
}

impl Afloat {
    /// What a transaction has changed, if it is little enough to stay in memory beside a budget of so many bytes.
    pub(crate) fn fits(pages: &DirtyPages, budget: usize) -> bool {
        pages.may_be_kept(AFLOAT_BYTES_MAX.min(budget / 4))
    }

    /// Keeps what a transaction has changed.
    pub(crate) fn keep(pages: &mut DirtyPages, mut trees: FxHashMap<TreeId, OpenTree>) -> Self {
        trees.retain(|_, open| open.state.changed);
        trees.values_mut().for_each(|open| open.changes = 0);
        Self {
            pages: pages.keep(),
            trees,
        }
    }

    /// Applies the redo log of a record to the pages that it leads to; none where the log is empty.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where the log does not fit the pages; what the file says.
    pub(crate) fn of_record(file: &Arc<SealedFile>, record: &Record) -> Result<Option<Self>> {
        if record.redo.is_empty() {
            return Ok(None);
        }
        let mut replay = Replay {
            file,
            record,
            pages: DirtyPages::new(Arc::clone(file), record.generation, usize::MAX),
            trees: FxHashMap::default(),
        };
        replay.all(&record.redo)?;
        let Replay {
            mut pages, trees, ..
        } = replay;
        Ok(Some(Self::keep(&mut pages, trees)))
    }

    /// A tree that was changed.
    pub(crate) fn tree(&self, id: TreeId) -> Option<&Tree> {
        self.trees.get(&id).map(|open| &open.state.tree)
    }

    /// All trees that were changed.
    pub(crate) fn trees(&self) -> &FxHashMap<TreeId, OpenTree> {
        &self.trees
    }

    /// The nodes, for a writer to go on with.
    pub(crate) fn pages(&self) -> &Kept {
        &self.pages
    }

    /// A node that is afloat.
    pub(crate) fn node(&self, at: &NodeRef) -> Result<Option<NodeBytes>> {
        self.pages.node(at)
    }
}

struct Replay<'a> {
    file: &'a Arc<SealedFile>,
    record: &'a Record,
    pages: DirtyPages,
    trees: FxHashMap<TreeId, OpenTree>,
}

impl Replay<'_> {
    fn all(&mut self, redo: &Redo) -> Result<()> {
        redo.changes().try_for_each(|change| self.apply(change?))
    }

    fn apply(&mut self, change: Change<'_>) -> Result<()> {
        let old = match change {
            Change::Insert { tree, key, value } => {
                let (pages, state) = self.open(tree)?;
                state.geometry.check_entry(key, value)?;
                if !state.geometry.is_inline(key.len(), value.len()) {
                    return Err(NOT_OF_THESE_PAGES);
                }
                let payload = Payload {
                    bytes: value,
                    large: false,
                };
                insert(pages, state, key, payload, false)?
            }
            Change::Remove { tree, key } => {
                let (pages, state) = self.open(tree)?;
                Some(remove(pages, state, key, false)?.ok_or(NOT_OF_THESE_PAGES)?)
            }
        };
        match old.as_ref().map(OldValue::large_ref).transpose()?.flatten() {
            Some(large) => free_large(&mut self.pages, &large),
            None => Ok(()),
        }
    }

    fn open(&mut self, id: TreeId) -> Result<(&mut DirtyPages, &mut WritableTree)> {
        if !self.trees.contains_key(&id) {
            let tree = catalog::lookup(self.file, self.record, id)?.ok_or(NOT_OF_THESE_PAGES)?;
            let state = WritableTree::new(tree, self.file.page_size())?;
            let open = OpenTree {
                state,
                in_base: true,
                changes: 0,
            };
            self.trees.insert(id, open);
        }
        let open = self.trees.get_mut(&id).ok_or(NOT_OF_THESE_PAGES)?;
        Ok((&mut self.pages, &mut open.state))
    }
}

const NOT_OF_THESE_PAGES: Error = Error::corrupt("a redo log that does not fit its pages");
