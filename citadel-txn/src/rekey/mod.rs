//! A new root key for a database in use.
//!
//! ```text
//! begin ──► reseal, step by step ──► roots and records ──► prove ──► scrub ──► finish
//! ```
//!
//! From the *epoch* generation on, everything is sealed under the new root key; what is older opens with the old one,
//! until nothing is older. Trees are rewritten by ordinary commits of bounded size, between which others write. Then the
//! catalog, the free map and the commit records follow; a scan of everything proves that nothing reachable is older than
//! the epoch; free pages, which may still hold what was sealed under the old key, are overwritten; and only then is the
//! old key forgotten.
//!
//! What always holds: the new key alone opens the file from the first step on, and at every step everything that is
//! reachable opens. What was interrupted, by whomever, is continued by [`Database::rekey_resume`].

mod proof;
mod report;
mod scrub;

pub use report::RekeyReport;

use citadel_core::{Generation, Kdf, Key};

use crate::catalog;
use crate::database::Database;
use crate::error::{Error, Result};
use crate::options::Durability;
use crate::progress::{Meter, Phase, Progress};
use crate::recovery;
use crate::tree::Choice;
use crate::tree_id::TreeId;

/// Commits after which both checkpoints are of the epoch, whatever the protocol; more are not tried.
const SETTLING_COMMITS_MAX: u32 = 200;

impl Database {
    /// Replaces the root key: every page is sealed anew, and afterwards nothing of the file opens with what was known
    /// before. Others read and write meanwhile, but a read transaction that stays open delays the end. From now on `key`
    /// opens the file and nothing else does; add other keys anew with
    /// [`SealedFile::add_slot`](crate::SealedFile::add_slot).
    ///
    /// # Errors
    /// As [`rekey_resume`](Self::rekey_resume), and what is wrong with the key; a misuse where a rekey is under way.
    pub fn rekey(&self, key: &Key, kdf: &Kdf, progress: &mut dyn Progress) -> Result<RekeyReport> {
        let upkeep = self.begin_upkeep()?;
        let write = self.begin_write()?;
        self.file().begin_rekey(key, kdf, write.next_generation())?;
        drop(write);
        drop(upkeep);
        self.rekey_resume(progress)
    }

    /// The epoch of the rekey that is under way, if one is: commits from that generation on are under the new root key.
    pub fn rekey_state(&self) -> Option<Generation> {
        self.file().rekey_state()
    }

    /// Continues a rekey that was begun, in this process or in another, to its end.
    ///
    /// # Errors
    /// [`Error::Interrupted`]; [`Error::Busy`] where another writer, a read transaction or other upkeep is in the way for
    /// longer than the busy timeout; a misuse where no rekey is under way; an error of the file. After any of them the
    /// rekey is still under way.
    pub fn rekey_resume(&self, progress: &mut dyn Progress) -> Result<RekeyReport> {
        let _upkeep = self.begin_upkeep()?;
        let epoch = self.rekey_state().ok_or(NOT_UNDER_WAY)?;
        let mut report = RekeyReport::new(epoch);
        report.pages_resealed = self.reseal(epoch, progress)?;
        self.settle_records(epoch)?;
        report.pages_proven = self.prove(epoch, progress)?;
        report.pages_scrubbed = self.scrub_free(epoch, progress)?;
        self.file().finish_rekey()?;
        Ok(report)
    }

    /// Rewrites every tree as far as it is older than the epoch. What others create or change meanwhile is not.
    fn reseal(&self, epoch: Generation, progress: &mut dyn Progress) -> Result<u64> {
        let read = self.begin_read()?;
        let record = &read.snapshot().record;
        let total = recovery::reachable_pages(self.file(), record)?;
        let trees = catalog::list(self.file(), record)?;
        drop(read);
        let mut meter = Meter::new(progress, Phase::Reseal, total);
        let mut pages = 0;
        for (tree, _) in trees {
            let mut from = Some(Vec::new());
            while let Some(key) = from {
                let (step, next) = self.reseal_step(tree, epoch, &key)?;
                pages += step;
                meter.advance(step)?;
                from = next;
            }
        }
        Ok(pages)
    }

    /// One commit: the pages that it rewrote, and the key from which the next one goes on.
    fn reseal_step(
        &self,
        tree: TreeId,
        epoch: Generation,
        from: &[u8],
    ) -> Result<(u64, Option<Vec<u8>>)> {
        let mut write = self.begin_write()?;
        let pages = self.step_pages();
        let refreshed = match write.refresh(tree, Choice::Before(epoch), from, pages) {
            Err(Error::NoSuchTree(_)) => return Ok((0, None)),
            refreshed => refreshed?,
        };
        write.commit()?;
        Ok((refreshed.pages, refreshed.next))
    }

    /// Commits until catalog, free map and all records are of the epoch.
    fn settle_records(&self, epoch: Generation) -> Result<()> {
        for _ in 0..SETTLING_COMMITS_MAX {
            let mut write = self.begin_write()?;
            write.refresh_roots(Choice::Before(epoch));
            // A checkpoint only ever holds what is durable.
            write.set_durability(Durability::Full);
            write.commit()?;
            let records = recovery::records_that_open(self.file());
            if records.iter().all(|record| record.generation >= epoch) {
                return Ok(());
            }
        }
        Err(Error::corrupt("commit records that are not overwritten"))
    }
}

const NOT_UNDER_WAY: Error = Error::File(citadel_core::Error::Misuse {
    what: "no rekey is under way",
});
