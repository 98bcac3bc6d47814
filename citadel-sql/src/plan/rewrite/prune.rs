//! Only columns that someone reads are read.

use super::super::logical::LogicalPlan;
use super::Scope;
use crate::bind::bound::{AggregateCall, ColumnId, Expr};
use crate::error::Result;
use crate::functions::TableFunction;

/// Tells every scan which columns are needed above it.
pub(super) fn prune_columns(plan: &mut LogicalPlan, _: &mut Scope<'_>) -> Result<()> {
    let needed = plan.layout();
    prune(plan, &needed);
    Ok(())
}

fn prune(plan: &mut LogicalPlan, needed: &[ColumnId]) {
    match plan {
        LogicalPlan::SingleRow | LogicalPlan::Values(_) | LogicalPlan::Working(_) => {}
        // Only what lies in a file costs something for each column.
        LogicalPlan::Function(call) if !call.function.is(TableFunction::ReadParquet) => {}
        LogicalPlan::Function(call) => {
            let last = call.columns.len().saturating_sub(1);
            let number = call.columns.get(last).copied().filter(|_| call.ordinality);
            call.columns
                .retain(|id| needed.contains(id) || number == Some(*id));
        }
        LogicalPlan::Empty(empty) => {
            let own = needed
                .iter()
                .filter(|id| empty.relations.contains(&id.relation));
            empty.columns = own.copied().collect();
        }
        LogicalPlan::Scan(scan) | LogicalPlan::Earlier(scan) => {
            let own = needed.iter().filter(|id| id.relation == scan.relation);
            scan.columns = own.copied().collect();
        }
        LogicalPlan::Join {
            left, right, on, ..
        } => {
            let needed = with(needed, on.iter());
            prune(left, &needed);
            prune(right, &needed);
        }
        // By place, so that all columns are.
        LogicalPlan::SetOperation(set) => {
            for input in &mut set.inputs {
                let needed = input.layout();
                prune(input, &needed);
            }
        }
        LogicalPlan::Recursive(recursive) => {
            let needed = recursive.first.layout();
            prune(&mut recursive.first, &needed);
        }
        LogicalPlan::Lateral(lateral) => {
            let passed = needed.iter().copied();
            let passed = passed.filter(|id| id.relation != lateral.relation);
            let arguments = lateral.arguments.iter().map(|(_, value)| value);
            let mut needed = with(&passed.collect::<Vec<_>>(), arguments.chain(&lateral.on));
            needed.retain(|id| id.relation != lateral.relation);
            prune(&mut lateral.left, &needed);
        }
        LogicalPlan::Apply(apply) if !needed.contains(&apply.id) => {
            *plan = apply.input.take();
            prune(plan, needed);
        }
        LogicalPlan::Apply(apply) => {
            let passed = needed.iter().copied().filter(|id| *id != apply.id);
            let needed = with(&passed.collect::<Vec<_>>(), apply.exprs());
            prune(&mut apply.input, &needed);
        }
        LogicalPlan::Window(window) => {
            window.calls.retain(|(id, _)| needed.contains(id));
            if window.calls.is_empty() {
                *plan = window.input.take();
                return prune(plan, needed);
            }
            let is_own = |id: &ColumnId| window.calls.iter().any(|(own, _)| own == id);
            let passed = needed.iter().copied().filter(|id| !is_own(id));
            let needed = with(&passed.collect::<Vec<_>>(), window.exprs());
            prune(&mut window.input, &needed);
        }
        LogicalPlan::Filter { input, conjuncts } => prune(input, &with(needed, conjuncts.iter())),
        LogicalPlan::Aggregate {
            input,
            keys,
            aggregates,
            ..
        } => {
            let arguments = aggregates.iter().flat_map(AggregateCall::exprs);
            prune(input, &with(&[], keys.iter().chain(arguments)));
        }
        LogicalPlan::Project { input, columns } => {
            prune(input, &with(&[], columns.iter().map(|(_, expr)| expr)));
        }
        LogicalPlan::Extend { input, columns } => {
            columns.retain(|(id, _)| needed.contains(id));
            let passed: Vec<ColumnId> = needed
                .iter()
                .copied()
                .filter(|id| columns.iter().all(|(computed, _)| computed != id))
                .collect();
            prune(input, &with(&passed, columns.iter().map(|(_, expr)| expr)));
        }
        LogicalPlan::Distinct { input } | LogicalPlan::Limit { input, .. } => {
            let needed = if matches!(**input, LogicalPlan::Project { .. }) {
                input.layout()
            } else {
                needed.to_vec()
            };
            prune(input, &needed);
        }
        LogicalPlan::Sort { input, keys } | LogicalPlan::TopN { input, keys, .. } => {
            prune(input, &with(needed, keys.iter().map(|key| &key.expr)));
        }
    }
}

/// The columns needed and those of expressions, each once, in order of first mention.
fn with<'a>(needed: &[ColumnId], exprs: impl Iterator<Item = &'a Expr>) -> Vec<ColumnId> {
    let mut all = needed.to_vec();
    for expr in exprs {
        expr.for_each_column(&mut |id| {
            if !all.contains(&id) {
                all.push(id);
            }
        });
    }
    all
}
