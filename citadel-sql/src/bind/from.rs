//! FROM: tables, functions, VALUES, queries and joins, with the scope that they make.

use super::Binder;
use super::bound::{BinaryOp, ColumnId, Expr, ExprKind, From, HiddenArguments, Outer};
use super::cte::column_names;
use super::expr::{Aggregation, ExprBinder};
use super::scope::{Scope, ScopeRelation};
use super::typing;
use crate::ast::{
    self, Identifier, JoinCondition, JoinKind, Query, QueryBody, Relation, Select, SelectItem,
    TableAlias,
};
use crate::error::{Error, Result, SqlState};
use crate::functions::Definitions;
use crate::types::SqlType;

impl Binder<'_> {
    /// Binds the items of FROM, which commas join.
    pub(super) fn from(&mut self, items: &[Relation]) -> Result<(From, Scope)> {
        let mut joined: Option<(From, Scope)> = None;
        for item in items {
            joined = Some(match joined {
                None => self.relation(item)?,
                Some((left, left_scope)) => {
                    let (right, scope, arguments) = self.beside(item, &left_scope)?;
                    let scope = left_scope
                        .join(scope)
                        .map_err(|error| error.at(item.position()))?;
                    let tie = (Outer::default(), arguments);
                    (join(tie, left, right, None), scope)
                }
            });
        }
        Ok(joined.unwrap_or((From::Nothing, Scope::default())))
    }

    /// The right side of a join, and what it reads of the left one.
    fn beside(&mut self, right: &Relation, left: &Scope) -> Result<(From, Scope, HiddenArguments)> {
        if !matches!(
            right,
            Relation::Query { lateral: true, .. } | Relation::Function { .. }
        ) {
            let (from, scope) = self.relation(right)?;
            return Ok((from, scope, Vec::new()));
        }
        let seen = self.seeing(left, None, |binder| binder.relation(right))?;
        let ((from, scope), arguments) = (seen.result, seen.arguments);
        match right {
            Relation::Function { name, alias, .. } if !arguments.is_empty() => {
                let query = lateral_call(right, alias.as_ref().map_or(name, |alias| &alias.name));
                self.beside(&query, left)
            }
            _ => Ok((from, scope, arguments)),
        }
    }

    fn relation(&mut self, relation: &Relation) -> Result<(From, Scope)> {
        match relation {
            Relation::Table {
                name,
                alias,
                as_of,
                sample,
            } => {
                if let Some(sample) = sample {
                    return self.sampled_relation(name, alias.as_ref(), sample);
                }
                if as_of.is_none()
                    && let Some(found) = self.cte_relation(name, alias.as_ref())
                {
                    return found.map_err(|error| error.at(name.position));
                }
                self.table_relation(name, alias.as_ref(), as_of.as_deref())
            }
            Relation::Query {
                lateral: _,
                query,
                alias,
                position,
            } => {
                let query = self.query(query)?;
                let name = alias.as_ref().map_or("", |alias| &alias.name.name);
                self.query_relation(query, name, &[column_names(alias.as_ref())])
                    .map_err(|error| error.at(*position))
            }
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
                ordinality,
                alias,
            } => self.function_relation(name, arguments, *ordinality, alias.as_ref()),
            Relation::Join(join) => self.join(join),
        }
    }

    pub(super) fn table_relation(
        &mut self,
        name: &Identifier,
        alias: Option<&TableAlias>,
        as_of: Option<&ast::AsOf>,
    ) -> Result<(From, Scope)> {
        if as_of.is_none()
            && let Some(view) = self.catalog.view(&name.name).cloned()
        {
            return self
                .view_relation(&view, alias)
                .map_err(|error| error.moved_to(name.position));
        }
        if as_of.is_none()
            && self.catalog.table(&name.name).is_none()
            && let Some(relation) = Definitions::find(&name.name)
        {
            return self.definitions_relation(relation, alias);
        }
        let table = self.stored(name)?;
        let as_of = match as_of {
            Some(as_of) => Some(self.as_of(as_of, &table)?),
            None => None,
        };
        self.read.tables.push(table.id);
        let relation = self.new_relation()?;
        let shown = alias.map_or(table.name.as_str(), |alias| &alias.name.name);
        let columns = table
            .columns
            .iter()
            .map(|c| (c.name.clone(), c.ty))
            .collect();
        self.note_collations(&table, relation);
        let scope = Scope::of(
            ScopeRelation {
                name: shown.to_owned(),
                no: relation,
                has_rowid: table.lake.is_none(),
            },
            renamed(columns, column_names(alias))?,
        );
        let from = From::Table {
            relation,
            alias: shown.to_owned(),
            as_of: as_of.map(Box::new),
            sample: None,
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
        let relation = self.new_relation()?;
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
        let columns = renamed(columns, column_names(alias))?;
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

    fn join(&mut self, ast: &ast::Join) -> Result<(From, Scope)> {
        let (left, left_scope) = self.relation(&ast.left)?;
        let (right, right_scope, arguments) = self.beside(&ast.right, &left_scope)?;
        let outer = Outer {
            left: matches!(ast.kind, JoinKind::Left | JoinKind::Full),
            right: matches!(ast.kind, JoinKind::Right | JoinKind::Full),
        };
        if outer.right && !arguments.is_empty() {
            return Err(Error::sql(
                SqlState::INVALID_COLUMN_REFERENCE,
                "LATERAL reads rows of the left side, of which a RIGHT or FULL JOIN may have none",
            )
            .at(ast.right.position()));
        }
        let tie = (outer, arguments);
        let natural;
        let columns = match &ast.condition {
            JoinCondition::Using(columns) => Some(columns),
            JoinCondition::Natural => {
                natural = left_scope.common(&right_scope, ast.right.position());
                Some(&natural)
            }
            JoinCondition::None | JoinCondition::On(_) => None,
        };
        let using = columns
            .map(|columns| self.using(columns, &left_scope, &right_scope))
            .transpose()?;
        let scope = left_scope
            .join(right_scope)
            .map_err(|error| error.at(ast.right.position()))?;
        if let Some(Using { on, pairs }) = using {
            return self.merged(join(tie, left, right, on), outer, pairs, scope);
        }
        let on = match &ast.condition {
            JoinCondition::On(on) => Some(self.condition(on, &scope, "JOIN … ON")?),
            _ => None,
        };
        Ok((join(tie, left, right, on), scope))
    }

    /// Each pair of USING becomes one column: of the side whose rows are all kept, or of either for a full join.
    fn merged(
        &mut self,
        joined: From,
        outer: Outer,
        pairs: Vec<ColumnPair>,
        mut scope: Scope,
    ) -> Result<(From, Scope)> {
        let is_full = outer.left && outer.right && !pairs.is_empty();
        if !is_full {
            let shown = |pair: &ColumnPair| match outer.right {
                true => (pair.right.1, pair.left.1),
                false => (pair.left.1, pair.right.1),
            };
            scope.merge(&pairs.iter().map(shown).collect::<Vec<_>>());
            return Ok((joined, scope));
        }
        let relation = self.new_relation()?;
        let mut columns = Vec::with_capacity(pairs.len());
        for (column, pair) in (0..).zip(pairs) {
            let ColumnPair {
                left: (mut left, left_id),
                right: (mut right, right_id),
            } = pair;
            let id = ColumnId { relation, column };
            let mut both = [&mut left, &mut right];
            let ty = typing::unify_results(&mut self.parameters, &mut both, "USING")?;
            scope.merge_into(id, ty, [left_id, right_id]);
            columns.push((id, either(left, right, ty)));
        }
        scope.put_first(relation);
        let input = Box::new(joined);
        Ok((From::Extend { input, columns }, scope))
    }

    /// The equalities that `USING` means, and the pairs of columns.
    fn using(&mut self, columns: &[Identifier], left: &Scope, right: &Scope) -> Result<Using> {
        let mut on: Option<Expr> = None;
        let mut pairs = Vec::with_capacity(columns.len());
        for column in columns {
            let pair = ColumnPair {
                left: column_expr(left, column)?,
                right: column_expr(right, column)?,
            };
            let (mut left, mut right) = (pair.left.0.clone(), pair.right.0.clone());
            pairs.push(pair);
            typing::unify_compared(&mut self.parameters, &mut [&mut left, &mut right], "USING")?;
            self.by_collation(&mut [&mut left, &mut right])?;
            let equal = binary(BinaryOp::Eq, left, right);
            on = Some(match on {
                None => equal,
                Some(on) => binary(BinaryOp::And, on, equal),
            });
        }
        Ok(Using { on, pairs })
    }
}

/// What USING asks for, and the columns of each side that it makes one.
struct Using {
    on: Option<Expr>,
    pairs: Vec<ColumnPair>,
}

/// Columns of one name.
struct ColumnPair {
    left: (Expr, ColumnId),
    right: (Expr, ColumnId),
}

/// `LATERAL (SELECT * FROM function(…)) AS name`, which a function is that reads what stands to its left.
fn lateral_call(function: &Relation, name: &Identifier) -> Relation {
    let items = vec![SelectItem::Star(name.position)];
    let select = Select::of(items, vec![function.clone()]);
    Relation::Query {
        lateral: true,
        query: Box::new(Query::of(QueryBody::Select(Box::new(select)))),
        alias: Some(TableAlias {
            name: name.clone(),
            columns: Vec::new(),
        }),
        position: name.position,
    }
}

impl Relation {
    pub(super) fn position(&self) -> Option<crate::error::Position> {
        match self {
            Self::Table { name, .. } | Self::Function { name, .. } => name.position,
            Self::Values { position, .. } | Self::Query { position, .. } => *position,
            Self::Join(join) => join.right.position(),
        }
    }
}

/// A join, of a query that reads the left side where there are arguments.
fn join(
    (outer, arguments): (Outer, HiddenArguments),
    left: From,
    right: From,
    on: Option<Expr>,
) -> From {
    let right = match right {
        From::Query {
            query,
            alias,
            names,
        } if !arguments.is_empty() => {
            return From::Lateral {
                keeps_left: outer.left,
                left: Box::new(left),
                right: query,
                alias,
                names,
                arguments,
                on,
            };
        }
        right => right,
    };
    From::Join {
        outer,
        left: Box::new(left),
        right: Box::new(right),
        on,
    }
}

fn column_expr(scope: &Scope, column: &Identifier) -> Result<(Expr, ColumnId)> {
    let (id, ty) = scope.resolve(None, column)?;
    let expr = Expr {
        kind: ExprKind::Column(id),
        ty,
        position: column.position,
    };
    Ok((expr, id))
}

/// `coalesce(left, right)`
fn either(left: Expr, right: Expr, ty: SqlType) -> Expr {
    let is_null = Expr {
        position: left.position,
        ty: SqlType::Boolean,
        kind: ExprKind::IsNull {
            operand: Box::new(left.clone()),
            negated: false,
        },
    };
    Expr {
        position: left.position,
        ty,
        kind: ExprKind::Case {
            operand: None,
            branches: vec![(is_null, right)],
            otherwise: Some(Box::new(left)),
        },
    }
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

/// The columns under other names, which may be fewer.
pub(super) fn renamed(
    mut columns: Vec<(String, SqlType)>,
    names: &[Identifier],
) -> Result<Vec<(String, SqlType)>> {
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
