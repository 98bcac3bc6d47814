//! The face of an operator.

use super::context::ExecContext;
use crate::batch::Batch;
use crate::error::Result;

/// One running node of a plan. See the rules in [`super`].
pub(crate) trait Operator: Send {
    /// Fills `out` with the next rows, at least one. `wanted` (at least 1, at most [`BATCH_ROWS`]) says how many the
    /// caller can use now; more may come, up to [`BATCH_ROWS`]. False, and no rows: the end.
    ///
    /// [`BATCH_ROWS`]: crate::batch::BATCH_ROWS
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool>;

    /// What EXPLAIN ANALYZE adds, after the run: label and text.
    fn report(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}

/// An operator whose kind is known at run time only.
pub(crate) type BoxedOperator = Box<dyn Operator>;
