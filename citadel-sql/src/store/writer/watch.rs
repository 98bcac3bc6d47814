//! What a writer notes for foreign keys: rows that refer to others, and rows that others may refer to.

use citadel_txn::{View, WriteTxn};

use super::{TableWriter, fields, indexed};
use crate::error::Result;
use crate::schema::{ColumnNo, KeyGraph, RowId};
use crate::store::row_key;
use crate::types::{Value, ValueRef};

/// Notes what is written.
#[derive(Debug, Default)]
pub(super) struct KeyWatch {
    /// The columns of the table's own foreign keys.
    own: Vec<Vec<ColumnNo>>,
    /// The columns that keys of tables refer to, in the order of [`KeyGraph::to`].
    referred: Vec<Vec<ColumnNo>>,
    events: Vec<KeyEvent>,
}

/// What foreign keys must hear of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum KeyEvent {
    /// A row was written that refers to another by its table's n-th key.
    Written { key: usize, id: RowId },
    /// A row went, or got other values, to which the n-th key of those that refer to its table may refer.
    Left {
        key: usize,
        old: Vec<Value>,
        new: Option<Vec<Value>>,
    },
}

impl TableWriter {
    /// Notes what is written from now on.
    pub(crate) fn watch_keys(&mut self, graph: &KeyGraph) {
        let own = self.table.foreign_keys.iter();
        let referred = graph.to(self.table.id);
        self.watch = Some(Box::new(KeyWatch {
            own: own.map(|key| key.columns.clone()).collect(),
            referred: referred
                .map(|(_, key)| key.parent_columns.clone())
                .collect(),
            events: Vec::new(),
        }));
    }

    /// What was noted since the last time.
    pub(crate) fn take_key_events(&mut self) -> Vec<KeyEvent> {
        match &mut self.watch {
            Some(watch) => std::mem::take(&mut watch.events),
            None => Vec::new(),
        }
    }

    /// A row was inserted.
    pub(super) fn note_inserted(&mut self, id: RowId, row: &[ValueRef<'_>]) {
        let Some(watch) = &mut self.watch else {
            return;
        };
        let rowid = self.table.rowid_column;
        for (key, columns) in watch.own.iter().enumerate() {
            let is_null = |no: &ColumnNo| rowid != Some(*no) && row[usize::from(no.0)].is_null();
            if !columns.iter().all(is_null) {
                watch.events.push(KeyEvent::Written { key, id });
            }
        }
    }

    /// A row is to be deleted.
    pub(super) fn note_deleting(&mut self, txn: &WriteTxn, id: RowId) -> Result<()> {
        let Some(watch) = &mut self.watch else {
            return Ok(());
        };
        if watch.referred.is_empty() {
            return Ok(());
        }
        let table = &*self.table;
        let Some(row) = txn.get(table.rows, &row_key::encode(id))? else {
            return Ok(());
        };
        let fields = fields(table, id, &row)?;
        for (key, columns) in watch.referred.iter().enumerate() {
            let values = columns
                .iter()
                .map(|no| indexed(fields[usize::from(no.0)], id));
            let old: Vec<Value> = values.map(ValueRef::to_owned).collect();
            if !old.iter().any(Value::is_null) {
                watch.events.push(KeyEvent::Left {
                    key,
                    old,
                    new: None,
                });
            }
        }
        Ok(())
    }
}

impl KeyWatch {
    /// A row gets other values in some columns; all of them, where it gets another row id.
    pub(super) fn note_updated<'v>(
        &mut self,
        (id, is_moved): (RowId, bool),
        old: impl Fn(ColumnNo) -> ValueRef<'v>,
        new: impl Fn(ColumnNo) -> Option<ValueRef<'v>>,
    ) {
        for (key, columns) in self.own.iter().enumerate() {
            if is_moved || columns.iter().any(|no| new(*no).is_some()) {
                self.events.push(KeyEvent::Written { key, id });
            }
        }
        for (key, columns) in self.referred.iter().enumerate() {
            if !columns.iter().any(|no| new(*no).is_some()) {
                continue;
            }
            let before: Vec<Value> = columns.iter().map(|no| old(*no).to_owned()).collect();
            let after = |no: &ColumnNo| new(*no).unwrap_or_else(|| old(*no)).to_owned();
            let after: Vec<Value> = columns.iter().map(after).collect();
            if before != after && !before.iter().any(Value::is_null) {
                self.events.push(KeyEvent::Left {
                    key,
                    old: before,
                    new: Some(after),
                });
            }
        }
    }
}
