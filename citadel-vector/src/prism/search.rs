//! Searching a segment: choose a regime, then yield candidates in batches for as long as the caller wants more.

use super::Segment;
use crate::filter::{Bits, Position, PositionSet, low_bits};
use crate::kernel::{Kernels, prefetch};
use crate::metric::Metric;
use crate::quantize::QueryCode;

use super::candidate::Candidate;
use super::pool::Entry;
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
    pub fn rerank(&self, k: usize) -> usize {
        (self.ef / 2).max(2 * k).max(k + 10)
    }
}

/// How a search looks for rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
    /// Every matching row is scored: there are few of them, or walking did not pay.
    ScoreAll,
    /// A walk through the graph that also goes through rows that do not match.
    FilteredWalk,
    /// A walk through the graph where every row matches.
    Walk,
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
    /// The allowed set is of another segment.
    #[error("the allowed set is of {found} rows, the segment has {expected}")]
    Universe {
        /// Rows of the segment.
        expected: usize,
        /// Rows that the set ranges over.
        found: usize,
    },
}

/// Rows scored in a walk of effort zero, and for each unit of effort: measured, to predict what a walk costs.
const WALK_BASE: usize = 300;
const WALK_PER_EF: usize = 12;
/// How much longer it takes to score a row on a walk than in a scan: measured.
const WALK_TO_SCAN: f64 = 2.5;
/// Rows that are scored at a time in a scan.
const SCAN_BATCH: usize = 256;

/// What a search does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    ScoreAll,
    Walk,
    Rest,
}

/// A running search. It borrows its scratch memory; it never starts over.
#[derive(Debug)]
pub struct Search<'s> {
    segment: &'s Segment,
    allowed: Option<&'s PositionSet>,
    scratch: &'s mut Scratch,
    ef: usize,
    phase: Phase,
    began: bool,
    stats: SearchStats,
}

impl<'s> Search<'s> {
    pub(crate) fn new(
        segment: &'s Segment,
        query: &[f32],
        allowed: Option<&'s PositionSet>,
        params: SearchParams,
        scratch: &'s mut Scratch,
    ) -> Result<Self, SearchError> {
        check(segment, query, allowed)?;
        let indexed = segment.shape.indexed;
        let matching = allowed.map_or(indexed, |allowed| allowed.count_below(indexed));
        let regime = choose_regime(indexed, matching, params.ef.max(1));
        let ef = matching_in_view(indexed, matching, params.ef.max(1));
        scratch
            .query
            .prepare(&segment.codes, segment.shape.metric, query);
        scratch.rest.clear();
        Ok(Self {
            segment,
            allowed,
            scratch,
            ef,
            phase: match regime {
                Regime::ScoreAll => Phase::ScoreAll,
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
            },
        })
    }

    /// The next `wanted` candidates, in ascending approximate distance; fewer only where no more are left, and none once every
    /// allowed row with a vector was yielded (or where `wanted` is zero).
    ///
    /// Later batches go on where earlier ones ended. A walk may find rows in them that are nearer than some that it yielded
    /// before; reranking puts them in their place.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self, wanted: usize) -> &[Candidate] {
        self.scratch.candidates.clear();
        let wanted = wanted.min(self.stats.matching - self.stats.yielded);
        if wanted == 0 {
            return &[];
        }
        match self.phase {
            Phase::ScoreAll => self.score_all(wanted),
            Phase::Walk => self.walk(wanted),
            Phase::Rest => self.yield_rest(wanted),
        }
        self.began = true;
        self.stats.yielded += self.scratch.candidates.len();
        &self.scratch.candidates
    }

    /// What was done so far.
    pub fn explain(&self) -> SearchStats {
        self.stats
    }

    /// Scores every matching row, keeping the best `wanted` in order and the rest for later.
    fn score_all(&mut self, wanted: usize) {
        self.scratch.pool.reset(wanted);
        self.scan(false, |scratch, entry| scratch.pool.insert(entry));
        self.take(wanted);
        self.scratch.pool.drain_unyielded(&mut self.scratch.rest);
        self.phase = Phase::Rest;
    }

    fn walk(&mut self, wanted: usize) {
        let target = if self.began {
            self.ef.max(self.stats.yielded + 2 * wanted)
        } else {
            self.ef.max(wanted)
        };
        if self.began {
            self.scratch.pool.grow(target);
        } else {
            self.begin_walk(target);
        }
        let found_enough = match self.allowed {
            Some(allowed) => self.expand(|position| allowed.contains(Position(position))),
            None => self.expand(|_| true),
        };
        if found_enough {
            return self.take(wanted);
        }
        self.score_rest();
        self.yield_rest(wanted);
    }

    /// Scores the entries.
    fn begin_walk(&mut self, target: usize) {
        self.scratch.visited.reset(self.segment.shape.indexed);
        self.scratch.pool.reset(target);
        self.scratch.batch.clear();
        for &entry in &self.segment.entries {
            if self.scratch.visited.insert(entry) {
                self.scratch.batch.push(entry);
            }
        }
        let allowed = self.allowed;
        self.score_batch(
            |position| allowed.is_none_or(|allowed| allowed.contains(Position(position))),
            |scratch, entry| scratch.pool.insert(entry),
        );
    }

    /// Walks until the best rows are all expanded (true), or until the graph is exhausted or scoring the rest directly is
    /// cheaper (false).
    fn expand(&mut self, matches: impl Fn(u32) -> bool + Copy) -> bool {
        let limit = (self.stats.matching as f64 / WALK_TO_SCAN) as usize + WALK_BASE;
        let graph = &self.segment.graph;
        while let Some(position) = self.scratch.pool.expand_next() {
            self.stats.expanded += 1;
            let scratch = &mut *self.scratch;
            scratch.batch.clear();
            for &link in graph.links(position) {
                if scratch.visited.insert(link) {
                    prefetch(self.segment.matrix.row(link));
                    scratch.batch.push(link);
                }
            }
            if let Some(next) = scratch.pool.peek_next() {
                graph.prefetch(next);
            }
            self.score_batch(matches, |scratch, entry| scratch.pool.insert(entry));
            if self.stats.visited > limit {
                return false;
            }
        }
        self.scratch.pool.is_full()
    }

    /// Scores all matching rows that the walk has not met, and gathers them with those that it has.
    fn score_rest(&mut self) {
        self.stats.scored_rest = true;
        self.scratch.pool.drain_unyielded(&mut self.scratch.rest);
        self.scan(true, |scratch, entry| scratch.rest.push(entry));
        self.phase = Phase::Rest;
    }

    /// Scores matching rows in the order of memory: all of them, or those that a walk has not visited.
    fn scan(&mut self, unvisited: bool, sink: impl Fn(&mut Scratch, Entry) + Copy) {
        let indexed = self.segment.shape.indexed;
        self.scratch.batch.clear();
        for index in 0..indexed.div_ceil(64) {
            let mut word = self
                .allowed
                .map_or(u64::MAX, |allowed| allowed.words()[index]);
            if indexed - index * 64 < 64 {
                word &= low_bits(indexed % 64);
            }
            if unvisited {
                word &= !self.scratch.visited.word(index);
            }
            let first = index as u32 * 64;
            self.scratch.batch.extend(Bits(word).map(|bit| first + bit));
            if self.scratch.batch.len() >= SCAN_BATCH {
                self.score_batch(|_| true, sink);
                self.scratch.batch.clear();
            }
        }
        self.score_batch(|_| true, sink);
    }

    /// Scores the rows of the batch.
    #[inline]
    fn score_batch(&mut self, matches: impl Fn(u32) -> bool, sink: impl Fn(&mut Scratch, Entry)) {
        let scratch = &mut *self.scratch;
        let count = scratch.batch.len();
        scratch.products.resize(count, 0);
        Kernels::active().dot_rows(
            self.segment.matrix.as_rows(),
            &scratch.batch,
            scratch.query.codes(),
            &mut scratch.products,
        );
        let halves = &self.segment.halves;
        for index in 0..count {
            let position = scratch.batch[index];
            let half = halves.get(position as usize).copied().unwrap_or(0.0);
            let score = scratch.query.score(scratch.products[index], half);
            sink(scratch, Entry::new(score, position, matches(position)));
        }
        self.stats.visited += count;
    }

    /// Yields from the pool.
    fn take(&mut self, wanted: usize) {
        let Scratch {
            pool,
            candidates,
            query,
            ..
        } = &mut *self.scratch;
        let segment = self.segment;
        pool.take(wanted, |entry| {
            candidates.push(candidate(segment, query, entry));
        });
    }

    /// Yields from what was scored aside.
    fn yield_rest(&mut self, wanted: usize) {
        let Scratch {
            rest,
            candidates,
            query,
            ..
        } = &mut *self.scratch;
        let wanted = wanted.min(rest.len());
        if wanted < rest.len() {
            rest.select_nth_unstable(wanted);
        }
        rest[..wanted].sort_unstable();
        let segment = self.segment;
        candidates.extend(
            rest.drain(..wanted)
                .map(|entry| candidate(segment, query, entry)),
        );
    }
}

fn candidate(segment: &Segment, query: &QueryCode, entry: Entry) -> Candidate {
    let position = Position(entry.position());
    Candidate {
        position,
        row_id: segment.row_id(position),
        approx: query.approx(entry.score()),
    }
}

fn check(
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

/// How many matching rows to keep in view for an effort.
///
/// A pool with `ef` matching rows holds `ef / share` rows in all, where `share` of them match, and that finds more of the true
/// neighbours than the same effort does without a filter. A pool of `ef / sqrt(share)` rows in all finds about as many.
fn matching_in_view(indexed: usize, matching: usize, ef: usize) -> usize {
    let share = matching as f64 / indexed.max(1) as f64;
    ((ef as f64 * share.sqrt()).ceil() as usize).max(1)
}

/// The regime that is expected to be fastest.
///
/// A scan scores every matching row. A walk scores a number of rows that grows with its effort and, under a filter, with the
/// share of rows that do not match, since it goes through those too; and each of them costs more, as memory is jumped through.
fn choose_regime(indexed: usize, matching: usize, ef: usize) -> Regime {
    let scored = WALK_BASE.saturating_add(WALK_PER_EF.saturating_mul(ef));
    let share = matching as f64 / indexed.max(1) as f64;
    let walk_cost = scored as f64 / share.max(f64::MIN_POSITIVE).sqrt() * WALK_TO_SCAN;
    if matching as f64 <= walk_cost {
        Regime::ScoreAll
    } else if matching < indexed {
        Regime::FilteredWalk
    } else {
        Regime::Walk
    }
}
