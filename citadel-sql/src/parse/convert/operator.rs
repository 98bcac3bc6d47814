//! Operators.

use sqlparser::ast::{BinaryOperator, Expr as Theirs, UnaryOperator, Value, ValueWithSpan};

use super::{Converter, literal};
use crate::ast::{BinaryOp, DistanceMetric, Expr, ExprKind, UnaryOp};
use crate::error::{Error, Result};
use crate::parse::syntax_error::syntax_error;

impl Converter<'_> {
    pub(super) fn binary(&self, left: Theirs, op: BinaryOperator, right: Theirs) -> Result<Expr> {
        match op {
            BinaryOperator::And => self.logical(BinaryOp::And, left, right),
            BinaryOperator::Or => self.logical(BinaryOp::Or, left, right),
            BinaryOperator::Custom(symbol) => {
                let metric = distance_metric(&symbol);
                let left = self.expr(left)?;
                let position = left.position;
                let metric = metric
                    .ok_or_else(|| Error::unsupported(format!("operator {symbol}")).at(position))?;
                Ok(Expr {
                    kind: ExprKind::Distance {
                        metric,
                        left: Box::new(left),
                        right: Box::new(self.expr(right)?),
                    },
                    position,
                })
            }
            BinaryOperator::PGExp => self.worded("power", vec![left, right]),
            BinaryOperator::Overlaps => self.overlaps(left, right),
            op => {
                let left = self.expr(left)?;
                let position = left.position;
                let Some(ours) = binary_op(&op) else {
                    return Err(Error::unsupported(format!("operator {op}")).at(position));
                };
                Ok(join(ours, left, self.expr(right)?))
            }
        }
    }

    /// A chain of ANDs or of ORs, however long, becomes a tree of little depth with the same order of terms.
    fn logical(&self, op: BinaryOp, left: Theirs, right: Theirs) -> Result<Expr> {
        let mut terms = vec![right];
        let mut rest = left;
        loop {
            match rest {
                Theirs::BinaryOp {
                    left,
                    op: inner,
                    right,
                } if binary_op(&inner) == Some(op) => {
                    terms.push(*right);
                    rest = *left;
                }
                first => {
                    terms.push(first);
                    break;
                }
            }
        }
        let mut terms: Vec<Expr> = terms
            .into_iter()
            .rev()
            .map(|term| self.expr(term))
            .collect::<Result<_>>()?;
        while terms.len() > 1 {
            terms = pair_up(op, terms);
        }
        terms
            .pop()
            .ok_or_else(|| syntax_error("syntax error: an empty condition", None))
    }

    pub(super) fn unary(&self, op: UnaryOperator, operand: Theirs) -> Result<Expr> {
        let op = match op {
            UnaryOperator::Minus => {
                if let Theirs::Value(ValueWithSpan {
                    value: Value::Number(digits, false),
                    span,
                }) = &operand
                {
                    let position = self.locator.start_of(*span);
                    return literal::number(digits, true)
                        .map(|kind| Expr { kind, position })
                        .map_err(|error| error.at(position));
                }
                UnaryOp::Negate
            }
            UnaryOperator::Plus => UnaryOp::Plus,
            UnaryOperator::Not => UnaryOp::Not,
            other => {
                let position = self.expr(operand)?.position;
                return Err(Error::unsupported(format!("operator {other}")).at(position));
            }
        };
        let operand = self.expr(operand)?;
        Ok(Expr {
            position: operand.position,
            kind: ExprKind::Unary {
                op,
                operand: Box::new(operand),
            },
        })
    }
}

fn join(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    Expr {
        position: left.position,
        kind: ExprKind::Binary {
            op,
            left: Box::new(left),
            right: Box::new(right),
        },
    }
}

/// Joins the first with the second, the third with the fourth, and so on.
fn pair_up(op: BinaryOp, terms: Vec<Expr>) -> Vec<Expr> {
    let mut paired = Vec::with_capacity(terms.len().div_ceil(2));
    let mut terms = terms.into_iter();
    while let Some(left) = terms.next() {
        paired.push(match terms.next() {
            Some(right) => join(op, left, right),
            None => left,
        });
    }
    paired
}

fn distance_metric(symbol: &str) -> Option<DistanceMetric> {
    match symbol {
        "<->" => Some(DistanceMetric::L2),
        "<#>" => Some(DistanceMetric::NegativeInnerProduct),
        "<=>" => Some(DistanceMetric::Cosine),
        "<+>" => Some(DistanceMetric::L1),
        "<~>" => Some(DistanceMetric::Hamming),
        "<%>" => Some(DistanceMetric::Jaccard),
        _ => None,
    }
}

fn binary_op(op: &BinaryOperator) -> Option<BinaryOp> {
    Some(match op {
        BinaryOperator::Plus => BinaryOp::Add,
        BinaryOperator::Minus => BinaryOp::Subtract,
        BinaryOperator::Multiply => BinaryOp::Multiply,
        BinaryOperator::Divide => BinaryOp::Divide,
        BinaryOperator::Modulo => BinaryOp::Modulo,
        BinaryOperator::StringConcat => BinaryOp::Concat,
        BinaryOperator::Eq => BinaryOp::Eq,
        BinaryOperator::NotEq => BinaryOp::NotEq,
        BinaryOperator::Lt => BinaryOp::Lt,
        BinaryOperator::LtEq => BinaryOp::LtEq,
        BinaryOperator::Gt => BinaryOp::Gt,
        BinaryOperator::GtEq => BinaryOp::GtEq,
        BinaryOperator::And => BinaryOp::And,
        BinaryOperator::Or => BinaryOp::Or,
        _ => return None,
    })
}
