//! How many rows: rough, from row counts and the shape of conditions alone.

use super::PlanContext;
use super::lake::LAKE_ROWS;
use super::logical::{LogicalPlan, LogicalScan};
use crate::bind::bound::{BinaryOp, Expr, ExprKind, Outer, SetOperator};
use crate::error::Result;
use crate::schema::BTreeIndex;
use crate::types::Value;

/// A table is planned for as if it had at least this many rows: a plan outlives the moment it was made in.
pub(super) const TABLE_ROWS_MIN: f64 = 1000.0;

/// The share of rows that equal one value.
pub(super) const EQUAL: f64 = 0.01;
const RANGE: f64 = 1.0 / 3.0;
const OTHER: f64 = 0.5;

/// Rows of a table, as the snapshot has it, and never few.
pub(super) fn table_rows(scan: &LogicalScan, context: &PlanContext<'_>) -> Result<f64> {
    if scan.table.lake.is_some() {
        return Ok(LAKE_ROWS);
    }
    let rows = context.view.tree_len(scan.table.rows)?;
    Ok((rows as f64).max(TABLE_ROWS_MIN))
}

/// Rows of an index that is not of all rows, as the snapshot has it, and never few.
pub(super) fn partial_rows(
    scan: &LogicalScan,
    btree: &BTreeIndex,
    context: &PlanContext<'_>,
) -> Result<f64> {
    let entries = context.view.tree_len(btree.tree)? as f64;
    // As if a tenth of the least table had an entry.
    let least = TABLE_ROWS_MIN / 10.0;
    Ok(entries.max(least).min(table_rows(scan, context)?))
}

/// The share of rows that meet all conditions.
pub(super) fn selectivity(conjuncts: &[Expr]) -> f64 {
    conjuncts.iter().map(conjunct_selectivity).product()
}

fn conjunct_selectivity(conjunct: &Expr) -> f64 {
    match &conjunct.kind {
        ExprKind::Binary { op, .. } => match op {
            BinaryOp::Eq => EQUAL,
            BinaryOp::Lt | BinaryOp::LtEq | BinaryOp::Gt | BinaryOp::GtEq => RANGE,
            BinaryOp::NotEq => 1.0 - EQUAL,
            _ => OTHER,
        },
        ExprKind::InList { list, negated, .. } => {
            let share = (EQUAL * list.len() as f64).min(OTHER);
            if *negated { 1.0 - share } else { share }
        }
        ExprKind::AnyElement {
            op: BinaryOp::Eq,
            all: false,
            ..
        } => (EQUAL * 10.0).min(OTHER),
        ExprKind::Between { negated, .. } => {
            let share = RANGE * RANGE;
            if *negated { 1.0 - share } else { share }
        }
        ExprKind::IsNull { negated, .. } => {
            if *negated {
                1.0 - EQUAL
            } else {
                EQUAL
            }
        }
        _ => OTHER,
    }
}

/// Rows of a recursion for each one that it begins with: a guess.
pub(super) const RECURSION_ROWS: f64 = 10.0;

/// Rows that a recursion goes on with: a guess.
pub(super) const WORKING_ROWS: f64 = 10.0;

/// Rows of a relation.
pub(super) fn logical_rows(plan: &LogicalPlan, context: &PlanContext<'_>) -> Result<f64> {
    Ok(match plan {
        LogicalPlan::SingleRow | LogicalPlan::Function(_) => 1.0,
        LogicalPlan::Empty(_) => 0.0,
        LogicalPlan::Values(values) => values.rows.len() as f64,
        LogicalPlan::Scan(scan) | LogicalPlan::Earlier(scan) => {
            (table_rows(scan, context)? * selectivity(&scan.filter)).max(1.0)
        }
        LogicalPlan::Join {
            outer,
            left,
            right,
            on,
        } => {
            let (left, right) = (logical_rows(left, context)?, logical_rows(right, context)?);
            join_rows(*outer, left, right, on)
        }
        LogicalPlan::Recursive(recursive) => {
            logical_rows(&recursive.first, context)? * RECURSION_ROWS
        }
        LogicalPlan::Working(_) => WORKING_ROWS,
        LogicalPlan::Lateral(lateral) => {
            logical_rows(&lateral.left, context)? * lateral.plan.rows().max(1.0)
        }
        LogicalPlan::Apply(apply) => logical_rows(&apply.input, context)?,
        LogicalPlan::Window(window) => logical_rows(&window.input, context)?,
        LogicalPlan::SetOperation(set) => {
            let inputs = set.inputs.iter().map(|input| logical_rows(input, context));
            set_rows(set.operator, inputs.collect::<Result<Vec<_>>>()?)
        }
        LogicalPlan::Filter { input, conjuncts } => {
            logical_rows(input, context)? * selectivity(conjuncts)
        }
        LogicalPlan::Aggregate { input, keys, .. } => {
            grouped_rows(logical_rows(input, context)?, keys.len())
        }
        LogicalPlan::Limit { input, limit } | LogicalPlan::TopN { input, limit, .. } => {
            limited_rows(logical_rows(input, context)?, limit.limit.as_ref())
        }
        LogicalPlan::Project { input, .. }
        | LogicalPlan::Extend { input, .. }
        | LogicalPlan::Distinct { input }
        | LogicalPlan::Sort { input, .. } => logical_rows(input, context)?,
    })
}

/// Rows of a join: as many as the larger side if an equality links them, else the product.
pub(super) fn join_rows(outer: Outer, left: f64, right: f64, on: &[Expr]) -> f64 {
    let is_equality = |c: &Expr| {
        matches!(
            c.kind,
            ExprKind::Binary {
                op: BinaryOp::Eq,
                ..
            }
        )
    };
    let rows = if on.iter().any(is_equality) {
        left.max(right)
    } else {
        left * right * selectivity(on)
    };
    let kept = |keeps: bool, rows: f64| if keeps { rows } else { 0.0 };
    rows.max(kept(outer.left, left) + kept(outer.right, right))
}

/// Rows of a set operation, as if the inputs had no row twice.
pub(super) fn set_rows(operator: SetOperator, inputs: impl IntoIterator<Item = f64>) -> f64 {
    let inputs = inputs.into_iter();
    match operator {
        SetOperator::Union => inputs.sum(),
        SetOperator::Intersect => inputs.reduce(f64::min).unwrap_or_default(),
        SetOperator::Except => inputs.take(1).sum(),
    }
}

/// Groups: one without keys, else a tenth of the rows.
pub(super) fn grouped_rows(rows: f64, keys: usize) -> f64 {
    if keys == 0 {
        1.0
    } else {
        (rows / 10.0).max(1.0)
    }
}

/// Rows after a limit, if it is known now.
pub(super) fn limited_rows(rows: f64, limit: Option<&Expr>) -> f64 {
    match limit.map(|limit| &limit.kind) {
        Some(ExprKind::Literal(Value::Integer(limit))) => rows.min((*limit).max(0) as f64),
        _ => rows,
    }
}
