//! All values of a stored row.

use super::row::{Field, components};
use super::writer::fields;
use crate::error::Result;
use crate::schema::{ColumnNo, RowId, TableDef};
use crate::types::Value;

/// The values of a row, one for each column. `vector` gives the vector of a column that has a tree of its own; `None`
/// reads as NULL.
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
        None => match vector(no) {
            Some(bytes) => Value::Vector(components(&bytes).collect()),
            None => Value::Null,
        },
    };
    let fields = fields(table, id, row)?;
    Ok((0..).map(ColumnNo).zip(fields).map(value).collect())
}
