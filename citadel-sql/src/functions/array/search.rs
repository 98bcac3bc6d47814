//! What is in arrays.

use super::array_of;
use crate::error::{Error, Result, SqlState};
use crate::functions::scalar::{gives_boolean, gives_integer, wrong_arguments};
use crate::functions::{ArgumentKind, Needs, ScalarFunction};
use crate::types::{Array, ArrayRef, ScalarType, SqlType, Value, ValueRef, total_order};

/// What `@>`, `<@` and `&&` call.
const fn operator(
    name: &'static str,
    eval: fn(&[ValueRef<'_>]) -> Result<Value>,
) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: 2..=2,
        arguments: &[ArgumentKind::Array],
        result_type: gives_boolean,
        strict: true,
        needs: Needs::Nothing,
        eval,
    }
}

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    operator("arraycontains", |a| compared("arraycontains", a, contains)),
    operator("arraycontained", |a| {
        compared("arraycontained", a, |small, large| contains(large, small))
    }),
    operator("arrayoverlap", |a| compared("arrayoverlap", a, overlaps)),
    ScalarFunction {
        name: "array_position",
        arity: 2..=3,
        arguments: &[
            ArgumentKind::Array,
            ArgumentKind::Element,
            ArgumentKind::Integer,
        ],
        result_type: gives_integer,
        strict: false,
        needs: Needs::Nothing,
        eval: position,
    },
    ScalarFunction {
        name: "array_positions",
        arity: 2..=2,
        arguments: &[ArgumentKind::Array, ArgumentKind::Element],
        result_type: |_| Ok(SqlType::Array(ScalarType::Integer)),
        strict: false,
        needs: Needs::Nothing,
        eval: positions,
    },
];

fn compared(
    name: &str,
    arguments: &[ValueRef<'_>],
    holds: fn(ArrayRef<'_>, ArrayRef<'_>) -> bool,
) -> Result<Value> {
    match arguments {
        [ValueRef::Array(a), ValueRef::Array(b)] => Ok(Value::Boolean(holds(*a, *b))),
        _ => Err(wrong_arguments(name, arguments)),
    }
}

/// From so many elements on, both sides are sorted first.
const SORTED_FROM: usize = 32;

/// Is each element of `small` equal to one of `large`? A NULL is equal to none.
fn contains(large: ArrayRef<'_>, small: ArrayRef<'_>) -> bool {
    let wanted: Vec<ValueRef<'_>> = small.iter().collect();
    if wanted.iter().any(|value| value.is_null()) {
        return false;
    }
    let there = known(large);
    wanted.into_iter().all(|value| is_among(&there, value))
}

fn overlaps(a: ArrayRef<'_>, b: ArrayRef<'_>) -> bool {
    let there = known(a);
    let mut others = b.iter().filter(|value| !value.is_null());
    others.any(|value| is_among(&there, value))
}

/// The elements that are not NULL, sorted where they are many.
fn known(array: ArrayRef<'_>) -> Vec<ValueRef<'_>> {
    let mut known: Vec<ValueRef<'_>> = array.iter().filter(|value| !value.is_null()).collect();
    if known.len() >= SORTED_FROM {
        known.sort_by(|a, b| total_order(*a, *b));
    }
    known
}

fn is_among(known: &[ValueRef<'_>], value: ValueRef<'_>) -> bool {
    if known.len() >= SORTED_FROM {
        return known
            .binary_search_by(|other| total_order(*other, value))
            .is_ok();
    }
    known.iter().any(|other| total_order(*other, value).is_eq())
}

/// The subscripts of elements that are the value, or are NULL as it is.
fn found(
    name: &str,
    arguments: &[ValueRef<'_>],
    from: i64,
) -> Result<Option<impl Iterator<Item = i64>>> {
    let (Some(array), Some(value)) = (array_of(name, arguments, 0)?, arguments.get(1)) else {
        return Ok(None);
    };
    let shape = array.shape();
    if shape.as_slice().len() > 1 {
        return Err(Error::unsupported(
            "searching for elements in multidimensional arrays",
        ));
    }
    let lower = shape.as_slice().first().map_or(1, |d| i64::from(d.lower));
    let value = *value;
    let numbered = (lower..).zip(array);
    Ok(Some(
        numbered
            .filter(move |(at, element)| *at >= from && total_order(*element, value).is_eq())
            .map(|(at, _)| at),
    ))
}

fn position(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let from = match arguments.get(2) {
        None => i64::MIN,
        Some(ValueRef::Integer(from)) => *from,
        Some(_) => {
            return Err(Error::sql(
                SqlState::NULL_VALUE_NOT_ALLOWED,
                "initial position must not be null",
            ));
        }
    };
    let first = found("array_position", arguments, from)?.and_then(|mut all| all.next());
    Ok(Value::from(first))
}

fn positions(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let Some(all) = found("array_positions", arguments, i64::MIN)? else {
        return Ok(Value::Null);
    };
    Array::new(ScalarType::Integer, all.map(Value::Integer)).map(Value::Array)
}
