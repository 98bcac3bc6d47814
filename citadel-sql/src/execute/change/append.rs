//! Rows that a program appends: an INSERT whose rows are there already.

use std::fmt;
use std::sync::Arc;

use super::insert::Inserter;
use super::{Changed, Settled, settle};
use crate::batch::Batch;
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::trigger::{AfterRows, before_statement, fire_after};
use crate::schema::{Catalog, ColumnNo, KeyGraph, TableDef, TriggerEvent, TriggerSet};
use crate::store::KeyCheck;

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
    triggers: Option<Arc<TriggerSet>>,
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
        let triggers = TriggerSet::of(catalog, table.id.0);
        inserter.fire(triggers.as_ref());
        if triggers.as_ref().is_some_and(|set| set.needs_rows()) {
            inserter.writer.watch_rows();
        }
        Self {
            inserter,
            triggers,
            keys,
            table: Arc::clone(table),
        }
    }

    /// Has the table triggers, or another that foreign keys tie it to?
    pub(crate) fn fires(&self) -> bool {
        let others = |keys: &Arc<KeyGraph>| keys.has_triggers();
        self.triggers.is_some() || self.keys.as_ref().is_some_and(others)
    }

    /// Inserts the rows of a batch; tells how many there were, and the row id of the last.
    pub(crate) fn run(&mut self, rows: &Batch, context: &mut ExecContext<'_>) -> Result<Appended> {
        if let Some(triggers) = &self.triggers {
            before_statement(triggers, TriggerEvent::Insert, &[], context)?;
        }
        let mut changed = Changed::default();
        self.inserter.writer.listen(context.listener.as_ref());
        let done = self
            .inserter
            .insert(&self.table, rows, context, &mut changed);
        let events = self.inserter.writer.take_key_events();
        let rows = self.inserter.writer.take_row_events();
        self.inserter.rest();
        done?;
        let mut settled = match &self.keys {
            None => Settled::default(),
            Some(keys) => settle(keys, (self.table.id, events), context)?,
        };
        if let Some(triggers) = &self.triggers {
            let own = AfterRows {
                table: Arc::clone(&self.table),
                triggers: Arc::clone(triggers),
                statement: vec![(TriggerEvent::Insert, Vec::new())],
                rows,
            };
            settled.after.insert(0, own);
        }
        for after in settled.after {
            fire_after(after, context)?;
        }
        Ok(Appended {
            rows: changed.rows,
            last_rowid: changed.last_rowid,
            late: settled.late,
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
