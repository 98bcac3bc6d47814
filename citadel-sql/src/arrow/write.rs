//! Columns of batches as Arrow's.

use std::sync::Arc;

use arrow_array::builder::{LargeBinaryBuilder, StringBuilder};
use arrow_array::{
    ArrayRef, BooleanArray, FixedSizeBinaryArray, Float32Array, Float64Array, Int64Array, ListArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field};

use super::UUID_BYTES;
use super::units::Units;
use crate::batch::{Column, ColumnData};
use crate::types::ValueRef;

/// A column as an array of that type. `None`: a value is none of the type.
pub(crate) fn array(column: &Column, kind: &DataType) -> Option<ArrayRef> {
    let nulls = || {
        let nulls = column.nulls();
        let valid = || nulls.iter().map(|is_null| !is_null).collect::<Vec<bool>>();
        (!nulls.is_empty()).then(|| NullBuffer::from(valid()))
    };
    Some(match (column.data(), kind) {
        (ColumnData::Null, kind) => arrow_array::new_null_array(kind, column.len()),
        (ColumnData::Boolean(values), DataType::Boolean) => {
            Arc::new(BooleanArray::new(values.clone().into(), nulls()))
        }
        (ColumnData::Integer(values), DataType::Int64) => {
            Arc::new(Int64Array::new(values.clone().into(), nulls()))
        }
        (ColumnData::Real(values), DataType::Float64) => {
            Arc::new(Float64Array::new(values.clone().into(), nulls()))
        }
        (ColumnData::Real(values), DataType::Float32) => {
            // Rounded to the nearest, as is the meaning of the type.
            let values: Vec<f32> = values.iter().map(|value| *value as f32).collect();
            if values.iter().any(|value| !value.is_finite()) {
                return None;
            }
            Arc::new(Float32Array::new(values.into(), nulls()))
        }
        (ColumnData::Text(values), DataType::Utf8) => {
            let mut array = StringBuilder::new();
            for row in 0..column.len() {
                array.append_option((!column.is_null(row)).then(|| values.get(row)));
            }
            Arc::new(array.finish())
        }
        (ColumnData::Enum { .. }, DataType::Utf8) => {
            let mut array = StringBuilder::new();
            for row in 0..column.len() {
                array.append_option(match column.get(row) {
                    ValueRef::Enum(value) => Some(value.label()),
                    _ => None,
                });
            }
            Arc::new(array.finish())
        }
        (ColumnData::Blob(values), DataType::LargeBinary) => {
            let mut array = LargeBinaryBuilder::new();
            for row in 0..column.len() {
                array.append_option((!column.is_null(row)).then(|| values.get(row)));
            }
            Arc::new(array.finish())
        }
        (ColumnData::Vector { dim, values }, DataType::List(_)) => {
            // A NULL has components here, and none there.
            let lengths = (0..column.len()).map(|row| match column.is_null(row) {
                true => 0,
                false => *dim,
            });
            let given = (0..column.len()).filter(|row| !column.is_null(*row));
            let given = given.flat_map(|row| &values[row * dim..(row + 1) * dim]);
            let values = Float32Array::from_iter_values(given.copied());
            let element = Arc::new(Field::new("element", DataType::Float32, false));
            let offsets = OffsetBuffer::from_lengths(lengths);
            Arc::new(ListArray::new(element, offsets, Arc::new(values), nulls()))
        }
        (ColumnData::Array { .. }, DataType::List(element)) => lists(column, element)?,
        (ColumnData::Uuid(values), DataType::FixedSizeBinary(UUID_BYTES)) => {
            let given =
                (0..column.len()).map(|row| (!column.is_null(row)).then(|| values[row].as_bytes()));
            let array = FixedSizeBinaryArray::try_from_sparse_iter_with_size(given, UUID_BYTES);
            Arc::new(array.ok()?)
        }
        (_, kind) => {
            let units = Units::of(kind)?;
            let mut counted = Vec::with_capacity(column.len());
            for row in 0..column.len() {
                counted.push(match column.is_null(row) {
                    true => None,
                    false => Some(units.exactly(&column.get(row).to_owned())?),
                });
            }
            units.array(counted.into_iter())
        }
    })
}

/// Arrays of one dimension as lists. `None`: one has more.
fn lists(column: &Column, element: &Arc<Field>) -> Option<ArrayRef> {
    let mut values = Vec::with_capacity(column.len());
    let mut lengths = Vec::with_capacity(column.len());
    for row in 0..column.len() {
        let before = values.len();
        if let ValueRef::Array(array) = column.get(row) {
            if array.dimensions().len() > 1 {
                return None;
            }
            values.extend(array.iter().map(ValueRef::to_owned));
        }
        lengths.push(values.len() - before);
    }
    let mut flat = Column::new(element_type(column)?, values.len());
    for value in &values {
        flat.push(value.as_ref()).ok()?;
    }
    let flat = array(&flat, element.data_type())?;
    let valid = (0..column.len()).map(|row| !column.is_null(row));
    let nulls = NullBuffer::from(valid.collect::<Vec<bool>>());
    let list = ListArray::try_new(
        Arc::clone(element),
        OffsetBuffer::from_lengths(lengths),
        flat,
        Some(nulls),
    );
    Some(Arc::new(list.ok()?))
}

fn element_type(column: &Column) -> Option<crate::types::SqlType> {
    Some(column.sql_type().element()?.sql_type())
}
