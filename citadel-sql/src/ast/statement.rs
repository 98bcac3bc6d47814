//! Statements.

use super::{Expr, Identifier, Query, Values};
use crate::error::Position;
use crate::types::{Limit, SqlType};

/// A statement and the parameters it names, in order of their numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Statement {
    pub(crate) kind: StatementKind,
    /// The name of each, with its sign; `None` for `?` and numbered ones.
    pub(crate) parameters: Vec<Option<String>>,
}

/// What a statement does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum StatementKind {
    Query(Box<Query>),
    Insert(Box<Insert>),
    Update(Box<Update>),
    Delete(Box<Delete>),
    CreateTable(Box<CreateTable>),
    CreateView(Box<CreateView>),
    CreateIndex(Box<CreateIndex>),
    AlterIndex(Box<AlterIndex>),
    Drop(Drop),
    Begin(BeginMode),
    Commit,
    Rollback,
    Explain {
        analyze: bool,
        statement: Box<StatementKind>,
    },
    Call(Call),
    /// `REINDEX [INDEX] name`
    Reindex(Identifier),
    Pragma(Pragma),
    /// `VACUUM [INTO file]`
    Vacuum {
        into: Option<Expr>,
    },
}

/// `PRAGMA name [= value]`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pragma {
    pub(crate) name: Identifier,
    pub(crate) value: Option<PragmaValue>,
    /// `SET`, `SHOW` or `RESET`, where it was written so.
    pub(crate) verb: Option<&'static str>,
}

/// A word, a number or a string, as a pragma takes them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PragmaValue {
    pub(crate) text: String,
    pub(crate) position: Option<Position>,
}

/// How a transaction begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BeginMode {
    /// Reads from the first statement on; takes the writer's place at the first write.
    Deferred,
    /// Takes the writer's place at once.
    Immediate,
    /// Never writes.
    ReadOnly,
}

/// INSERT.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Insert {
    pub(crate) table: Identifier,
    /// Empty: all columns.
    pub(crate) columns: Vec<Identifier>,
    pub(crate) source: InsertSource,
}

/// Where the rows of an INSERT come from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum InsertSource {
    Values(Values),
    Query(Box<Query>),
    /// `DEFAULT VALUES`
    Defaults,
}

/// UPDATE.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Update {
    pub(crate) table: Identifier,
    pub(crate) alias: Option<Identifier>,
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) filter: Option<Expr>,
}

/// `column = value`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Assignment {
    pub(crate) column: Identifier,
    pub(crate) value: Expr,
}

/// DELETE.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Delete {
    pub(crate) table: Identifier,
    pub(crate) alias: Option<Identifier>,
    pub(crate) filter: Option<Expr>,
}

/// CREATE TABLE.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CreateTable {
    pub(crate) name: Identifier,
    pub(crate) if_not_exists: bool,
    pub(crate) columns: Vec<ColumnDefinition>,
    pub(crate) constraints: Vec<TableConstraint>,
}

/// CREATE VIEW.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CreateView {
    pub(crate) name: Identifier,
    pub(crate) or_replace: bool,
    pub(crate) if_not_exists: bool,
    /// Empty: those of the query.
    pub(crate) columns: Vec<Identifier>,
    pub(crate) query: Query,
}

/// A column of CREATE TABLE.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ColumnDefinition {
    pub(crate) name: Identifier,
    pub(crate) ty: SqlType,
    /// What the type's name says beyond.
    pub(crate) limit: Option<Limit>,
    pub(crate) constraints: Vec<ColumnConstraint>,
}

/// What a column definition adds to its type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ColumnConstraint {
    pub(crate) kind: ColumnConstraintKind,
    pub(crate) position: Option<Position>,
}

/// The kinds of [`ColumnConstraint`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ColumnConstraintKind {
    Null,
    NotNull,
    PrimaryKey,
    Unique,
    Default(Expr),
}

/// A constraint of a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TableConstraint {
    PrimaryKey(Vec<Identifier>),
    Unique(Vec<Identifier>),
}

/// CREATE INDEX.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CreateIndex {
    pub(crate) name: Identifier,
    pub(crate) if_not_exists: bool,
    pub(crate) unique: bool,
    pub(crate) table: Identifier,
    pub(crate) method: IndexMethod,
    /// Columns, or expressions of them.
    pub(crate) keys: Vec<Expr>,
    pub(crate) include: Vec<Identifier>,
    pub(crate) options: Vec<IndexOption>,
}

/// `USING btree | ann`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IndexMethod {
    BTree,
    Ann,
}

/// `name = value` in WITH.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct IndexOption {
    pub(crate) name: Identifier,
    pub(crate) value: Expr,
}

/// `ALTER INDEX [IF EXISTS] name …`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AlterIndex {
    pub(crate) name: Identifier,
    pub(crate) if_exists: bool,
    pub(crate) change: IndexChange,
}

/// What ALTER INDEX changes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum IndexChange {
    /// `RENAME TO name`
    Rename(Identifier),
    /// `SET (name = value, …)`
    Set(Vec<IndexOption>),
    /// `RESET (name, …)`
    Reset(Vec<Identifier>),
}

/// DROP TABLE, DROP VIEW or DROP INDEX.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drop {
    pub(crate) object: DropObject,
    pub(crate) names: Vec<Identifier>,
    pub(crate) if_exists: bool,
    pub(crate) behavior: DropBehavior,
}

/// What becomes of views that read what is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DropBehavior {
    /// Nothing is said.
    Default,
    /// They keep it from being dropped.
    Restrict,
    /// They are dropped as well.
    Cascade,
}

/// What DROP drops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DropObject {
    Table,
    View,
    Index,
}

/// CALL.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) procedure: Identifier,
    pub(crate) arguments: Vec<Expr>,
}
