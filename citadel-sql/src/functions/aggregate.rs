//! Aggregate functions.

use std::sync::Arc;

use super::AddedAggregate;
use crate::types::Collation;

/// An aggregate function. NULL arguments are skipped, but by ARRAY_AGG and those that a program added so; over no rows COUNT is 0 and the others are NULL.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum AggregateFunction {
    /// `COUNT(*)`.
    CountRows,
    /// `COUNT(x)`.
    Count,
    /// `SUM(x)`: INTEGER stays INTEGER, and overflow is an error; VECTOR by component.
    Sum,
    /// `AVG(x)`: REAL; VECTOR by component.
    Avg,
    /// `MIN(x)`.
    Min,
    /// `MAX(x)`.
    Max,
    /// `BOOL_AND(x)`, `EVERY(x)`.
    BoolAnd,
    /// `BOOL_OR(x)`.
    BoolOr,
    /// `BIT_AND(x)`.
    BitAnd,
    /// `BIT_OR(x)`.
    BitOr,
    /// `BIT_XOR(x)`.
    BitXor,
    /// Variance and standard deviation.
    Spread(Spread),
    /// `STRING_AGG(x, separator)`, `GROUP_CONCAT(x [, separator])`.
    Concat,
    /// `PERCENTILE_CONT(fraction) WITHIN GROUP (ORDER BY x)`, `MEDIAN(x)`, and `PERCENTILE_DISC`, which gives one of the values.
    Percentile { continuous: bool },
    /// `MODE() WITHIN GROUP (ORDER BY x)`: what is there most often.
    Mode,
    /// `APPROX_COUNT_DISTINCT(x)`.
    ApproxCount,
    /// `MIN(x)` or `MAX(x)` of texts by a collation other than bytes.
    Collated {
        greatest: bool,
        collation: Collation,
    },
    /// `ARRAY_AGG(x)`: NULLs too; of arrays it is one with a dimension more.
    Array,
    /// One that the program added.
    Added(Arc<AddedAggregate>),
}

/// The percentile half way, of an argument that is written as that of any aggregate.
pub(crate) const MEDIAN: &str = "median";

/// SQLite's sum, which is REAL, and 0 over no rows.
pub(crate) const TOTAL: &str = "total";

/// Which measure of spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Spread {
    /// Of a sample, so that n - 1 divides; else of the whole population.
    pub(crate) sample: bool,
    /// The square root: a standard deviation.
    pub(crate) root: bool,
}

const fn spread(sample: bool, root: bool) -> AggregateFunction {
    AggregateFunction::Spread(Spread { sample, root })
}

/// All by name; the first name of a function is its usual one.
static BY_NAME: [(&str, AggregateFunction); 27] = [
    ("count", AggregateFunction::Count),
    ("sum", AggregateFunction::Sum),
    ("avg", AggregateFunction::Avg),
    ("min", AggregateFunction::Min),
    ("max", AggregateFunction::Max),
    ("bool_and", AggregateFunction::BoolAnd),
    ("every", AggregateFunction::BoolAnd),
    ("bool_or", AggregateFunction::BoolOr),
    ("bit_and", AggregateFunction::BitAnd),
    ("bit_or", AggregateFunction::BitOr),
    ("bit_xor", AggregateFunction::BitXor),
    ("stddev_samp", spread(true, true)),
    ("stddev", spread(true, true)),
    ("stddev_pop", spread(false, true)),
    ("var_samp", spread(true, false)),
    ("variance", spread(true, false)),
    ("var_pop", spread(false, false)),
    ("string_agg", AggregateFunction::Concat),
    ("group_concat", AggregateFunction::Concat),
    ("array_agg", AggregateFunction::Array),
    (
        "percentile_cont",
        AggregateFunction::Percentile { continuous: true },
    ),
    (MEDIAN, AggregateFunction::Percentile { continuous: true }),
    (
        "percentile_disc",
        AggregateFunction::Percentile { continuous: false },
    ),
    ("mode", AggregateFunction::Mode),
    (TOTAL, AggregateFunction::Sum),
    ("approx_count_distinct", AggregateFunction::ApproxCount),
    ("count", AggregateFunction::CountRows),
];

impl AggregateFunction {
    /// The function of a lower-case name.
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        let found = BY_NAME.iter().find(|(known, _)| *known == name);
        found.map(|(_, function)| function.clone())
    }

    /// Their names.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        BY_NAME.iter().map(|(name, _)| *name)
    }

    /// Its name in SQL.
    pub(crate) fn name(&self) -> &str {
        let known = match self {
            Self::Added(function) => return function.name(),
            Self::Collated { greatest: true, .. } => &Self::Max,
            Self::Collated { .. } => &Self::Min,
            other => other,
        };
        let found = BY_NAME.iter().find(|(_, function)| function == known);
        found.map_or("", |(name, _)| name)
    }

    /// Does the result depend on the order of rows?
    pub(crate) fn is_ordered(&self) -> bool {
        matches!(self, Self::Concat | Self::Array | Self::Added(_)) || self.is_ordered_set()
    }

    /// Is it written with WITHIN GROUP?
    pub(crate) fn is_ordered_set(&self) -> bool {
        matches!(self, Self::Percentile { .. } | Self::Mode)
    }

    /// Does it take NULLs, which all others pass over?
    pub(crate) fn takes_nulls(&self) -> bool {
        match self {
            Self::Array => true,
            Self::Added(function) => function.takes_nulls(),
            _ => false,
        }
    }
}
