//! Row ids and positions.

use crate::filter::{Position, RowIds};
use crate::wire::{Malformed, Reader, ensure, write_len, write_values};

/// The ids of all rows, and their positions.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rows {
    /// Ids by position.
    ids: Vec<i64>,
    /// Positions in ascending order of their ids.
    ascending: Vec<u32>,
}

impl Rows {
    /// Rows laid out by `order`: position `i` holds the row `order[i]` of `indexed` followed by `undefined`.
    pub(crate) fn new(order: &[u32], indexed: &[i64], undefined: &[i64]) -> Self {
        let id = |row: u32| match indexed.get(row as usize) {
            Some(&id) => id,
            None => undefined[row as usize - indexed.len()],
        };
        Self::from_ids(order.iter().map(|&row| id(row)).collect())
    }

    fn from_ids(ids: Vec<i64>) -> Self {
        let mut ascending: Vec<u32> = (0..ids.len() as u32).collect();
        ascending.sort_unstable_by_key(|&position| ids[position as usize]);
        Self { ids, ascending }
    }

    /// The row at a position.
    #[inline]
    pub(crate) fn id(&self, position: Position) -> i64 {
        self.ids[position.0 as usize]
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The ids as a filter column.
    pub(crate) fn as_column(&self) -> RowIds<'_> {
        RowIds {
            ids: &self.ids,
            ascending: &self.ascending,
        }
    }

    /// Where a row is.
    pub(crate) fn position_of(&self, row_id: i64) -> Option<Position> {
        self.ascending
            .binary_search_by_key(&row_id, |&position| self.ids[position as usize])
            .ok()
            .map(|index| Position(self.ascending[index]))
    }

    /// All rows by id.
    pub(crate) fn ascending(&self) -> impl Iterator<Item = (i64, Position)> + '_ {
        self.ascending
            .iter()
            .map(|&position| (self.ids[position as usize], Position(position)))
    }

    /// Bytes held in memory.
    pub(crate) fn bytes_in_memory(&self) -> usize {
        self.ids.len() * 12
    }

    /// Appends: count u64, ids i64 by position, positions u32 in ascending order of ids.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        write_len(out, self.ids.len());
        write_values(out, &self.ids, i64::to_le_bytes);
        write_values(out, &self.ascending, u32::to_le_bytes);
    }

    /// Reads `count` rows.
    pub(crate) fn decode(reader: &mut Reader<'_>, count: usize) -> Result<Self, Malformed> {
        ensure(reader.len()? == count, "row ids and rows differ in number")?;
        let rows = Self {
            ids: reader.values(count, i64::from_le_bytes)?,
            ascending: reader.values(count, u32::from_le_bytes)?,
        };
        let within = |position: &u32| (*position as usize) < count;
        ensure(
            rows.ascending.iter().all(within),
            "a row lies outside of the segment",
        )?;
        // As many positions as rows, with ids that ascend: each row is there once.
        let distinct = rows
            .ascending
            .is_sorted_by(|&a, &b| rows.ids[a as usize] < rows.ids[b as usize]);
        ensure(distinct, "row ids do not ascend")?;
        Ok(rows)
    }
}
