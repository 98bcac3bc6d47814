//! Arrays of which a part is assigned. No user can call these by name.

use super::{array_of, with_element};
use crate::error::{Error, Result, SqlState};
use crate::functions::scalar::{gives_first, wrong_arguments};
use crate::functions::{ArgumentKind, Needs, ScalarFunction};
use crate::types::{SliceBound, SqlType, Value, ValueRef, assigned_element, assigned_slice};

/// The most subscripts that are looked at.
const MANY: usize = 1_000;

/// Subscripts beyond this are beyond every array.
const SUBSCRIPT_MAX: i64 = 1 << 40;

/// Of an array, an element and its subscripts.
pub(crate) static ASSIGNED_ELEMENT: ScalarFunction = assigned("assigned element", |a| {
    let (written, ty) = with_element("assigned element", a)?;
    let array = array_of("assigned element", written, 0)?;
    let [_, value, subscripts @ ..] = written else {
        return Err(wrong_arguments("assigned element", written));
    };
    let subscripts = subscripts.iter().map(|at| subscript(*at));
    let subscripts = subscripts.collect::<Result<Vec<_>>>()?;
    assigned_element(array, ty, &subscripts, *value).map(Value::Array)
});

/// Of an array, another, and the two ends of each subscript; a BOOLEAN stands for one that is not said.
pub(crate) static ASSIGNED_SLICE: ScalarFunction = assigned("assigned slice", |a| {
    let (written, ty) = with_element("assigned slice", a)?;
    let array = array_of("assigned slice", written, 0)?;
    let [_, part, ends @ ..] = written else {
        return Err(wrong_arguments("assigned slice", written));
    };
    let part = match part {
        ValueRef::Array(part) => *part,
        // As PostgreSQL has it, nothing is assigned.
        _ => return Ok(array.map_or(Value::Null, |array| Value::Array(array.to_owned()))),
    };
    let end = |end: ValueRef<'_>| match end {
        ValueRef::Boolean(_) => Ok(None),
        end => subscript(end).map(Some),
    };
    let bounds = ends
        .chunks_exact(2)
        .map(|ends| Ok((end(ends[0])?, end(ends[1])?)));
    let bounds = bounds.collect::<Result<Vec<SliceBound>>>()?;
    assigned_slice(array, ty, &bounds, part).map(Value::Array)
});

const fn assigned(
    name: &'static str,
    eval: fn(&[ValueRef<'_>]) -> Result<Value>,
) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: 3..=MANY,
        arguments: &[ArgumentKind::Any],
        result_type: gives_first,
        strict: false,
        needs: Needs::Element,
        eval,
    }
}

fn subscript(value: ValueRef<'_>) -> Result<i64> {
    match value {
        ValueRef::Integer(at) => Ok(at.clamp(-SUBSCRIPT_MAX, SUBSCRIPT_MAX)),
        ValueRef::Null => Err(Error::sql(
            SqlState::NULL_VALUE_NOT_ALLOWED,
            "array subscript in assignment must not be null",
        )),
        other => Err(Error::sql(
            SqlState::DATATYPE_MISMATCH,
            format!(
                "a subscript is {}, not {}",
                SqlType::Integer,
                other.sql_type()
            ),
        )),
    }
}
