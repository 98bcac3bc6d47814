//! Arrays of other arrays.

use std::cmp::Ordering;

use super::{array_of, gives_second, with_element};
use crate::error::{Error, Result, SqlState};
use crate::functions::scalar::{gives_first, wrong_arguments};
use crate::functions::{ArgumentKind, Needs, ScalarFunction};
use crate::types::{
    Array, ArrayBuilder, ArrayRef, Dimension, Dimensions, ScalarType, SliceBound, SqlType, Value,
    ValueRef, slice, too_large, total_order,
};

const fn editing(
    name: &'static str,
    arguments: &'static [ArgumentKind],
    result_type: fn(&[SqlType]) -> Result<SqlType>,
    eval: fn(&[ValueRef<'_>]) -> Result<Value>,
) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: arguments.len()..=arguments.len(),
        arguments,
        result_type,
        strict: false,
        needs: Needs::Element,
        eval,
    }
}

const ARRAY_ELEMENT: &[ArgumentKind] = &[ArgumentKind::Array, ArgumentKind::Element];

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    editing("array_append", ARRAY_ELEMENT, gives_first, appended),
    editing(
        "array_prepend",
        &[ArgumentKind::Element, ArgumentKind::Array],
        gives_second,
        prepended,
    ),
    editing(
        "array_cat",
        &[ArgumentKind::Array, ArgumentKind::Array],
        gives_first,
        joined,
    ),
    editing("array_remove", ARRAY_ELEMENT, gives_first, removed),
    editing(
        "array_replace",
        &[
            ArgumentKind::Array,
            ArgumentKind::Element,
            ArgumentKind::Element,
        ],
        gives_first,
        replaced,
    ),
    editing(
        "trim_array",
        &[ArgumentKind::Array, ArgumentKind::Integer],
        gives_first,
        trimmed,
    ),
    editing("array_reverse", &[ArgumentKind::Array], gives_first, |a| {
        rows_arranged("array_reverse", a, |rows| rows.reverse())
    }),
    ScalarFunction {
        name: "array_sort",
        arity: 1..=3,
        arguments: &[
            ArgumentKind::Array,
            ArgumentKind::Boolean,
            ArgumentKind::Boolean,
        ],
        result_type: gives_first,
        strict: true,
        needs: Needs::Element,
        eval: sorted,
    },
];

/// An element at one end of an array of one dimension.
fn appended(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let (written, element) = with_element("array_append", arguments)?;
    let array = array_of("array_append", written, 0)?;
    let value = written.get(1).copied().unwrap_or(ValueRef::Null);
    lengthened(array, element, |builder, array| {
        array.map_or(Ok(()), |array| builder.extend(array))?;
        builder.push(value)
    })
}

fn prepended(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let (written, element) = with_element("array_prepend", arguments)?;
    let array = array_of("array_prepend", written, 1)?;
    let value = written.first().copied().unwrap_or(ValueRef::Null);
    lengthened(array, element, |builder, array| {
        builder.push(value)?;
        array.map_or(Ok(()), |array| builder.extend(array))
    })
}

/// One element more, with the lower bound that the array has.
fn lengthened(
    array: Option<ArrayRef<'_>>,
    element: ScalarType,
    fill: impl FnOnce(&mut ArrayBuilder, Option<ArrayRef<'_>>) -> Result<()>,
) -> Result<Value> {
    let shape = array.map_or(Dimensions::NONE, ArrayRef::shape);
    let (len, lower) = match shape.as_slice() {
        [] => (0, 1),
        [dimension] => (dimension.len, dimension.lower),
        _ => {
            return Err(Error::sql(
                SqlState::DATA_EXCEPTION,
                "argument must be empty or one-dimensional array",
            ));
        }
    };
    let dimensions = Dimensions::new(&[Dimension {
        len: len + 1,
        lower,
    }])?;
    let mut builder = ArrayBuilder::new(element);
    fill(&mut builder, array)?;
    Ok(Value::Array(builder.finish(&dimensions)))
}

/// One array behind another, or as an element of it.
fn joined(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let (written, element) = with_element("array_cat", arguments)?;
    let first = array_of("array_cat", written, 0)?;
    let second = array_of("array_cat", written, 1)?;
    let (first, second) = match (first, second) {
        (None, None) => return Ok(Value::Null),
        (Some(only), None) | (None, Some(only)) => return Ok(Value::Array(only.to_owned())),
        (Some(first), Some(second)) if first.is_empty() => {
            return Ok(Value::Array(second.to_owned()));
        }
        (Some(first), Some(second)) if second.is_empty() => {
            return Ok(Value::Array(first.to_owned()));
        }
        (Some(first), Some(second)) => (first, second),
    };
    let dimensions = joined_dimensions(first, second)?;
    let mut builder = ArrayBuilder::new(element);
    builder.extend(first)?;
    builder.extend(second)?;
    Ok(Value::Array(builder.finish(&Dimensions::new(&dimensions)?)))
}

fn joined_dimensions(first: ArrayRef<'_>, second: ArrayRef<'_>) -> Result<Vec<Dimension>> {
    let lens = |dimensions: &[Dimension]| dimensions.iter().map(|d| d.len).collect::<Vec<_>>();
    let (mut a, mut b) = (first.dimensions(), second.dimensions());
    let (inner_a, inner_b) = (lens(&a), lens(&b));
    if a.len() == b.len() && inner_a[1..] == inner_b[1..] {
        a[0].len += b[0].len;
        return Ok(a);
    }
    if a.len() == b.len() + 1 && inner_a[1..] == inner_b[..] {
        a[0].len += 1;
        return Ok(a);
    }
    if b.len() == a.len() + 1 && inner_b[1..] == inner_a[..] {
        b[0].len += 1;
        return Ok(b);
    }
    Err(Error::sql(
        SqlState::ARRAY_SUBSCRIPT_ERROR,
        format!("cannot concatenate incompatible arrays of dimensions {inner_a:?} and {inner_b:?}"),
    ))
}

fn is_same(a: ValueRef<'_>, b: ValueRef<'_>) -> bool {
    total_order(a, b).is_eq()
}

fn removed(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let (written, element) = with_element("array_remove", arguments)?;
    let (Some(array), Some(value)) = (array_of("array_remove", written, 0)?, written.get(1)) else {
        return Ok(Value::Null);
    };
    let shape = array.shape();
    let dimension = match shape.as_slice() {
        [] => return Ok(Value::Array(array.to_owned())),
        [dimension] => *dimension,
        _ => {
            return Err(Error::unsupported(
                "removing elements from multidimensional arrays",
            ));
        }
    };
    let mut builder = ArrayBuilder::new(element);
    for kept in array.iter().filter(|element| !is_same(*element, *value)) {
        builder.push(kept)?;
    }
    let len = builder.len();
    let dimensions = Dimensions::new(&[Dimension { len, ..dimension }])?;
    Ok(Value::Array(builder.finish(&dimensions)))
}

fn replaced(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let (written, element) = with_element("array_replace", arguments)?;
    let array = array_of("array_replace", written, 0)?;
    let (Some(array), [_, old, new]) = (array, written) else {
        return Ok(Value::Null);
    };
    let mut builder = ArrayBuilder::new(element);
    for value in array {
        builder.push(if is_same(value, *old) { *new } else { value })?;
    }
    Ok(Value::Array(builder.finish(&array.shape())))
}

/// The array without its last elements.
fn trimmed(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let (written, _) = with_element("trim_array", arguments)?;
    let Some(array) = array_of("trim_array", written, 0)? else {
        return Ok(Value::Null);
    };
    let count = match written.get(1) {
        Some(ValueRef::Integer(count)) => *count,
        Some(ValueRef::Null) => return Ok(Value::Null),
        _ => return Err(wrong_arguments("trim_array", written)),
    };
    let shape = array.shape();
    let first = shape.as_slice().first().copied();
    let len = first.map_or(0, |first| first.len);
    let most = i64::try_from(len).unwrap_or(i64::MAX);
    if !(0..=most).contains(&count) {
        return Err(Error::sql(
            SqlState::ARRAY_SUBSCRIPT_ERROR,
            format!("number of elements to trim must be between 0 and {most}"),
        ));
    }
    let upper = first.map_or(0, |first| i64::from(first.upper())) - count;
    let bound: SliceBound = (None, Some(upper));
    slice(array, &[bound]).map(Value::Array)
}

/// An array whose parts along the first dimension are in another order.
fn rows_arranged(
    name: &str,
    arguments: &[ValueRef<'_>],
    arrange: impl FnOnce(&mut Vec<Vec<ValueRef<'_>>>),
) -> Result<Value> {
    let (written, element) = with_element(name, arguments)?;
    let Some(array) = array_of(name, written, 0)? else {
        return Ok(Value::Null);
    };
    let shape = array.shape();
    let Some(first) = shape.as_slice().first() else {
        return Ok(Value::Array(Array::empty(element)));
    };
    let width = shape.elements() / first.len;
    let elements: Vec<ValueRef<'_>> = array.iter().collect();
    let mut rows: Vec<Vec<ValueRef<'_>>> = elements.chunks(width).map(<[_]>::to_vec).collect();
    arrange(&mut rows);
    let mut builder = ArrayBuilder::new(element);
    for value in rows.into_iter().flatten() {
        builder.push(value)?;
    }
    if builder.len() != shape.elements() {
        return Err(too_large());
    }
    Ok(Value::Array(builder.finish(&shape)))
}

/// `array_sort(array [, descending [, nulls first]])`
fn sorted(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let flag = |at: usize| match arguments.get(at) {
        Some(ValueRef::Boolean(flag)) => Some(*flag),
        _ => None,
    };
    let descending = flag(1).unwrap_or(false);
    let nulls_first = flag(2).unwrap_or(descending);
    let order = |a: &ValueRef<'_>, b: &ValueRef<'_>| match (a.is_null(), b.is_null()) {
        (false, false) if descending => total_order(*b, *a),
        (false, false) => total_order(*a, *b),
        (a, b) if nulls_first => b.cmp(&a),
        (a, b) => a.cmp(&b),
    };
    rows_arranged("array_sort", arguments, |rows| {
        rows.sort_by(|a, b| {
            let unequal = a
                .iter()
                .zip(b)
                .map(|(a, b)| order(a, b))
                .find(|o| o.is_ne());
            unequal.unwrap_or(Ordering::Equal)
        });
    })
}
