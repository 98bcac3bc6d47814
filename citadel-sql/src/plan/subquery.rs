//! Queries inside expressions.
//!
//! One that reads no column of the query around it is answered once, before what reads it starts: a parameter stands for
//! its answer, so that indexes and vector searches take it as any constant ([`Init`](super::physical::Init)). Any other
//! is answered for each row by a node below the expression, and a column stands for the answer
//! ([`LogicalApply`]): from a table of all answers, where equalities alone tie the two queries ([`ByKey`]), else by
//! running it for each set of values that it reads.
//!
//! All answers of a row are there before an expression is computed, also those of a CASE branch that is not taken.

use std::sync::Arc;

use super::build::QueryBuilder;
use super::decorrelate::{self, Keyed};
use super::logical::{LogicalApply, LogicalPlan};
use super::lower::lower;
use super::names::Names;
use super::physical::{ByKey, InitPlan, PhysicalPlan};
use super::print::expr_text;
use super::rewrite::{Scope, rewrite};
use super::statement::{with_answers, without_identity};
use super::{PlanContext, expr};
use crate::bind::bound::{
    ColumnId, Expr, ExprKind, OutputColumn, Query, RelationNo, Subquery, SubqueryKind,
};
use crate::bind::same;
use crate::error::{Error, Result, SqlState};
use crate::types::{SqlType, Value};

/// The first relation of an answer: the binder gives no such numbers. Each answer is one, so that it belongs to one side
/// of a join.
const ANSWERS: u32 = 1 << 30;

/// To this depth of queries inside expressions both ways of answering are planned, and the better one taken.
const CHOICE_DEPTH_MAX: usize = 3;

/// The answers that a plan gives already.
#[derive(Default)]
pub(super) struct Answers(Vec<(Expr, ColumnId)>);

/// The plan of a query's rows. What is to be answered before the statement starts is added to `free`.
pub(super) fn rows(
    query: &Query,
    context: &PlanContext<'_>,
    names: &mut Names,
    free: &mut Vec<InitPlan>,
    depth: usize,
) -> Result<PhysicalPlan> {
    let mut builder = QueryBuilder::new(context, names, free);
    builder.depth = depth;
    let mut logical = builder.query(query)?;
    let own = builder.own;
    rewrite(&mut logical, &mut Scope::new(context, names))?;
    Ok(with_answers(
        without_identity(lower(&logical, context)?),
        own,
    ))
}

impl QueryBuilder<'_> {
    /// The plan with the answers that an expression asks for; in the expression, columns and parameters stand for them.
    pub(super) fn answered(
        &mut self,
        plan: LogicalPlan,
        expr: &mut Expr,
        answers: &mut Answers,
    ) -> Result<LogicalPlan> {
        if !expr.has_subquery() {
            return Ok(plan);
        }
        let mut result = Ok(plan);
        expr.for_each_child_mut(&mut |child| {
            let plan = std::mem::replace(&mut result, Ok(LogicalPlan::SingleRow));
            result = plan.and_then(|plan| self.answered(plan, child, answers));
        });
        let plan = result?;
        let ExprKind::Subquery(subquery) = &expr.kind else {
            return Ok(plan);
        };
        let known = answers.0.iter().find(|(known, _)| same(known, expr));
        if let Some((_, id)) = known {
            expr.kind = ExprKind::Column(*id);
            return Ok(plan);
        }
        if expr::has_no_columns(expr) {
            let result = self.answer_before(subquery)?;
            expr.kind = ExprKind::Parameter(result);
            return Ok(plan);
        }
        let id = ColumnId {
            relation: RelationNo(ANSWERS + u32::try_from(subquery.result).unwrap_or(0)),
            column: 0,
        };
        self.names.add(id, expr_text(expr, self.names));
        let apply = self.apply(plan, subquery, id)?;
        answers.0.push((expr.clone(), id));
        expr.kind = ExprKind::Column(id);
        Ok(apply)
    }

    /// An expression without columns, with parameters in the places of its queries.
    pub(super) fn constant(&mut self, expr: &mut Expr) -> Result<()> {
        match self.answered(LogicalPlan::SingleRow, expr, &mut Answers::default())? {
            LogicalPlan::SingleRow => Ok(()),
            _ => Err(Error::sql(
                SqlState::INTERNAL_ERROR,
                "a constant reads columns",
            )),
        }
    }

    /// Answers a query before what reads it starts. The parameter that then has the answer.
    fn answer_before(&mut self, subquery: &Subquery) -> Result<usize> {
        let is_known = |plans: &[InitPlan]| plans.iter().any(|p| p.result == subquery.result);
        if is_known(self.free) || is_known(&self.own) {
            return Ok(subquery.result);
        }
        let operand = subquery.operand.as_deref();
        let plan = InitPlan {
            result: subquery.result,
            kind: subquery.kind,
            operand: operand.cloned(),
            plan: Arc::new(self.inner(&asked(subquery))?),
        };
        let is_free =
            subquery.is_free && operand.is_none_or(|operand| !operand.reads_parameter(&|_| true));
        if is_free {
            self.free.push(plan);
        } else {
            self.own.push(plan);
        }
        Ok(subquery.result)
    }

    fn apply(
        &mut self,
        input: LogicalPlan,
        subquery: &Subquery,
        id: ColumnId,
    ) -> Result<LogicalPlan> {
        let query = asked(subquery);
        let keyed = decorrelate::keyed(subquery, &query);
        let by_key = keyed.map(|keyed| self.by_key(keyed)).transpose()?;
        let is_needed = by_key.is_none() || self.depth < CHOICE_DEPTH_MAX;
        let each = match is_needed && !subquery.arguments.is_empty() {
            true => Some(Arc::new(self.inner(&query)?)),
            false => None,
        };
        Ok(LogicalPlan::Apply(LogicalApply {
            input: Box::new(input),
            id,
            kind: subquery.kind,
            operand: subquery.operand.as_deref().cloned(),
            arguments: subquery.arguments.clone(),
            each,
            by_key,
        }))
    }

    fn by_key(&mut self, keyed: Keyed) -> Result<ByKey> {
        let otherwise = keyed.otherwise.map(|query| self.inner(&query));
        Ok(ByKey {
            plan: Arc::new(self.inner(&keyed.query)?),
            keys: keyed.keys,
            otherwise: otherwise.transpose()?.map(Arc::new),
        })
    }

    /// The plan of a query that is run by itself.
    pub(super) fn inner(&mut self, query: &Query) -> Result<PhysicalPlan> {
        self.names.add_query(query);
        rows(query, self.context, self.names, self.free, self.depth + 1)
    }
}

/// The query without what does not matter to what is asked of it.
fn asked(subquery: &Subquery) -> Query {
    let mut query = Query::clone(&subquery.query);
    if subquery.kind == SubqueryKind::Exists && query.limit.is_none() && query.offset.is_none() {
        query.order_by.clear();
        query.distinct = false;
        query.windows = None;
        query.distinct_on = None;
        query.output = vec![OutputColumn {
            name: String::new(),
            expr: Expr {
                kind: ExprKind::Literal(Value::Boolean(true)),
                ty: SqlType::Boolean,
                position: None,
            },
        }];
    }
    query
}
