//! Searching a segment: choose a regime, then yield candidates in batches for as long as the caller wants more.

use super::Segment;
use crate::filter::PositionSet;
use crate::metric::Metric;

use super::blocks::{CutShort, Pager};
use super::candidate::Candidate;
use super::regime::{Regime, matching_in_view};
use super::scratch::Scratch;

/// Effort of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchParams {
    /// Rows that a walk keeps in view: more find more of the true neighbours and take longer. Where a filter lets few rows
    /// through, fewer of those that match and more in all.
    pub ef: usize,
}

impl Default for SearchParams {
    fn default() -> Self {
        Self {
            ef: Self::DEFAULT_EF,
        }
    }
}

impl SearchParams {
    /// The effort that gave a recall@10 of at least 0.95 in every measured case; see the crate's example `measure`.
    pub const DEFAULT_EF: usize = 64;

    /// The effort for `k` rows: the default, or more where `k` needs it.
    pub fn for_k(k: usize) -> Self {
        Self {
            ef: Self::DEFAULT_EF.max(k.saturating_mul(2)),
        }
    }

    /// How many candidates to take from [`Search::next`] and rerank with stored vectors, to answer with `k` rows.
    ///
    /// Candidates come ordered by eight-bit codes, whose error is small beside the distances between neighbours: two more than
    /// `k` gave all of the recall in every measured case, ten more gave nothing beyond.
    pub fn rerank(&self, k: usize) -> usize {
        k.saturating_add(k / 8).saturating_add(2)
    }
}

/// What a search did so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchStats {
    /// How it began.
    pub regime: Regime,
    /// Exact number of allowed rows with a vector.
    pub matching: usize,
    /// Rows scored.
    pub visited: usize,
    /// Rows whose neighbours were looked at.
    pub expanded: usize,
    /// Candidates yielded.
    pub yielded: usize,
    /// Whether a walk ended by scoring all the rest.
    pub scored_rest: bool,
    /// Blocks of the segment that were read because they are not in memory, each as often as it was read.
    pub blocks_read: usize,
}

/// A query that cannot be searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// The query has another dimension than the segment.
    #[error("a query of {found} dimensions cannot search vectors of {expected}")]
    Dimension {
        /// The segment's dimension.
        expected: usize,
        /// The query's dimension.
        found: usize,
    },
    /// A component is NaN or infinite.
    #[error("a query must be finite")]
    NotFinite,
    /// The query is zero under cosine: every distance is undefined.
    #[error("a zero query has no cosine distance to anything")]
    Zero,
    /// A part of the segment is not in memory and could not be read.
    #[error(transparent)]
    CutShort(#[from] CutShort),
    /// The allowed set is of another segment.
    #[error("the allowed set is of {found} rows, the segment has {expected}")]
    Universe {
        /// Rows of the segment.
        expected: usize,
        /// Rows that the set ranges over.
        found: usize,
    },
}

/// What a search does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing is scored; all is to be.
    Scan,
    /// All is scored, and the pool holds the best.
    Scanned,
    /// A walk goes on for as long as there is something to expand.
    Walk,
    /// All is scored and waits aside.
    Rest,
}

/// A running search. It borrows its scratch memory; it never starts over.
#[derive(Debug)]
pub struct Search<'s> {
    pub(super) segment: &'s Segment,
    pub(super) allowed: Option<&'s PositionSet>,
    pub(super) scratch: &'s mut Scratch,
    /// Reads what is not in memory.
    pub(super) pager: Pager<'s>,
    /// Matching rows to keep in view.
    pub(super) ef: usize,
    /// A row that a walk takes for one that it has seen.
    pub(super) withheld: Option<u32>,
    /// Rows to keep in view, whether they match or not.
    pub(super) in_view: usize,
    pub(super) phase: Phase,
    pub(super) began: bool,
    pub(super) stats: SearchStats,
}

impl<'s> Search<'s> {
    pub(crate) fn new(
        segment: &'s Segment,
        pager: Pager<'s>,
        query: &[f32],
        allowed: Option<&'s PositionSet>,
        params: SearchParams,
        scratch: &'s mut Scratch,
    ) -> Result<Self, SearchError> {
        check(segment, query, allowed)?;
        let indexed = segment.shape.indexed;
        let matching = allowed.map_or(indexed, |allowed| allowed.count_below(indexed));
        let regime = segment.estimate(matching, params).regime;
        let ef = matching_in_view(indexed, matching, params.ef.max(1));
        scratch.query.prepare(
            &segment.codes,
            segment.coarse.as_ref().map(|coarse| coarse.codes),
            segment.shape.metric,
            query,
        );
        scratch.rest.clear();
        Ok(Self {
            segment,
            allowed,
            scratch,
            pager,
            ef,
            withheld: None,
            in_view: params.ef,
            phase: match regime {
                Regime::ScoreAll => Phase::Scan,
                Regime::FilteredWalk | Regime::Walk => Phase::Walk,
            },
            began: false,
            stats: SearchStats {
                regime,
                matching,
                visited: 0,
                expanded: 0,
                yielded: 0,
                scored_rest: false,
                blocks_read: 0,
            },
        })
    }

    /// Has a walk neither find a row nor go through it. A scan of all rows finds it.
    pub(super) fn withhold(&mut self, position: u32) {
        self.withheld = Some(position);
    }

    /// The next `wanted` candidates, in ascending approximate distance; fewer only where no more are left, and none once every
    /// allowed row with a vector was yielded (or where `wanted` is zero); more where rows after them are as near for all that codes
    /// can tell.
    ///
    /// Later batches go on where earlier ones ended. A walk may find rows in them that are nearer than some that it yielded
    /// before; reranking puts them in their place.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self, wanted: usize) -> &[Candidate] {
        self.scratch.candidates.clear();
        let wanted = wanted.min(self.stats.matching - self.stats.yielded);
        if wanted == 0 || self.pager.cut_short().is_some() {
            return &[];
        }
        match self.phase {
            Phase::Scan => self.scan_all(wanted),
            Phase::Scanned => self.yield_scanned(wanted),
            Phase::Walk => self.walk(wanted),
            Phase::Rest => self.yield_rest(wanted),
        }
        self.began = true;
        self.stats.blocks_read = self.pager.blocks_read();
        if self.pager.cut_short().is_some() {
            // What was scored without its codes is no answer.
            self.scratch.candidates.clear();
        }
        self.stats.yielded += self.scratch.candidates.len();
        &self.scratch.candidates
    }

    /// Why the search ended before it was done, if it did: a block could not be read. It yields nothing any more, and what it
    /// yielded before is as right as ever.
    pub fn cut_short(&self) -> Option<CutShort> {
        self.pager.cut_short()
    }

    /// What was done so far.
    pub fn explain(&self) -> SearchStats {
        self.stats
    }
}

pub(super) fn check(
    segment: &Segment,
    query: &[f32],
    allowed: Option<&PositionSet>,
) -> Result<(), SearchError> {
    let expected = segment.shape.dim;
    if query.len() != expected {
        return Err(SearchError::Dimension {
            expected,
            found: query.len(),
        });
    }
    if query.iter().any(|value| !value.is_finite()) {
        return Err(SearchError::NotFinite);
    }
    if segment.shape.metric == Metric::Cosine && query.iter().all(|&value| value == 0.0) {
        return Err(SearchError::Zero);
    }
    match allowed {
        Some(allowed) if allowed.universe() != segment.len() => Err(SearchError::Universe {
            expected: segment.len(),
            found: allowed.universe(),
        }),
        _ => Ok(()),
    }
}
