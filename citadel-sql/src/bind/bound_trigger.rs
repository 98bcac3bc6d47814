//! The part of the bound tree that defines triggers, and what triggers do.

use std::sync::Arc;

use super::bound::{Insert, Parameters, Query, RelationNo, Statement};
use crate::schema::{ColumnNo, TableDef, TriggerDef, TriggerEvent, TriggerSet};

/// A statement that defines triggers.
#[derive(Clone, Debug)]
pub(crate) enum TriggerStatement {
    /// The new one has no id yet; that of the one that it replaces is kept.
    Create {
        new: TriggerDef,
        replaced: Option<Arc<TriggerDef>>,
    },
    /// Other definitions of triggers that there are.
    Replace(Vec<TriggerDef>),
    Drop(Vec<Arc<TriggerDef>>),
}

/// What a trigger does.
#[derive(Clone, Debug)]
pub(crate) struct BoundTrigger {
    /// Gives the condition.
    pub(crate) when: Option<Query>,
    pub(crate) steps: Vec<BoundStep>,
    /// The parameters that stand for columns of OLD and NEW.
    pub(crate) arguments: Vec<(usize, RowColumn)>,
    pub(crate) parameters: Parameters,
    /// What reads the rows of the statement as they were, and as they are then.
    pub(crate) old_rows: RelationNo,
    pub(crate) new_rows: RelationNo,
}

/// One statement of a trigger.
#[derive(Clone, Debug)]
pub(crate) enum BoundStep {
    Run(Box<Statement>),
    /// `SET NEW.column = …`: queries that give the values.
    Set(Vec<(ColumnNo, Query)>),
}

/// A column of OLD or NEW.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowColumn {
    /// It is one of NEW.
    pub(crate) is_new: bool,
    /// `None`: the row id.
    pub(crate) column: Option<ColumnNo>,
}

/// A change of a view, which its INSTEAD OF triggers make.
#[derive(Clone, Debug)]
pub(crate) struct Instead {
    /// The view, as a table that has its columns and is none.
    pub(crate) view: Arc<TableDef>,
    pub(crate) event: TriggerEvent,
    pub(crate) rows: InsteadRows,
    pub(crate) triggers: Arc<TriggerSet>,
}

/// The rows that a change of a view is of.
#[derive(Clone, Debug)]
pub(crate) enum InsteadRows {
    New(Box<Insert>),
    /// A query that gives the columns of the view, and then new values of assigned ones.
    Old {
        query: Box<Query>,
        assigned: Vec<ColumnNo>,
    },
}
