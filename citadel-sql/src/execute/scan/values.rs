//! Rows that need no table.

use crate::batch::{BATCH_ROWS, Batch};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::operator::Operator;
use crate::expression::CompiledExpr;
use crate::plan::Values;
use crate::types::{SqlType, Value};

/// No rows.
pub(in crate::execute) struct EmptyOp;

impl Operator for EmptyOp {
    fn next(&mut self, _: &mut ExecContext<'_>, out: &mut Batch, _: usize) -> Result<bool> {
        out.reset(&[]);
        Ok(false)
    }
}

/// Rows of expressions.
pub(in crate::execute) struct ValuesOp {
    types: Vec<SqlType>,
    rows: std::vec::IntoIter<Vec<CompiledExpr>>,
}

impl ValuesOp {
    pub(in crate::execute) fn new(values: &Values, params: &[Value]) -> Result<Self> {
        let compile = |row: &Vec<_>| {
            row.iter()
                .map(|expr| CompiledExpr::compile(expr, &[], params))
                .collect::<Result<Vec<_>>>()
        };
        Ok(Self {
            types: values.types.clone(),
            rows: values
                .rows
                .iter()
                .map(compile)
                .collect::<Result<Vec<_>>>()?
                .into_iter(),
        })
    }

    /// One row without columns.
    pub(in crate::execute) fn single_row() -> Self {
        Self {
            types: Vec::new(),
            rows: vec![Vec::new()].into_iter(),
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
        out.reset(&self.types);
        for row in self.rows.by_ref().take(BATCH_ROWS) {
            for ((column, expr), ty) in out.columns.iter_mut().zip(&row).zip(&self.types) {
                expr.push_single(column, *ty)?;
            }
            out.rows += 1;
        }
        Ok(out.rows > 0)
    }
}
