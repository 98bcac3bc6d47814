//! Values that are taken when all rows are there: in an order, or because what they make does not fit in memory.
//!
//! They are held with the number of their group, sorted by it and then by their order, in runs on the medium where they
//! are too many. So each group's values come together when its result is asked for, and no more than one group has them.

use super::KeyNo;
use crate::batch::{BATCH_ROWS, Batch, Column, ColumnData};
use crate::bind::bound::{ColumnId, SortKey};
use crate::error::Result;
use crate::execute::context::ExecContext;
use crate::execute::sort::{Key, compare, sorted};
use crate::execute::spill::{Merge, Run, RunWriter, Spill};
use crate::expression::CompiledExpr;
use crate::types::Value;

/// Values of one aggregate.
pub(super) struct Late {
    /// What they are ordered by.
    keys: Vec<CompiledExpr>,
    /// Over the columns of [`rows`](Self::rows).
    order: Vec<Key>,
    repeats: Repeats,
    /// The number of the group, the keys, the value.
    rows: Batch,
    runs: Vec<Run>,
    spill: Option<Spill>,
    /// Values of each group, NULLs aside.
    counts: Vec<u64>,
    /// How many were taken, to number them.
    taken: i64,
    stream: Option<Stream>,
}

/// What becomes of equal values of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeats {
    /// Each is taken.
    Kept,
    /// The order puts them side by side, and one is taken.
    Dropped,
    /// The same; those that are left come as they came. A number that tells that is the only key.
    DroppedAsTheyCame,
}

/// Values in order, being given.
struct Stream {
    source: Source,
    batch: Batch,
    at: usize,
    /// The last one that was given.
    last: Option<(KeyNo, Value)>,
}

enum Source {
    Memory(Option<Batch>),
    Runs(Box<Merge>),
}

impl Late {
    /// For an aggregate with an ORDER BY.
    pub(super) fn ordered(
        keys: &[SortKey],
        distinct: bool,
        layout: &[ColumnId],
        params: &[Value],
    ) -> Result<Self> {
        let compiled = keys
            .iter()
            .map(|key| CompiledExpr::compile(&key.expr, layout, params))
            .collect::<Result<_>>()?;
        let mut order = vec![Key::new(0, false, false)];
        let places = (1..).zip(keys);
        order.extend(places.map(|(at, key)| Key::new(at, key.descending, key.nulls_first)));
        let repeats = match distinct {
            // The keys are the value itself, or what a collation makes of it.
            true => {
                order.push(Key::new(keys.len() + 1, false, false));
                Repeats::Dropped
            }
            false => Repeats::Kept,
        };
        Ok(Self::new(compiled, order, repeats))
    }

    /// For values that come in any order.
    pub(super) fn unordered(repeats: Repeats) -> Self {
        let order = match repeats {
            Repeats::Kept => vec![0],
            Repeats::Dropped => vec![0, 1],
            Repeats::DroppedAsTheyCame => vec![0, 2],
        };
        let order = order.into_iter().map(|at| Key::new(at, false, false));
        Self::new(Vec::new(), order.collect(), repeats)
    }

    fn new(keys: Vec<CompiledExpr>, order: Vec<Key>, repeats: Repeats) -> Self {
        Self {
            keys,
            order,
            repeats,
            rows: Batch::default(),
            runs: Vec::new(),
            spill: None,
            counts: Vec::new(),
            taken: 0,
            stream: None,
        }
    }

    /// Begins again, with other groups.
    pub(super) fn begin(&mut self) {
        self.rows = Batch::default();
        self.runs.clear();
        self.counts.clear();
        self.stream = None;
    }

    /// Bytes of rows in memory.
    pub(super) fn heap_bytes(&self) -> usize {
        self.rows.heap_bytes() + self.counts.capacity() * size_of::<u64>()
    }

    /// Takes the values of some rows, which are of these groups.
    pub(super) fn add(
        &mut self,
        input: &Batch,
        groups: &[KeyNo],
        values: Column,
        context: &ExecContext<'_>,
    ) -> Result<()> {
        let numbers = groups.iter().map(|group| i64::from(*group)).collect();
        let mut columns = vec![Column::from_integers(numbers)];
        for key in &self.keys {
            columns.push(key.to_column(input)?);
        }
        if self.repeats == Repeats::DroppedAsTheyCame {
            let rows = groups.len() as i64;
            columns.push(Column::from_integers(
                (self.taken..).take(groups.len()).collect(),
            ));
            self.taken += rows;
        }
        for (row, group) in groups.iter().enumerate() {
            let group = *group as usize;
            if group >= self.counts.len() {
                self.counts.resize(group + 1, 0);
            }
            self.counts[group] += u64::from(!values.is_null(row));
        }
        columns.push(values);
        self.push(
            &Batch {
                columns,
                rows: groups.len(),
            },
            context,
        )
    }

    fn push(&mut self, rows: &Batch, context: &ExecContext<'_>) -> Result<()> {
        self.rows.append(rows)?;
        if self.rows.heap_bytes() > context.memory {
            self.write_run(context)?;
        }
        Ok(())
    }

    fn write_run(&mut self, context: &ExecContext<'_>) -> Result<()> {
        let spill = Spill::of(&mut self.spill, context)?;
        let rows = std::mem::take(&mut self.rows);
        let mut run = RunWriter::new(&spill);
        run.push(&rows, &sorted(&self.order, &rows))?;
        self.runs.push(run.finish()?);
        Ok(())
    }

    /// All are there: what is asked for now are their groups, one after the other.
    pub(super) fn finish(&mut self, context: &ExecContext<'_>) -> Result<()> {
        let mut stream = self.stream(context)?;
        if self.repeats == Repeats::DroppedAsTheyCame {
            // What is left of them goes back to the order in which it came.
            let mut left = Self::new(
                Vec::new(),
                vec![Key::new(0, false, false), Key::new(1, false, false)],
                Repeats::Kept,
            );
            left.spill.clone_from(&self.spill);
            while stream.more(context)? {
                let fresh = stream.fresh_rows(&self.order);
                let mut rows = Batch::default();
                rows.append_rows(&stream.batch, &fresh)?;
                left.push(&rows, context)?;
                stream.pass();
            }
            self.spill.clone_from(&left.spill);
            stream = left.stream(context)?;
        }
        self.stream = Some(stream);
        Ok(())
    }

    fn stream(&mut self, context: &ExecContext<'_>) -> Result<Stream> {
        let source = match self.spill.clone() {
            Some(spill) if !self.runs.is_empty() => {
                self.write_run(context)?;
                let runs = std::mem::take(&mut self.runs);
                Source::Runs(Box::new(Merge::new(&self.order, runs, &spill, context)?))
            }
            _ => {
                let mut rows = std::mem::take(&mut self.rows);
                rows.keep(&sorted(&self.order, &rows));
                Source::Memory(Some(rows))
            }
        };
        Ok(Stream {
            source,
            batch: Batch::default(),
            at: 0,
            last: None,
        })
    }

    /// How many values a group has, NULLs aside.
    pub(super) fn count(&self, group: KeyNo) -> u64 {
        self.counts.get(group as usize).copied().unwrap_or(0)
    }

    /// Shows the values of a group in order: columns and a row in them. Groups are asked for in the order of their numbers.
    pub(super) fn for_each(
        &mut self,
        group: KeyNo,
        context: &ExecContext<'_>,
        take: &mut dyn FnMut(&Column, usize) -> Result<()>,
    ) -> Result<()> {
        let drops = self.repeats == Repeats::Dropped;
        let Some(stream) = &mut self.stream else {
            return Ok(());
        };
        while stream.more(context)? && stream.group() <= group {
            let Some(values) = stream.batch.columns.last() else {
                break;
            };
            if stream.group() == group {
                if !drops {
                    take(values, stream.at)?;
                } else if !stream.is_last(values) {
                    take(values, stream.at)?;
                    stream.last = Some((group, values.get(stream.at).to_owned()));
                }
            }
            stream.at += 1;
        }
        Ok(())
    }

    /// What was written away.
    pub(super) fn spill(&self) -> Option<&Spill> {
        self.spill.as_ref()
    }
}

impl Stream {
    /// Is there a value at hand? Reads some where there is none.
    fn more(&mut self, context: &ExecContext<'_>) -> Result<bool> {
        if self.at < self.batch.rows {
            return Ok(true);
        }
        context.check_interrupt()?;
        self.at = 0;
        match &mut self.source {
            Source::Memory(rows) => {
                self.batch = rows.take().unwrap_or_default();
                Ok(self.batch.rows > 0)
            }
            Source::Runs(merge) => merge.next(&mut self.batch, BATCH_ROWS),
        }
    }

    fn group(&self) -> KeyNo {
        match self.batch.columns.first().map(Column::data) {
            Some(ColumnData::Integer(groups)) => groups[self.at] as KeyNo,
            _ => KeyNo::MAX,
        }
    }

    /// Is the value at hand the one that was given last, in the same group?
    fn is_last(&self, values: &Column) -> bool {
        let Some((group, last)) = &self.last else {
            return false;
        };
        let value = values.get(self.at);
        *group == self.group() && crate::types::total_order(value, last.as_ref()).is_eq()
    }

    /// The rows at hand that are not like the one before them in an order.
    fn fresh_rows(&self, order: &[Key]) -> Vec<u32> {
        let rows = &self.batch;
        let mut fresh = Vec::with_capacity(rows.rows);
        for row in 0..rows.rows {
            let is_repeat = match row {
                0 => rows
                    .columns
                    .last()
                    .is_some_and(|values| self.is_last(values)),
                row => compare(order, (rows, row - 1), (rows, row)).is_eq(),
            };
            if !is_repeat {
                fresh.push(row as u32);
            }
        }
        fresh
    }

    /// The rows at hand are done with.
    fn pass(&mut self) {
        if let (Some(last), Some(values)) =
            (self.batch.rows.checked_sub(1), self.batch.columns.last())
        {
            self.at = last;
            let value = values.get(last).to_owned();
            self.last = Some((self.group(), value));
        }
        self.at = self.batch.rows;
    }
}
