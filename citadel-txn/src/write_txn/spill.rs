//! Transactions that are larger than their memory.
//!
//! When the changed nodes, the large values and the undos of a transaction take more than its budget, all of them are sealed and written
//! into free pages, children first, exactly as a commit does it; only the roots are still the transaction's own knowledge.
//! It goes on with no dirty page at all: the way to the next change is made dirty again, and the few pages that this
//! replaces are free for the next spill.
//!
//! What always holds: a spill only happens between two changes, and never in a read, so that no reference to a dirty node
//! outlives the node. No record and no snapshot reaches a spilled page before the commit; a rollback gives all of them
//! back, and so does a crash, as no log mentions them.

use super::WriteTxn;
use crate::commit::Sealer;
use crate::dirty::LargeRef;
use crate::error::Result;

impl WriteTxn {
    /// Makes room where the changes take more than the budget. To be called between two changes.
    #[inline]
    pub(super) fn relieve(&mut self) -> Result<()> {
        self.pages.balance(self.journal.bytes());
        if self.pages.is_over_budget_with(self.journal.bytes()) {
            self.spill()?;
        }
        Ok(())
    }

    /// Keeps a large value, or writes it at once where there is no room to keep it.
    pub(super) fn hold_value(&mut self, value: &[u8]) -> Result<LargeRef> {
        if !self
            .pages
            .is_over_budget_with(self.journal.bytes() + value.len())
        {
            return self.pages.add_value(value);
        }
        let (database, pages) = (&self.database, &mut self.pages);
        let generation = self.generation;
        self.claim.spill(|space, notice| {
            let file = database.file();
            let mut sealer =
                Sealer::for_value(value.len(), file, notice, generation, pages, space)?;
            let large = sealer.seal_value(value)?;
            sealer.finish()?;
            Ok(large)
        })
    }

    /// Writes all that is in memory.
    #[cold]
    fn spill(&mut self) -> Result<()> {
        let (database, pages) = (&self.database, &mut self.pages);
        let (trees, journal) = (&mut self.trees, &mut self.journal);
        let generation = self.generation;
        self.claim.spill(|space, notice| {
            let mut sealer = Sealer::new(database.file(), notice, generation, pages, space)?;
            for tree in trees.values_mut().chain(journal.dropped_trees()) {
                sealer.seal_tree(pages, &mut tree.state)?;
            }
            sealer.seal_orphans(pages)?;
            journal.spill(|bytes| sealer.seal_value(bytes))?;
            sealer.finish().map(drop)
        })
    }
}
