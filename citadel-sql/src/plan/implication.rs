//! Does one condition follow from others? For indexes that are of some rows alone.
//!
//! What is told is simple and always right: a conjunct that is among the others, or that follows from one of them because
//! both compare the same expression with constants. Conditions are TRUE or not; whether they are FALSE or NULL otherwise
//! is the same to a filter and to an index.

use std::cmp::Ordering;

use super::expr::{is_same, split_conjuncts};
use crate::bind::bound::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::types::{Value, compare};

/// Is the condition TRUE for every row that all conjuncts are TRUE for?
pub(super) fn implies_all(conjuncts: &[Expr], condition: Expr) -> bool {
    let mut wanted = Vec::new();
    split_conjuncts(condition, &mut wanted);
    wanted.iter().all(|wanted| implies(conjuncts, wanted))
}

/// The same for a condition that is no conjunction.
fn implies(conjuncts: &[Expr], wanted: &Expr) -> bool {
    conjuncts.iter().any(|known| follows(known, wanted)) || is_between(conjuncts, wanted)
}

/// Does it follow from one conjunct?
fn follows(known: &Expr, wanted: &Expr) -> bool {
    if is_same(known, wanted) {
        return true;
    }
    match (&known.kind, &wanted.kind) {
        // One of them holds, and each is enough.
        (
            ExprKind::Binary {
                op: BinaryOp::Or,
                left,
                right,
            },
            _,
        ) => follows(left, wanted) && follows(right, wanted),
        (
            ExprKind::Binary {
                op: BinaryOp::And,
                left,
                right,
            },
            _,
        ) => follows(left, wanted) || follows(right, wanted),
        (
            _,
            ExprKind::Binary {
                op: BinaryOp::Or,
                left,
                right,
            },
        ) => follows(known, left) || follows(known, right),
        (
            _,
            ExprKind::IsNull {
                operand,
                negated: true,
            },
        ) => rejects_null(known, operand),
        _ => {
            let (known_truth, wanted_truth) = (truth_of(known), truth_of(wanted));
            known_truth.value == wanted_truth.value && is_same(known_truth.of, wanted_truth.of)
                || compared_follows(known, wanted)
        }
    }
}

/// `x BETWEEN low AND high`, where one conjunct tells the low end and another the high one.
fn is_between(conjuncts: &[Expr], wanted: &Expr) -> bool {
    let ExprKind::Between {
        operand,
        low,
        high,
        negated: false,
    } = &wanted.kind
    else {
        return false;
    };
    let end = |op, end: &Expr| Expr {
        kind: ExprKind::Binary {
            op,
            left: operand.clone(),
            right: Box::new(end.clone()),
        },
        ..wanted.clone()
    };
    implies(conjuncts, &end(BinaryOp::GtEq, low)) && implies(conjuncts, &end(BinaryOp::LtEq, high))
}

/// What a condition says of another, or of itself: that it is TRUE, or FALSE.
struct Truth<'a> {
    of: &'a Expr,
    value: bool,
}

/// `b`, `NOT b`, `b = TRUE`, `b IS FALSE` and their like.
fn truth_of(expr: &Expr) -> Truth<'_> {
    let literal = |expr: &Expr| match expr.kind {
        ExprKind::Literal(Value::Boolean(value)) => Some(value),
        _ => None,
    };
    let is = |of, value| Truth { of, value };
    match &expr.kind {
        ExprKind::Unary {
            op: UnaryOp::Not,
            operand,
        } => is(operand, false),
        ExprKind::IsBoolean {
            operand,
            value,
            negated: false,
        } => is(operand, *value),
        ExprKind::Binary {
            op: BinaryOp::Eq,
            left,
            right,
        } => match (literal(left), literal(right)) {
            (None, Some(value)) => is(left, value),
            (Some(value), None) => is(right, value),
            _ => is(expr, true),
        },
        _ => is(expr, true),
    }
}

/// Is the condition not TRUE wherever the expression is NULL?
fn rejects_null(condition: &Expr, null: &Expr) -> bool {
    match &condition.kind {
        ExprKind::IsNull {
            operand,
            negated: true,
        }
        | ExprKind::IsBoolean {
            operand,
            negated: false,
            ..
        }
        // FALSE of an empty array.
        | ExprKind::AnyElement {
            operand,
            all: false,
            ..
        } => is_null_with(operand, null),
        _ => is_null_with(condition, null),
    }
}

/// Is an expression NULL wherever another is? No, if that cannot be told.
fn is_null_with(expr: &Expr, null: &Expr) -> bool {
    if is_same(expr, null) {
        return true;
    }
    match &expr.kind {
        ExprKind::Unary { operand, .. } | ExprKind::Cast { operand, .. } => {
            is_null_with(operand, null)
        }
        ExprKind::Binary { op, left, right } => {
            !matches!(op, BinaryOp::And | BinaryOp::Or)
                && (is_null_with(left, null) || is_null_with(right, null))
        }
        ExprKind::Between { operand, .. } => is_null_with(operand, null),
        ExprKind::InList { operand, list, .. } => !list.is_empty() && is_null_with(operand, null),
        ExprKind::Like {
            operand, pattern, ..
        } => is_null_with(operand, null) || is_null_with(pattern, null),
        ExprKind::Function {
            function,
            arguments,
        } => {
            function.strict
                && arguments
                    .iter()
                    .any(|argument| is_null_with(argument, null))
        }
        _ => false,
    }
}

/// An expression compared with constants, none of which is NULL.
struct Compared<'a> {
    of: &'a Expr,
    with: Constants<'a>,
}

enum Constants<'a> {
    One(BinaryOp, &'a Value),
    /// At least the first and at most the second.
    Between(&'a Value, &'a Value),
    /// Equal to one of them.
    OneOf(Vec<&'a Value>),
}

fn compared(expr: &Expr) -> Option<Compared<'_>> {
    match &expr.kind {
        ExprKind::Binary { op, left, right } => match (literal(left), literal(right)) {
            (None, Some(value)) => Some(Compared {
                of: left,
                with: Constants::One(comparison(*op)?, value),
            }),
            (Some(value), None) => Some(Compared {
                of: right,
                with: Constants::One(comparison(*op)?.mirrored(), value),
            }),
            _ => None,
        },
        ExprKind::Between {
            operand,
            low,
            high,
            negated: false,
        } => Some(Compared {
            of: operand,
            with: Constants::Between(literal(low)?, literal(high)?),
        }),
        ExprKind::InList {
            operand,
            list,
            negated: false,
        } => {
            // A NULL in the list makes nothing TRUE.
            let others = list.iter().filter(|expr| !is_null_literal(expr));
            Some(Compared {
                of: operand,
                with: Constants::OneOf(others.map(literal).collect::<Option<_>>()?),
            })
        }
        _ => None,
    }
}

fn literal(expr: &Expr) -> Option<&Value> {
    match &expr.kind {
        ExprKind::Literal(value) if !value.is_null() => Some(value),
        _ => None,
    }
}

fn is_null_literal(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Literal(value) if value.is_null())
}

fn comparison(op: BinaryOp) -> Option<BinaryOp> {
    use BinaryOp::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
    matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq).then_some(op)
}

fn compared_follows(known: &Expr, wanted: &Expr) -> bool {
    let (Some(known), Some(wanted)) = (compared(known), compared(wanted)) else {
        return false;
    };
    if !is_same(known.of, wanted.of) {
        return false;
    }
    match &known.with {
        Constants::One(op, value) => one_follows(*op, value, &wanted.with),
        Constants::Between(low, high) => {
            one_follows(BinaryOp::GtEq, low, &wanted.with)
                || one_follows(BinaryOp::LtEq, high, &wanted.with)
                || matches!(wanted.with, Constants::Between(least, greatest)
                    if is(low, BinaryOp::GtEq, least) && is(high, BinaryOp::LtEq, greatest))
        }
        Constants::OneOf(values) => values
            .iter()
            .all(|value| one_follows(BinaryOp::Eq, value, &wanted.with)),
    }
}

/// Does `x op value` make sure of what is wanted of x?
fn one_follows(op: BinaryOp, value: &Value, wanted: &Constants<'_>) -> bool {
    use BinaryOp::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
    let all = match wanted {
        Constants::One(..) => None,
        Constants::Between(low, high) => {
            Some(op == Eq && is(value, GtEq, low) && is(value, LtEq, high))
        }
        Constants::OneOf(list) => Some(op == Eq && list.iter().any(|wanted| is(value, Eq, wanted))),
    };
    let (Constants::One(wanted, bound), None) = (wanted, all) else {
        return all.unwrap_or(false);
    };
    match (op, wanted) {
        (Eq, wanted) => is(value, *wanted, bound),
        (Gt, Gt | GtEq | NotEq) | (GtEq, GtEq) => is(value, GtEq, bound),
        (GtEq, Gt | NotEq) => is(value, Gt, bound),
        (Lt, Lt | LtEq | NotEq) | (LtEq, LtEq) => is(value, LtEq, bound),
        (LtEq, Lt | NotEq) => is(value, Lt, bound),
        (NotEq, NotEq) => is(value, Eq, bound),
        _ => false,
    }
}

/// `a op b` of two constants; false where they do not compare.
fn is(a: &Value, op: BinaryOp, b: &Value) -> bool {
    let Some(order) = compare(a.as_ref(), b.as_ref()) else {
        return false;
    };
    match op {
        BinaryOp::Eq => order == Ordering::Equal,
        BinaryOp::NotEq => order != Ordering::Equal,
        BinaryOp::Lt => order == Ordering::Less,
        BinaryOp::LtEq => order != Ordering::Greater,
        BinaryOp::Gt => order == Ordering::Greater,
        BinaryOp::GtEq => order != Ordering::Less,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bind::bind_row_text;
    use crate::bind::bound::RelationNo;
    use crate::expression::fold_literals;
    use crate::schema::{RowText, TableDef};
    use crate::store::testing;
    use crate::types::SqlType;

    fn table() -> std::sync::Arc<TableDef> {
        let types = [
            SqlType::Integer,
            SqlType::Real,
            SqlType::Text,
            SqlType::Boolean,
        ];
        let mut new = testing::new_table("t", &types);
        for (column, name) in new.columns.iter_mut().zip(["a", "b", "c", "d"]) {
            name.clone_into(&mut column.name);
        }
        let database = testing::database(512);
        let mut txn = database.begin_write().unwrap();
        testing::make(&mut txn, &new)
    }

    fn conjuncts(table: &TableDef, condition: &str) -> Vec<Expr> {
        let text = RowText {
            pieces: Vec::new(),
            tail: condition.to_owned(),
        };
        let mut expr = bind_row_text(&text, table, RelationNo(0)).unwrap();
        fold_literals(&mut expr);
        let mut out = Vec::new();
        split_conjuncts(expr, &mut out);
        out
    }

    #[test]
    fn what_follows_and_what_does_not() {
        let table = table();
        let follows = |known: &str, wanted: &str| {
            let wanted = conjuncts(&table, wanted);
            let known = conjuncts(&table, known);
            wanted.into_iter().all(|wanted| implies_all(&known, wanted))
        };
        for (known, wanted) in [
            ("a > 10", "a > 5"),
            ("a > 5", "a > 5"),
            ("a >= 6", "a > 5.5"),
            ("5 < a", "a > 5"),
            ("a = 7", "a > 5"),
            ("a = 7", "a <> 8"),
            ("a = 7", "a IN (6, 7)"),
            ("a = 7", "a BETWEEN 7 AND 9"),
            ("a IN (6, 7)", "a > 5"),
            ("a IN (6, 7)", "a IN (5, 6, 7)"),
            ("a IN (6, NULL)", "a = 6"),
            ("a < 5", "a <> 5"),
            ("a <= 4", "a <> 5"),
            ("a BETWEEN 6 AND 8", "a > 5"),
            ("a BETWEEN 6 AND 8", "a BETWEEN 5 AND 8"),
            ("a >= 6 AND a < 8", "a BETWEEN 6 AND 8"),
            ("a = 6 OR a > 8", "a > 5"),
            ("a = 6", "a = 6 OR c = 'x'"),
            ("b > 1 AND a > 1", "a > 1 AND b > 1"),
            ("a + b > 1", "a IS NOT NULL"),
            ("a + b > 1", "a + b IS NOT NULL"),
            ("lower(c) = 'x'", "c IS NOT NULL"),
            ("c LIKE 'x%'", "c IS NOT NULL"),
            ("a IN (1, 2)", "a IS NOT NULL"),
            ("d", "d IS TRUE"),
            ("d = TRUE", "d"),
            ("d IS FALSE", "NOT d"),
            ("d = FALSE", "NOT d"),
            ("NOT d", "d IS NOT NULL"),
            ("c >= 'b'", "c > 'a'"),
        ] {
            assert!(follows(known, wanted), "{known} → {wanted}");
        }
        for (known, wanted) in [
            ("a > 5", "a > 10"),
            ("a >= 5", "a > 5"),
            ("a > 5", "a > 5.5"),
            ("a <> 5", "a > 5"),
            ("a <> 5", "a <> 6"),
            ("b > 10", "a > 5"),
            ("a = 6 OR c = 'x'", "a = 6"),
            ("a IN (4, 6)", "a > 5"),
            ("a IN (6, 8)", "a IN (6, 7)"),
            ("a BETWEEN 4 AND 8", "a > 5"),
            ("a > 6", "a BETWEEN 6 AND 8"),
            ("a IS NULL", "a IS NOT NULL"),
            ("coalesce(a, 1) = 1", "a IS NOT NULL"),
            ("a = 1 OR c = 'x'", "a IS NOT NULL"),
            ("d", "NOT d"),
            ("d IS NOT FALSE", "d"),
            ("d IS NOT TRUE", "NOT d"),
            ("d IS NOT TRUE", "d IS NOT NULL"),
            ("a NOT IN (1, 2)", "a > 2"),
            ("a NOT BETWEEN 1 AND 2", "a > 1"),
            ("c LIKE 'x%'", "c > 'w'"),
        ] {
            assert!(!follows(known, wanted), "{known} → {wanted}");
        }
    }
}
