//! Exact answers from a segment's codes.
//!
//! Codes bound the distance of each row from below ([`Segment::bounded`](citadel_vector::Segment::bounded)). All rows that the
//! bounds cannot exclude are measured with their stored vectors, nearest bound first, until the next bound is beyond the k-th
//! distance. So a scan of codes, a quarter of the bytes, gives what a scan of vectors gives.

use citadel_vector::{PositionSet, SearchError};

use super::allowed::Allowed;
use super::{LOOKUP_COST_IN_SCANNED_ROWS, MIN_RECHECKS, Missing, Searcher};
use crate::ann::{LiveSegment, PagedBlocks};
use crate::error::Result;
use crate::execute::vector::nearest::Nearest;
use crate::execute::vector::report::{BoundedReport, VectorReport};
use crate::schema::{AnnIndex, Metric, RowId};

/// Rows that are measured at a time, after the first k.
const STEP: usize = 8;

/// Why the codes of an index cannot give an exact answer.
pub(super) fn unable(index: &AnnIndex, nearest: &Nearest) -> Option<&'static str> {
    if nearest.within().is_some() {
        return Some("a recall of 1 is asked for, within a range");
    }
    match index.metric {
        Metric::L2 | Metric::InnerProduct | Metric::Cosine => None,
        Metric::Hamming => Some("a recall of 1 is asked for, of bits"),
    }
}

impl Searcher<'_> {
    /// Offers the rows of a segment that may be among the nearest.
    pub(super) fn search_bounded(
        &self,
        live: &LiveSegment,
        blocks: &PagedBlocks<'_>,
        nearest: &mut Nearest,
        report: &mut VectorReport,
    ) -> Result<Result<(), Missing>> {
        let segment = &*live.segment;
        let allowed = self.certainly_allowed(live)?;
        let matching = allowed.as_ref().map(PositionSet::len);
        let mut told = BoundedReport {
            of_delta: live.is_of_delta(),
            rows: segment.len(),
            matching,
            kept: 0,
            measured: 0,
        };
        if matching == Some(0) {
            report.bounded.push(told);
            return Ok(Ok(()));
        }
        let k = self.k.min(segment.len());
        self.setting.cache.with_scratch(|scratch| {
            let through = segment.through(blocks);
            let bounded = match through.bounded(self.query, allowed.as_ref(), k, scratch) {
                Ok(bounded) => bounded,
                Err(SearchError::CutShort(cut_short)) => {
                    return Ok(Err(Missing::Refused(blocks.refusal(cut_short)?)));
                }
                // A query without a direction, say: its distances are all NULL.
                Err(error) => return Ok(Err(Missing::Slow(error.to_string()))),
            };
            told.kept = bounded.len();
            let lookups = (told.kept as u64).saturating_mul(LOOKUP_COST_IN_SCANNED_ROWS);
            if lookups > self.rows.max(MIN_RECHECKS) {
                let why = format!("bounds exclude all but {} of {} rows", told.kept, self.rows);
                return Ok(Err(Missing::Slow(why)));
            }
            let mut rest = bounded;
            let mut step = k;
            let mut ids = Vec::with_capacity(k);
            while let Some(next) = rest.first()
                && !nearest.is_beyond(next.at_least)
            {
                let (now, later) = rest.split_at(step.min(rest.len()));
                (rest, step) = (later, STEP);
                ids.clear();
                ids.extend(now.iter().map(|candidate| RowId(candidate.row_id)));
                told.measured += ids.len();
                if let Err(missing) = self.rerank(&mut ids, nearest)? {
                    return Ok(Err(missing));
                }
            }
            report.bounded.push(told);
            if nearest.wants_undefined() {
                self.add_undefined(live, allowed.as_ref(), None, nearest)?;
            }
            Ok(Ok(()))
        })
    }

    /// The rows of a segment that satisfy WHERE and are as the segment has them; `None`: all. Where conditions are left that
    /// only rows can tell, the rows that satisfy WHERE are read: a bound is the k-th of rows that count.
    fn certainly_allowed(&self, live: &LiveSegment) -> Result<Option<PositionSet>> {
        let Allowed { rows, recheck } = self.allowed(live);
        if !recheck.is_empty() {
            return Ok(Some(self.positions_of(live, self.satisfying()?)));
        }
        if rows.is_some() || live.void().is_empty() {
            return Ok(rows);
        }
        let mut all = PositionSet::all(live.segment.len());
        all.subtract(live.void());
        Ok(Some(all))
    }
}
