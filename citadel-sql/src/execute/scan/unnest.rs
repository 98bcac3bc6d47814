//! `unnest`.

use std::sync::Arc;

use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::Operator;
use crate::expression::constant;
use crate::plan::TableFunctionCall;
use crate::types::{SqlType, Value};

/// The elements of arrays side by side; those of the shorter ones are followed by NULLs.
pub(in crate::execute) struct UnnestOp {
    call: Arc<TableFunctionCall>,
    /// The elements of each array; `None` before the start.
    elements: Option<Vec<Column>>,
    given: usize,
}

impl UnnestOp {
    pub(in crate::execute) fn new(call: &Arc<TableFunctionCall>) -> Self {
        Self {
            call: Arc::clone(call),
            elements: None,
            given: 0,
        }
    }

    /// Of each array its elements; of NULL there are none.
    fn start(&self, params: &[Value]) -> Result<Vec<Column>> {
        let arguments = self.call.arguments.iter().zip(&self.call.types);
        let columns = arguments.map(|(argument, ty)| {
            let value = constant(argument, params).map_err(|error| error.at(argument.position))?;
            let mut column = Column::new(*ty, 0);
            if let Value::Array(array) = value {
                let mut elements = array.as_ref().iter();
                elements.try_for_each(|element| column.push(element))?;
            }
            Ok(column)
        });
        columns.collect()
    }
}

impl Operator for UnnestOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        context.check_interrupt()?;
        let elements = match self.elements.take() {
            Some(elements) => elements,
            None => self.start(context.params)?,
        };
        let types: Vec<SqlType> = elements.iter().map(Column::sql_type).collect();
        out.reset(&types);
        let rows = elements.iter().map(Column::len).max().unwrap_or(0);
        let end = rows.min(self.given + wanted.clamp(1, BATCH_ROWS));
        for (column, all) in out.columns.iter_mut().zip(&elements) {
            let there: Vec<u32> = (0u32..).take(end.min(all.len())).skip(self.given).collect();
            column.append_rows(all, &there)?;
            (self.given.max(all.len())..end).for_each(|_| column.push_null());
        }
        out.rows = end - self.given;
        self.given = end;
        self.elements = Some(elements);
        Ok(out.rows > 0)
    }

    fn rest(&mut self) -> bool {
        true
    }

    fn restart(&mut self, _: &[Value]) -> Result<()> {
        self.elements = None;
        self.given = 0;
        Ok(())
    }
}
