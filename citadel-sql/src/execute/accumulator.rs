//! The state of one aggregate for all groups.

use std::cmp::Ordering;

use super::row_keys::KeyNo;
use crate::batch::{Column, ColumnData};
use crate::error::{Error, Result, SqlState};
use crate::functions::AggregateFunction;
use crate::types::number_text::{finite, out_of_range};
use crate::types::{SqlType, Value, total_order};

/// Sums, counts and extremes by group number.
///
/// INTEGER sums are kept in 128 bits, so that only the result can overflow, whatever the order of the rows.
#[derive(Debug)]
pub(super) enum Accumulator {
    Count(Vec<i64>),
    Integers {
        sums: Vec<i128>,
        counts: Vec<i64>,
        average: bool,
    },
    Reals {
        sums: Vec<f64>,
        counts: Vec<i64>,
        average: bool,
    },
    Vectors {
        sums: Vec<Vec<f64>>,
        counts: Vec<i64>,
        average: bool,
    },
    /// SUM or AVG of nothing but NULLs.
    Nothing,
    Extreme {
        best: Vec<Value>,
        /// A value replaces another if it compares so with it.
        wins: Ordering,
        ty: SqlType,
    },
}

impl Accumulator {
    /// No groups yet.
    pub(super) fn new(function: AggregateFunction, argument: SqlType) -> Self {
        match function {
            AggregateFunction::CountRows | AggregateFunction::Count => Self::Count(Vec::new()),
            AggregateFunction::Sum => Self::summing(argument, false),
            AggregateFunction::Avg => Self::summing(argument, true),
            AggregateFunction::Min => Self::extreme(argument, Ordering::Less),
            AggregateFunction::Max => Self::extreme(argument, Ordering::Greater),
        }
    }

    fn summing(argument: SqlType, average: bool) -> Self {
        let counts = Vec::new();
        match argument {
            SqlType::Integer => Self::Integers {
                sums: Vec::new(),
                counts,
                average,
            },
            SqlType::Real => Self::Reals {
                sums: Vec::new(),
                counts,
                average,
            },
            SqlType::Vector(vector) if !vector.is_bits() => Self::Vectors {
                sums: Vec::new(),
                counts,
                average,
            },
            _ => Self::Nothing,
        }
    }

    fn extreme(ty: SqlType, wins: Ordering) -> Self {
        Self::Extreme {
            best: Vec::new(),
            wins,
            ty,
        }
    }

    /// Makes room for so many groups.
    pub(super) fn grow(&mut self, groups: usize) {
        match self {
            Self::Count(counts) => counts.resize(groups, 0),
            Self::Integers { sums, counts, .. } => {
                sums.resize(groups, 0);
                counts.resize(groups, 0);
            }
            Self::Reals { sums, counts, .. } => {
                sums.resize(groups, 0.0);
                counts.resize(groups, 0);
            }
            Self::Vectors { sums, counts, .. } => {
                sums.resize(groups, Vec::new());
                counts.resize(groups, 0);
            }
            Self::Nothing => {}
            Self::Extreme { best, .. } => best.resize(groups, Value::Null),
        }
    }

    /// Counts a row, whatever it holds.
    pub(super) fn add_row(&mut self, group: KeyNo) {
        if let Self::Count(counts) = self {
            counts[group as usize] += 1;
        }
    }

    /// Adds a value to the group of its row, row by row; NULLs are skipped.
    pub(super) fn add_all(&mut self, groups: &[KeyNo], values: &Column) -> Result<()> {
        let rows = groups.iter().map(|group| *group as usize).enumerate();
        let rows = rows.filter(|(row, _)| !values.is_null(*row));
        match (self, values.data()) {
            (_, ColumnData::Null) => {}
            (Self::Count(counts), _) => rows.for_each(|(_, group)| counts[group] += 1),
            (Self::Integers { sums, counts, .. }, ColumnData::Integer(values)) => {
                for (row, group) in rows {
                    sums[group] += i128::from(values[row]);
                    counts[group] += 1;
                }
            }
            (Self::Reals { sums, counts, .. }, ColumnData::Real(values)) => {
                for (row, group) in rows {
                    sums[group] += values[row];
                    counts[group] += 1;
                }
            }
            (Self::Vectors { sums, counts, .. }, ColumnData::Vector { dim, values }) => {
                for (row, group) in rows {
                    let sum = &mut sums[group];
                    sum.resize(*dim, 0.0);
                    let vector = &values[row * dim..(row + 1) * dim];
                    for (sum, component) in sum.iter_mut().zip(vector) {
                        *sum += f64::from(*component);
                    }
                    counts[group] += 1;
                }
            }
            (Self::Extreme { best, wins, .. }, _) => {
                for (row, group) in rows {
                    let value = values.get(row);
                    let best = &mut best[group];
                    if best.is_null() || total_order(value, best.as_ref()) == *wins {
                        *best = value.to_owned();
                    }
                }
            }
            _ => {
                return Err(Error::sql(
                    SqlState::DATATYPE_MISMATCH,
                    format!("an aggregate met a value of type {}", values.sql_type()),
                ));
            }
        }
        Ok(())
    }

    /// The results of some groups.
    pub(super) fn finish(&self, groups: &[u32]) -> Result<Column> {
        let mut out = Column::new(self.result_type(), groups.len());
        for &group in groups {
            self.push_result(group as usize, &mut out)?;
        }
        Ok(out)
    }

    fn result_type(&self) -> SqlType {
        match self {
            Self::Count(_) | Self::Integers { average: false, .. } => SqlType::Integer,
            Self::Integers { average: true, .. } | Self::Reals { .. } => SqlType::Real,
            Self::Vectors { .. } | Self::Nothing => SqlType::Unknown,
            Self::Extreme { ty, .. } => *ty,
        }
    }

    fn push_result(&self, group: usize, out: &mut Column) -> Result<()> {
        match self {
            Self::Count(counts) => out.push_integer(counts[group]),
            Self::Integers { counts, .. }
            | Self::Reals { counts, .. }
            | Self::Vectors { counts, .. }
                if counts[group] == 0 =>
            {
                out.push_null();
                Ok(())
            }
            Self::Integers {
                sums,
                average: false,
                ..
            } => {
                let sum = i64::try_from(sums[group]);
                out.push_integer(sum.map_err(|_| out_of_range(SqlType::Integer))?)
            }
            Self::Integers { sums, counts, .. } => {
                out.push_real(sums[group] as f64 / counts[group] as f64)
            }
            Self::Reals {
                sums,
                counts,
                average,
            } => {
                let count = if *average { counts[group] as f64 } else { 1.0 };
                out.push_real(finite(sums[group] / count)?)
            }
            Self::Vectors {
                sums,
                counts,
                average,
            } => {
                let count = if *average { counts[group] as f64 } else { 1.0 };
                let vector = sums[group].iter().map(|sum| component(sum / count));
                out.push_vector(&vector.collect::<Result<Vec<_>>>()?)
            }
            Self::Nothing => {
                out.push_null();
                Ok(())
            }
            Self::Extreme { best, .. } => out.push(best[group].as_ref()),
        }
    }
}

/// A component of a vector result, in range for f32.
fn component(value: f64) -> Result<f32> {
    let narrow = value as f32;
    if narrow.is_finite() {
        Ok(narrow)
    } else {
        Err(out_of_range(SqlType::Real))
    }
}
