//! One aggregate over all groups.

use super::KeyNo;
use super::constant_of;
use super::late::{Late, Repeats};
use crate::batch::{Batch, Column};
use crate::bind::bound::{AggregateCall, ColumnId, Expr, WORK_MEM_MIN};
use crate::error::{Error, Result, SqlState};
use crate::execute::accumulator::Accumulator;
use crate::execute::context::ExecContext;
use crate::execute::row_keys::KeyTable;
use crate::execute::spill::Spill;
use crate::expression::{CompiledExpr, Rows};
use crate::functions::AggregateFunction;
use crate::types::{SqlType, Value};

pub(super) struct Call {
    function: AggregateFunction,
    /// Which rows are taken.
    filter: Option<CompiledExpr>,
    argument: Option<CompiledExpr>,
    /// DISTINCT without an order: the pairs of group and value that were seen. No more are noted once values are taken late.
    distinct: Option<KeyTable>,
    accumulator: Accumulator,
    /// The accumulator of no groups.
    fresh: Accumulator,
    /// Values that wait for all others.
    late: Option<Late>,
    /// They wait because they have an order, not because they were too many.
    is_ordered: bool,
}

impl Call {
    pub(super) fn new(call: &AggregateCall, layout: &[ColumnId], params: &[Value]) -> Result<Self> {
        let argument = call.argument.as_ref();
        let argument_type = argument.map_or(SqlType::Unknown, |argument| argument.ty);
        let constant = constant_of(call.constant.as_ref(), params)?;
        let fresh = Accumulator::new(&call.function, argument_type, &constant);
        let compile = |expr: &Expr| CompiledExpr::compile(expr, layout, params);
        let is_ordered = !call.order.is_empty();
        let late = is_ordered.then(|| Late::ordered(&call.order, call.distinct, layout, params));
        Ok(Self {
            function: call.function.clone(),
            filter: call.filter.as_ref().map(compile).transpose()?,
            argument: argument.map(compile).transpose()?,
            distinct: (call.distinct && !is_ordered).then(KeyTable::default),
            accumulator: fresh.clone(),
            fresh,
            late: late.transpose()?,
            is_ordered,
        })
    }

    /// Begins again, with other groups.
    pub(super) fn begin(&mut self) {
        self.accumulator = self.fresh.clone();
        if let Some(distinct) = &mut self.distinct {
            *distinct = KeyTable::default();
        }
        match &mut self.late {
            Some(late) if self.is_ordered => late.begin(),
            late => *late = None,
        }
    }

    /// About how many bytes of memory it takes.
    pub(super) fn heap_bytes(&self) -> usize {
        let distinct = self.distinct.as_ref().map_or(0, KeyTable::heap_bytes);
        let late = self.late.as_ref().map_or(0, Late::heap_bytes);
        self.accumulator.heap_bytes() + distinct + late
    }

    /// There is no more memory: what would take ever more of it is taken late from now on.
    pub(super) fn overflow(&mut self) {
        let grows = matches!(
            &self.function,
            AggregateFunction::Concat | AggregateFunction::Array
        );
        if self.late.is_some() || !(grows || self.distinct.is_some()) {
            return;
        }
        self.late = Some(Late::unordered(match (&self.distinct, grows) {
            (None, _) => Repeats::Kept,
            (Some(_), false) => Repeats::Dropped,
            (Some(_), true) => Repeats::DroppedAsTheyCame,
        }));
    }

    /// What was written away.
    pub(super) fn spill(&self) -> Option<&Spill> {
        self.late.as_ref().and_then(Late::spill)
    }

    /// Adds the rows of a batch to their groups.
    pub(super) fn add(
        &mut self,
        input: &Batch,
        groups: &[KeyNo],
        group_count: usize,
        context: &ExecContext<'_>,
    ) -> Result<()> {
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
        let values = argument.to_column(input)?;
        match (&mut self.distinct, &mut self.late) {
            (None, None) => self.accumulator.add_all(groups, &values),
            (None, Some(late)) => late.add(input, groups, values, context),
            (Some(seen), late) => {
                let notes = late.is_none();
                let fresh = fresh(seen, groups, &values, notes);
                let groups: Vec<KeyNo> = fresh.iter().map(|&row| groups[row as usize]).collect();
                let values = values.gather(&fresh);
                match late {
                    None => self.accumulator.add_all(&groups, &values),
                    // It has no keys that would be computed from the input.
                    Some(late) => late.add(input, &groups, values, context),
                }
            }
        }
    }

    /// All rows are there.
    pub(super) fn finish(&mut self, group_count: usize, context: &ExecContext<'_>) -> Result<()> {
        self.accumulator.grow(group_count);
        match &mut self.late {
            Some(late) => late.finish(context),
            None => Ok(()),
        }
    }

    /// The results of some groups: those behind the last ones that were asked for.
    pub(super) fn results(&mut self, groups: &[u32], context: &ExecContext<'_>) -> Result<Column> {
        let Some(late) = &mut self.late else {
            return self.accumulator.finish(groups);
        };
        let mut out = self.accumulator.new_results(groups.len());
        let most = context.memory.max(WORK_MEM_MIN);
        let function = &self.function;
        for &group in groups {
            let at = group as usize;
            self.accumulator.expect(late.count(group));
            let accumulator = &mut self.accumulator;
            late.for_each(group, context, &mut |values, row| {
                accumulator.add(at, values, row)?;
                match accumulator.value_bytes(at) > most {
                    true => Err(too_large(function, most)),
                    false => Ok(()),
                }
            })?;
            self.accumulator.push_result(at, &mut out)?;
            self.accumulator.clear(at);
        }
        Ok(out)
    }
}

/// The rows whose pairs of group and value were not seen before; they are noted, if they are to be.
fn fresh(seen: &mut KeyTable, groups: &[KeyNo], values: &Column, notes: bool) -> Vec<u32> {
    let numbers = groups.iter().map(|group| i64::from(*group)).collect();
    let pairs = [Column::from_integers(numbers), values.clone()];
    let is_fresh = |row: &u32| match notes {
        true => {
            let next = seen.len();
            seen.insert(&pairs, *row as usize) as usize == next
        }
        false => seen.find(&pairs, *row as usize).is_none(),
    };
    (0u32..).take(groups.len()).filter(is_fresh).collect()
}

/// One value alone is more than an operator may hold.
fn too_large(function: &AggregateFunction, most: usize) -> Error {
    let name = match function {
        AggregateFunction::Array => "array_agg",
        _ => "string_agg",
    };
    Error::sql(
        SqlState::OUT_OF_MEMORY,
        format!(
            "one value of {name} takes more than work_mem ({} kB)",
            most >> 10
        ),
    )
    .hint("SET work_mem to more")
}
