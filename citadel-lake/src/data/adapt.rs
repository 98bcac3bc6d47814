//! Columns of a file as columns of the table: by field id, whatever their names, order and former types.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ListArray, MapArray, StructArray, new_null_array};
use arrow_buffer::OffsetBuffer;
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Fields};
use parquet::arrow::PARQUET_FIELD_ID_META_KEY;

use crate::schema::align::list_parts;

type Result<T> = std::result::Result<T, ArrowError>;

/// How fields of a file are known.
pub(crate) enum Ids {
    /// By the ids that the file carries.
    Own,
    /// By the name mapping of the table, as the file carries no ids. Nested fields then go by their names.
    Mapped(HashMap<String, i32>),
}

impl Ids {
    /// Ids are the file's own if any top-level column has one.
    pub(crate) fn of(file: &Fields, mapping: impl FnOnce() -> HashMap<String, i32>) -> Self {
        match file.iter().any(|field| own_id(field).is_some()) {
            true => Self::Own,
            false => Self::Mapped(mapping()),
        }
    }

    /// The place of a table's column among the columns of the file.
    pub(crate) fn place(&self, file: &Fields, wanted: &Field) -> Option<usize> {
        let id = own_id(wanted)?;
        file.iter().position(|field| match self {
            Self::Own => own_id(field) == Some(id),
            Self::Mapped(names) => names.get(field.name()) == Some(&id),
        })
    }
}

/// The id that a field's metadata names.
pub(crate) fn own_id(field: &Field) -> Option<i32> {
    field
        .metadata()
        .get(PARQUET_FIELD_ID_META_KEY)?
        .parse()
        .ok()
}

/// The array as the table's type.
pub(crate) fn adapt(array: &ArrayRef, target: &FieldRef) -> Result<ArrayRef> {
    if array.data_type() == target.data_type() {
        return Ok(Arc::clone(array));
    }
    match (array.data_type(), target.data_type()) {
        (DataType::Struct(from), DataType::Struct(to)) => {
            let structs = array.as_struct();
            let columns = to
                .iter()
                .map(|field| match nested_place(from, field) {
                    Some(at) => adapt(structs.column(at), field),
                    None if field.is_nullable() => {
                        Ok(new_null_array(field.data_type(), structs.len()))
                    }
                    None => Err(ArrowError::SchemaError(format!(
                        "the required field {} is missing",
                        field.name()
                    ))),
                })
                .collect::<Result<Vec<_>>>()?;
            let made = StructArray::try_new_with_length(
                to.clone(),
                columns,
                structs.nulls().cloned(),
                structs.len(),
            )?;
            Ok(Arc::new(made))
        }
        (
            DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..),
            DataType::List(element),
        ) => {
            let (offsets, values, nulls) = list_parts(array, "a list")
                .map_err(|error| ArrowError::InvalidArgumentError(error.to_string()))?;
            let values = adapt(&values, element)?;
            let made = ListArray::try_new(Arc::clone(element), offsets, values, nulls)?;
            Ok(Arc::new(made))
        }
        (DataType::Map(..), DataType::Map(entries, ordered)) => {
            let maps = array.as_map();
            let DataType::Struct(pair) = entries.data_type() else {
                return Err(ArrowError::SchemaError("a map without entries".to_owned()));
            };
            let offsets = maps.value_offsets();
            let first = offsets[0] as usize;
            let length = offsets[maps.len()] as usize - first;
            let keys = adapt(&maps.keys().slice(first, length), &pair[0])?;
            let values = adapt(&maps.values().slice(first, length), &pair[1])?;
            let pairs =
                StructArray::try_new_with_length(pair.clone(), vec![keys, values], None, length)?;
            let lengths = offsets.windows(2).map(|pair| (pair[1] - pair[0]) as usize);
            let made = MapArray::try_new(
                Arc::clone(entries),
                OffsetBuffer::from_lengths(lengths),
                pairs,
                maps.nulls().cloned(),
                *ordered,
            )?;
            Ok(Arc::new(made))
        }
        (from, to) if from.is_nested() || to.is_nested() => Err(ArrowError::SchemaError(format!(
            "the file has {from}, the table {to}"
        ))),
        (_, to) => {
            let strict = CastOptions {
                safe: false,
                ..CastOptions::default()
            };
            cast_with_options(array, to, &strict)
        }
    }
}

fn nested_place(file: &Fields, wanted: &Field) -> Option<usize> {
    let has_ids = file.iter().any(|field| own_id(field).is_some());
    file.iter().position(|field| match has_ids {
        true => own_id(field).is_some() && own_id(field) == own_id(wanted),
        false => field.name() == wanted.name(),
    })
}
