//! What rows look like as text.

/// The form of rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Format {
    /// PostgreSQL's own: a line a row, with backslashes.
    Text(TextFormat),
    Csv(CsvFormat),
    /// A JSON object a line.
    JsonLines,
    /// A file of Apache Parquet.
    Parquet,
}

/// Lines of fields with backslashes before what is not meant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TextFormat {
    pub(crate) delimiter: u8,
    /// What stands for NULL.
    pub(crate) null: String,
    pub(crate) header: Header,
}

/// Fields with quotes around what is not meant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CsvFormat {
    pub(crate) delimiter: u8,
    pub(crate) quote: u8,
    /// Stands before a quote, or itself, inside quotes.
    pub(crate) escape: u8,
    /// What stands for NULL, without quotes.
    pub(crate) null: String,
    pub(crate) header: Header,
    /// For each column: is it always written with quotes?
    pub(crate) force_quote: Vec<bool>,
    /// For each column: is what stands for NULL a text?
    pub(crate) force_not_null: Vec<bool>,
    /// For each column: is it NULL also in quotes?
    pub(crate) force_null: Vec<bool>,
}

/// The line before the first row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header {
    /// There is none.
    None,
    /// Passed over, or written.
    Line,
    /// It must name the columns.
    Match,
}
