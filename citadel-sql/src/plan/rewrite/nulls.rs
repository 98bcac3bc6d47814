//! Conditions that are not TRUE where some columns are NULL.

use crate::bind::bound::{BinaryOp, Expr, ExprKind, RelationNo};

/// Is the condition FALSE or NULL wherever all columns of these relations are NULL?
pub(super) fn rejects_nulls(conjunct: &Expr, of: &[RelationNo]) -> bool {
    match &conjunct.kind {
        ExprKind::IsNull {
            operand,
            negated: true,
        } => is_null(operand, of),
        ExprKind::IsBoolean {
            operand,
            negated: false,
            ..
        } => is_null(operand, of),
        ExprKind::Binary {
            op: BinaryOp::Or,
            left,
            right,
        } => rejects_nulls(left, of) && rejects_nulls(right, of),
        ExprKind::Binary {
            op: BinaryOp::And,
            left,
            right,
        } => rejects_nulls(left, of) || rejects_nulls(right, of),
        // FALSE of an empty array.
        ExprKind::AnyElement {
            operand,
            all: false,
            ..
        } => is_null(operand, of),
        _ => is_null(conjunct, of),
    }
}

/// Is the expression NULL wherever all columns of these relations are NULL? No, if that cannot be told.
fn is_null(expr: &Expr, of: &[RelationNo]) -> bool {
    match &expr.kind {
        ExprKind::Column(id) => of.contains(&id.relation),
        ExprKind::Unary { operand, .. } | ExprKind::Cast { operand, .. } => is_null(operand, of),
        ExprKind::Subscript { array, .. } => is_null(array, of),
        ExprKind::Binary { op, left, right } => {
            !matches!(op, BinaryOp::And | BinaryOp::Or) && (is_null(left, of) || is_null(right, of))
        }
        ExprKind::Distance { left, right, .. } => is_null(left, of) || is_null(right, of),
        ExprKind::Between { operand, .. } | ExprKind::InList { operand, .. } => {
            is_null(operand, of)
        }
        ExprKind::Like {
            operand, pattern, ..
        } => is_null(operand, of) || is_null(pattern, of),
        _ => false,
    }
}
