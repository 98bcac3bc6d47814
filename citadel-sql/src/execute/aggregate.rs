//! Grouping and aggregation, by hashing.

use super::accumulator::Accumulator;
use super::context::ExecContext;
use super::operator::{BoxedOperator, Operator};
use super::row_keys::{KeyNo, KeyTable};
use crate::batch::{BATCH_ROWS, Batch, Column};
use crate::bind::bound::AggregateCall;
use crate::error::Result;
use crate::expression::CompiledExpr;
use crate::plan::HashAggregate;
use crate::types::{SqlType, Value};

/// Groups the input by keys and aggregates each group. Groups come in the order in which they first appear.
pub(super) struct Aggregate {
    input: Option<BoxedOperator>,
    keys: Vec<CompiledExpr>,
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
            accumulator: Accumulator::new(call.function, argument_type),
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
        let mut values = [argument.to_column(input)?];
        let Some(seen) = &mut self.distinct else {
            return self.accumulator.add_all(groups, &values[0]);
        };
        let numbers = groups.iter().map(|group| i64::from(*group)).collect();
        let pairs = [
            Column::from_integers(numbers),
            std::mem::take(&mut values[0]),
        ];
        let mut fresh = Vec::new();
        for row in (0u32..).take(input.rows) {
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
            calls,
            groups: KeyTable::default(),
            group_keys: Batch::default(),
            given: 0,
        })
    }

    fn collect(&mut self, mut input: BoxedOperator, context: &mut ExecContext<'_>) -> Result<()> {
        let mut batch = Batch::default();
        let mut numbers = Vec::new();
        while input.next(context, &mut batch, BATCH_ROWS)? {
            context.check_interrupt()?;
            self.number_rows(&batch, &mut numbers)?;
            let count = self.group_count();
            for call in &mut self.calls {
                call.add(&batch, &numbers, count)?;
            }
        }
        let count = self.group_count();
        let calls = self.calls.iter_mut();
        calls.for_each(|call| call.accumulator.grow(count));
        Ok(())
    }

    /// The group of each row. Without keys there is one group, also over no rows.
    fn number_rows(&mut self, batch: &Batch, numbers: &mut Vec<KeyNo>) -> Result<()> {
        numbers.clear();
        if self.keys.is_empty() {
            numbers.resize(batch.rows, 0);
            return Ok(());
        }
        let keys = self
            .keys
            .iter()
            .map(|key| key.to_column(batch))
            .collect::<Result<Vec<_>>>()?;
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

    fn group_count(&self) -> usize {
        if self.keys.is_empty() {
            1
        } else {
            self.groups.len()
        }
    }
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
