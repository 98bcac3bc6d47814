//! Who has a key.

use citadel_txn::{View, WriteTxn};

use super::{TableWriter, btrees};
use crate::bind::bound::Arbiter;
use crate::codec::Malformed;
use crate::error::{Error, Result};
use crate::schema::{ColumnNo, RowId};
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
        let table = &*self.table;
        let index = match key {
            Arbiter::RowId => {
                let given = table.rowid_column.and_then(|no| row.get(usize::from(no.0)));
                let Some(ValueRef::Integer(id)) = given else {
                    return Ok(None);
                };
                let found = txn.get(table.rows, &row_key::encode(RowId(*id)))?;
                return Ok(found.map(|_| RowId(*id)));
            }
            Arbiter::Index(index) => index.id,
        };
        let max_len = txn.max_key_len();
        let mut found = btrees(table).zip(&mut self.new_keys);
        let Some(((index, btree), entry)) = found.find(|((known, _), _)| known.id == index) else {
            return Err(Error::Corrupt(format!(
                "table \"{}\" lacks an index that a statement was bound to",
                table.name
            )));
        };
        let column = |no: ColumnNo| row[usize::from(no.0)];
        entry.make(index, btree, RowId(0), max_len, column)?;
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
