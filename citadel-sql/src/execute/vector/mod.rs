//! The operators of `VectorTopKPlan` and `AnnTopKPlan`.

use super::operator::BoxedOperator;
use crate::error::{Error, Result};
use crate::plan::vector::{AnnTopK, VectorTopK};
use crate::types::Value;

/// The exact plan. `rows` gives the ids of the rows that satisfy the WHERE clause; `None`: all rows.
pub(crate) fn vector_top_k(
    _plan: &VectorTopK,
    _rows: Option<BoxedOperator>,
    _params: &[Value],
) -> Result<BoxedOperator> {
    Err(Error::unsupported("VectorTopKPlan"))
}

/// The plan through an ann index.
pub(crate) fn ann_top_k(_plan: &AnnTopK, _params: &[Value]) -> Result<BoxedOperator> {
    Err(Error::unsupported("AnnTopKPlan"))
}
