//! What ANALYZE has found in a table: what the planner estimates from.
//!
//! Statistics are a part of the catalog: gathered, replaced and dropped in a transaction as definitions are, and every
//! change of them is a new version of the schema, so that plans are made anew. They say how rows *were*; no plan relies on
//! them for its answer.
//!
//! Shares are of the rows that were looked at, and hold for a table of another size too: how many rows there are is asked
//! of the table when a plan is made.

mod encoding;

use std::cmp::Ordering;

use super::{ColumnNo, IndexId};
use crate::types::{Value, ValueRef, total_order};

pub(super) use encoding::{decode, encode};

/// Of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TableStatistics {
    /// Rows that it had.
    pub(crate) rows: u64,
    /// Rows that were looked at.
    pub(crate) sampled: u64,
    /// By ascending column.
    pub(crate) columns: Vec<(ColumnNo, ColumnStatistics)>,
    /// Of its btree indexes, by ascending id.
    pub(crate) indexes: Vec<IndexStatistics>,
}

/// Of a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ColumnStatistics {
    /// The share of rows with NULL.
    pub(crate) nulls: f64,
    /// Bytes that a value takes, on average.
    pub(crate) width: f64,
    /// How many values there are, NULL aside.
    pub(crate) distinct: Distinct,
    /// Values that are far more common than others, and the share of all rows that each has; the most common one first.
    pub(crate) common: Vec<(Value, f64)>,
    /// Values that cut the rows with others into parts of one size, ascending: the least, the ends of the parts, the
    /// greatest. Long ones are cut short.
    pub(crate) bounds: Vec<Value>,
}

/// How many values something has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Distinct {
    /// So many, however many rows there are.
    Count(f64),
    /// More, the more rows there are: so many for each row.
    PerRow(f64),
}

/// Of a btree index.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct IndexStatistics {
    pub(crate) index: IndexId,
    /// How many values the first column of its key has, the first two together, and so on; NULLs are alike.
    pub(crate) prefixes: Vec<Distinct>,
}

impl Distinct {
    /// So many among rows that have been looked at, and what that says of more: from a tenth of them on, more rows have
    /// more values.
    pub(crate) fn of(distinct: f64, rows: f64) -> Self {
        if rows > 0.0 && distinct > rows / 10.0 {
            Self::PerRow(distinct / rows)
        } else {
            Self::Count(distinct)
        }
    }

    /// How many there are among so many rows.
    pub(crate) fn among(self, rows: f64) -> f64 {
        let distinct = match self {
            Self::Count(count) => count,
            Self::PerRow(share) => share * rows,
        };
        distinct.min(rows).max(1.0)
    }
}

impl TableStatistics {
    /// Of a column; `None`: it was not looked at.
    pub(crate) fn column(&self, no: ColumnNo) -> Option<&ColumnStatistics> {
        let at = self.columns.binary_search_by_key(&no, |(no, _)| *no);
        Some(&self.columns.get(at.ok()?)?.1)
    }

    /// Of an index; `None`: it was not looked at.
    pub(crate) fn index(&self, id: IndexId) -> Option<&IndexStatistics> {
        let at = self.indexes.binary_search_by_key(&id, |index| index.index);
        self.indexes.get(at.ok()?)
    }

    /// The same after columns and indexes have got other numbers; what has none any more is left out.
    pub(crate) fn moved(
        &self,
        column: impl Fn(ColumnNo) -> Option<ColumnNo>,
        index: impl Fn(IndexId) -> Option<IndexId>,
    ) -> Self {
        let columns = self.columns.iter();
        let columns = columns.filter_map(|(no, of)| Some((column(*no)?, of.clone())));
        let indexes = self.indexes.iter();
        let indexes = indexes.filter_map(|of| {
            Some(IndexStatistics {
                index: index(of.index)?,
                prefixes: of.prefixes.clone(),
            })
        });
        let mut moved = Self {
            columns: columns.collect(),
            indexes: indexes.collect(),
            ..*self
        };
        moved.columns.sort_by_key(|(no, _)| *no);
        moved.indexes.sort_by_key(|index| index.index);
        moved
    }

    /// The same, where it says something, over what older ones say of all else.
    pub(crate) fn over(mut self, older: &Self) -> Self {
        for (no, of) in &older.columns {
            if self.column(*no).is_none() {
                self.columns.push((*no, of.clone()));
                self.columns.sort_by_key(|(no, _)| *no);
            }
        }
        for of in &older.indexes {
            if self.index(of.index).is_none() {
                self.indexes.push(of.clone());
                self.indexes.sort_by_key(|index| index.index);
            }
        }
        self
    }
}

impl ColumnStatistics {
    /// The share of rows with one of the common values.
    pub(crate) fn common_share(&self) -> f64 {
        self.common.iter().map(|(_, share)| share).sum()
    }

    /// The share of rows that have a value which is not among the common ones.
    pub(crate) fn rest_share(&self) -> f64 {
        (1.0 - self.nulls - self.common_share()).max(0.0)
    }

    /// How many values the common ones are not, in a table of so many rows.
    pub(crate) fn rest_distinct(&self, rows: f64) -> f64 {
        (self.distinct.among(rows) - self.common.len() as f64).max(1.0)
    }

    /// The share of rows that are equal to a value.
    pub(crate) fn equal_share(&self, value: ValueRef<'_>, rows: f64) -> f64 {
        if value.is_null() {
            return 0.0;
        }
        let mut common = self.common.iter();
        match common.find(|(known, _)| total_order(known.as_ref(), value).is_eq()) {
            Some((_, share)) => *share,
            None => {
                let share = self.rest_share() / self.rest_distinct(rows);
                // Were it more common than the least common of these, it would be one of them.
                let least = self.common.last().map_or(1.0, |(_, share)| *share);
                share.min(least)
            }
        }
    }

    /// The share of rows that are equal to a value which nobody knows.
    pub(crate) fn average_share(&self, rows: f64) -> f64 {
        (1.0 - self.nulls).max(0.0) / self.distinct.among(rows)
    }

    /// The share of rows that are below a value, or equal to it where that is said.
    pub(crate) fn below_share(&self, value: ValueRef<'_>, or_equal: bool) -> Option<f64> {
        let is_below = |known: &Value| match total_order(known.as_ref(), value) {
            Ordering::Less => true,
            Ordering::Equal => or_equal,
            Ordering::Greater => false,
        };
        let common = self.common.iter().filter(|(known, _)| is_below(known));
        let common: f64 = common.map(|(_, share)| share).sum();
        let rest = self.rest_share();
        match self.bounds.as_slice() {
            [] if self.common.is_empty() => None,
            // What is not common is spread as the common values are.
            [] => Some(common + rest * common / self.common_share().max(f64::MIN_POSITIVE)),
            bounds => Some(common + rest * position(bounds, value)),
        }
    }
}

/// Where among cuts a value lies: from 0 at the first to 1 at the last.
fn position(bounds: &[Value], value: ValueRef<'_>) -> f64 {
    let above = bounds.partition_point(|bound| total_order(bound.as_ref(), value).is_lt());
    if above == 0 {
        return 0.0;
    }
    let (Some(low), Some(high)) = (bounds.get(above - 1), bounds.get(above)) else {
        return 1.0;
    };
    let parts = (bounds.len() - 1) as f64;
    let within = match (number(low.as_ref()), number(value), number(high.as_ref())) {
        (Some(low), Some(value), Some(high)) if high > low => {
            ((value - low) / (high - low)).clamp(0.0, 1.0)
        }
        _ => 0.5,
    };
    ((above - 1) as f64 + within) / parts
}

/// A value as a number that is in proportion to it, if there is one: for a text, of what its first bytes are.
fn number(value: ValueRef<'_>) -> Option<f64> {
    let of_bytes = |bytes: &[u8]| {
        let digits = bytes.iter().take(8).zip(1..);
        digits
            .map(|(byte, place)| f64::from(*byte) / 256_f64.powi(place))
            .sum()
    };
    Some(match value {
        ValueRef::Boolean(v) => f64::from(u8::from(v)),
        ValueRef::Integer(v) => v as f64,
        ValueRef::Real(v) => v,
        ValueRef::Numeric(v) => v.decimal().to_real(),
        ValueRef::Date(v) => f64::from(v.days()),
        ValueRef::Time(v) => v.micros() as f64,
        ValueRef::Timestamp(v) => v.micros() as f64,
        ValueRef::TimestampTz(v) => v.micros() as f64,
        ValueRef::Interval(v) => v.span() as f64,
        ValueRef::Enum(v) => v.place() as f64,
        ValueRef::Text(v) => of_bytes(v.as_bytes()),
        ValueRef::Blob(v) => of_bytes(v),
        ValueRef::Uuid(v) => of_bytes(v.as_bytes()),
        ValueRef::Null | ValueRef::Vector(_) | ValueRef::Bits(_) | ValueRef::Array(_) => {
            return None;
        }
    })
}

#[cfg(test)]
mod tests;
