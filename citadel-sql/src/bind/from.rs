//! FROM: tables, functions, VALUES and inner joins, with the scope that they make.

use super::Binder;
use super::bound::{BinaryOp, Expr, ExprKind, From};
use super::expr::{Aggregation, ExprBinder};
use super::scope::{Scope, ScopeRelation};
use super::suggest;
use super::typing;
use crate::ast::{self, Identifier, JoinCondition, Relation, TableAlias};
use crate::error::{Error, Result, SqlState};
use crate::functions::TableFunction;
use crate::types::SqlType;

impl Binder<'_> {
    /// Binds the items of FROM, which commas join.
    pub(super) fn from(&mut self, items: &[Relation]) -> Result<(From, Scope)> {
        let mut joined: Option<(From, Scope)> = None;
        for item in items {
            let (from, scope) = self.relation(item)?;
            joined = Some(match joined {
                None => (from, scope),
                Some((left, left_scope)) => {
                    let scope = left_scope
                        .join(scope)
                        .map_err(|error| error.at(item.position()))?;
                    (cross(left, from, None), scope)
                }
            });
        }
        Ok(joined.unwrap_or((From::Nothing, Scope::default())))
    }

    fn relation(&mut self, relation: &Relation) -> Result<(From, Scope)> {
        match relation {
            Relation::Table { name, alias } => self.table_relation(name, alias.as_ref()),
            Relation::Values {
                values,
                alias,
                position,
            } => self
                .values_relation(values, alias.as_ref())
                .map_err(|error| error.at(*position)),
            Relation::Function {
                name,
                arguments,
                alias,
            } => self.function_relation(name, arguments, alias.as_ref()),
            Relation::Join(join) => self.join(join),
        }
    }

    fn table_relation(
        &mut self,
        name: &Identifier,
        alias: Option<&TableAlias>,
    ) -> Result<(From, Scope)> {
        let table = self.table(name)?;
        let relation = self.new_relation();
        let shown = alias.map_or(table.name.as_str(), |alias| &alias.name.name);
        let columns = table
            .columns
            .iter()
            .map(|c| (c.name.clone(), c.ty))
            .collect();
        let scope = Scope::of(
            ScopeRelation {
                name: shown.to_owned(),
                no: relation,
                has_rowid: true,
            },
            renamed(columns, alias)?,
        );
        let from = From::Table {
            relation,
            alias: shown.to_owned(),
            table,
        };
        Ok((from, scope))
    }

    /// VALUES as a relation whose columns are called `column1`, `column2`, … unless an alias names them.
    pub(super) fn values_relation(
        &mut self,
        values: &ast::Values,
        alias: Option<&TableAlias>,
    ) -> Result<(From, Scope)> {
        let relation = self.new_relation();
        let empty = Scope::default();
        let mut binder = ExprBinder::new(self, &empty, Aggregation::Refused("VALUES"));
        let mut rows = values
            .rows
            .iter()
            .map(|row| binder.exprs(row))
            .collect::<Result<Vec<_>>>()?;
        let width = rows.first().map_or(0, Vec::len);
        let mut types = Vec::with_capacity(width);
        for at in 0..width {
            let mut column: Vec<&mut Expr> =
                rows.iter_mut().filter_map(|row| row.get_mut(at)).collect();
            types.push(binder.results(&mut column, "VALUES")?);
            column.into_iter().for_each(typing::settle);
        }
        let columns = types
            .iter()
            .enumerate()
            .map(|(at, ty)| (format!("column{}", at + 1), *ty))
            .collect();
        let columns = renamed(columns, alias)?;
        let name = alias.map_or_else(String::new, |alias| alias.name.name.clone());
        let from = From::Values {
            relation,
            rows,
            types,
            names: columns.iter().map(|(name, _)| name.clone()).collect(),
        };
        let scope = Scope::of(
            ScopeRelation {
                name,
                no: relation,
                has_rowid: false,
            },
            columns,
        );
        Ok((from, scope))
    }

    /// A function's rows as a relation of its name.
    fn function_relation(
        &mut self,
        name: &Identifier,
        arguments: &[ast::Expr],
        alias: Option<&TableAlias>,
    ) -> Result<(From, Scope)> {
        let Some(function) = TableFunction::find(&name.name) else {
            let error = Error::sql(
                SqlState::UNDEFINED_FUNCTION,
                format!("table function {} does not exist", name.name),
            )
            .at(name.position);
            return Err(suggest::hint(error, &name.name, TableFunction::names()));
        };
        let wanted = function.arguments();
        if arguments.len() != wanted.len() {
            return Err(Error::sql(
                SqlState::UNDEFINED_FUNCTION,
                format!("{} takes {}", function.name(), wanted.join(" and ")),
            )
            .at(name.position));
        }
        let relation = self.new_relation();
        let empty = Scope::default();
        let mut binder = ExprBinder::new(self, &empty, Aggregation::Refused("a table function"));
        let arguments = arguments
            .iter()
            .map(|argument| binder.typed(argument, SqlType::Text, function.name()))
            .collect::<Result<_>>()?;
        let columns = function.columns().iter();
        let columns = columns
            .map(|(name, ty)| ((*name).to_owned(), *ty))
            .collect();
        let columns = renamed(columns, alias)?;
        let shown = alias.map_or(function.name(), |alias| &alias.name.name);
        let from = From::Function {
            relation,
            function,
            arguments,
            names: columns.iter().map(|(name, _)| name.clone()).collect(),
        };
        let scope = Scope::of(
            ScopeRelation {
                name: shown.to_owned(),
                no: relation,
                has_rowid: false,
            },
            columns,
        );
        Ok((from, scope))
    }

    fn join(&mut self, join: &ast::Join) -> Result<(From, Scope)> {
        let (left, left_scope) = self.relation(&join.left)?;
        let (right, right_scope) = self.relation(&join.right)?;
        match &join.condition {
            JoinCondition::None => {
                let scope = left_scope
                    .join(right_scope)
                    .map_err(|error| error.at(join.right.position()))?;
                Ok((cross(left, right, None), scope))
            }
            JoinCondition::On(on) => {
                let scope = left_scope
                    .join(right_scope)
                    .map_err(|error| error.at(join.right.position()))?;
                let on = self.condition(on, &scope, "JOIN … ON")?;
                Ok((cross(left, right, Some(on)), scope))
            }
            JoinCondition::Using(columns) => {
                let (on, pairs) = self.using(columns, &left_scope, &right_scope)?;
                let mut scope = left_scope
                    .join(right_scope)
                    .map_err(|error| error.at(join.right.position()))?;
                scope.merge(&pairs);
                Ok((cross(left, right, on), scope))
            }
        }
    }

    /// The equalities that `USING` means, and the pairs of columns.
    fn using(
        &mut self,
        columns: &[Identifier],
        left: &Scope,
        right: &Scope,
    ) -> Result<(Option<Expr>, Vec<ColumnPair>)> {
        let mut on: Option<Expr> = None;
        let mut pairs = Vec::with_capacity(columns.len());
        for column in columns {
            let mut sides = [column_expr(left, column)?, column_expr(right, column)?];
            let [(left, left_id), (right, right_id)] = &mut sides;
            typing::unify_compared(&mut self.parameters, &mut [left, right], "USING")?;
            pairs.push((*left_id, *right_id));
            let [(left, _), (right, _)] = sides;
            let equal = binary(BinaryOp::Eq, left, right);
            on = Some(match on {
                None => equal,
                Some(on) => binary(BinaryOp::And, on, equal),
            });
        }
        Ok((on, pairs))
    }
}

type ColumnPair = (super::bound::ColumnId, super::bound::ColumnId);

impl Relation {
    fn position(&self) -> Option<crate::error::Position> {
        match self {
            Self::Table { name, .. } | Self::Function { name, .. } => name.position,
            Self::Values { position, .. } => *position,
            Self::Join(join) => join.right.position(),
        }
    }
}

fn cross(left: From, right: From, on: Option<Expr>) -> From {
    From::InnerJoin {
        left: Box::new(left),
        right: Box::new(right),
        on,
    }
}

fn column_expr(scope: &Scope, column: &Identifier) -> Result<(Expr, super::bound::ColumnId)> {
    let (id, ty) = scope.resolve(None, column)?;
    let expr = Expr {
        kind: ExprKind::Column(id),
        ty,
        position: column.position,
    };
    Ok((expr, id))
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    Expr {
        position: left.position,
        ty: SqlType::Boolean,
        kind: ExprKind::Binary {
            op,
            left: Box::new(left),
            right: Box::new(right),
        },
    }
}

/// The columns under the names of an alias, which may name fewer.
fn renamed(
    mut columns: Vec<(String, SqlType)>,
    alias: Option<&TableAlias>,
) -> Result<Vec<(String, SqlType)>> {
    let names = alias.map_or(&[][..], |alias| &alias.columns);
    if names.len() > columns.len() {
        return Err(Error::sql(
            SqlState::SYNTAX_ERROR,
            format!(
                "the alias names {} columns, and there are {}",
                names.len(),
                columns.len()
            ),
        )
        .at(names[columns.len()].position));
    }
    for ((name, _), new) in columns.iter_mut().zip(names) {
        name.clone_from(&new.name);
    }
    Ok(columns)
}
