//! A batch in a table's shape: columns by name, lossless casts, checked vectors.
//!
//! This is the one gate: every row that is written to a table passes it, whichever operation writes it.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;
use arrow_array::{
    Array, ArrayRef, FixedSizeListArray, LargeListArray, ListArray, MapArray, RecordBatch,
    StructArray, new_null_array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType, FieldRef, Fields, SchemaRef, TimeUnit};

use super::Vectors;
use super::vector::VectorColumn;
use crate::error::{LakeError, Result};

/// The shape of a table's rows.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    /// The table's columns in Arrow, with field ids in their metadata.
    pub(crate) arrow: SchemaRef,
    /// Its vector columns, by their place.
    pub(crate) vectors: Vec<(usize, VectorColumn)>,
}

impl Shape {
    /// The shape of tables with a schema.
    pub(crate) fn of(schema: &iceberg::spec::Schema, vectors: &Vectors) -> Result<Self> {
        let arrow = iceberg::arrow::schema_to_arrow_schema(schema)
            .map_err(|error| LakeError::Unsupported(error.to_string()))?;
        let places = schema
            .as_struct()
            .fields()
            .iter()
            .enumerate()
            .filter_map(|(at, field)| Some((at, vectors.0.get(&field.id)?.clone())));
        Ok(Self {
            vectors: places.collect(),
            arrow: Arc::new(arrow),
        })
    }

    /// The batch with the table's columns in the table's order.
    ///
    /// Columns are found by name; one that is missing is null. Casts never lose anything, and an unknown column is an error, since it would
    /// be lost.
    pub(crate) fn align(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let columns = by_name(
            batch.schema().fields(),
            batch.columns(),
            self.arrow.fields(),
            batch.num_rows(),
            "",
            &|name| self.vectors.iter().any(|(_, column)| column.name == name),
        )?;
        for (at, column) in &self.vectors {
            check_vectors(&columns[*at], column)?;
        }
        RecordBatch::try_new(Arc::clone(&self.arrow), columns).map_err(LakeError::rows)
    }
}

/// Every vector has the column's dimension, and all its components are finite.
fn check_vectors(array: &ArrayRef, column: &VectorColumn) -> Result<()> {
    let fail = |reason: String| {
        Err(LakeError::Vector {
            column: column.name.clone(),
            reason,
        })
    };
    let lists = array.as_list::<i32>();
    let values = lists.values().as_primitive::<Float32Type>().values();
    let offsets = lists.value_offsets();
    for row in (0..lists.len()).filter(|row| lists.is_valid(*row)) {
        let vector = &values[offsets[row] as usize..offsets[row + 1] as usize];
        if vector.len() != column.dimension {
            return fail(format!(
                "the vector of row {row} has {} dimensions, not {}",
                vector.len(),
                column.dimension
            ));
        }
        if let Some(bad) = vector.iter().find(|component| !component.is_finite()) {
            return fail(format!("the vector of row {row} has a component {bad}"));
        }
    }
    Ok(())
}

fn by_name(
    from: &Fields,
    arrays: &[ArrayRef],
    to: &Fields,
    rows: usize,
    path: &str,
    narrowed: &dyn Fn(&str) -> bool,
) -> Result<Vec<ArrayRef>> {
    for (at, field) in from.iter().enumerate() {
        let name = field.name();
        if from[..at].iter().any(|other| other.name() == name) {
            return Err(LakeError::rows(format!(
                "two columns are called {path}{name}"
            )));
        }
        if to.iter().all(|known| known.name() != name) {
            return Err(LakeError::rows(format!(
                "the table has no column {path}{name}; add it to the schema first"
            )));
        }
    }
    to.iter()
        .map(|target| {
            let name = target.name();
            let Some(at) = from.iter().position(|field| field.name() == name) else {
                return match target.is_nullable() || rows == 0 {
                    true => Ok(new_null_array(target.data_type(), rows)),
                    false => Err(LakeError::rows(format!(
                        "column {path}{name} is required, and missing"
                    ))),
                };
            };
            let inner = format!("{path}{name}");
            let array = fit(&arrays[at], target, &inner, narrowed(name))?;
            Ok(array)
        })
        .collect()
}

/// The array as the target's type. `narrow` allows doubles to become floats.
fn fit(array: &ArrayRef, target: &FieldRef, path: &str, narrow: bool) -> Result<ArrayRef> {
    if !target.is_nullable() && array.logical_null_count() > 0 {
        return Err(LakeError::rows(format!(
            "{path} is required, and has nulls"
        )));
    }
    if array.data_type() == target.data_type() {
        return Ok(Arc::clone(array));
    }
    if let DataType::Dictionary(_, value) = array.data_type() {
        return fit(&cast(array, value, path)?, target, path, narrow);
    }
    match (array.data_type(), target.data_type()) {
        (DataType::Struct(from), DataType::Struct(to)) => {
            let structs = array.as_struct();
            let columns = by_name(
                from,
                structs.columns(),
                to,
                structs.len(),
                &format!("{path}."),
                &|_| false,
            )?;
            StructArray::try_new_with_length(
                to.clone(),
                columns,
                structs.nulls().cloned(),
                structs.len(),
            )
            .map(|made| Arc::new(made) as ArrayRef)
            .map_err(LakeError::rows)
        }
        (
            DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..),
            DataType::List(element),
        ) => {
            let (offsets, values, nulls) = list_parts(array, path)?;
            let values = fit(&values, element, &format!("{path}[]"), narrow)?;
            ListArray::try_new(Arc::clone(element), offsets, values, nulls)
                .map(|made| Arc::new(made) as ArrayRef)
                .map_err(LakeError::rows)
        }
        (DataType::Map(..), DataType::Map(entries, ordered)) => {
            let maps = array.as_map();
            let DataType::Struct(pair) = entries.data_type() else {
                return Err(LakeError::rows(format!("{path}: a map without entries")));
            };
            let first = maps.value_offsets()[0] as usize;
            let length = maps.value_offsets()[maps.len()] as usize - first;
            let keys = fit(
                &maps.keys().slice(first, length),
                &pair[0],
                &format!("{path}.key"),
                false,
            )?;
            let values = fit(
                &maps.values().slice(first, length),
                &pair[1],
                &format!("{path}.value"),
                false,
            )?;
            let entries_made =
                StructArray::try_new_with_length(pair.clone(), vec![keys, values], None, length)
                    .map_err(LakeError::rows)?;
            let lengths = maps
                .value_offsets()
                .windows(2)
                .map(|w| (w[1] - w[0]) as usize);
            MapArray::try_new(
                Arc::clone(entries),
                OffsetBuffer::from_lengths(lengths),
                entries_made,
                maps.nulls().cloned(),
                *ordered,
            )
            .map(|made| Arc::new(made) as ArrayRef)
            .map_err(LakeError::rows)
        }
        (from, to) if is_lossless(from, to) || (narrow && is_float(from) && is_float(to)) => {
            cast(array, to, path)
        }
        (from, to) => Err(LakeError::rows(format!(
            "{path} is {from} here and {to} in the table"
        ))),
    }
}

fn cast(array: &ArrayRef, to: &DataType, path: &str) -> Result<ArrayRef> {
    let strict = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    cast_with_options(array, to, &strict)
        .map_err(|error| LakeError::rows(format!("{path}: {error}")))
}

/// Offsets, values and nulls of any kind of list, without what lies behind null lists and outside of a slice.
pub(crate) fn list_parts(
    array: &ArrayRef,
    path: &str,
) -> Result<(OffsetBuffer<i32>, ArrayRef, Option<NullBuffer>)> {
    let rows = array.len();
    let (ranges, values): (Vec<(usize, usize)>, ArrayRef) = match array.data_type() {
        DataType::List(_) => {
            let list: &ListArray = array.as_list();
            let at = |row: usize| list.value_offsets()[row] as usize;
            let ranges = (0..rows).map(|row| (at(row), at(row + 1)));
            (ranges.collect(), Arc::clone(list.values()))
        }
        DataType::LargeList(_) => {
            let list: &LargeListArray = array.as_list();
            let at = |row: usize| list.value_offsets()[row] as usize;
            let ranges = (0..rows).map(|row| (at(row), at(row + 1)));
            (ranges.collect(), Arc::clone(list.values()))
        }
        _ => {
            let list: &FixedSizeListArray = array.as_fixed_size_list();
            let width = list.value_length() as usize;
            let ranges = (0..rows).map(|row| (row * width, (row + 1) * width));
            (ranges.collect(), Arc::clone(list.values()))
        }
    };
    let is_valid = |row: usize| array.is_valid(row);
    let lengths = ranges
        .iter()
        .enumerate()
        .map(|(row, (start, end))| if is_valid(row) { end - start } else { 0 });
    let total: usize = lengths.clone().sum();
    if i32::try_from(total).is_err() {
        return Err(LakeError::rows(format!(
            "{path}: {total} list elements in one batch; give smaller batches"
        )));
    }
    let is_dense = ranges.iter().enumerate().all(|(row, (start, end))| {
        (is_valid(row) || start == end) && (row == 0 || ranges[row - 1].1 == *start)
    });
    let values = if is_dense {
        let first = ranges.first().map_or(0, |(start, _)| *start);
        values.slice(first, total)
    } else {
        let kept = ranges
            .iter()
            .enumerate()
            .filter(|(row, _)| is_valid(*row))
            .flat_map(|(_, (start, end))| *start as u64..*end as u64);
        let kept = arrow_array::UInt64Array::from_iter_values(kept);
        arrow_select::take::take(&values, &kept, None).map_err(LakeError::rows)?
    };
    Ok((
        OffsetBuffer::from_lengths(lengths),
        values,
        array.nulls().cloned(),
    ))
}

fn is_float(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Float16 | DataType::Float32 | DataType::Float64
    )
}

/// Whether every value of the one type is a value of the other.
fn is_lossless(from: &DataType, to: &DataType) -> bool {
    use DataType as D;
    match (from, to) {
        (D::Int8 | D::Int16 | D::UInt8 | D::UInt16, D::Int32 | D::Int64)
        | (D::Int32 | D::UInt32, D::Int64)
        | (D::Float16, D::Float32 | D::Float64)
        | (D::Float32, D::Float64)
        | (D::Int8 | D::Int16 | D::UInt8 | D::UInt16, D::Float32 | D::Float64)
        | (D::Int32 | D::UInt32, D::Float64)
        | (D::LargeUtf8 | D::Utf8View, D::Utf8)
        | (D::Binary | D::BinaryView, D::LargeBinary)
        | (D::Date64, D::Date32)
        | (D::Time32(_), D::Time64(TimeUnit::Microsecond)) => true,
        (D::Timestamp(unit, None), D::Timestamp(TimeUnit::Microsecond, None))
        | (D::Timestamp(unit, Some(_)), D::Timestamp(TimeUnit::Microsecond, Some(_))) => {
            *unit != TimeUnit::Nanosecond
        }
        (
            D::Decimal32(digits, scale)
            | D::Decimal64(digits, scale)
            | D::Decimal128(digits, scale)
            | D::Decimal256(digits, scale),
            D::Decimal128(to_digits, to_scale),
        ) => scale == to_scale && digits <= to_digits,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
