//! Rewrites of the logical plan: small, named, in a fixed order. Each keeps the meaning of the query.

mod compute_keys;
mod fold;
mod merge_queries;
mod nulls;
mod order_joins;
mod prune;
mod push_filters;
mod top_n;
mod window_order;

pub(super) use compute_keys::COMPUTED;

use super::PlanContext;
use super::logical::LogicalPlan;
use super::names::Names;
use crate::error::Result;

/// A rewrite: its name, and what it does.
type Rewrite = (
    &'static str,
    fn(&mut LogicalPlan, &mut Scope<'_>) -> Result<()>,
);

/// What rewrites may look at.
pub(super) struct Scope<'a> {
    context: &'a PlanContext<'a>,
    names: &'a mut Names,
}

impl<'a> Scope<'a> {
    pub(super) fn new(context: &'a PlanContext<'a>, names: &'a mut Names) -> Self {
        Self { context, names }
    }
}

/// All of them, in the order in which they run.
const REWRITES: &[Rewrite] = &[
    // A query in FROM that only computes becomes part of the query around it.
    ("merge_queries", merge_queries::merge_queries),
    // Constants are computed once; what is never TRUE yields nothing.
    ("fold_constants", fold::fold_constants),
    // A condition runs as near to the rows that it speaks of as it can.
    ("push_filters", push_filters::push_filters),
    // Joins follow their conditions, so that no product is built where a condition links the sides.
    ("order_joins", order_joins::order_joins),
    // ORDER BY with LIMIT keeps only the best rows.
    ("fuse_top_n", top_n::fuse_top_n),
    // A sort key that is an expression is computed once and shown from there.
    ("compute_keys", compute_keys::compute_keys),
    // A window's rows come partition by partition, in order.
    ("order_windows", window_order::order_windows),
    // Only columns that someone reads are read.
    ("prune_columns", prune::prune_columns),
];

/// Applies all rewrites.
pub(super) fn rewrite(plan: &mut LogicalPlan, scope: &mut Scope<'_>) -> Result<()> {
    for (name, rewrite) in REWRITES {
        rewrite(plan, scope)?;
        tracing::trace!(rewrite = name, ?plan);
    }
    Ok(())
}
