//! Row ids in the order of an index.

use citadel_txn::{Cursor, View};

use super::index_key::{EntryColumns, KeyRange, row_id_of_entry};
use super::range::Direction;
use super::table_scan::State;
use crate::batch::Column;
use crate::codec::Malformed;
use crate::error::{Error, Result};
use crate::schema::{BTreeIndex, RowId};

/// A scan of a range of an index's keys, either way. Equal keys come by ascending row id going forward.
#[derive(Debug)]
pub(crate) struct IndexScan {
    entries: Cursor,
    range: KeyRange,
    direction: Direction,
    state: State,
}

impl IndexScan {
    /// A scan of a range.
    pub(crate) fn new(index: &BTreeIndex, range: KeyRange, direction: Direction) -> Self {
        Self {
            entries: Cursor::new(index.tree),
            range,
            direction,
            state: State::NotBegun,
        }
    }

    /// Appends up to `max_rows` row ids; gives their number, 0 once the range is exhausted.
    ///
    /// # Errors
    /// Storage errors; an entry that does not decode.
    pub(crate) fn next(
        &mut self,
        view: &dyn View,
        row_ids: &mut Vec<RowId>,
        max_rows: usize,
    ) -> Result<usize> {
        for given in 0..max_rows {
            if !self.step(view)? {
                return Ok(given);
            }
            let value = self.entries.value(view)?;
            let id = row_id_of_entry(self.entries.key(), &value).map_err(malformed)?;
            row_ids.push(id);
        }
        Ok(max_rows)
    }

    /// Appends columns of up to `max_rows` entries, and their row ids if those are wanted; gives their number, 0 once the range is
    /// exhausted.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub(crate) fn next_columns(
        &mut self,
        view: &dyn View,
        columns: &mut EntryColumns,
        mut row_ids: Option<&mut Column>,
        out: &mut [Column],
        max_rows: usize,
    ) -> Result<usize> {
        let mut given = 0;
        let wants_id = row_ids.is_some();
        let mut push = |key: &[u8], value: &[u8]| -> Result<()> {
            let id = columns.push(key, value, wants_id, out)?;
            match (&mut row_ids, id) {
                (Some(row_ids), Some(id)) => row_ids.push_integer(id.0),
                _ => Ok(()),
            }
        };
        while given < max_rows && self.step(view)? {
            push(self.entries.key(), &self.entries.value(view)?)?;
            given += 1;
            if self.direction == Direction::Backward {
                continue;
            }
            let end = self.range.end.as_deref();
            let mut is_over = false;
            let mut failed = None;
            let most = max_rows - given;
            self.entries.visit_leaf(view, most, |key, value| {
                if end.is_some_and(|end| key >= end) {
                    is_over = true;
                    return false;
                }
                given += 1;
                failed = push(key, value).err();
                failed.is_none()
            })?;
            if is_over {
                self.state = State::Ended;
            }
            if let Some(error) = failed {
                return Err(error);
            }
        }
        Ok(given)
    }

    fn step(&mut self, view: &dyn View) -> Result<bool> {
        let found = match (self.state, self.direction) {
            (State::Ended, _) => return Ok(false),
            (State::NotBegun, _) => !self.range.is_empty() && self.begin(view)?,
            (State::Within, Direction::Forward) => self.entries.next(view)?,
            (State::Within, Direction::Backward) => self.entries.prev(view)?,
        };
        let within = found && self.holds(self.entries.key());
        self.state = if within { State::Within } else { State::Ended };
        Ok(within)
    }

    /// Is the key on this side of the range's far end?
    fn holds(&self, key: &[u8]) -> bool {
        match self.direction {
            Direction::Forward => self.range.end.as_deref().is_none_or(|end| key < end),
            Direction::Backward => key >= self.range.start.as_slice(),
        }
    }

    fn begin(&mut self, view: &dyn View) -> Result<bool> {
        Ok(match (self.direction, &self.range.end) {
            (Direction::Forward, _) => self.entries.seek(view, &self.range.start)?,
            (Direction::Backward, Some(end)) => self.entries.seek_last_before(view, end)?,
            (Direction::Backward, None) => self.entries.last(view)?,
        })
    }
}

#[cold]
fn malformed(_: Malformed) -> Error {
    Error::Corrupt("an index has an entry without a row id".to_owned())
}
