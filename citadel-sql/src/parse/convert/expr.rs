//! Expressions.

use sqlparser::ast::{
    CaseWhen, CastKind, CeilFloorKind, DataType, Expr as Theirs, Ident, TypedString, Value,
    ValueWithSpan,
};

use super::data_type::TypeName;
use super::subquery::not;
use super::{Clauses, Converter};
use crate::ast::{BinaryOp, Expr, ExprKind, Truth, WhenThen};
use crate::error::{Error, Position, Result, SqlState};
use crate::functions::TIMEZONE;
use crate::parse::syntax_error::syntax_error;

impl Converter<'_> {
    /// Converts an expression.
    pub(in crate::parse) fn expr(&self, expr: Theirs) -> Result<Expr> {
        self.deeper(|| self.expr_kind(expr))
    }

    pub(super) fn optional_expr(&self, expr: Option<Theirs>) -> Result<Option<Expr>> {
        expr.map(|expr| self.expr(expr)).transpose()
    }

    pub(super) fn exprs(&self, exprs: Vec<Theirs>) -> Result<Vec<Expr>> {
        exprs.into_iter().map(|expr| self.expr(expr)).collect()
    }

    fn boxed(&self, expr: Box<Theirs>) -> Result<Box<Expr>> {
        self.expr(*expr).map(Box::new)
    }

    fn expr_kind(&self, expr: Theirs) -> Result<Expr> {
        match expr {
            Theirs::Identifier(ident) => self.column(ident),
            Theirs::CompoundIdentifier(parts) => self.qualified_column(parts),
            Theirs::Nested(inner) => self.expr(*inner),
            Theirs::Value(value) => {
                let (kind, position) = self.literal(value)?;
                Ok(Expr { kind, position })
            }
            Theirs::BinaryOp { left, op, right } => self.binary(*left, op, *right),
            Theirs::UnaryOp { op, expr } => self.unary(op, *expr),
            Theirs::IsNull(operand) => self.is_null(operand, false),
            Theirs::IsNotNull(operand) => self.is_null(operand, true),
            Theirs::IsTrue(operand) => self.is_truth(operand, Truth::True, false),
            Theirs::IsNotTrue(operand) => self.is_truth(operand, Truth::True, true),
            Theirs::IsFalse(operand) => self.is_truth(operand, Truth::False, false),
            Theirs::IsNotFalse(operand) => self.is_truth(operand, Truth::False, true),
            Theirs::IsUnknown(operand) => self.is_truth(operand, Truth::Unknown, false),
            Theirs::IsNotUnknown(operand) => self.is_truth(operand, Truth::Unknown, true),
            Theirs::IsDistinctFrom(left, right) => self.is_distinct(left, right, false),
            Theirs::IsNotDistinctFrom(left, right) => self.is_distinct(left, right, true),
            Theirs::Between {
                expr,
                negated,
                low,
                high,
            } => self.between(expr, low, high, negated),
            Theirs::InList {
                expr,
                list,
                negated,
            } => self.in_list(expr, list, negated),
            Theirs::Subquery(query) => self.subquery(*query),
            Theirs::Exists { subquery, negated } => self.exists(*subquery, negated),
            Theirs::InSubquery {
                expr,
                subquery,
                negated,
            } => {
                let any = self.any(*expr, BinaryOp::Eq, *subquery)?;
                Ok(if negated { not(any) } else { any })
            }
            Theirs::AnyOp {
                left,
                compare_op,
                right,
                is_some: _,
            } => self.quantified(*left, compare_op, *right, false),
            Theirs::AllOp {
                left,
                compare_op,
                right,
            } => self.quantified(*left, compare_op, *right, true),
            Theirs::Like {
                negated,
                any,
                expr,
                pattern,
                escape_char,
            } => self.like(LikeParts {
                negated,
                any,
                operand: expr,
                pattern,
                escape: escape_char,
                case_insensitive: false,
            }),
            Theirs::ILike {
                negated,
                any,
                expr,
                pattern,
                escape_char,
            } => self.like(LikeParts {
                negated,
                any,
                operand: expr,
                pattern,
                escape: escape_char,
                case_insensitive: true,
            }),
            Theirs::Case {
                case_token,
                end_token: _,
                operand,
                conditions,
                else_result,
            } => {
                let position = self.locator.start_of(case_token.0.span);
                self.case(operand, conditions, else_result, position)
            }
            Theirs::Collate { expr, collation } => {
                let operand = self.boxed(expr)?;
                Ok(Expr {
                    position: operand.position,
                    kind: ExprKind::Collate {
                        operand,
                        collation: self.name(collation)?,
                    },
                })
            }
            Theirs::Cast {
                kind,
                expr,
                data_type,
                format,
            } => {
                let operand = self.boxed(expr)?;
                Clauses(operand.position).refuse(&[
                    ("FORMAT in CAST", &format),
                    ("TRY_CAST", &matches!(kind, CastKind::TryCast)),
                    ("SAFE_CAST", &matches!(kind, CastKind::SafeCast)),
                ])?;
                self.cast(operand, data_type)
            }
            Theirs::TypedString(TypedString {
                data_type,
                value,
                uses_odbc_syntax,
            }) => self.typed_string(data_type, value, uses_odbc_syntax),
            Theirs::Function(function) => self.function(function),
            other => self.rarer(other),
        }
    }

    /// What is written less often: apart, so that deep expressions take little of the stack.
    #[inline(never)]
    fn rarer(&self, expr: Theirs) -> Result<Expr> {
        match expr {
            Theirs::Substring {
                expr,
                substring_from,
                substring_for,
                special: _,
                shorthand: _,
            } => {
                let mut arguments = vec![*expr];
                match (substring_from, substring_for) {
                    (Some(from), length) => {
                        arguments.push(*from);
                        arguments.extend(length.map(|length| *length));
                    }
                    (None, Some(length)) => {
                        arguments.push(one());
                        arguments.push(*length);
                    }
                    (None, None) => {}
                }
                self.worded("substr", arguments)
            }
            Theirs::Trim {
                trim_where,
                trim_what,
                expr,
                trim_characters,
            } => self.trim(trim_where, trim_what, *expr, trim_characters),
            Theirs::Interval(interval) => self.interval(interval),
            Theirs::Extract {
                field,
                expr,
                syntax: _,
            } => self.extract(&field, *expr),
            Theirs::AtTimeZone {
                timestamp,
                time_zone,
            } => self.worded(TIMEZONE, vec![*time_zone, *timestamp]),
            Theirs::Ceil { expr, field } => self.ceil_floor("ceil", *expr, field),
            Theirs::Floor { expr, field } => self.ceil_floor("floor", *expr, field),
            Theirs::Position { expr, r#in } => self.worded("strpos", vec![*r#in, *expr]),
            Theirs::Overlay {
                expr,
                overlay_what,
                overlay_from,
                overlay_for,
            } => {
                let mut arguments = vec![*expr, *overlay_what, *overlay_from];
                arguments.extend(overlay_for.map(|length| *length));
                self.worded("overlay", arguments)
            }
            Theirs::SimilarTo {
                negated,
                expr,
                pattern,
                escape_char,
            } => {
                let mut arguments = vec![*expr, *pattern];
                arguments.extend(escape_char.map(|escape| *escape));
                let similar = self.worded("similar_to", arguments)?;
                Ok(if negated { not(similar) } else { similar })
            }
            Theirs::RLike {
                negated,
                expr,
                pattern,
                regexp: _,
            } => {
                let found = self.worded("regexp_like", vec![*expr, *pattern])?;
                Ok(if negated { not(found) } else { found })
            }
            Theirs::Array(array) if array.named => self.array(array.elem, &None),
            Theirs::CompoundFieldAccess { root, access_chain } => {
                self.subscripts(*root, access_chain)
            }
            other => {
                let (name, position) = self.unsupported_expr(&other);
                Err(Error::unsupported(name).at(position))
            }
        }
    }

    #[inline(never)]
    fn between(
        &self,
        expr: Box<Theirs>,
        low: Box<Theirs>,
        high: Box<Theirs>,
        negated: bool,
    ) -> Result<Expr> {
        if let (Theirs::Tuple(row), Theirs::Tuple(low), Theirs::Tuple(high)) =
            (&*expr, &*low, &*high)
        {
            return self.row_between(row.clone(), low.clone(), high.clone(), negated);
        }
        let operand = self.boxed(expr)?;
        let (low, high) = (self.boxed(low)?, self.boxed(high)?);
        Ok(Expr {
            position: operand.position,
            kind: ExprKind::Between {
                operand,
                low,
                high,
                negated,
            },
        })
    }

    #[inline(never)]
    fn in_list(&self, expr: Box<Theirs>, list: Vec<Theirs>, negated: bool) -> Result<Expr> {
        if let Theirs::Tuple(row) = &*expr {
            return self.row_in_list(row.clone(), list, negated);
        }
        let operand = self.boxed(expr)?;
        let list = self.exprs(list)?;
        Ok(Expr {
            position: operand.position,
            kind: ExprKind::InList {
                operand,
                list,
                negated,
            },
        })
    }

    fn column(&self, ident: Ident) -> Result<Expr> {
        let is_default = ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("default");
        let column = self.identifier(ident)?;
        let position = column.position;
        let kind = if is_default {
            ExprKind::Default
        } else {
            ExprKind::Column {
                table: None,
                column,
            }
        };
        Ok(Expr { kind, position })
    }

    fn qualified_column(&self, parts: Vec<Ident>) -> Result<Expr> {
        let mut parts = self.identifiers(parts)?.into_iter();
        match (parts.next(), parts.next(), parts.next()) {
            (Some(table), Some(column), None) => Ok(Expr {
                position: table.position,
                kind: ExprKind::Column {
                    table: Some(table),
                    column,
                },
            }),
            (first, ..) => Err(Error::unsupported("a name qualified by a schema")
                .at(first.and_then(|first| first.position))),
        }
    }

    fn is_null(&self, operand: Box<Theirs>, negated: bool) -> Result<Expr> {
        let operand = self.boxed(operand)?;
        Ok(Expr {
            position: operand.position,
            kind: ExprKind::IsNull { operand, negated },
        })
    }

    fn is_truth(&self, operand: Box<Theirs>, truth: Truth, negated: bool) -> Result<Expr> {
        let operand = self.boxed(operand)?;
        Ok(Expr {
            position: operand.position,
            kind: ExprKind::IsTruth {
                operand,
                truth,
                negated,
            },
        })
    }

    fn is_distinct(&self, left: Box<Theirs>, right: Box<Theirs>, negated: bool) -> Result<Expr> {
        if let (Theirs::Tuple(left), Theirs::Tuple(right)) = (&*left, &*right) {
            return self.row_is_distinct(left.clone(), right.clone(), negated);
        }
        let left = self.boxed(left)?;
        Ok(Expr {
            position: left.position,
            kind: ExprKind::IsDistinct {
                left,
                right: self.boxed(right)?,
                negated,
            },
        })
    }

    fn like(&self, parts: LikeParts) -> Result<Expr> {
        let operand = self.boxed(parts.operand)?;
        let position = operand.position;
        Clauses(position).refuse(&[("LIKE ANY", &parts.any)])?;
        let pattern = self.boxed(parts.pattern)?;
        let escape = self.escape(parts.escape, position)?;
        Ok(Expr {
            kind: ExprKind::Like {
                operand,
                pattern,
                escape,
                case_insensitive: parts.case_insensitive,
                negated: parts.negated,
            },
            position,
        })
    }

    /// `ESCAPE 'c'`; a backslash if nothing is said, none for the empty string.
    fn escape(
        &self,
        escape: Option<Box<Theirs>>,
        position: Option<Position>,
    ) -> Result<Option<char>> {
        let Some(escape) = escape else {
            return Ok(Some('\\'));
        };
        let escape = self.expr(*escape)?;
        let at = escape.position.or(position);
        let ExprKind::Text(text) = escape.kind else {
            return Err(Error::unsupported("ESCAPE with anything but a string").at(at));
        };
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (first, None) => Ok(first),
            _ => Err(Error::sql(
                SqlState::INVALID_PARAMETER_VALUE,
                "ESCAPE takes one character or none",
            )
            .at(at)),
        }
    }

    fn case(
        &self,
        operand: Option<Box<Theirs>>,
        conditions: Vec<CaseWhen>,
        otherwise: Option<Box<Theirs>>,
        position: Option<Position>,
    ) -> Result<Expr> {
        let operand = operand.map(|operand| self.boxed(operand)).transpose()?;
        let branches = conditions
            .into_iter()
            .map(|CaseWhen { condition, result }| {
                Ok(WhenThen {
                    when: self.expr(condition)?,
                    then: self.expr(result)?,
                })
            })
            .collect::<Result<_>>()?;
        let otherwise = otherwise.map(|expr| self.boxed(expr)).transpose()?;
        Ok(Expr {
            kind: ExprKind::Case {
                operand,
                branches,
                otherwise,
            },
            position,
        })
    }

    fn cast(&self, operand: Box<Expr>, ty: DataType) -> Result<Expr> {
        let position = operand.position;
        // `'s'::regclass` names a relation: a text serves wherever that does.
        let ty = match &ty {
            DataType::Regclass => DataType::Text,
            _ => ty,
        };
        let TypeName { ty, named, limit } = self.type_name(ty, position)?;
        Ok(Expr {
            kind: ExprKind::Cast {
                operand,
                to: ty,
                named,
                limit,
            },
            position,
        })
    }

    /// `REAL '1.5'`. Only a plain string may follow the type: `SELECT text "x"` is a column with a name.
    fn typed_string(&self, ty: DataType, value: ValueWithSpan, odbc: bool) -> Result<Expr> {
        let position = self.locator.start_of(value.span);
        Clauses(position).refuse(&[("an ODBC literal", &odbc)])?;
        if !matches!(value.value, Value::SingleQuotedString(_)) {
            return Err(syntax_error(
                format!("syntax error: unexpected {value} after {ty}"),
                position,
            )
            .hint("a name after a column needs AS"));
        }
        let (kind, position) = self.literal(value)?;
        self.cast(Box::new(Expr { kind, position }), ty)
    }

    fn ceil_floor(&self, name: &str, operand: Theirs, field: CeilFloorKind) -> Result<Expr> {
        use sqlparser::ast::DateTimeField;
        match field {
            CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) => {
                self.worded(name, vec![operand])
            }
            CeilFloorKind::DateTimeField(_) | CeilFloorKind::Scale(_) => {
                let position = self.expr(operand)?.position;
                Err(Error::unsupported(format!("{name} with a second argument")).at(position))
            }
        }
    }

    /// The name of what is not supported, and where it begins.
    fn unsupported_expr(&self, expr: &Theirs) -> (&'static str, Option<Position>) {
        use sqlparser::ast::Spanned as _;
        let name = match expr {
            Theirs::Tuple(_) => "a row value",
            Theirs::Array(_) => "[…] without ARRAY before it (a vector is written '[1, 2]')",
            Theirs::Convert { .. } => "CONVERT",
            Theirs::GroupingSets(_) => "GROUPING SETS",
            Theirs::Cube(_) => "CUBE",
            Theirs::Rollup(_) => "ROLLUP",
            Theirs::JsonAccess { .. } => "a path into a value",
            Theirs::IsJson { .. } => "IS JSON",
            Theirs::IsNormalized { .. } => "IS NORMALIZED",
            Theirs::Wildcard(_) | Theirs::QualifiedWildcard(..) => "* as a value",
            Theirs::InUnnest { .. } => "IN UNNEST",
            Theirs::MemberOf(_) => "MEMBER OF",
            Theirs::MatchAgainst { .. } => "MATCH",
            Theirs::Lambda(_) => "a lambda",
            _ => "this expression",
        };
        (name, self.locator.start_of(expr.span()))
    }
}

struct LikeParts {
    negated: bool,
    any: bool,
    operand: Box<Theirs>,
    pattern: Box<Theirs>,
    escape: Option<Box<Theirs>>,
    case_insensitive: bool,
}

fn one() -> Theirs {
    Theirs::Value(Value::Number("1".to_owned(), false).with_empty_span())
}
