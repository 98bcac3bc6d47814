//! The part of the bound tree that defines foreign keys.

use std::sync::Arc;

use crate::schema::{ColumnNo, ForeignKeyDef, KeyAction, KeyTiming, TableDef};

/// A FOREIGN KEY constraint to be made.
#[derive(Clone, Debug)]
pub(crate) struct NewForeignKey {
    pub(crate) name: Option<String>,
    pub(crate) columns: Vec<ColumnNo>,
    /// `None`: the table itself, as it becomes.
    pub(crate) parent: Option<Arc<TableDef>>,
    pub(crate) parent_columns: Vec<ColumnNo>,
    pub(crate) match_full: bool,
    pub(crate) on_delete: KeyAction,
    pub(crate) on_update: KeyAction,
    pub(crate) timing: KeyTiming,
}

/// A FOREIGN KEY constraint of a table that is altered.
#[derive(Clone, Debug)]
pub(crate) enum AlteredKey {
    /// One that stays, over the columns as they were.
    Kept(ForeignKeyDef),
    /// One over the columns as they become.
    New(NewForeignKey),
}

/// A constraint of another table that goes with what it refers to.
#[derive(Clone, Debug)]
pub(crate) struct DroppedKey {
    pub(crate) table: Arc<TableDef>,
    pub(crate) name: String,
}
