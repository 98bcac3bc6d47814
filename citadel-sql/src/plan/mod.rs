//! Planning: bound statement → logical plan → rewrites → physical plan.
//!
//! The logical plan ([`logical`]) says what to compute, in SQL's order of evaluation. The rewrites ([`rewrite`]) are
//! small and named; each keeps the meaning. Lowering ([`lower`]) picks an operator for each node, and for each table
//! the cheapest way to its rows ([`access`]). The result is one enum, [`PhysicalPlan`]; EXPLAIN prints exactly that.
//!
//! A plan depends on the schema and roughly on row counts, never on the values of parameters: it is made once and
//! executed often. Bounds of an access path stay expressions, evaluated when execution starts.
//!
//! What always holds:
//! 1. A conjunct leaves the filter only if the access path ensures it exactly, whatever the type of its constant.
//! 2. Conjuncts of one place keep the order in which they were written.
//! 3. Columns are named by [`ColumnId`] to the end; a node says which ids its rows carry.
//!
//! [`ColumnId`]: crate::bind::bound::ColumnId

mod access;
mod arbiter;
mod build;
mod change;
mod decorrelate;
mod estimate;
mod explain;
mod expr;
mod implication;
mod lake;
mod logical;
mod lower;
mod merge;
mod names;
mod physical;
mod physical_change;
mod plan_tree;
mod points;
mod print;
mod rewrite;
mod statement;
mod subquery;
pub(crate) mod vector;
mod window;
mod with_changes;

use citadel_txn::View;

pub(crate) use explain::{Surroundings, explain};
pub(crate) use lake::{LakeDelete, LakeScan, LakeTopK};
pub(crate) use logical::LimitBounds;
pub(crate) use names::Names;
pub(crate) use physical::{
    Apply, ApplyMethod, Conflict, ConflictUpdate, CreateTableAs, Delete, Events, HashAggregate,
    HashJoin, HashSetOperation, IndexScan, Init, Insert, Instead, KeyColumn, LateralJoin,
    LookupJoin, Merge, MergeClause, NestedLoopJoin, NextColumn, PhysicalPlan, PkLookup, Range,
    RangeEnd, RecursiveUnion, Resolution, Returning, RowCount, SampleScan, SeqScan,
    TableFunctionCall, TableSource, Update, Values, Window, named,
};
pub(crate) use plan_tree::NodeMeasure;
pub(crate) use points::Points;
#[cfg(test)]
pub(crate) use print::value_text;
pub(crate) use statement::plan;
pub(crate) use with_changes::WithChanges;

use crate::types::SqlType;

/// What planning looks at.
pub(crate) struct PlanContext<'a> {
    /// For row counts.
    view: &'a dyn View,
    /// Where other parts of the statement have changed tables before.
    earlier: Option<&'a with_changes::Earlier>,
}

impl<'a> PlanContext<'a> {
    /// For a whole statement.
    pub(crate) fn new(view: &'a dyn View) -> Self {
        Self {
            view,
            earlier: None,
        }
    }
}

/// A statement, planned.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) root: PhysicalPlan,
    /// The columns of the result; none for statements that give no rows.
    pub(crate) columns: Vec<ResultColumn>,
    pub(crate) names: Names,
}

/// A column of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ResultColumn {
    pub(crate) name: String,
    pub(crate) ty: SqlType,
}
