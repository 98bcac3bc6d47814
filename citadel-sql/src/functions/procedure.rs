//! Procedures that CALL runs on tables in lakes.

/// A procedure. Its first argument names a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LakeProcedure {
    /// `lake_compact(table [, column])`: joins small files, and drops deleted rows from them; or brings near rows together.
    Compact,
    /// `lake_expire(table [, before [, keep]])`: forgets old snapshots.
    Expire,
    /// `lake_build_indexes(table)`: builds the vector indexes that files have yet to get.
    BuildIndexes,
    /// `lake_remove_orphans(table [, hours])`: removes files that no snapshot names.
    RemoveOrphans,
}

impl LakeProcedure {
    const ALL: [Self; 4] = [
        Self::Compact,
        Self::Expire,
        Self::BuildIndexes,
        Self::RemoveOrphans,
    ];

    /// Finds a procedure by name, ASCII case folded.
    pub(crate) fn find(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|procedure| procedure.name().eq_ignore_ascii_case(name))
    }

    /// The names of all.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().map(Self::name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Compact => "lake_compact",
            Self::Expire => "lake_expire",
            Self::BuildIndexes => "lake_build_indexes",
            Self::RemoveOrphans => "lake_remove_orphans",
        }
    }

    /// What its arguments are; all but the first may be left out.
    pub(crate) fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Compact => &["a table", "a vector column"],
            Self::BuildIndexes => &["a table"],
            Self::Expire => &["a table", "a time", "how many snapshots are kept"],
            Self::RemoveOrphans => &["a table", "hours"],
        }
    }

    /// The columns of its report.
    pub(crate) fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Compact => &["snapshot_id", "files_replaced", "files_written"],
            Self::Expire => &["snapshots_expired"],
            Self::BuildIndexes => &["indexes_built"],
            Self::RemoveOrphans => &["files_removed"],
        }
    }
}
