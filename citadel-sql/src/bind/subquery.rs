//! Queries inside expressions, and the columns that they read of the queries around them.
//!
//! Such a column becomes a parameter that the statement's text does not know. The query that it belongs to gives it a
//! value: it is among the [`arguments`](Subquery::arguments) of the query inside which reads it, directly or deeper
//! down. So a query that reads nothing around it is known by having no arguments.

use std::sync::Arc;

use super::bound::{
    AggregateCall, BinaryOp, ColumnId, Expr, ExprKind, HiddenArguments, Query, RelationNo,
    Subquery, SubqueryKind,
};
use super::expr::{Aggregation, ExprBinder};
use super::scope::Scope;
use super::typing;
use crate::ast::{self, Identifier};
use crate::error::{Error, Result, SqlState};
use crate::types::SqlType;

/// A query around the one at hand.
pub(super) struct Around {
    scope: Scope,
    /// What is read of it: column, its type, and the parameter that stands for it.
    read: Vec<(ColumnId, SqlType, usize)>,
    /// Is nothing read of it, or of what is around it, by the query inside?
    is_free: bool,
    /// The aggregates of its columns that stand in the query inside; `None`: there it has none.
    aggregates: Option<OuterCalls>,
}

/// Aggregates that a query has for those inside it.
struct OuterCalls {
    /// Of the query's groups.
    relation: RelationNo,
    /// How many aggregates the query has beside.
    first: usize,
    calls: Vec<AggregateCall>,
}

/// What was bound inside a scope.
pub(super) struct Seen<T> {
    pub(super) result: T,
    /// What it reads of the scope.
    pub(super) arguments: HiddenArguments,
    /// It reads nothing of the scope nor of any around it.
    pub(super) is_free: bool,
    /// Aggregates of the scope's columns.
    calls: Vec<AggregateCall>,
}

impl Around {
    /// What is read of it, as the query inside takes it.
    fn into_arguments(self) -> HiddenArguments {
        let arguments = self.read.into_iter().map(|(id, ty, parameter)| {
            let value = Expr {
                kind: ExprKind::Column(id),
                ty,
                position: None,
            };
            (parameter, value)
        });
        arguments.collect()
    }
}

impl ExprBinder<'_, '_> {
    /// A column of this query, or of the nearest one around it that has it.
    pub(super) fn column(
        &mut self,
        table: Option<&Identifier>,
        column: &Identifier,
    ) -> Result<(ExprKind, SqlType)> {
        let error = match self.scope.resolve(table, column) {
            Ok((id, ty)) => return Ok((ExprKind::Column(id), ty)),
            Err(error) => error,
        };
        let is_here = table.is_some_and(|table| self.scope.has_relation(&table.name));
        if is_here || error.sqlstate() == Some(SqlState::AMBIGUOUS_COLUMN) {
            return Err(error);
        }
        for level in (0..self.binder.around.len()).rev() {
            let scope = &self.binder.around[level].scope;
            match scope.resolve(table, column) {
                Ok((id, ty)) => {
                    let parameter = self.binder.outer(level, id, ty);
                    if ty == SqlType::Text {
                        let collation = self.binder.collations.get(&id);
                        let collation = collation.copied().unwrap_or_default();
                        self.binder.collated_parameters.insert(parameter, collation);
                    }
                    return Ok((ExprKind::Parameter(parameter), ty));
                }
                Err(inner) if inner.sqlstate() == Some(SqlState::AMBIGUOUS_COLUMN) => {
                    return Err(inner);
                }
                Err(inner) if table.is_some_and(|table| scope.has_relation(&table.name)) => {
                    return Err(inner);
                }
                Err(_) => {}
            }
        }
        Err(error)
    }

    /// `(query)`
    pub(super) fn scalar_subquery(&mut self, query: &ast::Query) -> Result<(ExprKind, SqlType)> {
        let (query, arguments, is_free) = self.inner(query)?;
        let ty = single(&query)?.ty;
        Ok((
            self.subquery(SubqueryKind::Scalar, query, arguments, None, is_free),
            ty,
        ))
    }

    /// `EXISTS (query)`
    pub(super) fn exists(&mut self, query: &ast::Query) -> Result<(ExprKind, SqlType)> {
        let (query, arguments, is_free) = self.inner(query)?;
        let kind = self.subquery(SubqueryKind::Exists, query, arguments, None, is_free);
        Ok((kind, SqlType::Boolean))
    }

    /// `operand op ANY (query)`
    pub(super) fn any(
        &mut self,
        operand: &ast::Expr,
        op: BinaryOp,
        query: &ast::Query,
    ) -> Result<(ExprKind, SqlType)> {
        let mut operand = self.expr(operand)?;
        let (mut query, arguments, is_free) = self.inner(query)?;
        single(&query)?;
        for output in &mut query.output {
            self.compared(
                &mut [&mut operand, &mut output.expr],
                "a comparison with a query",
            )?;
        }
        let operand = Some(Box::new(operand));
        let kind = self.subquery(SubqueryKind::Any(op), query, arguments, operand, is_free);
        Ok((kind, SqlType::Boolean))
    }

    fn subquery(
        &mut self,
        kind: SubqueryKind,
        query: Query,
        arguments: HiddenArguments,
        operand: Option<Box<Expr>>,
        is_free: bool,
    ) -> ExprKind {
        ExprKind::Subquery(Subquery {
            kind,
            query: Arc::new(query),
            arguments,
            operand,
            result: self.binder.parameters.hidden(),
            is_free,
        })
    }

    /// A query that sees the columns of this one, and what it reads of them.
    fn inner(&mut self, query: &ast::Query) -> Result<(Query, HiddenArguments, bool)> {
        let aggregates = match &self.aggregation {
            Aggregation::Collected { relation, calls } => Some((*relation, calls.len())),
            Aggregation::Refused(_) => None,
        };
        self.binder.subquery_depth += 1;
        let seen = self
            .binder
            .seeing(self.scope, aggregates, |binder| binder.query(query));
        self.binder.subquery_depth -= 1;
        let Seen {
            result: mut bound,
            arguments,
            is_free,
            calls: outer,
        } = seen?;
        if let Aggregation::Collected { calls, .. } = &mut self.aggregation {
            calls.extend(outer);
        }
        for output in &mut bound.output {
            typing::settle(&mut output.expr);
        }
        Ok((bound, arguments, is_free))
    }

    /// The query around this one to which an aggregate belongs: the nearest of those whose columns it reads, if it reads none of
    /// this one.
    pub(super) fn level_of(&self, call: &AggregateCall) -> Result<Option<usize>> {
        let (mut own, mut queries) = (false, false);
        for expr in call.exprs() {
            expr.for_each_column(&mut |_| own = true);
            queries |= expr.has_subquery();
        }
        if own {
            return Ok(None);
        }
        let reads = |around: &Around| {
            let is_one = |at: usize| around.read.iter().any(|(_, _, parameter)| *parameter == at);
            call.exprs().any(|expr| expr.reads_parameter(&is_one))
        };
        let level = self.binder.around.iter().rposition(reads);
        if level.is_some() && queries {
            return Err(Error::unsupported(
                "an aggregate of columns of a query around this one, with a query in it",
            ));
        }
        Ok(level)
    }
}

impl super::Binder<'_> {
    /// Binds what sees the columns of a scope. `aggregates` are those of the query that has the scope: its groups, and how many
    /// it has.
    pub(super) fn seeing<T>(
        &mut self,
        scope: &Scope,
        aggregates: Option<(RelationNo, usize)>,
        run: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<Seen<T>> {
        self.around.push(Around {
            scope: scope.clone(),
            read: Vec::new(),
            is_free: true,
            aggregates: aggregates.map(|(relation, first)| OuterCalls {
                relation,
                first,
                calls: Vec::new(),
            }),
        });
        let result = run(self);
        let mut around = self.around.pop();
        let is_free = around.as_ref().is_none_or(|around| around.is_free);
        let calls = around.as_mut().and_then(|around| around.aggregates.take());
        let arguments = around.map(Around::into_arguments).unwrap_or_default();
        Ok(Seen {
            result: result?,
            arguments,
            is_free,
            calls: calls.map(|calls| calls.calls).unwrap_or_default(),
        })
    }

    /// How much is read of each query around by now.
    pub(super) fn reads(&self) -> Vec<usize> {
        self.around.iter().map(|around| around.read.len()).collect()
    }

    /// The parameter that stands for an aggregate of a query around, which reads what was read of that query since `before`.
    pub(super) fn outer_aggregate(
        &mut self,
        mut call: AggregateCall,
        level: usize,
        before: &[usize],
    ) -> Result<usize> {
        let ty = call.ty;
        let around = &mut self.around[level];
        for expr in call.exprs_mut() {
            restore(expr, &around.read);
        }
        // The query inside reads the aggregate, not what it is of.
        around
            .read
            .truncate(before.get(level).copied().unwrap_or(0));
        let Some(outer) = &mut around.aggregates else {
            return Err(Error::sql(
                SqlState::GROUPING_ERROR,
                "an aggregate of columns of a query around this one is not allowed where this one stands",
            ));
        };
        let known = outer.calls.iter().position(|known| known.same(&call));
        let at = known.unwrap_or_else(|| {
            outer.calls.push(call);
            outer.calls.len() - 1
        });
        let column = u32::try_from(outer.first + at)
            .map_err(|_| Error::sql(SqlState::PROGRAM_LIMIT_EXCEEDED, "too many aggregates"))?;
        let id = ColumnId {
            relation: outer.relation,
            column,
        };
        Ok(self.outer(level, id, ty))
    }

    /// The parameter that stands for a column of a query around.
    fn outer(&mut self, level: usize, id: ColumnId, ty: SqlType) -> usize {
        self.outer_reads += 1;
        self.mark_bound(level);
        let known = self.around[level]
            .read
            .iter()
            .find(|(read, ..)| *read == id);
        if let Some((_, _, parameter)) = known {
            return *parameter;
        }
        let parameter = self.parameters.hidden();
        self.around[level].read.push((id, ty, parameter));
        parameter
    }

    /// Takes note that the queries inside these read something around them.
    pub(super) fn mark_bound(&mut self, from: usize) {
        for around in &mut self.around[from..] {
            around.is_free = false;
        }
    }
}

/// Puts columns in the places of the parameters that stand for them.
fn restore(expr: &mut Expr, read: &[(ColumnId, SqlType, usize)]) {
    if let ExprKind::Parameter(at) = expr.kind
        && let Some((id, ..)) = read.iter().find(|(_, _, parameter)| *parameter == at)
    {
        expr.kind = ExprKind::Column(*id);
    }
    expr.for_each_child_mut(&mut |child| restore(child, read));
}

fn single(query: &Query) -> Result<&Expr> {
    match query.output.as_slice() {
        [output] => Ok(&output.expr),
        outputs => Err(Error::sql(
            SqlState::SYNTAX_ERROR,
            format!("the query must give one column, not {}", outputs.len()),
        )),
    }
}
