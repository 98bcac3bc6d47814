//! Statements.

use super::{
    AlterSequence, AlterTable, AlterTrigger, Comment, Copy, CreateMaterialized, CreateSequence,
    CreateTrigger, Delete, DropTrigger, Expr, Identifier, Insert, Merge, Query, Refresh,
    SequenceColumn, Update,
};
use crate::error::Position;
use crate::schema::KeyTiming;
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
    Merge(Box<Merge>),
    CreateTable(Box<CreateTable>),
    CreateView(Box<CreateView>),
    CreateMaterialized(Box<CreateMaterialized>),
    Refresh(Refresh),
    CreateIndex(Box<CreateIndex>),
    AlterIndex(Box<AlterIndex>),
    AlterTable(Box<AlterTable>),
    CreateSequence(Box<CreateSequence>),
    AlterSequence(Box<AlterSequence>),
    /// `TRUNCATE name, … [RESTART IDENTITY] [CASCADE]`
    Truncate {
        names: Vec<Identifier>,
        restarts: bool,
        cascades: bool,
    },
    /// `SET CONSTRAINTS {ALL | name, …} {DEFERRED | IMMEDIATE}`; no names: all.
    SetConstraints {
        names: Vec<Identifier>,
        deferred: bool,
    },
    /// `CREATE TYPE name AS ENUM (label, …)`
    CreateEnum {
        name: Identifier,
        labels: Vec<String>,
    },
    AlterEnum(Box<AlterEnum>),
    /// CREATE DOMAIN: a column of that name.
    CreateDomain(Box<ColumnDefinition>),
    /// ALTER DOMAIN: of a table with one column.
    AlterDomain(Box<AlterTable>),
    Comment(Box<Comment>),
    CreateTrigger(Box<CreateTrigger>),
    DropTrigger(DropTrigger),
    AlterTrigger(AlterTrigger),
    Drop(Drop),
    Begin(BeginMode),
    Commit,
    Rollback,
    /// `SAVEPOINT name`
    Savepoint(Identifier),
    /// `RELEASE [SAVEPOINT] name`
    Release(Identifier),
    /// `ROLLBACK TO [SAVEPOINT] name`
    RollbackTo(Identifier),
    Explain {
        explain: Explain,
        statement: Box<StatementKind>,
    },
    Call(Call),
    /// `ANALYZE [name [(column, …)], …]`; no names: all.
    Analyze(Vec<AnalyzedTable>),
    /// `REINDEX [INDEX] name`
    Reindex(Identifier),
    Pragma(Pragma),
    /// `VACUUM [INTO file]`
    Vacuum {
        into: Option<Expr>,
    },
    Copy(Box<Copy>),
}

/// A table that ANALYZE names, and columns of it; no columns: all.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AnalyzedTable {
    pub(crate) name: Identifier,
    pub(crate) columns: Vec<Identifier>,
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

/// CREATE TABLE.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CreateTable {
    pub(crate) name: Identifier,
    pub(crate) if_not_exists: bool,
    pub(crate) columns: Vec<ColumnDefinition>,
    pub(crate) constraints: Vec<TableConstraint>,
    /// `USING iceberg WITH (…)`: the options.
    pub(crate) lake: Option<Vec<IndexOption>>,
    /// `AS query`
    pub(crate) rows: Option<TableRows>,
}

/// What CREATE TABLE … AS takes over.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TableRows {
    pub(crate) query: Query,
    /// Not with `WITH NO DATA`.
    pub(crate) with_data: bool,
}

/// ALTER TYPE of an ENUM type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AlterEnum {
    pub(crate) name: Identifier,
    pub(crate) change: LabelChange,
}

/// What becomes of the type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum LabelChange {
    /// `ADD VALUE [IF NOT EXISTS] label [BEFORE | AFTER other]`
    Add {
        label: String,
        if_not_exists: bool,
        beside: Option<(LabelSide, String)>,
    },
    /// `RENAME VALUE label TO label`
    RenameLabel { from: String, to: String },
    /// `RENAME TO name`
    Rename(Identifier),
}

/// On which side of another label a new one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LabelSide {
    Before,
    After,
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
    /// The name of a type that is not built in; then `ty` is TEXT, or TEXT[] for its arrays.
    pub(crate) named: Option<Identifier>,
    pub(crate) ty: SqlType,
    /// What the type's name says beyond.
    pub(crate) limit: Option<Limit>,
    pub(crate) constraints: Vec<ColumnConstraint>,
}

/// What a column definition adds to its type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ColumnConstraint {
    pub(crate) name: Option<Identifier>,
    pub(crate) kind: ColumnConstraintKind,
    pub(crate) position: Option<Position>,
}

/// The kinds of [`ColumnConstraint`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ColumnConstraintKind {
    Null,
    NotNull,
    PrimaryKey,
    /// `AUTOINCREMENT`, behind `PRIMARY KEY`
    AutoIncrement,
    Unique {
        nulls_distinct: bool,
    },
    Check(Expr),
    /// `GENERATED ALWAYS AS (value) STORED | VIRTUAL`
    Generated(Expr),
    Default(Expr),
    /// `REFERENCES t (…)`; its columns are this one.
    References(ForeignKey),
    /// SERIAL, `GENERATED … AS IDENTITY`
    Sequence(SequenceColumn),
    /// `COLLATE c`
    Collate(Identifier),
}

/// A constraint of a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TableConstraint {
    pub(crate) name: Option<Identifier>,
    pub(crate) kind: TableConstraintKind,
    pub(crate) position: Option<Position>,
}

/// The kinds of [`TableConstraint`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TableConstraintKind {
    PrimaryKey(Vec<Identifier>),
    Unique {
        columns: Vec<Identifier>,
        nulls_distinct: bool,
    },
    Check(Expr),
    ForeignKey(ForeignKey),
}

/// `FOREIGN KEY (…) REFERENCES t (…)`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ForeignKey {
    pub(crate) columns: Vec<Identifier>,
    pub(crate) parent: Identifier,
    /// Empty: its primary key.
    pub(crate) parent_columns: Vec<Identifier>,
    pub(crate) match_full: bool,
    pub(crate) on_delete: KeyAction,
    pub(crate) on_update: KeyAction,
    pub(crate) timing: KeyTiming,
}

/// `ON DELETE | UPDATE …`
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum KeyAction {
    NoAction,
    Restrict,
    Cascade,
    /// Of these columns; none: of all.
    SetNull(Vec<Identifier>),
    SetDefault(Vec<Identifier>),
}

/// CREATE INDEX.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CreateIndex {
    pub(crate) name: Identifier,
    pub(crate) if_not_exists: bool,
    pub(crate) unique: bool,
    /// For UNIQUE: is a NULL like no other?
    pub(crate) nulls_distinct: bool,
    pub(crate) table: Identifier,
    pub(crate) method: IndexMethod,
    /// Columns, or expressions of them.
    pub(crate) keys: Vec<Expr>,
    /// WHERE: the rows that it is of.
    pub(crate) condition: Option<Expr>,
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

/// DROP TABLE, DROP [MATERIALIZED] VIEW, DROP INDEX or DROP SEQUENCE.
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
    MaterializedView,
    Index,
    Sequence,
    Type,
    Domain,
}

/// CALL.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) procedure: Identifier,
    pub(crate) arguments: Vec<Expr>,
}

/// How a plan is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Explain {
    /// Run it first, and say what was measured.
    pub(crate) analyze: bool,
    pub(crate) format: PlanFormat,
}

/// What a plan is shown as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PlanFormat {
    /// A row for each line of an indented tree.
    #[default]
    Text,
    /// One row.
    Json,
}
