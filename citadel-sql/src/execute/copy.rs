//! The rows that COPY takes in.

use std::sync::Arc;

use super::context::ExecContext;
use super::operator::Operator;
use crate::batch::{BATCH_ROWS, Batch};
use crate::error::{Error, Result};
use crate::plan::TableFunctionCall;

/// Rows as they are read.
pub(super) struct CopyInputOp {
    call: Arc<TableFunctionCall>,
}

impl CopyInputOp {
    pub(super) fn new(call: &Arc<TableFunctionCall>) -> Self {
        Self {
            call: Arc::clone(call),
        }
    }
}

impl Operator for CopyInputOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        context.check_interrupt()?;
        out.reset(&self.call.types);
        let feed = context.feed.as_mut().ok_or_else(|| {
            Error::Misuse("COPY FROM STDIN is run by Connection::copy_in".to_owned())
        })?;
        feed.next(out, wanted.clamp(1, BATCH_ROWS))
    }
}
