//! Queries: SELECT, VALUES, and what is made of them.

use super::bound::{DistinctOn, Expr, ExprKind, From, Grouping, OutputColumn, Query, Windows};
use super::expr::{Aggregation, ExprBinder};
use super::grouping::Groups;
use super::item::Item;
use super::scope::Scope;
use super::window::Collected;
use super::{Binder, QUERY_DEPTH_MAX, QUERY_EXPR_DEPTH};
use crate::ast::{self, Distinctness, QueryBody, Select, SelectItem};
use crate::error::{Error, Result, SqlState};
use crate::types::Collation;

impl Binder<'_> {
    pub(super) fn query(&mut self, query: &ast::Query) -> Result<Query> {
        if self.depth >= QUERY_DEPTH_MAX {
            return Err(Error::sql(
                SqlState::PROGRAM_LIMIT_EXCEEDED,
                format!(
                    "queries are nested more than {QUERY_DEPTH_MAX} deep, with those of WITH in the places of their names"
                ),
            ));
        }
        self.depth += 1;
        self.expr_depth += QUERY_EXPR_DEPTH;
        let bound = self.query_here(query);
        self.expr_depth -= QUERY_EXPR_DEPTH;
        self.depth -= 1;
        bound
    }

    fn query_here(&mut self, query: &ast::Query) -> Result<Query> {
        self.with_ctes(&query.with, |binder| {
            let mut bound = binder.body(&query.body, &query.order_by)?;
            bound.limit = binder.optional_count(query.limit.as_ref(), "LIMIT")?;
            bound.offset = binder.optional_count(query.offset.as_ref(), "OFFSET")?;
            Ok(bound)
        })
    }

    /// Rows and their order.
    pub(super) fn body(&mut self, body: &QueryBody, order_by: &[ast::OrderKey]) -> Result<Query> {
        match body {
            QueryBody::Select(select) => self.select(select, order_by),
            QueryBody::Values(values) => {
                let (from, scope) = self.values_relation(values, None)?;
                self.ordered(from, &scope, order_by)
            }
            QueryBody::SetOperation(operation) => {
                let (from, scope) = self.set_operation(operation)?;
                self.ordered(from, &scope, order_by)
            }
            QueryBody::Query(query) => {
                let query = self.query(query)?;
                let (from, scope) = self.query_relation(query, "", &[])?;
                self.ordered(from, &scope, order_by)
            }
        }
    }

    /// All columns of a relation, in an order that only sees them.
    fn ordered(&mut self, from: From, scope: &Scope, order_by: &[ast::OrderKey]) -> Result<Query> {
        let items: Vec<Item> = star_items(scope.star());
        let mut binder = ExprBinder::new(self, scope, Aggregation::Refused("ORDER BY"));
        let order_by = binder.order_keys(order_by, &items)?;
        let mut query = self.everything(from, scope)?;
        query.order_by = order_by;
        Ok(query)
    }

    /// All columns of a relation.
    pub(super) fn everything(&mut self, from: From, scope: &Scope) -> Result<Query> {
        let items = star_items(scope.star());
        let relation = self.new_relation()?;
        let collations = self.output_collations(items.iter().map(|item| &item.output))?;
        self.note_outputs(relation, &collations);
        Ok(Query {
            relation,
            from,
            filter: None,
            grouping: None,
            windows: None,
            output: items.into_iter().map(|item| item.output).collect(),
            distinct: false,
            distinct_on: None,
            order_by: Vec::new(),
            limit: None,
            offset: None,
        })
    }

    pub(super) fn optional_count(
        &mut self,
        expr: Option<&ast::Expr>,
        place: &'static str,
    ) -> Result<Option<Expr>> {
        expr.map(|expr| self.row_count(expr, place)).transpose()
    }

    fn select(&mut self, select: &Select, order_by: &[ast::OrderKey]) -> Result<Query> {
        let (from, scope) = self.from(&select.from)?;
        let filter = select
            .filter
            .as_ref()
            .map(|filter| self.condition(filter, &scope, "WHERE"))
            .transpose()?;
        let relation = self.new_relation()?;
        let mut calls = Vec::new();
        let mut windows = Collected {
            relation: self.new_relation()?,
            calls: Vec::new(),
            named: select.windows.clone(),
        };
        let windows_relation = windows.relation;
        let mut collecting = ExprBinder::new(
            self,
            &scope,
            Aggregation::Collected {
                relation,
                calls: &mut calls,
            },
        );
        collecting.windows = Some(&mut windows);
        let mut items = collecting.items(&select.items)?;
        // By which keys items are told apart, and what of them is known outside.
        let outputs = items.iter().map(|item| &item.output);
        let collations = collecting.binder.output_collations(outputs)?;
        let item_keys = items.iter().map(|item| {
            let expr = item.output.expr.clone();
            collecting.binder.sort_key(expr)
        });
        let item_keys = item_keys.collect::<Result<Vec<Expr>>>()?;
        let is_collated = |collation: &Option<Collation>| {
            collation.is_some_and(|collation| collation != Collation::Binary)
        };
        let collected = collecting.windows.take();
        let mut having = select
            .having
            .as_ref()
            .map(|having| collecting.condition(having, "HAVING"))
            .transpose()?;
        collecting.windows = collected;
        let mut keys = collecting.order_keys(order_by, &items)?;
        let mut distinct_on = match &select.distinctness {
            Distinctness::On(exprs) => Some(collecting.distinct_on(exprs, &items, &keys)?),
            _ => None,
        };
        let distinct = select.distinctness == Distinctness::Distinct;
        if distinct {
            super::order::check_distinct(&keys, &item_keys)?;
        }
        let distinct = distinct && !collations.iter().any(is_collated);
        if select.distinctness == Distinctness::Distinct && !distinct {
            // One row of those whose keys are the same.
            distinct_on = Some(DistinctOn {
                relation: collecting.binder.new_relation()?,
                keys: item_keys,
            });
        }
        collecting.windows = None;
        let (group_keys, sets, shown) =
            collecting.group_keys(&select.group_by, &items, (relation, windows_relation))?;
        let mut windows = windows.finish();

        let is_grouped = !select.group_by.is_empty() || !calls.is_empty() || having.is_some();
        let grouping = is_grouped
            .then(|| {
                let groups = Groups {
                    relation,
                    windows: windows_relation,
                    keys: &group_keys,
                    sets: &sets,
                    shown: &shown,
                    scope: &scope,
                };
                items
                    .iter_mut()
                    .try_for_each(|item| groups.rewrite(&mut item.output.expr))?;
                keys.iter_mut()
                    .try_for_each(|key| groups.rewrite(&mut key.expr))?;
                let mut on = distinct_on.iter_mut().flat_map(|on| &mut on.keys);
                on.try_for_each(|key| groups.rewrite(key))?;
                let mut windows = windows.iter_mut().flat_map(Windows::exprs_mut);
                windows.try_for_each(|expr| groups.rewrite(expr))?;
                having.iter_mut().try_for_each(|h| groups.rewrite(h))
            })
            .transpose()?
            .map(|()| Grouping {
                relation,
                keys: group_keys,
                sets,
                aggregates: calls,
                having,
            });
        let relation = self.new_relation()?;
        self.note_outputs(relation, &collations);
        Ok(Query {
            relation,
            from,
            filter,
            grouping,
            windows,
            output: items.into_iter().map(|item| item.output).collect(),
            distinct,
            distinct_on,
            order_by: keys,
            limit: None,
            offset: None,
        })
    }
}

impl ExprBinder<'_, '_> {
    /// The select list, with `*` and `t.*` written out.
    pub(super) fn items(&mut self, items: &[SelectItem]) -> Result<Vec<Item>> {
        let mut bound = Vec::with_capacity(items.len());
        for item in items {
            match item {
                SelectItem::Star(position) => {
                    if self.scope.is_empty() {
                        return Err(Error::sql(SqlState::SYNTAX_ERROR, "SELECT * needs a FROM")
                            .at(*position));
                    }
                    bound.extend(star_items(self.scope.star()));
                }
                SelectItem::TableStar(table) => {
                    bound.extend(star_items(self.scope.table_star(table)?.into_iter()));
                }
                SelectItem::Expr { expr, alias } => {
                    let place = bound.len() + 1;
                    let implied = implied_name(expr);
                    let is_named = alias.is_some() || implied.is_some();
                    let output = OutputColumn {
                        name: match alias {
                            Some(alias) => alias.name.clone(),
                            None => implied.unwrap_or_else(|| format!("column{place}")),
                        },
                        expr: self.settled(expr)?,
                    };
                    bound.push(Item { output, is_named });
                }
            }
        }
        Ok(bound)
    }
}

fn star_items<'s>(columns: impl Iterator<Item = &'s super::scope::ScopeColumn>) -> Vec<Item> {
    columns
        .map(|column| Item {
            output: OutputColumn {
                expr: Expr {
                    kind: ExprKind::Column(column.id),
                    ty: column.ty,
                    position: None,
                },
                name: column.name.clone(),
            },
            is_named: true,
        })
        .collect()
}

/// The name of a result column without an alias, if its expression suggests one.
fn implied_name(expr: &ast::Expr) -> Option<String> {
    match &expr.kind {
        ast::ExprKind::Column { column, .. } => Some(column.name.clone()),
        ast::ExprKind::Function { name, .. }
        | ast::ExprKind::Filtered { name, .. }
        | ast::ExprKind::Window { name, .. } => Some(name.name.to_ascii_lowercase()),
        ast::ExprKind::Cast { operand, .. } | ast::ExprKind::Collate { operand, .. } => {
            implied_name(operand)
        }
        ast::ExprKind::Subscript { array, .. } => implied_name(array),
        ast::ExprKind::Array(_) => Some("array".to_owned()),
        ast::ExprKind::Case { .. } => Some("case".to_owned()),
        ast::ExprKind::Distance { .. } => Some("distance".to_owned()),
        ast::ExprKind::Exists(_) => Some("exists".to_owned()),
        ast::ExprKind::Subquery(query) => match &query.body {
            QueryBody::Select(select) => match select.items.as_slice() {
                [
                    SelectItem::Expr {
                        alias: Some(alias), ..
                    },
                ] => Some(alias.name.clone()),
                [SelectItem::Expr { expr, .. }] => implied_name(expr),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

impl Scope {
    /// An error names the column that is neither grouped nor aggregated.
    pub(super) fn not_grouped(&self, expr: &Expr) -> Error {
        let name = match expr.kind {
            ExprKind::Column(id) => self.name_of(id),
            _ => "",
        };
        Error::sql(
            SqlState::GROUPING_ERROR,
            format!("column \"{name}\" must be in GROUP BY or inside an aggregate"),
        )
        .at(expr.position)
    }
}
