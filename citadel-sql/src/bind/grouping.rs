//! GROUP BY, and what it makes of the expressions above it.
//!
//! While an expression is bound, each aggregate becomes a column of the grouping relation with its number among the
//! aggregates. When all are known, [`Groups::rewrite`] puts the keys before them: key i is column i, aggregate j is
//! column keys + j. A column of FROM that is left over is neither, which is an error.

use super::bound::{ColumnId, Expr, ExprKind, RelationNo};
use super::expr::ExprBinder;
use super::item::Item;
use super::same::same;
use super::scope::Scope;
use crate::ast;
use crate::error::{Error, Result, SqlState};

/// The grouping of a query.
pub(super) struct Groups<'b> {
    pub(super) relation: RelationNo,
    pub(super) keys: &'b [Expr],
    pub(super) scope: &'b Scope,
}

impl Groups<'_> {
    /// Makes an expression over FROM one over the grouping's relation.
    pub(super) fn rewrite(&self, expr: &mut Expr) -> Result<()> {
        if let Some(at) = self.keys.iter().position(|key| same(key, expr)) {
            expr.kind = self.column(at)?;
            return Ok(());
        }
        match expr.kind {
            ExprKind::Column(id) if id.relation == self.relation => {
                let number = usize::try_from(id.column).unwrap_or(usize::MAX);
                expr.kind = self.column(self.keys.len().saturating_add(number))?;
                Ok(())
            }
            ExprKind::Column(_) => Err(self.scope.not_grouped(expr)),
            _ => {
                let mut result = Ok(());
                expr.for_each_child_mut(&mut |child| {
                    if result.is_ok() {
                        result = self.rewrite(child);
                    }
                });
                result
            }
        }
    }

    fn column(&self, at: usize) -> Result<ExprKind> {
        let column = u32::try_from(at).map_err(|_| {
            Error::sql(
                SqlState::PROGRAM_LIMIT_EXCEEDED,
                "too many groups and aggregates",
            )
        })?;
        Ok(ExprKind::Column(ColumnId {
            relation: self.relation,
            column,
        }))
    }
}

impl ExprBinder<'_, '_> {
    /// The keys of GROUP BY: expressions over FROM, ordinals and aliases of the select list.
    pub(super) fn group_keys(
        &mut self,
        keys: &[ast::Expr],
        items: &[Item],
        relation: RelationNo,
    ) -> Result<Vec<Expr>> {
        let mut bound: Vec<Expr> = Vec::with_capacity(keys.len());
        for key in keys {
            let key = self.group_key(key, items)?;
            let mut is_aggregate = false;
            key.for_each_column(&mut |id| is_aggregate |= id.relation == relation);
            if is_aggregate {
                return Err(Error::sql(
                    SqlState::GROUPING_ERROR,
                    "an aggregate is not allowed in GROUP BY",
                )
                .at(key.position));
            }
            if !bound.iter().any(|known| same(known, &key)) {
                bound.push(key);
            }
        }
        Ok(bound)
    }

    /// A column of FROM comes before an alias of the same name, as in PostgreSQL.
    fn group_key(&mut self, key: &ast::Expr, items: &[Item]) -> Result<Expr> {
        if let Some(expr) = super::order::by_ordinal(key, items, "GROUP BY")? {
            return Ok(expr);
        }
        if let ast::ExprKind::Column {
            table: None,
            column,
        } = &key.kind
            && self.scope.lookup(column)?.is_none()
            && let Some(expr) = super::order::by_name(column, items)?
        {
            return Ok(expr);
        }
        self.without_aggregates("GROUP BY", |binder| binder.settled(key))
    }
}
