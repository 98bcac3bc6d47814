//! Constants are computed once; what is never TRUE yields nothing.

use super::super::logical::{LogicalEmpty, LogicalPlan};
use super::Scope;
use crate::bind::bound::{Expr, ExprKind};
use crate::error::Result;
use crate::expression::fold_literals;
use crate::types::Value;

/// Folds every condition, and replaces a relation whose filter is constantly not TRUE by no rows.
pub(super) fn fold_constants(plan: &mut LogicalPlan, _: &mut Scope<'_>) -> Result<()> {
    fold_plan(plan);
    Ok(())
}

fn fold_plan(plan: &mut LogicalPlan) {
    plan.inputs_mut().into_iter().for_each(fold_plan);
    match plan {
        LogicalPlan::Filter { conjuncts, input } => {
            conjuncts.iter_mut().for_each(fold_literals);
            conjuncts.retain(|conjunct| !is_true(conjunct));
            if conjuncts.is_empty() {
                *plan = input.take();
            } else if conjuncts.iter().any(is_never_true) {
                *plan = empty(plan);
            }
        }
        LogicalPlan::Join { on, outer, .. } => {
            on.iter_mut().for_each(fold_literals);
            on.retain(|conjunct| !is_true(conjunct));
            if outer.is_inner() && on.iter().any(is_never_true) {
                *plan = empty(plan);
            }
        }
        LogicalPlan::Project { columns, .. } => {
            columns.iter_mut().for_each(|(_, expr)| fold_literals(expr));
        }
        LogicalPlan::Sort { keys, .. } => {
            keys.iter_mut().for_each(|key| fold_literals(&mut key.expr))
        }
        _ => {}
    }
}

fn empty(plan: &LogicalPlan) -> LogicalPlan {
    LogicalPlan::Empty(LogicalEmpty {
        relations: plan.relations(),
        columns: Vec::new(),
    })
}

fn is_true(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(Value::Boolean(true)))
}

fn is_never_true(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Literal(Value::Boolean(false) | Value::Null)
    )
}
