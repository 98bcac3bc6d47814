//! Writing rows.

use super::Field;
use crate::codec::{put_bytes, put_varint};
use crate::types::{Element, SqlType, ValueRef, put_scalar, put_vector};

/// Writes one row, column by column, into a buffer that is used again for the next.
#[derive(Debug, Default)]
pub(crate) struct RowEncoder {
    bytes: Vec<u8>,
    /// Where the null bits start.
    nulls_at: usize,
    /// Columns written so far.
    column: usize,
}

impl RowEncoder {
    /// Begins a row of so many columns.
    pub(crate) fn begin(&mut self, columns: usize) {
        self.bytes.clear();
        put_varint(&mut self.bytes, columns as u64);
        self.nulls_at = self.bytes.len();
        self.bytes.resize(self.nulls_at + columns.div_ceil(8), 0);
        self.column = 0;
    }

    /// Bytes of memory of the buffer.
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Writes the next column, which is NULL.
    pub(crate) fn null(&mut self) {
        self.bytes[self.nulls_at + self.column / 8] |= 1 << (self.column % 8);
        self.column += 1;
    }

    /// Passes over the next column, which is not NULL and lies elsewhere.
    pub(crate) fn elsewhere(&mut self) {
        self.column += 1;
    }

    /// Writes the next column's value, which the column's type can hold.
    pub(crate) fn value(&mut self, ty: SqlType, value: ValueRef<'_>) {
        let out = &mut self.bytes;
        match value {
            ValueRef::Null => return self.null(),
            ValueRef::Vector(_) | ValueRef::Bits(_) => put_vector(out, value, element(ty)),
            ValueRef::Array(array) => put_bytes(out, array.as_bytes()),
            value => {
                put_scalar(out, value);
            }
        }
        self.column += 1;
    }

    /// Says of the next column, which lies elsewhere, whether it is NULL.
    pub(crate) fn value_elsewhere(&mut self, value: ValueRef<'_>) {
        if value.is_null() {
            self.null();
        } else {
            self.elsewhere();
        }
    }

    /// Writes the next column, of a type, as another row has it.
    pub(crate) fn field(&mut self, ty: SqlType, field: Field<'_>) {
        let value = match field {
            Field::Default(v) => v.as_ref(),
            Field::Null => ValueRef::Null,
            Field::Elsewhere => return self.elsewhere(),
            Field::Value(v) => v,
            Field::Vector(stored) => {
                self.bytes.extend_from_slice(stored.bytes);
                self.column += 1;
                return;
            }
        };
        self.value(ty, value);
    }

    /// The row.
    pub(crate) fn finish(&self) -> &[u8] {
        &self.bytes
    }
}

/// The element of a vector type.
fn element(ty: SqlType) -> Element {
    match ty {
        SqlType::Vector(vector) => vector.element,
        _ => Element::F32,
    }
}
