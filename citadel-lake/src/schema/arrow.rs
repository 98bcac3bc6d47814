//! Arrow's types as Iceberg's.
//!
//! Every type that Iceberg can hold without loss is taken; what would lose something (nanoseconds in a v2 table, 64-bit unsigned numbers,
//! durations) is an error that says so, at the time the table is made.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema as ArrowSchema, TimeUnit};
use iceberg::spec::{
    ListType, MapType, NestedField, NestedFieldRef, PrimitiveType, Schema, StructType, Type,
};

use crate::error::{LakeError, Result};

/// Deeper nesting than this is a mistake, and recursion over it a danger.
const DEPTH_MAX: usize = 64;

/// Allocates field ids, none twice.
#[derive(Debug)]
pub(crate) struct FieldIds {
    last: i32,
}

impl FieldIds {
    /// Goes on after the last id that the table has ever given.
    pub(crate) fn after(last: i32) -> Self {
        Self { last }
    }

    fn next(&mut self) -> Result<i32> {
        self.last = self
            .last
            .checked_add(1)
            .filter(|id| *id < i32::MAX - 1_000)
            .ok_or_else(|| LakeError::misuse("no field ids are left"))?;
        Ok(self.last)
    }
}

/// The Iceberg schema of new columns.
pub(crate) fn to_schema(arrow: &ArrowSchema, ids: &mut FieldIds) -> Result<Schema> {
    let fields = to_fields(arrow.fields(), ids, 0)?;
    Schema::builder()
        .with_fields(fields)
        .build()
        .map_err(|error| LakeError::misuse(error.to_string()))
}

/// The Iceberg field of one new column.
pub(crate) fn to_field(field: &Field, ids: &mut FieldIds) -> Result<NestedFieldRef> {
    field_at(field, ids, 0)
}

fn to_fields(fields: &Fields, ids: &mut FieldIds, depth: usize) -> Result<Vec<NestedFieldRef>> {
    let mut seen = std::collections::HashSet::new();
    for field in fields {
        if field.name().is_empty() {
            return Err(LakeError::misuse("a column without a name"));
        }
        // Other engines look columns up without regard to case.
        if !seen.insert(field.name().to_lowercase()) {
            return Err(LakeError::misuse(format!(
                "two columns are called {}",
                field.name()
            )));
        }
    }
    fields
        .iter()
        .map(|field| field_at(field, ids, depth))
        .collect()
}

fn field_at(field: &Field, ids: &mut FieldIds, depth: usize) -> Result<NestedFieldRef> {
    let id = ids.next()?;
    let kind = to_type(field, ids, depth)?;
    let made = if field.is_nullable() {
        NestedField::optional(id, field.name(), kind)
    } else {
        NestedField::required(id, field.name(), kind)
    };
    Ok(Arc::new(match field.metadata().get("doc") {
        Some(doc) => made.with_doc(doc),
        None => made,
    }))
}

fn to_type(field: &Field, ids: &mut FieldIds, depth: usize) -> Result<Type> {
    if depth > DEPTH_MAX {
        return Err(LakeError::Unsupported(format!(
            "a type nested deeper than {DEPTH_MAX}"
        )));
    }
    match field.data_type() {
        DataType::Struct(fields) => Ok(Type::Struct(StructType::new(to_fields(
            fields,
            ids,
            depth + 1,
        )?))),
        DataType::List(element)
        | DataType::LargeList(element)
        | DataType::FixedSizeList(element, _) => {
            let id = ids.next()?;
            let kind = to_type(element, ids, depth + 1)?;
            let element = NestedField::list_element(id, kind, !element.is_nullable());
            Ok(Type::List(ListType {
                element_field: Arc::new(element),
            }))
        }
        DataType::Map(entries, _) => {
            let DataType::Struct(pair) = entries.data_type() else {
                return Err(LakeError::misuse("a map without entries"));
            };
            let [key, value] = &pair[..] else {
                return Err(LakeError::misuse("a map without keys or values"));
            };
            let (key_id, value_id) = (ids.next()?, ids.next()?);
            let key_kind = to_type(key, ids, depth + 1)?;
            let value_kind = to_type(value, ids, depth + 1)?;
            Ok(Type::Map(MapType {
                key_field: Arc::new(NestedField::map_key_element(key_id, key_kind)),
                value_field: Arc::new(NestedField::map_value_element(
                    value_id,
                    value_kind,
                    !value.is_nullable(),
                )),
            }))
        }
        DataType::Dictionary(_, value) => {
            let plain = Field::new(field.name(), value.as_ref().clone(), field.is_nullable());
            to_type(&plain, ids, depth + 1)
        }
        _ => primitive(field).map(Type::Primitive),
    }
}

const EXTENSION: &str = "ARROW:extension:name";
const UUID: &str = "arrow.uuid";

/// Whether a field of 16 bytes holds UUIDs, as Arrow's extension type of that name says.
#[must_use]
pub fn is_uuid(field: &Field) -> bool {
    let extension = field.metadata().get(EXTENSION);
    *field.data_type() == DataType::FixedSizeBinary(16)
        && extension.is_some_and(|name| name == UUID)
}

/// The field as one that holds UUIDs; it has to be of 16 bytes.
#[must_use]
pub fn uuid_field(field: Field) -> Field {
    let mut metadata = field.metadata().clone();
    metadata.insert(EXTENSION.to_owned(), UUID.to_owned());
    field.with_metadata(metadata)
}

/// A table's columns in Arrow, which knows no UUIDs, with those that are some told apart.
pub(crate) fn with_uuids(arrow: &ArrowSchema, schema: &Schema) -> ArrowSchema {
    let fields = arrow.fields().iter().zip(schema.as_struct().fields());
    let fields = fields.map(|(field, known)| match *known.field_type {
        Type::Primitive(PrimitiveType::Uuid) => Arc::new(uuid_field(Field::clone(field))),
        _ => Arc::clone(field),
    });
    ArrowSchema::new_with_metadata(fields.collect::<Fields>(), arrow.metadata().clone())
}

fn primitive(field: &Field) -> Result<PrimitiveType> {
    let lost = |what: &str| {
        Err(LakeError::Unsupported(format!(
            "column {}: {} {what}",
            field.name(),
            field.data_type()
        )))
    };
    Ok(match field.data_type() {
        DataType::Boolean => PrimitiveType::Boolean,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 => {
            PrimitiveType::Int
        }
        DataType::Int64 | DataType::UInt32 => PrimitiveType::Long,
        DataType::UInt64 => return lost("does not fit 64 signed bits (use Decimal128(20, 0))"),
        DataType::Float16 | DataType::Float32 => PrimitiveType::Float,
        DataType::Float64 => PrimitiveType::Double,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => PrimitiveType::String,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => PrimitiveType::Binary,
        DataType::FixedSizeBinary(_) if is_uuid(field) => PrimitiveType::Uuid,
        DataType::FixedSizeBinary(width) if *width > 0 => {
            PrimitiveType::Fixed(width.unsigned_abs().into())
        }
        DataType::Date32 | DataType::Date64 => PrimitiveType::Date,
        DataType::Time32(_) | DataType::Time64(TimeUnit::Microsecond) => PrimitiveType::Time,
        DataType::Timestamp(TimeUnit::Nanosecond, _) | DataType::Time64(_) => {
            return lost("would lose its nanoseconds (cast it to microseconds)");
        }
        DataType::Timestamp(_, None) => PrimitiveType::Timestamp,
        DataType::Timestamp(_, Some(_)) => PrimitiveType::Timestamptz,
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale) => match u32::try_from(*scale) {
            Ok(scale) if *precision <= 38 && scale <= u32::from(*precision) => {
                PrimitiveType::Decimal {
                    precision: u32::from(*precision),
                    scale,
                }
            }
            _ => return lost("has more than 38 digits, or a scale below zero"),
        },
        _ => return lost("has no counterpart in Iceberg"),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use iceberg::arrow::schema_to_arrow_schema;

    use super::*;

    fn list(item: DataType) -> DataType {
        DataType::List(Arc::new(Field::new("item", item, true)))
    }

    #[test]
    fn nested_types_get_ids_of_their_own() {
        let entries = DataType::Struct(
            vec![
                Field::new("key", DataType::Utf8, false),
                Field::new("value", list(DataType::Int32), true),
            ]
            .into(),
        );
        let point = DataType::Struct(
            vec![
                Field::new("x", DataType::Float64, false),
                Field::new("tags", list(list(DataType::Utf8)), true),
            ]
            .into(),
        );
        let arrow = ArrowSchema::new(vec![
            Field::new("id", DataType::Int64, false),
            Field::new("points", list(point), true),
            Field::new(
                "by_name",
                DataType::Map(Arc::new(Field::new("entries", entries, false)), false),
                true,
            ),
        ]);
        let schema = to_schema(&arrow, &mut FieldIds::after(0)).unwrap();
        let ids: HashSet<i32> = schema.field_id_to_fields().keys().copied().collect();
        // id, points, element, x, tags, element, element, by_name, key, value, element
        assert_eq!(ids, (1..=11).collect());
        assert!(schema_to_arrow_schema(&schema).is_ok());
    }

    #[test]
    fn what_would_be_lost_is_refused() {
        for kind in [
            DataType::UInt64,
            DataType::Timestamp(TimeUnit::Nanosecond, None),
            DataType::Time64(TimeUnit::Nanosecond),
            DataType::Duration(TimeUnit::Second),
            DataType::Decimal256(50, 2),
            DataType::Decimal128(10, -2),
            DataType::Null,
        ] {
            let field = Field::new("x", kind.clone(), true);
            let error = to_field(&field, &mut FieldIds::after(0)).unwrap_err();
            assert!(error.is_unsupported(), "{kind}: {error}");
        }
    }

    #[test]
    fn names_that_differ_in_case_only_are_refused() {
        let arrow = ArrowSchema::new(vec![
            Field::new("a", DataType::Int32, true),
            Field::new("A", DataType::Int32, true),
        ]);
        assert!(
            to_schema(&arrow, &mut FieldIds::after(0))
                .unwrap_err()
                .is_misuse()
        );
    }
}
