//! Questions and changes on bound expressions that the rewrites share.

use crate::bind::bound::{BinaryOp, ColumnId, Expr, ExprKind, RelationNo};
pub(crate) use crate::bind::same as is_same;
use crate::types::SqlType;

/// Has it no columns at all?
pub(crate) fn has_no_columns(expr: &Expr) -> bool {
    let mut none = true;
    expr.for_each_column(&mut |_| none = false);
    none
}

/// The relations whose columns it reads, each once.
pub(super) fn relations(expr: &Expr) -> Vec<RelationNo> {
    let mut found = Vec::new();
    expr.for_each_column(&mut |id| {
        if !found.contains(&id.relation) {
            found.push(id.relation);
        }
    });
    found
}

/// A stable expression without columns: one value for an execution.
pub(crate) fn is_constant(expr: &Expr) -> bool {
    has_no_columns(expr) && expr.is_stable()
}

/// Appends the operands of a conjunction, in order.
pub(crate) fn split_conjuncts(expr: Expr, out: &mut Vec<Expr>) {
    match expr.kind {
        ExprKind::Binary {
            op: BinaryOp::And,
            left,
            right,
        } => {
            split_conjuncts(*left, out);
            split_conjuncts(*right, out);
        }
        kind => out.push(Expr { kind, ..expr }),
    }
}

/// A column as an expression.
pub(crate) fn column(id: ColumnId, ty: SqlType) -> Expr {
    Expr {
        kind: ExprKind::Column(id),
        ty,
        position: None,
    }
}

/// Puts a column wherever an expression like `pattern` stands.
pub(super) fn substitute(expr: &mut Expr, pattern: &Expr, with: ColumnId) {
    if is_same(expr, pattern) {
        expr.kind = ExprKind::Column(with);
        return;
    }
    expr.for_each_child_mut(&mut |child| substitute(child, pattern, with));
}

/// The most nodes of an expression that a rewrite copies to where its value is read. Queries in queries that each read
/// a column twice would double it without end.
const COPIED_NODES_MAX: usize = 100;

/// Is it small enough to be copied to where its value is read?
pub(super) fn may_be_copied(expr: &Expr) -> bool {
    fn count(expr: &Expr, nodes: &mut usize) {
        *nodes += 1;
        if *nodes <= COPIED_NODES_MAX {
            expr.for_each_child(&mut |child| count(child, nodes));
        }
    }
    let mut nodes = 0;
    count(expr, &mut nodes);
    nodes <= COPIED_NODES_MAX
}
