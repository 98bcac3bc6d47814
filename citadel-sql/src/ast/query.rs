//! SELECT, VALUES and what they are made of.

use super::{Expr, Identifier};
use crate::error::Position;

/// A query: rows, their order, and how many.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Query {
    pub(crate) body: QueryBody,
    pub(crate) order_by: Vec<OrderKey>,
    pub(crate) limit: Option<Expr>,
    pub(crate) offset: Option<Expr>,
}

/// Where a query's rows come from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum QueryBody {
    Select(Box<Select>),
    Values(Values),
}

/// `VALUES (…), (…)`; every row has as many expressions as the first, which `parse` has checked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Values {
    pub(crate) rows: Vec<Vec<Expr>>,
}

/// SELECT without ORDER BY and LIMIT.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Select {
    pub(crate) distinctness: Distinctness,
    pub(crate) items: Vec<SelectItem>,
    /// Joined by commas.
    pub(crate) from: Vec<Relation>,
    pub(crate) filter: Option<Expr>,
    pub(crate) group_by: Vec<Expr>,
    pub(crate) having: Option<Expr>,
}

/// ALL or DISTINCT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Distinctness {
    All,
    Distinct,
}

/// One item of a select list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SelectItem {
    /// `*`
    Star(Option<Position>),
    /// `t.*`
    TableStar(Identifier),
    /// `expr [AS alias]`
    Expr {
        expr: Expr,
        alias: Option<Identifier>,
    },
}

/// A relation in FROM.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Relation {
    Table {
        name: Identifier,
        alias: Option<TableAlias>,
    },
    Values {
        values: Values,
        alias: Option<TableAlias>,
        position: Option<Position>,
    },
    /// `function(argument, …)`
    Function {
        name: Identifier,
        arguments: Vec<Expr>,
        alias: Option<TableAlias>,
    },
    Join(Box<Join>),
}

/// `AS alias (column, …)`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TableAlias {
    pub(crate) name: Identifier,
    pub(crate) columns: Vec<Identifier>,
}

/// An inner join.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Join {
    pub(crate) left: Relation,
    pub(crate) right: Relation,
    pub(crate) condition: JoinCondition,
}

/// What a join asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum JoinCondition {
    /// `CROSS JOIN`
    None,
    On(Expr),
    Using(Vec<Identifier>),
}

/// One ORDER BY key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OrderKey {
    pub(crate) expr: Expr,
    pub(crate) descending: bool,
    pub(crate) nulls_first: Option<bool>,
}
