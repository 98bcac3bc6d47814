//! Making a database small again.
//!
//! Deleting leaves free pages, which later commits use; the file does not shrink before it is [closed](closing). A vacuum in place goes on in
//! steps, each an ordinary commit of bounded size, so that others read and write in between and a crash or an
//! interruption costs nothing that was done:
//!
//! ```text
//! repack     nodes that hold too little are joined
//! move       what lies behind the size that the file could have is written anew, as near to the beginning as there is room
//! truncate   a commit gives the free pages at the end back; when no record tells of them any more, the file is cut
//! ```
//!
//! Moving and truncating are repeated as long as the file gets smaller. [`into`] writes a compact copy elsewhere instead.

mod closing;
mod into;
mod place;
mod report;

pub use report::VacuumReport;

use citadel_core::PageNo;

use crate::catalog;
use crate::database::Database;
use crate::error::{Error, Result};
use crate::options::Durability;
use crate::progress::{Meter, Phase, Progress};
use crate::recovery;
use crate::tree::{Choice, Refreshed};
use crate::tree_id::TreeId;
use crate::write_txn::WriteTxn;
use place::KeepLow;

/// Rounds of moving and truncating; two are the rule, more help where long runs find no room at once.
const ROUNDS_MAX: u32 = 6;
/// Commits after which no record tells of pages that were retired before them, and the records have moved: two until
/// the announced places are used, two checkpoints, and two until what those let go of is free.
const SETTLING_COMMITS: u32 = 7;

/// What a step does to a tree, from a key on.
type Work<'a> = &'a dyn Fn(&mut WriteTxn, TreeId, &[u8]) -> Result<Refreshed>;

impl Database {
    /// Joins nodes that hold too little, moves what lies at the end of the file into free space nearer to its beginning,
    /// and cuts the file. Others read and write meanwhile. A page that a read transaction still needs stays, and so the
    /// file may end later than it could.
    ///
    /// # Errors
    /// [`Error::Interrupted`], after which what was done stays done; [`Error::Busy`] where another writer or other upkeep
    /// is in the way for longer than the busy timeout; an error of the file.
    pub fn vacuum(&self, progress: &mut dyn Progress) -> Result<VacuumReport> {
        let _upkeep = self.begin_upkeep()?;
        let _low = KeepLow::begin(self.shared());
        let mut report = VacuumReport {
            pages_before: self.pages_in_file(),
            ..VacuumReport::default()
        };
        let pages = self.step_pages();
        report.pages_moved += self.each_tree(progress, Phase::Repack, &|write, tree, from| {
            write.repack(tree, from, pages)
        })?;
        for _ in 0..ROUNDS_MAX {
            let before = self.pages_in_file();
            self.settle()?;
            report.pages_moved += self.move_down(progress)?;
            self.cut(progress)?;
            if self.pages_in_file() >= before {
                break;
            }
        }
        report.pages_after = self.pages_in_file();
        Ok(report)
    }

    fn pages_in_file(&self) -> u64 {
        let record = &self.shared().registry().newest().record;
        let first = self.file().first_page().get();
        record.pages_end.get().saturating_sub(first)
    }

    /// Does the work on all trees, in commits of bounded size. Gives the pages that were written for it.
    fn each_tree(&self, progress: &mut dyn Progress, phase: Phase, work: Work<'_>) -> Result<u64> {
        let read = self.begin_read()?;
        let record = &read.snapshot().record;
        let total = recovery::reachable_pages(self.file(), record)?;
        let trees = catalog::list(self.file(), record)?;
        drop(read);
        let mut meter = Meter::new(progress, phase, total);
        let mut pages = 0;
        for (tree, _) in trees {
            let mut from = Some(Vec::new());
            while let Some(key) = from {
                let step = self.step(tree, &key, work)?;
                pages += step.pages;
                meter.advance(step.pages)?;
                from = step.next;
            }
        }
        Ok(pages)
    }

    /// One commit. A tree that was dropped meanwhile is done.
    fn step(&self, tree: TreeId, from: &[u8], work: Work<'_>) -> Result<Refreshed> {
        let mut write = self.begin_write()?;
        let done = match work(&mut write, tree, from) {
            Err(Error::NoSuchTree(_)) => return Ok(Refreshed::default()),
            done => done?,
        };
        write.commit()?;
        Ok(done)
    }

    /// Moves what lies behind the size that the file could have.
    fn move_down(&self, progress: &mut dyn Progress) -> Result<u64> {
        let choice = Choice::Behind(self.attainable_end()?);
        let pages = self.step_pages();
        let moved = self.each_tree(progress, Phase::Move, &|write, tree, from| {
            write.refresh(tree, choice, from, pages)
        })?;
        let mut write = self.begin_write()?;
        write.refresh_roots(choice);
        write.commit()?;
        Ok(moved)
    }

    /// Where the pages would end if all were side by side, with the room that moving needs.
    fn attainable_end(&self) -> Result<PageNo> {
        let read = self.begin_read()?;
        let pages = recovery::reachable_pages(self.file(), &read.snapshot().record)?;
        Ok(self.file().first_page().offset(pages + pages / 64 + 16))
    }

    /// Gives the free pages at the end back to the file system.
    fn cut(&self, progress: &mut dyn Progress) -> Result<()> {
        let mut meter = Meter::new(progress, Phase::Truncate, 1);
        self.settle()?;
        let mut write = self.begin_write()?;
        write.trim();
        // The file is cut on the strength of this commit.
        write.set_durability(Durability::Full);
        write.commit()?;
        self.settle()?;
        // With the turn, no page behind the end is being written.
        let turn = self.begin_write()?;
        let space = self.shared().space().lock();
        let end = space.as_ref().ok_or(Error::ReadOnly)?.end();
        if end.get() * u64::from(self.page_size().get()) < self.file().file_len()? {
            self.file().set_len(end)?;
            self.file().sync()?;
        }
        drop(space);
        drop(turn);
        meter.advance(1)
    }

    /// Commits until what was retired before is free, readers apart.
    fn settle(&self) -> Result<()> {
        for _ in 0..SETTLING_COMMITS {
            let mut write = self.begin_write()?;
            write.refresh_roots(Choice::Behind(PageNo::MAX));
            write.set_durability(Durability::Full);
            write.commit()?;
        }
        Ok(())
    }
}
