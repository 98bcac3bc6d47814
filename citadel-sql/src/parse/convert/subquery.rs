//! Queries inside expressions.

use sqlparser::ast::{BinaryOperator, Expr as Theirs, Query as TheirQuery, Spanned as _};

use super::Converter;
use crate::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::error::{Error, Position, Result};

impl Converter<'_> {
    /// `(query)` as a value.
    pub(super) fn subquery(&self, query: TheirQuery) -> Result<Expr> {
        let position = self.query_position(&query);
        let kind = ExprKind::Subquery(Box::new(self.query(query, position)?));
        Ok(Expr { kind, position })
    }

    /// `[NOT] EXISTS (query)`
    pub(super) fn exists(&self, query: TheirQuery, negated: bool) -> Result<Expr> {
        let position = self.query_position(&query);
        let kind = ExprKind::Exists(Box::new(self.query(query, position)?));
        let exists = Expr { kind, position };
        Ok(if negated { not(exists) } else { exists })
    }

    /// `operand op ANY (query)`
    pub(super) fn any(&self, operand: Theirs, op: BinaryOp, query: TheirQuery) -> Result<Expr> {
        let operand = Box::new(self.expr(operand)?);
        let position = self.query_position(&query);
        Ok(Expr {
            position: operand.position,
            kind: ExprKind::Any {
                operand,
                op,
                query: Box::new(self.query(query, position)?),
            },
        })
    }

    /// `left op ANY (right)` and `left op ALL (right)`, of a query or an array.
    #[inline(never)]
    pub(super) fn quantified(
        &self,
        left: Theirs,
        op: BinaryOperator,
        right: Theirs,
        all: bool,
    ) -> Result<Expr> {
        let op = match op {
            BinaryOperator::Eq => BinaryOp::Eq,
            BinaryOperator::NotEq => BinaryOp::NotEq,
            BinaryOperator::Lt => BinaryOp::Lt,
            BinaryOperator::LtEq => BinaryOp::LtEq,
            BinaryOperator::Gt => BinaryOp::Gt,
            BinaryOperator::GtEq => BinaryOp::GtEq,
            other => return Err(Error::unsupported(format!("{other} with ANY or ALL"))),
        };
        match right {
            Theirs::Subquery(query) if all => {
                // `x < ALL (query)` is `NOT x >= ANY (query)`.
                Ok(not(self.any(left, op.opposite(), *query)?))
            }
            Theirs::Subquery(query) => self.any(left, op, *query),
            array => {
                let operand = Box::new(self.expr(left)?);
                Ok(Expr {
                    position: operand.position,
                    kind: ExprKind::AnyElement {
                        operand,
                        op,
                        array: Box::new(self.expr(array)?),
                        all,
                    },
                })
            }
        }
    }

    fn query_position(&self, query: &TheirQuery) -> Option<Position> {
        self.locator.start_of(query.span())
    }
}

/// `NOT expr`
pub(super) fn not(expr: Expr) -> Expr {
    Expr {
        position: expr.position,
        kind: ExprKind::Unary {
            op: UnaryOp::Not,
            operand: Box::new(expr),
        },
    }
}
