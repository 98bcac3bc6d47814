//! From the logical to the physical plan: an operator for each node.

use std::sync::Arc;

use super::access::{self, Wish};
use super::estimate::{
    JoinSides, RECURSION_ROWS, WORKING_ROWS, filtered_rows, grouped_rows, join_rows, set_rows,
};
use super::expr::{column, is_same, relations};
use super::implication::implies_all;
use super::logical::{
    LimitBounds, LogicalApply, LogicalKey, LogicalPlan, LogicalScan, LogicalSetOperation,
    LogicalWindow, relation_columns,
};
use super::physical::{
    Append, Apply, ApplyMethod, ByKey, HashAggregate, HashJoin, HashSetOperation, KeyColumn,
    LateralJoin, LookupJoin, NestedLoopJoin, NextColumn, PhysicalPlan, RecursiveUnion, RowCount,
    TableFunctionCall, TableSource, Values, Window, WorkTableScan,
};
use super::rewrite::COMPUTED;
use super::{PlanContext, lake, vector};
use crate::bind::bound::{
    AggregateCall, BinaryOp, ColumnId, Expr, ExprKind, Outer, RelationNo, SetOperator,
};
use crate::bind::keyed;
use crate::error::{Error, Result, SqlState};
use crate::functions::AggregateFunction;
use crate::schema::{IndexDef, IndexKind};
use crate::store::BoundIndex;
use crate::types::{Collation, SqlType, Value};

/// Reading a row by key costs as much as reading this many in a scan.
pub(super) const LOOKUP_COST: f64 = 6.0;

/// Picks operators for a logical plan. The columns of the result are those of the logical plan.
pub(super) fn lower(plan: &LogicalPlan, context: &PlanContext<'_>) -> Result<PhysicalPlan> {
    Lowering { context }.node(plan, None)
}

/// The way to the rows of one table.
pub(super) fn lower_scan(scan: &LogicalScan, context: &PlanContext<'_>) -> Result<PhysicalPlan> {
    Ok(access::choose(scan, Wish::default(), context)?.plan)
}

struct Lowering<'a> {
    context: &'a PlanContext<'a>,
}

impl Lowering<'_> {
    /// Lowers a node of which only `wanted` columns are read (`None`: all).
    fn node(&self, plan: &LogicalPlan, wanted: Option<&[ColumnId]>) -> Result<PhysicalPlan> {
        Ok(match plan {
            LogicalPlan::SingleRow => PhysicalPlan::SingleRow,
            LogicalPlan::Empty(empty) => PhysicalPlan::Empty(empty.columns.clone()),
            LogicalPlan::Values(values) => PhysicalPlan::Values(Arc::new(Values {
                layout: plan.layout(),
                types: values.types.clone(),
                rows: values.rows.clone(),
            })),
            LogicalPlan::Function(call) => {
                PhysicalPlan::TableFunction(Arc::new(TableFunctionCall {
                    layout: plan.layout(),
                    function: call.function.clone(),
                    arguments: call.arguments.clone(),
                    types: call.types.clone(),
                    ordinality: call.ordinality,
                }))
            }
            LogicalPlan::Scan(scan) => match self.range(scan)? {
                Some(plan) => plan,
                None => lower_scan(scan, self.context)?,
            },
            LogicalPlan::Earlier(scan) => self.context.earlier_scan(scan)?,
            LogicalPlan::Join {
                outer,
                left,
                right,
                on,
            } => self.join(*outer, (left, right), on)?,
            LogicalPlan::SetOperation(set) => self.set_operation(set, plan.layout())?,
            LogicalPlan::Apply(apply) => self.apply(apply)?,
            LogicalPlan::Recursive(recursive) => {
                let first = self.boxed(&recursive.first)?;
                PhysicalPlan::RecursiveUnion(RecursiveUnion {
                    layout: plan.layout(),
                    rows: first.rows() * RECURSION_ROWS,
                    no: recursive.no,
                    all: recursive.all,
                    first,
                    step: Arc::clone(&recursive.step),
                })
            }
            LogicalPlan::Working(working) => PhysicalPlan::WorkTableScan(WorkTableScan {
                layout: plan.layout(),
                no: working.no,
                alias: working.alias.clone(),
                rows: WORKING_ROWS,
            }),
            LogicalPlan::Lateral(lateral) => {
                let left = self.boxed(&lateral.left)?;
                let mut layout = left.layout();
                layout.extend(relation_columns(lateral.relation, lateral.columns));
                PhysicalPlan::LateralJoin(LateralJoin {
                    rows: left.rows() * lateral.plan.rows().max(1.0),
                    left,
                    layout,
                    keeps_left: lateral.keeps_left,
                    arguments: lateral.arguments.clone(),
                    plan: Arc::clone(&lateral.plan),
                    filter: lateral.on.clone(),
                })
            }
            LogicalPlan::Filter {
                input: below,
                conjuncts,
            } => {
                let input = self.boxed(below)?;
                PhysicalPlan::Filter {
                    rows: filtered_rows(below, input.rows(), conjuncts, self.context)?,
                    input,
                    conjuncts: conjuncts.clone(),
                }
            }
            LogicalPlan::Aggregate {
                input,
                keys,
                sets,
                aggregates,
                ..
            } => self.aggregate(input, plan.layout(), (keys, sets), aggregates)?,
            LogicalPlan::Project { input, columns } => {
                let mut read = Vec::new();
                for (_, expr) in columns {
                    expr.for_each_column(&mut |id| {
                        if !read.contains(&id) {
                            read.push(id);
                        }
                    });
                }
                PhysicalPlan::Project {
                    input: Box::new(self.node(input, Some(&read))?),
                    columns: columns.clone(),
                }
            }
            LogicalPlan::Window(window) => self.window(window)?,
            LogicalPlan::Extend { input, columns } => self.extend(input, columns)?,
            LogicalPlan::Distinct { input } => self.distinct(input)?,
            LogicalPlan::Sort { input, keys } => match self.nearest(input, keys, None, wanted)? {
                Some(plan) => plan,
                None => self.sort(input, keys, None, wanted)?,
            },
            LogicalPlan::TopN { input, keys, limit } => {
                match self.nearest(input, keys, Some(limit), wanted)? {
                    Some(plan) => plan,
                    None => self.sort(input, keys, Some(limit), wanted)?,
                }
            }
            LogicalPlan::Limit { input, limit } => limited(self.node(input, wanted)?, limit),
        })
    }

    fn boxed(&self, plan: &LogicalPlan) -> Result<Box<PhysicalPlan>> {
        self.node(plan, None).map(Box::new)
    }

    fn aggregate(
        &self,
        input: &LogicalPlan,
        layout: Vec<ColumnId>,
        (keys, sets): (&[Expr], &[Vec<usize>]),
        aggregates: &[AggregateCall],
    ) -> Result<PhysicalPlan> {
        if let LogicalPlan::Scan(scan) = input
            && scan.table.lake.is_none()
            && scan.sample.is_none()
            && scan.filter.is_empty()
            && keys.is_empty()
            && sets.is_empty()
            && aggregates
                .iter()
                .all(|call| call.function == AggregateFunction::CountRows)
        {
            return Ok(PhysicalPlan::RowCount(RowCount {
                table: scan.table.clone(),
                alias: scan.alias.clone(),
                layout,
            }));
        }
        let first = match (input, keys, sets, aggregates) {
            (LogicalPlan::Scan(scan), [], [], [call]) => self.extreme_first(scan, call)?,
            _ => None,
        };
        let below = match first {
            Some(first) => Box::new(first),
            None => self.boxed(input)?,
        };
        Ok(PhysicalPlan::HashAggregate(HashAggregate {
            layout,
            keys: keys.to_vec(),
            sets: sets.to_vec(),
            aggregates: aggregates.to_vec(),
            rows: grouped_rows(input, below.rows(), keys, self.context)?,
            input: below,
        }))
    }

    /// The row alone that has the least or the greatest value of all, where rows come in the order of that value.
    fn extreme_first(
        &self,
        scan: &LogicalScan,
        call: &AggregateCall,
    ) -> Result<Option<PhysicalPlan>> {
        let (descending, collation) = match call.function {
            AggregateFunction::Min => (false, Collation::Binary),
            AggregateFunction::Max => (true, Collation::Binary),
            AggregateFunction::Collated {
                greatest,
                collation,
            } => (greatest, collation),
            _ => return Ok(None),
        };
        let (Some(value), None) = (&call.argument, &call.filter) else {
            return Ok(None);
        };
        let value = &match collation {
            Collation::Binary => value.clone(),
            collation => keyed(value.clone(), collation),
        };
        if !value.is_stable() || self.range(scan)?.is_some() {
            return Ok(None);
        }
        // The name of what an index may be on, and nobody reads.
        let computed = ColumnId {
            relation: COMPUTED,
            column: u32::MAX,
        };
        let (column, computed) = match value.kind {
            ExprKind::Column(id) => (id, Vec::new()),
            _ => (computed, vec![(computed, value.clone())]),
        };
        let order = [KeyColumn {
            column,
            descending,
            nulls_first: descending,
        }];
        let wish = Wish {
            order: &order,
            computed: &computed,
            rows: Some(1.0),
        };
        let mut scan = scan.clone();
        scan.filter.push(Expr {
            kind: ExprKind::IsNull {
                operand: Box::new(value.clone()),
                negated: true,
            },
            ty: SqlType::Boolean,
            position: value.position,
        });
        let access = access::choose(&scan, wish, self.context)?;
        let one = Expr {
            kind: ExprKind::Literal(Value::Integer(1)),
            ty: SqlType::Integer,
            position: None,
        };
        Ok(access.ordered.then(|| PhysicalPlan::Limit {
            input: Box::new(access.plan),
            limit: LimitBounds {
                limit: Some(one),
                offset: None,
            },
        }))
    }

    /// The input is in order, as a rewrite has seen to.
    fn window(&self, window: &LogicalWindow) -> Result<PhysicalPlan> {
        let input = self.boxed(&window.input)?;
        let mut layout = input.layout();
        layout.extend(window.calls.iter().map(|(id, _)| *id));
        let partition = window.keys_of_partition();
        Ok(PhysicalPlan::WindowPlan(Window {
            layout,
            partition: key_columns(&partition)?,
            order: key_columns(&window.order)?,
            calls: window.calls.iter().map(|(_, call)| call.clone()).collect(),
            input,
        }))
    }

    /// The input's columns pass, and the computed ones follow.
    fn extend(&self, input: &LogicalPlan, computed: &[(ColumnId, Expr)]) -> Result<PhysicalPlan> {
        Ok(extended(self.node(input, None)?, computed))
    }

    fn distinct(&self, input: &LogicalPlan) -> Result<PhysicalPlan> {
        let below = self.node(input, None)?;
        let layout = below.layout();
        let keys = column_keys(&layout);
        let rows = grouped_rows(input, below.rows(), &keys, self.context)?;
        Ok(distinct(below, layout, rows))
    }

    /// A sort, unless the rows can come in that order by themselves.
    fn sort(
        &self,
        input: &LogicalPlan,
        keys: &[LogicalKey],
        limit: Option<&LimitBounds>,
        wanted: Option<&[ColumnId]>,
    ) -> Result<PhysicalPlan> {
        let keys = key_columns(keys)?;
        let (input, ordered) = match input {
            LogicalPlan::Scan(scan) => match self.range(scan)? {
                Some(plan) => (plan, false),
                None => self.ordered_scan(scan, (&keys, &[]), limit, wanted)?,
            },
            LogicalPlan::Extend {
                input: below,
                columns,
            } if let LogicalPlan::Scan(scan) = below.as_ref()
                && self.range(scan)?.is_none() =>
            {
                // What the keys are computed from is read, whoever reads the keys.
                let (plan, ordered) = self.ordered_scan(scan, (&keys, columns), limit, None)?;
                (extended(plan, columns), ordered)
            }
            other => (self.node(other, None)?, false),
        };
        let input = Box::new(input);
        Ok(match (ordered, limit.cloned()) {
            (true, None) => *input,
            (true, Some(limit)) => PhysicalPlan::Limit { input, limit },
            (false, None) => PhysicalPlan::Sort { input, keys },
            (false, Some(limit)) => PhysicalPlan::TopN { input, keys, limit },
        })
    }

    /// The way to the rows of a table, and whether they come in order.
    fn ordered_scan(
        &self,
        scan: &LogicalScan,
        (keys, computed): (&[KeyColumn], &[(ColumnId, Expr)]),
        limit: Option<&LimitBounds>,
        wanted: Option<&[ColumnId]>,
    ) -> Result<(PhysicalPlan, bool)> {
        let wish = Wish {
            order: keys,
            computed,
            rows: limit.and_then(known_rows),
        };
        let mut access = access::choose(scan, wish, self.context)?;
        if let (true, Some(wanted)) = (access.ordered, wanted) {
            // Nobody reads the keys any more.
            access.plan.keep_columns(wanted);
        }
        Ok((access.plan, access.ordered))
    }

    /// An order by a distance from a stored vector, if a vector plan answers it.
    fn nearest(
        &self,
        input: &LogicalPlan,
        keys: &[LogicalKey],
        limit: Option<&LimitBounds>,
        wanted: Option<&[ColumnId]>,
    ) -> Result<Option<PhysicalPlan>> {
        if let LogicalPlan::Extend {
            input: below,
            columns,
        } = input
            && let LogicalPlan::Scan(scan) = below.as_ref()
            && scan.sample.is_none()
            && let [(id, distance)] = columns.as_slice()
            && id.column == ColumnId::DISTANCE
            && matches!(keys.first().map(|key| &key.expr.kind), Some(ExprKind::Column(first)) if first == id)
        {
            let layout = input.layout();
            if scan.table.lake.is_some() {
                let (Some(limit), wanted) = (limit, wanted.unwrap_or(&layout)) else {
                    return Ok(None);
                };
                let exact = || self.sort(input, keys, Some(limit), None);
                return lake::nearest(scan, distance, keys, limit, wanted, &exact);
            }
            let request = vector::Request {
                scan,
                distance,
                keys,
                limit,
                wanted: wanted.unwrap_or(&layout),
            };
            return vector::try_vector_top_k(&request, &|filter| self.rows_of(scan, filter));
        }
        Ok(None)
    }

    /// The rows within a radius, if an index finds them.
    fn range(&self, scan: &LogicalScan) -> Result<Option<PhysicalPlan>> {
        if scan.sample.is_some() {
            return Ok(None);
        }
        vector::try_range(scan, &|filter| self.rows_of(scan, filter))
    }

    /// The row ids alone of the rows of a scan that meet a filter.
    fn rows_of(&self, scan: &LogicalScan, filter: Vec<Expr>) -> Result<vector::Access> {
        let mut scan = scan.clone();
        scan.filter = filter;
        scan.columns = vec![ColumnId {
            relation: scan.relation,
            column: ColumnId::ROWID,
        }];
        let access = access::choose(&scan, Wish::default(), self.context)?;
        Ok(vector::Access {
            rows: access.plan,
            narrow: access.narrow,
        })
    }

    /// A query is run for each row where lookups answer it and rows are few; else all its answers make a table.
    fn apply(&self, apply: &LogicalApply) -> Result<PhysicalPlan> {
        let input = self.boxed(&apply.input)?;
        let is_cheap = |each: &PhysicalPlan, by_key: &ByKey| {
            is_lookup(each) && input.rows() * LOOKUP_COST <= leaf_rows(&by_key.plan)
        };
        let each = |plan: &Arc<PhysicalPlan>| ApplyMethod::Each {
            arguments: apply.arguments.clone(),
            plan: Arc::clone(plan),
        };
        let method = match (&apply.each, &apply.by_key) {
            (Some(plan), Some(by_key)) if is_cheap(plan, by_key) => each(plan),
            (_, Some(by_key)) => ApplyMethod::ByKey(by_key.clone()),
            (Some(plan), None) => each(plan),
            (None, None) => {
                return Err(Error::sql(
                    SqlState::INTERNAL_ERROR,
                    "a query inside an expression without a plan",
                ));
            }
        };
        let mut layout = input.layout();
        layout.push(apply.id);
        Ok(PhysicalPlan::Apply(Apply {
            layout,
            input,
            kind: apply.kind,
            operand: apply.operand.clone(),
            method,
        }))
    }

    /// UNION ALL appends, UNION then keeps what is distinct; the others count rows in a hash table.
    fn set_operation(
        &self,
        set: &LogicalSetOperation,
        layout: Vec<ColumnId>,
    ) -> Result<PhysicalPlan> {
        let inputs = set.inputs.iter().map(|input| self.node(input, None));
        let inputs = inputs.collect::<Result<Vec<_>>>()?;
        let rows = set_rows(set.operator, inputs.iter().map(PhysicalPlan::rows));
        if set.operator != SetOperator::Union {
            return Ok(PhysicalPlan::HashSetOperation(HashSetOperation {
                layout,
                operator: set.operator,
                all: set.all,
                inputs,
                rows,
            }));
        }
        let append = PhysicalPlan::Append(Append {
            layout: layout.clone(),
            inputs,
            rows,
        });
        if set.all {
            return Ok(append);
        }
        // Where its columns come from differs from input to input.
        let nowhere = LogicalPlan::SingleRow;
        let rows = grouped_rows(&nowhere, rows, &column_keys(&layout), self.context)?;
        Ok(distinct(append, layout, rows))
    }

    fn join(
        &self,
        outer: Outer,
        (left, right): (&LogicalPlan, &LogicalPlan),
        on: &[Expr],
    ) -> Result<PhysicalPlan> {
        let sides = (left.relations(), right.relations());
        let (mut keys, mut filter) = (Vec::new(), Vec::new());
        for conjunct in on {
            match equi_key(conjunct, &sides.0, &sides.1) {
                Some(pair) => keys.push(pair),
                None => filter.push(conjunct.clone()),
            }
        }
        let left_plan = self.boxed(left)?;
        if let LogicalPlan::Scan(scan) = right
            && !outer.right
            && let Some(mut join) = self.lookup_join(outer, &left_plan, scan, (&keys, &filter))?
        {
            let sides = JoinSides {
                left: (left, left_plan.rows()),
                right: (right, join.right.rows),
            };
            join.rows = join_rows(outer, sides, on, self.context)?.max(1.0);
            return Ok(PhysicalPlan::LookupJoin(join));
        }
        let right_plan = self.boxed(right)?;
        let sides = JoinSides {
            left: (left, left_plan.rows()),
            right: (right, right_plan.rows()),
        };
        let rows = join_rows(outer, sides, on, self.context)?.max(1.0);
        if keys.is_empty() {
            return Ok(PhysicalPlan::NestedLoopJoin(NestedLoopJoin {
                outer,
                left: left_plan,
                right: right_plan,
                filter,
                rows,
            }));
        }
        // The smaller side is held in memory.
        let (outer, left, right) = if left_plan.rows() < right_plan.rows() {
            let mirrored = keys.into_iter().map(|(left, right)| (right, left));
            keys = mirrored.collect();
            (outer.mirrored(), right_plan, left_plan)
        } else {
            (outer, left_plan, right_plan)
        };
        Ok(PhysicalPlan::HashJoin(HashJoin {
            outer,
            left,
            right,
            keys,
            filter,
            rows,
        }))
    }

    /// Looks up the right side by its row id or an index, if the left side is small beside it.
    fn lookup_join(
        &self,
        outer: Outer,
        left: &PhysicalPlan,
        scan: &LogicalScan,
        (keys, filter): (&[(Expr, Expr)], &[Expr]),
    ) -> Result<Option<LookupJoin>> {
        if scan.sample.is_some() {
            return Ok(None);
        }
        let access = access::choose(scan, Wish::default(), self.context)?;
        if left.rows() * LOOKUP_COST > access.cost {
            return Ok(None);
        }
        let Some((index, used)) = lookup_keys(scan, keys) else {
            return Ok(None);
        };
        let mut filter = filter.to_vec();
        for (at, (left, right)) in keys.iter().enumerate() {
            if !used.contains(&at) {
                filter.push(equality(left, right));
            }
        }
        let source = TableSource {
            relation: scan.relation,
            table: scan.table.clone(),
            alias: scan.alias.clone(),
            columns: scan.columns.clone(),
            filter: scan.filter.clone(),
            rows: access.plan.rows(),
        };
        Ok(Some(LookupJoin {
            keeps_left: outer.left,
            left: Box::new(left.clone()),
            right: source,
            keys: used.iter().map(|&at| keys[at].0.clone()).collect(),
            index,
            filter,
            rows: left.rows(),
        }))
    }
}

/// The columns of a plan, and computed ones behind them.
fn extended(input: PhysicalPlan, computed: &[(ColumnId, Expr)]) -> PhysicalPlan {
    let passed = input.layout().into_iter();
    let passed = passed.map(|id| (id, column(id, SqlType::Unknown)));
    let columns = passed.chain(computed.iter().cloned()).collect();
    PhysicalPlan::Project {
        input: Box::new(input),
        columns,
    }
}

/// Does a plan only read rows that it looks up?
fn is_lookup(plan: &PhysicalPlan) -> bool {
    match plan {
        PhysicalPlan::SeqScan(_)
        | PhysicalPlan::SampleScan(_)
        | PhysicalPlan::LakeScan(_)
        | PhysicalPlan::LakeTopKPlan(_) => false,
        PhysicalPlan::IndexScan(scan) => {
            !(scan.equal.is_empty() && matches!(scan.next, NextColumn::Any | NextColumn::NotNull))
        }
        plan => plan.inputs().into_iter().all(is_lookup),
    }
}

/// Rows that a plan reads, by estimate.
fn leaf_rows(plan: &PhysicalPlan) -> f64 {
    let inputs = plan.inputs();
    if inputs.is_empty() {
        return plan.rows();
    }
    inputs.into_iter().map(leaf_rows).sum()
}

/// Columns as keys of groups.
fn column_keys(layout: &[ColumnId]) -> Vec<Expr> {
    let keys = layout.iter().map(|&id| column(id, SqlType::Unknown));
    keys.collect()
}

/// Each row of the input once.
fn distinct(input: PhysicalPlan, layout: Vec<ColumnId>, rows: f64) -> PhysicalPlan {
    PhysicalPlan::HashAggregate(HashAggregate {
        keys: column_keys(&layout),
        sets: Vec::new(),
        aggregates: Vec::new(),
        rows,
        layout,
        input: Box::new(input),
    })
}

/// The first rows of a plan. A search within a radius need not go farther than they do.
fn limited(plan: PhysicalPlan, limit: &LimitBounds) -> PhysicalPlan {
    match plan {
        PhysicalPlan::AnnTopKPlan(search) if search.is_unlimited() => {
            PhysicalPlan::AnnTopKPlan(Arc::new(search.limited(limit)))
        }
        PhysicalPlan::Project { input, columns } => PhysicalPlan::Project {
            input: Box::new(limited(*input, limit)),
            columns,
        },
        plan => PhysicalPlan::Limit {
            input: Box::new(plan),
            limit: limit.clone(),
        },
    }
}

/// The row id, or an index all of whose columns are equal to keys: which keys, in its order.
pub(super) fn lookup_keys(
    scan: &LogicalScan,
    keys: &[(Expr, Expr)],
) -> Option<(Option<std::sync::Arc<IndexDef>>, Vec<usize>)> {
    let key_on = |wanted: &dyn Fn(&Expr) -> bool| {
        keys.iter().position(|(left, right)| {
            let comparable = left.ty == right.ty || (left.ty.is_numeric() && right.ty.is_numeric());
            comparable && wanted(right)
        })
    };
    let is_row_id = |expr: &Expr| {
        let no = scan.table.rowid_column;
        matches!(expr.kind, ExprKind::Column(id) if id.column == ColumnId::ROWID
            || no.is_some_and(|no| u32::from(no.0) == id.column))
    };
    if let Some(at) = key_on(&is_row_id) {
        return Some((None, vec![at]));
    }
    for index in &scan.table.indexes {
        let IndexKind::BTree(btree) = &index.kind else {
            continue;
        };
        let Ok(bound) = BoundIndex::bind(&scan.table, btree, scan.relation) else {
            continue;
        };
        if bound
            .condition
            .is_some_and(|condition| !implies_all(&scan.filter, condition))
        {
            continue;
        }
        let parts = bound.keys.iter();
        let used: Option<Vec<usize>> = parts
            .map(|part| {
                key_on(&|expr| match (&expr.kind, &part.kind) {
                    (ExprKind::Column(a), ExprKind::Column(b)) => a == b,
                    _ => is_same(expr, part),
                })
            })
            .collect();
        if let Some(used) = used {
            return Some((Some(index.clone()), used));
        }
    }
    None
}

fn equality(left: &Expr, right: &Expr) -> Expr {
    Expr {
        kind: ExprKind::Binary {
            op: BinaryOp::Eq,
            left: Box::new(left.clone()),
            right: Box::new(right.clone()),
        },
        ty: SqlType::Boolean,
        position: left.position.or(right.position),
    }
}

/// The sides of an equality between the two inputs of a join: over the left, over the right.
pub(super) fn equi_key(
    conjunct: &Expr,
    left: &[RelationNo],
    right: &[RelationNo],
) -> Option<(Expr, Expr)> {
    let ExprKind::Binary {
        op: BinaryOp::Eq,
        left: a,
        right: b,
    } = &conjunct.kind
    else {
        return None;
    };
    let within = |expr: &Expr, side: &[RelationNo]| {
        let read = relations(expr);
        !read.is_empty() && expr.is_stable() && read.iter().all(|r| side.contains(r))
    };
    if within(a, left) && within(b, right) {
        Some(((**a).clone(), (**b).clone()))
    } else if within(b, left) && within(a, right) {
        Some(((**b).clone(), (**a).clone()))
    } else {
        None
    }
}

/// After the rewrites, keys are columns.
fn key_columns(keys: &[LogicalKey]) -> Result<Vec<KeyColumn>> {
    keys.iter()
        .map(|key| match key.expr.kind {
            ExprKind::Column(column) => Ok(KeyColumn {
                column,
                descending: key.descending,
                nulls_first: key.nulls_first,
            }),
            _ => Err(Error::sql(
                SqlState::INTERNAL_ERROR,
                "a sort key was not computed",
            )),
        })
        .collect()
}

/// LIMIT plus OFFSET, where both are known when planning.
fn known_rows(limit: &LimitBounds) -> Option<f64> {
    let known = |expr: &Option<Expr>| match expr.as_ref().map(|expr| &expr.kind) {
        None => Some(0.0),
        Some(ExprKind::Literal(Value::Integer(rows))) => Some((*rows).max(0) as f64),
        // A parameter: people page through little.
        Some(ExprKind::Parameter(_)) => Some(100.0),
        Some(_) => None,
    };
    Some(known(&limit.limit)? + known(&limit.offset)?)
}
