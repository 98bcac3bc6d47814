//! Updating.
//!
//! Uniqueness is a matter of the statement, not of the order of its rows: `UPDATE t SET id = id + 1` works. So all rows
//! leave the unique indexes whose columns are assigned before the first new key goes in, and rows whose row id is
//! assigned leave the table altogether before the first one comes back.

use citadel_txn::{View, WriteTxn};

use super::check_value::{check_value, null_value};
use super::encode_vector;
use super::{
    RowAction, RowImage, TableWriter, btrees, fields, no_row, put_entry, stale_row, take_entry,
    tree_columns,
};
use crate::batch::Column;
use crate::error::Result;
use crate::schema::{BTreeIndex, ColumnNo, RowId, TableDef};
use crate::store::row::Field;
use crate::store::row_key;
use crate::store::vectors::VectorReader;
use crate::types::{Value, ValueRef};

/// The new values of an UPDATE.
#[derive(Debug)]
struct Assignments<'a> {
    /// For each column of the table, which of `values` it takes.
    slots: Vec<Option<usize>>,
    values: &'a [Column],
}

impl<'a> Assignments<'a> {
    fn new(table: &TableDef, assigned: &[ColumnNo], values: &'a [Column]) -> Self {
        let slot = |no| assigned.iter().position(|assigned| *assigned == no);
        let columns = (0..).map(ColumnNo).take(table.columns.len());
        Self {
            slots: columns.map(slot).collect(),
            values,
        }
    }

    /// What a row's column becomes; `None`: it stays.
    fn value(&self, no: ColumnNo, at: usize) -> Option<ValueRef<'a>> {
        let slot = self.slots[usize::from(no.0)]?;
        Some(self.values[slot].get(at))
    }

    fn has(&self, no: ColumnNo) -> bool {
        self.slots[usize::from(no.0)].is_some()
    }

    fn touches(&self, btree: &BTreeIndex) -> bool {
        btree.any_column(|no| self.has(no))
    }
}

impl TableWriter {
    /// Updates rows: in row `ids[i]`, column `assigned[j]` becomes `values[j]`'s value `i`. Other columns are not
    /// looked at. No row and no column is named twice; all rows are there.
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    #[cfg(test)]
    pub(crate) fn update(
        &mut self,
        txn: &mut WriteTxn,
        assigned: &[ColumnNo],
        ids: &[RowId],
        values: &[Column],
    ) -> Result<()> {
        self.update_watched(txn, assigned, ids, values, &mut || Ok(()))
    }

    /// The same, calling `watch` before each row: it may stop the update.
    ///
    /// # Errors
    /// What `watch` returns; otherwise as [`insert`](Self::insert).
    pub(crate) fn update_watched(
        &mut self,
        txn: &mut WriteTxn,
        assigned: &[ColumnNo],
        ids: &[RowId],
        values: &[Column],
        watch: &mut dyn FnMut() -> Result<()>,
    ) -> Result<()> {
        let assignments = &Assignments::new(&self.table, assigned, values);
        if self
            .table
            .rowid_column
            .is_some_and(|no| assignments.has(no))
        {
            return self.move_rows(txn, assignments, ids, watch);
        }
        if btrees(&self.table).any(|(_, btree)| btree.unique && assignments.touches(btree)) {
            for id in ids {
                watch()?;
                self.leave_unique_indexes(txn, assignments, *id)?;
            }
        }
        for (at, id) in ids.iter().enumerate() {
            watch()?;
            self.rewrite(txn, assignments, *id, at)?;
        }
        Ok(())
    }

    /// Takes a row out of the unique indexes that the assignments touch.
    fn leave_unique_indexes(
        &mut self,
        txn: &mut WriteTxn,
        assignments: &Assignments<'_>,
        id: RowId,
    ) -> Result<()> {
        self.prepare_makers()?;
        let Some(makers) = &self.makers else {
            return Ok(());
        };
        let table = &*self.table;
        let max_len = txn.max_key_len();
        let left = |btree: &BTreeIndex| btree.unique && assignments.touches(btree);
        {
            let row = stored(txn, table, id)?;
            let row = makers.read(txn, table, id, &row)?;
            let entries = self.old_keys.iter_mut().zip(makers.iter());
            for ((index, btree), (entry, maker)) in btrees(table).zip(entries) {
                if left(btree) {
                    maker.make(entry, (index, btree), id, max_len, |no| row.value(no))?;
                }
            }
        }
        for ((index, btree), entry) in btrees(table).zip(&self.old_keys) {
            if left(btree) {
                take_entry(txn, index, btree, entry, id)?;
            }
        }
        Ok(())
    }

    /// Writes a row anew under its row id. It has left the unique indexes that the assignments touch.
    fn rewrite(
        &mut self,
        txn: &mut WriteTxn,
        assignments: &Assignments<'_>,
        id: RowId,
        at: usize,
    ) -> Result<()> {
        self.prepare_checks()?;
        self.prepare_makers()?;
        let before = self.image(txn, id)?;
        self.encode_changed(txn, assignments, id, at)?;
        let table = &*self.table;
        let entries = self.old_keys.iter().zip(&self.new_keys);
        for ((index, btree), (old, new)) in btrees(table).zip(entries) {
            if !assignments.touches(btree) {
                continue;
            }
            if !btree.unique {
                if old == new {
                    continue;
                }
                take_entry(txn, index, btree, old, id)?;
            }
            put_entry(txn, table, index, btree, new, id)?;
        }
        let key = row_key::encode(id);
        for (no, column, tree) in tree_columns(table) {
            let Some(value) = assignments.value(no, at) else {
                continue;
            };
            match encode_vector(&mut self.vector, column, value) {
                Some(vector) => drop(txn.insert(tree, &key, vector)?),
                None => drop(txn.remove(tree, &key)?),
            }
        }
        if !txn.insert(table.rows, &key, self.row.finish())? {
            return Err(stale_row(table, id));
        }
        self.touch(txn, id, |no| assignments.has(no))?;
        self.note_row(txn, before, Some(id))?;
        self.tell(RowAction::Update, id);
        Ok(())
    }

    /// Encodes the changed row, and its old and new entries in the indexes that the assignments touch.
    fn encode_changed(
        &mut self,
        txn: &WriteTxn,
        assignments: &Assignments<'_>,
        id: RowId,
        at: usize,
    ) -> Result<()> {
        let Some(makers) = &self.makers else {
            return Ok(());
        };
        let table = &*self.table;
        let row = stored(txn, table, id)?;
        let row = makers.read(txn, table, id, &row)?;
        let old = &row.fields;
        self.row.begin(table.columns.len());
        for ((no, column), field) in (0..).map(ColumnNo).zip(&table.columns).zip(old) {
            let in_tree = super::has_tree(column);
            match assignments.value(no, at) {
                Some(value) => {
                    check_value(table, column, value)?;
                    if in_tree {
                        self.row.value_elsewhere(value);
                    } else {
                        self.row.value(column.ty, value);
                    }
                }
                None if in_tree && *field != Field::Elsewhere => self.row.null(),
                None => self.row.field(column.ty, *field),
            }
        }
        if let Some(checks) = &self.checks {
            let wide = |no| VectorReader::new(table, no)?.fetch(txn, id);
            // Vectors that stay are read for the condition alone.
            let mut read: Vec<(ColumnNo, Value)> = Vec::new();
            for (no, field) in (0..).map(ColumnNo).zip(old) {
                let is_read = table
                    .checks
                    .iter()
                    .any(|c| c.condition.any_column(|c| c == no));
                if is_read && assignments.value(no, at).is_none() {
                    let value = match field.to_value() {
                        Some(value) => value,
                        None if table.rowid_column == Some(no) => Value::Integer(id.0),
                        None => wide(no)?.ok_or_else(|| stale_row(table, id))?,
                    };
                    read.push((no, value));
                }
            }
            let changes = |no| assignments.has(no);
            checks.look(table, changes, |no| match assignments.value(no, at) {
                Some(value) => Ok(value),
                None => read
                    .iter()
                    .find(|(known, _)| *known == no)
                    .map(|(_, value)| value.as_ref())
                    .ok_or_else(|| stale_row(table, id)),
            })?;
        }
        let max_len = txn.max_key_len();
        let old_value = |no: ColumnNo| row.value(no);
        if let Some(watch) = &mut self.watch {
            watch.note_updated((id, false), old_value, |no| assignments.value(no, at));
        }
        let entries = self.old_keys.iter_mut().zip(&mut self.new_keys);
        let entries = entries.zip(makers.iter());
        for ((index, btree), ((before, after), maker)) in btrees(table).zip(entries) {
            if assignments.touches(btree) {
                maker.make(before, (index, btree), id, max_len, old_value)?;
                maker.make(after, (index, btree), id, max_len, |no| {
                    assignments.value(no, at).unwrap_or_else(|| old_value(no))
                })?;
            }
        }
        Ok(())
    }

    /// Updates rows whose row ids are assigned: all leave the table, then all come back.
    fn move_rows(
        &mut self,
        txn: &mut WriteTxn,
        assignments: &Assignments<'_>,
        ids: &[RowId],
        watch: &mut dyn FnMut() -> Result<()>,
    ) -> Result<()> {
        // A row that moves is none that goes and one that comes.
        let (mut key_watch, row_watch) = (self.watch.take(), self.row_watch.take());
        let listener = self.listener.take();
        let mut moved = Vec::new();
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            watch()?;
            rows.push(self.whole_row(txn, *id)?);
            self.delete(txn, *id)?;
        }
        for (at, row) in rows.iter().enumerate() {
            watch()?;
            let table = &*self.table;
            let changed: Vec<_> = (0..)
                .map(ColumnNo)
                .zip(row)
                .map(|(no, old)| assignments.value(no, at).unwrap_or(old.as_ref()))
                .collect();
            if let Some(no) = table.rowid_column
                && changed[usize::from(no.0)].is_null()
            {
                return Err(null_value(table, table.column(no)));
            }
            let id = self.insert(txn, &changed)?;
            if let Some(watch) = &mut key_watch {
                let old = |no: ColumnNo| row[usize::from(no.0)].as_ref();
                watch.note_updated((id, true), old, |no| assignments.value(no, at));
            }
            if row_watch.is_some() || listener.is_some() {
                moved.push(id);
            }
        }
        (self.watch, self.row_watch) = (key_watch, row_watch);
        self.listener = listener;
        for (values, (old, new)) in rows.into_iter().zip(ids.iter().zip(moved)) {
            self.note_row(txn, Some(RowImage { id: *old, values }), Some(new))?;
            self.tell(RowAction::Update, new);
        }
        Ok(())
    }

    /// All values of a row, from wherever they lie.
    pub(crate) fn whole_row(&self, txn: &WriteTxn, id: RowId) -> Result<Vec<Value>> {
        let table = &*self.table;
        let row = stored(txn, table, id)?;
        let mut values = Vec::with_capacity(table.columns.len());
        for (no, field) in (0..).map(ColumnNo).zip(fields(table, id, &row)?) {
            values.push(match field.to_value() {
                Some(value) => value,
                None if table.rowid_column == Some(no) => Value::Integer(id.0),
                None => VectorReader::new(table, no)?
                    .fetch(txn, id)?
                    .ok_or_else(|| stale_row(table, id))?,
            });
        }
        Ok(values)
    }
}

/// A row that must be there.
fn stored<'t>(txn: &'t WriteTxn, table: &TableDef, id: RowId) -> Result<citadel_txn::Entry<'t>> {
    txn.get(table.rows, &row_key::encode(id))?
        .ok_or_else(|| no_row(table, id))
}
