//! Rows by row id.

use citadel_txn::{TreeId, View};

use super::projection::Projection;
use super::row_key;
use crate::batch::Column;
use crate::error::Result;
use crate::schema::{ColumnNo, RowId, TableDef};
use crate::types::StoredVector;

/// Fetches single rows, the wanted columns only.
#[derive(Clone, Debug)]
pub(crate) struct RowReader {
    rows: TreeId,
    projection: Projection,
}

impl RowReader {
    /// A reader of some columns, each named once; none is fine.
    pub(crate) fn new(table: &TableDef, wanted: &[ColumnNo]) -> Self {
        Self {
            rows: table.rows,
            projection: Projection::new(table, wanted),
        }
    }

    /// Appends the row's wanted columns to `out` (`out[i]` for `wanted[i]`). False: there is no such row.
    ///
    /// # Errors
    /// Storage errors; a row that does not decode. `out` is then of no use.
    pub(crate) fn fetch(&self, view: &dyn View, id: RowId, out: &mut [Column]) -> Result<bool> {
        let key = row_key::encode(id);
        let Some(row) = view.get(self.rows, &key)? else {
            return Ok(false);
        };
        self.projection.push_row_id(id, out)?;
        self.projection.push_row(id, &row, out)?;
        for (at, column) in self.projection.trees().iter().enumerate() {
            self.projection.push_vector(at, id, &row, out, |out| {
                let vector = view.get(column.tree, &key)?;
                match vector
                    .as_deref()
                    .and_then(|v| StoredVector::new(column.ty, v))
                {
                    Some(vector) => out.push_stored_vector(vector).map(|()| true),
                    None => Ok(false),
                }
            })?;
        }
        Ok(true)
    }
}
