//! Columns of a table, read from the entries of an index alone.

use super::decode::{put_unescaped, read_key_column, skip_key_column};
use super::{NOT_NULL, NULL, row_id_of_entry, row_key};
use crate::batch::Column;
use crate::codec::{Decoded, Malformed, Reader};
use crate::error::{Error, Result};
use crate::schema::{BTreeIndex, ColumnNo, IndexDef, IndexKey, RowId, TableDef};
use crate::types::{ScalarType, SqlType};

/// How some columns of a table get from the entries of an index into batch columns.
#[derive(Clone, Debug)]
pub(crate) struct EntryColumns {
    index: String,
    /// The columns of the key in order, up to the last that is wanted, with the slot that each goes to.
    steps: Vec<(SqlType, Option<usize>)>,
    /// Where the row id itself is wanted.
    row_id_slots: Vec<usize>,
    buffer: Vec<u8>,
}

impl EntryColumns {
    /// Whether an index holds a column as it is. Its key does not tell apart what is equal: −0 and 0, 1.5 and 1.50, a month and 30
    /// days.
    pub(crate) fn holds(table: &TableDef, index: &BTreeIndex, no: ColumnNo) -> bool {
        let ty = table.column(no).ty;
        let ty = ty.element().map_or(ty, ScalarType::sql_type);
        let is_exact = !matches!(ty, SqlType::Real | SqlType::Numeric | SqlType::Interval);
        table.rowid_column == Some(no) || is_exact && index.keys.contains(&IndexKey::Column(no))
    }

    /// For some columns that the index holds; `out[i]` is then the i-th of them.
    pub(crate) fn new(
        table: &TableDef,
        index: &IndexDef,
        btree: &BTreeIndex,
        wanted: &[ColumnNo],
    ) -> Self {
        let slot_of = |no: &ColumnNo| wanted.iter().position(|wanted| wanted == no);
        let is_row_id = |no: &ColumnNo| table.rowid_column == Some(*no);
        let step = |key: &IndexKey| match key.as_column() {
            Some(no) if is_row_id(&no) => (SqlType::Integer, None),
            no => (key.sql_type(table), no.as_ref().and_then(slot_of)),
        };
        let mut steps: Vec<_> = btree.keys.iter().map(step).collect();
        let last = steps.iter().rposition(|(_, slot)| slot.is_some());
        steps.truncate(last.map_or(0, |last| last + 1));
        Self {
            index: index.name.clone(),
            steps,
            row_id_slots: wanted
                .iter()
                .filter(|no| is_row_id(no))
                .filter_map(slot_of)
                .collect(),
            buffer: Vec::new(),
        }
    }

    /// Appends the columns of an entry; gives its row id where that is wanted.
    #[inline]
    pub(in crate::store) fn push(
        &mut self,
        key: &[u8],
        value: &[u8],
        wants_id: bool,
        out: &mut [Column],
    ) -> Result<Option<RowId>> {
        let mut from = Reader::new(key);
        for at in 0..self.steps.len() {
            let (ty, slot) = self.steps[at];
            match slot {
                Some(slot) => self.push_column(&mut from, ty, &mut out[slot])?,
                None => skip_key_column(&mut from, ty).map_err(|m| self.malformed(m))?,
            }
        }
        if !wants_id && self.row_id_slots.is_empty() {
            return Ok(None);
        }
        let id = row_id_of_entry(key, value).map_err(|m| self.malformed(m))?;
        for slot in &self.row_id_slots {
            out[*slot].push_integer(id.0)?;
        }
        Ok(Some(id))
    }

    fn push_column(&mut self, from: &mut Reader<'_>, ty: SqlType, out: &mut Column) -> Result<()> {
        if !matches!(
            ty,
            SqlType::Boolean | SqlType::Integer | SqlType::Text | SqlType::Blob
        ) {
            let value = read_key_column(from, ty).map_err(|m| self.malformed(m))?;
            return out.push(value.as_ref());
        }
        match from.byte().map_err(|m| self.malformed(m))? {
            NOT_NULL => {}
            NULL => {
                out.push_null();
                return Ok(());
            }
            _ => return Err(self.malformed(Malformed)),
        }
        match ty {
            SqlType::Boolean => {
                let value = from.byte().map_err(|m| self.malformed(m))?;
                out.push_boolean(value != 0)
            }
            SqlType::Integer => {
                let value: Decoded<RowId> = from.array::<8>().and_then(|v| row_key::parse(&v));
                out.push_integer(value.map_err(|m| self.malformed(m))?.0)
            }
            SqlType::Text => {
                self.unescape(from)?;
                match std::str::from_utf8(&self.buffer) {
                    Ok(text) => out.push_text(text),
                    Err(_) => Err(self.malformed(Malformed)),
                }
            }
            _ => {
                self.unescape(from)?;
                out.push_blob(&self.buffer)
            }
        }
    }

    fn unescape(&mut self, from: &mut Reader<'_>) -> Result<()> {
        self.buffer.clear();
        put_unescaped(from, &mut self.buffer).map_err(|m| self.malformed(m))
    }

    #[cold]
    fn malformed(&self, _: Malformed) -> Error {
        Error::Corrupt(format!("index \"{}\" has a malformed key", self.index))
    }
}
