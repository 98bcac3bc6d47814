//! One entry of an index: its key and its value.

use super::{put_key_column, row_key};
use crate::codec::{Decoded, Malformed};
use crate::error::{Error, Result, SqlState};
use crate::schema::{BTreeIndex, IndexDef, RowId};
use crate::types::ValueRef;

/// One entry, in a buffer that is used again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct IndexEntry {
    key: Vec<u8>,
    row: [u8; 8],
    /// The row id is the value, not the key's end: no other row may have this key.
    alone: bool,
    /// The row has an entry.
    there: bool,
}

impl IndexEntry {
    /// Makes the entry of a row from the values of its key.
    ///
    /// # Errors
    /// The key is longer than `max_len`.
    pub(crate) fn make<'v>(
        &mut self,
        index: &IndexDef,
        btree: &BTreeIndex,
        (id, max_len): (RowId, usize),
        values: impl Iterator<Item = ValueRef<'v>>,
    ) -> Result<()> {
        self.key.clear();
        self.row = row_key::encode(id);
        self.alone = btree.unique;
        self.there = true;
        for value in values {
            self.alone &= !(btree.nulls_distinct && value.is_null());
            put_key_column(&mut self.key, value)?;
        }
        if !self.alone {
            self.key.extend_from_slice(&self.row);
        }
        if self.key.len() > max_len {
            return Err(too_long(index, self.key.len(), max_len));
        }
        Ok(())
    }

    /// Makes it that of a row which is not in the index.
    pub(crate) fn clear(&mut self) {
        self.key.clear();
        self.row = [0; 8];
        self.alone = false;
        self.there = false;
    }

    /// Has the row an entry?
    pub(crate) fn is_there(&self) -> bool {
        self.there
    }

    /// The key.
    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }

    /// The value.
    pub(crate) fn value(&self) -> &[u8] {
        if self.alone { &self.row } else { &[] }
    }

    /// Must no other row have this key?
    pub(crate) fn must_be_alone(&self) -> bool {
        self.alone
    }
}

/// The row id of an entry.
#[inline]
pub(crate) fn row_id_of_entry(key: &[u8], value: &[u8]) -> Decoded<RowId> {
    if !value.is_empty() {
        return row_key::parse(value);
    }
    let (_, tail) = key.split_last_chunk::<8>().ok_or(Malformed)?;
    row_key::parse(tail)
}

fn too_long(index: &IndexDef, len: usize, max_len: usize) -> Error {
    Error::sql(
        SqlState::PROGRAM_LIMIT_EXCEEDED,
        format!(
            "a key of index \"{}\" would have {len} bytes; at most {max_len} are possible",
            index.name
        ),
    )
}
