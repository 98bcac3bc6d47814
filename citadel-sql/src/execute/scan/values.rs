//! Rows that need no table.

use std::sync::Arc;

use crate::batch::{BATCH_ROWS, Batch};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::Operator;
use crate::expression::push_constant;
use crate::plan::Values;
use crate::types::Value;

/// No rows.
pub(in crate::execute) struct EmptyOp;

impl Operator for EmptyOp {
    fn next(&mut self, _: &mut ExecContext<'_>, out: &mut Batch, _: usize) -> Result<bool> {
        out.reset(&[]);
        Ok(false)
    }
}

/// Rows of expressions, computed as they are asked for.
pub(in crate::execute) struct ValuesOp {
    values: Arc<Values>,
    at: usize,
}

impl ValuesOp {
    pub(in crate::execute) fn new(values: &Arc<Values>) -> Self {
        Self {
            values: Arc::clone(values),
            at: 0,
        }
    }
}

impl Operator for ValuesOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        _wanted: usize,
    ) -> Result<bool> {
        context.check_interrupt()?;
        let values = &*self.values;
        out.reset(&values.types);
        for row in values.rows[self.at..].iter().take(BATCH_ROWS) {
            for ((column, expr), ty) in out.columns.iter_mut().zip(row).zip(&values.types) {
                push_constant(expr, context.params, column, *ty)?;
            }
            out.rows += 1;
        }
        self.at += out.rows;
        Ok(out.rows > 0)
    }

    fn rest(&mut self) -> bool {
        true
    }

    fn restart(&mut self, _: &[Value]) -> Result<()> {
        self.at = 0;
        Ok(())
    }
}

/// One row without columns.
#[derive(Default)]
pub(in crate::execute) struct SingleRowOp {
    is_given: bool,
}

impl Operator for SingleRowOp {
    fn next(&mut self, _: &mut ExecContext<'_>, out: &mut Batch, _: usize) -> Result<bool> {
        out.reset(&[]);
        out.rows = usize::from(!std::mem::replace(&mut self.is_given, true));
        Ok(out.rows > 0)
    }
}
