//! Rows that a program appends: an INSERT whose rows are there already.

use std::fmt;
use std::sync::Arc;

use super::Changed;
use super::insert::Inserter;
use crate::batch::Batch;
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::schema::{ColumnNo, TableDef};

/// Puts batches of rows into a table, each batch as one statement does.
pub(crate) struct Append {
    table: Arc<TableDef>,
    inserter: Inserter,
}

impl Append {
    /// For rows of all columns of a table.
    pub(crate) fn new(table: &Arc<TableDef>) -> Self {
        let columns: Vec<ColumnNo> = (0..).map(ColumnNo).take(table.columns.len()).collect();
        Self {
            inserter: Inserter::appending(table, &columns),
            table: Arc::clone(table),
        }
    }

    /// Inserts the rows of a batch; tells how many there were, and the row id of the last.
    pub(crate) fn run(
        &mut self,
        rows: &Batch,
        context: &mut ExecContext<'_>,
    ) -> Result<(u64, Option<i64>)> {
        let mut changed = Changed::default();
        let done = self
            .inserter
            .insert(&self.table, rows, context, &mut changed);
        self.inserter.rest();
        done.map(|()| (changed.rows, changed.last_rowid))
    }
}

impl fmt::Debug for Append {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Append")
            .field("table", &self.table.name)
            .finish_non_exhaustive()
    }
}
