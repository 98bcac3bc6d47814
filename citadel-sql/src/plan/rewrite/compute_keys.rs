//! A sort key that is an expression is computed once and shown from there.

use super::super::expr::{column, is_same, relations, substitute};
use super::super::logical::{LogicalKey, LogicalPlan};
use super::super::names::column_id;
use super::super::print::expr_text;
use super::Scope;
use crate::bind::bound::{ColumnId, Expr, ExprKind, RelationNo};
use crate::error::Result;

/// The relation of computed sort keys: a number that the binder never gives.
pub(in crate::plan) const COMPUTED: RelationNo = RelationNo(u32::MAX - 1);

/// Puts the computation of key expressions below the sort; the sort and the output above it then read columns.
pub(super) fn compute_keys(plan: &mut LogicalPlan, scope: &mut Scope<'_>) -> Result<()> {
    if let LogicalPlan::Project { input, columns } = plan {
        for (id, expr) in computed_by(input, scope) {
            if expr.is_stable() {
                let outputs = columns.iter_mut();
                outputs.for_each(|(_, output)| substitute(output, &expr, id));
            }
        }
    } else {
        computed_by(plan, scope);
    }
    for input in plan.inputs_mut() {
        compute_keys(input, scope)?;
    }
    Ok(())
}

/// If this is a sort (perhaps under a limit), moves its key expressions below it and says what they now are called.
fn computed_by(plan: &mut LogicalPlan, scope: &mut Scope<'_>) -> Vec<(ColumnId, Expr)> {
    match plan {
        LogicalPlan::Limit { input, .. } => computed_by(input, scope),
        LogicalPlan::Sort { input, keys } | LogicalPlan::TopN { input, keys, .. } => {
            let computed = compute(keys, input, scope);
            if !computed.is_empty() {
                **input = LogicalPlan::Extend {
                    input: Box::new(input.take()),
                    columns: computed.clone(),
                };
            }
            computed
        }
        _ => Vec::new(),
    }
}

fn compute(
    keys: &mut [LogicalKey],
    input: &LogicalPlan,
    scope: &mut Scope<'_>,
) -> Vec<(ColumnId, Expr)> {
    let mut computed: Vec<(ColumnId, Expr)> = Vec::new();
    for key in keys {
        if matches!(key.expr.kind, ExprKind::Column(_)) {
            continue;
        }
        let known = computed.iter().find(|(_, expr)| is_same(expr, &key.expr));
        let id = match known {
            Some((id, _)) => *id,
            None => {
                let id = key_id(&key.expr, input, &computed)
                    .unwrap_or_else(|| column_id(COMPUTED, scope.names.next_computed()));
                scope.names.add(id, expr_text(&key.expr, scope.names));
                computed.push((id, key.expr.clone()));
                id
            }
        };
        key.expr = column(id, key.expr.ty);
    }
    computed
}

/// The first distance over one table has a well-known name, under which vector plans deliver it.
fn key_id(expr: &Expr, input: &LogicalPlan, computed: &[(ColumnId, Expr)]) -> Option<ColumnId> {
    let (ExprKind::Distance { .. }, LogicalPlan::Scan(scan)) = (&expr.kind, input) else {
        return None;
    };
    let id = ColumnId {
        relation: scan.relation,
        column: ColumnId::DISTANCE,
    };
    let is_first = computed.iter().all(|(other, _)| *other != id);
    (is_first && relations(expr) == [scan.relation]).then_some(id)
}
