//! Which conjuncts a lake checks.
//!
//! A conjunct goes into the lake as a whole or not at all. What is negated is turned round on the way ([`Condition`] has no NOT), which
//! keeps what is unknown unknown.

use super::Pushed;
use crate::bind::bound::{BinaryOp, ColumnId, Expr, ExprKind, UnaryOp};
use crate::lake::{Comparison, Condition};
use crate::plan::expr::is_constant;
use crate::plan::logical::LogicalScan;
use crate::schema::ColumnNo;
use crate::types::{SqlType, Value};

/// What goes into the lake, and what is left.
pub(super) fn split(scan: &LogicalScan) -> (Pushed, Vec<Expr>) {
    let (mut parts, mut exprs, mut residual) = (Vec::new(), Vec::new(), Vec::new());
    for conjunct in &scan.filter {
        match condition(conjunct, scan, false) {
            Some(part) => {
                parts.push(part);
                exprs.push(conjunct.clone());
            }
            None => residual.push(conjunct.clone()),
        }
    }
    let condition = (!parts.is_empty()).then_some(Condition::All(parts));
    (Pushed { condition, exprs }, residual)
}

/// The condition that an expression is, or (`negated`) that it is not.
fn condition(expr: &Expr, scan: &LogicalScan, negated: bool) -> Option<Condition<Expr>> {
    match &expr.kind {
        ExprKind::Literal(Value::Boolean(value)) => Some(match *value != negated {
            true => Condition::All(Vec::new()),
            false => Condition::Any(Vec::new()),
        }),
        // What is unknown is unknown either way.
        ExprKind::Literal(Value::Null) => Some(Condition::Any(Vec::new())),
        ExprKind::Column(_) if expr.ty == SqlType::Boolean => Some(Condition::Compare {
            column: column(expr, scan)?,
            op: Comparison::Eq,
            value: Expr {
                kind: ExprKind::Literal(Value::Boolean(!negated)),
                ..expr.clone()
            },
        }),
        ExprKind::Unary {
            op: UnaryOp::Not,
            operand,
        } => condition(operand, scan, !negated),
        ExprKind::Binary { op, left, right } => match op {
            BinaryOp::And | BinaryOp::Or => {
                let parts = vec![
                    condition(left, scan, negated)?,
                    condition(right, scan, negated)?,
                ];
                Some(match (op, negated) {
                    (BinaryOp::And, false) | (BinaryOp::Or, true) => Condition::All(parts),
                    _ => Condition::Any(parts),
                })
            }
            op => {
                let op = comparison(*op)?;
                let op = if negated { op.negated() } else { op };
                match column(left, scan) {
                    Some(_) => compare(left, op, right, scan),
                    None => compare(right, op.mirrored(), left, scan),
                }
            }
        },
        ExprKind::IsNull {
            operand,
            negated: is_not,
        } => {
            let column = column(operand, scan)?;
            Some(match *is_not != negated {
                false => Condition::IsNull(column),
                true => Condition::IsNotNull(column),
            })
        }
        ExprKind::Between {
            operand,
            low,
            high,
            negated: is_not,
        } => {
            let is_outside = *is_not != negated;
            let (from, to) = match is_outside {
                false => (Comparison::GtEq, Comparison::LtEq),
                true => (Comparison::Lt, Comparison::Gt),
            };
            let ends = vec![
                compare(operand, from, low, scan)?,
                compare(operand, to, high, scan)?,
            ];
            Some(match is_outside {
                false => Condition::All(ends),
                true => Condition::Any(ends),
            })
        }
        ExprKind::InList {
            operand,
            list,
            negated: is_not,
        } => {
            if *is_not != negated {
                let each = list
                    .iter()
                    .map(|value| compare(operand, Comparison::NotEq, value, scan));
                return each.collect::<Option<_>>().map(Condition::All);
            }
            let is_fit = |value: &Expr| fits(operand, value);
            list.iter().all(is_fit).then_some(())?;
            Some(Condition::In {
                column: column(operand, scan)?,
                list: list.clone(),
            })
        }
        _ => None,
    }
}

fn comparison(op: BinaryOp) -> Option<Comparison> {
    match op {
        BinaryOp::Eq => Some(Comparison::Eq),
        BinaryOp::NotEq => Some(Comparison::NotEq),
        BinaryOp::Lt => Some(Comparison::Lt),
        BinaryOp::LtEq => Some(Comparison::LtEq),
        BinaryOp::Gt => Some(Comparison::Gt),
        BinaryOp::GtEq => Some(Comparison::GtEq),
        _ => None,
    }
}

fn compare(
    operand: &Expr,
    op: Comparison,
    value: &Expr,
    scan: &LogicalScan,
) -> Option<Condition<Expr>> {
    fits(operand, value).then_some(())?;
    Some(Condition::Compare {
        column: column(operand, scan)?,
        op,
        value: value.clone(),
    })
}

/// Is the value a constant that the lake can compare with values of the column?
fn fits(operand: &Expr, value: &Expr) -> bool {
    let is_plain = !operand.ty.is_numeric()
        && !matches!(
            operand.ty,
            SqlType::Unknown
                | SqlType::Interval
                | SqlType::Vector(_)
                | SqlType::Array(_)
                // Their order is that of the labels, which a lake does not know.
                | SqlType::Enum(_)
        );
    let is_null = matches!(value.kind, ExprKind::Literal(Value::Null));
    let fits = (is_plain && operand.ty == value.ty)
        || (operand.ty.is_numeric() && value.ty.is_numeric())
        || (is_null && (is_plain || operand.ty.is_numeric()));
    fits && is_constant(value) && !value.has_subquery()
}

/// The name of the column that an expression is.
fn column(expr: &Expr, scan: &LogicalScan) -> Option<String> {
    let ExprKind::Column(ColumnId { relation, column }) = expr.kind else {
        return None;
    };
    let no = ColumnNo(u16::try_from(column).ok()?);
    let column = scan.table.columns.get(usize::from(no.0))?;
    (relation == scan.relation).then(|| column.name.clone())
}
