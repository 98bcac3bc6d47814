//! UPDATE.

use super::{Changed, fitted, push_row_ids};
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::error::Result;
use crate::execute::context::{ExecContext, check_interrupt};
use crate::execute::operator::BoxedOperator;
use crate::expression::CompiledExpr;
use crate::plan::Update;
use crate::schema::{ColumnNo, RowId};
use crate::store::TableWriter;

/// Gives the rows of a source new values.
pub(super) struct Updater {
    writer: TableWriter,
    assigned: Vec<ColumnNo>,
    ids: Vec<RowId>,
    /// The new values of the assigned columns.
    values: Batch,
}

impl Updater {
    pub(super) fn new(plan: &Update) -> Self {
        Self {
            writer: TableWriter::new(plan.table.clone()),
            assigned: plan.assignments.iter().map(|(no, _)| *no).collect(),
            ids: Vec::new(),
            values: Batch::default(),
        }
    }

    pub(super) fn run(
        &mut self,
        plan: &Update,
        source: &mut BoxedOperator,
        batch: &mut Batch,
        context: &mut ExecContext<'_>,
    ) -> Result<Changed> {
        let layout = plan.source.layout();
        let exprs = plan
            .assignments
            .iter()
            .map(|(_, expr)| CompiledExpr::compile(expr, &layout, context.params))
            .collect::<Result<Vec<_>>>()?;
        self.ids.clear();
        self.values.rows = 0;
        self.values.columns.clear();
        let types = self.assigned.iter().map(|no| plan.table.column(*no).ty);
        self.values
            .columns
            .extend(types.map(|ty| Column::new(ty, 0)));
        while source.next(context, batch, BATCH_ROWS)? {
            context.check_interrupt()?;
            push_row_ids(batch, &mut self.ids)?;
            let values = self.values.columns.iter_mut();
            for ((to, expr), no) in values.zip(&exprs).zip(&self.assigned) {
                let computed = expr.to_column(batch)?;
                let fitted = fitted(&computed, plan.table.column(*no).ty)?;
                to.append(fitted.as_ref().unwrap_or(&computed))?;
            }
        }
        let interrupt = context.interrupt;
        self.writer.update_watched(
            context.txn.write()?,
            &self.assigned,
            &self.ids,
            &self.values.columns,
            &mut || check_interrupt(interrupt),
        )?;
        Ok(Changed {
            rows: self.ids.len() as u64,
            last_rowid: None,
        })
    }

    pub(super) fn rest(&mut self) -> bool {
        self.values.rest();
        self.ids.len() <= BATCH_ROWS && self.writer.rest()
    }
}
