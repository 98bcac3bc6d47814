//! Expressions inside one scope.

use super::bound::{AggregateCall, ColumnId, Expr, ExprKind, RelationNo};
use super::scope::Scope;
use super::syntax_error;
use super::typing::{self, Strength};
use super::window::Collected;
use super::{Binder, EXPR_DEPTH_MAX};
use crate::ast::{self, Truth, WhenThen};
use crate::error::{Error, Position, Result, SqlState};
use crate::functions::cast_within;
use crate::types::{Limit, SqlType, Value, can_cast};

/// What becomes of an aggregate in an expression.
pub(super) enum Aggregation<'b> {
    /// It is an error; the place is named.
    Refused(&'static str),
    /// It is collected, and a column of the grouping relation (its number among the aggregates) stands for it.
    Collected {
        relation: RelationNo,
        calls: &'b mut Vec<AggregateCall>,
    },
}

/// Binds expressions that see one scope.
pub(super) struct ExprBinder<'b, 'a> {
    pub(super) binder: &'b mut Binder<'a>,
    pub(super) scope: &'b Scope,
    pub(super) aggregation: Aggregation<'b>,
    /// Where window functions are collected; without it they are an error.
    pub(super) windows: Option<&'b mut Collected>,
}

impl<'b, 'a> ExprBinder<'b, 'a> {
    pub(super) fn new(
        binder: &'b mut Binder<'a>,
        scope: &'b Scope,
        aggregation: Aggregation<'b>,
    ) -> Self {
        Self {
            binder,
            scope,
            aggregation,
            windows: None,
        }
    }

    /// An expression whose type may be undecided.
    pub(super) fn expr(&mut self, expr: &ast::Expr) -> Result<Expr> {
        if self.binder.expr_depth >= EXPR_DEPTH_MAX {
            return Err(Error::sql(
                SqlState::PROGRAM_LIMIT_EXCEEDED,
                format!(
                    "expressions are nested more than {EXPR_DEPTH_MAX} deep, with those of WITH in the places of their names"
                ),
            )
            .at(expr.position));
        }
        self.binder.expr_depth += 1;
        let bound = self.expr_here(expr);
        self.binder.expr_depth -= 1;
        bound
    }

    fn expr_here(&mut self, expr: &ast::Expr) -> Result<Expr> {
        let position = match self.binder.view_depth {
            0 => expr.position,
            _ => None,
        };
        let bound = match &expr.kind {
            ast::ExprKind::Null => literal(Value::Null, SqlType::Unknown),
            ast::ExprKind::Boolean(value) => literal(Value::Boolean(*value), SqlType::Boolean),
            ast::ExprKind::Integer(value) => literal(Value::Integer(*value), SqlType::Integer),
            ast::ExprKind::Real { value, text } => {
                self.binder.parameters.note_decimal(position, text);
                literal(Value::Real(*value), SqlType::Real)
            }
            ast::ExprKind::Numeric(value) => {
                literal(Value::Numeric(value.clone()), SqlType::Numeric)
            }
            ast::ExprKind::Text(value) => literal(Value::Text(value.clone()), SqlType::Unknown),
            ast::ExprKind::Blob(value) => literal(Value::Blob(value.clone()), SqlType::Blob),
            ast::ExprKind::Parameter(index) => Ok((ExprKind::Parameter(*index), SqlType::Unknown)),
            ast::ExprKind::Default => {
                Err(syntax_error("DEFAULT stands alone for a column's value"))
            }
            ast::ExprKind::Column { table, column } => self.column(table.as_ref(), column),
            ast::ExprKind::Collate { operand, collation } => self.collate(operand, collation),
            ast::ExprKind::Unary { op, operand } => self.unary(*op, operand),
            ast::ExprKind::Binary { op, left, right } => self.binary(*op, left, right),
            ast::ExprKind::Distance {
                metric,
                left,
                right,
            } => self.distance_operator(*metric, left, right),
            ast::ExprKind::IsNull { operand, negated } => self.is_null(operand, *negated),
            ast::ExprKind::IsTruth {
                operand,
                truth,
                negated,
            } => self.is_truth(operand, *truth, *negated),
            ast::ExprKind::IsDistinct {
                left,
                right,
                negated,
            } => self.is_distinct(left, right, *negated),
            ast::ExprKind::Between {
                operand,
                low,
                high,
                negated,
            } => self.between(operand, low, high, *negated),
            ast::ExprKind::InList {
                operand,
                list,
                negated,
            } => self.in_list(operand, list, *negated),
            ast::ExprKind::Like {
                operand,
                pattern,
                escape,
                case_insensitive,
                negated,
            } => {
                let operand = self.text(operand, "LIKE")?;
                let pattern = self.text(pattern, "LIKE")?;
                let kind = ExprKind::Like {
                    operand: Box::new(operand),
                    pattern: Box::new(pattern),
                    escape: *escape,
                    case_insensitive: *case_insensitive,
                    negated: *negated,
                };
                Ok((kind, SqlType::Boolean))
            }
            ast::ExprKind::Case {
                operand,
                branches,
                otherwise,
            } => self.case(operand.as_deref(), branches, otherwise.as_deref()),
            ast::ExprKind::Cast {
                operand,
                to,
                named,
                limit,
            } => {
                let declared = self.binder.declared_type(named.as_ref(), (*to, *limit));
                declared.and_then(|(to, limit)| {
                    let cast = self.cast(operand, to)?;
                    Ok(match limit {
                        None => cast,
                        Some(limit) => within(cast, limit),
                    })
                })
            }
            ast::ExprKind::Array(elements) => self.array(elements),
            ast::ExprKind::Subscript { array, subscripts } => self.subscript(array, subscripts),
            ast::ExprKind::AnyElement {
                operand,
                op,
                array,
                all,
            } => self.any_element(operand, *op, array, *all),
            ast::ExprKind::Subquery(query) => self.scalar_subquery(query),
            ast::ExprKind::Exists(query) => self.exists(query),
            ast::ExprKind::Any { operand, op, query } => self.any(operand, *op, query),
            ast::ExprKind::Filtered {
                name,
                arguments,
                filter,
            } => {
                return self
                    .filtered(name, arguments, filter)
                    .map_err(|error| error.at(position));
            }
            ast::ExprKind::Window {
                name,
                arguments,
                filter,
                over,
            } => {
                return self
                    .window_function(name, arguments, filter.as_deref(), over)
                    .map_err(|error| error.at(position));
            }
            ast::ExprKind::Function { name, arguments } => {
                return self
                    .call(name, arguments)
                    .map_err(|error| error.at(position));
            }
        };
        let (kind, ty) = bound.map_err(|error| error.at(position))?;
        Ok(Expr { kind, ty, position })
    }

    /// An expression whose type is decided as far as it ever is.
    pub(super) fn settled(&mut self, expr: &ast::Expr) -> Result<Expr> {
        let mut bound = self.expr(expr)?;
        typing::settle(&mut bound);
        Ok(bound)
    }

    /// A BOOLEAN; `place` wants it.
    pub(super) fn condition(&mut self, expr: &ast::Expr, place: &str) -> Result<Expr> {
        self.typed(expr, SqlType::Boolean, place)
    }

    fn text(&mut self, expr: &ast::Expr, place: &str) -> Result<Expr> {
        self.typed(expr, SqlType::Text, place)
    }

    /// An expression that must be of a type.
    pub(super) fn typed(&mut self, expr: &ast::Expr, ty: SqlType, place: &str) -> Result<Expr> {
        let mut bound = self.expr(expr)?;
        self.decide(&mut bound, ty, Strength::Exact)?;
        if bound.ty != ty && bound.ty != SqlType::Unknown {
            return Err(Error::sql(
                SqlState::DATATYPE_MISMATCH,
                format!("{place} takes {ty}, not {}", bound.ty),
            )
            .at(bound.position));
        }
        Ok(bound)
    }

    pub(super) fn decide(
        &mut self,
        expr: &mut Expr,
        to: SqlType,
        strength: Strength,
    ) -> Result<()> {
        typing::decide(&mut self.binder.parameters, expr, to, strength)
    }

    fn is_null(&mut self, operand: &ast::Expr, negated: bool) -> Result<(ExprKind, SqlType)> {
        let operand = Box::new(self.settled(operand)?);
        Ok((ExprKind::IsNull { operand, negated }, SqlType::Boolean))
    }

    fn is_truth(
        &mut self,
        operand: &ast::Expr,
        truth: Truth,
        negated: bool,
    ) -> Result<(ExprKind, SqlType)> {
        let operand = Box::new(self.condition(operand, "IS TRUE")?);
        let kind = match truth {
            Truth::Unknown => ExprKind::IsNull { operand, negated },
            Truth::True | Truth::False => ExprKind::IsBoolean {
                operand,
                value: truth == Truth::True,
                negated,
            },
        };
        Ok((kind, SqlType::Boolean))
    }

    fn is_distinct(
        &mut self,
        left: &ast::Expr,
        right: &ast::Expr,
        negated: bool,
    ) -> Result<(ExprKind, SqlType)> {
        let (mut left, mut right) = (self.expr(left)?, self.expr(right)?);
        self.compared(&mut [&mut left, &mut right], "IS DISTINCT FROM")?;
        let kind = ExprKind::IsDistinct {
            left: Box::new(left),
            right: Box::new(right),
            negated,
        };
        Ok((kind, SqlType::Boolean))
    }

    fn between(
        &mut self,
        operand: &ast::Expr,
        low: &ast::Expr,
        high: &ast::Expr,
        negated: bool,
    ) -> Result<(ExprKind, SqlType)> {
        let mut operand = self.expr(operand)?;
        let (mut low, mut high) = (self.expr(low)?, self.expr(high)?);
        self.compared(&mut [&mut operand, &mut low, &mut high], "BETWEEN")?;
        let kind = ExprKind::Between {
            operand: Box::new(operand),
            low: Box::new(low),
            high: Box::new(high),
            negated,
        };
        Ok((kind, SqlType::Boolean))
    }

    pub(super) fn in_list(
        &mut self,
        operand: &ast::Expr,
        list: &[ast::Expr],
        negated: bool,
    ) -> Result<(ExprKind, SqlType)> {
        let mut operand = self.expr(operand)?;
        if list.is_empty() {
            // Nothing is in it, whatever the operand is.
            return Ok((ExprKind::Literal(Value::Boolean(negated)), SqlType::Boolean));
        }
        let mut list = self.exprs(list)?;
        let mut all: Vec<&mut Expr> = vec![&mut operand];
        all.extend(&mut list);
        self.compared(&mut all, "IN")?;
        let kind = ExprKind::InList {
            operand: Box::new(operand),
            list,
            negated,
        };
        Ok((kind, SqlType::Boolean))
    }

    pub(super) fn exprs(&mut self, exprs: &[ast::Expr]) -> Result<Vec<Expr>> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    pub(super) fn compared(&mut self, exprs: &mut [&mut Expr], what: &str) -> Result<()> {
        typing::unify_compared(&mut self.binder.parameters, exprs, what)?;
        self.binder.by_collation(exprs)
    }

    pub(super) fn results(&mut self, exprs: &mut [&mut Expr], what: &str) -> Result<SqlType> {
        typing::unify_results(&mut self.binder.parameters, exprs, what)
    }

    fn case(
        &mut self,
        operand: Option<&ast::Expr>,
        branches: &[WhenThen],
        otherwise: Option<&ast::Expr>,
    ) -> Result<(ExprKind, SqlType)> {
        let mut operand = operand.map(|operand| self.expr(operand)).transpose()?;
        let mut bound = Vec::with_capacity(branches.len());
        for WhenThen { when, then } in branches {
            let when = match operand {
                Some(_) => self.expr(when)?,
                None => self.condition(when, "CASE WHEN")?,
            };
            bound.push((when, self.expr(then)?));
        }
        if let Some(operand) = &mut operand {
            let mut compared = vec![operand];
            compared.extend(bound.iter_mut().map(|(when, _)| when));
            self.compared(&mut compared, "CASE")?;
        }
        let mut otherwise = otherwise.map(|expr| self.expr(expr)).transpose()?;
        let mut results: Vec<&mut Expr> = bound.iter_mut().map(|(_, then)| then).collect();
        results.extend(&mut otherwise);
        let ty = self.results(&mut results, "CASE")?;
        let kind = ExprKind::Case {
            operand: operand.map(Box::new),
            branches: bound,
            otherwise: otherwise.map(Box::new),
        };
        Ok((kind, ty))
    }

    fn cast(&mut self, operand: &ast::Expr, to: SqlType) -> Result<(ExprKind, SqlType)> {
        if let (ast::ExprKind::Array(elements), SqlType::Array(element)) = (&operand.kind, to) {
            return self.array_of(elements, element);
        }
        let operand = self.settled(operand)?;
        if !can_cast(operand.ty, to) {
            return Err(Error::sql(
                SqlState::DATATYPE_MISMATCH,
                format!("cannot cast {} to {to}", operand.ty),
            ));
        }
        let mut cast = operand;
        self.binder.parameters.convert(&mut cast, to)?;
        // What is said to be REAL is one beside a NUMERIC too.
        if to == SqlType::Real && matches!(cast.kind, ExprKind::Literal(Value::Real(_))) {
            typing::wrap(&mut cast, |operand| ExprKind::Cast { operand, to });
        }
        Ok((cast.kind, cast.ty))
    }

    /// Runs with aggregates refused, as inside an aggregate.
    pub(super) fn without_aggregates<T>(
        &mut self,
        place: &'static str,
        run: impl FnOnce(&mut ExprBinder<'_, 'a>) -> Result<T>,
    ) -> Result<T> {
        run(&mut ExprBinder {
            binder: self.binder,
            scope: self.scope,
            aggregation: Aggregation::Refused(place),
            windows: None,
        })
    }

    /// Takes note of an aggregate, and gives the column that stands for it; `before` is what was [read](super::Binder::reads) of
    /// queries around before it was bound.
    pub(super) fn collect(
        &mut self,
        call: AggregateCall,
        before: &[usize],
        position: Option<Position>,
    ) -> Result<Expr> {
        let ty = call.ty;
        let level = self.level_of(&call).map_err(|error| error.at(position))?;
        if let Some(level) = level {
            let parameter = self.binder.outer_aggregate(call, level, before);
            return Ok(Expr {
                kind: ExprKind::Parameter(parameter.map_err(|error| error.at(position))?),
                ty,
                position,
            });
        }
        match &mut self.aggregation {
            Aggregation::Refused(place) => Err(Error::sql(
                SqlState::GROUPING_ERROR,
                format!("an aggregate is not allowed in {place}"),
            )
            .at(position)),
            Aggregation::Collected { relation, calls } => {
                let known = calls.iter().position(|known| known.same(&call));
                let at = known.unwrap_or_else(|| {
                    calls.push(call);
                    calls.len() - 1
                });
                let column = u32::try_from(at).map_err(|_| {
                    Error::sql(SqlState::PROGRAM_LIMIT_EXCEEDED, "too many aggregates")
                })?;
                Ok(Expr {
                    kind: ExprKind::Column(ColumnId {
                        relation: *relation,
                        column,
                    }),
                    ty,
                    position,
                })
            }
        }
    }
}

/// A value of the right type, cast to one with a limit.
fn within((kind, ty): (ExprKind, SqlType), limit: Limit) -> (ExprKind, SqlType) {
    let (kind, ty) = match limit {
        // What a domain is made of comes first.
        Limit::Domain(domain) => match domain.def().limit {
            Some(limit) => within((kind, ty), limit),
            None => (kind, ty),
        },
        _ => (kind, ty),
    };
    let (function, beside) = cast_within(limit, ty);
    let value = Expr {
        kind,
        ty,
        position: None,
    };
    let beside = beside.map(|beside| Expr {
        kind: ExprKind::Literal(Value::Integer(beside)),
        ty: SqlType::Integer,
        position: None,
    });
    let function = ExprKind::Function {
        function: function.into(),
        arguments: std::iter::once(value).chain(beside).collect(),
    };
    (function, ty)
}

fn literal(value: Value, ty: SqlType) -> Result<(ExprKind, SqlType)> {
    Ok((ExprKind::Literal(value), ty))
}
