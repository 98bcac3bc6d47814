//! Arithmetic of dates, times, timestamps and intervals.

use super::bound::{BinaryOp, Expr, ExprKind};
use super::expr::ExprBinder;
use super::operator::join;
use crate::error::Result;
use crate::functions::{self, DATE_ADD, DATE_SUBTRACT};
use crate::types::SqlType;
use crate::types::arithmetic::no_operator_for;

/// Is it of time?
pub(super) fn is_temporal(ty: SqlType) -> bool {
    ty.is_moment() || matches!(ty, SqlType::Time | SqlType::Interval)
}

/// The type of an undecided operand beside one of such a type, as PostgreSQL resolves it.
pub(super) fn partner(op: BinaryOp, other: SqlType) -> Option<SqlType> {
    Some(match (op, other) {
        (BinaryOp::Subtract, ty) if is_temporal(ty) => ty,
        (BinaryOp::Add, SqlType::Date) => SqlType::Integer,
        (BinaryOp::Add, ty) if is_temporal(ty) => SqlType::Interval,
        (BinaryOp::Multiply | BinaryOp::Divide, SqlType::Interval) => SqlType::Real,
        _ => return None,
    })
}

impl ExprBinder<'_, '_> {
    pub(super) fn temporal_arithmetic(
        &mut self,
        op: BinaryOp,
        mut left: Expr,
        mut right: Expr,
    ) -> Result<(ExprKind, SqlType)> {
        // A day beside a moment is its midnight.
        if left.ty.is_moment() && right.ty.is_moment() && op == BinaryOp::Subtract {
            let both = super::typing::later(left.ty, right.ty);
            self.binder.parameters.convert(&mut left, both)?;
            self.binder.parameters.convert(&mut right, both)?;
        }
        let Some(ty) = result(op, left.ty, right.ty) else {
            return Err(no_operator_for(op.symbol(), &[left.ty, right.ty]));
        };
        let name = match (op, left.ty, right.ty) {
            (BinaryOp::Add, SqlType::TimestampTz, SqlType::Interval) => DATE_ADD,
            (BinaryOp::Subtract, SqlType::TimestampTz, SqlType::Interval) => DATE_SUBTRACT,
            (BinaryOp::Add, SqlType::Interval, SqlType::TimestampTz) => {
                std::mem::swap(&mut left, &mut right);
                DATE_ADD
            }
            _ => return Ok((join(op, left, right), ty)),
        };
        let Some(function) = functions::scalar(name) else {
            return Err(no_operator_for(op.symbol(), &[left.ty, right.ty]));
        };
        let hidden = self.binder.parameters.hidden_arguments(function.needs);
        let kind = ExprKind::Function {
            function: function.into(),
            arguments: [left, right].into_iter().chain(hidden).collect(),
        };
        Ok((kind, ty))
    }
}

/// The type of the result; `None`: the operator is not defined for these types.
fn result(op: BinaryOp, left: SqlType, right: SqlType) -> Option<SqlType> {
    use SqlType::{Date, Integer, Interval, Time, Timestamp, TimestampTz, Unknown};
    Some(match (op, left, right) {
        (BinaryOp::Add, Date, Integer | Unknown) | (BinaryOp::Add, Integer | Unknown, Date) => Date,
        (BinaryOp::Add, Date, Time) | (BinaryOp::Add, Time, Date) => Timestamp,
        (BinaryOp::Add, Date | Timestamp, Interval)
        | (BinaryOp::Add, Interval, Date | Timestamp) => Timestamp,
        (BinaryOp::Add, TimestampTz, Interval) | (BinaryOp::Add, Interval, TimestampTz) => {
            TimestampTz
        }
        (BinaryOp::Add, Time, Interval) | (BinaryOp::Add, Interval, Time) => Time,
        (BinaryOp::Add | BinaryOp::Subtract, Interval, Interval) => Interval,
        (BinaryOp::Subtract, Date, Integer) => Date,
        (BinaryOp::Subtract, Date, Date) => Integer,
        (BinaryOp::Subtract, Date | Timestamp, Interval) => Timestamp,
        (BinaryOp::Subtract, TimestampTz, Interval) => TimestampTz,
        (BinaryOp::Subtract, Timestamp, Timestamp)
        | (BinaryOp::Subtract, TimestampTz, TimestampTz) => Interval,
        (BinaryOp::Subtract, Time, Time) => Interval,
        (BinaryOp::Subtract, Time, Interval) => Time,
        (BinaryOp::Multiply, Interval, number) | (BinaryOp::Multiply, number, Interval)
            if number.is_numeric() =>
        {
            Interval
        }
        (BinaryOp::Divide, Interval, number) if number.is_numeric() => Interval,
        // What is undecided still, is NULL.
        (_, ty @ (Date | Time | Timestamp | TimestampTz | Interval), Unknown)
        | (_, Unknown, ty @ (Date | Time | Timestamp | TimestampTz | Interval)) => ty,
        _ => return None,
    })
}
