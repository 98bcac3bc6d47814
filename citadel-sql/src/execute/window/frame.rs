//! Frames: which rows of a partition a function sees for the row at hand.

use std::ops::Range;

use super::partition::Partition;
use crate::batch::Column;
use crate::bind::bound::{self, Exclusion, Expr, FrameUnits};
use crate::error::{Error, Result, SqlState};
use crate::execute::sort::Key;
use crate::expression::constant;
use crate::types::{Value, ValueRef, total_order};

/// A frame whose offsets are known.
#[derive(Debug)]
pub(super) struct Frame {
    units: FrameUnits,
    start: Bound,
    end: Bound,
    exclusion: Exclusion,
}

#[derive(Debug)]
enum Bound {
    UnboundedPreceding,
    Preceding(Offset),
    CurrentRow,
    Following(Offset),
    UnboundedFollowing,
}

#[derive(Clone, Copy, Debug)]
enum Offset {
    /// Of rows, groups or INTEGER keys.
    Whole(i64),
    Real(f64),
}

/// The rows of a frame in order, in up to three runs; some may be empty.
pub(super) type Runs = [Range<usize>; 3];

impl Frame {
    pub(super) fn new(frame: &bound::Frame, params: &[Value]) -> Result<Self> {
        Ok(Self {
            units: frame.units,
            start: Bound::new(&frame.start, params)?,
            end: Bound::new(&frame.end, params)?,
            exclusion: frame.exclusion,
        })
    }

    /// Do all frames begin with the partition and have no gap?
    pub(super) fn grows(&self) -> bool {
        matches!(self.start, Bound::UnboundedPreceding) && self.exclusion == Exclusion::NoOthers
    }

    /// The rows between the bounds. `key` is the column that RANGE counts in, with its direction.
    pub(super) fn span(
        &self,
        partition: &Partition,
        row: usize,
        key: Option<(&Column, Key)>,
    ) -> Range<usize> {
        let start = self.place(&self.start, partition, row, key, true);
        let end = self.place(&self.end, partition, row, key, false);
        start..end.max(start)
    }

    /// The rows of the frame.
    pub(super) fn runs(
        &self,
        partition: &Partition,
        row: usize,
        key: Option<(&Column, Key)>,
    ) -> Runs {
        let span = self.span(partition, row, key);
        let none = span.end..span.end;
        let gap = match self.exclusion {
            Exclusion::NoOthers => return [span, none.clone(), none],
            Exclusion::CurrentRow => row..row + 1,
            Exclusion::Group | Exclusion::Ties => partition.peers(row),
        };
        let itself = match self.exclusion {
            Exclusion::Ties if span.contains(&row) => row..row + 1,
            _ => none,
        };
        let (start, end) = (span.start, span.end);
        [
            start..gap.start.clamp(start, end),
            itself,
            gap.end.clamp(start, end)..end,
        ]
    }

    /// The first row of the frame, or the one after its last.
    fn place(
        &self,
        bound: &Bound,
        partition: &Partition,
        row: usize,
        key: Option<(&Column, Key)>,
        is_start: bool,
    ) -> usize {
        let (offset, before) = match bound {
            Bound::UnboundedPreceding => return 0,
            Bound::UnboundedFollowing => return partition.len(),
            Bound::CurrentRow => {
                let alike = match self.units {
                    FrameUnits::Rows => row..row + 1,
                    FrameUnits::Range | FrameUnits::Groups => partition.peers(row),
                };
                return if is_start { alike.start } else { alike.end };
            }
            Bound::Preceding(offset) => (*offset, true),
            Bound::Following(offset) => (*offset, false),
        };
        match self.units {
            FrameUnits::Rows => {
                let place = moved(row, offset, before);
                // The end is behind the row that it names.
                let place = if is_start {
                    place
                } else {
                    place.saturating_add(1)
                };
                usize::try_from(place).unwrap_or(0).min(partition.len())
            }
            FrameUnits::Groups => {
                let group = moved(partition.group_of(row), offset, before);
                match (usize::try_from(group), is_start) {
                    (Ok(group), true) => partition.group(group).start,
                    (Ok(group), false) => partition.group(group).end,
                    (Err(_), _) => 0,
                }
            }
            FrameUnits::Range => match key {
                Some((column, key)) => {
                    Keys::new(column, key, partition).place(row, offset, before, is_start)
                }
                None => 0,
            },
        }
    }
}

/// A place so many rows or groups away; it may be before the first one.
fn moved(from: usize, offset: Offset, before: bool) -> i64 {
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    let offset = match offset {
        Offset::Whole(offset) => offset,
        Offset::Real(_) => 0,
    };
    if before {
        from.saturating_sub(offset)
    } else {
        from.saturating_add(offset)
    }
}

impl Bound {
    fn new(bound: &bound::FrameBound, params: &[Value]) -> Result<Self> {
        Ok(match bound {
            bound::FrameBound::UnboundedPreceding => Self::UnboundedPreceding,
            bound::FrameBound::CurrentRow => Self::CurrentRow,
            bound::FrameBound::UnboundedFollowing => Self::UnboundedFollowing,
            bound::FrameBound::Preceding(offset) => Self::Preceding(Offset::new(offset, params)?),
            bound::FrameBound::Following(offset) => Self::Following(Offset::new(offset, params)?),
        })
    }
}

impl Offset {
    fn new(expr: &Expr, params: &[Value]) -> Result<Self> {
        let refuse =
            |text: &str| Err(Error::sql(SqlState::INVALID_FRAME_OFFSET, text).at(expr.position));
        match constant(expr, params)? {
            Value::Null => refuse("the offset of a frame must not be NULL"),
            Value::Integer(offset) if offset >= 0 => Ok(Self::Whole(offset)),
            Value::Real(offset) if offset >= 0.0 => Ok(Self::Real(offset)),
            Value::Integer(_) | Value::Real(_) => {
                refuse("the offset of a frame must not be negative")
            }
            _ => refuse("the offset of a frame must be a number"),
        }
    }
}

/// The values that a partition is ordered by; NULLs lie at one end.
struct Keys<'a> {
    column: &'a Column,
    key: Key,
    first: usize,
    /// The rows with a value, counted in the partition.
    values: Range<usize>,
    peers: &'a Partition,
}

impl<'a> Keys<'a> {
    fn new(column: &'a Column, key: Key, peers: &'a Partition) -> Self {
        let first = peers.rows.start;
        let len = peers.len();
        let is_null = |row: usize| column.is_null(first + row);
        let values = if len > 0 && is_null(0) {
            peers.group(0).end..len
        } else if len > 0 && is_null(len - 1) {
            0..peers.group(peers.group_count() - 1).start
        } else {
            0..len
        };
        Self {
            column,
            key,
            first,
            values,
            peers,
        }
    }

    /// The first row within reach, or the one after the last.
    fn place(&self, row: usize, offset: Offset, before: bool, is_start: bool) -> usize {
        // NULLs are alike, and no number is at any distance from them.
        if !self.values.contains(&row) {
            let alike = self.peers.peers(row);
            return if is_start { alike.start } else { alike.end };
        }
        let limit = Limit::new(
            self.column.get(self.first + row),
            offset,
            before != self.key.descending,
        );
        let (mut low, mut high) = (self.values.start, self.values.end);
        while low < high {
            let middle = low + (high - low) / 2;
            let order = limit.compare(self.column.get(self.first + middle));
            let order = if self.key.descending {
                order.reverse()
            } else {
                order
            };
            // A start is the first row not before the limit, an end the first row behind it.
            let is_before = if is_start {
                order.is_lt()
            } else {
                order.is_le()
            };
            if is_before {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// A value at a distance from another one.
enum Limit {
    Whole(i128),
    Real(f64),
}

impl Limit {
    fn new(value: ValueRef<'_>, offset: Offset, subtract: bool) -> Self {
        let sign = if subtract { -1 } else { 1 };
        match (value, offset) {
            (ValueRef::Integer(v), Offset::Whole(offset)) => {
                Self::Whole(i128::from(v) + sign * i128::from(offset))
            }
            (value, offset) => {
                let offset = match offset {
                    Offset::Whole(offset) => offset as f64,
                    Offset::Real(offset) => offset,
                };
                Self::Real(number(value) + sign as f64 * offset)
            }
        }
    }

    /// A value beside the limit.
    fn compare(&self, value: ValueRef<'_>) -> std::cmp::Ordering {
        match (self, value) {
            (Self::Whole(limit), ValueRef::Integer(v)) => i128::from(v).cmp(limit),
            (Self::Whole(limit), value) => number(value).total_cmp(&(*limit as f64)),
            (Self::Real(limit), value) if limit.is_finite() => {
                total_order(value, ValueRef::Real(*limit))
            }
            (Self::Real(limit), value) => number(value).total_cmp(limit),
        }
    }
}

fn number(value: ValueRef<'_>) -> f64 {
    match value {
        ValueRef::Integer(v) => v as f64,
        ValueRef::Real(v) => v,
        ValueRef::Numeric(v) => v.decimal().to_real(),
        _ => 0.0,
    }
}
