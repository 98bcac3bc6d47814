//! The logical plan: what to compute, relation by relation, before anyone decides how.

use std::sync::Arc;

use crate::bind::bound::{AggregateCall, ColumnId, Expr, RelationNo};
use crate::functions::TableFunction;
use crate::schema::TableDef;
use crate::types::SqlType;

/// A relation that is computed.
#[derive(Clone, Debug)]
pub(super) enum LogicalPlan {
    /// One row without columns: no FROM.
    SingleRow,
    /// No rows: a condition that is never TRUE.
    Empty(Vec<ColumnId>),
    Values(LogicalValues),
    Function(LogicalFunction),
    Scan(LogicalScan),
    /// An inner join; conjuncts of one side only have been moved to it.
    Join {
        left: Box<LogicalPlan>,
        right: Box<LogicalPlan>,
        on: Vec<Expr>,
    },
    Filter {
        input: Box<LogicalPlan>,
        conjuncts: Vec<Expr>,
    },
    Aggregate {
        input: Box<LogicalPlan>,
        relation: RelationNo,
        keys: Vec<Expr>,
        aggregates: Vec<AggregateCall>,
    },
    /// Only the columns given.
    Project {
        input: Box<LogicalPlan>,
        columns: Vec<(ColumnId, Expr)>,
    },
    /// The input's columns and these.
    Extend {
        input: Box<LogicalPlan>,
        columns: Vec<(ColumnId, Expr)>,
    },
    Distinct {
        input: Box<LogicalPlan>,
    },
    Sort {
        input: Box<LogicalPlan>,
        keys: Vec<LogicalKey>,
    },
    Limit {
        input: Box<LogicalPlan>,
        limit: LimitBounds,
    },
    /// The first rows of an order, without sorting all.
    TopN {
        input: Box<LogicalPlan>,
        keys: Vec<LogicalKey>,
        limit: LimitBounds,
    },
}

/// `VALUES` as a relation.
#[derive(Clone, Debug)]
pub(super) struct LogicalValues {
    pub(super) relation: RelationNo,
    pub(super) rows: Vec<Vec<Expr>>,
    pub(super) types: Vec<SqlType>,
}

/// A function in FROM.
#[derive(Clone, Debug)]
pub(super) struct LogicalFunction {
    pub(super) relation: RelationNo,
    pub(super) function: TableFunction,
    pub(super) arguments: Vec<Expr>,
}

/// A table, with the conditions that its rows must meet and the columns that are needed above.
#[derive(Clone, Debug)]
pub(crate) struct LogicalScan {
    pub(crate) relation: RelationNo,
    pub(crate) table: Arc<TableDef>,
    pub(crate) alias: String,
    /// Conjuncts, in the order written.
    pub(crate) filter: Vec<Expr>,
    /// What is read of it above (not by the filter); set by the rewrite that prunes.
    pub(crate) columns: Vec<ColumnId>,
}

/// One key of an order.
#[derive(Clone, Debug)]
pub(super) struct LogicalKey {
    pub(super) expr: Expr,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
}

/// LIMIT and OFFSET: INTEGER, without columns; NULL means none.
#[derive(Clone, Debug, Default)]
pub(crate) struct LimitBounds {
    pub(crate) limit: Option<Expr>,
    pub(crate) offset: Option<Expr>,
}

impl LogicalPlan {
    /// The columns of the output, in order.
    pub(super) fn layout(&self) -> Vec<ColumnId> {
        match self {
            Self::SingleRow => Vec::new(),
            Self::Empty(layout) => layout.clone(),
            Self::Values(values) => relation_columns(values.relation, values.types.len()),
            Self::Function(call) => relation_columns(call.relation, call.function.columns().len()),
            Self::Scan(scan) => scan.columns.clone(),
            Self::Join { left, right, .. } => {
                let mut layout = left.layout();
                layout.extend(right.layout());
                layout
            }
            Self::Aggregate {
                relation,
                keys,
                aggregates,
                ..
            } => relation_columns(*relation, keys.len() + aggregates.len()),
            Self::Project { columns, .. } => columns.iter().map(|(id, _)| *id).collect(),
            Self::Extend { input, columns } => {
                let mut layout = input.layout();
                layout.extend(columns.iter().map(|(id, _)| *id));
                layout
            }
            Self::Filter { input, .. }
            | Self::Distinct { input }
            | Self::Sort { input, .. }
            | Self::Limit { input, .. }
            | Self::TopN { input, .. } => input.layout(),
        }
    }

    /// The relations that its columns come from.
    pub(super) fn relations(&self) -> Vec<RelationNo> {
        match self {
            Self::Scan(scan) => vec![scan.relation],
            Self::Values(values) => vec![values.relation],
            Self::Function(call) => vec![call.relation],
            Self::Join { left, right, .. } => {
                let mut relations = left.relations();
                relations.extend(right.relations());
                relations
            }
            Self::Filter { input, .. }
            | Self::Distinct { input }
            | Self::Sort { input, .. }
            | Self::Limit { input, .. }
            | Self::TopN { input, .. } => input.relations(),
            Self::Aggregate { relation, .. } => vec![*relation],
            Self::Extend { input, columns } => {
                let mut relations = input.relations();
                relations.extend(columns.iter().map(|(id, _)| id.relation));
                relations
            }
            Self::Empty(ids) => ids.iter().map(|id| id.relation).collect(),
            Self::Project { columns, .. } => columns.iter().map(|(id, _)| id.relation).collect(),
            Self::SingleRow => Vec::new(),
        }
    }

    /// The direct inputs.
    pub(super) fn inputs_mut(&mut self) -> Vec<&mut LogicalPlan> {
        match self {
            Self::SingleRow
            | Self::Empty(_)
            | Self::Values(_)
            | Self::Function(_)
            | Self::Scan(_) => Vec::new(),
            Self::Join { left, right, .. } => vec![left, right],
            Self::Filter { input, .. }
            | Self::Aggregate { input, .. }
            | Self::Project { input, .. }
            | Self::Extend { input, .. }
            | Self::Distinct { input }
            | Self::Sort { input, .. }
            | Self::Limit { input, .. }
            | Self::TopN { input, .. } => vec![input],
        }
    }

    /// Moves the plan out, to be put back changed.
    pub(super) fn take(&mut self) -> Self {
        std::mem::replace(self, Self::SingleRow)
    }
}

/// The first `len` columns of a relation.
pub(super) fn relation_columns(relation: RelationNo, len: usize) -> Vec<ColumnId> {
    (0..len)
        .map(|at| super::names::column_id(relation, at))
        .collect()
}
