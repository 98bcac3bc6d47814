//! Writing pages anew without changing an entry.

use citadel_core::Generation;

use super::WriteTxn;
use crate::error::{Error, Result};
use crate::tree::{Choice, Refreshed, refresh, repack};
use crate::tree_id::TreeId;

impl WriteTxn {
    /// The generation that this transaction will commit.
    pub(crate) fn next_generation(&self) -> Generation {
        self.generation
    }

    /// Lets this commit write anew what the choice takes of a tree, from a key on, up to about so many pages.
    pub(crate) fn refresh(
        &mut self,
        tree: TreeId,
        choice: Choice,
        from: &[u8],
        pages_max: u64,
    ) -> Result<Refreshed> {
        self.open_tree(tree)?;
        let open = self.trees.get_mut(&tree).ok_or(Error::NoSuchTree(tree))?;
        let refreshed = refresh(&mut self.pages, &mut open.state, choice, from, pages_max)?;
        if open.state.changed {
            self.touch();
        }
        self.relieve()?;
        Ok(refreshed)
    }

    /// Joins nodes of a tree that hold too little, from a key on, up to about so many pages.
    pub(crate) fn repack(
        &mut self,
        tree: TreeId,
        from: &[u8],
        pages_max: u64,
    ) -> Result<Refreshed> {
        self.open_tree(tree)?;
        let open = self.trees.get_mut(&tree).ok_or(Error::NoSuchTree(tree))?;
        let repacked = repack(&mut self.pages, &mut open.state, from, pages_max)?;
        if open.state.changed {
            self.touch();
        }
        self.relieve()?;
        Ok(repacked)
    }

    /// Lets this commit write anew what the choice takes of the catalog, and the free map where the choice takes it.
    pub(crate) fn refresh_roots(&mut self, choice: Choice) {
        self.touch();
        self.roots = Some(choice);
    }

    /// Lets this commit give back the free pages at the end. The file itself is cut when no record tells of them any more.
    pub(crate) fn trim(&mut self) {
        self.touch();
        self.trims = true;
    }
}
