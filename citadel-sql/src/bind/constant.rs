//! The values of expressions without columns and parameters, for DEFAULT.

use super::bound::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::error::Result;
use crate::functions::Needs;
use crate::types::{Value, arithmetic, cast};

/// The value of an expression, or `None` if it is not one that is computed here.
pub(super) fn evaluate(expr: &Expr) -> Result<Option<Value>> {
    let value = evaluate_kind(&expr.kind).map_err(|error| error.at(expr.position))?;
    Ok(value)
}

fn evaluate_kind(kind: &ExprKind) -> Result<Option<Value>> {
    match kind {
        ExprKind::Literal(value) => Ok(Some(value.clone())),
        ExprKind::Cast { operand, to } => evaluate(operand)?
            .map(|value| cast(value.as_ref(), *to))
            .transpose(),
        ExprKind::Unary { op, operand } => {
            let value = evaluate(operand)?;
            match (op, value) {
                (UnaryOp::Plus, value) => Ok(value),
                (UnaryOp::Negate, Some(value)) => arithmetic::negate(value.as_ref()).map(Some),
                (UnaryOp::Not, Some(Value::Boolean(value))) => Ok(Some(Value::Boolean(!value))),
                _ => Ok(None),
            }
        }
        ExprKind::Binary { op, left, right } => {
            let (Some(left), Some(right)) = (evaluate(left)?, evaluate(right)?) else {
                return Ok(None);
            };
            let (left, right) = (left.as_ref(), right.as_ref());
            match op {
                BinaryOp::Add => arithmetic::add(left, right).map(Some),
                BinaryOp::Subtract => arithmetic::subtract(left, right).map(Some),
                BinaryOp::Multiply => arithmetic::multiply(left, right).map(Some),
                BinaryOp::Divide => arithmetic::divide(left, right).map(Some),
                BinaryOp::Modulo => arithmetic::modulo(left, right).map(Some),
                BinaryOp::Concat => arithmetic::concat(left, right).map(Some),
                _ => Ok(None),
            }
        }
        ExprKind::Function {
            function,
            arguments,
        } if function.needs == Needs::Nothing => {
            let values: Option<Vec<Value>> = arguments
                .iter()
                .map(evaluate)
                .collect::<Result<Option<_>>>()?;
            let Some(values) = values else {
                return Ok(None);
            };
            if function.strict && values.iter().any(Value::is_null) {
                return Ok(Some(Value::Null));
            }
            let values: Vec<_> = values.iter().map(Value::as_ref).collect();
            function.call(&values).map(Some)
        }
        _ => Ok(None),
    }
}
