//! The part of the bound tree that changes rows.

use std::sync::Arc;

use super::bound::{Expr, From, OutputColumn, Query, RelationNo, SortKey};
use crate::error::Position;
use crate::schema::{ColumnNo, IndexDef, KeyGraph, TableDef};

/// INSERT. The source gives rows whose columns are `columns` in order; the other columns get their defaults.
#[derive(Clone, Debug)]
pub(crate) struct Insert {
    pub(crate) table: Arc<TableDef>,
    /// The rows as they are in the table then.
    pub(crate) relation: RelationNo,
    pub(crate) columns: Vec<ColumnNo>,
    /// Defaults that are computed for each row.
    pub(crate) defaults: Vec<(ColumnNo, Expr)>,
    pub(crate) source: InsertSource,
    /// The tables that foreign keys tie it to.
    pub(crate) keys: Option<Arc<KeyGraph>>,
    pub(crate) conflict: Option<Conflict>,
    /// Over the relation; it asks no query.
    pub(crate) returning: Vec<OutputColumn>,
}

/// Where the rows of an INSERT come from; expressions are already assigned to the columns' types.
#[derive(Clone, Debug)]
pub(crate) enum InsertSource {
    Values(Vec<Vec<Expr>>),
    Query(Box<Query>),
    DefaultValues,
}

/// What becomes of a row whose key another row has.
#[derive(Clone, Debug)]
pub(crate) struct Conflict {
    /// Which keys are looked at; another one's duplicate is an error.
    pub(crate) arbiters: Arbiters,
    pub(crate) action: ConflictAction,
}

/// Keys of a table.
#[derive(Clone, Debug)]
pub(crate) enum Arbiters {
    These(Vec<Arbiter>),
    /// Those on what is named.
    On(Box<ConflictKeys>),
}

/// What `ON CONFLICT` names, over the relation of the insert.
#[derive(Clone, Debug)]
pub(crate) struct ConflictKeys {
    /// Columns and expressions, in whatever order.
    pub(crate) keys: Vec<Expr>,
    /// What rows are TRUE for of which all have a key.
    pub(crate) condition: Option<Expr>,
    pub(crate) position: Option<Position>,
}

/// A key that no two rows share.
#[derive(Clone, Debug)]
pub(crate) enum Arbiter {
    RowId,
    /// A unique index.
    Index(Arc<IndexDef>),
}

/// What is done with such a row.
#[derive(Clone, Debug)]
pub(crate) enum ConflictAction {
    /// It is left out.
    Nothing,
    /// The same, and with rows that a constraint refuses.
    Ignore,
    /// The other rows are deleted.
    Replace,
    /// The other row is changed.
    Update(Box<ConflictUpdate>),
}

/// `DO UPDATE`: expressions over the insert's relation, which is the row that is there, and the row that was to be inserted.
#[derive(Clone, Debug)]
pub(crate) struct ConflictUpdate {
    pub(crate) excluded: RelationNo,
    pub(crate) assignments: Vec<(ColumnNo, Expr)>,
    pub(crate) filter: Option<Expr>,
}

/// UPDATE of one table.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    pub(crate) table: Arc<TableDef>,
    pub(crate) relation: RelationNo,
    pub(crate) assignments: Vec<(ColumnNo, Expr)>,
    pub(crate) keys: Option<Arc<KeyGraph>>,
    pub(crate) rows: ChosenRows,
}

/// DELETE from one table.
#[derive(Clone, Debug)]
pub(crate) struct Delete {
    pub(crate) table: Arc<TableDef>,
    pub(crate) relation: RelationNo,
    pub(crate) keys: Option<Arc<KeyGraph>>,
    pub(crate) rows: ChosenRows,
}

/// Which rows UPDATE and DELETE change: those of the table for which the condition is TRUE together with a row of `from`.
#[derive(Clone, Debug)]
pub(crate) struct ChosenRows {
    pub(crate) from: Option<From>,
    pub(crate) filter: Option<Expr>,
    pub(crate) order_by: Vec<SortKey>,
    pub(crate) limit: Option<Expr>,
    /// Over the table, as it is after an UPDATE and before a DELETE, and `from`; it asks no query.
    pub(crate) returning: Vec<OutputColumn>,
}
