//! The operators of `VectorTopKPlan` and `AnnTopKPlan`.
//!
//! Both find the first `offset + limit` rows by (distance, row id) at the first call, and then hand them out. A row is
//! a row id and a distance until it is handed out; only then are its other columns read.
//!
//! # The exact plan ([`exact`])
//!
//! It streams vectors into a bounded heap. Without WHERE it reads nothing but the vector column. With WHERE, the plan of
//! the rows gives row ids, and the vectors of those are looked up beside it.
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
//! 4. Where the index cannot be used (refused, or no segment yet), or would be slower (most rows are in the delta, or
//!    nearly no candidate passes the recheck), the exact plan answers, and the report says why.

mod approximate;
mod exact;
mod fetcher;
mod nearest;
mod operator;
mod report;
mod resolve;
mod row_filter;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::operator::BoxedOperator;
use crate::error::Result;
use crate::plan::vector::{AnnTopK, VectorTopK};
use crate::types::Value;

/// The operator of a [`VectorTopK`]; `rows` gives the row ids to measure, all rows if there is none.
pub(crate) fn vector_top_k(
    plan: &VectorTopK,
    rows: Option<BoxedOperator>,
    params: &[Value],
) -> Result<BoxedOperator> {
    Ok(Box::new(operator::VectorTopKOp::new(plan, rows, params)?))
}

/// The operator of an [`AnnTopK`].
pub(crate) fn ann_top_k(plan: &Arc<AnnTopK>, params: &[Value]) -> Result<BoxedOperator> {
    Ok(Box::new(operator::AnnTopKOp::new(plan, params)?))
}
