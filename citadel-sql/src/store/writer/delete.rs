//! Deleting.

use citadel_txn::{View, WriteTxn};

use super::{Greatest, RowAction, TableWriter, anns, btrees, stale_row, take_entry, tree_columns};
use crate::error::Result;
use crate::schema::RowId;
use crate::store::row::Field;
use crate::store::{delta, row_key};

impl TableWriter {
    /// Deletes a row and all that hangs on it. False: there is no such row.
    ///
    /// # Errors
    /// Storage errors; an index that does not agree with the row.
    pub(crate) fn delete(&mut self, txn: &mut WriteTxn, id: RowId) -> Result<bool> {
        self.note_deleting(txn, id)?;
        let old = self.image(txn, id)?;
        if !self.take_dependents(txn, id)? {
            return Ok(false);
        }
        if !txn.remove(self.table.rows, &row_key::encode(id))? {
            return Ok(false);
        }
        if self.greatest == Greatest::Known(Some(id)) {
            self.greatest = Greatest::Unknown;
        }
        for ann in anns(&self.table) {
            delta::touch(txn, ann, id)?;
        }
        self.note_row(txn, old, None)?;
        self.tell(RowAction::Delete, id);
        Ok(true)
    }

    /// Takes the row's index entries and wide vectors out, if its table has any. False: there is no such row.
    fn take_dependents(&mut self, txn: &mut WriteTxn, id: RowId) -> Result<bool> {
        self.prepare_makers()?;
        let Some(makers) = &self.makers else {
            return Ok(false);
        };
        let table = &*self.table;
        if btrees(table).next().is_none() && tree_columns(table).next().is_none() {
            return Ok(true);
        }
        let key = row_key::encode(id);
        let max_len = txn.max_key_len();
        let mut trees = Vec::new();
        {
            let Some(row) = txn.get(table.rows, &key)? else {
                return Ok(false);
            };
            let row = makers.read(txn, table, id, &row)?;
            let entries = self.old_keys.iter_mut().zip(makers.iter());
            for ((index, btree), (entry, maker)) in btrees(table).zip(entries) {
                maker.make(entry, (index, btree), id, max_len, |no| row.value(no))?;
            }
            for (no, _, tree) in tree_columns(table) {
                if row.fields[usize::from(no.0)] == Field::Elsewhere {
                    trees.push(tree);
                }
            }
        }
        for ((index, btree), entry) in btrees(table).zip(&self.old_keys) {
            take_entry(txn, index, btree, entry, id)?;
        }
        for tree in trees {
            if !txn.remove(tree, &key)? {
                return Err(stale_row(table, id));
            }
        }
        Ok(true)
    }
}
