//! Defaults that are computed for each row.

use crate::batch::{Batch, Column};
use crate::bind::bound::Expr;
use crate::error::Result;
use crate::expression::CompiledExpr;
use crate::schema::ColumnNo;
use crate::types::{Value, ValueRef};

/// The default of a column.
pub(super) struct ComputedDefault {
    pub(super) no: ColumnNo,
    expr: Expr,
    /// Of the run at hand.
    compiled: Option<CompiledExpr>,
    /// For a column that rows give: what stands in for a NULL.
    pub(super) for_nulls: Option<Column>,
}

impl ComputedDefault {
    pub(super) fn new((no, expr): &(ColumnNo, Expr)) -> Self {
        Self {
            no: *no,
            expr: expr.clone(),
            compiled: None,
            for_nulls: None,
        }
    }

    /// Begins a run.
    pub(super) fn begin(&mut self, params: &[Value]) -> Result<()> {
        self.compiled = Some(CompiledExpr::compile(&self.expr, &[], params)?);
        Ok(())
    }

    /// Its values for so many rows.
    pub(super) fn compute(&self, rows: usize) -> Result<Column> {
        let no_columns = Batch {
            columns: Vec::new(),
            rows,
        };
        match &self.compiled {
            Some(compiled) => compiled.to_column(&no_columns),
            None => Ok(Column::new(self.expr.ty, 0)),
        }
    }

    /// Puts it in the place of a NULL that may not be, as SQLite's REPLACE does.
    pub(super) fn replace_null<'v>(&'v self, row: &mut [ValueRef<'v>], at: usize) {
        let value = &mut row[usize::from(self.no.0)];
        if let (ValueRef::Null, Some(values)) = (&value, &self.for_nulls) {
            *value = values.get(at);
        }
    }
}
