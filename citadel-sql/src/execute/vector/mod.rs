//! The operators of `VectorTopKPlan` and `AnnTopKPlan`.
//!
//! Both find the first `offset + limit` rows by (distance, row id) at the first call, and then hand them out. A row is
//! a row id and a distance until it is handed out; only then are its other columns read.
//!
//! # The exact plan ([`exact`])
//!
//! It streams vectors into a bounded heap. Without WHERE it reads nothing but the vector column. With WHERE, the plan of
//! the rows gives row ids, and the vectors of those are looked up beside it. A large table is cut into parts, which all threads
//! of the statement share ([`parts`]).
//!
//! # The ann plan ([`approximate`])
//!
//! ```text
//!            ┌─ segment: bitmap of the pushed-down WHERE, less the delta ─► walk ─► recheck ─► rerank ─┐
//!   snapshot ┤                                                                                         ├─► first k
//!            └─ delta: the whole WHERE on rows ─► distance of each ─────────────────────────────────────┘
//! ```
//!
//! What always holds:
//! 1. Distances in the answer are exact, from stored vectors; only which rows were looked at is approximate.
//! 2. `min(k, matching)` rows are found: the search goes on until that many have passed the recheck, or none are left.
//! 3. A row of the delta is never taken from a segment.
//! 4. With a range of distances, every distance is held against it. The walk goes on in the order of distances until as many
//!    rows as asked for are found or the radius is passed: a run of candidates beyond it ([`approximate`] says how long).
//! 5. A search never starts over. Where few candidates pass the recheck, the rows that satisfy WHERE are read once, and the same
//!    search goes on among those.
//! 6. Where the index cannot be used (refused, or no segment yet), or would be slower (most rows are in the delta),
//!    the exact plan answers, and the report says why.

mod approximate;
mod exact;
mod nearest;
mod operator;
mod parts;
mod report;
mod resolve;
mod row_filter;
mod row_source;
mod setting;
#[cfg(test)]
mod tests;
mod within;

use std::sync::Arc;

use super::operator::BoxedOperator;
use super::{ExecContext, build};
use crate::error::Result;
use crate::plan::vector::{AnnTopK, VectorTopK};
use crate::types::Value;

pub(crate) use nearest::Nearest;

/// The operator of a [`VectorTopK`]; `rows` gives the row ids to measure, all rows if there is none.
pub(crate) fn vector_top_k(
    plan: &VectorTopK,
    rows: Option<BoxedOperator>,
    params: &[Value],
) -> Result<BoxedOperator> {
    Ok(Box::new(operator::VectorTopKOp::new(plan, rows, params)?))
}

/// The operator of a [`VectorTopK`] whose search is done.
pub(crate) fn found_top_k(
    plan: &VectorTopK,
    found: Nearest,
    params: &[Value],
) -> Result<BoxedOperator> {
    Ok(Box::new(operator::VectorTopKOp::found(
        plan, found, params,
    )?))
}

/// What the search of a [`VectorTopK`] finds for each of some sets of parameters, in one pass over the rows. The sets agree in
/// what its WHERE clause reads, and the context has the first of them.
pub(crate) fn search_together(
    plan: &VectorTopK,
    sets: &[Vec<Value>],
    context: &mut ExecContext<'_>,
) -> Result<Vec<Nearest>> {
    let rows = match plan.input() {
        Some(input) => Some(build(input, context.params)?),
        None => None,
    };
    operator::search_together(plan, rows, sets, context)
}

/// The operator of an [`AnnTopK`].
pub(crate) fn ann_top_k(plan: &Arc<AnnTopK>, params: &[Value]) -> Result<BoxedOperator> {
    Ok(Box::new(operator::AnnTopKOp::new(plan, params)?))
}
