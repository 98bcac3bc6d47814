//! How to look for rows, chosen by what it is expected to cost.
//!
//! A scan scores every matching row. A walk scores a number of rows that grows with its effort and, under a filter, with the
//! share of rows that do not match, since it goes through those too; and each of them costs more, as memory is jumped through
//! and each is a decision.

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

/// What a search is expected to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// How it would begin.
    pub regime: Regime,
    /// What it would cost, in the time that scoring one row in a scan takes (7 to 10 ns at 384 dimensions).
    pub cost: f64,
}

/// Rows scored in a walk of effort zero, and for each unit of effort: measured, to predict what a walk costs.
const WALK_BASE: usize = 340;
const WALK_PER_EF: usize = 12;
/// How much longer it takes to score a row on a walk than in a scan: measured.
const WALK_TO_SCAN: f64 = 2.5;

impl Estimate {
    /// Scoring `matching` rows, whatever it costs.
    pub(super) fn scan(matching: usize) -> Self {
        Self {
            regime: Regime::ScoreAll,
            cost: matching as f64,
        }
    }

    /// The regime that is expected to be fastest for `matching` of `indexed` rows.
    pub(super) fn new(indexed: usize, matching: usize, ef: usize) -> Self {
        let scored = WALK_BASE.saturating_add(WALK_PER_EF.saturating_mul(ef.max(1)));
        let share = matching as f64 / indexed.max(1) as f64;
        let walk = scored as f64 / share.max(f64::MIN_POSITIVE).sqrt() * WALK_TO_SCAN;
        let scan = matching as f64;
        let regime = if scan <= walk {
            Regime::ScoreAll
        } else if matching < indexed {
            Regime::FilteredWalk
        } else {
            Regime::Walk
        };
        Self {
            regime,
            cost: scan.min(walk),
        }
    }
}

/// Rows that a walk may score before scoring all matching rows directly is the better end.
pub(super) fn walk_limit(matching: usize) -> usize {
    (matching as f64 / WALK_TO_SCAN) as usize + WALK_BASE
}

/// How many matching rows to keep in view for an effort.
///
/// A pool with `ef` matching rows holds `ef / share` rows in all, where `share` of them match, and that finds more of the true
/// neighbours than the same effort does without a filter. A pool of `ef / sqrt(share)` rows in all finds about as many. (Where
/// rows that match lie together, near the query, they fill the pool alone: then it holds `ef` of them.)
pub(super) fn matching_in_view(indexed: usize, matching: usize, ef: usize) -> usize {
    let share = matching as f64 / indexed.max(1) as f64;
    ((ef as f64 * share.sqrt()).ceil() as usize).max(1)
}
