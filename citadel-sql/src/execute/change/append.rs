//! Rows that a program appends: an INSERT whose rows are there already.

use std::fmt;
use std::sync::Arc;

use super::Changed;
use super::insert::Inserter;
use crate::batch::Batch;
use crate::error::Result;
use crate::execute::context::{ExecContext, check_interrupt};
use crate::schema::{Catalog, ColumnNo, KeyGraph, TableDef};
use crate::store::{KeyCheck, settle_keys};

/// What was appended.
pub(crate) struct Appended {
    pub(crate) rows: u64,
    /// The row id of the last.
    pub(crate) last_rowid: Option<i64>,
    /// What of foreign keys is left to be checked.
    pub(crate) late: Vec<KeyCheck>,
}

/// Puts batches of rows into a table, each batch as one statement does.
pub(crate) struct Append {
    table: Arc<TableDef>,
    inserter: Inserter,
    keys: Option<Arc<KeyGraph>>,
}

impl Append {
    /// For rows of all columns of a table.
    pub(crate) fn new(table: &Arc<TableDef>, catalog: &Catalog) -> Self {
        let columns: Vec<ColumnNo> = (0..).map(ColumnNo).take(table.columns.len()).collect();
        let mut inserter = Inserter::appending(table, &columns);
        let keys = KeyGraph::of(catalog, table);
        if let Some(keys) = &keys {
            inserter.writer.watch_keys(keys);
        }
        Self {
            inserter,
            keys,
            table: Arc::clone(table),
        }
    }

    /// Inserts the rows of a batch; tells how many there were, and the row id of the last.
    pub(crate) fn run(&mut self, rows: &Batch, context: &mut ExecContext<'_>) -> Result<Appended> {
        let mut changed = Changed::default();
        let done = self
            .inserter
            .insert(&self.table, rows, context, &mut changed);
        let events = self.inserter.writer.take_key_events();
        self.inserter.rest();
        done?;
        let late = match &self.keys {
            None => Vec::new(),
            Some(keys) => {
                let interrupt = context.interrupt;
                let watch = &mut || check_interrupt(interrupt);
                let txn = context.txn.write()?;
                settle_keys(txn, keys, (self.table.id, events), watch)?
            }
        };
        Ok(Appended {
            rows: changed.rows,
            last_rowid: changed.last_rowid,
            late,
        })
    }
}

impl fmt::Debug for Append {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Append")
            .field("table", &self.table.name)
            .finish_non_exhaustive()
    }
}
