//! Operators that work on one batch at a time: filter, project, limit.

use super::bounds::LimitRows;
use super::context::ExecContext;
use super::operator::{BoxedOperator, Operator};
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::{ColumnId, Expr};
use crate::error::Result;
use crate::expression::{CompiledExpr, Rows};
use crate::plan::LimitBounds;
use crate::types::{SqlType, Value};

/// Keeps the rows for which a condition is TRUE.
pub(super) struct FilterOp {
    input: BoxedOperator,
    condition: Option<CompiledExpr>,
    selected: Vec<u32>,
}

impl FilterOp {
    pub(super) fn new(
        input: BoxedOperator,
        conjuncts: &[Expr],
        layout: &[ColumnId],
        params: &[Value],
    ) -> Result<Self> {
        Ok(Self {
            input,
            condition: CompiledExpr::conjunction(conjuncts, layout, params)?,
            selected: Vec::new(),
        })
    }
}

impl Operator for FilterOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        let constant = self.condition.as_ref().and_then(CompiledExpr::as_constant);
        if constant.is_some_and(|value| *value != Value::Boolean(true)) {
            out.rows = 0;
            return Ok(false);
        }
        let mut chunk = wanted;
        while self.input.next(context, out, chunk)? {
            if let Some(condition) = &self.condition {
                condition.select(out, Rows::All(out.rows), &mut self.selected)?;
                out.keep(&self.selected);
            }
            if out.rows > 0 {
                return Ok(true);
            }
            chunk = (chunk * 2).min(BATCH_ROWS);
        }
        Ok(false)
    }

    fn rewind(&mut self) -> bool {
        self.input.rewind()
    }
}

/// Computes expressions over the input.
pub(super) struct ProjectOp {
    input: BoxedOperator,
    columns: Vec<Projected>,
    read: Batch,
}

/// One column of a projection.
enum Projected {
    /// A column of the input that no later one needs: moved.
    Moved(usize),
    Computed(CompiledExpr),
}

impl ProjectOp {
    pub(super) fn new(
        input: BoxedOperator,
        columns: &[(ColumnId, Expr)],
        layout: &[ColumnId],
        params: &[Value],
    ) -> Result<Self> {
        let compiled = columns
            .iter()
            .map(|(_, expr)| CompiledExpr::compile(expr, layout, params))
            .collect::<Result<Vec<_>>>()?;
        // Columns are moved after all else is computed, each once.
        let mut moved = Vec::new();
        let columns = compiled.into_iter().map(|expr| match expr.as_column() {
            Some(at) if !moved.contains(&at) => {
                moved.push(at);
                Projected::Moved(at)
            }
            _ => Projected::Computed(expr),
        });
        Ok(Self {
            input,
            columns: columns.collect(),
            read: Batch::default(),
        })
    }
}

impl Operator for ProjectOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        out.rows = 0;
        if !self.input.next(context, &mut self.read, wanted)? {
            return Ok(false);
        }
        out.columns.resize_with(self.columns.len(), Column::default);
        for (column, projected) in out.columns.iter_mut().zip(&self.columns) {
            if let Projected::Computed(expr) = projected {
                *column = expr.to_column(&self.read)?;
            }
        }
        for (column, projected) in out.columns.iter_mut().zip(&self.columns) {
            if let Projected::Moved(at) = projected {
                std::mem::swap(column, &mut self.read.columns[*at]);
            }
        }
        out.rows = self.read.rows;
        Ok(true)
    }

    fn rest(&mut self) -> bool {
        self.read.rest();
        // What was computed may hold parameters.
        let is_moved = |column: &Projected| matches!(column, Projected::Moved(_));
        self.columns.iter().all(is_moved) && self.input.rest()
    }

    fn restart(&mut self, params: &[Value]) -> Result<()> {
        self.input.restart(params)
    }

    fn rewind(&mut self) -> bool {
        self.input.rewind()
    }
}

/// Skips rows, and stops after some.
pub(super) struct LimitOp {
    input: BoxedOperator,
    skip: u64,
    left: Option<u64>,
    rows: Vec<u32>,
}

impl LimitOp {
    pub(super) fn new(input: BoxedOperator, limit: &LimitBounds, params: &[Value]) -> Result<Self> {
        let limit = LimitRows::evaluate(limit, params)?;
        Ok(Self {
            input,
            skip: limit.offset,
            left: limit.limit,
            rows: Vec::new(),
        })
    }
}

impl Operator for LimitOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        while self.left != Some(0) {
            let left = self.left.unwrap_or(wanted as u64);
            let useful = left.saturating_add(self.skip).min(BATCH_ROWS as u64);
            let useful = usize::try_from(useful).unwrap_or(BATCH_ROWS).max(1);
            if !self.input.next(context, out, useful)? {
                return Ok(false);
            }
            let rows = out.rows as u64;
            let skipped = self.skip.min(rows);
            self.skip -= skipped;
            let kept = (rows - skipped).min(self.left.unwrap_or(u64::MAX));
            if let Some(left) = &mut self.left {
                *left -= kept;
            }
            if kept == 0 {
                continue;
            }
            if skipped == 0 {
                out.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
            } else {
                // Both are at most the rows of a batch.
                self.rows.clear();
                self.rows
                    .extend((skipped..skipped + kept).map(|row| row as u32));
                out.keep(&self.rows);
            }
            return Ok(true);
        }
        out.reset(&[] as &[SqlType]);
        Ok(false)
    }
}
