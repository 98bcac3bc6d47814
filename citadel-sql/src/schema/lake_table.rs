//! A table whose rows lie in a lake.

use super::{ColumnNo, Metric};

/// Where the rows of a table lie, and what is known of them. Rows that a transaction inserts wait in the table's own trees until it is
/// committed; after that, and in every snapshot, those are empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LakeDef {
    /// The folder of the Iceberg table: an absolute path.
    pub(crate) location: String,
    pub(crate) catalog: LakeCatalog,
    /// The vector columns and how near their vectors are.
    pub(crate) vectors: Vec<(ColumnNo, Metric)>,
}

/// Who tells which metadata of a table in a lake is the newest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LakeCatalog {
    /// The names of the files in its folder.
    #[default]
    Files,
    /// This database.
    Embedded,
}

impl LakeCatalog {
    /// What the option says.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Files => "filesystem",
            Self::Embedded => "embedded",
        }
    }
}

impl LakeDef {
    /// How near the vectors of a column are.
    pub(crate) fn metric(&self, no: ColumnNo) -> Option<Metric> {
        let found = self.vectors.iter().find(|(column, _)| *column == no);
        found.map(|(_, metric)| *metric)
    }
}
