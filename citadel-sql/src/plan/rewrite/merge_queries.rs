//! A query in FROM that only computes becomes part of the query around it.

use rustc_hash::FxHashMap;

use super::super::expr::may_be_copied;
use super::super::logical::LogicalPlan;
use super::Scope;
use crate::bind::bound::{ColumnId, Expr, ExprKind};
use crate::error::Result;

/// Takes out each projection whose columns are read by name above it, and puts its expressions where they are read.
/// So indexes, orders and conditions of the two queries meet.
pub(super) fn merge_queries(plan: &mut LogicalPlan, _: &mut Scope<'_>) -> Result<()> {
    let mut merged = FxHashMap::default();
    // The output of the statement is read by place.
    below(plan, false, &mut merged);
    if !merged.is_empty() {
        plan.for_each_expr_mut(&mut |expr| expand(expr, &merged));
    }
    Ok(())
}

type Merged = FxHashMap<ColumnId, Expr>;

/// `padded`: a join above may put NULLs in place of the columns.
fn below(plan: &mut LogicalPlan, padded: bool, merged: &mut Merged) {
    match plan {
        LogicalPlan::Join {
            outer, left, right, ..
        } => {
            take_out(left, padded || outer.right, merged);
            take_out(right, padded || outer.left, merged);
        }
        // These read their input by place.
        LogicalPlan::SetOperation(_) | LogicalPlan::Recursive(_) | LogicalPlan::Distinct { .. } => {
            for input in plan.inputs_mut() {
                below(input, false, merged);
            }
        }
        // What is below is not seen above.
        LogicalPlan::Project { input, .. } | LogicalPlan::Aggregate { input, .. } => {
            take_out(input, false, merged);
        }
        _ => {
            for input in plan.inputs_mut() {
                take_out(input, padded, merged);
            }
        }
    }
}

/// Under padding only a column that is passed on can move: it is NULL as well then. Inner queries come first, so that
/// what an expression has grown to is known.
fn take_out(plan: &mut LogicalPlan, padded: bool, merged: &mut Merged) {
    let LogicalPlan::Project { input, columns } = plan else {
        return below(plan, padded, merged);
    };
    take_out(input, padded, merged);
    columns
        .iter_mut()
        .for_each(|(_, expr)| expand(expr, merged));
    let only_passes = padded || !is_open(input);
    let can_move = |expr: &Expr| match only_passes {
        true => matches!(expr.kind, ExprKind::Column(_)),
        false => expr.is_stable() && may_be_copied(expr),
    };
    if columns.iter().all(|(_, expr)| can_move(expr)) {
        merged.extend(std::mem::take(columns));
        *plan = input.take();
    }
}

/// Can conditions and orders from above meet what is below? If not, an expression is best computed where it stands, once.
fn is_open(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Filter { input, .. } => is_open(input),
        LogicalPlan::Scan(_)
        | LogicalPlan::Join { .. }
        | LogicalPlan::Values(_)
        | LogicalPlan::Function(_)
        | LogicalPlan::SingleRow => true,
        _ => false,
    }
}

/// Puts expressions in place of the columns that stand for them.
fn expand(expr: &mut Expr, merged: &Merged) {
    if let ExprKind::Column(id) = expr.kind
        && let Some(meaning) = merged.get(&id)
    {
        *expr = Expr {
            position: expr.position.or(meaning.position),
            ..meaning.clone()
        };
        return expand(expr, merged);
    }
    expr.for_each_child_mut(&mut |child| expand(child, merged));
}
