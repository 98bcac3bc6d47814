//! Online backup: the sealed pages of one commit, copied as they are.
//!
//! ```text
//! pages ──► sync ──► read back ──► checkpoints ──► length ──► sync ──► header ──► name
//! ```
//!
//! A backup holds a snapshot, so the pages that it copies stay as they are while writers go on. Every page is opened
//! under its pointer before it is written, and the copy is read back from its own root before it gets a header; but no
//! page is sealed anew, so the copy opens with the same keys.
//!
//! What always holds: a target that is not finished does not open as a database. One that was interrupted is continued
//! by the next backup into it: a run that opens there under its pointer is not copied again. One whose sync failed is emptied: what that
//! has lost may still be read, and no later sync would write it.

mod copy;
mod report;

pub use report::BackupReport;

use std::sync::Arc;

use citadel_core::{SealedFile, Storage, record_run};

use crate::database::Database;
use crate::error::{Error, Result};
use crate::progress::{Meter, Phase, Progress};
use crate::reach::{Prover, reach};
use crate::read_txn::ReadTxn;
use crate::record::Record;
use crate::recovery;
use crate::view::Source;
use copy::Copier;

impl Database {
    /// Copies the newest commit into another storage, which then is a database of its own that opens with the same keys.
    /// Others read and write meanwhile. The storage must be empty, or left by a backup that was interrupted: for a file,
    /// that is [`FileStorage::create_partial`](crate::FileStorage::create_partial). Uses little memory, and not the cache.
    ///
    /// # Errors
    /// [`Error::Interrupted`], after which a backup into the same storage goes on; that the target holds something else;
    /// that the source is damaged or the copy does not read back; an error of either medium.
    pub fn backup(
        &self,
        target: Arc<dyn Storage>,
        progress: &mut dyn Progress,
    ) -> Result<BackupReport> {
        let read = self.begin_read()?;
        let (file, record) = (self.file(), &read.snapshot().record);
        let copy = file.replica(Arc::clone(&target), 0).inspect_err(|error| {
            if error.is_io() {
                empty(&*target);
            }
        })?;
        let mut report = copy_pages(&read, &copy, record, progress)?;
        copy.sync().inspect_err(|_| empty(&*target))?;
        let mut prover = Prover {
            file: &copy,
            meter: Meter::new(progress, Phase::Verify, report.pages),
        };
        reach(record, file.page_size(), &mut prover)?;
        recovery::write_checkpoints(&copy, record)?;
        copy.set_len(record.pages_end.max(file.first_page()))?;
        void_announced(&copy, record)?;
        require_record(&copy, record)?;
        copy.publish()?;
        report.bytes = copy.file_len()?;
        Ok(report)
    }
}

/// Copies every run that the commit reaches and is not there yet.
fn copy_pages(
    read: &ReadTxn,
    copy: &SealedFile,
    record: &Record,
    progress: &mut dyn Progress,
) -> Result<BackupReport> {
    let file = read.file();
    let total = recovery::reachable_pages(file, record)?;
    let mut copier = Copier {
        source: file,
        target: copy,
        meter: Meter::new(progress, Phase::Copy, total),
        report: BackupReport::new(record.generation),
    };
    reach(record, file.page_size(), &mut copier).map_err(|error| read.explain(error))?;
    Ok(copier.report)
}

/// Takes all out of a copy that is not finished. Where that fails too, the error that is told already says that the medium fails.
fn empty(target: &dyn Storage) {
    if target.is_partial()
        && let Err(error) = target.set_len(0)
    {
        tracing::warn!(%error, "a copy that is not finished could not be emptied");
    }
}

/// Overwrites the places of the records to come: what another attempt left there must not be taken for one.
fn void_announced(copy: &SealedFile, record: &Record) -> Result<()> {
    let announced = record
        .trail
        .iter()
        .filter(|(of, _)| *of > record.generation);
    for (_, place) in announced {
        let run = record_run(copy.page_size(), place);
        copy.scrub(run.first, u64::from(run.pages))?;
    }
    Ok(())
}

/// Reads the checkpoint back.
fn require_record(copy: &SealedFile, record: &Record) -> Result<()> {
    let found = recovery::recover(copy)?;
    if found.newest.record.generation == record.generation {
        Ok(())
    } else {
        Err(Error::corrupt("the record of the copy"))
    }
}
