//! What of a WHERE clause a segment can answer: conditions over its filter columns and constants.
//!
//! Constants stay expressions here, since parameters are known at execution only.

use std::cmp::Ordering;

use crate::bind::bound::{BinaryOp, ColumnId, Expr};
use crate::types::SqlType;

/// A condition over filter columns and constants. Three-valued, as the expression it was made from.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    /// A condition without columns.
    Constant(Expr),
    /// `column op value`.
    Compare {
        filter: Filter,
        op: Comparison,
        value: Expr,
    },
    /// `column IN (…)`.
    In {
        filter: Filter,
        list: Vec<Expr>,
    },
    /// `column BETWEEN low AND high`.
    Between {
        filter: Filter,
        low: Expr,
        high: Expr,
    },
    /// `column IS DISTINCT FROM value`.
    IsDistinct {
        filter: Filter,
        value: Expr,
    },
    /// `column IS NULL`.
    IsNull(Filter),
    /// `column LIKE pattern`, in which case matters.
    Like {
        filter: Filter,
        pattern: Expr,
        escape: Option<char>,
        /// The whole expression, for patterns that are more than a prefix.
        expr: Expr,
    },
    /// Any other condition on one column: it is evaluated for each distinct value, where they are few.
    ByValue {
        filter: Filter,
        expr: Expr,
    },
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
}

/// A column that a segment holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) place: FilterPlace,
    /// The column in the rows of its relation.
    pub(crate) column: ColumnId,
    pub(crate) ty: SqlType,
}

/// Where a segment holds a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FilterPlace {
    /// A place in [`AnnIndex::filters`](crate::schema::AnnIndex::filters).
    Attribute(usize),
    /// The row id, which every segment has.
    RowId,
}

/// How a column compares with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Eq,
    Lt,
    LtEq,
    Gt,
    GtEq,
}

/// A conjunct that the index answers, and the expression it was made from.
#[derive(Clone, Debug)]
pub(crate) struct Pushed {
    pub(crate) condition: Condition,
    /// For EXPLAIN, and for rows of the delta, which have no entry in a segment.
    pub(crate) expr: Expr,
}

impl Comparison {
    /// Does it hold between values of this order?
    pub(crate) fn is_satisfied_by(self, order: Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Lt => order.is_lt(),
            Self::LtEq => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::GtEq => order.is_ge(),
        }
    }

    /// `5 < x` is `x > 5`.
    pub(super) fn mirrored(self) -> Self {
        match self {
            Self::Eq => Self::Eq,
            Self::Lt => Self::Gt,
            Self::LtEq => Self::GtEq,
            Self::Gt => Self::Lt,
            Self::GtEq => Self::LtEq,
        }
    }

    /// How an operator compares; `None`: not by order.
    pub(super) fn of(op: BinaryOp) -> Option<Self> {
        match op {
            BinaryOp::Eq => Some(Self::Eq),
            BinaryOp::Lt => Some(Self::Lt),
            BinaryOp::LtEq => Some(Self::LtEq),
            BinaryOp::Gt => Some(Self::Gt),
            BinaryOp::GtEq => Some(Self::GtEq),
            _ => None,
        }
    }
}
