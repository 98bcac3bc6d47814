//! Telling of the newest commit, before a write that does not.
//!
//! A write that goes astray may lie on every record since the last checkpoint. If it holds a record itself, that is found
//! there and tells of them ([`recovery`](crate::recovery)). Pages that are written before their record, and room at the end
//! of the file, hold none: so before them, slot A gets the newest commit that is durable, unless it has it. The commit of a
//! few pages is one write with its record, and pays nothing.

use std::sync::Arc;

use citadel_core::{Generation, PageNo};

use crate::checkpoint::Checkpoints;
use crate::error::Result;
use crate::shared::Shared;
use crate::snapshot::Snapshot;

/// The slots, in the hands of the commit that may leave a notice there.
pub(crate) struct Notice<'a> {
    database: &'a Shared,
    checkpoints: &'a mut Checkpoints,
    commit: Generation,
}

impl<'a> Notice<'a> {
    /// Of the transaction that will be this commit.
    pub(crate) fn new(
        database: &'a Shared,
        checkpoints: &'a mut Checkpoints,
        commit: Generation,
    ) -> Self {
        Self {
            database,
            checkpoints,
            commit,
        }
    }

    /// Sees to it that slot A tells of the newest commit that is durable. Waits only where slot B was written and never
    /// synced, as slot A alone leads to that commit then.
    pub(crate) fn leave(&mut self) -> Result<()> {
        let mut durable = self.database.durable();
        if self.checkpoints.tells_of(durable.generation) {
            return Ok(());
        }
        if !self.checkpoints.may_tell(durable.generation) {
            let head = self.database.head().generation();
            self.database.make_durable(head)?;
            durable = self.database.durable();
        }
        match &durable.commit {
            Some(commit) => {
                let file = self.database.file();
                self.checkpoints.tell(file, &commit.record, self.commit)
            }
            None => Ok(()),
        }
    }

    /// Makes the file as long as pages up to here need it, with a notice where it must grow.
    pub(crate) fn ensure_len(&mut self, pages_end: PageNo) -> Result<()> {
        let file = self.database.file();
        if file.reaches(pages_end)? {
            return Ok(());
        }
        self.leave()?;
        Ok(file.ensure_len(pages_end)?)
    }

    /// Notes that all that was written so far is synced, as far as the transaction asks for that.
    pub(crate) fn is_synced(&mut self) {
        self.checkpoints.are_synced();
    }

    /// Writes a checkpoint over the older slot. Where that one is B and a notice of this commit is in A, that is left to the
    /// next commit; it is worth a sync only if every commit leaves a notice.
    pub(crate) fn write_checkpoint(
        &mut self,
        durable: &Arc<Snapshot>,
        sync: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        let generation = durable.generation();
        if self.checkpoints.oldest() >= generation {
            return Ok(());
        }
        if !self.checkpoints.are_durable(generation) {
            if !self.checkpoints.is_overdue(self.commit) {
                return Ok(());
            }
            sync()?;
            self.checkpoints.are_synced();
        }
        let file = self.database.file();
        self.checkpoints.write(file, &durable.record, self.commit)
    }
}
