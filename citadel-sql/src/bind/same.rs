//! Do two expressions say the same? Positions do not matter.

use std::sync::Arc;

use super::bound::{self, Expr, ExprKind};

/// Are two expressions the same but for where they stand in the text?
pub(crate) fn same(a: &Expr, b: &Expr) -> bool {
    a.ty == b.ty && same_operation(&a.kind, &b.kind) && {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        a.for_each_child(&mut |child| left.push(child));
        b.for_each_child(&mut |child| right.push(child));
        left.len() == right.len() && left.iter().zip(right).all(|(a, b)| same(a, b))
    }
}

/// Is it a slice, and which ends are said?
fn shape(subscript: &bound::Subscript) -> (bool, bool, bool) {
    match subscript {
        bound::Subscript::Index(_) => (false, true, true),
        bound::Subscript::Slice(low, high) => (true, low.is_some(), high.is_some()),
    }
}

/// The same operation, operands aside.
fn same_operation(a: &ExprKind, b: &ExprKind) -> bool {
    use ExprKind::{
        AnyElement, Between, Binary, Case, Cast, Column, Distance, Function, InList, IsBoolean,
        IsDistinct, IsNull, Like, Literal, Parameter, Subquery, Subscript, Unary,
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
        (Subscript { subscripts: a, .. }, Subscript { subscripts: b, .. }) => {
            a.iter().map(shape).eq(b.iter().map(shape))
        }
        (
            AnyElement {
                op: a, all: all_a, ..
            },
            AnyElement {
                op: b, all: all_b, ..
            },
        ) => (a, all_a) == (b, all_b),
        (Function { function: a, .. }, Function { function: b, .. }) => a == b,
        // One and the same query, written once: as an alias stands for it.
        (Subquery(a), Subquery(b)) => a.kind == b.kind && Arc::ptr_eq(&a.query, &b.query),
        _ => false,
    }
}
