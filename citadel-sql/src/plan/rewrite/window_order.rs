//! A window's rows come partition by partition, in order.

use super::super::expr::{column, is_same};
use super::super::logical::{LogicalKey, LogicalPlan, LogicalWindow};
use super::super::names::column_id;
use super::super::print::expr_text;
use super::COMPUTED;
use super::Scope;
use crate::bind::bound::{ColumnId, Expr, ExprKind};
use crate::error::Result;

/// Puts a sort below each window, unless the rows have its order already. Keys that are expressions are computed below.
pub(super) fn order_windows(plan: &mut LogicalPlan, scope: &mut Scope<'_>) -> Result<()> {
    for input in plan.inputs_mut() {
        order_windows(input, scope)?;
    }
    if let LogicalPlan::Window(window) = plan {
        compute(window, scope);
        let keys = window.keys();
        let known = order_of(&window.input);
        let is_ordered =
            known.len() >= keys.len() && known.iter().zip(&keys).all(|(a, b)| alike(a, b));
        if !is_ordered {
            *window.input = LogicalPlan::Sort {
                input: Box::new(window.input.take()),
                keys,
            };
        }
    }
    Ok(())
}

fn compute(window: &mut LogicalWindow, scope: &mut Scope<'_>) {
    let mut computed: Vec<(ColumnId, Expr)> = Vec::new();
    let order = window.order.iter_mut().map(|key| &mut key.expr);
    for expr in window.partition.iter_mut().chain(order) {
        if matches!(expr.kind, ExprKind::Column(_)) {
            continue;
        }
        let known = computed.iter().find(|(_, known)| is_same(known, expr));
        let id = match known {
            Some((id, _)) => *id,
            None => {
                let id = column_id(COMPUTED, scope.names.next_computed());
                scope.names.add(id, expr_text(expr, scope.names));
                computed.push((id, expr.clone()));
                id
            }
        };
        *expr = column(id, expr.ty);
    }
    if !computed.is_empty() {
        *window.input = LogicalPlan::Extend {
            input: Box::new(window.input.take()),
            columns: computed,
        };
    }
}

/// The order that the rows of a plan have.
fn order_of(plan: &LogicalPlan) -> &[LogicalKey] {
    match plan {
        LogicalPlan::Sort { keys, .. } => keys,
        LogicalPlan::Window(window) => order_of(&window.input),
        LogicalPlan::Extend { input, .. } => order_of(input),
        _ => &[],
    }
}

fn alike(a: &LogicalKey, b: &LogicalKey) -> bool {
    (a.descending, a.nulls_first) == (b.descending, b.nulls_first) && is_same(&a.expr, &b.expr)
}
