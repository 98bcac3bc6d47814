//! Batches: what operators exchange. Up to [`BATCH_ROWS`] rows, one typed column each.
//!
//! What always holds: all columns of a batch have `rows` values; a column's values are of one type. Buffers are
//! reused: an operator clears the batch that it is given and fills it, so a steady stream allocates nothing.

mod bytes;
mod codec;
mod column;
mod numerics;

pub(crate) use column::{Column, ColumnData};

use crate::error::Result;
use crate::types::SqlType;

/// The most rows in a batch.
pub(crate) const BATCH_ROWS: usize = 1024;

/// The most memory that a batch keeps while nothing is read into it.
const IDLE_BYTES_MAX: usize = 4 << 10;

/// Rows as columns of equal length.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    pub(crate) columns: Vec<Column>,
    /// Kept apart, since a batch may have no columns (`SELECT 1` without FROM, `COUNT(*)`).
    pub(crate) rows: usize,
}

impl Batch {
    /// No rows, and columns of these types.
    #[cfg(test)]
    pub(crate) fn new(types: &[SqlType]) -> Self {
        Self {
            columns: types.iter().map(|&ty| Column::new(ty, 0)).collect(),
            rows: 0,
        }
    }

    /// No rows; columns keep their types and memory, and there are as many as `types`.
    pub(crate) fn reset(&mut self, types: &[SqlType]) {
        self.rows = 0;
        self.columns.truncate(types.len());
        for (column, &ty) in self.columns.iter_mut().zip(types) {
            column.clear();
            if column.sql_type() != ty.evaluated() {
                *column = Column::new(ty, 0);
            }
        }
        for &ty in &types[self.columns.len()..] {
            self.columns.push(Column::new(ty, 0));
        }
    }

    /// Forgets all rows; columns keep their types and memory.
    pub(crate) fn clear(&mut self) {
        self.rows = 0;
        self.columns.iter_mut().for_each(Column::clear);
    }

    /// Bytes of memory that the rows take, with what is kept for more.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.columns.iter().map(Column::heap_bytes).sum()
    }

    /// Forgets all rows, and memory beyond what a few rows need: the batch will lie idle.
    pub(crate) fn rest(&mut self) {
        self.rows = 0;
        if self.heap_bytes() > IDLE_BYTES_MAX {
            self.columns.clear();
        }
        self.columns.iter_mut().for_each(Column::clear);
    }

    /// Appends all rows of a batch with the same columns.
    pub(crate) fn append(&mut self, other: &Self) -> Result<()> {
        self.match_columns(other);
        for (to, from) in self.columns.iter_mut().zip(&other.columns) {
            to.append(from)?;
        }
        self.rows += other.rows;
        Ok(())
    }

    /// Appends some rows of a batch with the same columns, in the order given.
    pub(crate) fn append_rows(&mut self, other: &Self, rows: &[u32]) -> Result<()> {
        self.match_columns(other);
        for (to, from) in self.columns.iter_mut().zip(&other.columns) {
            to.append_rows(from, rows)?;
        }
        self.rows += rows.len();
        Ok(())
    }

    /// An empty batch takes the number of columns from the first one appended, and forgets what they held.
    fn match_columns(&mut self, other: &Self) {
        if self.rows == 0 {
            self.columns.iter_mut().for_each(Column::clear);
            self.columns
                .resize_with(other.columns.len(), Column::default);
        }
        debug_assert_eq!(self.columns.len(), other.columns.len());
    }

    /// Keeps the rows given, in that order.
    pub(crate) fn keep(&mut self, rows: &[u32]) {
        if is_identity(rows, self.rows) {
            return;
        }
        for column in &mut self.columns {
            *column = column.gather(rows);
        }
        self.rows = rows.len();
    }

    /// Keeps the first rows.
    pub(crate) fn truncate(&mut self, rows: usize) {
        if rows < self.rows {
            self.columns
                .iter_mut()
                .for_each(|column| column.truncate(rows));
            self.rows = rows;
        }
    }
}

/// Do the row numbers name all of `0..len`, in order?
fn is_identity(rows: &[u32], len: usize) -> bool {
    rows.len() == len && rows.iter().enumerate().all(|(at, &row)| at == row as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::ValueRef;

    #[test]
    fn keeps_rows_and_reuses_columns() {
        let mut batch = Batch::new(&[SqlType::Integer]);
        for value in 0..5 {
            batch.columns[0].push_integer(value).unwrap();
            batch.rows += 1;
        }
        batch.keep(&[4, 0]);
        assert_eq!(
            (batch.rows, batch.columns[0].get(0)),
            (2, ValueRef::Integer(4))
        );
        batch.reset(&[SqlType::Integer, SqlType::Text]);
        assert_eq!((batch.rows, batch.columns.len()), (0, 2));
        assert_eq!(batch.columns[1].sql_type(), SqlType::Text);
    }
}
