//! Places to return to within a write transaction.

use super::journal::{Leftover, Open};
use super::{Undo, WriteTxn};
use crate::error::{Error, Result};
use crate::extent;
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
        let undos = self.journal.undos();
        self.journal.open.push(Open { serial, undos });
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
        let undos = self.journal.open[at].undos;
        let open = std::mem::take(&mut self.journal.open);
        let undone = self.undo_to(undos);
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
            .position(|open| open.serial == savepoint.serial);
        found.ok_or(Error::StaleSavepoint)
    }

    /// Lets go of what only the journal still held.
    pub(super) fn forget_journal(&mut self) -> Result<()> {
        while let Some(leftover) = self.journal.forget_segment() {
            match leftover {
                Leftover::Nothing => {}
                Leftover::Extents(large) => free_large(&mut self.pages, &large)?,
                Leftover::Undos => self.forget_undo()?,
            }
        }
        for tree in self.journal.close() {
            free_tree(&mut self.pages, &tree.state.tree)?;
        }
        Ok(())
    }

    /// Forgets the youngest undo, and frees the large value that it kept.
    fn forget_undo(&mut self) -> Result<()> {
        match self.pop_undo()? {
            Some(Undo::Entry { old: Some(old), .. }) => match old.large_ref()? {
                Some(large) => free_large(&mut self.pages, &large),
                None => Ok(()),
            },
            Some(Undo::Dropped(_, tree)) => free_tree(&mut self.pages, &tree.state.tree),
            _ => Ok(()),
        }
    }

    fn pop_undo(&mut self) -> Result<Option<Undo>> {
        if let Some(written) = self.journal.written_tail() {
            let bytes = extent::read(self.database.file(), &written)?;
            free_large(&mut self.pages, &written)?;
            self.journal.load(bytes);
        }
        self.journal.pop()
    }

    /// Takes the youngest changes back, until so many are left. The journal is closed meanwhile.
    fn undo_to(&mut self, undos: u64) -> Result<()> {
        while self.journal.undos() > undos {
            match self.pop_undo()? {
                Some(Undo::Entry { tree, key, old }) => match old {
                    Some(old) => self.put(tree, &key, old.payload())?,
                    None => drop(self.remove(tree, &key)?),
                },
                Some(Undo::Filled(tree)) => self.empty_tree(tree)?,
                Some(Undo::Created(tree)) => self.discard_tree(tree)?,
                Some(Undo::Dropped(id, tree)) => self.restore_tree(id, tree),
                None => break,
            }
        }
        Ok(())
    }
}
