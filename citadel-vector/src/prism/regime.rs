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
    /// What it would cost, in the time that scoring one row in a scan takes (2 to 5 ns at 384 dimensions, less where rows lie close).
    pub cost: f64,
}

/// Rows scored in a walk of effort zero, and for each unit of effort: measured, to predict what a walk costs.
const WALK_BASE: usize = 340;
const WALK_PER_EF: usize = 12;
/// How much longer a row on a walk takes than one in a scan, for the choice between the two. By the clock it is rather more, but
/// walks then end in scans too soon: a filter that keeps half of the rows (`f2_optional_small`, twice today's effort) was answered
/// 12,900 times a second with 6, 11,500 with 10, 9,800 with 14.
const WALK_TO_SCAN: f64 = 6.0;

/// Rows that a walk scores where `share` of those that it meets match.
fn walk_rows(ef: usize, share: f64) -> f64 {
    let scored = WALK_BASE.saturating_add(WALK_PER_EF.saturating_mul(ef.max(1)));
    scored as f64 / share.max(f64::MIN_POSITIVE).sqrt()
}

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
        let share = matching as f64 / indexed.max(1) as f64;
        let walk = walk_rows(ef, share) * WALK_TO_SCAN;
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
fn walk_limit(matching: usize) -> usize {
    (matching as f64 / WALK_TO_SCAN) as usize + WALK_BASE
}

/// Rows that are met before anything is said of their share.
const FIRST_LOOK: usize = 192;

/// What a walk has met so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Met {
    /// Rows scored.
    pub(super) visited: usize,
    /// The best of those, which the walk has in view, and how many of them match.
    pub(super) in_view: usize,
    pub(super) matching_in_view: usize,
}

/// Whether scanning `matching` rows is cheaper than walking on.
///
/// A filter may keep rows that are rather far from the query: then hardly any of those that the walk has in view match, though
/// many of all rows do, and it would have to walk through all that are nearer. It shows early, by the share of matching rows
/// in view.
pub(super) fn scan_is_cheaper(met: Met, matching: usize, indexed: usize, ef: usize) -> bool {
    if met.visited > walk_limit(matching) {
        return true;
    }
    if met.visited < FIRST_LOOK {
        return false;
    }
    let share = (met.matching_in_view + 1) as f64 / (met.in_view + 1) as f64;
    // Fewer than of all rows: the farther it gets, the more of what it meets lies between the query and the filter's rows.
    let expected = matching as f64 / indexed.max(1) as f64;
    let against = (expected / share).max(1.0);
    let left = walk_rows(ef, share) * against - met.visited as f64;
    left * WALK_TO_SCAN > matching as f64
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rows_are_scanned_and_many_walked_through() {
        let regime = |matching| Estimate::new(60_000, matching, 32).regime;
        assert_eq!(regime(0), Regime::ScoreAll);
        assert_eq!(regime(3_000), Regime::ScoreAll);
        assert_eq!(regime(48_000), Regime::FilteredWalk);
        assert_eq!(regime(60_000), Regime::Walk);
        // In a larger segment, walks pay for a smaller share.
        assert_eq!(
            Estimate::new(6_000_000, 600_000, 32).regime,
            Regime::FilteredWalk
        );
    }

    #[test]
    fn a_walk_ends_where_hardly_any_row_in_view_matches() {
        let met = |in_view, matching_in_view| Met {
            visited: 300,
            in_view,
            matching_in_view,
        };
        const ALL: usize = 25_000_000;
        let matching = 24_000;
        // As many as the filter's share, and none.
        assert!(!scan_is_cheaper(met(60, 24), matching, 60_000, 32));
        assert!(scan_is_cheaper(met(300, 0), matching, 60_000, 32));
        // Scanning ten million rows takes longer than walking far.
        assert!(!scan_is_cheaper(met(300, 0), 10_000_000, ALL, 32));
        let visited = 2_000_000;
        assert!(scan_is_cheaper(
            Met {
                visited,
                ..met(60, 24)
            },
            10_000_000,
            ALL,
            32
        ));
    }
}
