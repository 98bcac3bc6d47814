//! The rows of a function that the program added.

use std::sync::Arc;

use crate::batch::{BATCH_ROWS, Batch};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::Operator;
use crate::expression::constant;
use crate::functions::{AddedTable, MadeRows};
use crate::plan::TableFunctionCall;
use crate::types::{Value, ValueRef};

/// Takes rows from the program as they are asked for.
pub(in crate::execute) struct AddedTableOp {
    call: Arc<TableFunctionCall>,
    function: Arc<AddedTable>,
    /// `None` before the start.
    rows: Option<MadeRows>,
}

impl AddedTableOp {
    pub(in crate::execute) fn new(
        call: &Arc<TableFunctionCall>,
        function: &Arc<AddedTable>,
    ) -> Self {
        Self {
            call: Arc::clone(call),
            function: Arc::clone(function),
            rows: None,
        }
    }

    fn start(&self, params: &[Value]) -> Result<MadeRows> {
        let arguments = self.call.arguments.iter();
        let values = arguments
            .map(|argument| constant(argument, params).map_err(|e| e.at(argument.position)))
            .collect::<Result<Vec<Value>>>()?;
        let values: Vec<ValueRef<'_>> = values.iter().map(Value::as_ref).collect();
        self.function.call(&values)
    }
}

impl Operator for AddedTableOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        context.check_interrupt()?;
        let columns = self.function.columns();
        let types: Vec<_> = columns.iter().map(|(_, ty)| *ty).collect();
        out.reset(&types);
        let mut rows = match self.rows.take() {
            Some(rows) => rows,
            None => self.start(context.params)?,
        };
        for row in rows.by_ref().take(wanted.clamp(1, BATCH_ROWS)) {
            let row = row?;
            self.function.check(&row)?;
            for (column, value) in out.columns.iter_mut().zip(&row) {
                column.push(value.as_ref())?;
            }
            out.rows += 1;
        }
        self.rows = Some(rows);
        Ok(out.rows > 0)
    }
}
