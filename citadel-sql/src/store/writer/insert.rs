//! Inserting.

use citadel_txn::{Cursor, WriteTxn};

use super::check_value::check_value;
use super::encode_vector;
use super::{Greatest, RowAction, TableWriter, btrees, duplicate_row_id, put_entry, tree_columns};
use crate::error::{Error, Result, SqlState};
use crate::schema::{
    ColumnNo, ColumnStorage, RowId, SequenceState, put_sequence_state, sequence_state,
};
use crate::store::row_key;
use crate::types::ValueRef;

impl TableWriter {
    /// Inserts a row: one value for each column of the table. NULL in the row id column, or no such column, gives
    /// the row the greatest row id of the table + 1.
    ///
    /// # Errors
    /// A value that its column may not hold, a duplicate key, no row id left, a key that is too long.
    pub(crate) fn insert(&mut self, txn: &mut WriteTxn, row: &[ValueRef<'_>]) -> Result<RowId> {
        let id = self.choose_row_id(txn, row)?;
        self.insert_at(txn, id, row)?;
        Ok(id)
    }

    /// Inserts a row under a row id of the caller's: that of its row id column, if the table has one.
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    pub(crate) fn insert_at(
        &mut self,
        txn: &mut WriteTxn,
        id: RowId,
        row: &[ValueRef<'_>],
    ) -> Result<()> {
        self.check_row(row)?;
        self.check_conditions(id, row)?;
        self.encode_row(row);
        if txn.insert(self.table.rows, &row_key::encode(id), self.row.finish())? {
            return Err(duplicate_row_id(&self.table, id));
        }
        if let Greatest::Known(greatest) = &mut self.greatest {
            *greatest = Some(greatest.map_or(id, |greatest| greatest.max(id)));
        }
        self.count(txn, id)?;
        self.insert_vectors(txn, id, row)?;
        self.insert_entries(txn, id, row)?;
        self.note_inserted(id, row);
        self.touch(txn, id, |_| true)?;
        self.note_row(txn, None, Some(id))?;
        self.tell(RowAction::Insert, id);
        Ok(())
    }

    /// May the row be stored, as far as it alone tells?
    ///
    /// # Errors
    /// A value that its column may not hold; a condition that is FALSE.
    pub(crate) fn examine(&mut self, txn: &WriteTxn, row: &[ValueRef<'_>]) -> Result<()> {
        self.check_row(row)?;
        if self.table.checks.is_empty() {
            return Ok(());
        }
        let id = self.choose_row_id(txn, row)?;
        self.check_conditions(id, row)
    }

    fn check_row(&self, row: &[ValueRef<'_>]) -> Result<()> {
        let table = &*self.table;
        if row.len() != table.columns.len() {
            return Err(Error::sql(
                SqlState::INTERNAL_ERROR,
                format!(
                    "table \"{}\" has {} columns, the row {}",
                    table.name,
                    table.columns.len(),
                    row.len()
                ),
            ));
        }
        for ((no, column), value) in (0..).map(ColumnNo).zip(&table.columns).zip(row) {
            let assigns_itself = table.rowid_column == Some(no) && column.default.is_null();
            if !assigns_itself || !value.is_null() {
                check_value(table, column, *value)?;
            }
        }
        Ok(())
    }

    /// Looks at the table's conditions.
    fn check_conditions(&mut self, id: RowId, row: &[ValueRef<'_>]) -> Result<()> {
        self.prepare_checks()?;
        let Some(checks) = &self.checks else {
            return Ok(());
        };
        let table = &*self.table;
        checks.look(
            table,
            |_| true,
            |no| {
                Ok(match table.rowid_column == Some(no) {
                    true => ValueRef::Integer(id.0),
                    false => row[usize::from(no.0)],
                })
            },
        )
    }

    /// The row id that the row gives, or the next one.
    ///
    /// # Errors
    /// There is none left; storage errors.
    pub(crate) fn choose_row_id(&mut self, txn: &WriteTxn, row: &[ValueRef<'_>]) -> Result<RowId> {
        let column = self.table.rowid_column;
        let given = column.and_then(|no| row.get(usize::from(no.0)));
        if let Some(ValueRef::Integer(id)) = given {
            return Ok(RowId(*id));
        }
        match self.greatest(txn)? {
            None => Ok(RowId(1)),
            Some(RowId(id)) => id.checked_add(1).map(RowId).ok_or_else(|| {
                Error::sql(
                    SqlState::PROGRAM_LIMIT_EXCEEDED,
                    format!("table \"{}\" has no greater row id left", self.table.name),
                )
            }),
        }
    }

    fn greatest(&mut self, txn: &WriteTxn) -> Result<Option<RowId>> {
        if let Greatest::Known(greatest) = self.greatest {
            return Ok(greatest);
        }
        let mut cursor = Cursor::new(self.table.rows);
        let greatest = if cursor.last(txn)? {
            Some(row_key::decode(cursor.key())?)
        } else {
            None
        };
        let greatest = greatest.max(self.counted(txn)?.map(RowId));
        self.greatest = Greatest::Known(greatest);
        Ok(greatest)
    }

    /// The greatest row id that was ever given, where the table keeps it.
    fn counted(&mut self, txn: &WriteTxn) -> Result<Option<i64>> {
        if let (None, Some(counter)) = (self.counted, self.table.counter()) {
            self.counted = Some(sequence_state(txn, counter)?.counted());
        }
        Ok(self.counted)
    }

    /// Keeps a row id that is given from being given again, where the table wants it.
    fn count(&mut self, txn: &mut WriteTxn, id: RowId) -> Result<()> {
        let Some(counter) = self.table.counter() else {
            return Ok(());
        };
        if self.counted(txn)?.is_some_and(|counted| id.0 > counted) {
            let state = SequenceState {
                last: id.0,
                is_called: true,
            };
            put_sequence_state(txn, counter, state)?;
            self.counted = Some(id.0);
        }
        Ok(())
    }

    fn encode_row(&mut self, row: &[ValueRef<'_>]) {
        let table = &*self.table;
        self.row.begin(table.columns.len());
        for ((no, column), value) in (0..).map(ColumnNo).zip(&table.columns).zip(row) {
            if table.rowid_column == Some(no) {
                self.row.elsewhere();
            } else if column.storage == ColumnStorage::Row {
                self.row.value(column.ty, *value);
            } else {
                self.row.value_elsewhere(*value);
            }
        }
    }

    fn insert_vectors(
        &mut self,
        txn: &mut WriteTxn,
        id: RowId,
        row: &[ValueRef<'_>],
    ) -> Result<()> {
        for (no, column, tree) in tree_columns(&self.table) {
            if let Some(vector) = encode_vector(&mut self.vector, column, row[usize::from(no.0)]) {
                txn.insert(tree, &row_key::encode(id), vector)?;
            }
        }
        Ok(())
    }

    fn insert_entries(
        &mut self,
        txn: &mut WriteTxn,
        id: RowId,
        row: &[ValueRef<'_>],
    ) -> Result<()> {
        self.prepare_makers()?;
        let Some(makers) = &self.makers else {
            return Ok(());
        };
        let table = &*self.table;
        let max_len = txn.max_key_len();
        let column = |no: ColumnNo| match row[usize::from(no.0)] {
            _ if table.rowid_column == Some(no) => ValueRef::Integer(id.0),
            value => value,
        };
        let entries = self.new_keys.iter_mut().zip(makers.iter());
        for ((index, btree), (entry, maker)) in btrees(table).zip(entries) {
            maker.make(entry, (index, btree), id, max_len, column)?;
            put_entry(txn, table, index, btree, entry, id)?;
        }
        Ok(())
    }
}
