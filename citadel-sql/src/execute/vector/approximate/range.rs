//! A walk as far as a radius.
//!
//! The search yields candidates by approximate distance. Each is measured with its stored vector and held against the range. The
//! walk ends where as many rows as asked for are found, or where the radius is passed: after a run of candidates beyond
//! it, of which the length grows with what was found. So what is missed are rows that the walk would have come to only
//! after such a run, and the recall is that of a top-k query for as many rows as were found, or more.

use citadel_vector::{PositionSet, Search, SearchParams};

use super::allowed::Allowed;
use super::{LOOKUP_COST_IN_SCANNED_ROWS, MIN_RECHECKS, Missing, Searcher};
use crate::ann::{LiveSegment, PagedBlocks};
use crate::batch::BATCH_ROWS;
use crate::error::Result;
use crate::execute::vector::nearest::Nearest;
use crate::execute::vector::report::{SegmentReport, VectorReport};
use crate::execute::vector::row_filter::RowFilter;
use crate::execute::vector::within::Within;
use crate::schema::RowId;

/// Candidates asked for at first.
const FIRST_STEP: usize = 64;

/// The radius is passed when so many candidates in a row are beyond it, or one in so many of those within it if that is
/// more: walks yield rows out of order by the error of their codes, and later steps see farther than earlier ones.
const RUN_MIN: usize = 32;
const RUN_SHARE: usize = 8;

impl Searcher<'_> {
    /// Offers the rows of a segment within a range.
    pub(super) fn search_within(
        &self,
        live: &LiveSegment,
        blocks: &PagedBlocks<'_>,
        within: &Within,
        nearest: &mut Nearest,
        report: &mut VectorReport,
    ) -> Result<Result<(), Missing>> {
        let segment = &*live.segment;
        let Allowed {
            rows: allowed,
            recheck,
        } = self.allowed(live);
        let k = self.k.min(segment.len());
        let effort = segment.effort(k.min(FIRST_STEP), self.asked.share(), allowed.is_some());
        let params = SearchParams { ef: effort.ef };
        let mut walk = Walk {
            searcher: self,
            live,
            within,
            recheck: self.row_filter(&recheck)?,
            wanted: SearchParams::for_k(k).rerank(k),
            measured: 0,
            near: 0,
            passing: 0,
            run: 0,
        };
        self.setting.cache.with_scratch(|scratch| {
            let through = segment.through(blocks);
            let search = through.search(self.query, allowed.as_ref(), params, scratch);
            let mut search = match search {
                Ok(search) => search,
                Err(error) => return Ok(Err(Missing::Slow(error.to_string()))),
            };
            let ended = walk.run(&mut search, nearest)?;
            if let Some(cut_short) = search.cut_short() {
                return Ok(Err(Missing::Refused(blocks.refusal(cut_short)?)));
            }
            report.segments.push(SegmentReport {
                of_delta: live.is_of_delta(),
                rows: segment.len(),
                matching: allowed.as_ref().map(PositionSet::len),
                stats: search.explain(),
                effort: Some((self.asked, effort)),
                rechecked: if walk.recheck.is_some() { walk.near } else { 0 },
                narrowed: None,
                reranked: walk.measured,
            });
            Ok(ended)
        })
    }
}

/// One walk.
struct Walk<'a> {
    searcher: &'a Searcher<'a>,
    live: &'a LiveSegment,
    within: &'a Within,
    recheck: Option<RowFilter>,
    /// Rows after which nobody asks for more.
    wanted: usize,
    measured: usize,
    /// Of those measured, how many are in the range.
    near: usize,
    /// Of those in the range, how many satisfy the rest of WHERE.
    passing: usize,
    /// Candidates beyond the radius since the last one that was not.
    run: usize,
}

impl Walk<'_> {
    fn run(
        &mut self,
        search: &mut Search<'_>,
        nearest: &mut Nearest,
    ) -> Result<Result<(), Missing>> {
        let Searcher { setting, rows, .. } = self.searcher;
        let budget = (rows / LOOKUP_COST_IN_SCANNED_ROWS).max(MIN_RECHECKS);
        let mut given = Vec::new();
        while self.passing < self.wanted && !self.is_past_the_radius() {
            setting.interrupt.check()?;
            if self.measured as u64 > budget {
                let why = format!(
                    "{} of the first {} candidates are within the range",
                    self.near, self.measured
                );
                return Ok(Err(Missing::Slow(why)));
            }
            let step = FIRST_STEP.max(self.near / 2).min(BATCH_ROWS);
            let candidates = search.next(step);
            if candidates.is_empty() {
                break;
            }
            given.clear();
            let ids = candidates.iter().map(|candidate| RowId(candidate.row_id));
            given.extend(ids.filter(|row| !self.live.is_void(*row)));
            if let Err(missing) = self.offer(&given, nearest)? {
                return Ok(Err(missing));
            }
        }
        Ok(Ok(()))
    }

    fn is_past_the_radius(&self) -> bool {
        self.run >= RUN_MIN.max(self.near / RUN_SHARE)
    }

    /// Measures candidates, and offers those in the range that satisfy the rest of WHERE.
    fn offer(&mut self, given: &[RowId], nearest: &mut Nearest) -> Result<Result<(), Missing>> {
        let mut near = Vec::with_capacity(given.len());
        for (&row, distance) in given.iter().zip(self.searcher.distances_of(given)?) {
            let Some(distance) = distance else {
                return Ok(Err(Missing::Mismatch(row)));
            };
            self.measured += 1;
            self.run = if self.within.may_hold_beyond(distance) {
                0
            } else {
                self.run + 1
            };
            if self.within.holds(distance) {
                near.push((row, distance));
            }
        }
        self.near += near.len();
        if let Some(filter) = &mut self.recheck {
            let rows: Vec<RowId> = near.iter().map(|(row, _)| *row).collect();
            let mut passing = Vec::with_capacity(rows.len());
            let found = filter.select(self.searcher.setting.view, &rows, &mut passing)?;
            if found < rows.len() {
                return Ok(Err(self.searcher.lost(&rows)?));
            }
            // Both are in the order of the candidates.
            let mut passing = passing.into_iter().peekable();
            near.retain(|(row, _)| passing.next_if_eq(row).is_some());
        }
        self.passing += near.len();
        for (row, distance) in near {
            nearest.push(Some(distance), row);
        }
        Ok(Ok(()))
    }
}
