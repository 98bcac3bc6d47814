//! Which rows a scan visits, and which way.

/// Which way a scan goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    Forward,
    Backward,
}

/// Row ids from `first` to `last`, both included; none if `first > last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowIdRange {
    pub(crate) first: i64,
    pub(crate) last: i64,
}

impl RowIdRange {
    /// Every row.
    pub(crate) const ALL: Self = Self {
        first: i64::MIN,
        last: i64::MAX,
    };

    /// No row.
    pub(crate) const NONE: Self = Self { first: 1, last: 0 };

    /// Has it no row?
    pub(crate) fn is_empty(self) -> bool {
        self.first > self.last
    }
}
