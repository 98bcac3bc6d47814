//! All values of a stored row.

use super::projection::vector_type;
use super::row::Field;
use super::writer::fields;
use crate::error::Result;
use crate::schema::{ColumnNo, RowId, TableDef};
use crate::types::{StoredVector, Value};

/// The values of a row, one for each column. `vector` gives the vector of a column that has a tree of its own; `None`,
/// and what is of another size than the column's vectors, reads as NULL.
///
/// # Errors
/// The row does not decode.
pub(crate) fn stored_values(
    table: &TableDef,
    id: RowId,
    row: &[u8],
    mut vector: impl FnMut(ColumnNo) -> Option<Vec<u8>>,
) -> Result<Vec<Value>> {
    let value = |(no, field): (ColumnNo, Field<'_>)| match field.to_value() {
        Some(value) => value,
        None if table.rowid_column == Some(no) => Value::Integer(id.0),
        None => vector_type(table.column(no).ty)
            .zip(vector(no))
            .and_then(|(ty, bytes)| StoredVector::new(ty, &bytes).map(StoredVector::to_value))
            .unwrap_or_default(),
    };
    let fields = fields(table, id, row)?;
    Ok((0..).map(ColumnNo).zip(fields).map(value).collect())
}
