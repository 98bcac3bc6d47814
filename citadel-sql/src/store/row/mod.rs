//! The encoded row: the value that a table's tree keeps under a row id.
//!
//! ```text
//! columns   varint          columns of the table when the row was written; later columns have their default (NULL if in a tree)
//! nulls     ceil(columns/8) bit i % 8 of byte i / 8 is set: column i is NULL
//! values    …               of each column that is not NULL and lies in the row, in column order
//!
//! VECTOR(n)      n × f32, little-endian (n is the column's)
//! t[]            length (varint), and the array as in [`ArrayRef`](crate::types::ArrayRef)
//! single values  as in `types/stored_scalar`
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
