//! Materialized views.

/// What makes a table a materialized view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Materialized {
    /// The query whose rows it keeps, as the user wrote it.
    pub(crate) query: String,
    /// It has rows of some moment; else it cannot be read.
    pub(crate) is_filled: bool,
}
