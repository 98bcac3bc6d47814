//! The face of an operator.

use super::context::ExecContext;
use crate::batch::Batch;
use crate::error::{Error, Result, SqlState};
use crate::store::RowIdRange;
use crate::types::Value;

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

    /// Lets go of all that was read, to be [restarted](Self::restart) by a later execution. False: it cannot be, and is of
    /// no more use. Only for operators of which a short statement is made, that would otherwise cost less than making them.
    fn rest(&mut self) -> bool {
        false
    }

    /// Goes to the start again, after [`rest`](Self::rest), with the values of another execution's parameters.
    ///
    /// # Errors
    /// As making the operator.
    fn restart(&mut self, _params: &[Value]) -> Result<()> {
        Err(Error::sql(
            SqlState::INTERNAL_ERROR,
            "an operator that does not rest was restarted",
        ))
    }

    /// Goes to the start again, with the same parameters, where nothing but the working rows of a recursion has changed. False: it
    /// cannot, and is to be made anew.
    fn rewind(&mut self) -> bool {
        false
    }

    /// Where its rows are, if it can be divided among threads.
    fn span(&self) -> Option<RowIdRange> {
        None
    }

    /// The same operator, at its start, for those of its rows whose ids are in a range. `None`: it cannot be divided.
    fn part(&self, _rows: RowIdRange) -> Option<BoxedOperator> {
        None
    }

    /// What EXPLAIN ANALYZE adds, after the run: label and text.
    fn report(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}

/// An operator whose kind is known at run time only.
pub(crate) type BoxedOperator = Box<dyn Operator>;
