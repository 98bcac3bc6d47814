//! `WITH ORDINALITY`.

use super::context::ExecContext;
use super::operator::{BoxedOperator, Operator};
use crate::batch::{Batch, Column};
use crate::error::Result;

/// The rows of a function, and behind them their numbers, from 1.
pub(super) struct OrdinalityOp {
    rows: BoxedOperator,
    given: i64,
}

impl OrdinalityOp {
    pub(super) fn new(rows: BoxedOperator) -> Self {
        Self { rows, given: 0 }
    }
}

impl Operator for OrdinalityOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        if !self.rows.next(context, out, wanted)? {
            return Ok(false);
        }
        let numbers: Vec<i64> = (self.given + 1..).take(out.rows).collect();
        self.given += numbers.len() as i64;
        out.columns.push(Column::from_integers(numbers));
        Ok(true)
    }
}
