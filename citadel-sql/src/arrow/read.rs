//! Arrow's columns as those of batches.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type,
    Time64MicrosecondType, TimestampMicrosecondType,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use uuid::Uuid;

use super::units;
use crate::batch::Column;
use crate::error::{Error, Result, SqlState};
use crate::types::{ArrayBuilder, ScalarType, SqlType, ValueRef, cast};

/// Appends some rows of a batch. There may be fewer columns wanted than it has.
pub(crate) fn push_batch(
    batch: &RecordBatch,
    from: usize,
    rows: usize,
    columns: &[(String, SqlType)],
    out: &mut [Column],
) -> Result<()> {
    for ((column, (name, ty)), array) in out.iter_mut().zip(columns).zip(batch.columns()) {
        push(&array.slice(from, rows), name, *ty, column)?;
    }
    Ok(())
}

fn push(array: &ArrayRef, name: &str, ty: SqlType, out: &mut Column) -> Result<()> {
    macro_rules! each {
        ($array:expr, $push:expr) => {{
            let array = $array;
            for row in 0..array.len() {
                if array.is_null(row) {
                    out.push_null();
                } else {
                    $push(out, array.value(row))?;
                }
            }
        }};
    }
    let real = |out: &mut Column, value: f64| match value.is_finite() {
        true => out.push_real(value),
        false => Err(Error::sql(
            SqlState::NUMERIC_OUT_OF_RANGE,
            format!("column \"{name}\" holds {value}, which is no REAL"),
        )),
    };
    let strange = || {
        Error::sql(
            SqlState::DATA_EXCEPTION,
            format!("column \"{name}\" holds a value that is no {ty}"),
        )
    };
    match array.data_type() {
        DataType::Boolean => each!(array.as_boolean(), Column::push_boolean),
        DataType::Int32 => each!(
            array.as_primitive::<Int32Type>(),
            |out: &mut Column, value: i32| out.push_integer(i64::from(value))
        ),
        DataType::Int64 => each!(array.as_primitive::<Int64Type>(), Column::push_integer),
        DataType::Float32 => each!(
            array.as_primitive::<Float32Type>(),
            |out: &mut Column, value: f32| real(out, f64::from(value))
        ),
        DataType::Float64 => each!(array.as_primitive::<Float64Type>(), real),
        // Labels are texts there.
        DataType::Utf8 if matches!(ty, SqlType::Enum(_)) => {
            each!(array.as_string::<i32>(), |out: &mut Column, label: &str| {
                out.push(cast(ValueRef::Text(label), ty)?.as_ref())
            })
        }
        DataType::Utf8 => each!(array.as_string::<i32>(), Column::push_text),
        DataType::LargeBinary => each!(array.as_binary::<i64>(), Column::push_blob),
        DataType::Date32 => each!(
            array.as_primitive::<Date32Type>(),
            |out: &mut Column, days| out.push_date(units::date(days).map_err(|_| strange())?)
        ),
        DataType::Time64(TimeUnit::Microsecond) => each!(
            array.as_primitive::<Time64MicrosecondType>(),
            |out: &mut Column, micros| out.push_time(units::time(micros).ok_or_else(strange)?)
        ),
        DataType::Timestamp(TimeUnit::Microsecond, None) => each!(
            array.as_primitive::<TimestampMicrosecondType>(),
            |out: &mut Column, micros| {
                out.push_timestamp(units::timestamp(micros).map_err(|_| strange())?)
            }
        ),
        DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => each!(
            array.as_primitive::<TimestampMicrosecondType>(),
            |out: &mut Column, micros| {
                out.push_timestamptz(units::timestamptz(micros).map_err(|_| strange())?)
            }
        ),
        DataType::Decimal128(_, scale) => each!(
            array.as_primitive::<Decimal128Type>(),
            |out: &mut Column, value| {
                let number = units::numeric(value, *scale).ok_or_else(strange)?;
                out.push_numeric(number.as_ref())
            }
        ),
        DataType::FixedSizeBinary(16) => each!(
            array.as_fixed_size_binary(),
            |out: &mut Column, bytes: &[u8]| {
                out.push_uuid(Uuid::from_slice(bytes).map_err(|_| strange())?)
            }
        ),
        DataType::List(_) => match ty {
            SqlType::Array(element) => push_arrays(array, name, element, out)?,
            _ => push_vectors(array, name, ty, out)?,
        },
        other => {
            return Err(Error::unsupported(format!(
                "column \"{name}\" of the lake's type {other}"
            )));
        }
    }
    Ok(())
}

/// Lists as arrays of one dimension.
fn push_arrays(array: &ArrayRef, name: &str, element: ScalarType, out: &mut Column) -> Result<()> {
    let lists = array.as_list::<i32>();
    for row in 0..lists.len() {
        if lists.is_null(row) {
            out.push_null();
            continue;
        }
        let list = lists.value(row);
        let mut values = Column::new(element.sql_type(), list.len());
        push(&list, name, element.sql_type(), &mut values)?;
        let mut builder = ArrayBuilder::new(element);
        (0..values.len()).try_for_each(|at| builder.push(values.get(at)))?;
        out.push_array(builder.finish_flat()?.as_ref())?;
    }
    Ok(())
}

/// Vectors may be of other writers, who check nothing.
fn push_vectors(array: &ArrayRef, name: &str, ty: SqlType, out: &mut Column) -> Result<()> {
    let lists = array.as_list::<i32>();
    let SqlType::Vector(vector) = ty else {
        return Err(Error::unsupported(format!(
            "column \"{name}\", a list in the lake, as {ty}"
        )));
    };
    let wrong = |what: String| {
        let text = format!("column \"{name}\" holds a list {what}");
        Err(Error::sql(SqlState::DATA_EXCEPTION, text))
    };
    for row in 0..lists.len() {
        if lists.is_null(row) {
            out.push_null();
            continue;
        }
        let list = lists.value(row);
        let values = list.as_primitive::<Float32Type>();
        if Some(values.len()) != vector.dim.map(usize::from) {
            return wrong(format!("of {} numbers, not a {ty}", values.len()));
        }
        if values.null_count() > 0 {
            return wrong("with a NULL in it".to_owned());
        }
        if let Some(bad) = values.values().iter().find(|value| !value.is_finite()) {
            return wrong(format!("with {bad} in it"));
        }
        out.push_vector(values.values())?;
    }
    Ok(())
}
