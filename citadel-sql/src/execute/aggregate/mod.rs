//! Grouping and aggregation, by hashing.
//!
//! What does not fit in memory is written away: rows of groups that are not there yet, divided by their keys, to be
//! grouped when the others were given; and values of groups that are, which are [taken late](late).

mod call;
mod late;

use std::ops::Range;

use super::context::ExecContext;
use super::operator::{BoxedOperator, Operator};
use super::row_keys::{KeyNo, KeyTable};
use super::spill::{Partitions, Run, RunOp, Spill};
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::Expr;
use crate::error::Result;
use crate::expression::{CompiledExpr, constant};
use crate::plan::HashAggregate;
use crate::types::Value;

use call::Call;

/// Groups the input by keys and aggregates each group. Groups come in the order in which they first appear, as long as all fit
/// in memory. Rows of groups that do not are written away, divided by their keys, and grouped when the others were given.
pub(super) struct Aggregate {
    input: Option<BoxedOperator>,
    keys: Vec<CompiledExpr>,
    /// GROUPING SETS: which keys each set has.
    sets: Vec<Vec<usize>>,
    calls: Vec<Call>,
    groups: KeyTable,
    /// The keys of each group.
    group_keys: Batch,
    given: usize,
    spill: Option<Spill>,
    /// Rows whose groups are still to be made.
    left: Vec<Left>,
}

/// Rows that were written away.
struct Left {
    run: Run,
    /// Which of the sets they are to be grouped by.
    set: usize,
    /// How often they were divided.
    depth: u32,
}

/// What is the same for all rows of an aggregate.
pub(super) fn constant_of(expr: Option<&Expr>, params: &[Value]) -> Result<Value> {
    expr.map_or(Ok(Value::Null), |expr| {
        constant(expr, params).map_err(|error| error.at(expr.position))
    })
}

impl Aggregate {
    pub(super) fn new(
        input: BoxedOperator,
        plan: &HashAggregate,
        params: &[Value],
    ) -> Result<Self> {
        let layout = plan.input.layout();
        let (keys, calls) = (plan.keys.iter(), plan.aggregates.iter());
        Ok(Self {
            input: Some(input),
            keys: keys
                .map(|key| CompiledExpr::compile(key, &layout, params))
                .collect::<Result<_>>()?,
            sets: plan.sets.clone(),
            calls: calls
                .map(|call| Call::new(call, &layout, params))
                .collect::<Result<_>>()?,
            groups: KeyTable::default(),
            group_keys: Batch::default(),
            given: 0,
            spill: None,
            left: Vec::new(),
        })
    }

    fn collect(&mut self, mut input: BoxedOperator, context: &mut ExecContext<'_>) -> Result<()> {
        self.begin_empty_sets()?;
        self.group(&mut *input, 0..self.sets.len().max(1), 0, context)
    }

    /// Groups some of the rows that were written away. False: there are none left.
    fn collect_left(&mut self, context: &mut ExecContext<'_>) -> Result<bool> {
        let Some(Left { run, set, depth }) = self.left.pop() else {
            return Ok(false);
        };
        self.calls.iter_mut().for_each(Call::begin);
        self.groups = KeyTable::default();
        self.group_keys = Batch::default();
        self.given = 0;
        self.group(&mut RunOp(run), set..set + 1, depth, context)?;
        Ok(true)
    }

    /// Groups rows by some of the sets. Where the groups do not fit in memory, the rows of others are left for later.
    fn group(
        &mut self,
        input: &mut dyn Operator,
        sets: Range<usize>,
        depth: u32,
        context: &mut ExecContext<'_>,
    ) -> Result<()> {
        let mut batch = Batch::default();
        let mut numbers = Vec::new();
        let mut left: Option<Vec<Partitions>> = None;
        while input.next(context, &mut batch, BATCH_ROWS)? {
            context.check_interrupt()?;
            for (at, set) in sets.clone().enumerate() {
                let known;
                let rows = match left.as_mut().map(|left| &mut left[at]) {
                    None => {
                        self.number_rows(&batch, set, &mut numbers)?;
                        &batch
                    }
                    Some(left) => {
                        known = self.number_known_rows(&batch, set, &mut numbers, left)?;
                        &known
                    }
                };
                let count = self.group_count();
                for call in &mut self.calls {
                    call.add(rows, &numbers, count, context)?;
                }
            }
            if self.heap_bytes() > context.memory {
                self.calls.iter_mut().for_each(Call::overflow);
            }
            if left.is_none() && !self.is_one_group() && self.heap_bytes() > context.memory {
                let spill = Spill::of(&mut self.spill, context)?;
                let parts = sets.clone().map(|_| Partitions::new(&spill, depth));
                left = Some(parts.collect());
            }
        }
        let count = self.group_count();
        let mut calls = self.calls.iter_mut();
        calls.try_for_each(|call| call.finish(count, context))?;
        for (set, left) in sets.zip(left.into_iter().flatten()) {
            let runs = left.finish()?.into_iter().filter(|run| run.rows() > 0);
            let depth = depth + 1;
            self.left.extend(runs.map(|run| Left { run, set, depth }));
        }
        Ok(())
    }

    /// Bytes of memory of all groups.
    fn heap_bytes(&self) -> usize {
        let calls = self.calls.iter().map(Call::heap_bytes).sum::<usize>();
        self.groups.heap_bytes() + self.group_keys.heap_bytes() + calls
    }

    /// The group of each row whose group there is, and those rows; the others are left.
    fn number_known_rows(
        &mut self,
        batch: &Batch,
        set: usize,
        numbers: &mut Vec<KeyNo>,
        left: &mut Partitions,
    ) -> Result<Batch> {
        numbers.clear();
        let keys = self.keys_of(batch, set)?;
        let (mut known, mut others) = (Vec::new(), Vec::new());
        for row in (0u32..).take(batch.rows) {
            match self.groups.find(&keys, row as usize) {
                Some(number) => {
                    numbers.push(number);
                    known.push(row);
                }
                None => others.push(row),
            }
        }
        left.push(batch, &keys, others.into_iter())?;
        let mut rows = Batch::default();
        rows.append_rows(batch, &known)?;
        Ok(rows)
    }

    /// The keys of rows in one of the sets.
    fn keys_of(&self, batch: &Batch, set: usize) -> Result<Vec<Column>> {
        let keys = self.keys.iter().enumerate();
        let keys = keys.map(|(at, key)| match self.sets.get(set) {
            Some(set) if !set.contains(&at) => Ok(repeated(&Value::Null, batch.rows)),
            _ => key.to_column(batch),
        });
        let mut keys = keys.collect::<Result<Vec<_>>>()?;
        if !self.sets.is_empty() {
            keys.push(repeated(&set_number(set), batch.rows));
        }
        Ok(keys)
    }

    /// The group of each row. Without keys there is one group, also over no rows.
    fn number_rows(&mut self, batch: &Batch, set: usize, numbers: &mut Vec<KeyNo>) -> Result<()> {
        numbers.clear();
        if self.is_one_group() {
            numbers.resize(batch.rows, 0);
            return Ok(());
        }
        let keys = self.keys_of(batch, set)?;
        let mut fresh = Vec::new();
        for row in (0u32..).take(batch.rows) {
            let before = self.groups.len();
            numbers.push(self.groups.insert(&keys, row as usize));
            if self.groups.len() > before {
                fresh.push(row);
            }
        }
        let keys = Batch {
            columns: keys,
            rows: batch.rows,
        };
        self.group_keys.append_rows(&keys, &fresh)
    }

    /// A set without keys has its group also over no rows.
    fn begin_empty_sets(&mut self) -> Result<()> {
        for (at, set) in self.sets.iter().enumerate() {
            if !set.is_empty() {
                continue;
            }
            let mut columns = vec![repeated(&Value::Null, 1); self.keys.len()];
            columns.push(repeated(&set_number(at), 1));
            self.groups.insert(&columns, 0);
            self.group_keys
                .append_rows(&Batch { columns, rows: 1 }, &[0])?;
        }
        Ok(())
    }

    /// Without keys all rows are one group.
    fn is_one_group(&self) -> bool {
        self.keys.is_empty() && self.sets.is_empty()
    }

    fn group_count(&self) -> usize {
        if self.is_one_group() {
            1
        } else {
            self.groups.len()
        }
    }
}

fn set_number(set: usize) -> Value {
    Value::Integer(i64::try_from(set).unwrap_or(i64::MAX))
}

/// The same value for all rows.
fn repeated(value: &Value, rows: usize) -> Column {
    let mut column = Column::new(value.sql_type(), rows);
    for _ in 0..rows {
        column
            .push(value.as_ref())
            .expect("a column takes values of its own type");
    }
    column
}

impl Operator for Aggregate {
    fn next(
        &mut self,
        context: &mut ExecContext<'_>,
        out: &mut Batch,
        wanted: usize,
    ) -> Result<bool> {
        if let Some(input) = self.input.take() {
            self.collect(input, context)?;
        }
        while self.given == self.group_count() && self.collect_left(context)? {}
        let first = self.given;
        let end = self.group_count().min(first + wanted.max(1));
        self.given = end;
        let rows: Vec<u32> = (0u32..).take(end).skip(first).collect();
        out.columns.clear();
        if !rows.is_empty() {
            let keys = self.group_keys.columns.iter();
            out.columns.extend(keys.map(|key| key.gather(&rows)));
            for call in &mut self.calls {
                out.columns.push(call.results(&rows, context)?);
            }
        }
        out.rows = rows.len();
        Ok(out.rows > 0)
    }

    fn report(&self) -> Vec<(String, String)> {
        let late = self.calls.iter().filter_map(Call::spill);
        Spill::report(self.spill.iter().chain(late))
    }
}
