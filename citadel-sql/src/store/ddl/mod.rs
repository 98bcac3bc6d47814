//! Making and dropping tables and indexes, inside a write transaction: trees and definitions change together.
//!
//! Each call draws a new schema version. The transaction's catalog must then be loaded again
//! ([`Catalog::load`](crate::schema::Catalog::load)). A call that fails may have done a part: roll the statement back.

mod alter_index;
mod alter_table;
mod build_index;
mod comment;
mod create_index;
mod create_table;
mod domain;
mod drop;
mod enum_type;
mod foreign_key;
mod materialized;
mod names;
mod rewrite_table;
mod sequence;
mod sorter;
#[cfg(test)]
mod tests;
mod trigger;
mod view;

pub(crate) use alter_index::alter_index;
pub(crate) use alter_table::alter_table;
pub(crate) use comment::put_comment;
pub(crate) use create_index::create_index;
pub(crate) use create_table::create_table;
pub(crate) use domain::change_domain;
pub(crate) use drop::{drop_index, drop_table};
pub(crate) use enum_type::change_enum;
pub(crate) use foreign_key::drop_keys;
pub(crate) use materialized::{empty_materialized, fill_materialized};
pub(crate) use rewrite_table::truncate;
pub(crate) use sequence::define_sequence;
pub(crate) use trigger::{define_triggers, drop_triggers, replace_triggers};
pub(crate) use view::{create_view, drop_view};
