//! Index entries: keys whose byte order is the order of the columns' values.
//!
//! ```text
//! columns      for each column: 1 = not NULL, then the value; 2 = NULL (so NULLs come last)
//!   BOOLEAN    1 byte, 0 or 1
//!   INTEGER    8 bytes, big-endian, sign bit flipped
//!   REAL       8 bytes, big-endian: sign bit flipped if positive, all bits if negative; −0 is 0
//!   TEXT, BLOB the bytes, each 0 as (0, FF), and (0, 1) at the end
//!   DATE       4 bytes, big-endian, sign bit flipped: days since 2000-01-01
//!   TIME, TIMESTAMP, TIMESTAMPTZ  microseconds, as an INTEGER
//!   NUMERIC    sign, exponent and digits of base 100, as in [`numeric`](crate::types::numeric); no scale
//!   UUID       16 bytes
//!   INTERVAL   16 bytes, big-endian, sign bit flipped: its length in microseconds, of months of 30 days
//!   ENUM       8 bytes, big-endian: the value's place
//!   t[]        its elements, each as a column; 0; the dimensions: how many (1 byte), lengths (4 bytes each, big-endian), lower
//!              bounds (4 bytes each, big-endian, sign bit flipped)
//! row id       as in [`row_key`], at the end, unless the index is unique and no column is NULL; then it is the entry's value
//! ```
//!
//! What always holds:
//!
//! - no encoded value is a prefix of another of its type, so columns can follow one another, and the keys that
//!   begin with given columns are one contiguous range ([`KeyRange`]);
//! - an entry's row id is its value, or, where the value is empty, the last 8 bytes of its key.

mod array;
mod columns;
mod decode;
mod entry;
mod range;
#[cfg(test)]
mod tests;

pub(crate) use columns::EntryColumns;
pub(crate) use decode::describe_key;
use decode::read_key_column;
pub(crate) use entry::{IndexEntry, row_id_of_entry};
pub(crate) use range::KeyRange;

use super::row_key;
use crate::error::{Error, Result, SqlState};
use crate::schema::RowId;
use crate::types::ValueRef;
use crate::types::numeric::key_of;
use array::put_array;

/// Before a value that is not NULL.
const NOT_NULL: u8 = 1;
/// In place of a NULL.
const NULL: u8 = 2;

/// Appends one column of an index key.
///
/// # Errors
/// Vectors have no order.
pub(crate) fn put_key_column(out: &mut Vec<u8>, value: ValueRef<'_>) -> Result<()> {
    if value.is_null() {
        out.push(NULL);
        return Ok(());
    }
    out.push(NOT_NULL);
    match value {
        ValueRef::Boolean(v) => out.push(u8::from(v)),
        ValueRef::Integer(v) => out.extend_from_slice(&row_key::encode(RowId(v))),
        ValueRef::Real(v) => out.extend_from_slice(&real_key(v)),
        ValueRef::Text(v) => put_escaped(out, v.as_bytes()),
        ValueRef::Blob(v) => put_escaped(out, v),
        ValueRef::Date(v) => out.extend_from_slice(&(v.days() ^ i32::MIN).to_be_bytes()),
        ValueRef::Time(v) => out.extend_from_slice(&row_key::encode(RowId(v.micros()))),
        ValueRef::Timestamp(v) => out.extend_from_slice(&row_key::encode(RowId(v.micros()))),
        ValueRef::TimestampTz(v) => out.extend_from_slice(&row_key::encode(RowId(v.micros()))),
        ValueRef::Numeric(v) => key_of(out, v),
        ValueRef::Uuid(v) => out.extend_from_slice(v.as_bytes()),
        ValueRef::Interval(v) => out.extend_from_slice(&(v.span() ^ i128::MIN).to_be_bytes()),
        ValueRef::Enum(v) => out.extend_from_slice(&v.place().to_be_bytes()),
        ValueRef::Array(v) => put_array(out, v)?,
        ValueRef::Null | ValueRef::Vector(_) | ValueRef::Bits(_) => {
            return Err(Error::sql(
                SqlState::DATATYPE_MISMATCH,
                "a vector has no order and cannot be part of a key",
            ));
        }
    }
    Ok(())
}

/// A real number's bits in an order-keeping form; −0 and 0 are one.
fn real_key(value: f64) -> [u8; 8] {
    let bits = (value + 0.0).to_bits();
    let flip = if bits >> 63 == 0 { 1 << 63 } else { u64::MAX };
    (bits ^ flip).to_be_bytes()
}

fn put_escaped(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len() + 2);
    let mut parts = bytes.split(|byte| *byte == 0);
    if let Some(first) = parts.next() {
        out.extend_from_slice(first);
    }
    for part in parts {
        out.extend_from_slice(&[0, 0xFF]);
        out.extend_from_slice(part);
    }
    out.extend_from_slice(&[0, 1]);
}
