//! Aggregate functions.

/// An aggregate function. NULL arguments are skipped; over no rows COUNT is 0 and the others are NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
}
