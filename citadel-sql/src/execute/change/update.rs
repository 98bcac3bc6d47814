//! UPDATE.

use rustc_hash::FxHashSet;

use super::returning::{Origin, Returned, origins};
use super::{Changed, fitted, keep_first, push_row_ids};
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::ColumnId;
use crate::error::Result;
use crate::execute::context::{ExecContext, check_interrupt};
use crate::execute::operator::BoxedOperator;
use crate::expression::CompiledExpr;
use crate::plan::Update;
use crate::schema::{ColumnNo, RowId, TableDef};
use crate::store::TableWriter;

/// Gives the rows of a source new values.
pub(super) struct Updater {
    pub(super) writer: TableWriter,
    assigned: Vec<ColumnNo>,
    ids: Vec<RowId>,
    /// The new values of the assigned columns.
    values: Batch,
    /// What the source gave, where RETURNING reads it.
    kept: Batch,
    pub(super) returned: Returned,
}

impl Updater {
    pub(super) fn new(plan: &Update) -> Self {
        Self {
            writer: TableWriter::new(plan.table.clone()),
            assigned: plan.assignments.iter().map(|(no, _)| *no).collect(),
            ids: Vec::new(),
            values: Batch::default(),
            kept: Batch::default(),
            returned: Returned::new(plan.returning.as_ref()),
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
        let origins = self.begin(plan, &layout, context)?;
        let mut seen = FxHashSet::default();
        while source.next(context, batch, BATCH_ROWS)? {
            context.check_interrupt()?;
            if plan.joined {
                keep_first(batch, &mut seen)?;
            }
            push_row_ids(batch, &mut self.ids)?;
            append_values(&plan.table, &self.assigned, &exprs, batch, &mut self.values)?;
            if origins
                .iter()
                .any(|origin| matches!(origin, Origin::Source(_)))
            {
                self.kept.append(batch)?;
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
        let (values, kept) = (&self.values.columns, &self.kept.columns);
        self.returned
            .push_updated(&origins, &self.ids, values, kept)?;
        Ok(Changed {
            rows: self.ids.len() as u64,
            last_rowid: None,
        })
    }

    fn begin(
        &mut self,
        plan: &Update,
        layout: &[ColumnId],
        context: &ExecContext<'_>,
    ) -> Result<Vec<Origin>> {
        self.ids.clear();
        self.kept = Batch::default();
        clear_values(&plan.table, &self.assigned, &mut self.values);
        self.returned.begin(context.params)?;
        let target = (&*plan.table, plan.relation);
        origins(self.returned.layout(), target, &self.assigned, layout)
    }

    pub(super) fn rest(&mut self) -> bool {
        self.values.rest();
        self.kept = Batch::default();
        self.returned.rest();
        self.ids.len() <= BATCH_ROWS && self.writer.rest()
    }
}

/// No values, of the types of the assigned columns.
pub(super) fn clear_values(table: &TableDef, assigned: &[ColumnNo], values: &mut Batch) {
    values.rows = 0;
    values.columns.clear();
    let types = assigned.iter().map(|no| table.column(*no).ty);
    values.columns.extend(types.map(|ty| Column::new(ty, 0)));
}

/// Computes the new values of assigned columns for the rows of a batch.
pub(super) fn append_values(
    table: &TableDef,
    assigned: &[ColumnNo],
    exprs: &[CompiledExpr],
    batch: &Batch,
    values: &mut Batch,
) -> Result<()> {
    let values = values.columns.iter_mut();
    for ((to, expr), no) in values.zip(exprs).zip(assigned) {
        let computed = expr.to_column(batch)?;
        let fitted = fitted(&computed, table.column(*no).ty)?;
        to.append(fitted.as_ref().unwrap_or(&computed))?;
    }
    Ok(())
}
