//! How much is measured.

use crate::arguments::Arguments;

/// Numbers of rounds, rows and operations.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// Rounds that count; one more warms up.
    pub(super) rounds: usize,
    /// Rows of the loaded table.
    pub(super) rows: usize,
    /// Rows that are there before durable commits begin.
    pub(super) durable_rows: usize,
    /// Durable commits of one row in a round, over all threads.
    pub(super) commits: usize,
    /// Commits of 1,000 rows in a round.
    pub(super) batches: usize,
    /// Cached reads by id in a round.
    pub(super) points: usize,
    /// Reads by id after dropping the file from the system's cache.
    pub(super) cold_points: usize,
    /// Scans of the whole table in a round.
    pub(super) scans: usize,
    /// Steps of the mixed load in a round.
    pub(super) steps: usize,
    /// Rows of the table of which half is deleted and loaded again, ten times.
    pub(super) churn_rows: usize,
    /// Bytes of vectors that are scanned.
    pub(super) vector_bytes: usize,
}

impl Effort {
    pub(super) fn new(arguments: &Arguments) -> Self {
        let effort = if arguments.quick {
            Self::QUICK
        } else {
            Self::FULL
        };
        Self {
            rounds: arguments.rounds.unwrap_or(effort.rounds),
            ..effort
        }
    }

    const QUICK: Self = Self {
        rounds: 3,
        rows: 100_000,
        durable_rows: 10_000,
        commits: 1_000,
        batches: 10,
        points: 50_000,
        cold_points: 500,
        scans: 5,
        steps: 10_000,
        churn_rows: 50_000,
        vector_bytes: 64 << 20,
    };

    const FULL: Self = Self {
        rounds: 7,
        rows: 500_000,
        durable_rows: 10_000,
        commits: 4_000,
        batches: 40,
        points: 200_000,
        cold_points: 2_000,
        scans: 5,
        steps: 40_000,
        churn_rows: 200_000,
        vector_bytes: 192 << 20,
    };
}
