//! Operators.

use sqlparser::ast::{BinaryOperator, Expr as Theirs, UnaryOperator, Value, ValueWithSpan};

use super::subquery::not;
use super::{Converter, literal};
use crate::ast::{BinaryOp, DistanceMetric, Expr, ExprKind, UnaryOp};
use crate::error::{Error, Result};
use crate::parse::syntax_error::syntax_error;

impl Converter<'_> {
    pub(super) fn binary(&self, left: Theirs, op: BinaryOperator, right: Theirs) -> Result<Expr> {
        if let (Theirs::Tuple(left), Theirs::Tuple(right)) = (&left, &right)
            && op != BinaryOperator::Overlaps
        {
            return self.compare_rows(left.clone(), &op, right.clone());
        }
        if let Some(function) = called(&op) {
            return self.worded(function, vec![left, right]);
        }
        if let Some(matching) = matching(&op) {
            return self.matches(left, matching, right);
        }
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

    /// `text ~ pattern`, `text ~~ pattern` and their like.
    fn matches(&self, text: Theirs, matching: Matching, pattern: Theirs) -> Result<Expr> {
        let mut found = match matching.how {
            How::Like => {
                let operand = self.expr(text)?;
                Expr {
                    position: operand.position,
                    kind: ExprKind::Like {
                        operand: Box::new(operand),
                        pattern: Box::new(self.expr(pattern)?),
                        escape: Some('\\'),
                        case_insensitive: matching.case_insensitive,
                        negated: false,
                    },
                }
            }
            How::Regex => {
                let mut arguments = vec![text, pattern];
                if matching.case_insensitive {
                    let flag = Value::SingleQuotedString("i".to_owned());
                    arguments.push(Theirs::Value(flag.with_empty_span()));
                }
                self.worded("regexp_like", arguments)?
            }
        };
        if matching.negated {
            found = not(found);
        }
        Ok(found)
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
            UnaryOperator::BitwiseNot => return self.worded("int8not", vec![operand]),
            UnaryOperator::PGSquareRoot => return self.worded("sqrt", vec![operand]),
            UnaryOperator::PGCubeRoot => return self.worded("cbrt", vec![operand]),
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

pub(super) fn join(op: BinaryOp, left: Expr, right: Expr) -> Expr {
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
pub(super) fn pair_up(op: BinaryOp, terms: Vec<Expr>) -> Vec<Expr> {
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

/// The function that an operator calls.
fn called(op: &BinaryOperator) -> Option<&'static str> {
    Some(match op {
        BinaryOperator::BitwiseAnd => "int8and",
        BinaryOperator::BitwiseOr => "int8or",
        BinaryOperator::PGBitwiseXor => "int8xor",
        BinaryOperator::PGBitwiseShiftLeft => "int8shl",
        BinaryOperator::PGBitwiseShiftRight => "int8shr",
        BinaryOperator::PGExp => "power",
        BinaryOperator::AtArrow => "arraycontains",
        BinaryOperator::ArrowAt => "arraycontained",
        BinaryOperator::PGOverlap => "arrayoverlap",
        _ => return None,
    })
}

/// How an operator compares a text with a pattern.
#[derive(Clone, Copy, Debug)]
struct Matching {
    how: How,
    case_insensitive: bool,
    negated: bool,
}

#[derive(Clone, Copy, Debug)]
enum How {
    Regex,
    Like,
}

fn matching(op: &BinaryOperator) -> Option<Matching> {
    let (how, case_insensitive, negated) = match op {
        BinaryOperator::PGRegexMatch => (How::Regex, false, false),
        BinaryOperator::PGRegexIMatch => (How::Regex, true, false),
        BinaryOperator::PGRegexNotMatch => (How::Regex, false, true),
        BinaryOperator::PGRegexNotIMatch => (How::Regex, true, true),
        BinaryOperator::PGLikeMatch => (How::Like, false, false),
        BinaryOperator::PGILikeMatch => (How::Like, true, false),
        BinaryOperator::PGNotLikeMatch => (How::Like, false, true),
        BinaryOperator::PGNotILikeMatch => (How::Like, true, true),
        _ => return None,
    };
    Some(Matching {
        how,
        case_insensitive,
        negated,
    })
}

pub(super) fn binary_op(op: &BinaryOperator) -> Option<BinaryOp> {
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
