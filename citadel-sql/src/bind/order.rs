//! ORDER BY: ordinals, aliases and expressions.

use super::bound::{DistinctOn, Expr, SortKey};
use super::expr::ExprBinder;
use super::item::Item;
use super::same::same;
use crate::ast::{self, Identifier};
use crate::error::{Error, Result, SqlState};

impl ExprBinder<'_, '_> {
    pub(super) fn order_keys(
        &mut self,
        keys: &[ast::OrderKey],
        items: &[Item],
    ) -> Result<Vec<SortKey>> {
        keys.iter()
            .map(|key| {
                let expr = self.order_expr(&key.expr, items)?;
                self.by_key(SortKey {
                    expr,
                    descending: key.descending,
                    nulls_first: key.nulls_first.unwrap_or(key.descending),
                })
            })
            .collect()
    }

    /// A name of the select list comes before a column of FROM, as in PostgreSQL.
    fn order_expr(&mut self, key: &ast::Expr, items: &[Item]) -> Result<Expr> {
        if let Some(expr) = by_ordinal(key, items, "ORDER BY")? {
            return Ok(expr);
        }
        if let ast::ExprKind::Column {
            table: None,
            column,
        } = &key.kind
            && let Some(expr) = by_name(column, items)?
        {
            return Ok(expr);
        }
        self.settled(key)
    }
}

impl ExprBinder<'_, '_> {
    /// DISTINCT ON. The order begins with its keys, so that it says which row is the first of each value.
    pub(super) fn distinct_on(
        &mut self,
        exprs: &[ast::Expr],
        items: &[Item],
        order: &[SortKey],
    ) -> Result<DistinctOn> {
        let keys = exprs.iter().map(|expr| {
            let key = self.order_expr(expr, items)?;
            self.binder.sort_key(key)
        });
        let keys = keys.collect::<Result<Vec<Expr>>>()?;
        let is_key = |expr: &Expr| keys.iter().any(|key| same(key, expr));
        let leading = order.iter().take_while(|key| is_key(&key.expr)).count();
        let is_complete = |key: &Expr| order[..leading].iter().any(|first| same(&first.expr, key));
        if leading < order.len() && !keys.iter().all(is_complete) {
            return Err(Error::sql(
                SqlState::INVALID_COLUMN_REFERENCE,
                "ORDER BY must begin with the expressions of DISTINCT ON",
            )
            .at(order[leading].expr.position));
        }
        Ok(DistinctOn {
            relation: self.binder.new_relation()?,
            keys,
        })
    }
}

/// The item of the select list that a number stands for; other constants are refused.
pub(super) fn by_ordinal(key: &ast::Expr, items: &[Item], place: &str) -> Result<Option<Expr>> {
    match key.kind {
        ast::ExprKind::Integer(ordinal) => {
            let item = usize::try_from(ordinal)
                .ok()
                .and_then(|ordinal| ordinal.checked_sub(1))
                .and_then(|at| items.get(at));
            match item {
                Some(item) => Ok(Some(item.output.expr.clone())),
                None => Err(Error::sql(
                    SqlState::INVALID_COLUMN_REFERENCE,
                    format!("{place} position {ordinal} is not in the select list"),
                )
                .at(key.position)),
            }
        }
        ast::ExprKind::Text(_)
        | ast::ExprKind::Real { .. }
        | ast::ExprKind::Numeric(_)
        | ast::ExprKind::Blob(_)
        | ast::ExprKind::Boolean(_)
        | ast::ExprKind::Null => Err(Error::sql(
            SqlState::SYNTAX_ERROR,
            format!("a constant in {place} must be a position in the select list"),
        )
        .at(key.position)
        .hint("names are written plainly or in double quotes")),
        _ => Ok(None),
    }
}

/// The item of the select list that a name stands for.
pub(super) fn by_name(name: &Identifier, items: &[Item]) -> Result<Option<Expr>> {
    let mut named = items
        .iter()
        .filter(|item| item.is_named && item.output.name.eq_ignore_ascii_case(&name.name))
        .map(|item| &item.output.expr);
    let Some(first) = named.next() else {
        return Ok(None);
    };
    if named.any(|other| !same(first, other)) {
        return Err(Error::sql(
            SqlState::AMBIGUOUS_COLUMN,
            format!("\"{}\" names more than one column of the result", name.name),
        )
        .at(name.position));
    }
    Ok(Some(first.clone()))
}

/// Rows that DISTINCT makes one have one place in the order only if the order is by what is selected.
pub(super) fn check_distinct(keys: &[SortKey], items: &[Expr]) -> Result<()> {
    for key in keys {
        if !items.iter().any(|item| same(item, &key.expr)) {
            return Err(Error::sql(
                SqlState::INVALID_COLUMN_REFERENCE,
                "with SELECT DISTINCT, ORDER BY takes only what is in the select list",
            )
            .at(key.expr.position));
        }
    }
    Ok(())
}
