//! GROUP BY, and what it makes of the expressions above it.
//!
//! While an expression is bound, each aggregate becomes a column of the grouping relation with its number among the
//! aggregates. When all are known, [`Groups::rewrite`] puts the keys before them: key i is column i, aggregate j is
//! column keys + j. A column of FROM that is left over is neither, which is an error.

use super::bound::{AggregateCall, ColumnId, Expr, ExprKind, RelationNo};
use super::collation::plain;
use super::expr::{Aggregation, ExprBinder};
use super::item::Item;
use super::same::same;
use super::scope::Scope;
use crate::ast;
use crate::error::{Error, Position, Result, SqlState};
use crate::functions::{self, AggregateFunction};
use crate::types::{SqlType, Value};

/// The grouping of a query.
pub(super) struct Groups<'b> {
    pub(super) relation: RelationNo,
    /// The relation of window functions, which are computed after grouping.
    pub(super) windows: RelationNo,
    pub(super) keys: &'b [Expr],
    pub(super) sets: &'b [Vec<usize>],
    pub(super) shown: &'b [Shown],
    pub(super) scope: &'b Scope,
}

/// A text of GROUP BY that is told apart by its collation's key: the aggregate that gives one of those that are alike.
pub(super) struct Shown {
    text: Expr,
    aggregate: usize,
}

impl Groups<'_> {
    /// Makes an expression over FROM one over the grouping's relation.
    pub(super) fn rewrite(&self, expr: &mut Expr) -> Result<()> {
        if let Some(at) = self.keys.iter().position(|key| same(key, expr)) {
            expr.kind = self.column(at)?;
            return Ok(());
        }
        let first = self.keys.len() + usize::from(!self.sets.is_empty());
        let is_shown =
            |shown: &&Shown| same(&shown.text, expr) || same(&shown.text, &plain(expr.clone()));
        if let Some(shown) = self.shown.iter().find(is_shown) {
            expr.kind = self.column(first.saturating_add(shown.aggregate))?;
            return Ok(());
        }
        match expr.kind {
            ExprKind::Column(id) if id.relation == self.relation => {
                let number = usize::try_from(id.column).unwrap_or(usize::MAX);
                expr.kind = self.column(first.saturating_add(number))?;
                Ok(())
            }
            ExprKind::Column(id) if id.relation == self.windows => Ok(()),
            ExprKind::Function {
                ref function,
                ref arguments,
            } if function.name == functions::GROUPING => {
                expr.kind = self.grouping(arguments, expr.position)?;
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

    /// `GROUPING(a, b)`: a number with a bit for each argument that the row's set has not, the last one lowest.
    fn grouping(&self, arguments: &[Expr], at: Option<Position>) -> Result<ExprKind> {
        let place = |argument: &Expr| {
            let place = self.keys.iter().position(|key| same(key, argument));
            place.ok_or_else(|| {
                let text = "the arguments of GROUPING must be expressions of GROUP BY";
                Error::sql(SqlState::GROUPING_ERROR, text).at(argument.position.or(at))
            })
        };
        let places = arguments.iter().map(place).collect::<Result<Vec<_>>>()?;
        let literal = |value: i64| Expr {
            kind: ExprKind::Literal(Value::Integer(value)),
            ty: SqlType::Integer,
            position: None,
        };
        let bits = |set: &[usize]| {
            let bits = places.iter().map(|place| i64::from(!set.contains(place)));
            bits.fold(0i64, |number, bit| number << 1 | bit)
        };
        if self.sets.is_empty() {
            return Ok(literal(0).kind);
        }
        let sets = (0i64..).zip(self.sets);
        Ok(ExprKind::Case {
            operand: Some(Box::new(Expr {
                kind: self.column(self.keys.len())?,
                ty: SqlType::Integer,
                position: None,
            })),
            branches: sets
                .map(|(number, set)| (literal(number), literal(bits(set))))
                .collect(),
            otherwise: None,
        })
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

/// The keys, which of them each set has if there are several, and the texts that a group shows.
type GroupKeys = (Vec<Expr>, Vec<Vec<usize>>, Vec<Shown>);

impl ExprBinder<'_, '_> {
    /// The keys of GROUP BY: expressions over FROM, ordinals and aliases of the select list; and which of them each set has, if
    /// there are several.
    pub(super) fn group_keys(
        &mut self,
        sets: &[Vec<ast::Expr>],
        items: &[Item],
        (aggregates, windows): (RelationNo, RelationNo),
    ) -> Result<GroupKeys> {
        let mut bound: Vec<Expr> = Vec::new();
        let mut shown: Vec<Shown> = Vec::new();
        let mut bound_sets = vec![Vec::new(); sets.len()];
        let keys = sets.iter().enumerate();
        let keys = keys.flat_map(|(at, set)| set.iter().map(move |key| (at, key)));
        for (set, key) in keys {
            let places: &mut Vec<usize> = &mut bound_sets[set];
            let key = self.group_key(key, items)?;
            let mut refused = None;
            key.for_each_column(&mut |id| {
                if id.relation == aggregates {
                    refused = Some((SqlState::GROUPING_ERROR, "an aggregate"));
                } else if id.relation == windows {
                    refused = Some((SqlState::WINDOWING_ERROR, "a window function"));
                }
            });
            if let Some((state, what)) = refused {
                let text = format!("{what} is not allowed in GROUP BY");
                return Err(Error::sql(state, text).at(key.position));
            }
            let text = plain(key.clone());
            let is_collated = self.binder.is_collated(&key)?;
            let key = self.binder.sort_key(key)?;
            if is_collated && !shown.iter().any(|known| same(&known.text, &text)) {
                if sets.len() > 1 {
                    let what = "GROUPING SETS of a text with a collation other than \"C\"";
                    return Err(Error::unsupported(what).at(key.position));
                }
                let aggregate = self.least(text.clone())?;
                shown.push(Shown { text, aggregate });
            }
            let known = bound.iter().position(|known| same(known, &key));
            let place = known.unwrap_or_else(|| {
                bound.push(key);
                bound.len() - 1
            });
            if !places.contains(&place) {
                places.push(place);
            }
        }
        // One set has all keys, and needs no mention.
        if bound_sets.len() == 1 {
            bound_sets.clear();
        }
        Ok((bound, bound_sets, shown))
    }

    /// The number of an aggregate that gives the least text of a group by its bytes.
    fn least(&mut self, text: Expr) -> Result<usize> {
        let Aggregation::Collected { calls, .. } = &mut self.aggregation else {
            return Err(Error::sql(
                SqlState::INTERNAL_ERROR,
                "GROUP BY where nothing is grouped",
            ));
        };
        calls.push(AggregateCall {
            function: AggregateFunction::Min,
            ty: text.ty,
            argument: Some(text),
            distinct: false,
            constant: None,
            order: Vec::new(),
            filter: None,
        });
        Ok(calls.len() - 1)
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
