//! Batches: what operators exchange. Up to [`BATCH_ROWS`] rows, one typed column each.

mod column;

pub(crate) use column::{Bytes, Column, ColumnData};

/// The most rows in a batch.
pub(crate) const BATCH_ROWS: usize = 1024;

/// Rows as columns of equal length.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    pub(crate) columns: Vec<Column>,
    /// Kept apart, since a batch may have no columns (`SELECT 1` without FROM, `COUNT(*)`).
    pub(crate) rows: usize,
}
