//! UNION ALL, INTERSECT and EXCEPT. Rows are the same where all their values are, and NULL is the same as NULL.

use super::context::ExecContext;
use super::operator::{BoxedOperator, Operator};
use super::row_keys::KeyTable;
use super::spill::{DEPTH_MAX, PARTITIONS, Partitions, Run, RunOp, Spill};
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

/// Counts the distinct rows of the first input, and takes those of the others away from that or bounds it by them. Where they do
/// not fit in memory, all inputs are written away, divided by the hash of their rows, and each part is worked off by itself.
pub(super) struct HashSetOp {
    operator: SetOperator,
    all: bool,
    inputs: Vec<BoxedOperator>,
    columns: usize,
    rows: Batch,
    /// How often each row is still to be given.
    counts: Vec<u64>,
    at: usize,
    spill: Option<Spill>,
    /// How often the rows at hand were divided.
    depth: u32,
    /// Parts of all inputs that are still to be worked off.
    left_over: Vec<Part>,
}

/// Rows of each input with the same hash.
struct Part {
    inputs: Vec<Run>,
    depth: u32,
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
            spill: None,
            depth: 0,
            left_over: Vec::new(),
        }
    }

    fn collect(&mut self, context: &mut ExecContext<'_>) -> Result<()> {
        let mut inputs = std::mem::take(&mut self.inputs).into_iter();
        let mut keys = KeyTable::default();
        if let Some(first) = inputs.next()
            && let Some(rest) = self.collect_first(first, &mut keys, context)?
        {
            drop(keys);
            return self.divide(rest, inputs, context);
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

    /// Divides the rows of all inputs: those that were collected of the first one, what it has more, and the others.
    fn divide(
        &mut self,
        first: BoxedOperator,
        others: impl Iterator<Item = BoxedOperator>,
        context: &mut ExecContext<'_>,
    ) -> Result<()> {
        let spill = Spill::of(&mut self.spill, context)?;
        let mut parts = Partitions::new(&spill, self.depth);
        let (rows, counts) = (
            std::mem::take(&mut self.rows),
            std::mem::take(&mut self.counts),
        );
        let repeats = counts.iter().zip(0u32..);
        let all = repeats.flat_map(|(count, row)| (0..*count).map(move |_| row));
        parts.push(&rows, &rows.columns, all)?;
        drop((rows, counts));
        let mut runs = vec![drain(first, parts, context)?];
        for input in others {
            let parts = Partitions::new(&spill, self.depth);
            runs.push(drain(input, parts, context)?);
        }
        let depth = self.depth + 1;
        for _ in 0..PARTITIONS {
            let inputs: Vec<Run> = runs.iter_mut().filter_map(Vec::pop).collect();
            // Without rows of the first input there is nothing to give.
            if inputs.first().is_some_and(|first| first.rows() > 0) {
                self.left_over.push(Part { inputs, depth });
            }
        }
        Ok(())
    }

    /// Goes on to the next part. False: there are no more.
    fn next_part(&mut self, context: &mut ExecContext<'_>) -> Result<bool> {
        let Some(part) = self.left_over.pop() else {
            return Ok(false);
        };
        self.depth = part.depth;
        let inputs = part.inputs.into_iter();
        self.inputs = inputs
            .map(|run| Box::new(RunOp(run)) as BoxedOperator)
            .collect();
        self.rows = Batch::default();
        self.counts.clear();
        self.at = 0;
        self.collect(context)?;
        Ok(true)
    }

    /// Counts the distinct rows of the first input, as far as they fit in memory; gives back what has more of them.
    fn collect_first(
        &mut self,
        mut input: BoxedOperator,
        keys: &mut KeyTable,
        context: &mut ExecContext<'_>,
    ) -> Result<Option<BoxedOperator>> {
        let limit = match self.depth < DEPTH_MAX {
            true => context.memory,
            false => usize::MAX,
        };
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
            let counts = self.counts.capacity() * size_of::<u64>();
            if keys.heap_bytes() + self.rows.heap_bytes() + counts > limit {
                return Ok(Some(input));
            }
        }
        Ok(None)
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
        loop {
            while rows.len() < wanted.max(1) && self.at < self.counts.len() {
                match self.counts[self.at].checked_sub(1) {
                    Some(left) => {
                        self.counts[self.at] = left;
                        rows.push(self.at as u32);
                    }
                    None => self.at += 1,
                }
            }
            if !rows.is_empty() || !self.next_part(context)? {
                break;
            }
        }
        out.columns.clear();
        out.columns
            .extend(self.rows.columns.iter().map(|column| column.gather(&rows)));
        out.columns.resize_with(self.columns, Column::default);
        out.rows = rows.len();
        Ok(out.rows > 0)
    }

    fn report(&self) -> Vec<(String, String)> {
        Spill::report(self.spill.as_ref())
    }
}

/// Puts all that an input gives where it belongs.
fn drain(
    mut input: BoxedOperator,
    mut parts: Partitions,
    context: &mut ExecContext<'_>,
) -> Result<Vec<Run>> {
    let mut batch = Batch::default();
    while input.next(context, &mut batch, BATCH_ROWS)? {
        context.check_interrupt()?;
        parts.push(&batch, &batch.columns, (0..).take(batch.rows))?;
    }
    parts.finish()
}
