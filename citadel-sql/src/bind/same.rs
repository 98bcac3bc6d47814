//! Do two expressions say the same? Positions do not matter.

use super::bound::{Expr, ExprKind};

/// Structural equality: the same computation over the same columns.
pub(super) fn same(a: &Expr, b: &Expr) -> bool {
    a.ty == b.ty && same_kind(&a.kind, &b.kind) && same_children(a, b)
}

/// The nodes themselves, without their operands.
fn same_kind(a: &ExprKind, b: &ExprKind) -> bool {
    use ExprKind as K;
    match (a, b) {
        (K::Literal(a), K::Literal(b)) => a == b,
        (K::Parameter(a), K::Parameter(b)) => a == b,
        (K::Column(a), K::Column(b)) => a == b,
        (K::Unary { op: a, .. }, K::Unary { op: b, .. }) => a == b,
        (K::Binary { op: a, .. }, K::Binary { op: b, .. }) => a == b,
        (K::Distance { metric: a, .. }, K::Distance { metric: b, .. }) => a == b,
        (K::IsNull { negated: a, .. }, K::IsNull { negated: b, .. })
        | (K::IsDistinct { negated: a, .. }, K::IsDistinct { negated: b, .. })
        | (K::Between { negated: a, .. }, K::Between { negated: b, .. })
        | (K::InList { negated: a, .. }, K::InList { negated: b, .. }) => a == b,
        (
            K::IsBoolean {
                value: a,
                negated: c,
                ..
            },
            K::IsBoolean {
                value: b,
                negated: d,
                ..
            },
        ) => (a, c) == (b, d),
        (
            K::Like {
                escape: a,
                case_insensitive: c,
                negated: e,
                ..
            },
            K::Like {
                escape: b,
                case_insensitive: d,
                negated: f,
                ..
            },
        ) => (a, c, e) == (b, d, f),
        (
            K::Case {
                operand: a,
                branches: c,
                ..
            },
            K::Case {
                operand: b,
                branches: d,
                ..
            },
        ) => a.is_some() == b.is_some() && c.len() == d.len(),
        (K::Cast { to: a, .. }, K::Cast { to: b, .. }) => a == b,
        (K::Function { function: a, .. }, K::Function { function: b, .. }) => std::ptr::eq(*a, *b),
        _ => false,
    }
}

fn same_children(a: &Expr, b: &Expr) -> bool {
    let mut left = Vec::new();
    a.for_each_child(&mut |child| left.push(child));
    let mut right = Vec::new();
    b.for_each_child(&mut |child| right.push(child));
    left.len() == right.len() && left.iter().zip(&right).all(|(a, b)| same(a, b))
}
