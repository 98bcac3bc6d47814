//! From the bound query to the logical plan, in SQL's order of evaluation.

use std::sync::Arc;

use super::PlanContext;
use super::expr::{column, has_no_columns, is_same, split_conjuncts};
use super::logical::{
    LimitBounds, LogicalFunction, LogicalKey, LogicalLateral, LogicalPlan, LogicalRecursive,
    LogicalScan, LogicalSetOperation, LogicalValues, LogicalWorking, relation_columns,
};
use super::names::{Names, column_id};
use super::physical::InitPlan;
use super::print::{aggregate_text, expr_text};
use super::subquery::Answers;
use crate::bind::bound::{
    AggregateCall, AsOf, BinaryOp, ColumnId, Expr, ExprKind, From, Grouping, Outer, Query,
    RelationNo, SortKey, Subquery, SubqueryKind,
};
use crate::error::{Error, Result, SqlState};
use crate::schema::TableDef;
use crate::types::SqlType;

/// Makes logical plans of queries, and plans of the queries inside their expressions.
pub(super) struct QueryBuilder<'a> {
    pub(super) context: &'a PlanContext<'a>,
    pub(super) names: &'a mut Names,
    /// Queries that are to be answered before the one at hand starts.
    pub(super) own: Vec<InitPlan>,
    /// Queries that are to be answered before the statement starts.
    pub(super) free: &'a mut Vec<InitPlan>,
    /// Of how many queries inside expressions the one at hand is a part.
    pub(super) depth: usize,
}

impl<'a> QueryBuilder<'a> {
    /// For a statement.
    pub(super) fn new(
        context: &'a PlanContext<'a>,
        names: &'a mut Names,
        free: &'a mut Vec<InitPlan>,
    ) -> Self {
        Self {
            context,
            names,
            own: Vec::new(),
            free,
            depth: 0,
        }
    }

    /// A logical plan whose columns are the query's output, in order.
    pub(super) fn query(&mut self, query: &Query) -> Result<LogicalPlan> {
        let plan = self.from(&query.from)?;
        let mut plan = self.filtered(plan, query.filter.clone())?;
        if let Some(grouping) = &query.grouping {
            plan = self.grouped(plan, grouping)?;
        }
        if let Some(windows) = &query.windows {
            plan = self.windowed(plan, windows)?;
        }
        let mut limit = LimitBounds {
            limit: query.limit.clone(),
            offset: query.offset.clone(),
        };
        let bounds = limit.limit.iter_mut().chain(&mut limit.offset);
        bounds
            .into_iter()
            .try_for_each(|bound| self.constant(bound))?;
        let mut columns = output_columns(query, self.names);
        let mut keys: Vec<LogicalKey> = query.order_by.iter().map(logical_key).collect();
        if query.distinct {
            keys = keys_over_output(&query.order_by, &columns)?;
        }
        let mut answers = Answers::default();
        for key in &mut keys {
            plan = self.answered(plan, &mut key.expr, &mut answers)?;
        }
        if query.distinct {
            for (_, expr) in &mut columns {
                plan = self.answered(plan, expr, &mut answers)?;
            }
            let input = Box::new(project(plan, columns));
            let distinct = LogicalPlan::Distinct { input };
            return Ok(limited(sorted(distinct, keys), limit));
        }
        if let Some(on) = &query.distinct_on {
            plan = self.first_of_each(plan, on, &keys)?;
        }
        // Only for rows that are given.
        plan = limited(sorted(plan, keys), limit);
        for (_, expr) in &mut columns {
            plan = self.answered(plan, expr, &mut answers)?;
        }
        Ok(project(plan, columns))
    }

    /// The FROM clause as joins and scans.
    pub(super) fn from(&mut self, from: &From) -> Result<LogicalPlan> {
        Ok(match from {
            From::Nothing => LogicalPlan::SingleRow,
            From::Values {
                relation,
                rows,
                types,
                ..
            } => {
                let mut rows = rows.clone();
                let values = rows.iter_mut().flatten();
                values
                    .into_iter()
                    .try_for_each(|value| self.constant(value))?;
                LogicalPlan::Values(LogicalValues {
                    relation: *relation,
                    rows,
                    types: types.clone(),
                })
            }
            From::Function {
                relation,
                function,
                arguments,
                types,
                ordinality,
                ..
            } => {
                let mut arguments = arguments.clone();
                arguments
                    .iter_mut()
                    .try_for_each(|argument| self.constant(argument))?;
                LogicalPlan::Function(LogicalFunction {
                    relation: *relation,
                    function: function.clone(),
                    arguments,
                    types: types.clone(),
                    ordinality: *ordinality,
                    columns: relation_columns(*relation, types.len()),
                })
            }
            From::Table {
                relation,
                table,
                alias,
                as_of,
                sample,
            } => {
                if table
                    .materialized
                    .as_ref()
                    .is_some_and(|kept| !kept.is_filled)
                {
                    return Err(unfilled(table));
                }
                let as_of = self.as_of(as_of.as_deref())?;
                let mut sample = sample.clone();
                if let Some(sample) = &mut sample {
                    self.constant(&mut sample.percentage)?;
                    sample
                        .seed
                        .iter_mut()
                        .try_for_each(|seed| self.constant(seed))?;
                }
                self.context.table(LogicalScan {
                    as_of,
                    sample,
                    relation: *relation,
                    table: table.clone(),
                    alias: alias.clone(),
                    filter: Vec::new(),
                    columns: Vec::new(),
                })
            }
            From::Query { query, .. } => self.query(query)?,
            From::SetOperation {
                relation,
                operator,
                all,
                inputs,
                names: columns,
            } => LogicalPlan::SetOperation(LogicalSetOperation {
                relation: *relation,
                operator: *operator,
                all: *all,
                inputs: inputs
                    .iter()
                    .map(|input| self.query(input))
                    .collect::<Result<_>>()?,
                columns: columns.len(),
            }),
            From::Join {
                outer,
                left,
                right,
                on,
            } => {
                let (left, right) = (self.from(left)?, self.from(right)?);
                self.join(*outer, left, right, on.clone())?
            }
            From::Recursive {
                relation,
                no,
                all,
                first,
                step,
                names,
            } => LogicalPlan::Recursive(LogicalRecursive {
                relation: *relation,
                no: *no,
                all: *all,
                first: Box::new(self.query(first)?),
                step: Arc::new(self.inner(step)?),
                columns: names.len(),
            }),
            From::Working {
                relation,
                no,
                alias,
                names,
            } => LogicalPlan::Working(LogicalWorking {
                relation: *relation,
                no: *no,
                alias: alias.clone(),
                columns: names.len(),
            }),
            From::Lateral {
                keeps_left,
                left,
                right,
                arguments,
                on,
                ..
            } => {
                let left = self.from(left)?;
                self.lateral(left, *keeps_left, right, arguments, on.clone())?
            }
            From::Extend { input, columns } => LogicalPlan::Extend {
                input: Box::new(self.from(input)?),
                columns: columns.clone(),
            },
        })
    }

    /// A state of a table; what says which is known before the statement starts.
    fn as_of(&mut self, as_of: Option<&AsOf>) -> Result<Option<AsOf>> {
        let mut as_of = as_of.cloned();
        match &mut as_of {
            Some(AsOf::Version(expr) | AsOf::Time(expr)) => self.constant(expr)?,
            None => {}
        }
        Ok(as_of)
    }

    /// A query in ON is answered above an inner join, and below an outer one by the side that it reads.
    pub(super) fn join(
        &mut self,
        outer: Outer,
        mut left: LogicalPlan,
        mut right: LogicalPlan,
        on: Option<Expr>,
    ) -> Result<LogicalPlan> {
        let (mut conjuncts, mut above) = (Vec::new(), Vec::new());
        if let Some(on) = on {
            split_conjuncts(on, &mut conjuncts);
        }
        if outer.is_inner() {
            (above, conjuncts) = conjuncts.into_iter().partition(Expr::has_subquery);
        }
        let mut answers = Answers::default();
        let right_relations = right.relations();
        for conjunct in &mut conjuncts {
            match side_of_subqueries(conjunct, &right_relations)? {
                Side::Left => left = self.answered(left, conjunct, &mut answers)?,
                Side::Right => right = self.answered(right, conjunct, &mut answers)?,
            }
        }
        let join = LogicalPlan::Join {
            outer,
            left: Box::new(left),
            right: Box::new(right),
            on: conjuncts,
        };
        above
            .into_iter()
            .try_fold(join, |plan, conjunct| self.filtered(plan, Some(conjunct)))
    }

    /// What ON asks comes above, unless it says which rows of the left side find none.
    fn lateral(
        &mut self,
        left: LogicalPlan,
        keeps_left: bool,
        right: &Query,
        arguments: &[(usize, Expr)],
        on: Option<Expr>,
    ) -> Result<LogicalPlan> {
        let (mut conjuncts, mut above) = (Vec::new(), on);
        if keeps_left && let Some(on) = above.take() {
            if on.has_subquery() {
                return Err(
                    Error::unsupported("a query in ON of a LEFT JOIN LATERAL").at(on.position)
                );
            }
            split_conjuncts(on, &mut conjuncts);
        }
        let lateral = LogicalPlan::Lateral(LogicalLateral {
            keeps_left,
            left: Box::new(left),
            relation: right.relation,
            columns: right.output.len(),
            arguments: arguments.to_vec(),
            plan: Arc::new(self.inner(right)?),
            on: conjuncts,
        });
        self.filtered(lateral, above)
    }

    /// The rows for which a condition is TRUE. What asks no query comes first, and each that asks one after the other.
    pub(super) fn filtered(
        &mut self,
        input: LogicalPlan,
        filter: Option<Expr>,
    ) -> Result<LogicalPlan> {
        let mut conjuncts = Vec::new();
        if let Some(filter) = filter {
            split_conjuncts(filter, &mut conjuncts);
        }
        let (asking, plain) = conjuncts
            .into_iter()
            .partition::<Vec<_>, _>(Expr::has_subquery);
        let mut plan = kept(input, plain);
        for mut conjunct in asking {
            if let Some((operand, query)) = membership(&conjunct) {
                plan = self.members(plan, operand, query)?;
                continue;
            }
            plan = self.answered(plan, &mut conjunct, &mut Answers::default())?;
            let mut parts = Vec::new();
            split_conjuncts(conjunct, &mut parts);
            plan = kept(plan, parts);
        }
        Ok(plan)
    }

    /// The rows whose operand is among those of a query that reads nothing around it: a join, so that the smaller side
    /// leads and indexes serve the other.
    fn members(
        &mut self,
        input: LogicalPlan,
        operand: &Expr,
        query: &Query,
    ) -> Result<LogicalPlan> {
        self.names.add_query(query);
        let members = LogicalPlan::Distinct {
            input: Box::new(self.query(query)?),
        };
        let ty = query.output.first().map_or(SqlType::Unknown, |o| o.expr.ty);
        let equal = ExprKind::Binary {
            op: BinaryOp::Eq,
            left: Box::new(operand.clone()),
            right: Box::new(column(column_id(query.relation, 0), ty)),
        };
        Ok(LogicalPlan::Join {
            outer: Outer::default(),
            left: Box::new(input),
            right: Box::new(members),
            on: vec![Expr {
                kind: equal,
                ty: SqlType::Boolean,
                position: operand.position,
            }],
        })
    }

    fn grouped(&mut self, mut input: LogicalPlan, grouping: &Grouping) -> Result<LogicalPlan> {
        let keys = grouping.keys.iter().map(|key| expr_text(key, self.names));
        let calls = grouping.aggregates.iter();
        let calls = calls.map(|call| aggregate_text(call, self.names));
        let set = (!grouping.sets.is_empty()).then(|| "grouping set".to_owned());
        let texts: Vec<String> = keys.chain(set).chain(calls).collect();
        for (at, text) in texts.into_iter().enumerate() {
            self.names.add(column_id(grouping.relation, at), text);
        }
        let (mut keys, mut aggregates) = (grouping.keys.clone(), grouping.aggregates.clone());
        let mut answers = Answers::default();
        let arguments = aggregates.iter_mut().flat_map(AggregateCall::exprs_mut);
        for expr in keys.iter_mut().chain(arguments) {
            input = self.answered(input, expr, &mut answers)?;
        }
        let aggregate = LogicalPlan::Aggregate {
            input: Box::new(input),
            relation: grouping.relation,
            keys,
            sets: grouping.sets.clone(),
            aggregates,
        };
        self.filtered(aggregate, grouping.having.clone())
    }
}

/// `operand IN (query)` of a query that reads nothing around it.
fn membership(conjunct: &Expr) -> Option<(&Expr, &Query)> {
    let ExprKind::Subquery(Subquery {
        kind: SubqueryKind::Any(BinaryOp::Eq),
        query,
        arguments,
        operand: Some(operand),
        ..
    }) = &conjunct.kind
    else {
        return None;
    };
    let is_plain = arguments.is_empty() && !operand.has_subquery() && !has_no_columns(operand);
    is_plain.then_some((operand, query))
}

/// The rows for which all conjuncts are TRUE.
fn kept(input: LogicalPlan, conjuncts: Vec<Expr>) -> LogicalPlan {
    if conjuncts.is_empty() {
        return input;
    }
    LogicalPlan::Filter {
        input: Box::new(input),
        conjuncts,
    }
}

enum Side {
    Left,
    Right,
}

/// The side of an outer join whose columns the queries of a condition read.
fn side_of_subqueries(conjunct: &Expr, right: &[RelationNo]) -> Result<Side> {
    let (mut reads_left, mut reads_right) = (false, false);
    let mut look = |expr: &Expr| {
        if matches!(expr.kind, ExprKind::Subquery(_)) {
            expr.for_each_column(&mut |id| match right.contains(&id.relation) {
                true => reads_right = true,
                false => reads_left = true,
            });
        }
    };
    walk(conjunct, &mut look);
    match (reads_left, reads_right) {
        (true, true) => Err(Error::unsupported(
            "a query in ON of an outer join that reads both sides",
        )
        .at(conjunct.position)),
        (_, true) => Ok(Side::Right),
        _ => Ok(Side::Left),
    }
}

fn walk(expr: &Expr, visit: &mut dyn FnMut(&Expr)) {
    visit(expr);
    expr.for_each_child(&mut |child| walk(child, visit));
}

fn output_columns(query: &Query, names: &mut Names) -> Vec<(ColumnId, Expr)> {
    let columns = query.output.iter().enumerate().map(|(at, output)| {
        let id = column_id(query.relation, at);
        names.suggest(id, expr_text(&output.expr, names));
        (id, output.expr.clone())
    });
    columns.collect()
}

fn project(input: LogicalPlan, columns: Vec<(ColumnId, Expr)>) -> LogicalPlan {
    LogicalPlan::Project {
        input: Box::new(input),
        columns,
    }
}

pub(super) fn sorted(input: LogicalPlan, keys: Vec<LogicalKey>) -> LogicalPlan {
    if keys.is_empty() {
        return input;
    }
    LogicalPlan::Sort {
        input: Box::new(input),
        keys,
    }
}

pub(super) fn limited(input: LogicalPlan, limit: LimitBounds) -> LogicalPlan {
    if limit.limit.is_none() && limit.offset.is_none() {
        return input;
    }
    LogicalPlan::Limit {
        input: Box::new(input),
        limit,
    }
}

pub(super) fn logical_key(key: &SortKey) -> LogicalKey {
    LogicalKey {
        expr: key.expr.clone(),
        descending: key.descending,
        nulls_first: key.nulls_first,
    }
}

/// After DISTINCT only the output is left to order by.
fn keys_over_output(keys: &[SortKey], output: &[(ColumnId, Expr)]) -> Result<Vec<LogicalKey>> {
    keys.iter()
        .map(|key| {
            let found = output.iter().find(|(_, expr)| is_same(expr, &key.expr));
            let (id, _) = found.ok_or_else(|| {
                Error::sql(
                    SqlState::GROUPING_ERROR,
                    "for SELECT DISTINCT, ORDER BY expressions must appear in the select list",
                )
                .at(key.expr.position)
            })?;
            Ok(LogicalKey {
                expr: column(*id, key.expr.ty),
                descending: key.descending,
                nulls_first: key.nulls_first,
            })
        })
        .collect()
}

/// A materialized view has no rows yet, which is another thing than none.
#[cold]
fn unfilled(table: &TableDef) -> Error {
    Error::sql(
        SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
        format!(
            "materialized view \"{}\" has not been populated",
            table.name
        ),
    )
    .hint("REFRESH MATERIALIZED VIEW fills it")
}
