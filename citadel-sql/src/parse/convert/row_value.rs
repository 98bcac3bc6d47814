//! Row values: `(a, b) < (1, 2)` and its like, written out as comparisons of their fields.

use sqlparser::ast::{BinaryOperator, Expr as Theirs};

use super::Converter;
use super::operator::{binary_op, join, pair_up};
use super::subquery::not;
use crate::ast::{BinaryOp, Expr, ExprKind};
use crate::error::{Error, Result, SqlState};

impl Converter<'_> {
    /// `(a, b) op (c, d)`.
    pub(super) fn compare_rows(
        &self,
        left: Vec<Theirs>,
        op: &BinaryOperator,
        right: Vec<Theirs>,
    ) -> Result<Expr> {
        let (left, right) = (self.exprs(left)?, self.exprs(right)?);
        let position = left.first().and_then(|field| field.position);
        let op = binary_op(op).filter(|op| op.is_comparison());
        let op = op.ok_or_else(|| {
            Error::unsupported("an operator between row values that does not compare").at(position)
        })?;
        require_like(&left, &right)?;
        Ok(compared(op, left, right))
    }

    /// `(a, b) [NOT] IN ((1, 2), (3, 4))`.
    pub(super) fn row_in_list(
        &self,
        row: Vec<Theirs>,
        list: Vec<Theirs>,
        negated: bool,
    ) -> Result<Expr> {
        let row = self.exprs(row)?;
        let mut any = Vec::with_capacity(list.len());
        for other in list {
            let other = match other {
                Theirs::Tuple(fields) => self.exprs(fields)?,
                other => vec![self.expr(other)?],
            };
            require_like(&row, &other)?;
            any.push(compared(BinaryOp::Eq, row.clone(), other));
        }
        let position = row.first().and_then(|field| field.position);
        let found = chain(BinaryOp::Or, any).unwrap_or(Expr {
            kind: ExprKind::Boolean(false),
            position,
        });
        Ok(if negated { not(found) } else { found })
    }

    /// `(a, b) [NOT] BETWEEN (1, 2) AND (3, 4)`.
    pub(super) fn row_between(
        &self,
        row: Vec<Theirs>,
        low: Vec<Theirs>,
        high: Vec<Theirs>,
        negated: bool,
    ) -> Result<Expr> {
        let row = self.exprs(row)?;
        let (low, high) = (self.exprs(low)?, self.exprs(high)?);
        require_like(&row, &low)?;
        require_like(&row, &high)?;
        let within = join(
            BinaryOp::And,
            compared(BinaryOp::GtEq, row.clone(), low),
            compared(BinaryOp::LtEq, row, high),
        );
        Ok(if negated { not(within) } else { within })
    }

    /// `(a, b) IS [NOT] DISTINCT FROM (1, 2)`.
    pub(super) fn row_is_distinct(
        &self,
        left: Vec<Theirs>,
        right: Vec<Theirs>,
        negated: bool,
    ) -> Result<Expr> {
        let (left, right) = (self.exprs(left)?, self.exprs(right)?);
        require_like(&left, &right)?;
        let fields = left.into_iter().zip(right).map(|(left, right)| Expr {
            position: left.position,
            kind: ExprKind::IsDistinct {
                left: Box::new(left),
                right: Box::new(right),
                negated: false,
            },
        });
        let distinct = chain(BinaryOp::Or, fields.collect()).unwrap_or(Expr {
            kind: ExprKind::Boolean(false),
            position: None,
        });
        Ok(if negated { not(distinct) } else { distinct })
    }
}

fn require_like(left: &[Expr], right: &[Expr]) -> Result<()> {
    if left.len() == right.len() && !left.is_empty() {
        return Ok(());
    }
    let error = Error::sql(
        SqlState::SYNTAX_ERROR,
        format!(
            "row values of {} and {} fields are compared",
            left.len(),
            right.len()
        ),
    );
    Err(error.at(left.first().and_then(|field| field.position)))
}

fn compared(op: BinaryOp, left: Vec<Expr>, right: Vec<Expr>) -> Expr {
    let pairs: Vec<_> = left.into_iter().zip(right).collect();
    match op {
        BinaryOp::Eq => all_equal(pairs),
        BinaryOp::NotEq => not(all_equal(pairs)),
        op => ordered(op, pairs),
    }
}

fn all_equal(pairs: Vec<(Expr, Expr)>) -> Expr {
    let equal = |(left, right)| join(BinaryOp::Eq, left, right);
    let fields = pairs.into_iter().map(equal).collect();
    chain(BinaryOp::And, fields).unwrap_or(Expr {
        kind: ExprKind::Boolean(true),
        position: None,
    })
}

/// The first fields that differ decide: `a < c OR a = c AND b < d`. What follows for the first field stands before it, for an
/// index to begin with.
fn ordered(op: BinaryOp, pairs: Vec<(Expr, Expr)>) -> Expr {
    let (strict, weak) = match op {
        BinaryOp::Lt | BinaryOp::LtEq => (BinaryOp::Lt, BinaryOp::LtEq),
        _ => (BinaryOp::Gt, BinaryOp::GtEq),
    };
    let first = pairs.first().cloned();
    let is_single = pairs.len() == 1;
    let mut fields = pairs.into_iter().rev();
    let Some((left, right)) = fields.next() else {
        return all_equal(Vec::new());
    };
    let mut decided = join(op, left, right);
    for (left, right) in fields {
        let same = join(BinaryOp::Eq, left.clone(), right.clone());
        let tied = join(BinaryOp::And, same, decided);
        decided = join(BinaryOp::Or, join(strict, left, right), tied);
    }
    match first {
        Some((left, right)) if !is_single => join(BinaryOp::And, join(weak, left, right), decided),
        _ => decided,
    }
}

fn chain(op: BinaryOp, mut terms: Vec<Expr>) -> Option<Expr> {
    while terms.len() > 1 {
        terms = pair_up(op, terms);
    }
    terms.pop()
}
