//! Rows of a relation.

use super::column::{Known, joint_distinct};
use super::{Columns, JoinSides, join_rows, share, table_rows};
use crate::bind::bound::{Expr, ExprKind, SetOperator};
use crate::error::Result;
use crate::plan::PlanContext;
use crate::plan::expr::column;
use crate::plan::logical::LogicalPlan;
use crate::schema::{ColumnNo, TableId};
use crate::types::{SqlType, Value};

/// Rows of a recursion for each one that it begins with: a guess.
pub(in crate::plan) const RECURSION_ROWS: f64 = 10.0;

/// Rows that a recursion goes on with: a guess.
pub(in crate::plan) const WORKING_ROWS: f64 = 10.0;

/// Groups for each row, where nothing is known of the keys.
const GROUPS: f64 = 0.1;

/// Rows of a relation.
pub(in crate::plan) fn logical_rows(plan: &LogicalPlan, context: &PlanContext<'_>) -> Result<f64> {
    Ok(match plan {
        LogicalPlan::SingleRow | LogicalPlan::Function(_) => 1.0,
        LogicalPlan::Empty(_) => 0.0,
        LogicalPlan::Values(values) => values.rows.len() as f64,
        LogicalPlan::Scan(scan) | LogicalPlan::Earlier(scan) => {
            let rows = table_rows(scan, context)?;
            (rows * share(&scan.filter, &Columns::of_scan(scan, rows))).max(1.0)
        }
        LogicalPlan::Join {
            outer,
            left,
            right,
            on,
        } => {
            let sides = JoinSides {
                left: (left, logical_rows(left, context)?),
                right: (right, logical_rows(right, context)?),
            };
            join_rows(*outer, sides, on, context)?
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
            filtered_rows(input, logical_rows(input, context)?, conjuncts, context)?
        }
        LogicalPlan::Aggregate { input, keys, .. } => {
            grouped_rows(input, logical_rows(input, context)?, keys, context)?
        }
        LogicalPlan::Distinct { input } => {
            let keys = input.layout().into_iter();
            let keys: Vec<Expr> = keys.map(|id| column(id, SqlType::Unknown)).collect();
            grouped_rows(input, logical_rows(input, context)?, &keys, context)?
        }
        LogicalPlan::Limit { input, limit } | LogicalPlan::TopN { input, limit, .. } => {
            limited_rows(logical_rows(input, context)?, limit.limit.as_ref())
        }
        LogicalPlan::Project { input, .. }
        | LogicalPlan::Extend { input, .. }
        | LogicalPlan::Sort { input, .. } => logical_rows(input, context)?,
    })
}

/// Rows of a relation of so many for which all conjuncts are TRUE.
pub(in crate::plan) fn filtered_rows(
    input: &LogicalPlan,
    rows: f64,
    conjuncts: &[Expr],
    context: &PlanContext<'_>,
) -> Result<f64> {
    let columns = Columns::of_plans(&[(input, rows)], conjuncts, context)?;
    Ok((rows * share(conjuncts, &columns)).max(1.0))
}

/// Groups of a relation of so many rows: as many as the keys have values, where that is known.
pub(in crate::plan) fn grouped_rows(
    input: &LogicalPlan,
    rows: f64,
    keys: &[Expr],
    context: &PlanContext<'_>,
) -> Result<f64> {
    if keys.is_empty() {
        return Ok(1.0);
    }
    let columns = Columns::of_plans(&[(input, rows)], keys, context)?;
    let mut values = 1.0_f64;
    // Of a key that is computed, only how many values it has at most.
    let (mut all_known, mut most) = (true, 1.0_f64);
    let mut together: Vec<ColumnNo> = Vec::new();
    let mut only: Option<(TableId, Known<'_>)> = None;
    for key in keys {
        let known = columns.of(key);
        if let Some((known, no)) = known.and_then(|known| Some((known, known.no?)))
            && only.is_none_or(|(id, _)| id == known.table.id)
        {
            only = Some((known.table.id, known));
            together.push(no);
        }
        match known.and_then(|known| known.distinct()) {
            Some(distinct) => {
                values *= distinct;
                most *= distinct;
            }
            None => {
                all_known = false;
                most *= values_at_most(key, &columns).unwrap_or(f64::INFINITY);
            }
        }
    }
    if let Some((_, known)) = only
        && together.len() == keys.len()
        && keys.len() > 1
        && let Some(joint) = joint_distinct(known.table, &together, known.rows)
    {
        values = values.min(joint);
    }
    let groups = match all_known {
        true => values,
        false => (rows * GROUPS).min(most).max(values),
    };
    Ok(groups.min(rows).max(1.0))
}

/// How many values an expression can have, from those of the columns that it reads.
fn values_at_most(expr: &Expr, columns: &Columns<'_>) -> Option<f64> {
    let mut values = Some(1.0);
    expr.for_each_column(&mut |id| {
        let distinct = columns.find(id).and_then(|known| known.distinct());
        values = values
            .zip(distinct)
            .map(|(values, distinct)| values * distinct);
    });
    values
}

/// Rows of a set operation, as if the inputs had no row twice.
pub(in crate::plan) fn set_rows(
    operator: SetOperator,
    inputs: impl IntoIterator<Item = f64>,
) -> f64 {
    let inputs = inputs.into_iter();
    match operator {
        SetOperator::Union => inputs.sum(),
        SetOperator::Intersect => inputs.reduce(f64::min).unwrap_or_default(),
        SetOperator::Except => inputs.take(1).sum(),
    }
}

/// Rows after a limit, if it is known now.
pub(in crate::plan) fn limited_rows(rows: f64, limit: Option<&Expr>) -> f64 {
    match limit.map(|limit| &limit.kind) {
        Some(ExprKind::Literal(Value::Integer(limit))) => rows.min((*limit).max(0) as f64),
        _ => rows,
    }
}
