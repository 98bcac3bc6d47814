//! Making arrays.

use super::{array_of, with_element};
use crate::error::{Error, Result, SqlState};
use crate::functions::scalar::{gives_first, wrong_arguments};
use crate::functions::{ArgumentKind, Needs, ScalarFunction};
use crate::types::{
    Array, ArrayBuilder, Dimension, Dimensions, ScalarType, SqlType, Value, ValueRef, too_large,
};

/// The most expressions between the brackets of `ARRAY[…]`.
const MANY: usize = 1_000_000;

const fn constructor(
    name: &'static str,
    eval: fn(&[ValueRef<'_>]) -> Result<Value>,
) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: 0..=MANY,
        arguments: &[ArgumentKind::Any],
        result_type: gives_first,
        strict: false,
        needs: Needs::Element,
        eval,
    }
}

/// `ARRAY[a, b]` of single values. No user can call it by name, nor the next.
pub(crate) static ARRAY: ScalarFunction = constructor("array of values", of_values);

/// `ARRAY[a, b]` of arrays, which gets a dimension more.
pub(crate) static ARRAY_OF_ARRAYS: ScalarFunction = constructor("array of arrays", of_arrays);

pub(super) const FUNCTIONS: &[ScalarFunction] = &[ScalarFunction {
    name: "array_fill",
    arity: 2..=3,
    arguments: &[
        ArgumentKind::Element,
        ArgumentKind::Integers,
        ArgumentKind::Integers,
    ],
    result_type: |types| {
        let element = types.first().and_then(|ty| ty.scalar());
        Ok(element.map_or(SqlType::Unknown, SqlType::Array))
    },
    strict: false,
    needs: Needs::Element,
    eval: filled,
}];

fn of_values(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let (values, element) = with_element(ARRAY.name, arguments)?;
    let mut builder = ArrayBuilder::new(element);
    for value in values {
        builder.push(*value)?;
    }
    builder.finish_flat().map(Value::Array)
}

fn of_arrays(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let (arrays, element) = with_element(ARRAY_OF_ARRAYS.name, arguments)?;
    joined(arrays.iter().copied(), element)
}

/// An array of arrays, which must be of the same dimensions.
fn joined<'v>(
    arrays: impl ExactSizeIterator<Item = ValueRef<'v>>,
    element: ScalarType,
) -> Result<Value> {
    let len = arrays.len();
    let mut builder = ArrayBuilder::new(element);
    let mut shape: Option<Dimensions> = None;
    for array in arrays {
        let inner = match array {
            ValueRef::Array(array) => {
                builder.extend(array)?;
                array.shape()
            }
            _ => Dimensions::NONE,
        };
        if *shape.get_or_insert(inner) != inner {
            return Err(Error::sql(
                SqlState::ARRAY_SUBSCRIPT_ERROR,
                "multidimensional arrays must have array expressions with matching dimensions",
            ));
        }
    }
    let inner = shape.unwrap_or(Dimensions::NONE);
    if inner == Dimensions::NONE {
        return Ok(Value::Array(Array::empty(element)));
    }
    let mut dimensions = vec![Dimension { len, lower: 1 }];
    dimensions.extend_from_slice(inner.as_slice());
    Ok(Value::Array(builder.finish(&Dimensions::new(&dimensions)?)))
}

/// `array_fill(value, lengths [, lower bounds])`
fn filled(arguments: &[ValueRef<'_>]) -> Result<Value> {
    const NAME: &str = "array_fill";
    let (written, element) = with_element(NAME, arguments)?;
    let [value, ..] = written else {
        return Err(wrong_arguments(NAME, written));
    };
    let null = |text: &str| Error::sql(SqlState::NULL_VALUE_NOT_ALLOWED, text);
    let numbers = |at: usize| -> Result<Vec<i32>> {
        let array = array_of(NAME, written, at)?
            .ok_or_else(|| null("dimension array or low bound array cannot be null"))?;
        let numbers = array.iter().map(|number| match number {
            ValueRef::Integer(number) => i32::try_from(number).map_err(|_| too_large()),
            _ => Err(null("dimension values cannot be null")),
        });
        numbers.collect()
    };
    let lens = numbers(1)?;
    let lowers = match written.len() {
        3 => numbers(2)?,
        _ => vec![1; lens.len()],
    };
    if lowers.len() != lens.len() {
        return Err(Error::sql(
            SqlState::ARRAY_SUBSCRIPT_ERROR,
            "wrong number of array subscripts",
        ));
    }
    let dimensions = lens.iter().zip(lowers).map(|(len, lower)| {
        let len = usize::try_from(*len).map_err(|_| too_large())?;
        Ok(Dimension { len, lower })
    });
    let dimensions = Dimensions::new(&dimensions.collect::<Result<Vec<_>>>()?)?;
    let mut builder = ArrayBuilder::new(element);
    for _ in 0..dimensions.elements() {
        builder.push(*value)?;
    }
    Ok(Value::Array(builder.finish(&dimensions)))
}
