//! Overwriting free pages, so that nothing in the file is left of what the old root key sealed.

use std::time::{Duration, Instant};

use citadel_core::{Generation, PageNo, record_run};

use crate::commit::Notice;
use crate::database::Database;
use crate::error::{Error, Result};
use crate::options::Durability;
use crate::progress::{Meter, Phase, Progress};
use crate::space::{Space, Span};
use crate::tree::Choice;
use crate::write_txn::WriteTxn;

/// Pages that are overwritten in one turn of the writer.
const STEP_PAGES: u64 = 1024;
/// How long to wait before asking again whether a reader has ended.
const PATIENCE: Duration = Duration::from_millis(5);

impl Database {
    /// Overwrites all free pages. Gives how many.
    pub(super) fn scrub_free(&self, epoch: Generation, progress: &mut dyn Progress) -> Result<u64> {
        self.await_release(epoch)?;
        let total = {
            let write = self.begin_write()?;
            self.with_space(&write, |space| {
                Ok(space.free().pages() + self.tail(space)?.pages)
            })?
        };
        let mut meter = Meter::new(progress, Phase::Scrub, total);
        let mut scrubbed = 0;
        let mut from = Some(self.file().first_page());
        while let Some(page) = from {
            let write = self.begin_write()?;
            self.leave_notice(&write)?;
            let (pages, next) = self.with_space(&write, |space| self.scrub_step(space, page))?;
            drop(write);
            scrubbed += pages;
            meter.advance(pages)?;
            from = next;
        }
        scrubbed += self.scrub_announced()?;
        self.file().sync()?;
        Ok(scrubbed)
    }

    /// Overwrites the places that are kept for the next two records: what was there before may be old.
    fn scrub_announced(&self) -> Result<u64> {
        let turn = self.begin_write()?;
        self.leave_notice(&turn)?;
        let record = &self.shared().head().record;
        let mut pages = 0;
        for (_, place) in record
            .trail
            .iter()
            .filter(|(of, _)| *of > record.generation)
        {
            let run = record_run(self.page_size(), place);
            self.file().scrub(run.first, u64::from(run.pages))?;
            pages += u64::from(run.pages);
        }
        Ok(pages)
    }

    /// Commits until no page from before the epoch waits for a reader or a record to let go of it.
    fn await_release(&self, epoch: Generation) -> Result<()> {
        let deadline = Instant::now().checked_add(self.busy_timeout());
        // Readers apart, a page that was retired is free two commits later.
        for round in 0.. {
            let mut write = self.begin_write()?;
            let held = self.with_space(&write, |space| Ok(space.holds_older(epoch)))?;
            if !held {
                return Ok(());
            }
            write.refresh_roots(Choice::Before(epoch));
            write.set_durability(Durability::Full);
            write.commit()?;
            if round > 3 {
                if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                    break;
                }
                std::thread::sleep(PATIENCE);
            }
        }
        Err(Error::Busy)
    }

    /// Overwrites free pages from a page on, up to a bound; gives how many, and where to go on.
    fn scrub_step(&self, space: &Space, from: PageNo) -> Result<(u64, Option<PageNo>)> {
        let mut left = STEP_PAGES;
        for span in space.free().iter().chain([self.tail(space)?]) {
            if span.end() <= from {
                continue;
            }
            if left == 0 {
                return Ok((STEP_PAGES, Some(span.first)));
            }
            let first = span.first.max(from);
            let pages = (span.end().get() - first.get()).min(left);
            self.file().scrub(first, pages)?;
            left -= pages;
            if first.offset(pages) < span.end() {
                return Ok((STEP_PAGES - left, Some(first.offset(pages))));
            }
        }
        Ok((STEP_PAGES - left, None))
    }

    /// Tells of the newest commit, before what is written tells of none.
    fn leave_notice(&self, turn: &WriteTxn) -> Result<()> {
        let mut checkpoints = self.shared().checkpoints().lock();
        let checkpoints = checkpoints.as_mut().ok_or(Error::ReadOnly)?;
        Notice::new(self.shared(), checkpoints, turn.next_generation()).leave()
    }

    /// What the file has behind the last page that was ever in use.
    fn tail(&self, space: &Space) -> Result<Span> {
        let page_bytes = u64::from(self.page_size().get());
        let end = (self.file().file_len()? / page_bytes).max(space.end().get());
        Ok(Span::new(space.end(), end - space.end().get()))
    }

    /// Looks at free space while a write transaction that writes nothing keeps all others away.
    fn with_space<T>(&self, _turn: &WriteTxn, look: impl FnOnce(&Space) -> Result<T>) -> Result<T> {
        let space = self.shared().space().lock();
        look(space.as_ref().ok_or(Error::ReadOnly)?)
    }
}
