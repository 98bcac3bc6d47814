//! The assignments of UPDATE and of ON CONFLICT DO UPDATE.

use super::fitted;
use crate::batch::{Batch, Column};
use crate::bind::bound::{ColumnId, Expr};
use crate::error::Result;
use crate::expression::CompiledExpr;
use crate::schema::{ColumnNo, TableDef};
use crate::types::Value;

/// Computes the new values of assigned columns.
pub(super) struct Sets {
    columns: Vec<ColumnNo>,
    compiled: Option<Vec<CompiledExpr>>,
    /// They read no parameter: compiled for one run, they are so for all.
    is_lasting: bool,
    values: Batch,
}

impl Sets {
    pub(super) fn new(assignments: &[(ColumnNo, Expr)]) -> Self {
        let mut exprs = assignments.iter().map(|(_, expr)| expr);
        Self {
            columns: assignments.iter().map(|(no, _)| *no).collect(),
            compiled: None,
            is_lasting: !exprs.any(|expr| expr.reads_parameter(&|_| true)),
            values: Batch::default(),
        }
    }

    /// The assigned columns.
    pub(super) fn columns(&self) -> &[ColumnNo] {
        &self.columns
    }

    /// The values that were computed since [`clear`](Self::clear), a column of them for each assigned one.
    pub(super) fn values(&self) -> &[Column] {
        &self.values.columns
    }

    /// The same, to be changed.
    pub(super) fn values_mut(&mut self) -> &mut Vec<Column> {
        &mut self.values.columns
    }

    /// Begins a run over rows with these columns.
    pub(super) fn begin(
        &mut self,
        assignments: &[(ColumnNo, Expr)],
        layout: &[ColumnId],
        params: &[Value],
    ) -> Result<()> {
        if !self.is_lasting || self.compiled.is_none() {
            let compile =
                |(_, expr): &(ColumnNo, Expr)| CompiledExpr::compile(expr, layout, params);
            self.compiled = Some(assignments.iter().map(compile).collect::<Result<_>>()?);
        }
        Ok(())
    }

    /// Forgets the values.
    pub(super) fn clear(&mut self, table: &TableDef) {
        self.values.clear();
        if self.values.columns.is_empty() {
            let types = self.columns.iter().map(|no| table.column(*no).ty);
            self.values
                .columns
                .extend(types.map(|ty| Column::new(ty, 0)));
        }
    }

    /// Computes the values for the rows of a batch, and adds them.
    pub(super) fn compute(&mut self, table: &TableDef, batch: &Batch) -> Result<()> {
        let values = self.values.columns.iter_mut();
        let compiled = self.compiled.iter().flatten();
        for ((to, expr), no) in values.zip(compiled).zip(&self.columns) {
            let computed = expr.to_column(batch)?;
            let fitted = fitted(&computed, table.column(*no).ty)?;
            to.append(fitted.as_ref().unwrap_or(&computed))?;
        }
        Ok(())
    }

    /// How many rows values were computed for.
    pub(super) fn len(&self) -> usize {
        self.values.columns.first().map_or(0, Column::len)
    }

    /// Lies idle from now on.
    pub(super) fn rest(&mut self) {
        self.values.rest();
    }
}
