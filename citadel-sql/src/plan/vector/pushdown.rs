//! Which part of a WHERE clause an ann index can answer itself.
//!
//! A segment holds the index's filter columns. A conjunct that compares them with constants, in any boolean
//! combination, becomes a [`Condition`]: a bitmap over the segment, with an exact count. What is left is rechecked
//! on rows. Constants stay expressions here, since parameters are known at execution only.

use std::cmp::Ordering;

use crate::bind::bound::{BinaryOp, ColumnId, Expr, ExprKind, RelationNo, UnaryOp};
use crate::plan::expr::is_constant;
use crate::schema::{AnnIndex, ColumnNo};
use crate::types::{SqlType, Value};

/// A place in [`AnnIndex::filters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FilterNo(pub(crate) usize);

/// A condition over filter columns and constants. Three-valued, as the expression it was made from.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    /// `column op value`.
    Compare {
        filter: FilterNo,
        op: Comparison,
        value: Expr,
    },
    /// `column IN (…)`.
    In {
        filter: FilterNo,
        list: Vec<Expr>,
    },
    /// `column BETWEEN low AND high`.
    Between {
        filter: FilterNo,
        low: Expr,
        high: Expr,
    },
    /// `column IS NULL`.
    IsNull(FilterNo),
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
}

/// How a column compares with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Eq,
    Lt,
    LtEq,
    Gt,
    GtEq,
}

/// A conjunct that the index answers, and the expression it was made from.
#[derive(Clone, Debug)]
pub(crate) struct Pushed {
    pub(crate) condition: Condition,
    /// For EXPLAIN, and for rows of the delta, which have no entry in a segment.
    pub(crate) expr: Expr,
}

/// Splits the conjuncts of a WHERE clause into what the index answers and what is rechecked on rows.
pub(super) fn split(
    conjuncts: &[Expr],
    index: &AnnIndex,
    relation: RelationNo,
) -> (Vec<Pushed>, Vec<Expr>) {
    let filters = Filters { index, relation };
    let (mut pushed, mut residual) = (Vec::new(), Vec::new());
    for expr in conjuncts {
        match filters.condition(expr) {
            Some(condition) => pushed.push(Pushed {
                condition,
                expr: expr.clone(),
            }),
            None => residual.push(expr.clone()),
        }
    }
    (pushed, residual)
}

struct Filters<'a> {
    index: &'a AnnIndex,
    relation: RelationNo,
}

impl Filters<'_> {
    fn condition(&self, expr: &Expr) -> Option<Condition> {
        match &expr.kind {
            ExprKind::Column(_) if expr.ty == SqlType::Boolean => Some(Condition::Compare {
                filter: self.filter(expr)?,
                op: Comparison::Eq,
                value: truth(expr, true),
            }),
            ExprKind::Unary {
                op: UnaryOp::Not,
                operand,
            } => self.condition(operand).map(not),
            ExprKind::Binary { op, left, right } => self.binary(*op, left, right),
            ExprKind::IsNull { operand, negated } => {
                let is_null = Condition::IsNull(self.filter(operand)?);
                Some(not_if(*negated, is_null))
            }
            ExprKind::IsBoolean {
                operand,
                value,
                negated,
            } => {
                // `x IS TRUE` is never NULL, so it asks for a value that is there.
                let filter = self.filter(operand)?;
                let is_value = Condition::And(vec![
                    not(Condition::IsNull(filter)),
                    Condition::Compare {
                        filter,
                        op: Comparison::Eq,
                        value: truth(operand, *value),
                    },
                ]);
                Some(not_if(*negated, is_value))
            }
            ExprKind::Between {
                operand,
                low,
                high,
                negated,
            } if is_constant(low) && is_constant(high) => {
                let between = Condition::Between {
                    filter: self.filter(operand)?,
                    low: (**low).clone(),
                    high: (**high).clone(),
                };
                Some(not_if(*negated, between))
            }
            ExprKind::InList {
                operand,
                list,
                negated,
            } if list.iter().all(is_constant) => {
                let is_in = Condition::In {
                    filter: self.filter(operand)?,
                    list: list.clone(),
                };
                Some(not_if(*negated, is_in))
            }
            _ => None,
        }
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Option<Condition> {
        match op {
            BinaryOp::And => Some(Condition::And(vec![
                self.condition(left)?,
                self.condition(right)?,
            ])),
            BinaryOp::Or => Some(Condition::Or(vec![
                self.condition(left)?,
                self.condition(right)?,
            ])),
            BinaryOp::NotEq => self.binary(BinaryOp::Eq, left, right).map(not),
            _ => {
                let (filter, op, value) = match self.filter(left) {
                    Some(filter) => (filter, comparison(op)?, right),
                    None => (self.filter(right)?, comparison(op)?.mirrored(), left),
                };
                is_constant(value).then(|| Condition::Compare {
                    filter,
                    op,
                    value: value.clone(),
                })
            }
        }
    }

    /// The filter column that the expression is.
    fn filter(&self, expr: &Expr) -> Option<FilterNo> {
        let ExprKind::Column(ColumnId { relation, column }) = expr.kind else {
            return None;
        };
        let column = ColumnNo(u16::try_from(column).ok()?);
        let place = self.index.filters.iter().position(|&no| no == column)?;
        (relation == self.relation).then_some(FilterNo(place))
    }
}

impl Comparison {
    /// Does it hold between values of this order?
    pub(crate) fn is_satisfied_by(self, order: Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Lt => order.is_lt(),
            Self::LtEq => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::GtEq => order.is_ge(),
        }
    }

    /// `5 < x` is `x > 5`.
    pub(super) fn mirrored(self) -> Self {
        match self {
            Self::Eq => Self::Eq,
            Self::Lt => Self::Gt,
            Self::LtEq => Self::GtEq,
            Self::Gt => Self::Lt,
            Self::GtEq => Self::LtEq,
        }
    }
}

/// How an operator compares; `None`: not by order.
pub(super) fn comparison(op: BinaryOp) -> Option<Comparison> {
    match op {
        BinaryOp::Eq => Some(Comparison::Eq),
        BinaryOp::Lt => Some(Comparison::Lt),
        BinaryOp::LtEq => Some(Comparison::LtEq),
        BinaryOp::Gt => Some(Comparison::Gt),
        BinaryOp::GtEq => Some(Comparison::GtEq),
        _ => None,
    }
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

fn not_if(negated: bool, condition: Condition) -> Condition {
    if negated { not(condition) } else { condition }
}

fn truth(like: &Expr, value: bool) -> Expr {
    Expr {
        kind: ExprKind::Literal(Value::Boolean(value)),
        ty: SqlType::Boolean,
        position: like.position,
    }
}
