//! From the values of a sample to the statistics of a column.

use std::cmp::Ordering;
use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::distinct::Seen;
use crate::batch::Column;
use crate::error::Result;
use crate::schema::{ColumnStatistics, Distinct};
use crate::store::put_key_column;
use crate::types::{ScalarType, SqlType, Value, ValueRef, total_order};

/// Common values that are kept, at most; and parts that the others are cut into.
const COMMON_MAX: usize = 100;
const PARTS_MAX: usize = 100;

/// How much more often than others a value is seen that is kept as a common one.
const COMMON_FACTOR: f64 = 1.25;

/// Bytes of a value that is kept; a text beyond is cut, and is no common one.
const VALUE_BYTES_MAX: usize = 64;

/// Collects the values of one column.
#[derive(Debug)]
pub(super) struct Collector {
    /// Values of the type have an order, and statistics can name them.
    is_ordered: bool,
    rows: u64,
    nulls: u64,
    bytes: u64,
    values: Vec<Sample>,
    key: Vec<u8>,
}

/// A value that was seen.
#[derive(Debug)]
struct Sample {
    /// What of it can be kept.
    value: Option<Value>,
    /// Tells it from others of which the same is kept.
    hash: u64,
    is_whole: bool,
}

/// Equal values.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: usize,
    count: usize,
}

impl Collector {
    pub(super) fn new(ty: SqlType) -> Self {
        let is_ordered = !matches!(
            ty,
            SqlType::Vector(_) | SqlType::Array(ScalarType::Enum(_)) | SqlType::Unknown
        );
        Self {
            is_ordered,
            rows: 0,
            nulls: 0,
            bytes: 0,
            values: Vec::new(),
            key: Vec::new(),
        }
    }

    /// Takes the values of a batch.
    ///
    /// # Errors
    /// A value has no order although its type has one.
    pub(super) fn push(&mut self, column: &Column) -> Result<()> {
        for row in 0..column.len() {
            let value = column.get(row);
            self.rows += 1;
            if value.is_null() {
                self.nulls += 1;
                continue;
            }
            self.bytes += width(value) as u64;
            if self.is_ordered {
                self.key.clear();
                put_key_column(&mut self.key, value)?;
                let (value, is_whole) = kept(value);
                self.values.push(Sample {
                    value,
                    hash: hash_of(&self.key),
                    is_whole,
                });
            }
        }
        Ok(())
    }

    /// What they tell of a table of so many rows.
    pub(super) fn finish(mut self, table_rows: u64) -> ColumnStatistics {
        let rows = self.rows.max(1) as f64;
        let nulls = self.nulls as f64 / rows;
        let not_null = self.rows - self.nulls;
        self.values.sort_by(order);
        let runs = runs(&self.values);
        let seen = Seen::of(runs.iter().map(|run| run.count as u64));
        let total = table_rows as f64 * (1.0 - nulls);
        let distinct = seen.estimate(total);
        let common = self.common(&runs, seen, self.rows >= table_rows);
        let is_rest = |run: &&Run| !common.iter().any(|known| known.first == run.first);
        let rest: Vec<Run> = runs.iter().filter(is_rest).copied().collect();
        ColumnStatistics {
            nulls,
            width: self.bytes as f64 / not_null.max(1) as f64,
            distinct: Distinct::of(distinct, table_rows as f64),
            bounds: self.bounds(&rest),
            common: common
                .iter()
                .filter_map(|run| {
                    let value = self.values[run.first].value.clone()?;
                    Some((value, run.count as f64 / rows))
                })
                .collect(),
        }
    }

    /// All values where they are few and all are known, else those that are far more common than others.
    fn common(&self, runs: &[Run], seen: Seen, is_whole: bool) -> Vec<Run> {
        let is_kept = |run: &&Run| self.values[run.first].is_whole;
        let are_known = is_whole || seen.once == 0;
        let mut common: Vec<Run> = if are_known && runs.len() <= COMMON_MAX {
            runs.iter().filter(is_kept).copied().collect()
        } else {
            let average = seen.all as f64 / seen.distinct.max(1) as f64;
            let least = (average * COMMON_FACTOR).max(1.0);
            let is_common = |run: &&Run| run.count as f64 > least;
            runs.iter()
                .filter(is_kept)
                .filter(is_common)
                .copied()
                .collect()
        };
        // Runs are in the order of their values, and stay so among equals.
        common.sort_by_key(|run| std::cmp::Reverse(run.count));
        common.truncate(COMMON_MAX);
        common
    }

    /// Cuts the values of some runs into parts of one size.
    fn bounds(&self, runs: &[Run]) -> Vec<Value> {
        let places = runs.iter().flat_map(|run| run.first..run.first + run.count);
        let values: Vec<&Value> = places
            .filter_map(|at| self.values[at].value.as_ref())
            .collect();
        if runs.len() < 2 || values.len() < 2 {
            return Vec::new();
        }
        let last = values.len() - 1;
        let parts = last.min(PARTS_MAX);
        (0..=parts)
            .map(|part| values[part * last / parts].clone())
            .collect()
    }
}

fn order(a: &Sample, b: &Sample) -> Ordering {
    let by_value = match (&a.value, &b.value) {
        (Some(a), Some(b)) => total_order(a.as_ref(), b.as_ref()),
        (a, b) => b.is_some().cmp(&a.is_some()),
    };
    by_value.then(a.hash.cmp(&b.hash))
}

fn runs(values: &[Sample]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, value) in values.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if order(&values[run.first], value).is_eq() => run.count += 1,
            _ => runs.push(Run {
                first: at,
                count: 1,
            }),
        }
    }
    runs
}

/// What of a value can be kept, and whether that is all of it.
fn kept(value: ValueRef<'_>) -> (Option<Value>, bool) {
    match value {
        ValueRef::Text(text) => {
            let end = text.floor_char_boundary(VALUE_BYTES_MAX);
            (Some(Value::Text(text[..end].to_owned())), end == text.len())
        }
        ValueRef::Blob(bytes) => {
            let end = bytes.len().min(VALUE_BYTES_MAX);
            (
                Some(Value::Blob(bytes[..end].to_owned())),
                end == bytes.len(),
            )
        }
        value if width(value) > VALUE_BYTES_MAX => (None, false),
        value => (Some(value.to_owned()), true),
    }
}

/// Bytes that a value takes.
fn width(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Null => 0,
        ValueRef::Boolean(_) => 1,
        ValueRef::Date(_) => 4,
        ValueRef::Integer(_)
        | ValueRef::Real(_)
        | ValueRef::Time(_)
        | ValueRef::Timestamp(_)
        | ValueRef::TimestampTz(_)
        | ValueRef::Enum(_) => 8,
        ValueRef::Interval(_) | ValueRef::Uuid(_) => 16,
        ValueRef::Text(text) => text.len(),
        ValueRef::Blob(bytes) => bytes.len(),
        ValueRef::Numeric(number) => number.as_bytes().len(),
        ValueRef::Vector(vector) => vector.len() * 4,
        ValueRef::Bits(bits) => bits.as_bytes().len(),
        ValueRef::Array(array) => array.as_bytes().len(),
    }
}

pub(super) fn hash_of(bytes: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[Value], ty: SqlType, table_rows: u64) -> ColumnStatistics {
        let mut column = Column::new(ty, values.len());
        for value in values {
            column.push(value.as_ref()).unwrap();
        }
        let mut collector = Collector::new(ty);
        collector.push(&column).unwrap();
        collector.finish(table_rows)
    }

    #[test]
    fn a_skewed_value_is_common_and_the_rest_is_cut() {
        let skewed = (0..1000).map(|n| Value::Integer(if n % 2 == 0 { -7 } else { n }));
        let values: Vec<Value> = skewed.chain([Value::Null]).collect();
        let found = of(&values, SqlType::Integer, 1001);
        assert_eq!(found.common.len(), 1);
        assert_eq!(found.common[0].0, Value::Integer(-7));
        assert!((found.common[0].1 - 500.0 / 1001.0).abs() < 1e-9);
        assert!((found.nulls - 1.0 / 1001.0).abs() < 1e-9);
        assert_eq!(found.bounds.len(), PARTS_MAX + 1);
        assert_eq!(found.bounds[0], Value::Integer(1));
        assert_eq!(found.bounds[PARTS_MAX], Value::Integer(999));
        assert!((found.distinct.among(1001.0) - 501.0).abs() < 1e-9);
    }

    #[test]
    fn few_values_are_all_kept() {
        let values: Vec<Value> = (0..300).map(|n| Value::Integer(n % 3)).collect();
        let found = of(&values, SqlType::Integer, 300);
        assert_eq!(found.common.len(), 3);
        assert!(found.bounds.is_empty());
        assert_eq!(found.rest_share(), 0.0);
    }

    #[test]
    fn long_texts_are_told_apart_and_cut() {
        let long = |n: usize| Value::Text(format!("{}{n}", "é".repeat(50)));
        let values: Vec<Value> = (0..20).map(|n| long(n % 10)).collect();
        let found = of(&values, SqlType::Text, 20);
        assert_eq!(found.distinct.among(20.0), 10.0);
        assert!(found.common.is_empty());
        let short = |bound: &Value| matches!(bound, Value::Text(t) if t.len() <= VALUE_BYTES_MAX);
        assert!(!found.bounds.is_empty() && found.bounds.iter().all(short));
    }

    #[test]
    fn nothing_is_told_of_no_rows() {
        let found = of(&[], SqlType::Text, 0);
        assert_eq!(found.nulls, 0.0);
        assert!(found.common.is_empty() && found.bounds.is_empty());
    }
}
