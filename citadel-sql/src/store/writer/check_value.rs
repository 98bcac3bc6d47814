//! The last look at a value before it is stored.

use crate::error::{Error, Result, SqlState};
use crate::schema::{ColumnDef, TableDef};
use crate::types::{
    ArrayRef, EnumType, EnumValue, Limit, ScalarType, SqlType, ValueRef, VectorType,
    check_components,
};

/// Is the value one that the column may hold?
///
/// # Errors
/// NULL where there must be none; another type or dimension; NaN, infinity, or what a component cannot be.
pub(super) fn check_value(table: &TableDef, column: &ColumnDef, value: ValueRef<'_>) -> Result<()> {
    check_type(table, column, value)?;
    match column.limit {
        // An array of a domain's values may be NULL whatever these may be.
        Some(limit @ Limit::Domain(_)) if !(value.is_null() && column.ty.element().is_some()) => {
            limit.check(value)
        }
        _ => Ok(()),
    }
}

fn check_type(table: &TableDef, column: &ColumnDef, value: ValueRef<'_>) -> Result<()> {
    match (column.ty, value) {
        (_, ValueRef::Null) if column.not_null => Err(null_value(table, column)),
        (SqlType::Integer, ValueRef::Integer(_))
        | (SqlType::Text, ValueRef::Text(_))
        | (SqlType::Numeric, ValueRef::Numeric(_))
        | (SqlType::Array(_), ValueRef::Array(_))
            if let Some(limit) = column.limit
                && !matches!(limit, Limit::Domain(_)) =>
        {
            limit.check(value).map_err(|error| {
                let text = format!("{}: {}", place(table, column), error.message());
                Error::sql(error.sqlstate().unwrap_or(SqlState::DATA_EXCEPTION), text)
            })
        }
        (_, ValueRef::Null)
        | (SqlType::Boolean, ValueRef::Boolean(_))
        | (SqlType::Integer, ValueRef::Integer(_))
        | (SqlType::Text, ValueRef::Text(_))
        | (SqlType::Blob, ValueRef::Blob(_))
        | (SqlType::Date, ValueRef::Date(_))
        | (SqlType::Time, ValueRef::Time(_))
        | (SqlType::Timestamp, ValueRef::Timestamp(_))
        | (SqlType::TimestampTz, ValueRef::TimestampTz(_))
        | (SqlType::Interval, ValueRef::Interval(_))
        | (SqlType::Numeric, ValueRef::Numeric(_))
        | (SqlType::Uuid, ValueRef::Uuid(_)) => Ok(()),
        (SqlType::Enum(ty), ValueRef::Enum(v)) if ty == v.enum_type() => check_label(ty, v),
        (SqlType::Array(element), ValueRef::Array(array)) if array.element_type() == element => {
            check_elements(table, column, array)
        }
        (SqlType::Real, ValueRef::Real(v)) if v.is_finite() => Ok(()),
        (SqlType::Real, ValueRef::Real(_)) => Err(Error::sql(
            SqlState::NUMERIC_OUT_OF_RANGE,
            format!("{} cannot be NaN or infinite", place(table, column)),
        )),
        (SqlType::Vector(ty), ValueRef::Vector(v)) if !ty.is_bits() => {
            check_vector(table, column, ty, v)
        }
        (SqlType::Vector(ty), ValueRef::Bits(v)) if ty.is_bits() => {
            check_dimension(table, column, ty, v.dim())
        }
        (ty, value) => Err(Error::sql(
            SqlState::DATATYPE_MISMATCH,
            format!(
                "{} is of type {ty}, but the value is of type {}",
                place(table, column),
                value.sql_type()
            ),
        )),
    }
}

/// Has the type the value? One of another time, or of another database, may be none of it.
fn check_label(ty: EnumType, value: EnumValue) -> Result<()> {
    match ty.at(value.place()) {
        Some(_) => Ok(()),
        None => Err(ty.invalid(value.label())),
    }
}

/// A REAL of an array is finite, as any other.
fn check_elements(table: &TableDef, column: &ColumnDef, array: ArrayRef<'_>) -> Result<()> {
    if let SqlType::Array(ScalarType::Enum(ty)) = column.ty {
        return array.iter().try_for_each(|element| match element {
            ValueRef::Enum(value) => check_label(ty, value),
            _ => Ok(()),
        });
    }
    let is_stored = |value| !matches!(value, ValueRef::Real(v) if !v.is_finite());
    if array.element_type() != ScalarType::Real || array.iter().all(is_stored) {
        return Ok(());
    }
    Err(Error::sql(
        SqlState::NUMERIC_OUT_OF_RANGE,
        format!("{} cannot hold NaN or infinity", place(table, column)),
    ))
}

fn check_vector(
    table: &TableDef,
    column: &ColumnDef,
    ty: VectorType,
    vector: &[f32],
) -> Result<()> {
    check_dimension(table, column, ty, vector.len())?;
    if all_finite(vector) {
        return check_components(vector, ty.element);
    }
    let at = vector.iter().take_while(|c| c.is_finite()).count();
    Err(Error::sql(
        SqlState::DATA_EXCEPTION,
        format!(
            "{} cannot hold NaN or infinity, which component {} is",
            place(table, column),
            at + 1
        ),
    ))
}

fn check_dimension(
    table: &TableDef,
    column: &ColumnDef,
    ty: VectorType,
    found: usize,
) -> Result<()> {
    let dim = usize::from(ty.dim.unwrap_or(0));
    if found == dim {
        return Ok(());
    }
    Err(Error::sql(
        SqlState::DATA_EXCEPTION,
        format!(
            "{} wants {dim} dimensions, but the vector has {found}",
            place(table, column),
        ),
    ))
}

/// Without an early exit, since that is what the compiler makes wide instructions of.
fn all_finite(vector: &[f32]) -> bool {
    vector.iter().fold(true, |all, c| all & c.is_finite())
}

/// NULL in a column that may not hold it.
pub(super) fn null_value(table: &TableDef, column: &ColumnDef) -> Error {
    Error::sql(
        SqlState::NOT_NULL_VIOLATION,
        format!(
            "null value in {} violates not-null constraint",
            place(table, column)
        ),
    )
}

fn place(table: &TableDef, column: &ColumnDef) -> String {
    format!("column \"{}\" of table \"{}\"", column.name, table.name)
}
