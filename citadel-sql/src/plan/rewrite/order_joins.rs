//! Joins follow their conditions, so that no product is built where a condition links the sides.

use super::super::estimate::logical_rows;
use super::super::expr::relations;
use super::super::logical::LogicalPlan;
use super::Scope;
use crate::bind::bound::{BinaryOp, Expr, ExprKind, Outer, RelationNo};
use crate::error::Result;

/// Reorders each tree of inner joins, in which an outer join is one relation: the smallest relation first, then always the smallest that a condition links
/// to those already joined.
pub(super) fn order_joins(plan: &mut LogicalPlan, scope: &mut Scope<'_>) -> Result<()> {
    if matches!(plan, LogicalPlan::Join { outer, .. } if outer.is_inner()) {
        let (mut inputs, mut conjuncts) = (Vec::new(), Vec::new());
        flatten(plan.take(), &mut inputs, &mut conjuncts);
        for input in &mut inputs {
            order_joins(input, scope)?;
        }
        let mut sized = Vec::with_capacity(inputs.len());
        for input in inputs {
            sized.push((logical_rows(&input, scope.context)?, input));
        }
        *plan = joined(sized, conjuncts);
        return Ok(());
    }
    for input in plan.inputs_mut() {
        order_joins(input, scope)?;
    }
    Ok(())
}

fn flatten(plan: LogicalPlan, inputs: &mut Vec<LogicalPlan>, conjuncts: &mut Vec<Expr>) {
    match plan {
        LogicalPlan::Join {
            outer,
            left,
            right,
            on,
        } if outer.is_inner() => {
            flatten(*left, inputs, conjuncts);
            flatten(*right, inputs, conjuncts);
            conjuncts.extend(on);
        }
        other => inputs.push(other),
    }
}

fn joined(mut inputs: Vec<(f64, LogicalPlan)>, mut conjuncts: Vec<Expr>) -> LogicalPlan {
    let (_, mut plan) = inputs.remove(smallest(&inputs, |_| true).unwrap_or(0));
    while !inputs.is_empty() {
        let have = plan.relations();
        let linked = |input: &LogicalPlan| {
            let other = input.relations();
            conjuncts.iter().any(|c| links(c, &have, &other))
        };
        let next = smallest(&inputs, linked)
            .or_else(|| smallest(&inputs, |_| true))
            .unwrap_or(0);
        let (_, right) = inputs.remove(next);
        let mut relations_now = have;
        relations_now.extend(right.relations());
        let (on, rest) = conjuncts.into_iter().partition(|conjunct| {
            relations(conjunct)
                .iter()
                .all(|relation| relations_now.contains(relation))
        });
        conjuncts = rest;
        plan = LogicalPlan::Join {
            outer: Outer::default(),
            left: Box::new(plan),
            right: Box::new(right),
            on,
        };
    }
    plan
}

/// The smallest input that meets a condition; the first of equals.
fn smallest(inputs: &[(f64, LogicalPlan)], meets: impl Fn(&LogicalPlan) -> bool) -> Option<usize> {
    let candidates = inputs.iter().enumerate().filter(|(_, (_, p))| meets(p));
    candidates
        .min_by(|(_, (a, _)), (_, (b, _))| a.total_cmp(b))
        .map(|(at, _)| at)
}

/// Is the condition an equality between the two sides?
fn links(conjunct: &Expr, left: &[RelationNo], right: &[RelationNo]) -> bool {
    equality_sides(conjunct).is_some_and(|(a, b)| {
        let (a, b) = (relations(a), relations(b));
        let within = |read: &[RelationNo], side: &[RelationNo]| {
            !read.is_empty() && read.iter().all(|r| side.contains(r))
        };
        (within(&a, left) && within(&b, right)) || (within(&a, right) && within(&b, left))
    })
}

/// The operands of an equality.
fn equality_sides(conjunct: &Expr) -> Option<(&Expr, &Expr)> {
    match &conjunct.kind {
        ExprKind::Binary {
            op: BinaryOp::Eq,
            left,
            right,
        } => Some((left, right)),
        _ => None,
    }
}
