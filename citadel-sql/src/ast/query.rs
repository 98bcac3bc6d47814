//! SELECT, VALUES and what they are made of.

use super::{Expr, Identifier, Over, StatementKind};
use crate::error::Position;

/// A query: rows, their order, and how many.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Query {
    /// `WITH`: names for queries, which the body and later ones may use.
    pub(crate) with: Vec<Cte>,
    pub(crate) body: QueryBody,
    pub(crate) order_by: Vec<OrderKey>,
    pub(crate) limit: Option<Expr>,
    pub(crate) offset: Option<Expr>,
}

impl Query {
    /// A body without more.
    pub(crate) fn of(body: QueryBody) -> Self {
        Self {
            with: Vec::new(),
            body,
            order_by: Vec::new(),
            limit: None,
            offset: None,
        }
    }
}

/// `name (column, …) AS (query)`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cte {
    /// The query may name itself.
    pub(crate) recursive: bool,
    pub(crate) name: Identifier,
    pub(crate) columns: Vec<Identifier>,
    pub(crate) body: CteBody,
}

/// What a name of WITH stands for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CteBody {
    Query(Box<Query>),
    /// A change, and what its RETURNING gives.
    Change(Box<StatementKind>),
}

/// Where a query's rows come from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum QueryBody {
    Select(Box<Select>),
    Values(Values),
    SetOperation(Box<SetOperation>),
    /// A query in parentheses, with an order and limit of its own.
    Query(Box<Query>),
}

/// `a UNION | INTERSECT | EXCEPT [ALL] b`; a chain of one operator is one operation, from left to right.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SetOperation {
    pub(crate) operator: SetOperator,
    /// Keeps duplicates.
    pub(crate) all: bool,
    /// At least two.
    pub(crate) inputs: Vec<QueryBody>,
    pub(crate) position: Option<Position>,
}

/// What a set operation keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetOperator {
    /// The rows of either side.
    Union,
    /// The rows that both sides have.
    Intersect,
    /// The rows of the left side that the right side has not.
    Except,
}

impl SetOperator {
    /// Its word in SQL.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Union => "UNION",
            Self::Intersect => "INTERSECT",
            Self::Except => "EXCEPT",
        }
    }
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
    /// The sets to group by: none without GROUP BY, and several of GROUPING SETS, ROLLUP and CUBE.
    pub(crate) group_by: Vec<Vec<Expr>>,
    pub(crate) having: Option<Expr>,
    /// `WINDOW name AS …`
    pub(crate) windows: Vec<(Identifier, Over)>,
}

impl Select {
    /// `SELECT items FROM from`
    pub(crate) fn of(items: Vec<SelectItem>, from: Vec<Relation>) -> Self {
        Self {
            distinctness: Distinctness::All,
            items,
            from,
            filter: None,
            group_by: Vec::new(),
            having: None,
            windows: Vec::new(),
        }
    }
}

/// ALL, DISTINCT or DISTINCT ON.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Distinctness {
    All,
    Distinct,
    /// `DISTINCT ON (a, b)`: the first row for each value of these.
    On(Vec<Expr>),
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
        /// An older state of it.
        as_of: Option<Box<AsOf>>,
        sample: Option<Box<TableSample>>,
    },
    Values {
        values: Values,
        alias: Option<TableAlias>,
        position: Option<Position>,
    },
    /// `[LATERAL] (query) AS alias`
    Query {
        /// It sees the relations to its left.
        lateral: bool,
        query: Box<Query>,
        alias: Option<TableAlias>,
        position: Option<Position>,
    },
    /// `function(argument, …) [WITH ORDINALITY]`; it sees the relations to its left.
    Function {
        name: Identifier,
        arguments: Vec<Expr>,
        /// A last column numbers the rows.
        ordinality: bool,
        alias: Option<TableAlias>,
    },
    Join(Box<Join>),
}

/// `TABLESAMPLE method (percentage) [REPEATABLE (seed)]`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TableSample {
    pub(crate) method: SampleMethod,
    pub(crate) percentage: Expr,
    pub(crate) seed: Option<Expr>,
}

/// What is taken or left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SampleMethod {
    /// Each row by itself.
    Bernoulli,
    /// Rows that lie together.
    System,
}

impl SampleMethod {
    /// As it is written.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bernoulli => "BERNOULLI",
            Self::System => "SYSTEM",
        }
    }
}

/// `FOR SYSTEM_VERSION | SYSTEM_TIME AS OF …`
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AsOf {
    Version(Expr),
    Time(Expr),
}

/// `AS alias (column, …)`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TableAlias {
    pub(crate) name: Identifier,
    pub(crate) columns: Vec<Identifier>,
}

/// A join of two relations.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Join {
    pub(crate) kind: JoinKind,
    pub(crate) left: Relation,
    pub(crate) right: Relation,
    pub(crate) condition: JoinCondition,
}

/// Which rows without a partner a join keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JoinKind {
    Inner,
    Left,
    Right,
    Full,
}

/// What a join asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum JoinCondition {
    /// `CROSS JOIN`
    None,
    On(Expr),
    Using(Vec<Identifier>),
    /// USING over the columns that both sides have.
    Natural,
}

/// One ORDER BY key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OrderKey {
    pub(crate) expr: Expr,
    pub(crate) descending: bool,
    pub(crate) nulls_first: Option<bool>,
}
