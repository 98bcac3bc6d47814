//! Window functions.

use super::AggregateFunction;

/// A function of the rows of a partition, or of a frame of them, for the row at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WindowFunction {
    RowNumber,
    Rank,
    DenseRank,
    PercentRank,
    CumeDist,
    /// The number of the bucket, of as many as the argument says.
    Ntile,
    /// The value some rows before, or else a default.
    Lag,
    /// The value some rows after, or else a default.
    Lead,
    FirstValue,
    LastValue,
    NthValue,
    /// An aggregate of the frame.
    Aggregate(AggregateFunction),
}

/// Those that are no aggregates, by name, with the fewest and most arguments.
static BY_NAME: [(&str, WindowFunction, std::ops::RangeInclusive<usize>); 11] = [
    ("row_number", WindowFunction::RowNumber, 0..=0),
    ("rank", WindowFunction::Rank, 0..=0),
    ("dense_rank", WindowFunction::DenseRank, 0..=0),
    ("percent_rank", WindowFunction::PercentRank, 0..=0),
    ("cume_dist", WindowFunction::CumeDist, 0..=0),
    ("ntile", WindowFunction::Ntile, 1..=1),
    ("lag", WindowFunction::Lag, 1..=3),
    ("lead", WindowFunction::Lead, 1..=3),
    ("first_value", WindowFunction::FirstValue, 1..=1),
    ("last_value", WindowFunction::LastValue, 1..=1),
    ("nth_value", WindowFunction::NthValue, 2..=2),
];

impl WindowFunction {
    /// The function of a lower-case name that needs OVER, and how many arguments it takes.
    pub(crate) fn by_name(name: &str) -> Option<(Self, std::ops::RangeInclusive<usize>)> {
        let found = BY_NAME.iter().find(|(known, _, _)| *known == name);
        found.map(|(_, function, arity)| (function.clone(), arity.clone()))
    }

    /// Their names.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        BY_NAME.iter().map(|(name, _, _)| *name)
    }

    /// Its name in SQL; an aggregate has its own.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Aggregate(function) => function.name(),
            _ => BY_NAME
                .iter()
                .find(|(_, function, _)| function == self)
                .map_or("", |(name, _, _)| name),
        }
    }
}
