//! The delta of an ann index: rows whose segment entry is void, and that a query searches exactly.
//!
//! Row id → generation of the transaction that touched the row last. The row itself, at the reader's snapshot, says
//! what it is now: an entry needs to know neither old nor new values, and an insert, an update and a delete look alike.

use citadel_txn::{Cursor, Generation, View, WriteTxn};

use super::row_key;
use crate::error::{Error, Result};
use crate::schema::{AnnIndex, RowId};

/// Marks a row as changed. Called for each row whose vector or filter columns change, and on insert and delete.
pub(crate) fn touch(txn: &mut WriteTxn, index: &AnnIndex, row: RowId) -> Result<()> {
    let generation = txn.generation().get().to_le_bytes();
    txn.insert(index.delta, &row_key::encode(row), &generation)?;
    Ok(())
}

/// How many rows the delta names.
pub(crate) fn len(view: &dyn View, index: &AnnIndex) -> Result<u64> {
    Ok(view.tree_len(index.delta)?)
}

/// The rows that the delta names, ascending.
#[cfg(test)]
pub(crate) fn rows(view: &dyn View, index: &AnnIndex) -> Result<Vec<RowId>> {
    let mut rows = Vec::new();
    for_each(view, index, |row, _| rows.push(row))?;
    Ok(rows)
}

/// Forgets the rows that were touched at or before a generation: a segment built from that snapshot has them right.
pub(crate) fn forget_through(
    txn: &mut WriteTxn,
    index: &AnnIndex,
    generation: Generation,
) -> Result<()> {
    let mut old = Vec::new();
    for_each(txn, index, |row, touched| {
        if touched <= generation {
            old.push(row);
        }
    })?;
    for row in old {
        txn.remove(index.delta, &row_key::encode(row))?;
    }
    Ok(())
}

/// Steps through the rows that a delta names, ascending, each with the generation that touched it last.
#[derive(Debug)]
pub(crate) struct DeltaRows {
    cursor: Cursor,
}

impl DeltaRows {
    pub(crate) fn new(index: &AnnIndex) -> Self {
        Self {
            cursor: Cursor::new(index.delta),
        }
    }

    /// The next row; `None` at the end.
    pub(crate) fn next(&mut self, view: &dyn View) -> Result<Option<(RowId, Generation)>> {
        if !self.cursor.next(view)? {
            return Ok(None);
        }
        let row = row_key::decode(self.cursor.key())?;
        let value = self.cursor.value(view)?;
        let touched = <[u8; 8]>::try_from(&value[..])
            .map_err(|_| Error::Corrupt("an entry of a delta is not a generation".to_owned()))?;
        Ok(Some((row, Generation::new(u64::from_le_bytes(touched)))))
    }
}

fn for_each(
    view: &dyn View,
    index: &AnnIndex,
    mut visit: impl FnMut(RowId, Generation),
) -> Result<()> {
    let mut rows = DeltaRows::new(index);
    while let Some((row, touched)) = rows.next(view)? {
        visit(row, touched);
    }
    Ok(())
}
