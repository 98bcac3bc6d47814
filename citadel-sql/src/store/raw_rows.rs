//! Rows as they lie in the file, kept to be decoded later: what a filter does not need is read only of rows that pass.

use super::projection::Projection;
use crate::batch::Column;
use crate::error::Result;
use crate::schema::{ColumnNo, RowId, TableDef};

/// The bytes of some rows, and what is wanted of them.
#[derive(Debug)]
pub(crate) struct RawRows {
    projection: Projection,
    /// Where each row ends.
    ends: Vec<usize>,
    bytes: Vec<u8>,
}

impl RawRows {
    /// No rows yet, of which some columns are wanted that lie in the row.
    pub(crate) fn new(table: &TableDef, wanted: &[ColumnNo]) -> Self {
        Self::of(Projection::new(table, wanted))
    }

    fn of(projection: Projection) -> Self {
        Self {
            projection,
            ends: Vec::new(),
            bytes: Vec::new(),
        }
    }

    /// No rows, of which the same is wanted.
    pub(crate) fn again(&self) -> Self {
        Self::of(self.projection.clone())
    }

    /// Forgets all rows.
    pub(crate) fn clear(&mut self) {
        self.ends.clear();
        self.bytes.clear();
    }

    /// Keeps one more.
    #[inline]
    pub(super) fn push(&mut self, row: &[u8]) {
        self.bytes.extend_from_slice(row);
        self.ends.push(self.bytes.len());
    }

    /// Appends the wanted columns of a row, which has this id.
    ///
    /// # Errors
    /// It does not decode.
    pub(crate) fn decode(&self, row: usize, id: RowId, out: &mut [Column]) -> Result<()> {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.projection
            .push_row(id, &self.bytes[start..self.ends[row]], out)
    }
}
