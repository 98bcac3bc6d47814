//! What is done with the files of lake tables.

/// What is done with the files of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Upkeep {
    /// Joins small files; or brings rows together whose vectors in a column are near each other.
    Compact {
        by: Option<String>,
    },
    /// Of snapshots before a time in milliseconds since 1970 the newest are kept.
    Expire {
        before_ms: i64,
        keep: usize,
    },
    BuildIndexes,
    /// Only files that are older.
    RemoveOrphans {
        hours: u64,
    },
}
