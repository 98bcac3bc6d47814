//! One window function.

use std::ops::Range;

use super::aggregate::Aggregates;
use super::frame::{Frame, Runs};
use super::partition::Partition;
use crate::batch::{Batch, Column};
use crate::bind::bound::{ColumnId, WindowCall};
use crate::error::{Error, Result, SqlState};
use crate::execute::ExecContext;
use crate::execute::aggregate::constant_of;
use crate::execute::sort::Key;
use crate::expression::CompiledExpr;
use crate::functions::WindowFunction;
use crate::types::{SqlType, Value, ValueRef};

/// A function, ready for rows of one layout.
pub(super) struct Call {
    function: WindowFunction,
    arguments: Vec<CompiledExpr>,
    argument_type: SqlType,
    /// Of an aggregate: what stands between texts.
    constant: Value,
    frame: Frame,
    ty: SqlType,
}

/// What a function computes for the rows of some partitions.
pub(super) struct Running {
    arguments: Vec<Column>,
    output: Column,
}

impl Running {
    pub(super) fn into_column(self) -> Column {
        self.output
    }
}

impl Call {
    pub(super) fn new(call: &WindowCall, layout: &[ColumnId], params: &[Value]) -> Result<Self> {
        let arguments = call.arguments.iter();
        Ok(Self {
            function: call.function.clone(),
            arguments: arguments
                .map(|argument| CompiledExpr::compile(argument, layout, params))
                .collect::<Result<_>>()?,
            argument_type: call.arguments.first().map_or(SqlType::Unknown, |a| a.ty),
            constant: match &call.function {
                WindowFunction::Aggregate(function) if !function.takes_nulls() => {
                    constant_of(call.arguments.get(1), params)?
                }
                _ => Value::Null,
            },
            frame: Frame::new(&call.frame, params)?,
            ty: call.ty,
        })
    }

    /// Computes the arguments for all rows.
    pub(super) fn start(&self, rows: &Batch) -> Result<Running> {
        let arguments = self.arguments.iter();
        Ok(Running {
            arguments: arguments
                .map(|argument| argument.to_column(rows))
                .collect::<Result<_>>()?,
            output: Column::new(self.ty, rows.rows),
        })
    }

    /// Adds a value for each row of a partition.
    pub(super) fn run(
        &self,
        partition: &Partition,
        rows: &Batch,
        order: &[Key],
        running: &mut Running,
        context: &ExecContext<'_>,
    ) -> Result<()> {
        let key = order.first().map(|key| (&rows.columns[key.at()], *key));
        let Running { arguments, output } = running;
        if let WindowFunction::Aggregate(function) = &self.function {
            let aggregates = Aggregates {
                function,
                argument_type: self.argument_type,
                constant: &self.constant,
                values: arguments.first(),
                filter: arguments.get(1).filter(|_| function.takes_nulls()),
                first: partition.rows.start,
            };
            return if self.frame.grows() {
                let ends = (0..partition.len()).map(|row| self.frame.span(partition, row, key).end);
                aggregates.growing(ends, output)
            } else {
                let runs = (0..partition.len()).map(|row| self.frame.runs(partition, row, key));
                aggregates.moving(partition.len(), runs, output, context)
            };
        }
        let values = Values {
            arguments,
            first: partition.rows.start,
        };
        for row in 0..partition.len() {
            match &self.function {
                WindowFunction::RowNumber => output.push_integer(whole(row + 1))?,
                WindowFunction::Rank => {
                    output.push_integer(whole(partition.peers(row).start + 1))?;
                }
                WindowFunction::DenseRank => {
                    output.push_integer(whole(partition.group_of(row) + 1))?;
                }
                WindowFunction::PercentRank => {
                    let others = partition.len() - 1;
                    let rank = partition.peers(row).start;
                    let share = if others == 0 {
                        0.0
                    } else {
                        rank as f64 / others as f64
                    };
                    output.push_real(share)?;
                }
                WindowFunction::CumeDist => {
                    let end = partition.peers(row).end;
                    output.push_real(end as f64 / partition.len() as f64)?;
                }
                WindowFunction::Ntile => match values.integer(0, 0)? {
                    None => output.push_null(),
                    Some(buckets) => output.push_integer(bucket(row, partition.len(), buckets)?)?,
                },
                WindowFunction::Lag => values.beside(row, partition.len(), true, output)?,
                WindowFunction::Lead => values.beside(row, partition.len(), false, output)?,
                WindowFunction::FirstValue => {
                    let seen = nth(&self.frame.runs(partition, row, key), 0);
                    values.push(0, seen, output)?;
                }
                WindowFunction::LastValue => {
                    let runs = self.frame.runs(partition, row, key);
                    let last = runs.iter().rev().find(|run| !run.is_empty());
                    values.push(0, last.map(|run| run.end - 1), output)?;
                }
                WindowFunction::NthValue => {
                    let seen = match values.integer(1, row)? {
                        None => None,
                        Some(number) if number > 0 => usize::try_from(number - 1)
                            .ok()
                            .and_then(|at| nth(&self.frame.runs(partition, row, key), at)),
                        Some(_) => {
                            return Err(Error::sql(
                                SqlState::INVALID_NTH_VALUE,
                                "the second argument of nth_value must be greater than zero",
                            ));
                        }
                    };
                    values.push(0, seen, output)?;
                }
                WindowFunction::Aggregate(_) => {}
            }
        }
        Ok(())
    }
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The row at a place among those of a frame.
fn nth(runs: &Runs, mut at: usize) -> Option<usize> {
    for Range { start, end } in runs {
        let len = end.saturating_sub(*start);
        if at < len {
            return Some(start + at);
        }
        at -= len;
    }
    None
}

/// The first buckets take one row more where they cannot all be of one size.
fn bucket(row: usize, rows: usize, buckets: i64) -> Result<i64> {
    if buckets <= 0 {
        return Err(Error::sql(
            SqlState::INVALID_NTILE,
            "the argument of ntile must be greater than zero",
        ));
    }
    let buckets = usize::try_from(buckets).unwrap_or(usize::MAX);
    let (size, larger) = (rows / buckets, rows % buckets);
    let in_larger = larger.saturating_mul(size + 1);
    let bucket = if row < in_larger {
        row / (size + 1)
    } else {
        larger + (row - in_larger) / size.max(1)
    };
    Ok(whole(bucket + 1))
}

/// The arguments of a partition's rows.
struct Values<'a> {
    arguments: &'a [Column],
    first: usize,
}

impl Values<'_> {
    fn get(&self, argument: usize, row: usize) -> ValueRef<'_> {
        let column = self.arguments.get(argument);
        column.map_or(ValueRef::Null, |column| column.get(self.first + row))
    }

    fn integer(&self, argument: usize, row: usize) -> Result<Option<i64>> {
        match self.get(argument, row) {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(v) => Ok(Some(v)),
            other => Err(Error::sql(
                SqlState::DATATYPE_MISMATCH,
                format!("a number of rows must be INTEGER, not {}", other.sql_type()),
            )),
        }
    }

    fn push(&self, argument: usize, row: Option<usize>, output: &mut Column) -> Result<()> {
        match row {
            Some(row) => output.push(self.get(argument, row)),
            None => {
                output.push_null();
                Ok(())
            }
        }
    }

    /// LAG and LEAD.
    fn beside(&self, row: usize, rows: usize, before: bool, output: &mut Column) -> Result<()> {
        let offset = match self.arguments.len() {
            0 | 1 => Some(1),
            _ => self.integer(1, row)?,
        };
        let Some(offset) = offset else {
            output.push_null();
            return Ok(());
        };
        let offset = i128::from(offset) * if before { -1 } else { 1 };
        let place = row as i128 + offset;
        match usize::try_from(place).ok().filter(|place| *place < rows) {
            Some(place) => self.push(0, Some(place), output),
            None => output.push(self.get(2, row)),
        }
    }
}
