//! UNION ALL, INTERSECT and EXCEPT. Rows are the same where all their values are, and NULL is the same as NULL.

use super::context::ExecContext;
use super::operator::{BoxedOperator, Operator};
use super::row_keys::KeyTable;
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::SetOperator;
use crate::error::Result;
use crate::plan::HashSetOperation;

/// One input after another.
pub(super) struct AppendOp {
    /// The next one is the last.
    inputs: Vec<BoxedOperator>,
}

impl AppendOp {
    pub(super) fn new(mut inputs: Vec<BoxedOperator>) -> Self {
        inputs.reverse();
        Self { inputs }
    }
}

impl Operator for AppendOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        while let Some(input) = self.inputs.last_mut() {
            if input.next(context, out, wanted)? {
                return Ok(true);
            }
            self.inputs.pop();
            // The next input's columns may hold NULLs alone, or another one's values.
            out.columns.clear();
        }
        out.rows = 0;
        Ok(false)
    }
}

/// Counts the distinct rows of the first input, and takes those of the others away from that or bounds it by them.
pub(super) struct HashSetOp {
    operator: SetOperator,
    all: bool,
    inputs: Vec<BoxedOperator>,
    columns: usize,
    rows: Batch,
    /// How often each row is still to be given.
    counts: Vec<u64>,
    at: usize,
}

impl HashSetOp {
    pub(super) fn new(inputs: Vec<BoxedOperator>, plan: &HashSetOperation) -> Self {
        Self {
            operator: plan.operator,
            all: plan.all,
            inputs,
            columns: plan.layout.len(),
            rows: Batch::default(),
            counts: Vec::new(),
            at: 0,
        }
    }

    fn collect(&mut self, context: &mut ExecContext<'_>) -> Result<()> {
        let mut inputs = std::mem::take(&mut self.inputs).into_iter();
        let mut keys = KeyTable::default();
        if let Some(first) = inputs.next() {
            self.collect_first(first, &mut keys, context)?;
        }
        for input in inputs {
            let others = self.count(input, &mut keys, context)?;
            for (count, other) in self.counts.iter_mut().zip(others) {
                *count = match self.operator {
                    SetOperator::Intersect => (*count).min(other),
                    SetOperator::Except if self.all => count.saturating_sub(other),
                    SetOperator::Except if other > 0 => 0,
                    SetOperator::Except | SetOperator::Union => *count,
                };
            }
        }
        Ok(())
    }

    fn collect_first(
        &mut self,
        mut input: BoxedOperator,
        keys: &mut KeyTable,
        context: &mut ExecContext<'_>,
    ) -> Result<()> {
        let mut batch = Batch::default();
        let mut fresh = Vec::new();
        while input.next(context, &mut batch, BATCH_ROWS)? {
            context.check_interrupt()?;
            fresh.clear();
            for row in (0u32..).take(batch.rows) {
                let number = keys.insert(&batch.columns, row as usize) as usize;
                if number == self.counts.len() {
                    self.counts.push(1);
                    fresh.push(row);
                } else if self.all {
                    self.counts[number] += 1;
                }
            }
            self.rows.append_rows(&batch, &fresh)?;
        }
        Ok(())
    }

    /// How often an input has each row of the first one.
    fn count(
        &self,
        mut input: BoxedOperator,
        keys: &mut KeyTable,
        context: &mut ExecContext<'_>,
    ) -> Result<Vec<u64>> {
        let mut counts = vec![0; self.counts.len()];
        let mut batch = Batch::default();
        while input.next(context, &mut batch, BATCH_ROWS)? {
            context.check_interrupt()?;
            for row in 0..batch.rows {
                if let Some(number) = keys.find(&batch.columns, row) {
                    counts[number as usize] += 1;
                }
            }
        }
        Ok(counts)
    }
}

impl Operator for HashSetOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        if !self.inputs.is_empty() {
            self.collect(context)?;
        }
        let mut rows = Vec::new();
        while rows.len() < wanted.max(1) && self.at < self.counts.len() {
            match self.counts[self.at].checked_sub(1) {
                Some(left) => {
                    self.counts[self.at] = left;
                    rows.push(self.at as u32);
                }
                None => self.at += 1,
            }
        }
        out.columns.clear();
        out.columns
            .extend(self.rows.columns.iter().map(|column| column.gather(&rows)));
        out.columns.resize_with(self.columns, Column::default);
        out.rows = rows.len();
        Ok(out.rows > 0)
    }
}
