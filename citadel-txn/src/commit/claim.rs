//! The pages that a transaction has taken from free space before its commit.

use std::sync::Arc;

use citadel_core::Generation;

use super::Notice;
use crate::error::{Error, Result};
use crate::shared::Shared;
use crate::space::Space;

/// A transaction's hold on free space. A transaction that outgrows its budget spills: it writes into free pages long
/// before it commits. No record and no snapshot reaches those pages, so until the commit they are the transaction's own;
/// where it ends in any other way, they are given back here.
#[derive(Debug)]
pub(crate) struct Claim {
    database: Arc<Shared>,
    generation: Generation,
    has_spilled: bool,
    is_broken: bool,
}

impl Claim {
    /// The claim of the transaction that will be this commit; nothing is taken yet.
    pub(crate) fn new(database: Arc<Shared>, generation: Generation) -> Self {
        Self {
            database,
            generation,
            has_spilled: false,
            is_broken: false,
        }
    }

    /// Whether pages were written before the commit: their list is not kept, so the commit must sync them first.
    pub(crate) fn has_spilled(&self) -> bool {
        self.has_spilled
    }

    /// Lets `write` take pages. After an error the transaction is broken: some of what it changed is neither in memory nor
    /// in the file.
    pub(crate) fn spill<T>(
        &mut self,
        write: impl FnOnce(&mut Space, Notice<'_>) -> Result<T>,
    ) -> Result<T> {
        self.require_whole()?;
        let mut space = self.database.space().lock();
        let space = space.as_mut().ok_or(Error::ReadOnly)?;
        self.database.begin_space(space, self.generation)?;
        self.has_spilled = true;
        let mut checkpoints = self.database.checkpoints().lock();
        let checkpoints = checkpoints.as_mut().ok_or(Error::ReadOnly)?;
        let notice = Notice::new(&self.database, checkpoints, self.generation);
        write(space, notice).inspect_err(|_| self.is_broken = true)
    }

    /// Refuses to go on with a transaction that could not spill.
    pub(crate) fn require_whole(&self) -> Result<()> {
        if self.is_broken {
            Err(Error::Broken)
        } else {
            Ok(())
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.has_spilled {
            return;
        }
        let mut space = self.database.space().lock();
        let Some(space) = space.as_mut() else { return };
        if !space.is_in_progress(self.generation) {
            return;
        }
        if let Err(error) = space.abort() {
            tracing::error!(%error, "free space is not what it must be; this database refuses to write from now on");
            self.database.file().poison();
        }
    }
}
