//! A condition runs as near to the rows that it speaks of as it can.

use super::super::expr::relations;
use super::super::logical::LogicalPlan;
use super::Scope;
use crate::bind::bound::Expr;
use crate::error::Result;

/// Moves the conjuncts of filters and joins down. Those of one place keep their order: a later one may rely on an
/// earlier one to exclude a row that it would fail for.
pub(super) fn push_filters(plan: &mut LogicalPlan, _: &mut Scope<'_>) -> Result<()> {
    *plan = push(plan.take(), Vec::new());
    Ok(())
}

/// The plan with these conjuncts applied as low as possible.
fn push(plan: LogicalPlan, mut conjuncts: Vec<Expr>) -> LogicalPlan {
    match plan {
        LogicalPlan::Filter {
            input,
            conjuncts: own,
        } => {
            // What is below runs first.
            let all = own.into_iter().chain(conjuncts).collect();
            push(*input, all)
        }
        LogicalPlan::Scan(mut scan) => {
            scan.filter.append(&mut conjuncts);
            LogicalPlan::Scan(scan)
        }
        LogicalPlan::Join { left, right, on } => {
            let all = on.into_iter().chain(conjuncts).collect();
            push_into_join(*left, *right, all)
        }
        other => filter(push_below(other), conjuncts),
    }
}

fn push_into_join(left: LogicalPlan, right: LogicalPlan, conjuncts: Vec<Expr>) -> LogicalPlan {
    let (left_relations, right_relations) = (left.relations(), right.relations());
    let (mut to_left, mut to_right, mut both) = (Vec::new(), Vec::new(), Vec::new());
    for conjunct in conjuncts {
        let read = relations(&conjunct);
        let within = |side: &[_]| {
            !read.is_empty() && conjunct.is_stable() && read.iter().all(|r| side.contains(r))
        };
        if within(&left_relations) {
            to_left.push(conjunct);
        } else if within(&right_relations) {
            to_right.push(conjunct);
        } else {
            both.push(conjunct);
        }
    }
    LogicalPlan::Join {
        left: Box::new(push(left, to_left)),
        right: Box::new(push(right, to_right)),
        on: both,
    }
}

/// Goes on with the inputs of a node that no condition passes.
fn push_below(mut plan: LogicalPlan) -> LogicalPlan {
    for input in plan.inputs_mut() {
        *input = push(input.take(), Vec::new());
    }
    plan
}

fn filter(input: LogicalPlan, conjuncts: Vec<Expr>) -> LogicalPlan {
    if conjuncts.is_empty() {
        return input;
    }
    LogicalPlan::Filter {
        input: Box::new(input),
        conjuncts,
    }
}
