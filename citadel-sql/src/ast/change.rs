//! Statements that change rows.

use super::{Cte, Expr, Identifier, OrderKey, Query, Relation, SelectItem, Subscript, Values};
use crate::error::Position;

/// INSERT.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Insert {
    /// Names for queries, which the statement may use.
    pub(crate) with: Vec<Cte>,
    pub(crate) table: Identifier,
    pub(crate) alias: Option<Identifier>,
    /// Empty: all columns.
    pub(crate) columns: Vec<Identifier>,
    pub(crate) source: InsertSource,
    pub(crate) overriding: Option<Overriding>,
    pub(crate) on_conflict: Option<OnConflict>,
    /// Empty: it gives no rows.
    pub(crate) returning: Vec<SelectItem>,
}

/// `OVERRIDING {SYSTEM | USER} VALUE`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overriding {
    /// Values for identity columns are taken, whatever they say of themselves.
    System,
    /// Values for identity columns are left aside.
    User,
}

/// Where the rows of an INSERT come from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum InsertSource {
    Values(Values),
    Query(Box<Query>),
    /// `DEFAULT VALUES`
    Defaults,
}

/// What becomes of rows whose keys other rows have.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OnConflict {
    pub(crate) target: ConflictTarget,
    pub(crate) action: ConflictAction,
    pub(crate) position: Option<Position>,
}

/// Which keys are meant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ConflictTarget {
    /// All.
    Any,
    /// Those on exactly these columns and expressions that hold all rows of a condition.
    Keys {
        keys: Vec<Expr>,
        condition: Option<Expr>,
    },
    /// The one of a constraint.
    Constraint(Identifier),
}

/// What is done with a row whose key another row has.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ConflictAction {
    /// `DO NOTHING`
    Nothing,
    /// `DO UPDATE SET … [WHERE …]`
    Update {
        assignments: Vec<Assignment>,
        filter: Option<Expr>,
    },
    /// `INSERT OR IGNORE`: it is left out, as are rows that a constraint refuses.
    Ignore,
    /// `INSERT OR REPLACE`: the other rows are deleted.
    Replace,
}

/// UPDATE.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Update {
    pub(crate) with: Vec<Cte>,
    pub(crate) table: Identifier,
    pub(crate) alias: Option<Identifier>,
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) rows: ChosenRows,
}

/// `column = value`, `column[1] = value`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Assignment {
    pub(crate) column: Identifier,
    /// Which part of an array; none: all of the column.
    pub(crate) part: Vec<Subscript>,
    pub(crate) value: Expr,
}

/// DELETE.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Delete {
    pub(crate) with: Vec<Cte>,
    pub(crate) table: Identifier,
    pub(crate) alias: Option<Identifier>,
    pub(crate) rows: ChosenRows,
}

/// Which rows UPDATE and DELETE change, and what they give of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ChosenRows {
    /// `FROM` of UPDATE, `USING` of DELETE.
    pub(crate) from: Vec<Relation>,
    pub(crate) filter: Option<Expr>,
    pub(crate) order_by: Vec<OrderKey>,
    pub(crate) limit: Option<Expr>,
    /// Empty: no rows are given.
    pub(crate) returning: Vec<SelectItem>,
}

/// MERGE.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Merge {
    pub(crate) with: Vec<Cte>,
    pub(crate) table: Identifier,
    pub(crate) alias: Option<Identifier>,
    pub(crate) source: Relation,
    pub(crate) condition: Expr,
    /// In the order in which they are tried.
    pub(crate) clauses: Vec<MergeClause>,
    /// Empty: it gives no rows.
    pub(crate) returning: Vec<SelectItem>,
}

/// `WHEN … [AND condition] THEN …`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MergeClause {
    pub(crate) matching: Matching,
    pub(crate) condition: Option<Expr>,
    pub(crate) action: MergeAction,
    pub(crate) position: Option<Position>,
}

/// Which pairs of a row of the table and one of the source a clause of MERGE is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matching {
    /// `MATCHED`
    Both,
    /// `NOT MATCHED [BY TARGET]`: a row of the source alone.
    Source,
    /// `NOT MATCHED BY SOURCE`: a row of the table alone.
    Target,
}

/// What is done for such a pair.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum MergeAction {
    Nothing,
    Delete,
    Update(Vec<Assignment>),
    Insert {
        /// Empty: all columns.
        columns: Vec<Identifier>,
        values: Vec<Expr>,
        overriding: Option<Overriding>,
    },
}
