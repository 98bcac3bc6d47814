//! Functions that stand in FROM and give rows.

use super::Definitions;
use crate::types::SqlType;

/// A function that gives rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TableFunction {
    /// `ann_index_status(table, column)`: one row.
    AnnIndexStatus,
    /// `generate_series(first, last [, step])`: whole numbers.
    GenerateSeries,
    /// `unnest(array, …)`: the elements, side by side.
    Unnest,
    /// A relation that tells what is defined: its name stands in FROM, without arguments.
    Definitions(Definitions),
    /// `read_parquet(file)`: the rows of a Parquet file.
    ReadParquet,
    /// The rows that COPY takes in. No statement can name it.
    CopyInput,
    /// `lake_snapshots(table)`, `lake_files(table)`, `lake_indexes(table)`, `lake_history(table)`, `lake_metadata(table)`.
    Lake(Told),
}

/// What a table in a lake tells of itself, as rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Snapshots,
    Files,
    Indexes,
    History,
    /// The key of an encrypted one.
    Key,
    Metadata,
}

impl TableFunction {
    const ALL: [Self; 10] = [
        Self::AnnIndexStatus,
        Self::GenerateSeries,
        Self::Unnest,
        Self::ReadParquet,
        Self::Lake(Told::Snapshots),
        Self::Lake(Told::Files),
        Self::Lake(Told::Indexes),
        Self::Lake(Told::History),
        Self::Lake(Told::Key),
        Self::Lake(Told::Metadata),
    ];

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
            Self::Unnest => "unnest",
            Self::ReadParquet => "read_parquet",
            Self::Definitions(relation) => relation.name(),
            Self::CopyInput => "copy_input",
            Self::Lake(Told::Snapshots) => "lake_snapshots",
            Self::Lake(Told::Files) => "lake_files",
            Self::Lake(Told::Indexes) => "lake_indexes",
            Self::Lake(Told::History) => "lake_history",
            Self::Lake(Told::Key) => "lake_key",
            Self::Lake(Told::Metadata) => "lake_metadata",
        }
    }

    /// What its arguments are.
    pub(crate) fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::AnnIndexStatus => &["a table", "a column"],
            Self::Lake(_) => &["a table"],
            Self::GenerateSeries => &["the first number", "the last one", "the step"],
            Self::Unnest => &["arrays"],
            Self::ReadParquet => &["the name of a file"],
            Self::CopyInput | Self::Definitions(_) => &[],
        }
    }

    /// How many of them must be given.
    pub(crate) fn arguments_min(self) -> usize {
        match self {
            Self::AnnIndexStatus | Self::GenerateSeries => 2,
            Self::Lake(_) | Self::Unnest | Self::ReadParquet => 1,
            Self::CopyInput | Self::Definitions(_) => 0,
        }
    }

    /// How many there may be.
    pub(crate) fn arguments_max(self) -> usize {
        match self {
            Self::Unnest => usize::MAX,
            _ => self.arguments().len(),
        }
    }

    /// The type of all arguments; `None`: they are arrays.
    pub(crate) fn argument_type(self) -> Option<SqlType> {
        match self {
            Self::AnnIndexStatus | Self::Lake(_) | Self::ReadParquet => Some(SqlType::Text),
            Self::GenerateSeries => Some(SqlType::Integer),
            Self::Unnest | Self::CopyInput | Self::Definitions(_) => None,
        }
    }

    /// Does its only column take the name of the relation?
    pub(crate) fn is_scalar(self) -> bool {
        matches!(self, Self::GenerateSeries | Self::Unnest)
    }

    /// The columns of its rows; those of `unnest` are as its arguments, those of a file are the file's, and those of COPY
    /// its table's.
    pub(crate) fn columns(self) -> &'static [(&'static str, SqlType)] {
        match self {
            Self::AnnIndexStatus => &ANN_INDEX_STATUS,
            Self::GenerateSeries => &GENERATE_SERIES,
            Self::Unnest | Self::CopyInput | Self::ReadParquet => &[],
            Self::Definitions(relation) => relation.columns(),
            Self::Lake(Told::Snapshots) => &LAKE_SNAPSHOTS,
            Self::Lake(Told::Files) => &LAKE_FILES,
            Self::Lake(Told::Indexes) => &LAKE_INDEXES,
            Self::Lake(Told::History) => &LAKE_HISTORY,
            Self::Lake(Told::Key) => &LAKE_KEY,
            Self::Lake(Told::Metadata) => &LAKE_METADATA,
        }
    }
}

const GENERATE_SERIES: [(&str, SqlType); 1] = [("generate_series", SqlType::Integer)];

const LAKE_METADATA: [(&str, SqlType); 2] = [("catalog", SqlType::Text), ("path", SqlType::Text)];

const LAKE_SNAPSHOTS: [(&str, SqlType); 7] = [
    ("snapshot_id", SqlType::Integer),
    ("parent_id", SqlType::Integer),
    ("sequence", SqlType::Integer),
    ("time_ms", SqlType::Integer),
    ("rows_added", SqlType::Integer),
    ("rows_total", SqlType::Integer),
    ("operation", SqlType::Text),
];

const LAKE_FILES: [(&str, SqlType); 6] = [
    ("path", SqlType::Text),
    ("content", SqlType::Text),
    ("rows", SqlType::Integer),
    ("bytes", SqlType::Integer),
    ("snapshot_id", SqlType::Integer),
    ("sequence", SqlType::Integer),
];

const LAKE_INDEXES: [(&str, SqlType); 4] = [
    ("data_file", SqlType::Text),
    ("column_name", SqlType::Text),
    ("state", SqlType::Text),
    ("reason", SqlType::Text),
];

const LAKE_HISTORY: [(&str, SqlType); 2] = [
    ("time_ms", SqlType::Integer),
    ("snapshot_id", SqlType::Integer),
];

const LAKE_KEY: [(&str, SqlType); 2] = [("key_id", SqlType::Text), ("key", SqlType::Text)];

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
