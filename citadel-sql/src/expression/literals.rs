//! Constants within a bound expression, computed once.

use super::constant;
use crate::bind::bound::{Expr, ExprKind};

/// Replaces subtrees of literals by their value. One that fails stays: its error is for the rows that reach it.
pub(crate) fn fold_literals(expr: &mut Expr) {
    expr.for_each_child_mut(&mut fold_literals);
    let mut operands = 0;
    let mut literals = 0;
    expr.for_each_child(&mut |child| {
        operands += 1;
        literals += usize::from(matches!(child.kind, ExprKind::Literal(_)));
    });
    if operands > 0
        && operands == literals
        && expr.is_stable()
        && let Ok(value) = constant(expr, &[])
    {
        expr.kind = ExprKind::Literal(value);
    }
}
