//! Rows in row id order.

use citadel_txn::{Cursor, View};

use super::projection::{Projection, TreeColumn};
use super::range::{Direction, RowIdRange};
use super::raw_rows::RawRows;
use super::row_key;
use crate::batch::Column;
use crate::error::Result;
use crate::schema::{ColumnNo, RowId, TableDef};
use crate::types::{StoredVector, VectorType};

/// A scan of a range of row ids, either way. It owns its cursors, so it may rest between batches.
#[derive(Debug)]
pub(crate) struct TableScan {
    projection: Projection,
    rows: Cursor,
    /// One for each wanted column with a tree of its own; they walk beside `rows`.
    vectors: Vec<Follower>,
    range: RowIdRange,
    direction: Direction,
    state: State,
}

/// Where a scan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    NotBegun,
    /// The cursor is on an entry that was given.
    Within,
    Ended,
}

impl TableScan {
    /// A scan of some columns, each named once; with none, no row is decoded.
    pub(crate) fn new(
        table: &TableDef,
        wanted: &[ColumnNo],
        range: RowIdRange,
        direction: Direction,
    ) -> Self {
        let projection = Projection::new(table, wanted);
        let vectors = projection.trees().iter().map(Follower::new).collect();
        Self {
            projection,
            rows: Cursor::new(table.rows),
            vectors,
            range,
            direction,
            state: State::NotBegun,
        }
    }

    /// The rows that it visits.
    pub(crate) fn range(&self) -> RowIdRange {
        self.range
    }

    /// The same from its beginning, over those of its rows that are in a range.
    pub(crate) fn part(&self, range: RowIdRange) -> Self {
        let projection = self.projection.clone();
        Self {
            vectors: projection.trees().iter().map(Follower::new).collect(),
            projection,
            rows: Cursor::new(self.rows.tree()),
            range: self.range.intersect(range),
            direction: self.direction,
            state: State::NotBegun,
        }
    }

    /// Appends up to `max_rows` rows: row ids to `row_ids` if they are wanted, and `out[i]` for `wanted[i]`.
    /// Gives the number of rows; 0 once the range is exhausted.
    ///
    /// # Errors
    /// Storage errors; a row that does not decode. The columns are then of no use.
    pub(crate) fn next(
        &mut self,
        view: &dyn View,
        row_ids: Option<&mut Column>,
        out: &mut [Column],
        max_rows: usize,
    ) -> Result<usize> {
        self.next_with_raw(view, row_ids, out, None, max_rows)
    }

    /// The same; the bytes of the rows go to `raw` as well, if they are wanted.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub(crate) fn next_with_raw(
        &mut self,
        view: &dyn View,
        mut row_ids: Option<&mut Column>,
        out: &mut [Column],
        mut raw: Option<&mut RawRows>,
        max_rows: usize,
    ) -> Result<usize> {
        let mut given = 0;
        while given < max_rows {
            let Some(id) = self.step(view)? else {
                return Ok(given);
            };
            if let Some(row_ids) = &mut row_ids {
                row_ids.push_integer(id.0)?;
            }
            if let Some(raw) = &mut raw {
                raw.push(&self.rows.value(view)?);
            }
            self.push(view, id, out)?;
            given += 1;
            if self.direction == Direction::Forward && self.vectors.is_empty() {
                let (row_ids, raw) = (row_ids.as_deref_mut(), raw.as_deref_mut());
                given += self.leaf(view, row_ids, out, raw, max_rows - given)?;
            }
        }
        Ok(given)
    }

    /// The same for the rows that are left in the leaf at hand.
    fn leaf(
        &mut self,
        view: &dyn View,
        mut row_ids: Option<&mut Column>,
        out: &mut [Column],
        mut raw: Option<&mut RawRows>,
        most: usize,
    ) -> Result<usize> {
        let (projection, range) = (&self.projection, self.range);
        let needs_row = projection.needs_row();
        let mut given = 0;
        let mut is_over = false;
        let mut failed = None;
        let mut push = |key: &[u8], row: &[u8]| -> Result<bool> {
            let id = row_key::decode(key)?;
            if id.0 > range.last {
                is_over = true;
                return Ok(false);
            }
            if let Some(row_ids) = &mut row_ids {
                row_ids.push_integer(id.0)?;
            }
            if let Some(raw) = &mut raw {
                raw.push(row);
            }
            projection.push_row_id(id, out)?;
            if needs_row {
                projection.push_row(id, row, out)?;
            }
            given += 1;
            Ok(true)
        };
        self.rows
            .visit_leaf(view, most, |key, row| match push(key, row) {
                Ok(goes_on) => goes_on,
                Err(error) => {
                    failed = Some(error);
                    false
                }
            })?;
        if is_over {
            self.state = State::Ended;
        }
        match failed {
            Some(error) => Err(error),
            None => Ok(given),
        }
    }

    /// Moves to the next row of the range.
    fn step(&mut self, view: &dyn View) -> Result<Option<RowId>> {
        let found = match (self.state, self.direction) {
            (State::Ended, _) => return Ok(None),
            (State::NotBegun, _) => !self.range.is_empty() && self.begin(view)?,
            (State::Within, Direction::Forward) => self.rows.next(view)?,
            (State::Within, Direction::Backward) => self.rows.prev(view)?,
        };
        if found {
            let id = row_key::decode(self.rows.key())?;
            if (self.range.first..=self.range.last).contains(&id.0) {
                self.state = State::Within;
                return Ok(Some(id));
            }
        }
        self.state = State::Ended;
        Ok(None)
    }

    fn begin(&mut self, view: &dyn View) -> Result<bool> {
        let RowIdRange { first, last } = self.range;
        Ok(match self.direction {
            Direction::Forward => self.rows.seek(view, &row_key::encode(RowId(first)))?,
            Direction::Backward if last == i64::MAX => self.rows.last(view)?,
            Direction::Backward => self
                .rows
                .seek_last_before(view, &row_key::encode(RowId(last + 1)))?,
        })
    }

    fn push(&mut self, view: &dyn View, id: RowId, out: &mut [Column]) -> Result<()> {
        self.projection.push_row_id(id, out)?;
        if !self.projection.needs_row() {
            return Ok(());
        }
        let row = self.rows.value(view)?;
        self.projection.push_row(id, &row, out)?;
        for (at, follower) in self.vectors.iter_mut().enumerate() {
            self.projection.push_vector(at, id, &row, out, |out| {
                follower.push(view, id, self.direction, out)
            })?;
        }
        Ok(())
    }
}

/// A cursor in a tree of vectors that keeps step with a scan of rows.
///
/// Rows whose vector is NULL have no entry, so the next entry is that of the next row that asks; only a row that
/// was skipped makes it seek.
#[derive(Debug)]
struct Follower {
    cursor: Cursor,
    ty: VectorType,
    begun: bool,
}

impl Follower {
    fn new(column: &TreeColumn) -> Self {
        Self {
            cursor: Cursor::new(column.tree),
            ty: column.ty,
            begun: false,
        }
    }

    /// Appends the row's vector; false if the tree does not have it.
    fn push(
        &mut self,
        view: &dyn View,
        id: RowId,
        direction: Direction,
        out: &mut Column,
    ) -> Result<bool> {
        let key = row_key::encode(id);
        let stepped = match direction {
            _ if !self.begun => false,
            Direction::Forward => self.cursor.next(view)?,
            Direction::Backward => self.cursor.prev(view)?,
        };
        let mut there = stepped && self.cursor.key() == key;
        if !there {
            there = self.cursor.seek(view, &key)? && self.cursor.key() == key;
        }
        if !there {
            return Ok(false);
        }
        self.begun = true;
        let vector = self.cursor.value(view)?;
        match StoredVector::new(self.ty, &vector) {
            Some(vector) => out.push_stored_vector(vector).map(|()| true),
            None => Ok(false),
        }
    }
}
