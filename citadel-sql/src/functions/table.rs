//! Functions that stand in FROM and give rows.

use crate::types::SqlType;

/// A function that gives rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TableFunction {
    /// `ann_index_status(table, column)`: one row.
    AnnIndexStatus,
    /// `generate_series(first, last [, step])`: whole numbers.
    GenerateSeries,
}

impl TableFunction {
    const ALL: [Self; 2] = [Self::AnnIndexStatus, Self::GenerateSeries];

    /// Finds a function by name, ASCII case folded.
    pub(crate) fn find(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|function| function.name().eq_ignore_ascii_case(name))
    }

    /// The names of all.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().map(Self::name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AnnIndexStatus => "ann_index_status",
            Self::GenerateSeries => "generate_series",
        }
    }

    /// What its arguments are.
    pub(crate) fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::AnnIndexStatus => &["a table", "a column"],
            Self::GenerateSeries => &["the first number", "the last one", "the step"],
        }
    }

    /// How many of them must be given.
    pub(crate) fn arguments_min(self) -> usize {
        2
    }

    /// The type of all arguments.
    pub(crate) fn argument_type(self) -> SqlType {
        match self {
            Self::AnnIndexStatus => SqlType::Text,
            Self::GenerateSeries => SqlType::Integer,
        }
    }

    /// Does its only column take the name of the relation?
    pub(crate) fn is_scalar(self) -> bool {
        self == Self::GenerateSeries
    }

    /// The columns of its rows.
    pub(crate) fn columns(self) -> &'static [(&'static str, SqlType)] {
        match self {
            Self::AnnIndexStatus => &ANN_INDEX_STATUS,
            Self::GenerateSeries => &GENERATE_SERIES,
        }
    }
}

const GENERATE_SERIES: [(&str, SqlType); 1] = [("generate_series", SqlType::Integer)];

const ANN_INDEX_STATUS: [(&str, SqlType); 20] = [
    ("index_name", SqlType::Text),
    ("table_name", SqlType::Text),
    ("column_name", SqlType::Text),
    ("metric", SqlType::Text),
    ("filters", SqlType::Text),
    ("table_rows", SqlType::Integer),
    ("segments", SqlType::Integer),
    ("segment_rows", SqlType::Integer),
    ("delta_rows", SqlType::Integer),
    ("file_bytes", SqlType::Integer),
    ("memory_bytes", SqlType::Integer),
    ("state", SqlType::Text),
    ("blake3", SqlType::Text),
    ("generation", SqlType::Integer),
    ("merged_at", SqlType::Text),
    ("recall_asked", SqlType::Real),
    ("recall", SqlType::Real),
    ("recall_bound", SqlType::Real),
    ("effort", SqlType::Integer),
    ("refusal", SqlType::Text),
];
