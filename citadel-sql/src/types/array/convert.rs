//! From one array to another, element by element, and between arrays and vectors.

use super::{Array, ArrayBuilder, ArrayRef};
use crate::error::{Error, Result, SqlState};
use crate::types::{ScalarType, SqlType, Value, ValueRef};

/// The array that a function makes of the elements that are not NULL; as many, arranged as they are.
pub(crate) fn map_elements(
    array: ArrayRef<'_>,
    to: ScalarType,
    mut map: impl FnMut(ValueRef<'_>) -> Result<Value>,
) -> Result<Array> {
    let mut builder = ArrayBuilder::new(to);
    for value in array {
        match value {
            ValueRef::Null => builder.push(value)?,
            value => builder.push(map(value)?.as_ref())?,
        }
    }
    Ok(builder.finish(&array.shape()))
}

/// The same as a value; what is of the type already is not computed.
pub(crate) fn cast_elements(
    array: ArrayRef<'_>,
    to: ScalarType,
    cast: impl FnMut(ValueRef<'_>) -> Result<Value>,
) -> Result<Value> {
    if array.element_type() == to {
        return Ok(Value::Array(array.to_owned()));
    }
    map_elements(array, to, cast).map(Value::Array)
}

/// The components of a vector as an array; `make` gives each the type of the elements.
pub(crate) fn vector_to_array(
    vector: &[f32],
    to: ScalarType,
    mut make: impl FnMut(ValueRef<'_>) -> Result<Value>,
) -> Result<Value> {
    let mut builder = ArrayBuilder::new(to);
    for component in vector {
        builder.push(make(ValueRef::Real(f64::from(*component)))?.as_ref())?;
    }
    builder.finish_flat().map(Value::Array)
}

/// The components that an array of numbers has as a vector.
///
/// # Errors
/// It has a NULL, or more than one dimension.
pub(crate) fn vector_of_array(
    array: ArrayRef<'_>,
    real: impl Fn(ValueRef<'_>) -> Result<Value>,
) -> Result<Vec<f32>> {
    let wrong = |text: &str| Err(Error::sql(SqlState::DATA_EXCEPTION, text));
    if array.shape().as_slice().len() > 1 {
        return wrong("array must be one-dimensional to be a vector");
    }
    let mut components = Vec::with_capacity(array.len());
    for value in array {
        match real(value)? {
            Value::Real(component) => components.push(component as f32),
            Value::Null => return wrong("an array with NULL elements is no vector"),
            other => {
                return Err(Error::sql(
                    SqlState::DATATYPE_MISMATCH,
                    format!("cannot cast {} to {}", other.sql_type(), SqlType::VECTOR),
                ));
            }
        }
    }
    Ok(components)
}
