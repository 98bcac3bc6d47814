//! Places to return to within a write transaction.

use super::{Undo, WriteTxn};
use crate::error::{Error, Result};
use crate::tree::{free_large, free_tree};

/// A place to return to within a write transaction. It belongs to the transaction that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a savepoint keeps undo information until it is released"]
pub struct Savepoint {
    serial: u64,
}

impl WriteTxn {
    /// Marks a place to return to. Savepoints nest.
    pub fn savepoint(&mut self) -> Savepoint {
        let serial = self.journal.next_serial;
        self.journal.next_serial += 1;
        self.journal.open.push((serial, self.journal.undos.len()));
        Savepoint { serial }
    }

    /// Takes back all that was changed since the savepoint: entries, and trees that were created or dropped. Savepoints
    /// that were set later are gone; this one stays open.
    ///
    /// # Errors
    /// [`Error::StaleSavepoint`], or what the file says; then the transaction must be rolled back.
    pub fn rollback_to(&mut self, savepoint: &Savepoint) -> Result<()> {
        let at = self.position(savepoint)?;
        self.journal.open.truncate(at + 1);
        let len = self.journal.open[at].1;
        let open = std::mem::take(&mut self.journal.open);
        let undone = self.undo_to(len);
        self.journal.open = open;
        undone
    }

    /// Forgets the savepoint and all that were set later; what was changed stays.
    ///
    /// # Errors
    /// [`Error::StaleSavepoint`], or what the file says.
    pub fn release(&mut self, savepoint: Savepoint) -> Result<()> {
        let at = self.position(&savepoint)?;
        self.journal.open.truncate(at);
        if self.journal.is_open() {
            Ok(())
        } else {
            self.forget_journal()
        }
    }

    fn position(&self, savepoint: &Savepoint) -> Result<usize> {
        let found = self
            .journal
            .open
            .iter()
            .position(|(serial, _)| *serial == savepoint.serial);
        found.ok_or(Error::StaleSavepoint)
    }

    /// Lets go of what only the journal still held.
    pub(super) fn forget_journal(&mut self) -> Result<()> {
        self.journal.open.clear();
        for undo in std::mem::take(&mut self.journal.undos) {
            match undo {
                Undo::Entry { old: Some(old), .. } => {
                    if let Some(large) = old.large_ref()? {
                        free_large(&mut self.pages, &large)?;
                    }
                }
                Undo::Dropped(_, tree) => free_tree(&mut self.pages, &tree.state.tree)?,
                Undo::Entry { old: None, .. } | Undo::Filled(_) | Undo::Created(_) => {}
            }
        }
        Ok(())
    }

    /// Takes the youngest changes back, until `len` are left. The journal is closed meanwhile.
    fn undo_to(&mut self, len: usize) -> Result<()> {
        while self.journal.undos.len() > len {
            match self.journal.undos.pop() {
                Some(Undo::Entry {
                    tree,
                    key,
                    old: Some(old),
                }) => self.put(tree, &key, old.payload())?,
                Some(Undo::Entry {
                    tree,
                    key,
                    old: None,
                }) => drop(self.remove(tree, &key)?),
                Some(Undo::Filled(tree)) => self.empty_tree(tree)?,
                Some(Undo::Created(tree)) => self.discard_tree(tree)?,
                Some(Undo::Dropped(id, tree)) => self.restore_tree(id, *tree),
                None => break,
            }
        }
        Ok(())
    }
}
