//! The ann plan: segments through their graphs, or by bounds where the answer is to be exact; the delta exactly.

mod allowed;
mod bounded;
mod candidates;
mod range;

use std::borrow::Cow;
use std::cell::OnceCell;

use citadel_vector::{PositionSet, SearchParams};

use self::allowed::Allowed;
use self::candidates::Candidates;
use super::exact::{Asked, measure_rows};
use super::nearest::Nearest;
use super::report::{SegmentReport, VectorReport};
use super::row_filter::RowFilter;
use super::row_source;
use super::setting::Setting;
use crate::ann::{IndexSnapshot, LiveSegment, Refusal, fits_in_memory};
use crate::batch::BATCH_ROWS;
use crate::bind::bound::Expr;
use crate::error::Result;
use crate::expression::Measure;
use crate::plan::vector::AnnTopK;
use crate::schema::{AnnIndex, Recall, RowId};
use crate::store::VectorSource;
use crate::types::Value;

/// Looking up one row of the delta, or one candidate, costs about as much as scanning this many rows: where more than
/// one row in so many has to be looked up, the exact plan is the faster one.
const LOOKUP_COST_IN_SCANNED_ROWS: u64 = 4;

/// Candidates may be rechecked up to this number whatever the size of the table.
const MIN_RECHECKS: u64 = 1_024;

/// Row ids from another index are read up to this number whatever the size of the table.
const MIN_HITS: usize = 256;

/// How a search ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// What was offered is the answer.
    Answered,
    /// The exact plan is to answer, for this reason. What was offered is to be forgotten.
    Exact(String),
}

/// Offers the nearest rows of an index, and all of its delta, to `nearest`.
pub(super) fn search(
    setting: &Setting<'_>,
    plan: &AnnTopK,
    query: &Value,
    k: usize,
    nearest: &mut Nearest,
    report: &mut VectorReport,
) -> Result<Outcome> {
    let Some(index) = plan.ann() else {
        return Ok(Outcome::Exact("the index is of another kind".into()));
    };
    let asked = setting.ann.asked(index);
    if asked == Recall::EXACT
        && let Some(why) = bounded::unable(index, nearest)
    {
        return Ok(Outcome::Exact(why.into()));
    }
    let table = &plan.exact.top.table;
    let rows = setting.view.tree_len(table.rows)?;
    let delta = setting.view.tree_len(index.delta)?;
    // What is in memory of a delta costs as little as a segment; the rest is looked up.
    if !fits_in_memory(table, index, delta)
        && let Some(why) = too_many_lookups(delta, rows)
    {
        return Ok(Outcome::Exact(why));
    }
    let (cache, id) = (setting.cache, plan.index.id);
    let snapshot = match IndexSnapshot::open(setting.view, cache, table, id, index)? {
        Ok(snapshot) => snapshot,
        Err(reason) => return Ok(Outcome::Exact(format!("the index is refused: {reason}"))),
    };
    if let Some(why) = too_many_lookups(snapshot.fresh().len() as u64, rows) {
        return Ok(Outcome::Exact(why));
    }
    let Some(measure) = Measure::new(plan.exact.top.key.metric, query.as_ref()) else {
        return Ok(Outcome::Exact("the vector searched for is NULL".into()));
    };
    let query = &numbers(query);
    let hits = match &plan.hits {
        Some(hits) => row_source::collect(&hits.plans, setting, hits_max(rows, k))?,
        None => None,
    };
    report.hits = plan.hits.is_some().then(|| hits.as_ref().map(Vec::len));
    let searcher = Searcher {
        setting,
        plan,
        measure,
        source: VectorSource::new(table, &plan.exact.top.key.vector)?,
        query,
        k,
        asked,
        rows,
        snapshot,
        hits,
        satisfying: OnceCell::new(),
    };
    searcher.run(index, nearest, report)
}

/// Why so many rows of the delta are not worth looking up, if they are not.
fn too_many_lookups(delta: u64, rows: u64) -> Option<String> {
    let is_slow = delta > 0 && delta.saturating_mul(LOOKUP_COST_IN_SCANNED_ROWS) >= rows;
    is_slow.then(|| {
        format!(
            "{delta} rows were written or deleted since the index was folded, and the table has {rows}"
        )
    })
}

/// How many row ids are worth reading from another index. If more rows satisfy it, the search finds enough of them among its
/// first candidates, for less.
fn hits_max(rows: u64, k: usize) -> usize {
    let rows = usize::try_from(rows).unwrap_or(usize::MAX);
    let wanted = SearchParams::for_k(k).rerank(k).min(rows);
    2 * rows.saturating_mul(wanted).isqrt().max(MIN_HITS)
}

/// The vector as segments know it: bits are zeros and ones.
fn numbers(query: &Value) -> Cow<'_, [f32]> {
    match query {
        Value::Vector(vector) => Cow::Borrowed(vector),
        Value::Bits(bits) => bits.as_ref().numbers().collect(),
        _ => Cow::Borrowed(&[]),
    }
}

struct Searcher<'a> {
    setting: &'a Setting<'a>,
    plan: &'a AnnTopK,
    measure: Measure<'a>,
    source: VectorSource,
    query: &'a [f32],
    k: usize,
    /// The share of the true neighbours to find.
    asked: Recall,
    /// Rows of the table.
    rows: u64,
    snapshot: IndexSnapshot,
    /// The rows that the plan's other way gives, where they were worth reading.
    hits: Option<Vec<RowId>>,
    /// The rows that satisfy the whole of WHERE, once a recheck has shown that few do.
    satisfying: OnceCell<Vec<RowId>>,
}

/// Why a segment's part of the answer is missing.
enum Missing {
    /// The exact plan is faster, or the only one.
    Slow(String),
    /// The segment does not match its table.
    Mismatch(RowId),
    /// A part of the segment that is not in memory is damaged.
    Refused(Refusal),
}

impl Searcher<'_> {
    fn run(
        &self,
        index: &AnnIndex,
        nearest: &mut Nearest,
        report: &mut VectorReport,
    ) -> Result<Outcome> {
        for live in &self.snapshot.segments {
            match self.search_segment(live, index, nearest, report)? {
                Ok(()) => {}
                Err(Missing::Refused(refusal)) => {
                    let why = format!("the index is refused: {refusal}");
                    live.refuse(self.setting.cache, self.plan.index.id, refusal);
                    return Ok(Outcome::Exact(why));
                }
                Err(Missing::Slow(why)) => return Ok(Outcome::Exact(why)),
                Err(Missing::Mismatch(RowId(row))) => {
                    let reason = format!("row {row} is not in the table as the segment has it");
                    let refusal = Refusal::new(&reason);
                    live.refuse(self.setting.cache, self.plan.index.id, refusal);
                    return Ok(Outcome::Exact(format!("the index is refused: {reason}")));
                }
            }
        }
        debug_assert_eq!(index.vector, self.plan.exact.top.key.vector.indexed);
        self.search_delta(nearest, report)?;
        Ok(Outcome::Answered)
    }

    fn search_segment(
        &self,
        live: &LiveSegment,
        index: &AnnIndex,
        nearest: &mut Nearest,
        report: &mut VectorReport,
    ) -> Result<Result<(), Missing>> {
        let blocks = live.blocks(self.setting.view, index);
        if self.asked == Recall::EXACT {
            return self.search_bounded(live, &blocks, nearest, report);
        }
        if let Some(within) = nearest.within().cloned() {
            return self.search_within(live, &blocks, &within, nearest, report);
        }
        let segment = &*live.segment;
        let Allowed { rows, recheck } = self.allowed(live);
        let allowed = rows;
        if allowed.as_ref().is_some_and(PositionSet::is_empty) {
            report
                .segments
                .push(SegmentReport::nothing(live.is_of_delta(), segment.len()));
            return Ok(Ok(()));
        }
        let k = self.k.min(segment.len());
        let effort = segment.effort(k, self.asked.share(), allowed.is_some());
        let params = SearchParams { ef: effort.ef };
        let matching = allowed.as_ref().map_or(segment.len(), PositionSet::len);
        let wanted = effort.candidates.min(matching);
        if (wanted as u64).saturating_mul(LOOKUP_COST_IN_SCANNED_ROWS) > self.rows.max(MIN_RECHECKS)
        {
            let why = format!("{wanted} of {} rows would have to be reranked", self.rows);
            return Ok(Err(Missing::Slow(why)));
        }
        let mut recheck = self.row_filter(&recheck)?;
        let narrowed = OnceCell::new();
        self.setting.cache.with_scratch(|scratch| {
            let through = segment.through(&blocks);
            let search = through.search(self.query, allowed.as_ref(), params, scratch);
            let mut search = match search {
                Ok(search) => search,
                // A query without a direction, say: its distances are all NULL.
                Err(error) => return Ok(Err(Missing::Slow(error.to_string()))),
            };
            let mut candidates = Candidates::new(self, live, &narrowed, wanted);
            if let Err(missing) = candidates.collect(&mut search, wanted, recheck.as_mut())? {
                return Ok(Err(missing));
            }
            if let Some(cut_short) = search.cut_short() {
                return Ok(Err(Missing::Refused(blocks.refusal(cut_short)?)));
            }
            let stats = search.explain();
            let Candidates {
                mut passing,
                checked,
                ..
            } = candidates;
            report.segments.push(SegmentReport {
                of_delta: live.is_of_delta(),
                rows: segment.len(),
                matching: allowed.as_ref().map(PositionSet::len),
                stats,
                effort: Some((self.asked, effort)),
                rechecked: if recheck.is_some() { checked } else { 0 },
                narrowed: narrowed.get().map(PositionSet::len),
                reranked: passing.len(),
            });
            if let Err(missing) = self.rerank(&mut passing, nearest)? {
                return Ok(Err(missing));
            }
            if nearest.wants_undefined() {
                self.add_undefined(live, allowed.as_ref(), recheck.as_mut(), nearest)?;
            }
            Ok(Ok(()))
        })
    }

    fn row_filter(&self, conjuncts: &[Expr]) -> Result<Option<RowFilter>> {
        if conjuncts.is_empty() {
            return Ok(None);
        }
        let top = &self.plan.exact.top;
        RowFilter::new(&top.table, top.relation, conjuncts, self.setting.params).map(Some)
    }

    /// Measures candidates with their stored vectors.
    fn rerank(
        &self,
        candidates: &mut [RowId],
        nearest: &mut Nearest,
    ) -> Result<Result<(), Missing>> {
        candidates.sort_unstable();
        for (&row, distance) in candidates.iter().zip(self.distances_of(candidates)?) {
            match distance {
                Some(distance) => nearest.push(Some(distance), row),
                None => return Ok(Err(Missing::Mismatch(row))),
            }
        }
        Ok(Ok(()))
    }

    /// The exact distances of candidates; `None`: it has none in the table.
    fn distances_of(&self, rows: &[RowId]) -> Result<Vec<Option<f32>>> {
        let mut distances = Vec::with_capacity(rows.len());
        self.source
            .fetch_several(self.setting.view, rows, |_, vector, ahead| {
                distances.push(match vector {
                    Some(vector) => self.measure.distance_ahead(vector, ahead)?,
                    None => None,
                });
                Ok(())
            })?;
        Ok(distances)
    }

    /// A row that the segment has and the table has not.
    fn lost(&self, given: &[RowId]) -> Result<Missing> {
        let Searcher { setting, plan, .. } = self;
        let top = &plan.exact.top;
        let mut there = RowFilter::new(&top.table, top.relation, &[], setting.params)?;
        let mut found = Vec::new();
        there.select(setting.view, given, &mut found)?;
        let lost = given.iter().find(|row| !found.contains(row));
        Ok(Missing::Mismatch(lost.copied().unwrap_or(given[0])))
    }

    /// Offers the segment's rows without a distance, by ascending row id, until as many are kept as can matter.
    fn add_undefined(
        &self,
        live: &LiveSegment,
        allowed: Option<&PositionSet>,
        mut recheck: Option<&mut RowFilter>,
        nearest: &mut Nearest,
    ) -> Result<()> {
        let segment = &*live.segment;
        let mut rows: Vec<RowId> = segment
            .undefined()
            .filter(|position| allowed.is_none_or(|allowed| allowed.contains(*position)))
            .map(|position| RowId(segment.row_id(position)))
            .filter(|row| !live.is_void(*row))
            .collect();
        rows.sort_unstable();
        let mut passing = Vec::new();
        for rows in rows.chunks(BATCH_ROWS) {
            if !rows
                .first()
                .is_some_and(|row| nearest.takes_undefined(*row))
            {
                break;
            }
            self.setting.interrupt.check()?;
            let rows = match &mut recheck {
                None => rows,
                Some(filter) => {
                    passing.clear();
                    filter.select(self.setting.view, rows, &mut passing)?;
                    &passing
                }
            };
            rows.iter().for_each(|&row| nearest.push(None, row));
        }
        Ok(())
    }

    /// Measures the rows of the delta that no segment has, and that satisfy the whole WHERE clause.
    fn search_delta(&self, nearest: &mut Nearest, report: &mut VectorReport) -> Result<()> {
        let fresh = self.snapshot.fresh();
        report.delta_rows = self.snapshot.delta_len();
        if fresh.is_empty() {
            return Ok(());
        }
        let pushed = self.plan.pushed.iter().map(|pushed| pushed.expr.clone());
        let conjuncts: Vec<_> = pushed.chain(self.plan.residual.iter().cloned()).collect();
        let top = &self.plan.exact.top;
        let mut filter = RowFilter::new(&top.table, top.relation, &conjuncts, self.setting.params)?;
        let mut passing = Vec::new();
        let mut asked = [Asked {
            measure: Some(self.measure),
            nearest,
        }];
        for rows in fresh.chunks(BATCH_ROWS) {
            self.setting.interrupt.check()?;
            passing.clear();
            filter.select(self.setting.view, rows, &mut passing)?;
            report.delta_measured += passing.len();
            measure_rows(self.setting.view, &self.source, &passing, &mut asked)?;
        }
        Ok(())
    }
}
