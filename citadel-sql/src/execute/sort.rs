//! Sorting: all rows, or the first of them.

use std::cmp::Ordering;

use super::bounds::LimitRows;
use super::context::ExecContext;
use super::operator::{BoxedOperator, Operator};
use super::spill::{Merge, Run, RunWriter, Spill};
use crate::batch::{BATCH_ROWS, Batch, Column, ColumnData};
use crate::bind::bound::ColumnId;
use crate::error::{Error, Result, SqlState};
use crate::plan::{KeyColumn, LimitBounds};
use crate::types::{Value, total_order};

/// A key of an order, and where it is in the rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    at: usize,
    pub(super) descending: bool,
    nulls_first: bool,
}

pub(super) fn keys(columns: &[KeyColumn], layout: &[ColumnId]) -> Result<Vec<Key>> {
    columns
        .iter()
        .map(|key| {
            let at = layout.iter().position(|id| *id == key.column);
            Ok(Key {
                at: at.ok_or_else(|| {
                    Error::sql(SqlState::INTERNAL_ERROR, "a sort key is not in the rows")
                })?,
                descending: key.descending,
                nulls_first: key.nulls_first,
            })
        })
        .collect()
}

impl Key {
    pub(super) fn new(at: usize, descending: bool, nulls_first: bool) -> Self {
        Self {
            at,
            descending,
            nulls_first,
        }
    }

    /// Where it is in the rows.
    pub(super) fn at(self) -> usize {
        self.at
    }

    fn compare(self, (a, row_a): (&Column, usize), (b, row_b): (&Column, usize)) -> Ordering {
        let by_value = match (a.is_null(row_a), b.is_null(row_b)) {
            (true, true) => return Ordering::Equal,
            (true, false) => return self.null_order(),
            (false, true) => return self.null_order().reverse(),
            (false, false) => match (a.data(), b.data()) {
                (ColumnData::Integer(a), ColumnData::Integer(b)) => a[row_a].cmp(&b[row_b]),
                (ColumnData::Text(a), ColumnData::Text(b)) => a.get(row_a).cmp(b.get(row_b)),
                _ => total_order(a.get(row_a), b.get(row_b)),
            },
        };
        if self.descending {
            by_value.reverse()
        } else {
            by_value
        }
    }

    /// NULL beside a value.
    fn null_order(self) -> Ordering {
        if self.nulls_first {
            Ordering::Less
        } else {
            Ordering::Greater
        }
    }
}

/// The order of two rows, perhaps of different batches.
pub(super) fn compare(
    keys: &[Key],
    (a, row_a): (&Batch, usize),
    (b, row_b): (&Batch, usize),
) -> Ordering {
    for key in keys {
        let side_a = (&a.columns[key.at], row_a);
        let order = key.compare(side_a, (&b.columns[key.at], row_b));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

/// The rows of a batch in order; equal ones as they came.
pub(super) fn sorted(keys: &[Key], batch: &Batch) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..).take(batch.rows).collect();
    // No rows have no columns either.
    if rows.is_empty() {
        return rows;
    }
    if let [key] = keys
        && let ColumnData::Integer(values) = batch.columns[key.at].data()
        && !batch.columns[key.at].has_nulls()
    {
        if key.descending {
            rows.sort_by_key(|&row| std::cmp::Reverse(values[row as usize]));
        } else {
            rows.sort_by_key(|&row| values[row as usize]);
        }
        return rows;
    }
    rows.sort_by(|&a, &b| compare(keys, (batch, a as usize), (batch, b as usize)));
    rows
}

/// Rows in memory, in an order, given out batch by batch.
#[derive(Default)]
struct Output {
    rows: Batch,
    order: Vec<u32>,
    at: usize,
}

impl Output {
    fn next(&mut self, out: &mut Batch, wanted: usize) -> Result<bool> {
        let end = self.order.len().min(self.at + wanted.max(1));
        let rows = &self.order[self.at..end];
        self.at = end;
        out.columns
            .resize_with(self.rows.columns.len(), Column::default);
        for (column, from) in out.columns.iter_mut().zip(&self.rows.columns) {
            column.restart_as(from);
            column.append_rows(from, rows)?;
        }
        out.rows = rows.len();
        Ok(out.rows > 0)
    }
}

/// All rows in order.
pub(super) struct SortOp {
    input: Option<BoxedOperator>,
    keys: Vec<Key>,
    output: Output,
    /// Where rows go that do not fit in memory.
    spill: Option<Spill>,
    /// Gives all rows, once some were written.
    merge: Option<Merge>,
}

impl SortOp {
    pub(super) fn new(
        input: BoxedOperator,
        columns: &[KeyColumn],
        layout: &[ColumnId],
    ) -> Result<Self> {
        Ok(Self {
            input: Some(input),
            keys: keys(columns, layout)?,
            output: Output::default(),
            spill: None,
            merge: None,
        })
    }

    fn collect(&mut self, mut input: BoxedOperator, context: &mut ExecContext<'_>) -> Result<()> {
        let mut runs = Vec::new();
        let mut batch = Batch::default();
        while input.next(context, &mut batch, BATCH_ROWS)? {
            self.output.rows.append(&batch)?;
            if self.output.rows.heap_bytes() > context.memory {
                runs.push(self.write_run(context)?);
            }
        }
        if let Some(spill) = self.spill.clone() {
            runs.push(self.write_run(context)?);
            self.merge = Some(Merge::new(&self.keys, runs, &spill, context)?);
        } else {
            self.output.order = sorted(&self.keys, &self.output.rows);
        }
        Ok(())
    }

    /// Writes the rows in memory, in their order.
    fn write_run(&mut self, context: &ExecContext<'_>) -> Result<Run> {
        let spill = Spill::of(&mut self.spill, context)?;
        let rows = std::mem::take(&mut self.output.rows);
        let mut run = RunWriter::new(&spill);
        run.push(&rows, &sorted(&self.keys, &rows))?;
        run.finish()
    }
}

impl Operator for SortOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        if let Some(input) = self.input.take() {
            self.collect(input, context)?;
        }
        match &mut self.merge {
            Some(merge) => {
                context.check_interrupt()?;
                merge.next(out, wanted.clamp(1, BATCH_ROWS))
            }
            None => self.output.next(out, wanted),
        }
    }

    fn report(&self) -> Vec<(String, String)> {
        Spill::report(self.spill.as_ref())
    }
}

/// The first rows of an order. Keeps not many more rows than it gives.
pub(super) struct TopNOp {
    input: Option<BoxedOperator>,
    keys: Vec<Key>,
    limit: LimitRows,
    output: Output,
    /// Rows in memory that are known to be the first so far, in order, before those appended since.
    settled: usize,
}

impl TopNOp {
    pub(super) fn new(
        input: BoxedOperator,
        columns: &[KeyColumn],
        layout: &[ColumnId],
        limit: &LimitBounds,
        params: &[Value],
    ) -> Result<Self> {
        Ok(Self {
            input: Some(input),
            keys: keys(columns, layout)?,
            limit: LimitRows::evaluate(limit, params)?,
            output: Output::default(),
            settled: 0,
        })
    }

    fn collect(&mut self, mut input: BoxedOperator, context: &mut ExecContext<'_>) -> Result<()> {
        let total = self.limit.total();
        let total = total.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
        if total == 0 {
            return Ok(());
        }
        let mut batch = Batch::default();
        let mut candidates = Vec::new();
        while input.next(context, &mut batch, BATCH_ROWS)? {
            candidates.clear();
            candidates.extend(
                (0..)
                    .take(batch.rows)
                    .filter(|&row| self.settled < total || self.precedes_last(&batch, row)),
            );
            self.output.rows.append_rows(&batch, &candidates)?;
            if self.output.rows.rows > total.saturating_mul(2).max(BATCH_ROWS * 2) {
                self.settle(total);
            }
        }
        self.settle(total);
        Ok(())
    }

    /// Would the row come before the last of the settled ones?
    fn precedes_last(&self, batch: &Batch, row: u32) -> bool {
        let last = (&self.output.rows, self.settled - 1);
        compare(&self.keys, (batch, row as usize), last).is_lt()
    }

    /// Sorts what is there and forgets what cannot be among the first.
    fn settle(&mut self, total: usize) {
        let mut order = sorted(&self.keys, &self.output.rows);
        order.truncate(total);
        self.output.rows.keep(&order);
        self.settled = self.output.rows.rows;
    }
}

impl Operator for TopNOp {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        if let Some(input) = self.input.take() {
            self.collect(input, context)?;
            let first = usize::try_from(self.limit.offset).unwrap_or(usize::MAX);
            self.output.order = (0..).take(self.output.rows.rows).skip(first).collect();
        }
        self.output.next(out, wanted)
    }
}
