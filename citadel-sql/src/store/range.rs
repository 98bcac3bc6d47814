//! Which rows a scan visits, and which way.

use citadel_txn::{TreeId, View, split};

use super::row_key;
use crate::error::Result;
use crate::schema::RowId;

/// Which way a scan goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    Forward,
    Backward,
}

/// Row ids from `first` to `last`, both included; none if `first > last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowIdRange {
    pub(crate) first: i64,
    pub(crate) last: i64,
}

impl RowIdRange {
    /// Every row.
    pub(crate) const ALL: Self = Self {
        first: i64::MIN,
        last: i64::MAX,
    };

    /// No row.
    pub(crate) const NONE: Self = Self { first: 1, last: 0 };

    /// The rows of both.
    pub(crate) fn intersect(self, other: Self) -> Self {
        Self {
            first: self.first.max(other.first),
            last: self.last.min(other.last),
        }
    }

    /// Is the row in it?
    #[inline]
    pub(crate) fn has(self, row: RowId) -> bool {
        (self.first..=self.last).contains(&row.0)
    }

    /// Has it no row?
    pub(crate) fn is_empty(self) -> bool {
        self.first > self.last
    }

    /// All rows, cut into at most so many ranges, ascending, of which each has about as much of a tree whose keys are rows.
    ///
    /// # Errors
    /// Storage errors; the tree is one of something else.
    pub(crate) fn split(view: &dyn View, tree: TreeId, parts: usize) -> Result<Vec<Self>> {
        let mut first = i64::MIN;
        let cuts = split(view, tree, parts)?;
        let mut ranges = Vec::with_capacity(cuts.len() + 1);
        for cut in cuts {
            let next = row_key::first_behind(&cut)?.0;
            if next > first {
                let last = next - 1;
                ranges.push(Self { first, last });
                first = next;
            }
        }
        let last = i64::MAX;
        ranges.push(Self { first, last });
        Ok(ranges)
    }
}
