//! The bound tree: what a statement means, with every name, type and parameter resolved.
//!
//! Columns are named by [`ColumnId`]: the relation of the statement that they come from, and their place in it.
//! No text of the statement is needed from here on. The planner keeps these ids to the end: each physical
//! node says which ids its rows carry, and expressions are compiled against that list.

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use citadel_txn::Durability;
use rustc_hash::FxHashMap;

pub(crate) use super::bound_change::{
    Arbiter, Arbiters, ChangePart, ChosenRows, Conflict, ConflictAction, ConflictKeys,
    ConflictUpdate, Delete, Images, Insert, InsertSource, Matching, Merge, MergeAction,
    MergeClause, Returning, Update, WithChanges,
};
pub(crate) use super::bound_copy::{CopyInput, CopyOutput, CopyPlace};
pub(crate) use super::bound_foreign_key::{AlteredKey, DroppedKey, NewForeignKey};
pub(crate) use super::bound_sequence::{AlterSequence, NewSequence, Owner, SequenceStatement};
pub(crate) use super::bound_table::{
    AlterTable, AlteredCheck, AlteredColumn, ColumnSource, CreateTable, Generated, NewCheck,
    NewColumn, NewDefault, NewEncryption, NewLake, NewMaterialized, NewUnique, PartitionKey,
    PartitionTransform,
};
pub(crate) use super::bound_trigger::{
    BoundStep, BoundTrigger, Instead, InsteadRows, RowColumn, TriggerStatement,
};
pub(crate) use crate::ast::{
    BeginMode, BinaryOp, DistanceMetric, Exclusion, Explain, FrameUnits, Identifier, PlanFormat,
    SampleMethod, SetOperator, UnaryOp,
};
use crate::error::Position;
use crate::functions::{
    Added, AggregateFunction, Callee, Clock, LakeProcedure, SequenceUse, TableCallee,
    WindowFunction,
};
use crate::schema::{
    AnnOptions, ColumnNo, CommentOn, IndexDef, Recall, TableDef, TriggerDef, ViewDef,
};
use crate::types::temporal::Zone;
use crate::types::{Domain, DomainDef, EnumType, SqlType, Value};

/// One relation of a statement: a table in FROM, or the output of grouping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RelationNo(pub(crate) u32);

/// A column of a relation of the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ColumnId {
    pub(crate) relation: RelationNo,
    /// For a table, the [`ColumnNo`]; [`ColumnId::ROWID`] is the hidden row id. For grouping, keys and then aggregates.
    pub(crate) column: u32,
}

impl ColumnId {
    /// The hidden row id of a table (names `rowid`, `_rowid_`, `oid` where no column has that name).
    pub(crate) const ROWID: u32 = u32::MAX;
    /// The distance that a vector plan has computed for each row of a table; made by the planner, never by the binder.
    pub(crate) const DISTANCE: u32 = u32::MAX - 1;
}

/// An expression with its type.
#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) ty: SqlType,
    /// Where it stands in the text, for errors at run time.
    pub(crate) position: Option<Position>,
}

/// What an expression is. SQL's three-valued logic holds throughout.
#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    /// A constant.
    Literal(Value),
    /// A parameter, by its place from 0 in [`Parameters`]. The value given is coerced once per execution to
    /// [`Parameters::types`]. Those beyond are what subqueries take and give, [`Subquery::arguments`] and
    /// [`Subquery::result`]: known when the part of the plan starts that reads them.
    Parameter(usize),
    /// A column.
    Column(ColumnId),
    /// `NOT x`, `-x`, `+x`.
    Unary { op: UnaryOp, operand: Box<Expr> },
    /// Arithmetic, comparison, AND, OR, `||`.
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `<->`, `<#>`, `<=>`, `<+>` and the functions of the same meaning: REAL; NULL where undefined.
    Distance {
        metric: DistanceMetric,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `x IS [NOT] NULL`.
    IsNull { operand: Box<Expr>, negated: bool },
    /// `x IS [NOT] TRUE | FALSE`.
    IsBoolean {
        operand: Box<Expr>,
        value: bool,
        negated: bool,
    },
    /// `a IS [NOT] DISTINCT FROM b`.
    IsDistinct {
        left: Box<Expr>,
        right: Box<Expr>,
        negated: bool,
    },
    /// `x [NOT] BETWEEN low AND high`.
    Between {
        operand: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
        negated: bool,
    },
    /// `x [NOT] IN (a, b, …)`.
    InList {
        operand: Box<Expr>,
        list: Vec<Expr>,
        negated: bool,
    },
    /// `x [NOT] LIKE | ILIKE pattern [ESCAPE c]`.
    Like {
        operand: Box<Expr>,
        pattern: Box<Expr>,
        escape: Option<char>,
        case_insensitive: bool,
        negated: bool,
    },
    /// `CASE [x] WHEN … THEN … ELSE … END`.
    Case {
        operand: Option<Box<Expr>>,
        branches: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
    },
    /// `a[i]`, `a[l:u]`.
    Subscript {
        array: Box<Expr>,
        subscripts: Vec<Subscript>,
    },
    /// `x = ANY (array)`, `x < ALL (array)`.
    AnyElement {
        operand: Box<Expr>,
        op: BinaryOp,
        array: Box<Expr>,
        all: bool,
    },
    /// `CAST(x AS t)`, `x::t`.
    Cast { operand: Box<Expr>, to: SqlType },
    /// A scalar function.
    Function {
        function: Callee,
        arguments: Vec<Expr>,
    },
    /// What a query says of the row at hand. Planning puts a column or a parameter in its place.
    Subquery(Subquery),
}

/// What stands between brackets behind an array; INTEGER.
#[derive(Clone, Debug)]
pub(crate) enum Subscript {
    Index(Expr),
    /// An end that is not said is that of the array.
    Slice(Option<Expr>, Option<Expr>),
}

impl Subscript {
    /// Its expressions.
    pub(crate) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let (first, second) = match self {
            Self::Index(at) => (Some(at), None),
            Self::Slice(low, high) => (low.as_ref(), high.as_ref()),
        };
        first.into_iter().chain(second)
    }

    /// The same, to change them.
    pub(crate) fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        let (first, second) = match self {
            Self::Index(at) => (Some(at), None),
            Self::Slice(low, high) => (low.as_mut(), high.as_mut()),
        };
        first.into_iter().chain(second)
    }
}

/// What a query reads of those around it: parameters that only it has, and their values there.
pub(crate) type HiddenArguments = Vec<(usize, Expr)>;

/// A query inside an expression.
#[derive(Clone, Debug)]
pub(crate) struct Subquery {
    pub(crate) kind: SubqueryKind,
    pub(crate) query: Arc<Query>,
    pub(crate) arguments: HiddenArguments,
    /// For [`SubqueryKind::Any`], what is compared with its rows.
    pub(crate) operand: Option<Box<Expr>>,
    /// The parameter that stands for the result where that is the same for all rows around it.
    pub(crate) result: usize,
    /// It reads nothing of any query around it.
    pub(crate) is_free: bool,
}

/// What is asked of a query inside an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SubqueryKind {
    /// Its only value; NULL without a row, an error with more than one.
    Scalar,
    /// Has it a row?
    Exists,
    /// Is the comparison with the operand TRUE for a row? NULL, if not and one is NULL.
    Any(BinaryOp),
}

/// One statement, bound.
#[derive(Clone, Debug)]
pub(crate) struct BoundStatement {
    pub(crate) statement: Statement,
    pub(crate) parameters: Parameters,
}

/// The parameters of a statement.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters {
    /// The name of each, with its sign (`:q`, `@q`); `None` for `?` and numbered ones.
    pub(crate) names: Vec<Option<String>>,
    /// The type that the place wants; [`SqlType::Unknown`] takes any value as it is.
    pub(crate) types: Vec<SqlType>,
    /// The parameter is only compared with that type. Then a number keeps its own kind where the type cannot hold
    /// it exactly (`id = ?` given 8.5 is false, not an error), so what is compared may be INTEGER with REAL.
    pub(crate) compared: Vec<bool>,
    /// The next parameter that the statement's text does not know.
    pub(crate) next_hidden: usize,
    /// Parameters that stand for moments, beyond those of the text.
    pub(crate) moments: Vec<(usize, Clock)>,
    /// The time zone of the session that the statement was bound in.
    pub(crate) zone: Zone,
    /// How numbers with a point are written, by their places in the text.
    pub(crate) decimals: FxHashMap<usize, Box<str>>,
    /// What the program has added to the functions that there are.
    pub(crate) added: Arc<Added>,
    /// Something of that is called.
    pub(crate) uses_added: bool,
    /// Does the statement mean something else in another time zone?
    pub(crate) uses_zone: bool,
    /// The sequences that it may ask.
    pub(crate) sequences: SequenceUse,
}

/// A table whose statistics are gathered; `None`: of all its columns.
#[derive(Clone, Debug)]
pub(crate) struct Analyze {
    pub(crate) table: Arc<TableDef>,
    pub(crate) columns: Option<Vec<ColumnNo>>,
    /// Only where they are old, or there are none.
    pub(crate) if_due: bool,
}

/// What a statement does.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "one for each prepared statement, and most are queries"
)]
pub(crate) enum Statement {
    /// `COPY … FROM`: an INSERT whose rows come from outside.
    CopyFrom {
        insert: Insert,
        input: CopyInput,
    },
    /// `COPY … TO`
    CopyTo {
        query: Box<Query>,
        output: CopyOutput,
    },
    Query(Query),
    Insert(Insert),
    Update(Update),
    Delete(Delete),
    Merge(Merge),
    /// Of a view.
    Instead(Box<Instead>),
    With(WithChanges),
    CreateTable(CreateTable),
    /// `CREATE TABLE … AS`; without a query no rows are taken over.
    CreateTableAs {
        create: CreateTable,
        query: Option<Box<Query>>,
    },
    AlterTable(Box<AlterTable>),
    Truncate {
        tables: Vec<Arc<TableDef>>,
        /// Their sequences begin anew.
        restarts: bool,
    },
    Sequence(Box<SequenceStatement>),
    CreateView(CreateView),
    Trigger(Box<TriggerStatement>),
    DropRelations {
        tables: Vec<Arc<TableDef>>,
        views: Vec<Arc<ViewDef>>,
        /// Constraints of other tables that go as well.
        keys: Vec<DroppedKey>,
        /// Triggers of other tables that go as well.
        triggers: Vec<Arc<TriggerDef>>,
    },
    /// `SET CONSTRAINTS`; no names: all.
    SetConstraints {
        names: Vec<String>,
        deferred: bool,
    },
    CreateIndex(CreateIndex),
    DropIndex {
        indexes: Vec<Arc<IndexDef>>,
    },
    AlterIndex(AlterIndex),
    Analyze(Vec<Analyze>),
    ChangeDefinition(DefinitionChange),
    /// `IF [NOT] EXISTS` found nothing to do.
    Nothing,
    Begin(BeginMode),
    Commit,
    Rollback,
    Savepoint(Identifier),
    Release(Identifier),
    RollbackTo(Identifier),
    Explain {
        explain: Explain,
        statement: Box<Statement>,
    },
    /// `CALL persist_ann_index('t', 'emb')`; `REINDEX` of an ann index means the same.
    CallPersistAnnIndex {
        table: Expr,
        column: Expr,
    },
    /// `CALL lake_…('t', …)`: constants or parameters.
    CallLake {
        procedure: LakeProcedure,
        arguments: Vec<Expr>,
    },
    Pragma(Pragma),
    /// `VACUUM [INTO file]`; the file is a text.
    Vacuum {
        into: Option<Expr>,
    },
}

/// What a PRAGMA asks for, or sets where it has a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Pragma {
    /// `integrity_check`, or (not `thorough`) `quick_check`, which leaves indexes aside.
    Check {
        thorough: bool,
        findings_max: u64,
    },
    Synchronous(Option<Durability>),
    BusyTimeout(Option<Duration>),
    AnnAutoMerge(Option<bool>),
    /// Whether statistics are renewed in the background.
    AutoAnalyze(Option<bool>),
    PageCount,
    PageSize,
    FreelistCount,
    DataVersion,
    AnnRecall(Option<Setting<Recall>>),
    AnnExact(Option<Setting<bool>>),
    Threads(Option<Setting<NonZero<usize>>>),
    /// Bytes.
    WorkMem(Option<Setting<usize>>),
    TimeZone(Option<Setting<Zone>>),
    /// The id of what the next transaction appends to lake tables.
    LakeBatchId(Option<Setting<String>>),
}

/// The least memory that an operator is given, in bytes.
pub(crate) const WORK_MEM_MIN: usize = 64 << 10;

/// What a setting becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setting<T> {
    Default,
    To(T),
}

impl<T> Setting<T> {
    /// `None`: the default.
    pub(crate) fn value(self) -> Option<T> {
        match self {
            Self::Default => None,
            Self::To(value) => Some(value),
        }
    }
}

/// A SELECT. Order of evaluation: from, filter, grouping (with HAVING), windows, output, distinct, order, offset, limit.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    /// The relation of its output: column i is `output[i]`.
    pub(crate) relation: RelationNo,
    pub(crate) from: From,
    pub(crate) filter: Option<Expr>,
    pub(crate) grouping: Option<Grouping>,
    pub(crate) windows: Option<Windows>,
    pub(crate) output: Vec<OutputColumn>,
    pub(crate) distinct: bool,
    pub(crate) distinct_on: Option<DistinctOn>,
    /// Over the same relations as `output`; an alias or ordinal is already replaced by its expression.
    pub(crate) order_by: Vec<SortKey>,
    /// INTEGER, no column references; NULL means no limit; negative is an error.
    pub(crate) limit: Option<Expr>,
    pub(crate) offset: Option<Expr>,
}

/// Which part of a table is read: numbers, without columns.
#[derive(Clone, Debug)]
pub(crate) struct TableSample {
    pub(crate) method: SampleMethod,
    /// From 0 to 100.
    pub(crate) percentage: Expr,
    /// Equal ones give the same part of the same rows; without one it is another part each time.
    pub(crate) seed: Option<Expr>,
}

impl TableSample {
    /// The value of its percentage or its seed as a number.
    pub(crate) fn number(value: &Value) -> Option<f64> {
        match value {
            Value::Integer(number) => Some(*number as f64),
            Value::Real(number) => Some(*number),
            Value::Numeric(number) => Some(number.as_ref().decimal().to_real()),
            _ => None,
        }
    }
}

/// Which older state of a table is read; without columns.
#[derive(Clone, Debug)]
pub(crate) enum AsOf {
    /// An INTEGER: a snapshot.
    Version(Expr),
    /// An INTEGER in milliseconds since 1970, or a TEXT.
    Time(Expr),
}

/// The FROM clause.
#[derive(Clone, Debug)]
pub(crate) enum From {
    /// No FROM: one row without columns.
    Nothing,
    /// `VALUES (…), (…)` as a relation.
    Values {
        relation: RelationNo,
        rows: Vec<Vec<Expr>>,
        types: Vec<SqlType>,
        names: Vec<String>,
    },
    /// A table.
    Table {
        relation: RelationNo,
        table: Arc<TableDef>,
        alias: String,
        /// An older state of a lake's.
        as_of: Option<Box<AsOf>>,
        sample: Option<Box<TableSample>>,
    },
    /// A function that gives rows; its arguments have no columns.
    Function {
        relation: RelationNo,
        function: TableCallee,
        arguments: Vec<Expr>,
        /// The types of its columns.
        types: Vec<SqlType>,
        /// The last column numbers the rows.
        ordinality: bool,
        names: Vec<String>,
    },
    /// A query as a relation, which is that of its output.
    Query {
        query: Box<Query>,
        alias: String,
        names: Vec<String>,
    },
    /// A set operation as a relation. The inputs give as many columns, of the same types.
    SetOperation {
        relation: RelationNo,
        operator: SetOperator,
        all: bool,
        inputs: Vec<Query>,
        names: Vec<String>,
    },
    /// JOIN with ON or USING, `CROSS JOIN` and the comma.
    Join {
        outer: Outer,
        left: Box<From>,
        right: Box<From>,
        on: Option<Expr>,
    },
    /// The rows of a query, and then those that another makes of them, again and again until there are none.
    Recursive {
        relation: RelationNo,
        /// Names the rows that the other query makes more of.
        no: RelationNo,
        /// Keeps duplicates.
        all: bool,
        first: Box<Query>,
        /// Gives as many columns, of the same types.
        step: Box<Query>,
        names: Vec<String>,
    },
    /// Inside the step of a recursion: the rows that were new the last time.
    Working {
        relation: RelationNo,
        /// Of which recursion.
        no: RelationNo,
        alias: String,
        names: Vec<String>,
    },
    /// A query that is asked for each row of the left side.
    Lateral {
        /// Keeps rows of the left side for which it gives none.
        keeps_left: bool,
        left: Box<From>,
        right: Box<Query>,
        alias: String,
        names: Vec<String>,
        /// What it reads of the left side.
        arguments: HiddenArguments,
        on: Option<Expr>,
    },
    /// The input's columns and these: what `FULL JOIN … USING` makes of two columns.
    Extend {
        input: Box<From>,
        columns: Vec<(ColumnId, Expr)>,
    },
}

/// The sides of a join whose rows are kept without a partner too; the other side's columns are NULL then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outer {
    pub(crate) left: bool,
    pub(crate) right: bool,
}

impl Outer {
    /// Is it an inner join?
    pub(crate) fn is_inner(self) -> bool {
        !self.left && !self.right
    }

    /// The same join with its sides exchanged.
    pub(crate) fn mirrored(self) -> Self {
        Self {
            left: self.right,
            right: self.left,
        }
    }
}

/// GROUP BY, or aggregates without it (one group, also over no rows).
#[derive(Clone, Debug)]
pub(crate) struct Grouping {
    /// The relation whose columns are the keys and then the aggregates.
    pub(crate) relation: RelationNo,
    pub(crate) keys: Vec<Expr>,
    /// GROUPING SETS: which keys each set has; the others are NULL. Then the number of a group's set is a column between
    /// keys and aggregates. Empty: all keys, once.
    pub(crate) sets: Vec<Vec<usize>>,
    pub(crate) aggregates: Vec<AggregateCall>,
    /// Over the grouping's relation.
    pub(crate) having: Option<Expr>,
}

/// One aggregate.
#[derive(Clone, Debug)]
pub(crate) struct AggregateCall {
    pub(crate) function: AggregateFunction,
    /// `None` for `COUNT(*)` alone.
    pub(crate) argument: Option<Expr>,
    pub(crate) distinct: bool,
    /// What is the same for all rows: what stands between texts, or which fractions are asked for.
    pub(crate) constant: Option<Expr>,
    /// The order in which rows are taken, where that matters.
    pub(crate) order: Vec<SortKey>,
    /// The condition of rows that are taken, where NULLs are: for others it makes the argument NULL.
    pub(crate) filter: Option<Expr>,
    pub(crate) ty: SqlType,
}

impl AggregateCall {
    /// What it computes with for each row.
    pub(crate) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let order = self.order.iter().map(|key| &key.expr);
        self.argument.iter().chain(order).chain(&self.filter)
    }

    /// The same, to change it.
    pub(crate) fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        let order = self.order.iter_mut().map(|key| &mut key.expr);
        let filter = self.filter.iter_mut();
        self.argument.iter_mut().chain(order).chain(filter)
    }
}

/// DISTINCT ON: the first row in the query's order for each value of the keys.
#[derive(Clone, Debug)]
pub(crate) struct DistinctOn {
    /// The relation of a row's place among those of its value.
    pub(crate) relation: RelationNo,
    pub(crate) keys: Vec<Expr>,
}

/// The window functions of a query.
#[derive(Clone, Debug)]
pub(crate) struct Windows {
    /// The relation of their values: column i is that of call i.
    pub(crate) relation: RelationNo,
    pub(crate) calls: Vec<(Window, WindowCall)>,
}

/// How rows are divided into partitions, and ordered in them.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) partition: Vec<Expr>,
    pub(crate) order: Vec<SortKey>,
}

/// One window function.
#[derive(Clone, Debug)]
pub(crate) struct WindowCall {
    pub(crate) function: WindowFunction,
    pub(crate) arguments: Vec<Expr>,
    pub(crate) frame: Frame,
    pub(crate) ty: SqlType,
}

/// The rows of its partition that a window function sees.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) units: FrameUnits,
    pub(crate) start: FrameBound,
    pub(crate) end: FrameBound,
    pub(crate) exclusion: Exclusion,
}

/// Where a frame begins or ends; an offset has no columns.
#[derive(Clone, Debug)]
pub(crate) enum FrameBound {
    UnboundedPreceding,
    Preceding(Expr),
    CurrentRow,
    Following(Expr),
    UnboundedFollowing,
}

/// One column of a result.
#[derive(Clone, Debug)]
pub(crate) struct OutputColumn {
    pub(crate) expr: Expr,
    pub(crate) name: String,
}

/// One ORDER BY key.
#[derive(Clone, Debug)]
pub(crate) struct SortKey {
    pub(crate) expr: Expr,
    pub(crate) descending: bool,
    /// Default: last ascending, first descending.
    pub(crate) nulls_first: bool,
}

/// CREATE VIEW, checked.
#[derive(Clone, Debug)]
pub(crate) struct CreateView {
    pub(crate) name: String,
    pub(crate) sql: String,
    pub(crate) replaced: Option<Arc<ViewDef>>,
}

/// CREATE INDEX, checked.
#[derive(Clone, Debug)]
pub(crate) struct CreateIndex {
    pub(crate) name: String,
    pub(crate) table: Arc<TableDef>,
    pub(crate) kind: NewIndex,
    pub(crate) sql: String,
}

/// An index to be made.
#[derive(Clone, Debug)]
pub(crate) enum NewIndex {
    BTree {
        /// The table's rows.
        relation: RelationNo,
        /// Columns of the relation, or expressions of them.
        keys: Vec<Expr>,
        /// What a row is TRUE for that has an entry.
        condition: Option<Expr>,
        unique: bool,
        nulls_distinct: bool,
    },
    Ann {
        /// A column, or an expression of columns, of this relation: the table's rows.
        relation: RelationNo,
        vector: Expr,
        metric: crate::schema::Metric,
        filters: Vec<ColumnNo>,
        options: AnnOptions,
        /// Its first segment is left to be made later.
        deferred: bool,
    },
}

/// ALTER INDEX, checked.
#[derive(Clone, Debug)]
pub(crate) struct AlterIndex {
    pub(crate) table: Arc<TableDef>,
    pub(crate) index: Arc<IndexDef>,
    pub(crate) change: IndexChange,
}

/// What becomes of types, and of what is said of definitions.
#[derive(Clone, Debug)]
pub(crate) enum DefinitionChange {
    Enum(EnumChange),
    Domain(Box<DomainChange>),
    /// `None`: there is to be none.
    Comment {
        on: CommentOn,
        text: Option<String>,
    },
}

/// What becomes of domains.
#[derive(Clone, Debug)]
pub(crate) enum DomainChange {
    Create(NewDomain),
    Alter { domain: Domain, new: NewDomain },
    Drop(Vec<Domain>),
}

/// A domain as it becomes.
#[derive(Clone, Debug)]
pub(crate) struct NewDomain {
    /// Without its new conditions.
    pub(crate) def: DomainDef,
    /// Those, over the one column of the relation.
    pub(crate) checks: Vec<NewCheck>,
}

/// What becomes of ENUM types; labels come with their places.
#[derive(Clone, Debug)]
pub(crate) enum EnumChange {
    Create {
        name: String,
        labels: Vec<(u64, String)>,
    },
    Replace {
        id: u64,
        name: String,
        labels: Vec<(u64, String)>,
    },
    Drop(Vec<EnumType>),
}

/// What becomes of an index.
#[derive(Clone, Debug)]
pub(crate) enum IndexChange {
    Rename(String),
    /// Of an ann index.
    Options(AnnOptions),
}
