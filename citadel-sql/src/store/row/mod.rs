//! The encoded row: the value that a table's tree keeps under a row id.
//!
//! ```text
//! columns   varint          columns of the table when the row was written; later columns have their default (NULL if in a tree)
//! nulls     ceil(columns/8) bit i % 8 of byte i / 8 is set: column i is NULL
//! values    …               of each column that is not NULL and lies in the row, in column order
//!
//! BOOLEAN   1 byte, 0 or 1             TEXT, BLOB   length (varint), bytes
//! INTEGER   signed varint              VECTOR(n)    n × f32, little-endian (n is the column's)
//! REAL      8 bytes, little-endian     DATE         days since 2000-01-01, signed varint
//! TIME      microseconds, varint       INTERVAL     months, days, microseconds: signed varints
//! NUMERIC   scale (varint), and the units as bytes: length, two's complement, little-endian, as few as possible
//! UUID      16 bytes
//! TIMESTAMP, TIMESTAMPTZ               microseconds since 2000-01-01: 8 bytes, little-endian, signed
//! ```
//!
//! What always holds:
//!
//! - no type tags: a row is read with its table's columns, and the values of the row id column and of columns with
//!   a tree of their own ([`ColumnStorage::Tree`](crate::schema::ColumnStorage)) take no bytes, only their null bit;
//! - REAL and vector components are finite, TEXT is UTF-8: the writer refuses anything else, the reader too;
//! - the values end where the row ends.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

pub(crate) use decode::{Field, Fields, Layout, Row, read, skip};
pub(crate) use encode::RowEncoder;
