//! The share of rows for which conditions are TRUE.
//!
//! Conditions are taken as independent of each other, except for what is known better: both ends of a range of one column,
//! and equalities on columns that an index has together.

use super::column::{Columns, Known, joint_distinct};
use super::{EQUAL, LEAST, OTHER, RANGE};
use crate::bind::bound::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::plan::expr::{is_constant, is_same};
use crate::schema::{ColumnNo, ColumnStatistics};
use crate::types::{LikePattern, LikeTail, SqlType, Value, ValueRef};

/// Elements of an array that is only known when a plan runs: a guess.
const ELEMENTS: f64 = 10.0;

/// With fewer values, what part of them matches a pattern says little.
const SAMPLED_MIN: usize = 10;

/// The share of rows for which all conjuncts are TRUE.
pub(in crate::plan) fn share<'e>(
    conjuncts: impl IntoIterator<Item = &'e Expr>,
    columns: &Columns<'_>,
) -> f64 {
    let mut facts: Vec<Fact<'e>> = conjuncts
        .into_iter()
        .map(|conjunct| Fact::of(conjunct, columns))
        .collect();
    join_ranges(&mut facts, columns);
    join_equalities(&mut facts, columns);
    let share: f64 = facts.iter().map(|fact| fact.share).product();
    share.clamp(LEAST, 1.0)
}

/// A conjunct, and the share of rows that it leaves beside the others.
struct Fact<'e> {
    /// What is compared with a constant.
    operand: Option<&'e Expr>,
    kind: Kind,
    share: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Equal,
    /// Above something.
    Above,
    /// Below something.
    Below,
    NotNull,
    Other,
}

impl<'e> Fact<'e> {
    fn of(conjunct: &'e Expr, columns: &Columns<'_>) -> Self {
        let (operand, kind) = match &conjunct.kind {
            ExprKind::Binary { op, left, right } => {
                let (op, operand, constant) = match (is_constant(left), is_constant(right)) {
                    (_, true) => (*op, Some(&**left), true),
                    (true, false) => (op.mirrored(), Some(&**right), true),
                    _ => (*op, None, false),
                };
                let kind = match op {
                    BinaryOp::Eq if constant => Kind::Equal,
                    BinaryOp::Gt | BinaryOp::GtEq if constant => Kind::Above,
                    BinaryOp::Lt | BinaryOp::LtEq if constant => Kind::Below,
                    _ => Kind::Other,
                };
                (operand, kind)
            }
            ExprKind::IsNull {
                operand,
                negated: true,
            } => (Some(&**operand), Kind::NotNull),
            ExprKind::InList {
                operand,
                negated: false,
                ..
            }
            | ExprKind::Between {
                operand,
                negated: false,
                ..
            } => (Some(&**operand), Kind::Other),
            _ => (None, Kind::Other),
        };
        Self {
            operand,
            kind,
            share: single(conjunct, columns),
        }
    }

    fn is_about(&self, operand: &Expr) -> bool {
        self.operand.is_some_and(|known| is_same(known, operand))
    }
}

/// Both ends of a range of one column leave what lies between; and what is compared is not NULL.
fn join_ranges(facts: &mut [Fact<'_>], columns: &Columns<'_>) {
    for at in 0..facts.len() {
        let Some(operand) = facts[at].operand else {
            continue;
        };
        if facts[at].kind == Kind::NotNull {
            let mut others = facts.iter();
            if others.any(|other| other.kind != Kind::NotNull && other.is_about(operand)) {
                facts[at].share = 1.0;
            }
        }
        if facts[at].kind != Kind::Below {
            continue;
        }
        let is_low = |other: &Fact<'_>| other.kind == Kind::Above && other.is_about(operand);
        let low = facts.iter().position(is_low);
        let known = columns.of(operand).and_then(|known| known.statistics());
        if let (Some(low), Some(of)) = (low, known) {
            let between = facts[at].share + facts[low].share - (1.0 - of.nulls);
            // What lies between may be little; each end alone says less.
            let least = of.average_share(f64::MAX).min(facts[at].share);
            facts[at].share = between.max(least).max(LEAST);
            facts[low].share = 1.0;
        }
    }
}

/// Columns that an index has together are seldom independent of each other.
fn join_equalities(facts: &mut [Fact<'_>], columns: &Columns<'_>) {
    let mut equal: Vec<(usize, Known<'_>, ColumnNo)> = Vec::new();
    for (at, fact) in facts.iter().enumerate() {
        if fact.kind == Kind::Equal
            && let Some(known) = fact.operand.and_then(|operand| columns.of(operand))
            && let Some(no) = known.no
        {
            equal.push((at, known, no));
        }
    }
    let Some((_, first, _)) = equal.first().copied() else {
        return;
    };
    equal.retain(|(_, known, _)| known.table.id == first.table.id);
    if equal.len() < 2 {
        return;
    }
    let Some((places, distinct, is_unique)) = best_index(first, &equal) else {
        return;
    };
    let alone: f64 = places.iter().map(|at| facts[*at].share).product();
    let together = 1.0 / distinct;
    for at in &places {
        facts[*at].share = 1.0;
    }
    facts[places[0]].share = match is_unique {
        true => together,
        false => together.max(alone),
    };
}

/// The index that has most of the columns at its beginning: the places of those, how many values they have together, and
/// whether each has one row.
fn best_index(
    of: Known<'_>,
    equal: &[(usize, Known<'_>, ColumnNo)],
) -> Option<(Vec<usize>, f64, bool)> {
    let mut best: Option<(Vec<usize>, f64, bool)> = None;
    for index in &of.table.indexes {
        let crate::schema::IndexKind::BTree(btree) = &index.kind else {
            continue;
        };
        let Some(keys) = btree.plain_columns() else {
            continue;
        };
        let place_of = |no: &ColumnNo| {
            let mut equal = equal.iter();
            equal.find(|(_, _, known)| known == no).map(|(at, ..)| *at)
        };
        let places: Vec<usize> = keys.iter().map_while(place_of).collect();
        if places.len() < 2
            || best
                .as_ref()
                .is_some_and(|(known, ..)| known.len() >= places.len())
        {
            continue;
        }
        let is_unique = btree.unique && places.len() == keys.len();
        if let Some(distinct) = joint_distinct(of.table, &keys[..places.len()], of.rows) {
            best = Some((places, distinct, is_unique));
        }
    }
    best
}

/// The share of rows for which one condition is TRUE.
fn single(expr: &Expr, columns: &Columns<'_>) -> f64 {
    match &expr.kind {
        ExprKind::Literal(Value::Boolean(value)) => f64::from(u8::from(*value)),
        ExprKind::Literal(Value::Null) => 0.0,
        ExprKind::Column(_) if expr.ty == SqlType::Boolean => {
            let known = columns.of(expr);
            known
                .and_then(|known| known.equal_share(Some(ValueRef::Boolean(true))))
                .unwrap_or(OTHER)
        }
        ExprKind::Unary {
            op: UnaryOp::Not,
            operand,
        } => 1.0 - single(operand, columns),
        ExprKind::Binary {
            op: BinaryOp::And,
            left,
            right,
        } => single(left, columns) * single(right, columns),
        ExprKind::Binary {
            op: BinaryOp::Or,
            left,
            right,
        } => {
            let (left, right) = (single(left, columns), single(right, columns));
            left + right - left * right
        }
        ExprKind::Binary { op, left, right } => match (is_constant(left), is_constant(right)) {
            (_, true) => comparison(*op, left, right, columns),
            (true, false) => comparison(op.mirrored(), right, left, columns),
            _ => between_columns(*op, left, right, columns),
        },
        ExprKind::InList {
            operand,
            list,
            negated,
        } => in_list(operand, list, *negated, columns),
        ExprKind::AnyElement {
            operand,
            op: BinaryOp::Eq,
            array,
            all: false,
        } => one_of_elements(operand, array, columns),
        ExprKind::Between {
            operand,
            low,
            high,
            negated,
        } => {
            let share = between(operand, low, high, columns);
            if *negated { 1.0 - share } else { share }
        }
        ExprKind::IsNull { operand, negated } => {
            let known = columns.of(operand).and_then(|known| known.nulls());
            let share = known.unwrap_or(EQUAL);
            if *negated { 1.0 - share } else { share }
        }
        ExprKind::Like {
            operand,
            pattern,
            escape,
            case_insensitive,
            negated,
        } => {
            let compiled = literal(pattern).and_then(|pattern| match pattern {
                Value::Text(text) => LikePattern::new(text, *escape, *case_insensitive).ok(),
                _ => None,
            });
            let known = columns.of(operand).and_then(|known| known.statistics());
            match (compiled, known) {
                (Some(pattern), Some(of)) => {
                    let share = like(&pattern, of);
                    match negated {
                        true => (1.0 - of.nulls - share).max(0.0),
                        false => share,
                    }
                }
                _ => OTHER,
            }
        }
        _ => OTHER,
    }
}

fn literal(expr: &Expr) -> Option<&Value> {
    match &expr.kind {
        ExprKind::Literal(value) => Some(value),
        _ => None,
    }
}

/// `operand op constant`
fn comparison(op: BinaryOp, operand: &Expr, constant: &Expr, columns: &Columns<'_>) -> f64 {
    let value = literal(constant).map(Value::as_ref);
    let known = columns.of(operand);
    let below = |or_equal| {
        let of = known?.statistics()?;
        Some((of, of.below_share(value?, or_equal)?))
    };
    let above = |or_equal: bool| below(or_equal).map(|(of, share)| 1.0 - of.nulls - share);
    let share = match op {
        BinaryOp::Eq => return equal(operand, value, columns),
        BinaryOp::NotEq => {
            let nulls = known.and_then(|known| known.nulls()).unwrap_or(0.0);
            return (1.0 - nulls - equal(operand, value, columns)).max(0.0);
        }
        BinaryOp::Lt => below(false).map(|(_, share)| share),
        BinaryOp::LtEq => below(true).map(|(_, share)| share),
        BinaryOp::Gt => above(true),
        BinaryOp::GtEq => above(false),
        _ => return OTHER,
    };
    share.unwrap_or(RANGE).max(LEAST)
}

/// The share of rows whose operand equals a value, or one that is known later.
fn equal(operand: &Expr, value: Option<ValueRef<'_>>, columns: &Columns<'_>) -> f64 {
    let known = columns.of(operand);
    known
        .and_then(|known| known.equal_share(value))
        .unwrap_or(EQUAL)
}

/// A comparison of two expressions of a row.
fn between_columns(op: BinaryOp, left: &Expr, right: &Expr, columns: &Columns<'_>) -> f64 {
    let equal = || {
        let distinct = |side: &Expr| columns.of(side).and_then(|known| known.distinct());
        match (distinct(left), distinct(right)) {
            (None, None) => EQUAL,
            (left, right) => 1.0 / left.unwrap_or(1.0).max(right.unwrap_or(1.0)),
        }
    };
    match op {
        BinaryOp::Eq => equal(),
        BinaryOp::NotEq => 1.0 - equal(),
        BinaryOp::Lt | BinaryOp::LtEq | BinaryOp::Gt | BinaryOp::GtEq => RANGE,
        _ => OTHER,
    }
}

fn in_list(operand: &Expr, list: &[Expr], negated: bool, columns: &Columns<'_>) -> f64 {
    let known = columns.of(operand);
    let shares = list
        .iter()
        .map(|value| equal(operand, literal(value).map(Value::as_ref), columns));
    let share: f64 = shares.sum();
    // Where nothing is known, a long list says less than its length.
    let most = match known.and_then(|known| known.distinct()) {
        Some(_) => 1.0,
        None => OTHER,
    };
    let share = share.min(most);
    if negated { 1.0 - share } else { share }
}

/// `operand = ANY (array)`
fn one_of_elements(operand: &Expr, array: &Expr, columns: &Columns<'_>) -> f64 {
    let share = match literal(array) {
        Some(Value::Array(array)) => {
            let elements = array.as_ref();
            elements
                .iter()
                .map(|value| equal(operand, Some(value), columns))
                .sum()
        }
        _ => ELEMENTS * equal(operand, None, columns),
    };
    share.min(OTHER)
}

fn between(operand: &Expr, low: &Expr, high: &Expr, columns: &Columns<'_>) -> f64 {
    let known = columns.of(operand).and_then(|known| known.statistics());
    let ends = literal(low).zip(literal(high));
    let share = known.zip(ends).and_then(|(of, (low, high))| {
        let up_to = of.below_share(high.as_ref(), true)?;
        Some(up_to - of.below_share(low.as_ref(), false)?)
    });
    share.unwrap_or(RANGE * RANGE).max(LEAST)
}

/// The share of rows that match a pattern: from the values that are known, and from the text that a match begins with.
fn like(pattern: &LikePattern, of: &ColumnStatistics) -> f64 {
    let matches = |value: &Value| matches!(value, Value::Text(text) if pattern.matches(text));
    let common = of.common.iter().filter(|(value, _)| matches(value));
    let common: f64 = common.map(|(_, share)| share).sum();
    let (prefix, tail) = pattern.prefix();
    let rest = if of.bounds.len() >= SAMPLED_MIN && tail == LikeTail::More {
        let matching = of.bounds.iter().filter(|bound| matches(bound)).count();
        // That none of them does is no proof.
        (matching as f64).max(0.5) / of.bounds.len() as f64
    } else {
        OTHER
    };
    let begins = match prefix.is_empty() {
        true => 1.0,
        false => begins_with(&prefix, of).unwrap_or(OTHER),
    };
    let rest = match tail {
        LikeTail::Nothing => 1.0 / of.rest_distinct(f64::MAX),
        LikeTail::Anything => begins,
        LikeTail::More => rest.min(begins),
    };
    (common + of.rest_share() * rest).clamp(LEAST, 1.0)
}

/// The part of the values that are not common which begins with a text.
fn begins_with(prefix: &str, of: &ColumnStatistics) -> Option<f64> {
    let behind = format!("{prefix}{}", char::MAX);
    let uncommon = ColumnStatistics {
        nulls: 0.0,
        common: Vec::new(),
        ..of.clone()
    };
    let up_to = uncommon.below_share(ValueRef::Text(&behind), false)?;
    let before = uncommon.below_share(ValueRef::Text(prefix), false)?;
    Some((up_to - before).max(0.0))
}
