//! Taking candidates of one search until as many as wanted have passed the recheck.
//!
//! A recheck reads rows, and how many of them pass is known only by trying. Where few do, reading the rows that satisfy WHERE by
//! the exact plan's way becomes the cheaper one: then they are read once, and the same search goes on among them.

use std::cell::OnceCell;

use citadel_vector::{PositionSet, Search};

use super::{MIN_RECHECKS, Missing, Searcher};
use crate::ann::LiveSegment;
use crate::batch::BATCH_ROWS;
use crate::error::Result;
use crate::execute::vector::row_filter::RowFilter;
use crate::execute::vector::row_source;
use crate::schema::RowId;

/// Rechecking one candidate costs about as much as finding out in a scan which of this many rows satisfy WHERE.
const RECHECK_COST_IN_SCANNED_ROWS: u64 = 16;

/// Candidates of one search that passed the recheck.
pub(super) struct Candidates<'a, 's> {
    searcher: &'a Searcher<'a>,
    live: &'s LiveSegment,
    /// The rows that the search is narrowed to.
    narrowed: &'s OnceCell<PositionSet>,
    pub(super) passing: Vec<RowId>,
    /// Candidates that the search gave and that are not void.
    pub(super) checked: usize,
}

impl<'a, 's> Candidates<'a, 's> {
    pub(super) fn new(
        searcher: &'a Searcher<'a>,
        live: &'s LiveSegment,
        narrowed: &'s OnceCell<PositionSet>,
        wanted: usize,
    ) -> Self {
        Self {
            searcher,
            live,
            narrowed,
            passing: Vec::with_capacity(wanted),
            checked: 0,
        }
    }

    /// Lets the search go on until as many as wanted have passed, or none are left.
    pub(super) fn collect(
        &mut self,
        search: &mut Search<'s>,
        wanted: usize,
        mut recheck: Option<&mut RowFilter>,
    ) -> Result<Result<(), Missing>> {
        let Searcher { setting, rows, .. } = self.searcher;
        let budget = (rows / RECHECK_COST_IN_SCANNED_ROWS).max(MIN_RECHECKS);
        let mut given = Vec::new();
        while self.passing.len() < wanted {
            setting.interrupt.check()?;
            let candidates = search.next(self.ask(wanted - self.passing.len()));
            if candidates.is_empty() {
                break;
            }
            given.clear();
            let ids = candidates.iter().map(|candidate| RowId(candidate.row_id));
            given.extend(ids.filter(|row| !self.live.is_void(*row)));
            let Some(filter) = &mut recheck else {
                self.passing.extend_from_slice(&given);
                continue;
            };
            self.checked += given.len();
            let found = filter.select(setting.view, &given, &mut self.passing)?;
            if found < given.len() {
                return Ok(Err(self.searcher.lost(&given)?));
            }
            if self.checked as u64 > budget && self.passing.len() < wanted {
                recheck = None;
                self.narrow(search)?;
            }
        }
        Ok(Ok(()))
    }

    /// How many candidates to ask for, so that as many as are missing pass: by the share that has passed so far.
    fn ask(&self, missing: usize) -> usize {
        if self.checked == 0 || self.narrowed.get().is_some() {
            return missing;
        }
        let share = self.checked.div_ceil(self.passing.len().max(1));
        missing
            .saturating_mul(share)
            .clamp(missing, missing.max(BATCH_ROWS))
    }

    /// Reads which rows satisfy WHERE, and lets the search go on among them.
    fn narrow(&mut self, search: &mut Search<'s>) -> Result<()> {
        let satisfying = self.searcher.satisfying()?;
        let (searcher, live) = (self.searcher, self.live);
        let narrowed = self
            .narrowed
            .get_or_init(|| searcher.positions_of(live, satisfying));
        search.narrow(narrowed);
        Ok(())
    }
}

impl Searcher<'_> {
    /// The rows of the table that satisfy WHERE, read once.
    pub(super) fn satisfying(&self) -> Result<&[RowId]> {
        if let Some(rows) = self.satisfying.get() {
            return Ok(rows);
        }
        let found = row_source::collect(self.plan.exact.input(), self.setting, usize::MAX)?;
        Ok(self.satisfying.get_or_init(|| found.unwrap_or_default()))
    }
}
