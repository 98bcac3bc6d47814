//! The state of one aggregate for all groups.

use std::cmp::Ordering;

use super::added_states::AddedStates;
use super::arrays::Arrays;
use super::decimal_sums::{DecimalResult, DecimalSums};
use super::moments::Moments;
use super::ordered_set::OrderedSet;
use super::row_keys::{KeyNo, key_hash};
use super::sketch::Sketch;
use crate::batch::{Column, ColumnData};
use crate::error::{Error, Result, SqlState};
use crate::functions::{AggregateFunction, Spread, check_size};
use crate::types::number_text::{finite, out_of_range};
use crate::types::temporal::arithmetic::divided;
use crate::types::{Collation, Interval, SqlType, Value, ValueRef, total_order};

/// Sums, counts and extremes by group number.
///
/// INTEGER sums are kept in 128 bits, so that only the result can overflow, whatever the order of the rows.
#[derive(Clone, Debug)]
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
    Intervals {
        /// Months, days and microseconds.
        sums: Vec<[i128; 3]>,
        counts: Vec<i64>,
        average: bool,
    },
    /// SUM, AVG and measures of spread of exact numbers.
    Decimals {
        sums: Vec<DecimalSums>,
        result: DecimalResult,
    },
    /// SUM or AVG of nothing but NULLs.
    Nothing,
    /// BOOL_AND and BOOL_OR.
    Logical {
        values: Vec<Option<bool>>,
        /// The value that decides.
        decisive: bool,
    },
    /// BIT_AND, BIT_OR and BIT_XOR.
    Bits {
        values: Vec<Option<i64>>,
        operate: fn(i64, i64) -> i64,
    },
    Moments {
        moments: Vec<Moments>,
        spread: Spread,
    },
    Concat {
        texts: Vec<Option<String>>,
        separator: String,
        /// Bytes of all texts, as far as they were added one by one.
        bytes: usize,
    },
    Arrays(Arrays),
    Added(AddedStates),
    OrderedSet(OrderedSet),
    /// APPROX_COUNT_DISTINCT.
    Sketches(Vec<Sketch>),
    Extreme {
        best: Vec<Value>,
        /// Which value replaces another.
        wins: Wins,
        ty: SqlType,
    },
}

impl Accumulator {
    /// No groups yet. `constant` is what is the same for all rows.
    pub(super) fn new(function: &AggregateFunction, argument: SqlType, constant: &Value) -> Self {
        let bits = |operate| Self::Bits {
            values: Vec::new(),
            operate,
        };
        let logical = |decisive| Self::Logical {
            values: Vec::new(),
            decisive,
        };
        match function {
            AggregateFunction::BoolAnd => logical(false),
            AggregateFunction::BoolOr => logical(true),
            AggregateFunction::BitAnd => bits(|a, b| a & b),
            AggregateFunction::BitOr => bits(|a, b| a | b),
            AggregateFunction::BitXor => bits(|a, b| a ^ b),
            AggregateFunction::Spread(spread) if argument == SqlType::Numeric => Self::Decimals {
                sums: Vec::new(),
                result: DecimalResult::Spread(*spread),
            },
            AggregateFunction::Spread(spread) => Self::Moments {
                moments: Vec::new(),
                spread: *spread,
            },
            AggregateFunction::Concat => Self::Concat {
                texts: Vec::new(),
                separator: match constant {
                    Value::Text(text) => text.clone(),
                    _ => String::new(),
                },
                bytes: 0,
            },
            AggregateFunction::Percentile { .. } | AggregateFunction::Mode => {
                Self::OrderedSet(OrderedSet::new(function, argument, constant))
            }
            AggregateFunction::ApproxCount => Self::Sketches(Vec::new()),
            AggregateFunction::Array => Self::Arrays(Arrays::new(argument)),
            AggregateFunction::Added(function) => Self::Added(AddedStates::new(function)),
            AggregateFunction::CountRows | AggregateFunction::Count => Self::Count(Vec::new()),
            AggregateFunction::Sum => Self::summing(argument, false),
            AggregateFunction::Avg => Self::summing(argument, true),
            AggregateFunction::Min => Self::extreme(argument, Wins::by_value(Ordering::Less)),
            AggregateFunction::Max => Self::extreme(argument, Wins::by_value(Ordering::Greater)),
            AggregateFunction::Collated {
                greatest,
                collation,
            } => Self::extreme(
                argument,
                Wins {
                    order: match *greatest {
                        true => Ordering::Greater,
                        false => Ordering::Less,
                    },
                    collation: *collation,
                },
            ),
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
            SqlType::Numeric => Self::Decimals {
                sums: Vec::new(),
                result: match average {
                    true => DecimalResult::Average,
                    false => DecimalResult::Sum,
                },
            },
            SqlType::Interval => Self::Intervals {
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

    fn extreme(ty: SqlType, wins: Wins) -> Self {
        Self::Extreme {
            best: Vec::new(),
            wins,
            ty,
        }
    }

    /// Bytes of memory that the groups take, but for long texts and vectors.
    pub(super) fn heap_bytes(&self) -> usize {
        fn of<T>(values: &Vec<T>) -> usize {
            values.capacity() * size_of::<T>()
        }
        match self {
            Self::Count(counts) => of(counts),
            Self::Integers { sums, counts, .. } => of(sums) + of(counts),
            Self::Reals { sums, counts, .. } => of(sums) + of(counts),
            Self::Vectors { sums, counts, .. } => of(sums) + of(counts),
            Self::Intervals { sums, counts, .. } => of(sums) + of(counts),
            Self::Decimals { sums, .. } => of(sums),
            Self::Nothing => 0,
            Self::Logical { values, .. } => of(values),
            Self::Bits { values, .. } => of(values),
            Self::Moments { moments, .. } => of(moments),
            Self::Concat { texts, bytes, .. } => of(texts) + bytes,
            Self::Arrays(arrays) => arrays.heap_bytes(),
            Self::Added(states) => states.heap_bytes(),
            Self::OrderedSet(_) => 0,
            Self::Sketches(sketches) => of(sketches),
            Self::Extreme { best, .. } => of(best),
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
            Self::Intervals { sums, counts, .. } => {
                sums.resize(groups, [0; 3]);
                counts.resize(groups, 0);
            }
            Self::Decimals { sums, .. } => sums.resize(groups, DecimalSums::default()),
            Self::Nothing => {}
            Self::Logical { values, .. } => values.resize(groups, None),
            Self::Bits { values, .. } => values.resize(groups, None),
            Self::Moments { moments, .. } => moments.resize(groups, Moments::default()),
            Self::Concat { texts, .. } => texts.resize(groups, None),
            Self::Arrays(arrays) => arrays.grow(groups),
            Self::Added(states) => states.grow(groups),
            Self::OrderedSet(_) => {}
            Self::Sketches(sketches) => sketches.resize(groups, Sketch::default()),
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
        if let Self::Arrays(arrays) = self {
            return rows
                .into_iter()
                .try_for_each(|(row, group)| arrays.add(group, values.get(row)));
        }
        if let Self::Added(states) = self {
            let takes_nulls = states.takes_nulls();
            let mut rows = rows.filter(|(row, _)| takes_nulls || !values.is_null(*row));
            return rows.try_for_each(|(row, group)| states.add(group, values.get(row)));
        }
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
                    let vector = &values[row * dim..(row + 1) * dim];
                    add_vector(&mut sums[group], vector.iter().map(|c| f64::from(*c)));
                    counts[group] += 1;
                }
            }
            (Self::Extreme { best, wins, .. }, _) => {
                for (row, group) in rows {
                    replace(&mut best[group], values.get(row), *wins);
                }
            }
            (other, _) => {
                for (row, group) in rows {
                    other.add(group, values, row)?;
                }
            }
        }
        Ok(())
    }

    /// Adds one value to a group; NULL is skipped.
    pub(super) fn add(&mut self, group: usize, values: &Column, row: usize) -> Result<()> {
        if let Self::Arrays(arrays) = self {
            return arrays.add(group, values.get(row));
        }
        if let Self::Added(states) = self
            && (states.takes_nulls() || !values.is_null(row))
        {
            return states.add(group, values.get(row));
        }
        if values.is_null(row) {
            return Ok(());
        }
        match (self, values.data()) {
            (Self::Count(counts), _) => counts[group] += 1,
            (Self::Integers { sums, counts, .. }, ColumnData::Integer(values)) => {
                sums[group] += i128::from(values[row]);
                counts[group] += 1;
            }
            (Self::Reals { sums, counts, .. }, ColumnData::Real(values)) => {
                sums[group] += values[row];
                counts[group] += 1;
            }
            (Self::Vectors { sums, counts, .. }, ColumnData::Vector { dim, values }) => {
                let vector = &values[row * dim..(row + 1) * dim];
                add_vector(&mut sums[group], vector.iter().map(|c| f64::from(*c)));
                counts[group] += 1;
            }
            (Self::Decimals { sums, result }, ColumnData::Numeric(values)) => {
                sums[group].add(&values.get(row).decimal(), *result);
            }
            (Self::Intervals { sums, counts, .. }, ColumnData::Interval(values)) => {
                let value = values[row];
                add_parts(&mut sums[group], parts(value));
                counts[group] += 1;
            }
            (Self::Extreme { best, wins, .. }, _) => {
                replace(&mut best[group], values.get(row), *wins);
            }
            (
                Self::Logical {
                    values: all,
                    decisive,
                },
                ColumnData::Boolean(values),
            ) => {
                decide(&mut all[group], Some(values[row]), *decisive);
            }
            (
                Self::Bits {
                    values: all,
                    operate,
                },
                ColumnData::Integer(values),
            ) => {
                combine(&mut all[group], Some(values[row]), *operate);
            }
            (Self::Moments { moments, .. }, ColumnData::Integer(values)) => {
                moments[group].add(values[row] as f64);
            }
            (Self::Moments { moments, .. }, ColumnData::Real(values)) => {
                moments[group].add(values[row]);
            }
            (
                Self::Concat {
                    texts,
                    separator,
                    bytes,
                },
                ColumnData::Text(values),
            ) => {
                let text = values.get(row);
                *bytes += separator.len() + text.len();
                join(&mut texts[group], Some(text), separator)?;
            }
            (Self::OrderedSet(set), _) => set.add(values.get(row)),
            (Self::Sketches(sketches), _) => {
                let column = std::slice::from_ref(values);
                sketches[group].add(key_hash(column, row, 0, &mut Vec::new()));
            }
            _ => return Err(wrong_type(values)),
        }
        Ok(())
    }

    /// Adds what another group of the same accumulator holds.
    pub(super) fn merge_within(&mut self, group: usize, from: usize) -> Result<()> {
        match self {
            Self::Count(counts) => counts[group] += counts[from],
            Self::Integers { sums, counts, .. } => {
                sums[group] += sums[from];
                counts[group] += counts[from];
            }
            Self::Reals { sums, counts, .. } => {
                sums[group] += sums[from];
                counts[group] += counts[from];
            }
            Self::Vectors { sums, counts, .. } => {
                let other = std::mem::take(&mut sums[from]);
                add_vector(&mut sums[group], other.iter().copied());
                sums[from] = other;
                counts[group] += counts[from];
            }
            Self::Intervals { sums, counts, .. } => {
                let other = sums[from];
                add_parts(&mut sums[group], other);
                counts[group] += counts[from];
            }
            Self::Decimals { sums, .. } => {
                let other = sums[from].clone();
                sums[group].merge(&other);
            }
            Self::Nothing => {}
            Self::Logical { values, decisive } => {
                let other = values[from];
                decide(&mut values[group], other, *decisive);
            }
            Self::Bits { values, operate } => {
                let other = values[from];
                combine(&mut values[group], other, *operate);
            }
            Self::Moments { moments, .. } => {
                let other = moments[from];
                moments[group].merge(other);
            }
            Self::Concat {
                texts, separator, ..
            } => {
                let other = texts[from].take();
                join(&mut texts[group], other.as_deref(), separator)?;
                texts[from] = other;
            }
            Self::Arrays(arrays) => arrays.merge_within(group, from)?,
            Self::Added(states) => states.merge_within(group, from)?,
            // Frames have none.
            Self::OrderedSet(_) => {}
            Self::Sketches(sketches) => {
                let other = std::mem::take(&mut sketches[from]);
                sketches[group].merge(&other);
                sketches[from] = other;
            }
            Self::Extreme { best, wins, .. } => {
                let other = std::mem::take(&mut best[from]);
                replace(&mut best[group], other.as_ref(), *wins);
                best[from] = other;
            }
        }
        Ok(())
    }

    /// Adds what a group of another accumulator of the same kind holds.
    pub(super) fn merge(&mut self, group: usize, other: &Self, from: usize) -> Result<()> {
        match (self, other) {
            (Self::Count(counts), Self::Count(others)) => counts[group] += others[from],
            (
                Self::Integers { sums, counts, .. },
                Self::Integers {
                    sums: other_sums,
                    counts: others,
                    ..
                },
            ) => {
                sums[group] += other_sums[from];
                counts[group] += others[from];
            }
            (
                Self::Reals { sums, counts, .. },
                Self::Reals {
                    sums: other_sums,
                    counts: others,
                    ..
                },
            ) => {
                sums[group] += other_sums[from];
                counts[group] += others[from];
            }
            (
                Self::Vectors { sums, counts, .. },
                Self::Vectors {
                    sums: other_sums,
                    counts: others,
                    ..
                },
            ) => {
                add_vector(&mut sums[group], other_sums[from].iter().copied());
                counts[group] += others[from];
            }
            (
                Self::Intervals { sums, counts, .. },
                Self::Intervals {
                    sums: other_sums,
                    counts: others,
                    ..
                },
            ) => {
                add_parts(&mut sums[group], other_sums[from]);
                counts[group] += others[from];
            }
            (Self::Decimals { sums, .. }, Self::Decimals { sums: others, .. }) => {
                sums[group].merge(&others[from]);
            }
            (Self::Logical { values, decisive }, Self::Logical { values: others, .. }) => {
                decide(&mut values[group], others[from], *decisive);
            }
            (Self::Bits { values, operate }, Self::Bits { values: others, .. }) => {
                combine(&mut values[group], others[from], *operate);
            }
            (
                Self::Moments { moments, .. },
                Self::Moments {
                    moments: others, ..
                },
            ) => {
                moments[group].merge(others[from]);
            }
            (
                Self::Concat {
                    texts, separator, ..
                },
                Self::Concat { texts: others, .. },
            ) => {
                join(&mut texts[group], others[from].as_deref(), separator)?;
            }
            (Self::Arrays(arrays), Self::Arrays(others)) => arrays.merge(group, others, from)?,
            (Self::Added(states), Self::Added(others)) => states.merge(group, others, from)?,
            (Self::Sketches(sketches), Self::Sketches(others)) => {
                sketches[group].merge(&others[from]);
            }
            (Self::Extreme { best, wins, .. }, Self::Extreme { best: other, .. }) => {
                replace(&mut best[group], other[from].as_ref(), *wins);
            }
            _ => {}
        }
        Ok(())
    }

    /// Forgets what a group holds.
    pub(super) fn clear(&mut self, group: usize) {
        match self {
            Self::Count(counts) => counts[group] = 0,
            Self::Integers { sums, counts, .. } => {
                sums[group] = 0;
                counts[group] = 0;
            }
            Self::Reals { sums, counts, .. } => {
                sums[group] = 0.0;
                counts[group] = 0;
            }
            Self::Vectors { sums, counts, .. } => {
                sums[group].clear();
                counts[group] = 0;
            }
            Self::Intervals { sums, counts, .. } => {
                sums[group] = [0; 3];
                counts[group] = 0;
            }
            Self::Decimals { sums, .. } => sums[group] = DecimalSums::default(),
            Self::Nothing => {}
            Self::Logical { values, .. } => values[group] = None,
            Self::Bits { values, .. } => values[group] = None,
            Self::Moments { moments, .. } => moments[group] = Moments::default(),
            Self::Concat { texts, .. } => texts[group] = None,
            Self::Arrays(arrays) => arrays.clear(group),
            Self::Added(states) => states.clear(group),
            Self::OrderedSet(set) => set.begin(0),
            Self::Sketches(sketches) => sketches[group] = Sketch::default(),
            Self::Extreme { best, .. } => best[group] = Value::Null,
        }
    }

    /// So many values will come of the group at hand, NULLs aside.
    pub(super) fn expect(&mut self, count: u64) {
        if let Self::OrderedSet(set) = self {
            set.begin(count);
        }
    }

    /// Bytes of what is made of a group, where that grows with every value.
    pub(super) fn value_bytes(&self, group: usize) -> usize {
        match self {
            Self::Concat { texts, .. } => texts[group].as_ref().map_or(0, String::len),
            Self::Arrays(arrays) => arrays.value_bytes(group),
            _ => 0,
        }
    }

    /// An empty column for results of so many groups.
    pub(super) fn new_results(&self, groups: usize) -> Column {
        Column::new(self.result_type(), groups)
    }

    /// The results of some groups.
    pub(super) fn finish(&self, groups: &[u32]) -> Result<Column> {
        let mut out = self.new_results(groups.len());
        for &group in groups {
            self.push_result(group as usize, &mut out)?;
        }
        Ok(out)
    }

    fn result_type(&self) -> SqlType {
        match self {
            Self::Count(_) | Self::Sketches(_) | Self::Integers { average: false, .. } => {
                SqlType::Integer
            }
            Self::Integers { average: true, .. } | Self::Reals { .. } => SqlType::Real,
            Self::Intervals { .. } => SqlType::Interval,
            Self::Decimals { .. } => SqlType::Numeric,
            Self::Vectors { .. } | Self::Nothing => SqlType::Unknown,
            Self::Logical { .. } => SqlType::Boolean,
            Self::Bits { .. } => SqlType::Integer,
            Self::Moments { .. } => SqlType::Real,
            Self::Concat { .. } => SqlType::Text,
            Self::Arrays(arrays) => arrays.result_type(),
            Self::Added(states) => states.result_type(),
            Self::OrderedSet(sets) => sets.result_type(),
            Self::Extreme { ty, .. } => *ty,
        }
    }

    /// Appends the result of a group.
    pub(super) fn push_result(&self, group: usize, out: &mut Column) -> Result<()> {
        match self {
            Self::Count(counts) => out.push_integer(counts[group]),
            Self::Integers { counts, .. }
            | Self::Reals { counts, .. }
            | Self::Vectors { counts, .. }
            | Self::Intervals { counts, .. }
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
            Self::Decimals { sums, result } => match sums[group].result(*result)? {
                Some(number) => out.push_numeric(number.finish()?.as_ref()),
                None => {
                    out.push_null();
                    Ok(())
                }
            },
            Self::Intervals {
                sums,
                counts,
                average,
            } => {
                let [months, days, micros] = sums[group];
                let sum = Interval::checked(months, days, micros)?;
                out.push_interval(if *average {
                    divided(sum, counts[group] as f64)?
                } else {
                    sum
                })
            }
            Self::Nothing => {
                out.push_null();
                Ok(())
            }
            Self::Logical { values, .. } => {
                out.push(values[group].map_or(ValueRef::Null, ValueRef::Boolean))
            }
            Self::Bits { values, .. } => {
                out.push(values[group].map_or(ValueRef::Null, ValueRef::Integer))
            }
            Self::Moments { moments, spread } => match moments[group].spread(*spread) {
                Some(value) => out.push_real(finite(value)?),
                None => {
                    out.push_null();
                    Ok(())
                }
            },
            Self::Concat { texts, .. } => out.push(
                texts[group]
                    .as_deref()
                    .map_or(ValueRef::Null, ValueRef::Text),
            ),
            Self::OrderedSet(set) => out.push(set.result()?.as_ref()),
            Self::Sketches(sketches) => out.push_integer(sketches[group].count()),
            Self::Arrays(arrays) => match arrays.result(group)? {
                Some(array) => out.push_array(array.as_ref()),
                None => {
                    out.push_null();
                    Ok(())
                }
            },
            Self::Added(states) => states.push_result(group, out),
            Self::Extreme { best, .. } => out.push(best[group].as_ref()),
        }
    }
}

fn wrong_type(values: &Column) -> Error {
    Error::sql(
        SqlState::DATATYPE_MISMATCH,
        format!("an aggregate met a value of type {}", values.sql_type()),
    )
}

/// Adds by component; an empty sum takes the dimension of the first vector.
fn add_vector(sum: &mut Vec<f64>, vector: impl ExactSizeIterator<Item = f64>) {
    if sum.is_empty() {
        sum.resize(vector.len(), 0.0);
    }
    for (sum, component) in sum.iter_mut().zip(vector) {
        *sum += component;
    }
}

fn parts(interval: Interval) -> [i128; 3] {
    [
        i128::from(interval.months()),
        i128::from(interval.days()),
        i128::from(interval.micros()),
    ]
}

fn add_parts(sum: &mut [i128; 3], other: [i128; 3]) {
    for (sum, other) in sum.iter_mut().zip(other) {
        *sum += other;
    }
}

/// Keeps the decisive value once it was there.
fn decide(all: &mut Option<bool>, value: Option<bool>, decisive: bool) {
    if all.is_none() || value == Some(decisive) {
        *all = value.or(*all);
    }
}

fn combine(all: &mut Option<i64>, value: Option<i64>, operate: fn(i64, i64) -> i64) {
    *all = match (*all, value) {
        (Some(a), Some(b)) => Some(operate(a, b)),
        (a, b) => a.or(b),
    };
}

/// Appends a text behind a separator.
fn join(all: &mut Option<String>, text: Option<&str>, separator: &str) -> Result<()> {
    match (all, text) {
        (_, None) => Ok(()),
        (Some(all), Some(text)) => {
            check_size(all.len() + separator.len() + text.len())?;
            all.push_str(separator);
            all.push_str(text);
            Ok(())
        }
        (all, Some(text)) => {
            *all = Some(text.to_owned());
            Ok(())
        }
    }
}

/// Takes a value that compares so with the best one, or is the first that is not NULL.
fn replace(best: &mut Value, value: ValueRef<'_>, wins: Wins) {
    let is_null = matches!(value, ValueRef::Null);
    if !is_null && (best.is_null() || wins.compare(value, best.as_ref()) == wins.order) {
        *best = value.to_owned();
    }
}

/// Which of two values is kept: the one that compares so with the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wins {
    order: Ordering,
    collation: Collation,
}

impl Wins {
    fn by_value(order: Ordering) -> Self {
        Self {
            order,
            collation: Collation::Binary,
        }
    }

    fn compare(self, a: ValueRef<'_>, b: ValueRef<'_>) -> Ordering {
        match (a, b) {
            (ValueRef::Text(a), ValueRef::Text(b)) if self.collation != Collation::Binary => {
                self.collation.key(a).cmp(&self.collation.key(b))
            }
            (a, b) => total_order(a, b),
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
