//! Window functions' OVER.

use super::{Expr, Identifier, OrderKey};

/// What follows OVER, or a name in WINDOW.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Over {
    /// A window of the WINDOW clause.
    Name(Identifier),
    Window(Box<Window>),
}

/// `([name] [PARTITION BY …] [ORDER BY …] [frame])`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Window {
    /// A window of the WINDOW clause that this one goes on from.
    pub(crate) base: Option<Identifier>,
    pub(crate) partition_by: Vec<Expr>,
    pub(crate) order_by: Vec<OrderKey>,
    pub(crate) frame: Option<Frame>,
}

/// The rows of a partition that a function sees for the row at hand.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) units: FrameUnits,
    pub(crate) start: FrameBound,
    pub(crate) end: FrameBound,
    pub(crate) exclusion: Exclusion,
}

/// What the offsets of a frame count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameUnits {
    Rows,
    /// Differences of the value that the partition is ordered by.
    Range,
    /// Rows that are alike in the order.
    Groups,
}

/// Where a frame begins or ends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FrameBound {
    UnboundedPreceding,
    Preceding(Expr),
    CurrentRow,
    Following(Expr),
    UnboundedFollowing,
}

/// `EXCLUDE …`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exclusion {
    NoOthers,
    CurrentRow,
    /// The row at hand and those that are alike in the order.
    Group,
    /// Those that are alike in the order, but not the row itself.
    Ties,
}

impl FrameUnits {
    /// Its word in SQL.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rows => "ROWS",
            Self::Range => "RANGE",
            Self::Groups => "GROUPS",
        }
    }
}

impl Exclusion {
    /// Its words in SQL, after EXCLUDE.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NoOthers => "NO OTHERS",
            Self::CurrentRow => "CURRENT ROW",
            Self::Group => "GROUP",
            Self::Ties => "TIES",
        }
    }
}
