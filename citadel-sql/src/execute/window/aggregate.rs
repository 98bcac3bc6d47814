//! Aggregates of frames.

use super::frame::Runs;
use crate::batch::Column;
use crate::error::Result;
use crate::execute::ExecContext;
use crate::execute::accumulator::Accumulator;
use crate::functions::AggregateFunction;
use crate::types::{SqlType, Value, ValueRef};

/// So many frames are computed between two looks at the interrupt flag.
const FRAMES_AT_ONCE: usize = 1024;

/// An aggregate over the rows of a partition.
pub(super) struct Aggregates<'a> {
    pub(super) function: &'a AggregateFunction,
    pub(super) argument_type: SqlType,
    /// What stands between texts.
    pub(super) constant: &'a Value,
    /// Of the whole batch; none for `count(*)`.
    pub(super) values: Option<&'a Column>,
    /// Which rows are taken, where NULLs are.
    pub(super) filter: Option<&'a Column>,
    /// Where the partition begins in it.
    pub(super) first: usize,
}

impl Aggregates<'_> {
    fn accumulator(&self, groups: usize) -> Accumulator {
        let mut accumulator = Accumulator::new(self.function, self.argument_type, self.constant);
        accumulator.grow(groups);
        accumulator
    }

    fn add(&self, accumulator: &mut Accumulator, group: usize, row: usize) -> Result<()> {
        let is_taken = |filter: &Column| filter.get(self.first + row) == ValueRef::Boolean(true);
        if !self.filter.is_none_or(is_taken) {
            return Ok(());
        }
        match self.values {
            Some(values) => accumulator.add(group, values, self.first + row),
            None => {
                accumulator.add_row(u32::try_from(group).unwrap_or(u32::MAX));
                Ok(())
            }
        }
    }

    /// Frames that begin with the partition: each goes on where the one before it ended.
    pub(super) fn growing(
        &self,
        ends: impl Iterator<Item = usize>,
        output: &mut Column,
    ) -> Result<()> {
        let mut accumulator = self.accumulator(1);
        let mut seen = 0;
        for end in ends {
            for row in seen..end {
                self.add(&mut accumulator, 0, row)?;
            }
            seen = seen.max(end);
            accumulator.push_result(0, output)?;
        }
        Ok(())
    }

    /// Any frames. Node 1 of a tree holds the aggregate of all rows, nodes 2i and 2i + 1 those of the halves of node i, and
    /// nodes from `len` on single rows: a frame is made of few of them.
    pub(super) fn moving(
        &self,
        len: usize,
        frames: impl Iterator<Item = Runs>,
        output: &mut Column,
        context: &ExecContext<'_>,
    ) -> Result<()> {
        let mut tree = self.accumulator(2 * len);
        for row in 0..len {
            self.add(&mut tree, len + row, row)?;
        }
        for node in (1..len).rev() {
            tree.merge_within(node, 2 * node)?;
            tree.merge_within(node, 2 * node + 1)?;
        }
        let mut frame = self.accumulator(1);
        let mut right = Vec::new();
        for (at, runs) in frames.enumerate() {
            if at % FRAMES_AT_ONCE == 0 {
                context.check_interrupt()?;
            }
            frame.clear(0);
            for run in runs {
                let (mut low, mut high) = (len + run.start, len + run.end);
                while low < high {
                    if low % 2 == 1 {
                        frame.merge(0, &tree, low)?;
                        low += 1;
                    }
                    if high % 2 == 1 {
                        high -= 1;
                        right.push(high);
                    }
                    (low, high) = (low / 2, high / 2);
                }
                // Rows from left to right.
                while let Some(node) = right.pop() {
                    frame.merge(0, &tree, node)?;
                }
            }
            frame.push_result(0, output)?;
        }
        Ok(())
    }
}
