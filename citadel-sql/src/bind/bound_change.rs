//! The part of the bound tree that changes rows.

use std::sync::Arc;

use super::bound::{Expr, From, OutputColumn, Query, RelationNo, SortKey, Statement};
pub(crate) use crate::ast::Matching;
use crate::error::Position;
use crate::schema::{ColumnNo, IndexDef, KeyGraph, TableDef, TriggerSet};

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
    pub(crate) triggers: Option<Arc<TriggerSet>>,
    pub(crate) conflict: Option<Conflict>,
    /// Over the relation.
    pub(crate) returning: Returning,
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
    /// As [`Update::named`].
    pub(crate) named: usize,
    pub(crate) filter: Option<Expr>,
}

/// UPDATE of one table.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    pub(crate) table: Arc<TableDef>,
    pub(crate) relation: RelationNo,
    pub(crate) assignments: Vec<(ColumnNo, Expr)>,
    /// How many of them the statement says itself; the others are of columns that triggers may give other values.
    pub(crate) named: usize,
    pub(crate) keys: Option<Arc<KeyGraph>>,
    pub(crate) triggers: Option<Arc<TriggerSet>>,
    pub(crate) rows: ChosenRows,
}

/// DELETE from one table.
#[derive(Clone, Debug)]
pub(crate) struct Delete {
    pub(crate) table: Arc<TableDef>,
    pub(crate) relation: RelationNo,
    pub(crate) keys: Option<Arc<KeyGraph>>,
    pub(crate) triggers: Option<Arc<TriggerSet>>,
    pub(crate) rows: ChosenRows,
}

/// Which rows UPDATE and DELETE change: those of the table for which the condition is TRUE together with a row of `from`.
#[derive(Clone, Debug)]
pub(crate) struct ChosenRows {
    pub(crate) from: Option<From>,
    pub(crate) filter: Option<Expr>,
    pub(crate) order_by: Vec<SortKey>,
    pub(crate) limit: Option<Expr>,
    /// Over the table, as it is after an UPDATE and before a DELETE, and `from`.
    pub(crate) returning: Returning,
}

/// What a change gives of each row that it changed; no columns: it gives no rows. It asks no query.
#[derive(Clone, Debug, Default)]
pub(crate) struct Returning {
    pub(crate) output: Vec<OutputColumn>,
    pub(crate) images: Option<Images>,
}

/// The relations that are a row as it was and as it is then, for `old` and `new` in RETURNING. Either may be that of the
/// table itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Images {
    pub(crate) old: RelationNo,
    pub(crate) new: RelationNo,
    /// The only column of this one is what was done with the row.
    pub(crate) action: RelationNo,
}

/// MERGE.
#[derive(Clone, Debug)]
pub(crate) struct Merge {
    pub(crate) table: Arc<TableDef>,
    pub(crate) relation: RelationNo,
    pub(crate) keys: Option<Arc<KeyGraph>>,
    pub(crate) triggers: Option<Arc<TriggerSet>>,
    pub(crate) source: From,
    pub(crate) condition: Expr,
    /// In the order in which they are tried.
    pub(crate) clauses: Vec<MergeClause>,
    /// Over the table and the source.
    pub(crate) returning: Returning,
}

/// `WHEN … [AND condition] THEN …`
#[derive(Clone, Debug)]
pub(crate) struct MergeClause {
    pub(crate) matching: Matching,
    pub(crate) condition: Option<Expr>,
    pub(crate) action: MergeAction,
    /// Of an UPDATE, as [`Update::named`].
    pub(crate) named: usize,
}

/// What is done for a pair.
#[derive(Clone, Debug)]
pub(crate) enum MergeAction {
    Nothing,
    Delete,
    Update(Vec<(ColumnNo, Expr)>),
    /// A value for each column that is not computed from others.
    Insert(Vec<(ColumnNo, Expr)>),
}

/// Changes in WITH, and the statement that they stand in.
#[derive(Clone, Debug)]
pub(crate) struct WithChanges {
    pub(crate) parts: Vec<ChangePart>,
    pub(crate) main: Box<Statement>,
    /// It reads what a change gives.
    pub(crate) is_late: bool,
}

/// A change in WITH.
#[derive(Clone, Debug)]
pub(crate) struct ChangePart {
    pub(crate) name: String,
    /// The rows that it gives, as [`From::Working`].
    pub(crate) no: RelationNo,
    pub(crate) change: Statement,
    /// It reads what another change gives.
    pub(crate) is_late: bool,
}

impl Statement {
    /// The table whose rows it changes, and what it gives of them.
    pub(super) fn changed(&mut self) -> Option<(&Arc<TableDef>, &mut Returning)> {
        match self {
            Self::Insert(insert) => Some((&insert.table, &mut insert.returning)),
            Self::Update(update) => Some((&update.table, &mut update.rows.returning)),
            Self::Delete(delete) => Some((&delete.table, &mut delete.rows.returning)),
            Self::Merge(merge) => Some((&merge.table, &mut merge.returning)),
            _ => None,
        }
    }
}
