//! Storing a value of one type in a column of another: lossless, or an error. No user can call these by name.

use super::scalar::{gives_blob, gives_boolean, gives_integer, gives_real, gives_text};
use super::{Needs, ScalarFunction};
use crate::error::Result;
use crate::functions::ArgumentKind;
use crate::types::{Element, ScalarType, SqlType, Value, ValueRef, VectorType, assign};

const fn assignment(
    name: &'static str,
    result_type: fn(&[SqlType]) -> Result<SqlType>,
    eval: fn(&[ValueRef<'_>]) -> Result<Value>,
) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: 1..=1,
        arguments: &[ArgumentKind::Any],
        result_type,
        strict: true,
        needs: Needs::Nothing,
        eval,
    }
}

fn to(arguments: &[ValueRef<'_>], ty: SqlType) -> Result<Value> {
    match arguments {
        [value] => assign((*value).to_owned(), ty),
        _ => Ok(Value::Null),
    }
}

static TO_BOOLEAN: ScalarFunction =
    assignment("to boolean", gives_boolean, |a| to(a, SqlType::Boolean));
static TO_INTEGER: ScalarFunction =
    assignment("to integer", gives_integer, |a| to(a, SqlType::Integer));
static TO_REAL: ScalarFunction = assignment("to real", gives_real, |a| to(a, SqlType::Real));
static TO_TEXT: ScalarFunction = assignment("to text", gives_text, |a| to(a, SqlType::Text));
static TO_BLOB: ScalarFunction = assignment("to blob", gives_blob, |a| to(a, SqlType::Blob));
static TO_VECTOR: ScalarFunction = assignment(
    "to vector",
    |_| Ok(SqlType::VECTOR),
    |a| to(a, SqlType::VECTOR),
);

static TO_DATE: ScalarFunction =
    assignment("to date", |_| Ok(SqlType::Date), |a| to(a, SqlType::Date));
static TO_TIME: ScalarFunction =
    assignment("to time", |_| Ok(SqlType::Time), |a| to(a, SqlType::Time));
static TO_TIMESTAMP: ScalarFunction = assignment(
    "to timestamp",
    |_| Ok(SqlType::Timestamp),
    |a| to(a, SqlType::Timestamp),
);
static TO_TIMESTAMPTZ: ScalarFunction = assignment(
    "to timestamptz",
    |_| Ok(SqlType::TimestampTz),
    |a| to(a, SqlType::TimestampTz),
);
static TO_INTERVAL: ScalarFunction = assignment(
    "to interval",
    |_| Ok(SqlType::Interval),
    |a| to(a, SqlType::Interval),
);
static TO_NUMERIC: ScalarFunction = assignment(
    "to numeric",
    |_| Ok(SqlType::Numeric),
    |a| to(a, SqlType::Numeric),
);
static TO_UUID: ScalarFunction =
    assignment("to uuid", |_| Ok(SqlType::Uuid), |a| to(a, SqlType::Uuid));

const BITS: SqlType = SqlType::Vector(VectorType::any(Element::Bit));
static TO_BITS: ScalarFunction = assignment("to bits", |_| Ok(BITS), |a| to(a, BITS));

/// Those to arrays, in the order of the types of their elements.
static TO_ARRAYS: [ScalarFunction; ScalarType::ALL.len()] = [
    to_array::<0>(),
    to_array::<1>(),
    to_array::<2>(),
    to_array::<3>(),
    to_array::<4>(),
    to_array::<5>(),
    to_array::<6>(),
    to_array::<7>(),
    to_array::<8>(),
    to_array::<9>(),
    to_array::<10>(),
    to_array::<11>(),
];

const fn to_array<const ELEMENT: usize>() -> ScalarFunction {
    assignment(
        "to array",
        |_| Ok(SqlType::Array(ScalarType::ALL[ELEMENT])),
        |a| to(a, SqlType::Array(ScalarType::ALL[ELEMENT])),
    )
}

/// The function that fits a value into a column of a type; the dimension of a vector, and what its numbers may be, are
/// left to the writer.
pub(crate) fn assignment_to(ty: SqlType) -> Option<&'static ScalarFunction> {
    match ty {
        // Nothing else goes into a column of labels.
        SqlType::Unknown | SqlType::Enum(_) => None,
        SqlType::Boolean => Some(&TO_BOOLEAN),
        SqlType::Integer => Some(&TO_INTEGER),
        SqlType::Real => Some(&TO_REAL),
        SqlType::Text => Some(&TO_TEXT),
        SqlType::Blob => Some(&TO_BLOB),
        SqlType::Date => Some(&TO_DATE),
        SqlType::Time => Some(&TO_TIME),
        SqlType::Timestamp => Some(&TO_TIMESTAMP),
        SqlType::TimestampTz => Some(&TO_TIMESTAMPTZ),
        SqlType::Interval => Some(&TO_INTERVAL),
        SqlType::Numeric => Some(&TO_NUMERIC),
        SqlType::Uuid => Some(&TO_UUID),
        SqlType::Vector(vector) if vector.is_bits() => Some(&TO_BITS),
        SqlType::Vector(_) => Some(&TO_VECTOR),
        SqlType::Array(element) => TO_ARRAYS.get(usize::from(element.code())),
    }
}
