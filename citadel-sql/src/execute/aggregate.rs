//! Grouping and aggregation, by hashing.

use super::accumulator::Accumulator;
use super::context::ExecContext;
use super::operator::{BoxedOperator, Operator};
use super::row_keys::{KeyNo, KeyTable};
use super::sort::{Key, sorted};
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::{AggregateCall, Expr, ExprKind, SortKey};
use crate::error::Result;
use crate::expression::CompiledExpr;
use crate::plan::HashAggregate;
use crate::types::{SqlType, Value};

/// Groups the input by keys and aggregates each group. Groups come in the order in which they first appear.
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
}

/// One aggregate over all groups.
struct Call {
    argument: Option<CompiledExpr>,
    /// DISTINCT: the pairs of group and value that were seen.
    distinct: Option<KeyTable>,
    accumulator: Accumulator,
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
    fn finish(self) -> (Vec<KeyNo>, Column) {
        let order = sorted(&self.order, &self.rows);
        let groups = order.iter().map(|&row| self.groups[row as usize]).collect();
        let value = self.rows.columns.last();
        (
            groups,
            value.map_or_else(Column::default, |value| value.gather(&order)),
        )
    }
}

/// The text of a separator, which is a constant.
pub(super) fn separator_of(separator: Option<&Expr>) -> String {
    match separator.map(|separator| &separator.kind) {
        Some(ExprKind::Literal(Value::Text(text))) => text.clone(),
        _ => String::new(),
    }
}

impl Call {
    fn new(
        call: &AggregateCall,
        layout: &[crate::bind::bound::ColumnId],
        params: &[Value],
    ) -> Result<Self> {
        let argument = call.argument.as_ref();
        let argument_type = argument.map_or(SqlType::Unknown, |argument| argument.ty);
        Ok(Self {
            argument: argument
                .map(|argument| CompiledExpr::compile(argument, layout, params))
                .transpose()?,
            distinct: call.distinct.then(KeyTable::default),
            accumulator: Accumulator::new(
                call.function,
                argument_type,
                &separator_of(call.separator.as_ref()),
            ),
            waiting: Waiting::new(&call.order, layout, params)?,
        })
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
        if let Some(waiting) = &mut self.waiting {
            return waiting.add(input, groups, argument);
        }
        let values = argument.to_column(input)?;
        self.take(groups, values)
    }

    /// Takes what has waited for its order.
    fn finish(&mut self, group_count: usize) -> Result<()> {
        self.accumulator.grow(group_count);
        match self.waiting.take() {
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
        let keys = plan
            .keys
            .iter()
            .map(|key| CompiledExpr::compile(key, &layout, params))
            .collect::<Result<Vec<_>>>()?;
        let calls = plan
            .aggregates
            .iter()
            .map(|call| Call::new(call, &layout, params))
            .collect::<Result<Vec<_>>>()?;
        Ok(Self {
            input: Some(input),
            keys,
            sets: plan.sets.clone(),
            calls,
            groups: KeyTable::default(),
            group_keys: Batch::default(),
            given: 0,
        })
    }

    fn collect(&mut self, mut input: BoxedOperator, context: &mut ExecContext<'_>) -> Result<()> {
        self.begin_empty_sets()?;
        let mut batch = Batch::default();
        let mut numbers = Vec::new();
        while input.next(context, &mut batch, BATCH_ROWS)? {
            context.check_interrupt()?;
            for set in 0..self.sets.len().max(1) {
                self.number_rows(&batch, set, &mut numbers)?;
                let count = self.group_count();
                for call in &mut self.calls {
                    call.add(&batch, &numbers, count)?;
                }
            }
        }
        let count = self.group_count();
        let mut calls = self.calls.iter_mut();
        calls.try_for_each(|call| call.finish(count))
    }

    /// The group of each row. Without keys there is one group, also over no rows.
    fn number_rows(&mut self, batch: &Batch, set: usize, numbers: &mut Vec<KeyNo>) -> Result<()> {
        numbers.clear();
        if self.is_one_group() {
            numbers.resize(batch.rows, 0);
            return Ok(());
        }
        let keys = self.keys.iter().enumerate();
        let keys = keys.map(|(at, key)| match self.sets.get(set) {
            Some(set) if !set.contains(&at) => Ok(repeated(&Value::Null, batch.rows)),
            _ => key.to_column(batch),
        });
        let mut keys = keys.collect::<Result<Vec<_>>>()?;
        if !self.sets.is_empty() {
            keys.push(repeated(&set_number(set), batch.rows));
        }
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
}
