//! Triggers: statements that run when rows change.
//!
//! A plan that changes rows carries the triggers of its table ([`TriggerSet`](crate::schema::TriggerSet)), which only say when
//! they fire. What they do is bound and planned when the first of them fires, and kept by the connection as long as the
//! definitions hold ([`TriggerCache`]): so a trigger that changes its own table is no plan without end.
//!
//! ```text
//! BEFORE STATEMENT ─► for each row: BEFORE ROW ─► the row is written ─► foreign keys ─► AFTER ROW, row by row ─► AFTER STATEMENT
//!                     may change NEW or leave the row alone             (their actions fire the triggers of other tables)
//! ```
//!
//! What always holds: rows of one UPDATE are looked at by all BEFORE triggers before the first is written; a row that such a
//! trigger has changed behind the statement's back is an error (27000); what a trigger does is part of its statement, which
//! a failure undoes as a whole.

mod actions;
mod after;
mod before;
mod cache;
mod compiled;
mod fire;
mod instead;
mod setting;

pub(super) use actions::TriggerActions;
pub(super) use after::{AfterRows, fire_after};
pub(super) use before::{
    before_delete, before_row, before_statement, before_update, images_of, of_rows, row,
};
pub(crate) use cache::TriggerCache;
pub(super) use fire::Images;
pub(super) use instead::run_instead;
pub(crate) use setting::{Apart, Triggering};

use crate::schema::{ColumnNo, TableDef};

/// The names of columns.
pub(super) fn names<'t>(table: &'t TableDef, columns: &[ColumnNo]) -> Vec<&'t str> {
    let names = columns.iter().map(|no| table.column(*no).name.as_str());
    names.collect()
}
