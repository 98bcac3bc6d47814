//! Expressions.

use super::{BinaryOp, DistanceMetric, Identifier, OrderKey, Over, Query, UnaryOp};
use crate::error::Position;
use crate::types::{Limit, Numeric, SqlType};

/// An expression and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) position: Option<Position>,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ExprKind {
    Null,
    Boolean(bool),
    Integer(i64),
    /// A number with a point or an exponent, and how it is written.
    Real {
        value: f64,
        text: String,
    },
    /// A whole number beyond the range of INTEGER.
    Numeric(Numeric),
    /// A string whose type its place decides, TEXT where nothing does.
    Text(String),
    Blob(Vec<u8>),
    /// By place from 0 in the statement's parameters.
    Parameter(usize),
    /// `DEFAULT` in VALUES of INSERT and in SET.
    Default,
    Column {
        table: Option<Identifier>,
        column: Identifier,
    },
    /// `x COLLATE c`
    Collate {
        operand: Box<Expr>,
        collation: Identifier,
    },
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Distance {
        metric: DistanceMetric,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    IsNull {
        operand: Box<Expr>,
        negated: bool,
    },
    /// `IS [NOT] TRUE | FALSE | UNKNOWN`
    IsTruth {
        operand: Box<Expr>,
        truth: Truth,
        negated: bool,
    },
    IsDistinct {
        left: Box<Expr>,
        right: Box<Expr>,
        negated: bool,
    },
    Between {
        operand: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
        negated: bool,
    },
    InList {
        operand: Box<Expr>,
        list: Vec<Expr>,
        negated: bool,
    },
    Like {
        operand: Box<Expr>,
        pattern: Box<Expr>,
        escape: Option<char>,
        case_insensitive: bool,
        negated: bool,
    },
    Case {
        operand: Option<Box<Expr>>,
        branches: Vec<WhenThen>,
        otherwise: Option<Box<Expr>>,
    },
    Cast {
        operand: Box<Expr>,
        to: SqlType,
        /// As in [`ColumnDefinition`](super::ColumnDefinition).
        named: Option<Identifier>,
        /// What the type's name says beyond.
        limit: Option<Limit>,
    },
    Function {
        name: Identifier,
        arguments: Arguments,
    },
    /// `aggregate(…) FILTER (WHERE condition)`
    Filtered {
        name: Identifier,
        arguments: Arguments,
        filter: Box<Expr>,
    },
    /// `function(…) [FILTER (WHERE condition)] OVER …`
    Window {
        name: Identifier,
        arguments: Arguments,
        filter: Option<Box<Expr>>,
        over: Box<Over>,
    },
    /// `ARRAY[…]`; inside it `[…]` is one too.
    Array(Vec<Expr>),
    /// `a[i]`, `a[l:u]`, `a[i][j]`
    Subscript {
        array: Box<Expr>,
        subscripts: Vec<Subscript>,
    },
    /// `x = ANY (array)`, `x < ALL (array)`
    AnyElement {
        operand: Box<Expr>,
        op: BinaryOp,
        array: Box<Expr>,
        all: bool,
    },
    /// `(query)`: its only value, NULL without a row.
    Subquery(Box<Query>),
    /// `EXISTS (query)`
    Exists(Box<Query>),
    /// `x = ANY (query)` and its like; `x IN (query)` is one. `x < ALL (query)` is `NOT x >= ANY (query)`.
    Any {
        operand: Box<Expr>,
        op: BinaryOp,
        query: Box<Query>,
    },
}

/// The truth values that `IS` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    True,
    False,
    Unknown,
}

/// What stands between brackets behind an array.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Subscript {
    Index(Expr),
    /// An end that is not said is that of the array.
    Slice(Option<Expr>, Option<Expr>),
}

/// `WHEN … THEN …`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WhenThen {
    pub(crate) when: Expr,
    pub(crate) then: Expr,
}

/// What stands between a function's parentheses.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Arguments {
    /// `(*)`
    Star,
    /// `(a) WITHIN GROUP (ORDER BY b)`
    WithinGroup {
        values: Vec<Expr>,
        order_by: Vec<OrderKey>,
    },
    /// `([DISTINCT] a, b [ORDER BY …])`
    List {
        distinct: bool,
        values: Vec<Expr>,
        order_by: Vec<OrderKey>,
    },
}
