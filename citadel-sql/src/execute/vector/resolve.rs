//! From a pushed-down condition to a predicate of the segment: constants get their values.

use std::ops::Bound;

use citadel_vector::{AttributeValue, Predicate};

use crate::bind::bound::Expr;
use crate::error::Result;
use crate::expression::constant;
use crate::plan::vector::{Comparison, Condition, FilterNo};
use crate::types::Value;

/// The predicate. `None`: a constant has no value (`1 / 0`), or one that no filter column holds; then the rows decide.
pub(super) fn predicate(condition: &Condition, params: &[Value]) -> Option<Predicate> {
    let value = |expr: &Expr| attribute_value(constant(expr, params)).map(Bound::Included);
    Some(match condition {
        Condition::Compare { filter, op, value } => {
            compare(*filter, *op, attribute_value(constant(value, params))?)
        }
        Condition::In {
            filter: FilterNo(column),
            list,
        } => {
            let list = list
                .iter()
                .map(|expr| attribute_value(constant(expr, params)));
            Predicate::In(*column, list.collect::<Option<_>>()?)
        }
        Condition::Between {
            filter: FilterNo(column),
            low,
            high,
        } => Predicate::Range {
            column: *column,
            lower: value(low)?,
            upper: value(high)?,
        },
        Condition::IsNull(FilterNo(column)) => Predicate::IsNull(*column),
        Condition::And(parts) => Predicate::And(all(parts, params)?),
        Condition::Or(parts) => Predicate::Or(all(parts, params)?),
        Condition::Not(inner) => Predicate::Not(Box::new(predicate(inner, params)?)),
    })
}

fn all(conditions: &[Condition], params: &[Value]) -> Option<Vec<Predicate>> {
    conditions
        .iter()
        .map(|condition| predicate(condition, params))
        .collect()
}

fn compare(FilterNo(column): FilterNo, op: Comparison, value: AttributeValue) -> Predicate {
    let (lower, upper) = match op {
        Comparison::Eq => return Predicate::Eq(column, value),
        Comparison::Lt => (Bound::Unbounded, Bound::Excluded(value)),
        Comparison::LtEq => (Bound::Unbounded, Bound::Included(value)),
        Comparison::Gt => (Bound::Excluded(value), Bound::Unbounded),
        Comparison::GtEq => (Bound::Included(value), Bound::Unbounded),
    };
    Predicate::Range {
        column,
        lower,
        upper,
    }
}

fn attribute_value(value: Result<Value>) -> Option<AttributeValue> {
    crate::ann::attribute_value(value.ok()?.as_ref())
}
