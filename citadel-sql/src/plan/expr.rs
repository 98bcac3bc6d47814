//! Questions and changes on bound expressions that the rewrites share.

use crate::bind::bound::{BinaryOp, ColumnId, Expr, ExprKind, RelationNo};
use crate::types::{SqlType, Value};

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

/// Gives it the same value whenever it is evaluated for the same row? A function without arguments may not.
pub(crate) fn is_stable(expr: &Expr) -> bool {
    if let ExprKind::Function { arguments, .. } = &expr.kind
        && arguments.is_empty()
    {
        return false;
    }
    let mut stable = true;
    expr.for_each_child(&mut |child| stable &= is_stable(child));
    stable
}

/// A stable expression without columns: one value for an execution.
pub(crate) fn is_constant(expr: &Expr) -> bool {
    has_no_columns(expr) && is_stable(expr)
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

/// A constant as an expression.
pub(super) fn literal(value: Value, ty: SqlType) -> Expr {
    Expr {
        kind: ExprKind::Literal(value),
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

/// Are two expressions the same but for where they stand in the text?
pub(crate) fn is_same(a: &Expr, b: &Expr) -> bool {
    a.ty == b.ty && is_same_operation(&a.kind, &b.kind) && {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        a.for_each_child(&mut |child| left.push(child));
        b.for_each_child(&mut |child| right.push(child));
        left.len() == right.len() && left.iter().zip(right).all(|(a, b)| is_same(a, b))
    }
}

/// The same operation, operands aside.
fn is_same_operation(a: &ExprKind, b: &ExprKind) -> bool {
    use ExprKind::{
        Between, Binary, Case, Cast, Column, Distance, Function, InList, IsBoolean, IsDistinct,
        IsNull, Like, Literal, Parameter, Unary,
    };
    match (a, b) {
        (Literal(a), Literal(b)) => a == b,
        (Parameter(a), Parameter(b)) => a == b,
        (Column(a), Column(b)) => a == b,
        (Unary { op: a, .. }, Unary { op: b, .. }) => a == b,
        (Binary { op: a, .. }, Binary { op: b, .. }) => a == b,
        (Distance { metric: a, .. }, Distance { metric: b, .. }) => a == b,
        (IsNull { negated: a, .. }, IsNull { negated: b, .. })
        | (IsDistinct { negated: a, .. }, IsDistinct { negated: b, .. })
        | (Between { negated: a, .. }, Between { negated: b, .. })
        | (InList { negated: a, .. }, InList { negated: b, .. }) => a == b,
        (
            IsBoolean {
                value: a,
                negated: not_a,
                ..
            },
            IsBoolean {
                value: b,
                negated: not_b,
                ..
            },
        ) => (a, not_a) == (b, not_b),
        (
            Like {
                escape: a,
                case_insensitive: fold_a,
                negated: not_a,
                ..
            },
            Like {
                escape: b,
                case_insensitive: fold_b,
                negated: not_b,
                ..
            },
        ) => (a, fold_a, not_a) == (b, fold_b, not_b),
        (
            Case {
                operand: a,
                otherwise: else_a,
                ..
            },
            Case {
                operand: b,
                otherwise: else_b,
                ..
            },
        ) => (a.is_some(), else_a.is_some()) == (b.is_some(), else_b.is_some()),
        (Cast { to: a, .. }, Cast { to: b, .. }) => a == b,
        (Function { function: a, .. }, Function { function: b, .. }) => std::ptr::eq(*a, *b),
        _ => false,
    }
}
