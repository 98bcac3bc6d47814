//! SQL's types as Arrow's and back, but for vectors.

use std::sync::Arc;

use arrow_schema::{DataType, Field, TimeUnit};

use crate::types::{Limit, ScalarType, SqlType};

/// Bytes of a UUID.
pub(crate) const UUID_BYTES: i32 = 16;
/// Digits of the longest decimal.
const DECIMAL_DIGITS_MAX: u8 = 38;

/// The type that holds the values of a column; none, where there is no such one.
pub(crate) fn data_type(ty: SqlType, limit: Option<Limit>) -> Option<DataType> {
    Some(match (ty, limit.and_then(Limit::without_domains)) {
        (SqlType::Boolean, _) => DataType::Boolean,
        (SqlType::Integer, Some(Limit::Int16 | Limit::Int32)) => DataType::Int32,
        (SqlType::Integer, _) => DataType::Int64,
        (SqlType::Real, _) => DataType::Float64,
        (SqlType::Text, _) => DataType::Utf8,
        (SqlType::Blob, _) => DataType::LargeBinary,
        (SqlType::Date, _) => DataType::Date32,
        (SqlType::Time, _) => DataType::Time64(TimeUnit::Microsecond),
        (SqlType::Timestamp, _) => DataType::Timestamp(TimeUnit::Microsecond, None),
        (SqlType::TimestampTz, _) => {
            DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()))
        }
        (SqlType::Numeric, limit) => return decimal(limit),
        (SqlType::Uuid, _) => DataType::FixedSizeBinary(UUID_BYTES),
        // Labels are texts there.
        (SqlType::Enum(_), _) => DataType::Utf8,
        // One dimension of any length, any element of which may be NULL.
        (SqlType::Array(element), _) => list_of(data_type(element.sql_type(), None)?, true),
        _ => return None,
    })
}

/// The type of `NUMERIC(p, s)`.
fn decimal(limit: Option<Limit>) -> Option<DataType> {
    let Limit::Digits { precision, scale } = limit? else {
        return None;
    };
    let (precision, scale) = (u8::try_from(precision).ok()?, i8::try_from(scale).ok()?);
    let is_one = precision <= DECIMAL_DIGITS_MAX && (0..=precision.cast_signed()).contains(&scale);
    is_one.then_some(DataType::Decimal128(precision, scale))
}

/// The type of a column, and the bound on it. A list is an array.
pub(crate) fn sql_type(field: &Field) -> Option<(SqlType, Option<Limit>)> {
    Some(match field.data_type() {
        DataType::Boolean => (SqlType::Boolean, None),
        DataType::Int32 => (SqlType::Integer, Some(Limit::Int32)),
        DataType::Int64 => (SqlType::Integer, None),
        DataType::Float32 | DataType::Float64 => (SqlType::Real, None),
        DataType::Utf8 => (SqlType::Text, None),
        DataType::LargeBinary => (SqlType::Blob, None),
        DataType::Date32 => (SqlType::Date, None),
        DataType::Time64(TimeUnit::Microsecond) => (SqlType::Time, None),
        DataType::Timestamp(TimeUnit::Microsecond, None) => (SqlType::Timestamp, None),
        DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => (SqlType::TimestampTz, None),
        DataType::Decimal128(precision, scale) if *scale >= 0 => {
            let limit = Limit::Digits {
                precision: (*precision).into(),
                scale: (*scale).into(),
            };
            (SqlType::Numeric, Some(limit))
        }
        DataType::FixedSizeBinary(UUID_BYTES) if citadel_lake::is_uuid(field) => {
            (SqlType::Uuid, None)
        }
        DataType::List(element) => {
            let (ty, _) = sql_type(element)?;
            (SqlType::Array(ScalarType::of(ty)?), None)
        }
        _ => return None,
    })
}

/// A list of numbers of 32 bits: a vector.
pub(crate) fn float_list() -> DataType {
    list_of(DataType::Float32, false)
}

/// A list.
fn list_of(element: DataType, nullable: bool) -> DataType {
    DataType::List(Arc::new(Field::new("element", element, nullable)))
}
