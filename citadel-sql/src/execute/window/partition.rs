//! The rows of a partition, and which of them are alike in the window's order.

use std::ops::Range;

/// Consecutive rows of a batch. Rows are counted from 0 within the partition.
pub(super) struct Partition {
    /// Where they are in the batch.
    pub(super) rows: Range<usize>,
    /// The first row of each group of rows that are alike, and the number of rows.
    starts: Vec<usize>,
    /// The group of each row.
    groups: Vec<u32>,
}

impl Partition {
    /// `is_peer`: is a row of the batch like the one before it?
    pub(super) fn new(rows: Range<usize>, is_peer: impl Fn(usize) -> bool) -> Self {
        let mut starts = vec![0];
        let mut groups = Vec::with_capacity(rows.len());
        for row in rows.clone() {
            if row > rows.start && !is_peer(row) {
                starts.push(row - rows.start);
            }
            groups.push(u32::try_from(starts.len() - 1).unwrap_or(u32::MAX));
        }
        starts.push(rows.len());
        Self {
            rows,
            starts,
            groups,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The number of the group that a row is in, from 0.
    pub(super) fn group_of(&self, row: usize) -> usize {
        self.groups[row] as usize
    }

    pub(super) fn group_count(&self) -> usize {
        self.starts.len() - 1
    }

    /// The rows of a group; those beyond the last one are none, at the end.
    pub(super) fn group(&self, group: usize) -> Range<usize> {
        let place = |at: usize| self.starts[at.min(self.starts.len() - 1)];
        place(group)..place(group.saturating_add(1))
    }

    /// The rows that are like this one, with it.
    pub(super) fn peers(&self, row: usize) -> Range<usize> {
        self.group(self.group_of(row))
    }
}
