//! The rows of a table beside the delta and the segments of its index, by ascending id.

use std::iter::Peekable;

use citadel_txn::{Cursor, Generation, View};
use citadel_vector::{Position, Segment};

use super::manifest::SegmentEntry;
use crate::error::Result;
use crate::schema::{AnnIndex, RowId, TableDef};
use crate::store::{delta, row_key};

/// Where an index has a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the delta, touched by that commit last: whatever segments say of it is void, and it may be gone.
    Touched(Generation),
    /// In this one of the segments, at this position.
    Segment(usize, Position),
    /// In two segments at least.
    Twice,
    /// In the table, and not in the index.
    Nowhere,
    /// In a segment, and not in the table.
    Gone,
}

/// Calls `visit` with each row that the table, the delta or a segment has.
pub(super) fn walk(
    view: &dyn View,
    table: &TableDef,
    index: &AnnIndex,
    segments: &[(SegmentEntry, Segment)],
    mut visit: impl FnMut(RowId, Place) -> Result<()>,
) -> Result<()> {
    let mut rows = TableRows::new(table);
    let mut touched = delta::DeltaRows::new(index);
    let mut in_segments: Vec<_> = segments
        .iter()
        .map(|(_, segment)| segment.rows().peekable())
        .collect();
    let mut row = rows.next(view)?;
    let mut delta = touched.next(view)?;
    loop {
        let heads = in_segments
            .iter_mut()
            .filter_map(|rows| rows.peek().map(|(id, _)| RowId(*id)));
        let next = heads.chain(row).chain(delta.map(|(id, _)| id)).min();
        let Some(id) = next else {
            return Ok(());
        };
        let holders = holders(&mut in_segments, id);
        let place = match (delta, row, holders) {
            (Some((at, generation)), _, _) if at == id => Place::Touched(generation),
            (_, Some(at), Holders::None) if at == id => Place::Nowhere,
            (_, Some(at), Holders::One(segment, position)) if at == id => {
                Place::Segment(segment, position)
            }
            (_, Some(at), Holders::Several) if at == id => Place::Twice,
            _ => Place::Gone,
        };
        visit(id, place)?;
        if row == Some(id) {
            row = rows.next(view)?;
        }
        if delta.is_some_and(|(at, _)| at == id) {
            delta = touched.next(view)?;
        }
    }
}

/// The segments that have a row.
enum Holders {
    None,
    One(usize, Position),
    Several,
}

/// Takes a row from all segments that stand at it.
fn holders<I: Iterator<Item = (i64, Position)>>(
    segments: &mut [Peekable<I>],
    row: RowId,
) -> Holders {
    let mut found = Holders::None;
    for (at, rows) in segments.iter_mut().enumerate() {
        if let Some((_, position)) = rows.next_if(|(id, _)| *id == row.0) {
            found = match found {
                Holders::None => Holders::One(at, position),
                _ => Holders::Several,
            };
        }
    }
    found
}

/// The row ids of a table, ascending.
struct TableRows {
    cursor: Cursor,
}

impl TableRows {
    fn new(table: &TableDef) -> Self {
        Self {
            cursor: Cursor::new(table.rows),
        }
    }

    fn next(&mut self, view: &dyn View) -> Result<Option<RowId>> {
        if self.cursor.next(view)? {
            row_key::decode(self.cursor.key()).map(Some)
        } else {
            Ok(None)
        }
    }
}
