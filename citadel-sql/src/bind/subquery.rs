//! Queries inside expressions, and the columns that they read of the queries around them.
//!
//! Such a column becomes a parameter that the statement's text does not know. The query that it belongs to gives it a
//! value: it is among the [`arguments`](Subquery::arguments) of the query inside which reads it, directly or deeper
//! down. So a query that reads nothing around it is known by having no arguments.

use std::sync::Arc;

use super::bound::{
    AggregateCall, BinaryOp, ColumnId, Expr, ExprKind, HiddenArguments, Query, Subquery,
    SubqueryKind,
};
use super::expr::ExprBinder;
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
                    return Ok((ExprKind::Parameter(self.binder.outer(level, id, ty)), ty));
                }
                Err(inner) if inner.sqlstate() == Some(SqlState::AMBIGUOUS_COLUMN) => {
                    return Err(inner);
                }
                Err(_) if table.is_some_and(|table| scope.has_relation(&table.name)) => break,
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
        self.binder.subquery_depth += 1;
        let seen = self.binder.seeing(self.scope, |binder| binder.query(query));
        self.binder.subquery_depth -= 1;
        let (mut bound, arguments, is_free) = seen?;
        for output in &mut bound.output {
            typing::settle(&mut output.expr);
        }
        Ok((bound, arguments, is_free))
    }

    /// An aggregate belongs to the query whose columns it reads, and that must be the one it stands in.
    pub(super) fn check_aggregate_level(&self, call: &AggregateCall) -> Result<()> {
        let Some(argument) = &call.argument else {
            return Ok(());
        };
        let (mut own, mut outer) = (false, false);
        argument.for_each_column(&mut |_| own = true);
        let parameters = &self.binder.parameters;
        let known = parameters.types.len();
        outer |= argument.reads_parameter(&|at| at >= known && !parameters.is_moment(at));
        if outer && !own {
            return Err(Error::unsupported(
                "an aggregate of columns of a query around this one",
            ));
        }
        Ok(())
    }
}

impl super::Binder<'_> {
    /// Binds what sees the columns of a scope. Gives also what it reads of them, and whether it reads nothing of those nor
    /// of any scope around.
    pub(super) fn seeing<T>(
        &mut self,
        scope: &Scope,
        run: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<(T, HiddenArguments, bool)> {
        self.around.push(Around {
            scope: scope.clone(),
            read: Vec::new(),
            is_free: true,
        });
        let result = run(self);
        let around = self.around.pop();
        let is_free = around.as_ref().is_none_or(|around| around.is_free);
        let arguments = around.map(Around::into_arguments).unwrap_or_default();
        Ok((result?, arguments, is_free))
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

fn single(query: &Query) -> Result<&Expr> {
    match query.output.as_slice() {
        [output] => Ok(&output.expr),
        outputs => Err(Error::sql(
            SqlState::SYNTAX_ERROR,
            format!("the query must give one column, not {}", outputs.len()),
        )),
    }
}
