//! What a writer notes for triggers: whole rows, as they were and as they are then.

use std::sync::Arc;

use citadel_txn::{View, WriteTxn};

use super::TableWriter;
use crate::error::Result;
use crate::schema::{ColumnNo, RowId};
use crate::store::row_key;
use crate::types::Value;

/// A row at one time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RowImage {
    pub(crate) id: RowId,
    /// One for each column of the table.
    pub(crate) values: Vec<Value>,
}

/// A row that was written: inserted without an old image, deleted without a new one.
#[derive(Clone, Debug)]
pub(crate) struct RowEvent {
    pub(crate) old: Option<RowImage>,
    pub(crate) new: Option<RowImage>,
    /// The columns that an update named.
    pub(crate) named: Arc<[ColumnNo]>,
}

/// Notes rows.
#[derive(Debug)]
pub(super) struct RowWatch {
    named: Arc<[ColumnNo]>,
    events: Vec<RowEvent>,
}

impl TableWriter {
    /// Notes whole rows from now on.
    pub(crate) fn watch_rows(&mut self) {
        self.row_watch = Some(Box::new(RowWatch {
            named: Arc::from([]),
            events: Vec::new(),
        }));
    }

    /// Says which columns the updates that follow name.
    pub(crate) fn name_columns(&mut self, named: &[ColumnNo]) {
        if let Some(watch) = &mut self.row_watch {
            watch.named = Arc::from(named);
        }
    }

    /// What was noted since the last time.
    pub(crate) fn take_row_events(&mut self) -> Vec<RowEvent> {
        match &mut self.row_watch {
            Some(watch) => std::mem::take(&mut watch.events),
            None => Vec::new(),
        }
    }

    /// A row as it is now; `None`: it is not there.
    ///
    /// # Errors
    /// Storage errors.
    pub(crate) fn read(&self, txn: &WriteTxn, id: RowId) -> Result<Option<RowImage>> {
        if txn.get(self.table.rows, &row_key::encode(id))?.is_none() {
            return Ok(None);
        }
        let values = self.whole_row(txn, id)?;
        Ok(Some(RowImage { id, values }))
    }

    /// The same where rows are noted.
    pub(super) fn image(&self, txn: &WriteTxn, id: RowId) -> Result<Option<RowImage>> {
        match self.row_watch {
            None => Ok(None),
            Some(_) => self.read(txn, id),
        }
    }

    /// A row was written that was so before; `new` is its id now, if it is still there.
    pub(super) fn note_row(
        &mut self,
        txn: &WriteTxn,
        old: Option<RowImage>,
        new: Option<RowId>,
    ) -> Result<()> {
        if self.row_watch.is_none() {
            return Ok(());
        }
        let new = match new {
            Some(id) => self.image(txn, id)?,
            None => None,
        };
        if let Some(watch) = &mut self.row_watch {
            let named = Arc::clone(&watch.named);
            watch.events.push(RowEvent { old, new, named });
        }
        Ok(())
    }
}
