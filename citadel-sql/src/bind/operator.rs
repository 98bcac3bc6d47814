//! Arithmetic, comparison, logic and `||`.

use super::bound::{BinaryOp, Expr, ExprKind, UnaryOp};
use super::expr::ExprBinder;
use super::temporal;
use super::typing::{self, Strength};
use crate::ast;
use crate::error::{Error, Result, SqlState};
use crate::types::SqlType;
use crate::types::VectorType;
use crate::types::arithmetic::no_operator_for;
use crate::types::vector_text::dimension_mismatch;

impl ExprBinder<'_, '_> {
    pub(super) fn unary(
        &mut self,
        op: UnaryOp,
        operand: &ast::Expr,
    ) -> Result<(ExprKind, SqlType)> {
        let operand = match op {
            UnaryOp::Not => self.condition(operand, "NOT")?,
            UnaryOp::Negate | UnaryOp::Plus => {
                let mut operand = self.expr(operand)?;
                if typing::is_open_string(&operand) {
                    self.decide(&mut operand, SqlType::Real, Strength::Exact)?;
                }
                operand
            }
        };
        let ty = operand.ty;
        // What stands after a plus stays as it is.
        if op == UnaryOp::Plus && ty == SqlType::Text {
            return Ok((operand.kind, ty));
        }
        let has_sign = ty.is_numeric() || ty == SqlType::Interval || ty == SqlType::Unknown;
        if op != UnaryOp::Not && !has_sign {
            return Err(no_operator_for(op.symbol(), &[ty]));
        }
        let operand = Box::new(operand);
        Ok((ExprKind::Unary { op, operand }, ty))
    }

    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Result<(ExprKind, SqlType)> {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                let left = self.condition(left, op.symbol())?;
                let right = self.condition(right, op.symbol())?;
                Ok((join(op, left, right), SqlType::Boolean))
            }
            _ if op.is_comparison() => {
                let (mut left, mut right) = (self.expr(left)?, self.expr(right)?);
                self.compared(&mut [&mut left, &mut right], op.symbol())?;
                Ok((join(op, left, right), SqlType::Boolean))
            }
            BinaryOp::Concat => self.concat(left, right),
            _ => self.arithmetic(op, left, right),
        }
    }

    fn arithmetic(
        &mut self,
        op: BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Result<(ExprKind, SqlType)> {
        let (mut left, mut right) = (self.expr(left)?, self.expr(right)?);
        typing::exact_literals(&mut self.binder.parameters, &mut [&mut left, &mut right])?;
        let (left_type, right_type) = (left.ty, right.ty);
        for (expr, other) in [(&mut left, right_type), (&mut right, left_type)] {
            if other.is_numeric() || is_numbers(other) {
                self.decide(expr, other.evaluated(), Strength::Exact)?;
            } else if let Some(partner) = temporal::partner(op, other) {
                self.decide(expr, partner, Strength::Exact)?;
            }
        }
        if temporal::is_temporal(left.ty) || temporal::is_temporal(right.ty) {
            return self.temporal_arithmetic(op, left, right);
        }
        let ty = match (left.ty, right.ty) {
            (a, b) if a.is_numeric() && b.is_numeric() => a.common_number(b),
            (SqlType::Unknown, SqlType::Unknown) => {
                if let Some(open) = [&left, &right].into_iter().find(|expr| is_open(expr)) {
                    return Err(Error::sql(
                        SqlState::DATATYPE_MISMATCH,
                        format!("nothing says which type {} works on here", op.symbol()),
                    )
                    .at(open.position)
                    .hint("say the type with CAST"));
                }
                SqlType::Unknown
            }
            (SqlType::Unknown, other) | (other, SqlType::Unknown) if other.is_numeric() => other,
            (a, b) => match vector_result(op, a, b)? {
                Some(vector) => SqlType::Vector(vector),
                None => return Err(no_operator_for(op.symbol(), &[a, b])),
            },
        };
        Ok((join(op, left, right), ty))
    }

    /// BLOB with BLOB, a vector of numbers with such a one, or TEXT with anything.
    fn concat(&mut self, left: &ast::Expr, right: &ast::Expr) -> Result<(ExprKind, SqlType)> {
        let (mut left, mut right) = (self.expr(left)?, self.expr(right)?);
        if left.ty.element().is_some() || right.ty.element().is_some() {
            return self.array_concat(left, right);
        }
        if is_numbers(left.ty) && is_numbers(right.ty) {
            return Ok((join(BinaryOp::Concat, left, right), SqlType::VECTOR));
        }
        let is_blob = [&left, &right].iter().any(|e| e.ty == SqlType::Blob)
            && [&left, &right]
                .iter()
                .all(|e| matches!(e.ty, SqlType::Blob | SqlType::Unknown));
        let ty = if is_blob {
            SqlType::Blob
        } else {
            SqlType::Text
        };
        for expr in [&mut left, &mut right] {
            self.decide(expr, ty, Strength::Exact)?;
        }
        if left.ty != ty && right.ty != ty {
            return Err(no_operator_for("||", &[left.ty, right.ty]).hint("CAST one side to TEXT"));
        }
        for expr in [&mut left, &mut right] {
            if expr.ty != ty {
                self.binder.parameters.convert(expr, ty)?;
            }
        }
        Ok((join(BinaryOp::Concat, left, right), ty))
    }
}

/// A vector of numbers?
fn is_numbers(ty: SqlType) -> bool {
    matches!(ty, SqlType::Vector(vector) if !vector.is_bits())
}

/// The type of `+`, `-` and `*` by component; `None`: the operator is not defined for these types.
fn vector_result(op: BinaryOp, a: SqlType, b: SqlType) -> Result<Option<VectorType>> {
    let by_component = matches!(op, BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply);
    let (SqlType::Vector(left), SqlType::Vector(right)) = (a, b) else {
        return Ok(None);
    };
    if !by_component || !is_numbers(a) || !is_numbers(b) {
        return Ok(None);
    }
    match left.both(right) {
        Some(both) => Ok(Some(both.evaluated())),
        None => {
            let dim = |vector: VectorType| usize::from(vector.dim.unwrap_or(0));
            Err(dimension_mismatch(dim(left), dim(right)))
        }
    }
}

/// A parameter or a string that nothing decides.
fn is_open(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Parameter(_)) || typing::is_open_string(expr)
}

pub(super) fn join(op: BinaryOp, left: Expr, right: Expr) -> ExprKind {
    ExprKind::Binary {
        op,
        left: Box::new(left),
        right: Box::new(right),
    }
}
