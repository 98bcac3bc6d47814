//! Grouping and aggregation, by hashing.

use std::ops::Range;

use super::accumulator::Accumulator;
use super::context::ExecContext;
use super::operator::{BoxedOperator, Operator};
use super::row_keys::{KeyNo, KeyTable};
use super::sort::{Key, sorted};
use super::spill::{Partitions, Run, RunOp, Spill};
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::{AggregateCall, Expr, SortKey};
use crate::error::Result;
use crate::expression::{CompiledExpr, Rows, constant};
use crate::plan::HashAggregate;
use crate::types::{SqlType, Value};

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

/// One aggregate over all groups.
struct Call {
    /// Which rows are taken.
    filter: Option<CompiledExpr>,
    argument: Option<CompiledExpr>,
    /// DISTINCT: the pairs of group and value that were seen.
    distinct: Option<KeyTable>,
    accumulator: Accumulator,
    /// The accumulator of no groups.
    fresh: Accumulator,
    /// Rows that wait for all others, to be taken in an order.
    waiting: Option<Waiting>,
}

/// Values with the keys of their order.
struct Waiting {
    keys: Vec<CompiledExpr>,
    order: Vec<Key>,
    /// The keys, and then the value.
    rows: Batch,
    groups: Vec<KeyNo>,
}

impl Waiting {
    fn new(
        keys: &[SortKey],
        layout: &[crate::bind::bound::ColumnId],
        params: &[Value],
    ) -> Result<Option<Self>> {
        if keys.is_empty() {
            return Ok(None);
        }
        let order = keys.iter().enumerate();
        Ok(Some(Self {
            keys: keys
                .iter()
                .map(|key| CompiledExpr::compile(&key.expr, layout, params))
                .collect::<Result<_>>()?,
            order: order
                .map(|(at, key)| Key::new(at, key.descending, key.nulls_first))
                .collect(),
            rows: Batch::default(),
            groups: Vec::new(),
        }))
    }

    fn add(&mut self, input: &Batch, groups: &[KeyNo], argument: &CompiledExpr) -> Result<()> {
        let columns = self.keys.iter().chain([argument]);
        let columns = columns.map(|expr| expr.to_column(input));
        self.rows.append(&Batch {
            columns: columns.collect::<Result<_>>()?,
            rows: input.rows,
        })?;
        self.groups.extend_from_slice(groups);
        Ok(())
    }

    /// The groups and values in order.
    fn finish(&mut self) -> (Vec<KeyNo>, Column) {
        let (rows, groups) = (
            std::mem::take(&mut self.rows),
            std::mem::take(&mut self.groups),
        );
        let order = sorted(&self.order, &rows);
        let groups = order.iter().map(|&row| groups[row as usize]).collect();
        let value = rows.columns.last();
        (
            groups,
            value.map_or_else(Column::default, |value| value.gather(&order)),
        )
    }
}

/// What is the same for all rows of an aggregate.
pub(super) fn constant_of(expr: Option<&Expr>, params: &[Value]) -> Result<Value> {
    expr.map_or(Ok(Value::Null), |expr| {
        constant(expr, params).map_err(|error| error.at(expr.position))
    })
}

impl Call {
    fn new(
        call: &AggregateCall,
        layout: &[crate::bind::bound::ColumnId],
        params: &[Value],
    ) -> Result<Self> {
        let argument = call.argument.as_ref();
        let argument_type = argument.map_or(SqlType::Unknown, |argument| argument.ty);
        let constant = constant_of(call.constant.as_ref(), params)?;
        let fresh = Accumulator::new(call.function, argument_type, &constant);
        let compile = |expr: &Expr| CompiledExpr::compile(expr, layout, params);
        Ok(Self {
            filter: call.filter.as_ref().map(compile).transpose()?,
            argument: argument
                .map(|argument| CompiledExpr::compile(argument, layout, params))
                .transpose()?,
            distinct: call.distinct.then(KeyTable::default),
            accumulator: fresh.clone(),
            fresh,
            waiting: Waiting::new(&call.order, layout, params)?,
        })
    }

    /// Begins again, with other groups.
    fn begin(&mut self) {
        self.accumulator = self.fresh.clone();
        if let Some(distinct) = &mut self.distinct {
            *distinct = KeyTable::default();
        }
    }

    /// Adds the rows of a batch to their groups.
    fn add(&mut self, input: &Batch, groups: &[KeyNo], group_count: usize) -> Result<()> {
        self.accumulator.grow(group_count);
        let Some(argument) = &self.argument else {
            groups
                .iter()
                .for_each(|group| self.accumulator.add_row(*group));
            return Ok(());
        };
        let (mut kept, mut kept_groups) = (Batch::default(), Vec::new());
        let (input, groups) = match &self.filter {
            None => (input, groups),
            Some(filter) => {
                let mut rows = Vec::new();
                filter.select(input, Rows::All(input.rows), &mut rows)?;
                kept.append_rows(input, &rows)?;
                kept_groups.extend(rows.iter().map(|&row| groups[row as usize]));
                (&kept, kept_groups.as_slice())
            }
        };
        if let Some(waiting) = &mut self.waiting {
            return waiting.add(input, groups, argument);
        }
        let values = argument.to_column(input)?;
        self.take(groups, values)
    }

    /// About how many bytes of memory it takes.
    fn heap_bytes(&self) -> usize {
        let distinct = self.distinct.as_ref().map_or(0, KeyTable::heap_bytes);
        let waiting = self
            .waiting
            .as_ref()
            .map_or(0, |waiting| waiting.rows.heap_bytes());
        self.accumulator.heap_bytes() + distinct + waiting
    }

    /// Takes what has waited for its order.
    fn finish(&mut self, group_count: usize) -> Result<()> {
        self.accumulator.grow(group_count);
        match &mut self.waiting {
            Some(waiting) => {
                let (groups, values) = waiting.finish();
                self.take(&groups, values)
            }
            None => Ok(()),
        }
    }

    /// Adds values to their groups, each once if they are to be distinct.
    fn take(&mut self, groups: &[KeyNo], values: Column) -> Result<()> {
        let Some(seen) = &mut self.distinct else {
            return self.accumulator.add_all(groups, &values);
        };
        let numbers = groups.iter().map(|group| i64::from(*group)).collect();
        let pairs = [Column::from_integers(numbers), values];
        let mut fresh = Vec::new();
        for row in (0u32..).take(groups.len()) {
            let before = seen.len();
            seen.insert(&pairs, row as usize);
            if seen.len() > before {
                fresh.push(row);
            }
        }
        let groups: Vec<KeyNo> = fresh.iter().map(|&row| groups[row as usize]).collect();
        self.accumulator.add_all(&groups, &pairs[1].gather(&fresh))
    }
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
                    call.add(rows, &numbers, count)?;
                }
            }
            if left.is_none() && !self.is_one_group() && self.heap_bytes() > context.memory {
                let spill = Spill::of(&mut self.spill, context)?;
                let parts = sets.clone().map(|_| Partitions::new(&spill, depth));
                left = Some(parts.collect());
            }
        }
        let count = self.group_count();
        let mut calls = self.calls.iter_mut();
        calls.try_for_each(|call| call.finish(count))?;
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
            for call in &self.calls {
                out.columns.push(call.accumulator.finish(&rows)?);
            }
        }
        out.rows = rows.len();
        Ok(out.rows > 0)
    }

    fn report(&self) -> Vec<(String, String)> {
        Spill::report(self.spill.as_ref())
    }
}
