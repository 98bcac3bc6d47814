//! The share of pairs of rows that join.

use super::column::{Columns, Known, joint_distinct};
use super::{LEAST, share};
use crate::bind::bound::{BinaryOp, Expr, ExprKind, Outer};
use crate::error::Result;
use crate::plan::PlanContext;
use crate::plan::logical::LogicalPlan;
use crate::schema::ColumnNo;
use crate::types::total_order;

/// The sides of a join, each with the number of its rows.
#[derive(Clone, Copy)]
pub(in crate::plan) struct JoinSides<'a> {
    pub(in crate::plan) left: (&'a LogicalPlan, f64),
    pub(in crate::plan) right: (&'a LogicalPlan, f64),
}

/// Rows of a join.
pub(in crate::plan) fn join_rows(
    outer: Outer,
    sides: JoinSides<'_>,
    on: &[Expr],
    context: &PlanContext<'_>,
) -> Result<f64> {
    let (left, right) = (sides.left.1, sides.right.1);
    let rows = left * right * pair_share(&[sides.left, sides.right], on, context)?;
    let kept = |keeps: bool, rows: f64| if keeps { rows } else { 0.0 };
    Ok(rows.max(kept(outer.left, left) + kept(outer.right, right)))
}

/// The share of all combinations of rows of some plans for which all conjuncts are TRUE.
pub(in crate::plan) fn pair_share<'e>(
    plans: &[(&LogicalPlan, f64)],
    on: impl IntoIterator<Item = &'e Expr> + Clone,
    context: &PlanContext<'_>,
) -> Result<f64> {
    let columns = Columns::of_plans(plans, on.clone(), context)?;
    let mut pairs: Vec<(Known<'_>, Known<'_>)> = Vec::new();
    let (mut rest, mut found, mut unknown) = (Vec::new(), 1.0, false);
    for conjunct in on {
        let Some((left, right)) = equality(conjunct) else {
            rest.push(conjunct);
            continue;
        };
        match (columns.of(left), columns.of(right)) {
            (Some(left), Some(right)) => pairs.push((left, right)),
            (Some(known), None) | (None, Some(known)) => match known.distinct() {
                Some(distinct) => found *= not_null(&known) / distinct.min(known.most),
                None => unknown = true,
            },
            (None, None) => unknown = true,
        }
    }
    let linked = linked_share(&pairs);
    let mut share = found * linked * share(rest, &columns);
    if unknown && pairs.is_empty() && found == 1.0 {
        // As many as the larger side has: each of its rows finds one.
        let least = plans.iter().map(|(_, rows)| *rows);
        share /= least.fold(f64::INFINITY, f64::min).max(1.0);
    }
    Ok(share.clamp(LEAST * LEAST, 1.0))
}

/// The operands of an equality that both read columns.
fn equality(conjunct: &Expr) -> Option<(&Expr, &Expr)> {
    let reads = |expr: &Expr| !crate::plan::expr::has_no_columns(expr);
    match &conjunct.kind {
        ExprKind::Binary {
            op: BinaryOp::Eq,
            left,
            right,
        } if reads(left) && reads(right) => Some((left, right)),
        _ => None,
    }
}

fn not_null(known: &Known<'_>) -> f64 {
    1.0 - known.nulls().unwrap_or(0.0)
}

/// The share of pairs of rows in which columns are equal.
fn linked_share(pairs: &[(Known<'_>, Known<'_>)]) -> f64 {
    let mut share = 1.0;
    let mut left: Vec<&(Known<'_>, Known<'_>)> = pairs.iter().collect();
    while let Some(first) = left.first().copied() {
        let (together, others) = left.into_iter().partition::<Vec<_>, _>(|pair| {
            pair.0.table.id == first.0.table.id && pair.1.table.id == first.1.table.id
        });
        left = others;
        share *= match joint_share(&together) {
            Some(joint) => joint,
            None => {
                let known = together.iter().filter_map(|(a, b)| equal_share(a, b));
                let known = known.reduce(|a, b| a * b);
                // Of the larger table each row is taken for another value.
                known.unwrap_or_else(|| 1.0 / first.0.rows.max(first.1.rows))
            }
        };
    }
    share
}

/// The share where several columns of two tables are equal, and an index of one knows how many values they have together.
fn joint_share(pairs: &[&(Known<'_>, Known<'_>)]) -> Option<f64> {
    if pairs.len() < 2 {
        return None;
    }
    let side = |pick: fn(&(Known<'_>, Known<'_>)) -> Option<ColumnNo>| {
        pairs
            .iter()
            .map(|pair| pick(pair))
            .collect::<Option<Vec<_>>>()
    };
    let (a, b) = pairs[0];
    let distinct = |known: &Known<'_>, columns: Option<Vec<ColumnNo>>| {
        let joint = joint_distinct(known.table, &columns?, known.rows)?;
        Some(joint.min(known.most))
    };
    let (a, b) = (
        distinct(a, side(|pair| pair.0.no)),
        distinct(b, side(|pair| pair.1.no)),
    );
    match (a, b) {
        (None, None) => None,
        (a, b) => Some(1.0 / a.unwrap_or(1.0).max(b.unwrap_or(1.0))),
    }
}

/// The share of pairs of rows in which two columns are equal, as Selinger and others estimate it: each value of the side
/// that has fewer is on the other one. Common values of both are counted by themselves.
fn equal_share(a: &Known<'_>, b: &Known<'_>) -> Option<f64> {
    let (distinct_a, distinct_b) = match (a.distinct(), b.distinct()) {
        (None, None) => return None,
        (a, b) => (a.unwrap_or(1.0), b.unwrap_or(1.0)),
    };
    let (most_a, most_b) = (distinct_a.min(a.most), distinct_b.min(b.most));
    let plain = not_null(a) * not_null(b) / most_a.max(most_b).max(1.0);
    let (Some(of_a), Some(of_b)) = (a.statistics(), b.statistics()) else {
        return Some(plain);
    };
    if of_a.common.is_empty() || of_b.common.is_empty() {
        return Some(plain);
    }
    let (mut matching, mut matched_a, mut matched_b) = (0.0, 0.0, 0.0);
    for (value, share_a) in &of_a.common {
        let mut others = of_b.common.iter();
        let same = others.find(|(other, _)| total_order(value.as_ref(), other.as_ref()).is_eq());
        if let Some((_, share_b)) = same {
            matching += share_a * share_b;
            matched_a += share_a;
            matched_b += share_b;
        }
    }
    // What is common on one side alone meets the uncommon values of the other, and those meet each other.
    let (lone_a, lone_b) = (
        of_a.common_share() - matched_a,
        of_b.common_share() - matched_b,
    );
    let (rest_a, rest_b) = (of_a.rest_share(), of_b.rest_share());
    let (few_a, few_b) = (of_a.rest_distinct(a.rows), of_b.rest_distinct(b.rows));
    let from_a = lone_a * rest_b / few_b + rest_a * rest_b / few_a.max(few_b);
    let from_b = lone_b * rest_a / few_a;
    Some(matching + from_a + from_b)
}
