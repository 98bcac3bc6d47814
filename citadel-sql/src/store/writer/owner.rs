//! Who has a key.

use citadel_txn::{View, WriteTxn};

use super::{TableWriter, btrees};
use crate::bind::bound::Arbiter;
use crate::codec::Malformed;
use crate::error::{Error, Result};
use crate::schema::{ColumnNo, RowId};
use crate::store::entries::EntryMakers;
use crate::store::index_key::row_id_of_entry;
use crate::store::row_key;
use crate::types::ValueRef;

impl TableWriter {
    /// The row that has the same key as a row that is to be inserted. A NULL is like no other, and a row id that is to be chosen
    /// is nobody's.
    ///
    /// # Errors
    /// Storage errors; a key that is too long.
    pub(crate) fn owner(
        &mut self,
        txn: &WriteTxn,
        row: &[ValueRef<'_>],
        key: &Arbiter,
    ) -> Result<Option<RowId>> {
        self.prepare_makers()?;
        let index = match key {
            Arbiter::RowId => {
                let table = &*self.table;
                let given = table.rowid_column.and_then(|no| row.get(usize::from(no.0)));
                let Some(ValueRef::Integer(id)) = given else {
                    return Ok(None);
                };
                let found = txn.get(table.rows, &row_key::encode(RowId(*id)))?;
                return Ok(found.map(|_| RowId(*id)));
            }
            Arbiter::Index(index) => index.id,
        };
        // What is computed may read the row id that the row is to have.
        let is_read = |no| {
            let mut known = btrees(&self.table);
            known.any(|(def, btree)| def.id == index && btree.any_column(|column| column == no))
        };
        let id = match self.table.rowid_column {
            Some(no) if is_read(no) => self.choose_row_id(txn, row)?,
            _ => RowId(0),
        };
        let max_len = txn.max_key_len();
        let table = &*self.table;
        let makers = self.makers.iter().flat_map(EntryMakers::iter);
        let mut found = btrees(table).zip(self.new_keys.iter_mut().zip(makers));
        let Some(((index, btree), (entry, maker))) =
            found.find(|((known, _), _)| known.id == index)
        else {
            return Err(Error::Corrupt(format!(
                "table \"{}\" lacks an index that a statement was bound to",
                table.name
            )));
        };
        let column = |no: ColumnNo| match table.rowid_column == Some(no) {
            true => ValueRef::Integer(id.0),
            false => row[usize::from(no.0)],
        };
        maker.make(entry, (index, btree), id, max_len, column)?;
        if !entry.must_be_alone() {
            return Ok(None);
        }
        match txn.get(btree.tree, entry.key())? {
            Some(value) => row_id_of_entry(entry.key(), &value)
                .map(Some)
                .map_err(|Malformed| {
                    Error::Corrupt(format!("index \"{}\" holds what is no entry", index.name))
                }),
            None => Ok(None),
        }
    }
}
