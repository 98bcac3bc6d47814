//! Window functions.
//!
//! Rows come partition by partition, in the window's order. They are held until their partition is complete; then each function
//! adds a value for every row of it. What a function sees is a [`Frame`](frame::Frame): at most three runs of rows, found from the
//! groups of rows that are alike in the order ([`Partition`]). An aggregate whose frames all begin with the partition goes on
//! from the row before; any other asks a tree of aggregates, in as many steps as the logarithm of the frame's length.

mod aggregate;
mod call;
mod frame;
mod partition;

use super::context::ExecContext;
use super::operator::{BoxedOperator, Operator};
use super::sort::{Key, compare, keys};
use crate::batch::{BATCH_ROWS, Batch};
use crate::error::Result;
use crate::plan::Window;
use crate::types::Value;

use call::Call;
use partition::Partition;

/// The input's columns and the values of window functions.
pub(super) struct WindowOp {
    input: Option<BoxedOperator>,
    partition: Vec<Key>,
    order: Vec<Key>,
    calls: Vec<Call>,
    /// Rows of which the last partition may go on.
    pending: Batch,
    /// Rows of complete partitions, with their values.
    ready: Batch,
    given: usize,
}

impl WindowOp {
    pub(super) fn new(input: BoxedOperator, plan: &Window, params: &[Value]) -> Result<Self> {
        let layout = plan.input.layout();
        let calls = plan.calls.iter();
        Ok(Self {
            input: Some(input),
            partition: keys(&plan.partition, &layout)?,
            order: keys(&plan.order, &layout)?,
            calls: calls
                .map(|call| Call::new(call, &layout, params))
                .collect::<Result<_>>()?,
            pending: Batch::default(),
            ready: Batch::default(),
            given: 0,
        })
    }

    /// Reads until a partition is complete. False: there is nothing more.
    fn fetch(&mut self, context: &mut ExecContext<'_>) -> Result<bool> {
        let mut batch = Batch::default();
        while let Some(input) = &mut self.input {
            context.check_interrupt()?;
            if !input.next(context, &mut batch, BATCH_ROWS)? {
                self.input = None;
                let rows = std::mem::take(&mut self.pending);
                return self.complete(rows, context);
            }
            let before = self.pending.rows;
            self.pending.append(&batch)?;
            let Some(end) = self.last_boundary(before) else {
                continue;
            };
            let (done, rest): (Vec<u32>, Vec<u32>) = (0u32..)
                .take(self.pending.rows)
                .partition(|&row| (row as usize) < end);
            let mut rows = Batch::default();
            rows.append_rows(&self.pending, &done)?;
            let mut left = Batch::default();
            left.append_rows(&self.pending, &rest)?;
            self.pending = left;
            return self.complete(rows, context);
        }
        Ok(false)
    }

    /// Where the last partition begins, if that is among the rows from `from` on and not the first row of all.
    fn last_boundary(&self, from: usize) -> Option<usize> {
        (from.max(1)..self.pending.rows)
            .rev()
            .find(|&row| !self.is_alike(&self.partition, &self.pending, row - 1, row))
    }

    fn is_alike(&self, keys: &[Key], rows: &Batch, a: usize, b: usize) -> bool {
        compare(keys, (rows, a), (rows, b)).is_eq()
    }

    /// Computes the functions for the rows of whole partitions.
    fn complete(&mut self, mut rows: Batch, context: &ExecContext<'_>) -> Result<bool> {
        // No rows have no columns either.
        if rows.rows == 0 {
            return Ok(false);
        }
        let mut columns = Vec::with_capacity(self.calls.len());
        for call in &self.calls {
            columns.push(call.start(&rows)?);
        }
        let mut start = 0;
        while start < rows.rows {
            let mut end = start + 1;
            while end < rows.rows && self.is_alike(&self.partition, &rows, end - 1, end) {
                end += 1;
            }
            context.check_interrupt()?;
            let is_peer = |row: usize| self.is_alike(&self.order, &rows, row - 1, row);
            let partition = Partition::new(start..end, is_peer);
            for (call, column) in self.calls.iter().zip(&mut columns) {
                call.run(&partition, &rows, &self.order, column, context)?;
            }
            start = end;
        }
        rows.columns
            .extend(columns.into_iter().map(call::Running::into_column));
        self.ready = rows;
        self.given = 0;
        Ok(self.ready.rows > 0)
    }
}

impl Operator for WindowOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        if self.given == self.ready.rows && !self.fetch(context)? {
            out.columns.clear();
            out.rows = 0;
            return Ok(false);
        }
        let end = self.ready.rows.min(self.given + wanted.max(1));
        let rows: Vec<u32> = (0u32..).take(end).skip(self.given).collect();
        self.given = end;
        out.columns.clear();
        let columns = self.ready.columns.iter();
        out.columns
            .extend(columns.map(|column| column.gather(&rows)));
        out.rows = rows.len();
        Ok(true)
    }
}
