//! What arrays are like.

use super::array_of;
use crate::error::Result;
use crate::functions::scalar::{gives_integer, gives_text, wrong_arguments};
use crate::functions::{ArgumentKind, Needs, ScalarFunction};
use crate::types::{Dimension, SqlType, Value, ValueRef};

const fn described(
    name: &'static str,
    result_type: fn(&[SqlType]) -> Result<SqlType>,
    eval: fn(&[ValueRef<'_>]) -> Result<Value>,
) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: 1..=1,
        arguments: &[ArgumentKind::Array],
        result_type,
        strict: true,
        needs: Needs::Nothing,
        eval,
    }
}

/// Of one dimension, which the second argument names.
const fn of_dimension(
    name: &'static str,
    eval: fn(&[ValueRef<'_>]) -> Result<Value>,
) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: 2..=2,
        arguments: &[ArgumentKind::Array, ArgumentKind::Integer],
        result_type: gives_integer,
        strict: true,
        needs: Needs::Nothing,
        eval,
    }
}

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    of_dimension("array_length", |a| {
        one("array_length", a, |d| integer(d.len))
    }),
    of_dimension("array_lower", |a| {
        one("array_lower", a, |d| Value::Integer(i64::from(d.lower)))
    }),
    of_dimension("array_upper", |a| {
        one("array_upper", a, |d| Value::Integer(i64::from(d.upper())))
    }),
    described("array_ndims", gives_integer, |a| {
        all("array_ndims", a, |dimensions| integer(dimensions.len()))
    }),
    described("array_dims", gives_text, |a| {
        all("array_dims", a, |dimensions| {
            let shown = dimensions
                .iter()
                .map(|d| format!("[{}:{}]", d.lower, d.upper()));
            Value::Text(shown.collect())
        })
    }),
    described("cardinality", gives_integer, |a| {
        let array = array_of("cardinality", a, 0)?;
        Ok(array.map_or(Value::Null, |array| integer(array.len())))
    }),
];

fn integer(number: usize) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

/// Of all dimensions; an empty array has none, and gives NULL.
fn all(
    name: &str,
    arguments: &[ValueRef<'_>],
    tell: impl Fn(&[Dimension]) -> Value,
) -> Result<Value> {
    let array = array_of(name, arguments, 0)?;
    Ok(match array.map(|array| array.shape()) {
        Some(shape) if !shape.as_slice().is_empty() => tell(shape.as_slice()),
        _ => Value::Null,
    })
}

fn one(name: &str, arguments: &[ValueRef<'_>], tell: impl Fn(Dimension) -> Value) -> Result<Value> {
    let Some(ValueRef::Integer(number)) = arguments.get(1) else {
        return Err(wrong_arguments(name, arguments));
    };
    let at = usize::try_from(*number).ok().and_then(|n| n.checked_sub(1));
    all(name, arguments, |dimensions| {
        let dimension = at.and_then(|at| dimensions.get(at));
        dimension.map_or(Value::Null, |dimension| tell(*dimension))
    })
}
