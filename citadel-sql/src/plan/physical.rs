//! The physical plan: one enum, and EXPLAIN prints exactly this.
//!
//! Each node says which columns its rows carry ([`PhysicalPlan::layout`]); expressions in a node read the layout of
//! its input and are compiled against it when execution starts.

use std::sync::Arc;

use super::Plan;
use super::estimate::limited_rows;
use super::lake::{LakeDelete, LakeScan, LakeTopK};
use super::logical::LimitBounds;
pub(crate) use super::physical_change::{
    Conflict, ConflictUpdate, CreateTableAs, Delete, Events, Insert, Instead, Merge, Resolution,
    Returning, Update, named,
};
use super::points::Points;
use super::vector::{AnnTopK, VectorTopK};
use super::with_changes::WithChanges;
pub(crate) use crate::bind::bound::MergeClause;
use crate::bind::bound::{
    AggregateCall, AlterIndex, AlterTable, Analyze, ColumnId, CreateIndex, CreateTable, CreateView,
    DefinitionChange, DroppedKey, Explain, Expr, Outer, RelationNo, SequenceStatement, SetOperator,
    SubqueryKind, TableSample, TriggerStatement, WindowCall,
};
use crate::functions::TableCallee;
use crate::schema::{ColumnNo, IndexDef, IndexKind, TableDef, TriggerDef, ViewDef};
use crate::store::EntryColumns;
use crate::types::SqlType;

/// How to compute.
#[derive(Clone, Debug)]
pub(crate) enum PhysicalPlan {
    /// One row without columns.
    SingleRow,
    /// No rows.
    Empty(Vec<ColumnId>),
    /// Rows of expressions.
    Values(Arc<Values>),
    /// One row of literals and parameters, which an INSERT takes as they are.
    ConstantRow(Arc<Values>),
    /// Rows of a function in FROM.
    TableFunction(Arc<TableFunctionCall>),
    /// A table by row id: all of it, or a range.
    SeqScan(SeqScan),
    /// A part of a table, taken by chance.
    SampleScan(Box<SampleScan>),
    /// Rows of a table by row ids that are known when execution starts.
    PkLookup(Arc<PkLookup>),
    /// Rows of a table through a btree index.
    IndexScan(IndexScan),
    /// The number of rows of a table, without reading them.
    RowCount(RowCount),
    /// The rows for which all conjuncts are TRUE.
    Filter {
        input: Box<PhysicalPlan>,
        conjuncts: Vec<Expr>,
        /// Estimated rows of the output.
        rows: f64,
    },
    /// Expressions over the input.
    Project {
        input: Box<PhysicalPlan>,
        columns: Vec<(ColumnId, Expr)>,
    },
    /// All rows in order.
    Sort {
        input: Box<PhysicalPlan>,
        keys: Vec<KeyColumn>,
    },
    /// The first rows of an order.
    TopN {
        input: Box<PhysicalPlan>,
        keys: Vec<KeyColumn>,
        limit: LimitBounds,
    },
    /// Skips and stops.
    Limit {
        input: Box<PhysicalPlan>,
        limit: LimitBounds,
    },
    /// The input's columns and the values of window functions.
    WindowPlan(Window),
    /// Groups and aggregates; with keys alone, what is distinct.
    HashAggregate(HashAggregate),
    /// Join on equal keys.
    HashJoin(HashJoin),
    /// Join on any condition.
    NestedLoopJoin(NestedLoopJoin),
    /// Join that looks up the right side, a table, for each row of the left.
    LookupJoin(LookupJoin),
    /// Queries that are answered before the input starts.
    Init(Init),
    /// A query that is answered for each row.
    Apply(Apply),
    /// A query that is run for each row of the left side.
    LateralJoin(LateralJoin),
    /// WITH RECURSIVE.
    RecursiveUnion(RecursiveUnion),
    /// The rows that a recursion goes on with, or that a change gave.
    WorkTableScan(WorkTableScan),
    /// The rows of one input after another.
    Append(Append),
    /// What several inputs have in common, or the first one alone.
    HashSetOperation(HashSetOperation),
    /// The k nearest by exact distances.
    VectorTopKPlan(VectorTopK),
    /// The k nearest through an ann index.
    AnnTopKPlan(Arc<AnnTopK>),
    /// The rows of a table in a lake.
    LakeScan(Arc<LakeScan>),
    /// The k nearest of a table in a lake.
    LakeTopKPlan(Arc<LakeTopK>),
    /// Writes rows into a table.
    Insert(Insert),
    /// Changes rows of a table.
    Update(Update),
    /// Removes rows of a table.
    Delete(Delete),
    /// Inserts, changes and removes rows of a table.
    Merge(Merge),
    /// Has the triggers of a view make a change of it.
    Instead(Instead),
    /// Changes in WITH, and the statement that they stand in.
    With(Arc<WithChanges>),
    /// Removes rows of a table in a lake.
    LakeDelete(Arc<LakeDelete>),
    CreateTable(CreateTable),
    /// A table, and the rows of the input in it.
    CreateTableAs(CreateTableAs),
    AlterTable(Box<AlterTable>),
    Truncate {
        tables: Vec<Arc<TableDef>>,
        restarts: bool,
    },
    Sequence(Box<SequenceStatement>),
    CreateView(CreateView),
    Trigger(Box<TriggerStatement>),
    Analyze(Vec<Analyze>),
    ChangeDefinition(DefinitionChange),
    DropRelations {
        tables: Vec<Arc<TableDef>>,
        views: Vec<Arc<ViewDef>>,
        keys: Vec<DroppedKey>,
        triggers: Vec<Arc<TriggerDef>>,
    },
    CreateIndex(CreateIndex),
    DropIndex(Vec<Arc<IndexDef>>),
    AlterIndex(AlterIndex),
    /// `IF [NOT] EXISTS` found nothing to do.
    Nothing,
    /// Prints a plan; runs it first for ANALYZE.
    Explain {
        explain: Explain,
        plan: Arc<Plan>,
    },
}

/// A column to order by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyColumn {
    pub(crate) column: ColumnId,
    pub(crate) descending: bool,
    pub(crate) nulls_first: bool,
}

/// A table in FROM: what is read of it, and what its rows must meet.
#[derive(Clone, Debug)]
pub(crate) struct TableSource {
    pub(crate) relation: RelationNo,
    pub(crate) table: Arc<TableDef>,
    pub(crate) alias: String,
    /// The output. The filter may read more.
    pub(crate) columns: Vec<ColumnId>,
    /// What the access path has not ensured.
    pub(crate) filter: Vec<Expr>,
    /// Estimated rows of the output.
    pub(crate) rows: f64,
}

/// One end of a range: a constant, compared exactly whatever its type.
#[derive(Clone, Debug)]
pub(crate) struct RangeEnd {
    pub(crate) value: Expr,
    pub(crate) inclusive: bool,
}

/// A range of one column. NULL is in no range that has an end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Range {
    pub(crate) low: Option<RangeEnd>,
    pub(crate) high: Option<RangeEnd>,
}

impl Range {
    /// Has it no ends?
    pub(crate) fn is_all(&self) -> bool {
        self.low.is_none() && self.high.is_none()
    }
}

/// A scan by row id.
#[derive(Clone, Debug)]
pub(crate) struct SeqScan {
    pub(crate) source: TableSource,
    pub(crate) range: Range,
    pub(crate) descending: bool,
}

/// A scan of a part of a table.
#[derive(Clone, Debug)]
pub(crate) struct SampleScan {
    pub(crate) source: TableSource,
    pub(crate) sample: TableSample,
}

/// Point reads by row id, ascending or descending; each row once.
#[derive(Clone, Debug)]
pub(crate) struct PkLookup {
    pub(crate) source: TableSource,
    pub(crate) keys: Points,
    pub(crate) descending: bool,
}

/// A scan of a btree index: equal on its first columns, then one of some values or a range on the next.
#[derive(Clone, Debug)]
pub(crate) struct IndexScan {
    pub(crate) source: TableSource,
    pub(crate) index: Arc<IndexDef>,
    pub(crate) equal: Vec<Expr>,
    pub(crate) next: NextColumn,
    pub(crate) descending: bool,
}

impl IndexScan {
    /// Whether the index holds all that is wanted of a row, so that no row is read.
    pub(crate) fn is_covering(&self) -> bool {
        let IndexKind::BTree(btree) = &self.index.kind else {
            return false;
        };
        let holds = |id: &ColumnId| match u16::try_from(id.column) {
            Ok(no) => EntryColumns::holds(&self.source.table, btree, ColumnNo(no)),
            // The hidden row id.
            Err(_) => true,
        };
        let mut filtered = Vec::new();
        for conjunct in &self.source.filter {
            conjunct.for_each_column(&mut |id| filtered.push(id));
        }
        self.source.columns.iter().chain(&filtered).all(holds)
    }
}

/// What an index scan asks of the column after those that are equal.
#[derive(Clone, Debug)]
pub(crate) enum NextColumn {
    Any,
    NotNull,
    OneOf(Points),
    Range(Range),
}

/// `count(*)` of a whole table.
#[derive(Clone, Debug)]
pub(crate) struct RowCount {
    pub(crate) table: Arc<TableDef>,
    pub(crate) alias: String,
    /// Each column is the count.
    pub(crate) layout: Vec<ColumnId>,
}

/// Rows of expressions.
#[derive(Clone, Debug)]
pub(crate) struct Values {
    pub(crate) layout: Vec<ColumnId>,
    pub(crate) types: Vec<SqlType>,
    pub(crate) rows: Vec<Vec<Expr>>,
}

/// A function in FROM with its arguments, which have no columns.
#[derive(Clone, Debug)]
pub(crate) struct TableFunctionCall {
    /// Of a file, the columns that are read; of all others, all.
    pub(crate) layout: Vec<ColumnId>,
    pub(crate) function: TableCallee,
    pub(crate) arguments: Vec<Expr>,
    /// The types of its columns.
    pub(crate) types: Vec<SqlType>,
    /// The last column numbers the rows.
    pub(crate) ordinality: bool,
}

/// Grouping.
#[derive(Clone, Debug)]
pub(crate) struct HashAggregate {
    pub(crate) input: Box<PhysicalPlan>,
    /// Keys and then aggregates.
    pub(crate) layout: Vec<ColumnId>,
    pub(crate) keys: Vec<Expr>,
    /// GROUPING SETS: which keys each has; a group's set is a column between keys and aggregates.
    pub(crate) sets: Vec<Vec<usize>>,
    pub(crate) aggregates: Vec<AggregateCall>,
    pub(crate) rows: f64,
}

/// Window functions of one window. The input comes partition by partition, in order; the rows of one partition are held in
/// memory.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) input: Box<PhysicalPlan>,
    /// The input's columns, and one for each call.
    pub(crate) layout: Vec<ColumnId>,
    pub(crate) partition: Vec<KeyColumn>,
    pub(crate) order: Vec<KeyColumn>,
    pub(crate) calls: Vec<WindowCall>,
}

/// An equi-join. The right side is held in memory; the left side streams.
#[derive(Clone, Debug)]
pub(crate) struct HashJoin {
    pub(crate) outer: Outer,
    pub(crate) left: Box<PhysicalPlan>,
    pub(crate) right: Box<PhysicalPlan>,
    /// Pairs that must be equal: over the left, over the right.
    pub(crate) keys: Vec<(Expr, Expr)>,
    /// Over both.
    pub(crate) filter: Vec<Expr>,
    pub(crate) rows: f64,
}

/// A join on any condition. The right side is held in memory.
#[derive(Clone, Debug)]
pub(crate) struct NestedLoopJoin {
    pub(crate) outer: Outer,
    pub(crate) left: Box<PhysicalPlan>,
    pub(crate) right: Box<PhysicalPlan>,
    pub(crate) filter: Vec<Expr>,
    pub(crate) rows: f64,
}

/// A join that reads a table by keys from the left.
#[derive(Clone, Debug)]
pub(crate) struct LookupJoin {
    /// Rows of the left side that find nothing are kept, with NULLs.
    pub(crate) keeps_left: bool,
    pub(crate) left: Box<PhysicalPlan>,
    pub(crate) right: TableSource,
    /// Over the left: one expression for the row id, or for each of the index's first columns.
    pub(crate) keys: Vec<Expr>,
    /// `None`: by row id.
    pub(crate) index: Option<Arc<IndexDef>>,
    /// Over both.
    pub(crate) filter: Vec<Expr>,
    pub(crate) rows: f64,
}

/// UNION ALL.
#[derive(Clone, Debug)]
pub(crate) struct Append {
    pub(crate) layout: Vec<ColumnId>,
    pub(crate) inputs: Vec<PhysicalPlan>,
    pub(crate) rows: f64,
}

/// INTERSECT and EXCEPT. The distinct rows of the first input are held in memory.
#[derive(Clone, Debug)]
pub(crate) struct HashSetOperation {
    pub(crate) layout: Vec<ColumnId>,
    pub(crate) operator: SetOperator,
    /// Counts how often a row is there.
    pub(crate) all: bool,
    pub(crate) inputs: Vec<PhysicalPlan>,
    pub(crate) rows: f64,
}

/// Answers queries, and then runs its input with the answers as parameters.
#[derive(Clone, Debug)]
pub(crate) struct Init {
    pub(crate) input: Arc<PhysicalPlan>,
    /// A later one may read the answer of an earlier one.
    pub(crate) plans: Vec<InitPlan>,
}

/// A query that is answered once.
#[derive(Clone, Debug)]
pub(crate) struct InitPlan {
    /// The parameter that has the answer.
    pub(crate) result: usize,
    pub(crate) kind: SubqueryKind,
    /// What is compared; without columns.
    pub(crate) operand: Option<Expr>,
    pub(crate) plan: Arc<PhysicalPlan>,
}

/// The input's columns, and what a query answers for each row.
#[derive(Clone, Debug)]
pub(crate) struct Apply {
    pub(crate) layout: Vec<ColumnId>,
    pub(crate) input: Box<PhysicalPlan>,
    pub(crate) kind: SubqueryKind,
    /// Over the input; what is compared.
    pub(crate) operand: Option<Expr>,
    pub(crate) method: ApplyMethod,
}

/// The rows of a query, and those that a step makes of the new ones, until there are none. What is new is held in memory,
/// and without ALL every row.
#[derive(Clone, Debug)]
pub(crate) struct RecursiveUnion {
    pub(crate) layout: Vec<ColumnId>,
    /// Names its working rows.
    pub(crate) no: RelationNo,
    /// Keeps duplicates.
    pub(crate) all: bool,
    pub(crate) first: Box<PhysicalPlan>,
    pub(crate) step: Arc<PhysicalPlan>,
    pub(crate) rows: f64,
}

/// The working rows of a recursion, inside its step; or those that a change in WITH gave.
#[derive(Clone, Debug)]
pub(crate) struct WorkTableScan {
    pub(crate) layout: Vec<ColumnId>,
    pub(crate) no: RelationNo,
    pub(crate) alias: String,
    pub(crate) rows: f64,
}

/// A query that is run for each row of the left side.
#[derive(Clone, Debug)]
pub(crate) struct LateralJoin {
    pub(crate) layout: Vec<ColumnId>,
    /// Rows for which it gives none are kept, with NULLs.
    pub(crate) keeps_left: bool,
    pub(crate) left: Box<PhysicalPlan>,
    /// The parameters that it reads, and their values over the left side.
    pub(crate) arguments: Vec<(usize, Expr)>,
    pub(crate) plan: Arc<PhysicalPlan>,
    /// Conjuncts over both.
    pub(crate) filter: Vec<Expr>,
    pub(crate) rows: f64,
}

/// How a query is answered for each row.
#[derive(Clone, Debug)]
pub(crate) enum ApplyMethod {
    /// It is run for each set of values of these parameters.
    Each {
        arguments: Vec<(usize, Expr)>,
        plan: Arc<PhysicalPlan>,
    },
    /// From a table that is made once.
    ByKey(ByKey),
}

/// The answers for all keys. They are held in memory.
#[derive(Clone, Debug)]
pub(crate) struct ByKey {
    /// Gives the keys, and then the value; no value for EXISTS.
    pub(crate) plan: Arc<PhysicalPlan>,
    /// What the keys must equal, over the input.
    pub(crate) keys: Vec<Expr>,
    /// Gives the answer for a key that is not there; NULL without it.
    pub(crate) otherwise: Option<Arc<PhysicalPlan>>,
}

impl Apply {
    /// The plans of the query.
    pub(crate) fn plans(&self) -> Vec<&PhysicalPlan> {
        match &self.method {
            ApplyMethod::Each { plan, .. } => vec![plan],
            ApplyMethod::ByKey(by_key) => {
                let mut plans: Vec<&PhysicalPlan> = vec![&by_key.plan];
                plans.extend(by_key.otherwise.as_deref());
                plans
            }
        }
    }
}

impl PhysicalPlan {
    /// The columns of the output, in order; none for statements that give no rows.
    pub(crate) fn layout(&self) -> Vec<ColumnId> {
        match self {
            Self::Empty(layout) => layout.clone(),
            Self::Values(values) | Self::ConstantRow(values) => values.layout.clone(),
            Self::TableFunction(call) => call.layout.clone(),
            Self::SeqScan(scan) => scan.source.columns.clone(),
            Self::SampleScan(scan) => scan.source.columns.clone(),
            Self::PkLookup(lookup) => lookup.source.columns.clone(),
            Self::IndexScan(scan) => scan.source.columns.clone(),
            Self::RowCount(count) => count.layout.clone(),
            Self::Project { columns, .. } => columns.iter().map(|(id, _)| *id).collect(),
            Self::Filter { input, .. }
            | Self::Sort { input, .. }
            | Self::TopN { input, .. }
            | Self::Limit { input, .. } => input.layout(),
            Self::WindowPlan(window) => window.layout.clone(),
            Self::HashAggregate(aggregate) => aggregate.layout.clone(),
            Self::HashJoin(join) => both(&join.left, &join.right.layout()),
            Self::NestedLoopJoin(join) => both(&join.left, &join.right.layout()),
            Self::LookupJoin(join) => both(&join.left, &join.right.columns),
            Self::Init(init) => init.input.layout(),
            Self::Apply(apply) => apply.layout.clone(),
            Self::LateralJoin(join) => join.layout.clone(),
            Self::RecursiveUnion(union) => union.layout.clone(),
            Self::WorkTableScan(scan) => scan.layout.clone(),
            Self::Append(append) => append.layout.clone(),
            Self::HashSetOperation(set) => set.layout.clone(),
            Self::VectorTopKPlan(plan) => plan.layout().to_vec(),
            Self::AnnTopKPlan(plan) => plan.layout().to_vec(),
            Self::LakeScan(scan) => scan.source.columns.clone(),
            Self::LakeTopKPlan(plan) => plan.layout.clone(),
            Self::SingleRow
            | Self::Insert(_)
            | Self::Update(_)
            | Self::Delete(_)
            | Self::Merge(_)
            | Self::Instead(_)
            | Self::With(_)
            | Self::LakeDelete(_)
            | Self::CreateTable(_)
            | Self::CreateTableAs(_)
            | Self::AlterTable(_)
            | Self::Truncate { .. }
            | Self::Sequence(_)
            | Self::CreateView(_)
            | Self::Trigger(_)
            | Self::DropRelations { .. }
            | Self::CreateIndex(_)
            | Self::DropIndex(_)
            | Self::AlterIndex(_)
            | Self::Analyze(_)
            | Self::ChangeDefinition(_)
            | Self::Nothing
            | Self::Explain { .. } => Vec::new(),
        }
    }

    /// Narrows the output of a scan to the columns that are read above it.
    pub(super) fn keep_columns(&mut self, wanted: &[ColumnId]) {
        let source = match self {
            Self::SeqScan(scan) => &mut scan.source,
            Self::SampleScan(scan) => &mut scan.source,
            Self::PkLookup(lookup) => &mut Arc::make_mut(lookup).source,
            Self::IndexScan(scan) => &mut scan.source,
            _ => return,
        };
        source.columns.retain(|id| wanted.contains(id));
    }

    /// Estimated rows of the output.
    pub(crate) fn rows(&self) -> f64 {
        match self {
            Self::SingleRow | Self::RowCount(_) | Self::TableFunction(_) => 1.0,
            Self::Values(values) | Self::ConstantRow(values) => values.rows.len() as f64,
            Self::SeqScan(scan) => scan.source.rows,
            Self::SampleScan(scan) => scan.source.rows,
            Self::PkLookup(lookup) => lookup.source.rows,
            Self::IndexScan(scan) => scan.source.rows,
            Self::Filter { rows, .. } => *rows,
            Self::Project { input, .. } | Self::Sort { input, .. } => input.rows(),
            Self::TopN { input, limit, .. } | Self::Limit { input, limit } => {
                limited_rows(input.rows(), limit.limit.as_ref())
            }
            Self::WindowPlan(window) => window.input.rows(),
            Self::HashAggregate(aggregate) => aggregate.rows,
            Self::HashJoin(join) => join.rows,
            Self::NestedLoopJoin(join) => join.rows,
            Self::LookupJoin(join) => join.rows,
            Self::Init(init) => init.input.rows(),
            Self::Apply(apply) => apply.input.rows(),
            Self::LateralJoin(join) => join.rows,
            Self::RecursiveUnion(union) => union.rows,
            Self::WorkTableScan(scan) => scan.rows,
            Self::Append(append) => append.rows,
            Self::HashSetOperation(set) => set.rows,
            Self::VectorTopKPlan(plan) => plan.rows(),
            Self::AnnTopKPlan(plan) => plan.rows(),
            Self::LakeScan(scan) => scan.source.rows,
            Self::LakeTopKPlan(plan) => plan.source.rows,
            Self::Empty(_)
            | Self::Insert(_)
            | Self::Update(_)
            | Self::Delete(_)
            | Self::Merge(_)
            | Self::Instead(_)
            | Self::With(_)
            | Self::LakeDelete(_)
            | Self::CreateTable(_)
            | Self::CreateTableAs(_)
            | Self::AlterTable(_)
            | Self::Truncate { .. }
            | Self::Sequence(_)
            | Self::CreateView(_)
            | Self::Trigger(_)
            | Self::DropRelations { .. }
            | Self::CreateIndex(_)
            | Self::DropIndex(_)
            | Self::AlterIndex(_)
            | Self::Analyze(_)
            | Self::ChangeDefinition(_)
            | Self::Nothing
            | Self::Explain { .. } => 0.0,
        }
    }

    /// The direct inputs.
    pub(crate) fn inputs(&self) -> Vec<&PhysicalPlan> {
        match self {
            Self::Filter { input, .. }
            | Self::Project { input, .. }
            | Self::Sort { input, .. }
            | Self::TopN { input, .. }
            | Self::Limit { input, .. } => vec![input],
            Self::WindowPlan(window) => vec![&window.input],
            Self::HashAggregate(aggregate) => vec![&aggregate.input],
            Self::HashJoin(join) => vec![&join.left, &join.right],
            Self::NestedLoopJoin(join) => vec![&join.left, &join.right],
            Self::LookupJoin(join) => vec![&join.left],
            Self::Init(init) => {
                let mut inputs: Vec<&PhysicalPlan> = vec![&init.input];
                inputs.extend(init.plans.iter().map(|answer| answer.plan.as_ref()));
                inputs
            }
            Self::LateralJoin(join) => vec![&join.left, &join.plan],
            Self::RecursiveUnion(union) => vec![&union.first, &union.step],
            Self::Apply(apply) => {
                let mut inputs: Vec<&PhysicalPlan> = vec![&apply.input];
                inputs.extend(apply.plans());
                inputs
            }
            Self::Append(append) => append.inputs.iter().collect(),
            Self::HashSetOperation(set) => set.inputs.iter().collect(),
            Self::VectorTopKPlan(plan) => plan.input().into_iter().collect(),
            Self::Insert(insert) => vec![&insert.source],
            Self::Update(update) => vec![&update.source],
            Self::Delete(delete) => vec![&delete.source],
            Self::Merge(merge) => vec![&merge.source],
            Self::Instead(instead) => vec![&instead.source],
            Self::With(with) => with.plans().map(|(plan, _)| plan).collect(),
            Self::CreateTableAs(create) => vec![&create.source],
            _ => Vec::new(),
        }
    }

    /// Does it change the database (so that it needs a write transaction)?
    pub(crate) fn writes(&self) -> bool {
        match self {
            Self::Insert(_)
            | Self::Update(_)
            | Self::Delete(_)
            | Self::Merge(_)
            | Self::Instead(_)
            | Self::With(_)
            | Self::LakeDelete(_)
            | Self::CreateTable(_)
            | Self::CreateTableAs(_)
            | Self::AlterTable(_)
            | Self::Truncate { .. }
            | Self::Sequence(_)
            | Self::CreateView(_)
            | Self::Trigger(_)
            | Self::DropRelations { .. }
            | Self::CreateIndex(_)
            | Self::DropIndex(_)
            | Self::AlterIndex(_)
            | Self::Analyze(_)
            | Self::ChangeDefinition(_) => true,
            Self::Explain { explain, plan } => explain.analyze && plan.root.writes(),
            _ => false,
        }
    }
}

fn both(left: &PhysicalPlan, right: &[ColumnId]) -> Vec<ColumnId> {
    let mut layout = left.layout();
    layout.extend(right);
    layout
}
