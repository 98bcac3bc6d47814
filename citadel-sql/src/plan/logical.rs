//! The logical plan: what to compute, relation by relation, before anyone decides how.

use std::sync::Arc;

use super::expr::is_same;
use super::physical::{ByKey, PhysicalPlan};
use crate::bind::bound::{
    AggregateCall, AsOf, ColumnId, Expr, Outer, RelationNo, SetOperator, SubqueryKind, TableSample,
    WindowCall,
};
use crate::functions::TableCallee;
use crate::schema::TableDef;
use crate::types::SqlType;

/// A relation that is computed.
#[derive(Clone, Debug)]
pub(super) enum LogicalPlan {
    /// One row without columns: no FROM.
    SingleRow,
    /// No rows: a condition that is never TRUE.
    Empty(LogicalEmpty),
    Values(LogicalValues),
    Function(LogicalFunction),
    Scan(LogicalScan),
    /// A table as it was before the statement, of which another part has changed it.
    Earlier(LogicalScan),
    /// A join; conjuncts of one side only have been moved to it, where that side's rows are not kept without a partner.
    Join {
        outer: Outer,
        left: Box<LogicalPlan>,
        right: Box<LogicalPlan>,
        on: Vec<Expr>,
    },
    /// UNION, INTERSECT or EXCEPT of inputs with as many columns.
    SetOperation(LogicalSetOperation),
    /// The rows of a query, and what is made of them again and again.
    Recursive(LogicalRecursive),
    /// Inside what is made: the rows that were new the last time.
    Working(LogicalWorking),
    /// A query that is run for each row of the left side.
    Lateral(LogicalLateral),
    /// The input's columns and the answer of a query for each row.
    Apply(LogicalApply),
    Filter {
        input: Box<LogicalPlan>,
        conjuncts: Vec<Expr>,
    },
    Aggregate {
        input: Box<LogicalPlan>,
        relation: RelationNo,
        keys: Vec<Expr>,
        /// As [`Grouping::sets`](crate::bind::bound::Grouping::sets).
        sets: Vec<Vec<usize>>,
        aggregates: Vec<AggregateCall>,
    },
    /// The input's columns and the values of window functions.
    Window(LogicalWindow),
    /// Only the columns given.
    Project {
        input: Box<LogicalPlan>,
        columns: Vec<(ColumnId, Expr)>,
    },
    /// The input's columns and these.
    Extend {
        input: Box<LogicalPlan>,
        columns: Vec<(ColumnId, Expr)>,
    },
    Distinct {
        input: Box<LogicalPlan>,
    },
    Sort {
        input: Box<LogicalPlan>,
        keys: Vec<LogicalKey>,
    },
    Limit {
        input: Box<LogicalPlan>,
        limit: LimitBounds,
    },
    /// The first rows of an order, without sorting all.
    TopN {
        input: Box<LogicalPlan>,
        keys: Vec<LogicalKey>,
        limit: LimitBounds,
    },
}

/// A query that is asked for each row.
#[derive(Clone, Debug)]
pub(super) struct LogicalApply {
    pub(super) input: Box<LogicalPlan>,
    /// Stands for the answer.
    pub(super) id: ColumnId,
    pub(super) kind: SubqueryKind,
    /// Over the input; what is compared.
    pub(super) operand: Option<Expr>,
    /// The parameters that it reads, and their values over the input.
    pub(super) arguments: Vec<(usize, Expr)>,
    /// Answers for one set of arguments. There is this or the next, or both.
    pub(super) each: Option<Arc<PhysicalPlan>>,
    /// Answers for all keys.
    pub(super) by_key: Option<ByKey>,
}

impl LogicalApply {
    /// What it reads of its input, whichever way it answers.
    pub(super) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let keys = self.by_key.iter().flat_map(|by_key| &by_key.keys);
        let arguments = self.arguments.iter().map(|(_, value)| value);
        self.operand.iter().chain(arguments).chain(keys)
    }

    fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        let keys = self.by_key.iter_mut().flat_map(|by_key| &mut by_key.keys);
        let arguments = self.arguments.iter_mut().map(|(_, value)| value);
        self.operand.iter_mut().chain(arguments).chain(keys)
    }
}

/// Window functions of one window.
#[derive(Clone, Debug)]
pub(super) struct LogicalWindow {
    pub(super) input: Box<LogicalPlan>,
    pub(super) partition: Vec<Expr>,
    pub(super) order: Vec<LogicalKey>,
    /// Columns of one relation.
    pub(super) calls: Vec<(ColumnId, WindowCall)>,
}

impl LogicalWindow {
    /// What it reads of its input.
    pub(super) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let order = self.order.iter().map(|key| &key.expr);
        let arguments = self.calls.iter().flat_map(|(_, call)| &call.arguments);
        self.partition.iter().chain(order).chain(arguments)
    }

    pub(super) fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        let order = self.order.iter_mut().map(|key| &mut key.expr);
        let calls = self.calls.iter_mut();
        let arguments = calls.flat_map(|(_, call)| &mut call.arguments);
        self.partition.iter_mut().chain(order).chain(arguments)
    }

    /// The keys of partitions, which are ordered in the usual way.
    pub(super) fn keys_of_partition(&self) -> Vec<LogicalKey> {
        let keys = self.partition.iter().map(|expr| LogicalKey {
            expr: expr.clone(),
            descending: false,
            nulls_first: false,
        });
        keys.collect()
    }

    /// The order that its input must have: the partitions, and then the order in them.
    pub(super) fn keys(&self) -> Vec<LogicalKey> {
        let mut keys: Vec<LogicalKey> = Vec::new();
        let partition = self.keys_of_partition().into_iter();
        for key in partition.chain(self.order.iter().cloned()) {
            // A value that is the same already orders nothing.
            if !keys.iter().any(|known| is_same(&known.expr, &key.expr)) {
                keys.push(key);
            }
        }
        keys
    }
}

/// A recursion. Columns are by place.
#[derive(Clone, Debug)]
pub(super) struct LogicalRecursive {
    pub(super) relation: RelationNo,
    /// Names its working rows.
    pub(super) no: RelationNo,
    /// Keeps duplicates.
    pub(super) all: bool,
    pub(super) first: Box<LogicalPlan>,
    pub(super) step: Arc<PhysicalPlan>,
    pub(super) columns: usize,
}

/// The working rows of a recursion.
#[derive(Clone, Debug)]
pub(super) struct LogicalWorking {
    pub(super) relation: RelationNo,
    pub(super) no: RelationNo,
    pub(super) alias: String,
    pub(super) columns: usize,
}

/// A query that is run for each row of the left side.
#[derive(Clone, Debug)]
pub(super) struct LogicalLateral {
    /// Keeps rows for which it gives none.
    pub(super) keeps_left: bool,
    pub(super) left: Box<LogicalPlan>,
    /// Of its columns, by place.
    pub(super) relation: RelationNo,
    pub(super) columns: usize,
    /// The parameters that it reads, and their values over the left side.
    pub(super) arguments: Vec<(usize, Expr)>,
    pub(super) plan: Arc<PhysicalPlan>,
    /// Over both.
    pub(super) on: Vec<Expr>,
}

/// What a plan without rows stands for.
#[derive(Clone, Debug)]
pub(super) struct LogicalEmpty {
    /// The relations that its columns would come from.
    pub(super) relations: Vec<RelationNo>,
    /// What is read of them above; set by the rewrite that prunes.
    pub(super) columns: Vec<ColumnId>,
}

/// Rows of several inputs, by place: column i of the result is column i of each.
#[derive(Clone, Debug)]
pub(super) struct LogicalSetOperation {
    pub(super) relation: RelationNo,
    pub(super) operator: SetOperator,
    /// Keeps duplicates.
    pub(super) all: bool,
    pub(super) inputs: Vec<LogicalPlan>,
    pub(super) columns: usize,
}

/// `VALUES` as a relation.
#[derive(Clone, Debug)]
pub(super) struct LogicalValues {
    pub(super) relation: RelationNo,
    pub(super) rows: Vec<Vec<Expr>>,
    pub(super) types: Vec<SqlType>,
}

/// A function in FROM.
#[derive(Clone, Debug)]
pub(super) struct LogicalFunction {
    pub(super) relation: RelationNo,
    pub(super) function: TableCallee,
    pub(super) arguments: Vec<Expr>,
    pub(super) types: Vec<SqlType>,
    pub(super) ordinality: bool,
    /// Those of its columns that it gives: of a file, what is read of it; set by the rewrite that prunes.
    pub(super) columns: Vec<ColumnId>,
}

/// A table, with the conditions that its rows must meet and the columns that are needed above.
#[derive(Clone, Debug)]
pub(crate) struct LogicalScan {
    pub(crate) relation: RelationNo,
    pub(crate) table: Arc<TableDef>,
    pub(crate) alias: String,
    /// Conjuncts, in the order written.
    pub(crate) filter: Vec<Expr>,
    /// What is read of it above (not by the filter); set by the rewrite that prunes.
    pub(crate) columns: Vec<ColumnId>,
    /// An older state of it.
    pub(crate) as_of: Option<AsOf>,
    /// Only a part of it is read.
    pub(crate) sample: Option<Box<TableSample>>,
}

/// One key of an order.
#[derive(Clone, Debug)]
pub(super) struct LogicalKey {
    pub(super) expr: Expr,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
}

/// LIMIT and OFFSET: INTEGER, without columns; NULL means none.
#[derive(Clone, Debug, Default)]
pub(crate) struct LimitBounds {
    pub(crate) limit: Option<Expr>,
    pub(crate) offset: Option<Expr>,
}

impl LogicalPlan {
    /// The columns of the output, in order.
    pub(super) fn layout(&self) -> Vec<ColumnId> {
        match self {
            Self::SingleRow => Vec::new(),
            Self::Empty(empty) => empty.columns.clone(),
            Self::SetOperation(set) => relation_columns(set.relation, set.columns),
            Self::Values(values) => relation_columns(values.relation, values.types.len()),
            Self::Function(call) => call.columns.clone(),
            Self::Scan(scan) | Self::Earlier(scan) => scan.columns.clone(),
            Self::Join { left, right, .. } => {
                let mut layout = left.layout();
                layout.extend(right.layout());
                layout
            }
            Self::Aggregate {
                relation,
                keys,
                sets,
                aggregates,
                ..
            } => {
                let columns = keys.len() + usize::from(!sets.is_empty()) + aggregates.len();
                relation_columns(*relation, columns)
            }
            Self::Project { columns, .. } => columns.iter().map(|(id, _)| *id).collect(),
            Self::Extend { input, columns } => {
                let mut layout = input.layout();
                layout.extend(columns.iter().map(|(id, _)| *id));
                layout
            }
            Self::Recursive(recursive) => relation_columns(recursive.relation, recursive.columns),
            Self::Working(working) => relation_columns(working.relation, working.columns),
            Self::Lateral(lateral) => {
                let mut layout = lateral.left.layout();
                layout.extend(relation_columns(lateral.relation, lateral.columns));
                layout
            }
            Self::Window(window) => {
                let mut layout = window.input.layout();
                layout.extend(window.calls.iter().map(|(id, _)| *id));
                layout
            }
            Self::Apply(apply) => {
                let mut layout = apply.input.layout();
                layout.push(apply.id);
                layout
            }
            Self::Filter { input, .. }
            | Self::Distinct { input }
            | Self::Sort { input, .. }
            | Self::Limit { input, .. }
            | Self::TopN { input, .. } => input.layout(),
        }
    }

    /// The relations that its columns come from.
    pub(super) fn relations(&self) -> Vec<RelationNo> {
        match self {
            Self::Scan(scan) | Self::Earlier(scan) => vec![scan.relation],
            Self::Values(values) => vec![values.relation],
            Self::Function(call) => vec![call.relation],
            Self::Join { left, right, .. } => {
                let mut relations = left.relations();
                relations.extend(right.relations());
                relations
            }
            Self::Filter { input, .. }
            | Self::Distinct { input }
            | Self::Sort { input, .. }
            | Self::Limit { input, .. }
            | Self::TopN { input, .. } => input.relations(),
            Self::Recursive(recursive) => vec![recursive.relation],
            Self::Working(working) => vec![working.relation],
            Self::Lateral(lateral) => {
                let mut relations = lateral.left.relations();
                relations.push(lateral.relation);
                relations
            }
            Self::Window(window) => {
                let mut relations = window.input.relations();
                relations.extend(window.calls.iter().map(|(id, _)| id.relation));
                relations
            }
            Self::Apply(apply) => {
                let mut relations = apply.input.relations();
                relations.push(apply.id.relation);
                relations
            }
            Self::Aggregate { relation, .. } => vec![*relation],
            Self::Extend { input, columns } => {
                let mut relations = input.relations();
                relations.extend(columns.iter().map(|(id, _)| id.relation));
                relations
            }
            Self::Empty(empty) => empty.relations.clone(),
            Self::SetOperation(set) => vec![set.relation],
            Self::Project { columns, .. } => columns.iter().map(|(id, _)| id.relation).collect(),
            Self::SingleRow => Vec::new(),
        }
    }

    /// The direct inputs.
    pub(super) fn inputs_mut(&mut self) -> Vec<&mut LogicalPlan> {
        match self {
            Self::SingleRow
            | Self::Empty(_)
            | Self::Values(_)
            | Self::Function(_)
            | Self::Working(_)
            | Self::Scan(_)
            | Self::Earlier(_) => Vec::new(),
            Self::Recursive(recursive) => vec![&mut recursive.first],
            Self::Join { left, right, .. } => vec![left, right],
            Self::SetOperation(set) => set.inputs.iter_mut().collect(),
            Self::Apply(apply) => vec![&mut apply.input],
            Self::Window(window) => vec![&mut window.input],
            Self::Lateral(lateral) => vec![&mut lateral.left],
            Self::Filter { input, .. }
            | Self::Aggregate { input, .. }
            | Self::Project { input, .. }
            | Self::Extend { input, .. }
            | Self::Distinct { input }
            | Self::Sort { input, .. }
            | Self::Limit { input, .. }
            | Self::TopN { input, .. } => vec![input],
        }
    }

    /// Visits every expression of the plan and of its inputs, to change it.
    pub(super) fn for_each_expr_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match self {
            Self::SingleRow
            | Self::Empty(_)
            | Self::SetOperation(_)
            | Self::Recursive(_)
            | Self::Working(_)
            | Self::Distinct { .. }
            // Their expressions see no columns.
            | Self::Values(_)
            | Self::Function(_)
            | Self::Limit { .. } => {}
            Self::Scan(scan) | Self::Earlier(scan) => {
                scan.filter.iter_mut().for_each(&mut *visit);
            }
            Self::Lateral(lateral) => {
                let arguments = lateral.arguments.iter_mut().map(|(_, value)| value);
                arguments.chain(&mut lateral.on).for_each(&mut *visit);
            }
            Self::Apply(apply) => apply.exprs_mut().for_each(&mut *visit),
            Self::Window(window) => window.exprs_mut().for_each(&mut *visit),
            Self::Join { on, .. } => on.iter_mut().for_each(&mut *visit),
            Self::Filter { conjuncts, .. } => conjuncts.iter_mut().for_each(&mut *visit),
            Self::Aggregate {
                keys, aggregates, ..
            } => {
                keys.iter_mut().for_each(&mut *visit);
                let arguments = aggregates.iter_mut().flat_map(AggregateCall::exprs_mut);
                arguments.for_each(&mut *visit);
            }
            Self::Project { columns, .. } | Self::Extend { columns, .. } => {
                columns.iter_mut().for_each(|(_, expr)| visit(expr));
            }
            Self::Sort { keys, .. } | Self::TopN { keys, .. } => {
                keys.iter_mut().for_each(|key| visit(&mut key.expr));
            }
        }
        for input in self.inputs_mut() {
            input.for_each_expr_mut(visit);
        }
    }

    /// Moves the plan out, to be put back changed.
    pub(super) fn take(&mut self) -> Self {
        std::mem::replace(self, Self::SingleRow)
    }
}

/// The first `len` columns of a relation.
pub(super) fn relation_columns(relation: RelationNo, len: usize) -> Vec<ColumnId> {
    (0..len)
        .map(|at| super::names::column_id(relation, at))
        .collect()
}
