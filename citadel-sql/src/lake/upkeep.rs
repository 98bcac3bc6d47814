//! What is done with the files of lake tables.

/// What is done with the files of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Upkeep {
    Compact,
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
