//! Writing rows.

use super::Field;
use crate::codec::{put_bytes, put_signed, put_varint};
use crate::types::ValueRef;

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

    /// Writes the next column's value, which is of the column's type.
    pub(crate) fn value(&mut self, value: ValueRef<'_>) {
        let out = &mut self.bytes;
        match value {
            ValueRef::Null => return self.null(),
            ValueRef::Boolean(v) => out.push(u8::from(v)),
            ValueRef::Integer(v) => put_signed(out, v),
            ValueRef::Real(v) => out.extend_from_slice(&v.to_le_bytes()),
            ValueRef::Text(v) => put_bytes(out, v.as_bytes()),
            ValueRef::Blob(v) => put_bytes(out, v),
            ValueRef::Vector(v) => put_components(out, v),
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

    /// Writes the next column as another row has it.
    pub(crate) fn field(&mut self, field: Field<'_>) {
        match field {
            Field::Default(v) => self.value(v.as_ref()),
            Field::Null => self.null(),
            Field::Elsewhere => self.elsewhere(),
            Field::Boolean(v) => self.value(ValueRef::Boolean(v)),
            Field::Integer(v) => self.value(ValueRef::Integer(v)),
            Field::Real(v) => self.value(ValueRef::Real(v)),
            Field::Text(v) => self.value(ValueRef::Text(v)),
            Field::Blob(v) => self.value(ValueRef::Blob(v)),
            Field::Vector(bytes) => {
                self.bytes.extend_from_slice(bytes);
                self.column += 1;
            }
        }
    }

    /// The row.
    pub(crate) fn finish(&self) -> &[u8] {
        &self.bytes
    }
}

/// Appends the components of a vector, little-endian.
pub(crate) fn put_components(out: &mut Vec<u8>, vector: &[f32]) {
    let start = out.len();
    out.resize(start + size_of_val(vector), 0);
    let (slots, _) = out[start..].as_chunks_mut::<4>();
    for (slot, component) in slots.iter_mut().zip(vector) {
        *slot = component.to_le_bytes();
    }
}
