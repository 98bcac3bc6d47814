//! `generate_series`.

use std::sync::Arc;

use super::context::ExecContext;
use super::operator::Operator;
use crate::batch::{BATCH_ROWS, Batch};
use crate::error::{Error, Result, SqlState};
use crate::expression::constant;
use crate::plan::TableFunctionCall;
use crate::types::{SqlType, Value};

/// Whole numbers from one to another, computed as they are asked for.
pub(super) struct SeriesOp {
    call: Arc<TableFunctionCall>,
    /// The next number, the last one and the step; `None` before the start, and inside it after the end.
    state: Option<Option<(i64, i64, i64)>>,
}

impl SeriesOp {
    pub(super) fn new(call: &Arc<TableFunctionCall>) -> Self {
        Self {
            call: Arc::clone(call),
            state: None,
        }
    }

    fn start(&self, params: &[Value]) -> Result<Option<(i64, i64, i64)>> {
        let mut numbers = Vec::with_capacity(3);
        for argument in &self.call.arguments {
            match constant(argument, params).map_err(|error| error.at(argument.position))? {
                Value::Integer(number) => numbers.push(number),
                // As in other functions, of nothing there is nothing.
                _ => return Ok(None),
            }
        }
        match numbers[..] {
            [first, last] => Ok(Some((first, last, 1))),
            [_, _, 0] => Err(Error::sql(
                SqlState::INVALID_PARAMETER_VALUE,
                "the step of generate_series must not be zero",
            )
            .at(self.call.arguments.last().and_then(|step| step.position))),
            [first, last, step] => Ok(Some((first, last, step))),
            _ => Ok(None),
        }
    }
}

impl Operator for SeriesOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        context.check_interrupt()?;
        out.reset(&[SqlType::Integer]);
        let mut state = match self.state {
            Some(state) => state,
            None => self.start(context.params)?,
        };
        while let Some((next, last, step)) = state
            && out.rows < wanted.clamp(1, BATCH_ROWS)
        {
            let is_past = if step > 0 { next > last } else { next < last };
            if is_past {
                state = None;
                break;
            }
            out.columns[0].push_integer(next)?;
            out.rows += 1;
            state = next.checked_add(step).map(|next| (next, last, step));
        }
        self.state = Some(state);
        Ok(out.rows > 0)
    }
}
