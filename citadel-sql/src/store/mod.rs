//! How rows and indexes lie in trees, and the only way in and out of them.
//!
//! # Vocabulary
//! - A table's *rows* tree: row id → encoded row ([`row`]). Wide vectors have a tree of their own per column: row id →
//!   little-endian components; NULL is no entry and a null bit in the row.
//! - A *btree index*: memcomparable key → row id ([`index_key`]).
//! - An *ann index* is told which rows changed ([`delta`]); its segments are the business of the room above.
//!
//! # What always holds
//! 1. Between two calls of [`TableWriter`], and so in every snapshot, each row has exactly one entry in each btree
//!    index of its table, or none where the index has a condition that is not TRUE for it, and each entry has its row; a vector that is not NULL has its entry in its tree.
//!    [`check()`] proves it for a whole database.
//! 2. A value in a row is of its column's type and domain, of its dimension, finite, and not NULL where the column says so:
//!    [`TableWriter`] looks at every value, whatever was looked at before.
//! 3. A call that returns an error may have written part of its change: the caller rolls its statement back.
//! 4. Nothing here keeps a borrow of the transaction between calls: scans own their cursors.

mod bound_index;
mod check;
mod ddl;
pub(crate) mod delta;
mod domain;
mod entries;
mod foreign_key;
mod index_key;
mod index_parts;
mod index_scan;
mod projection;
mod range;
mod raw_rows;
mod row;
mod row_expr;
pub(crate) mod row_key;
mod row_reader;
mod row_text;
mod row_values;
mod row_vector;
mod table_scan;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod vector_source;
mod vectors;
mod writer;

pub(crate) use bound_index::BoundIndex;
pub(crate) use check::check;
#[cfg(test)]
pub(crate) use check::check_all;
pub(crate) use ddl::{
    alter_index, alter_table, change_domain, change_enum, create_index, create_table, create_view,
    define_sequence, define_triggers, drop_index, drop_keys, drop_table, drop_triggers, drop_view,
    empty_materialized, fill_materialized, put_comment, replace_triggers, truncate,
};
pub(crate) use domain::domain_condition;
pub(crate) use foreign_key::{Actions, KeyCheck, UpdatedRows, check_keys, check_rows, settle_keys};
pub(crate) use index_key::{EntryColumns, KeyRange, put_key_column};
pub(crate) use index_parts::IndexParts;
pub(crate) use index_scan::IndexScan;
pub(crate) use range::{Direction, RowIdRange};
pub(crate) use raw_rows::RawRows;
pub(crate) use row_reader::RowReader;
pub(crate) use row_values::stored_values;
pub(crate) use row_vector::RowVector;
pub(crate) use table_scan::TableScan;
pub(crate) use vector_source::{VectorSource, check_computed};
pub(crate) use vectors::{VectorReader, VectorScan};
pub use writer::RowAction;
pub(crate) use writer::{KeyEvent, RowEvent, RowImage, RowListener, TableWriter};
