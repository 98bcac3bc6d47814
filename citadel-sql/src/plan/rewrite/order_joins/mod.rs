//! Joins follow their conditions, and the order in which few rows meet few.
//!
//! Each tree of inner joins, in which an outer join is one relation, becomes a chain: a first input, and then always one
//! more. The [`search`] finds the cheapest chain: what an order costs is what its inputs cost to read, or to look up, and
//! the rows that each join gives.

mod reads;
mod search;

use super::super::access::{self, Wish};
use super::super::estimate::logical_rows;
use super::super::logical::LogicalPlan;
use super::Scope;
use crate::bind::bound::{Expr, Outer};
use crate::error::Result;
use crate::plan::PlanContext;

use reads::{Places, Reads};

/// One of the relations that are joined.
pub(super) struct Input {
    plan: LogicalPlan,
    /// Rows that it gives.
    rows: f64,
    /// What reading them costs.
    cost: f64,
}

/// Reorders each tree of inner joins.
pub(super) fn order_joins(plan: &mut LogicalPlan, scope: &mut Scope<'_>) -> Result<()> {
    if matches!(plan, LogicalPlan::Join { outer, .. } if outer.is_inner()) {
        let (mut inputs, mut conjuncts) = (Vec::new(), Vec::new());
        flatten(plan.take(), &mut inputs, &mut conjuncts);
        for input in &mut inputs {
            order_joins(input, scope)?;
        }
        let inputs = inputs.into_iter();
        let inputs = inputs.map(|input| Input::of(input, scope.context));
        *plan = joined(inputs.collect::<Result<_>>()?, conjuncts, scope.context)?;
        return Ok(());
    }
    for input in plan.inputs_mut() {
        order_joins(input, scope)?;
    }
    Ok(())
}

impl Input {
    fn of(plan: LogicalPlan, context: &PlanContext<'_>) -> Result<Self> {
        let rows = logical_rows(&plan, context)?;
        let cost = match &plan {
            LogicalPlan::Scan(scan) => access::choose(scan, Wish::default(), context)?.cost,
            _ => rows,
        };
        Ok(Self { plan, rows, cost })
    }
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

fn joined(
    inputs: Vec<Input>,
    conjuncts: Vec<Expr>,
    context: &PlanContext<'_>,
) -> Result<LogicalPlan> {
    let places = Places::of(&inputs);
    let mut conjuncts: Vec<(Reads, Expr)> = conjuncts
        .into_iter()
        .map(|conjunct| (Reads::of(&conjunct, &places), conjunct))
        .collect();
    let order = search::order(&inputs, &conjuncts, &places, context)?;
    let mut inputs: Vec<Option<LogicalPlan>> =
        inputs.into_iter().map(|input| Some(input.plan)).collect();
    let mut have = places.none();
    let mut plan: Option<LogicalPlan> = None;
    for at in order {
        let Some(right) = inputs.get_mut(at).and_then(Option::take) else {
            continue;
        };
        have.insert(at);
        plan = Some(match plan {
            None => right,
            Some(left) => {
                let (on, rest) = conjuncts
                    .into_iter()
                    .partition(|(reads, _)| reads.all.is_within(&have));
                conjuncts = rest;
                LogicalPlan::Join {
                    outer: Outer::default(),
                    left: Box::new(left),
                    right: Box::new(right),
                    on: on.into_iter().map(|(_, conjunct)| conjunct).collect(),
                }
            }
        });
    }
    let plan = plan.unwrap_or(LogicalPlan::SingleRow);
    if conjuncts.is_empty() {
        return Ok(plan);
    }
    Ok(LogicalPlan::Filter {
        input: Box::new(plan),
        conjuncts: conjuncts.into_iter().map(|(_, c)| c).collect(),
    })
}
