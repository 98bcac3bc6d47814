//! Rows that COPY left out.

/// A row that `COPY … FROM` with `ON_ERROR ignore` has left out, since one of its values is none of its column's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedRow {
    /// The line that it begins in, from 1 on.
    pub line: u64,
    /// The column whose value was refused; `None` where the row has too few or too many fields.
    pub column: Option<String>,
    /// Why.
    pub message: String,
    /// Its fields, with commas between them, or its line.
    pub text: String,
}
