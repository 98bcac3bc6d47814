//! Functions of any type.

use std::cmp::Ordering;

use super::scalar::{ArgumentKind, gives_first, gives_text};
use super::{Needs, ScalarFunction};
use crate::types::{Value, ValueRef, quoted, total_order};

/// The most arguments of a function that takes any number of them.
const MANY: usize = 1_000;

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    ScalarFunction {
        name: "greatest",
        arity: 1..=MANY,
        arguments: &[ArgumentKind::Same],
        result_type: gives_first,
        strict: false,
        needs: Needs::Nothing,
        eval: |arguments| Ok(extreme(arguments, Ordering::Greater)),
    },
    ScalarFunction {
        name: "least",
        arity: 1..=MANY,
        arguments: &[ArgumentKind::Same],
        result_type: gives_first,
        strict: false,
        needs: Needs::Nothing,
        eval: |arguments| Ok(extreme(arguments, Ordering::Less)),
    },
    // SQLite's forms of two arguments or more, where a NULL makes the result NULL. One argument is the aggregate.
    ScalarFunction {
        name: "max",
        arity: 2..=MANY,
        arguments: &[ArgumentKind::Same],
        result_type: gives_first,
        strict: true,
        needs: Needs::Nothing,
        eval: |arguments| Ok(extreme(arguments, Ordering::Greater)),
    },
    ScalarFunction {
        name: "min",
        arity: 2..=MANY,
        arguments: &[ArgumentKind::Same],
        result_type: gives_first,
        strict: true,
        needs: Needs::Nothing,
        eval: |arguments| Ok(extreme(arguments, Ordering::Less)),
    },
    ScalarFunction {
        name: "typeof",
        arity: 1..=1,
        arguments: &[ArgumentKind::Any],
        result_type: gives_text,
        strict: false,
        needs: Needs::Nothing,
        eval: |arguments| Ok(Value::Text(type_name(arguments))),
    },
    ScalarFunction {
        name: "quote",
        arity: 1..=1,
        arguments: &[ArgumentKind::Any],
        result_type: gives_text,
        strict: false,
        needs: Needs::Nothing,
        eval: |arguments| {
            Ok(Value::Text(
                arguments.iter().map(|value| quoted(*value)).collect(),
            ))
        },
    },
];

/// The greatest or least argument that is not NULL.
fn extreme(arguments: &[ValueRef<'_>], wanted: Ordering) -> Value {
    arguments
        .iter()
        .filter(|value| !value.is_null())
        .copied()
        .reduce(|best, next| {
            if total_order(next, best) == wanted {
                next
            } else {
                best
            }
        })
        .map_or(Value::Null, ValueRef::to_owned)
}

fn type_name(arguments: &[ValueRef<'_>]) -> String {
    let name = match arguments.first() {
        None | Some(ValueRef::Null) => "null",
        Some(ValueRef::Boolean(_)) => "boolean",
        Some(ValueRef::Integer(_)) => "integer",
        Some(ValueRef::Real(_)) => "real",
        Some(ValueRef::Text(_)) => "text",
        Some(ValueRef::Blob(_)) => "blob",
        Some(ValueRef::Date(_)) => "date",
        Some(ValueRef::Time(_)) => "time",
        Some(ValueRef::Timestamp(_)) => "timestamp",
        Some(ValueRef::TimestampTz(_)) => "timestamptz",
        Some(ValueRef::Interval(_)) => "interval",
        Some(ValueRef::Numeric(_)) => "numeric",
        Some(ValueRef::Uuid(_)) => "uuid",
        Some(ValueRef::Vector(_) | ValueRef::Bits(_)) => "vector",
        Some(ValueRef::Enum(value)) => return value.enum_type().name().to_owned(),
        Some(ValueRef::Array(array)) => return array.sql_type().to_string().to_lowercase(),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_skip_null() {
        let values = [ValueRef::Integer(2), ValueRef::Null, ValueRef::Real(2.5)];
        assert_eq!(extreme(&values, Ordering::Greater), Value::Real(2.5));
        assert_eq!(extreme(&values, Ordering::Less), Value::Integer(2));
        assert_eq!(extreme(&[ValueRef::Null], Ordering::Less), Value::Null);
    }
}
