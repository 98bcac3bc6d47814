//! INSERT.

use std::sync::Arc;

use super::{Changed, fitted};
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::error::Result;
use crate::execute::context::{ExecContext, check_interrupt};
use crate::execute::operator::BoxedOperator;
use crate::plan::Insert;
use crate::schema::{ColumnNo, TableDef};
use crate::store::TableWriter;
use crate::types::ValueRef;

/// Puts the rows of a source into a table.
pub(super) struct Inserter {
    writer: TableWriter,
    /// For each column of the table, the column of the source that fills it.
    source_of: Vec<Option<usize>>,
    /// For each column of the table, the source's column fitted to it, where it was of another type.
    fitted: Vec<Option<Column>>,
    /// Empty between batches: memory for a row's values.
    row: Vec<ValueRef<'static>>,
}

impl Inserter {
    /// For rows whose values are those of some columns of a table, in order.
    pub(super) fn new(table: &Arc<TableDef>, columns: &[ColumnNo]) -> Self {
        Self {
            writer: TableWriter::new(Arc::clone(table)),
            source_of: source_columns(table, columns),
            fitted: Vec::new(),
            row: Vec::new(),
        }
    }

    pub(super) fn run(
        &mut self,
        plan: &Insert,
        source: &mut BoxedOperator,
        batch: &mut Batch,
        context: &mut ExecContext<'_>,
    ) -> Result<Changed> {
        let mut changed = Changed::default();
        if plan.materialize {
            let mut all = Batch::default();
            while source.next(context, batch, BATCH_ROWS)? {
                all.append(batch)?;
            }
            self.insert(&plan.table, &all, context, &mut changed)?;
        } else {
            while source.next(context, batch, BATCH_ROWS)? {
                context.check_interrupt()?;
                self.insert(&plan.table, batch, context, &mut changed)?;
            }
        }
        Ok(changed)
    }

    pub(super) fn rest(&mut self) -> bool {
        self.fitted.clear();
        self.writer.rest()
    }

    /// Puts the rows of a batch into the table.
    pub(super) fn insert(
        &mut self,
        table: &TableDef,
        batch: &Batch,
        context: &mut ExecContext<'_>,
        changed: &mut Changed,
    ) -> Result<()> {
        self.fitted.clear();
        for (source, column) in self.source_of.iter().zip(&table.columns) {
            self.fitted.push(match source {
                Some(at) => fitted(&batch.columns[*at], column.ty)?,
                None => None,
            });
        }
        let mut row = relent(std::mem::take(&mut self.row));
        let interrupt = context.interrupt;
        let txn = context.txn.write()?;
        for at in 0..batch.rows {
            check_interrupt(interrupt)?;
            row.clear();
            for (no, (source, fitted)) in self.source_of.iter().zip(&self.fitted).enumerate() {
                row.push(match (fitted, source) {
                    (Some(column), _) => column.get(at),
                    (None, Some(source)) => batch.columns[*source].get(at),
                    (None, None) => table.columns[no].default.as_ref(),
                });
            }
            let id = self.writer.insert(txn, &row)?;
            changed.rows += 1;
            changed.last_rowid = Some(id.0);
        }
        self.row = relent(row);
        Ok(())
    }
}

/// For each column of the table, the column of the source that fills it.
fn source_columns(table: &TableDef, columns: &[ColumnNo]) -> Vec<Option<usize>> {
    let numbers = (0..).map(ColumnNo).take(table.columns.len());
    numbers
        .map(|no| columns.iter().position(|column| *column == no))
        .collect()
}

/// The memory of a list, to hold values that are borrowed from elsewhere.
fn relent<'b>(mut row: Vec<ValueRef<'_>>) -> Vec<ValueRef<'b>> {
    row.clear();
    // Nothing is mapped; collecting what is left of a list takes its memory over.
    row.into_iter().map(|_| ValueRef::Null).collect()
}
