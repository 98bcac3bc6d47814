//! SQL's types as a lake's and back: the one place that maps them.
//!
//! | SQL | made as | opened from |
//! |---|---|---|
//! | BOOLEAN | boolean | boolean |
//! | INTEGER | long | long |
//! | INT4, SMALLINT | int | int (INT4) |
//! | REAL | double | double, float |
//! | TEXT, VARCHAR(n) | string | string |
//! | BLOB | binary | binary |
//! | DATE | date | date |
//! | TIME | time | time |
//! | TIMESTAMP | timestamp | timestamp |
//! | TIMESTAMPTZ | timestamptz | timestamptz |
//! | NUMERIC(p, s), p at most 38 | decimal(p, s) | decimal(p, s) |
//! | UUID | uuid | uuid |
//! | VECTOR(n) | list of floats | list of floats that is declared, or given as VECTOR(n) |

use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, StringBuilder};
use arrow_array::{
    ArrayRef, BooleanArray, FixedSizeBinaryArray, Float32Array, Float64Array, Int64Array,
    ListArray, RecordBatch, RecordBatchOptions,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use citadel_lake::{LakeTable, Metric as LakeMetric};

use super::super::access::Opened;
use super::of_lake;
use super::units::Units;
use crate::batch::{Batch, Column, ColumnData};
use crate::bind::bound::{NewColumn, NewDefault};
use crate::error::{Error, Result, SqlState};
use crate::schema::{ColumnNo, ColumnSequences, Metric};
use crate::types::{Collation, Element, Limit, SqlType};

/// The metric of a lake.
pub(super) fn lake_metric(metric: Metric) -> Result<LakeMetric> {
    match metric {
        Metric::L2 => Ok(LakeMetric::L2),
        Metric::Cosine => Ok(LakeMetric::Cosine),
        Metric::InnerProduct => Ok(LakeMetric::InnerProduct),
        Metric::Hamming => Err(Error::unsupported("the metric hamming in a lake")),
    }
}

fn sql_metric(metric: LakeMetric) -> Option<Metric> {
    match metric {
        LakeMetric::L2 => Some(Metric::L2),
        LakeMetric::Cosine => Some(Metric::Cosine),
        LakeMetric::InnerProduct => Some(Metric::InnerProduct),
        _ => None,
    }
}

/// The columns that hold vectors, and their dimensions.
pub(super) fn vectors(columns: &[NewColumn]) -> impl Iterator<Item = (&NewColumn, usize)> {
    columns.iter().filter_map(|column| match column.ty {
        SqlType::Vector(vector) => Some((column, usize::from(vector.dim?))),
        _ => None,
    })
}

/// Columns as a lake is to have them.
pub(super) fn schema(columns: &[NewColumn]) -> Result<Schema> {
    let fields = columns.iter().map(|column| {
        let kind = match (column.ty, column.limit) {
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
            (SqlType::Numeric, limit) => decimal(limit).ok_or_else(|| no_decimal(&column.name))?,
            (SqlType::Uuid, _) => DataType::FixedSizeBinary(UUID_BYTES),
            (SqlType::Vector(vector), _) if vector.element == Element::F32 => float_list(),
            (other, _) => {
                return Err(Error::unsupported(format!(
                    "column \"{}\" of type {other} in a table USING iceberg",
                    column.name
                )));
            }
        };
        let field = Field::new(&column.name, kind, !column.not_null);
        Ok(match column.ty {
            SqlType::Uuid => citadel_lake::uuid_field(field),
            _ => field,
        })
    });
    Ok(Schema::new(fields.collect::<Result<Vec<_>>>()?))
}

const UUID_BYTES: i32 = 16;
/// Digits of the longest decimal of a lake.
const DECIMAL_DIGITS_MAX: u8 = 38;

/// The lake's type of `NUMERIC(p, s)`.
fn decimal(limit: Option<Limit>) -> Option<DataType> {
    let Limit::Digits { precision, scale } = limit? else {
        return None;
    };
    let (precision, scale) = (u8::try_from(precision).ok()?, i8::try_from(scale).ok()?);
    let is_one = precision <= DECIMAL_DIGITS_MAX && (0..=precision as i8).contains(&scale);
    is_one.then_some(DataType::Decimal128(precision, scale))
}

fn no_decimal(column: &str) -> Error {
    Error::unsupported(format!(
        "column \"{column}\" of type NUMERIC in a table USING iceberg"
    ))
    .hint(
        "a lake's decimals have at most 38 digits, so many of them behind the point: NUMERIC(p, s)",
    )
}

/// The bound on `NUMERIC` that a lake's decimals are.
fn digits(precision: u8, scale: i8) -> Limit {
    Limit::Digits {
        precision: precision.into(),
        scale: scale.into(),
    }
}

fn float_list() -> DataType {
    DataType::List(Arc::new(Field::new("element", DataType::Float32, false)))
}

/// A table's columns as SQL has them; those that are wanted must be the same.
pub(super) fn opened(
    table: &LakeTable,
    wanted: &[NewColumn],
    metric: Option<Metric>,
) -> Result<Opened> {
    let schema = table.schema().map_err(of_lake)?;
    let declared = table.vectors().map_err(of_lake)?;
    let mut opened = Opened {
        columns: Vec::with_capacity(schema.fields().len()),
        vectors: Vec::new(),
    };
    for (no, field) in (0..).map(ColumnNo).zip(schema.fields()) {
        let given = wanted
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(field.name()));
        let vector = declared.iter().find(|v| v.name == *field.name());
        let (ty, limit) = match (field.data_type(), vector) {
            (_, Some(vector)) => {
                let known = sql_metric(vector.metric).ok_or_else(|| unknown(field))?;
                if let Some(metric) = metric.filter(|metric| *metric != known) {
                    return Err(Error::sql(
                        SqlState::INVALID_DEFINITION,
                        format!(
                            "the vectors of \"{}\" in the lake are measured by {}, not by {}",
                            field.name(),
                            known.name(),
                            metric.name()
                        ),
                    ));
                }
                opened.vectors.push((no, known));
                (vector_type(vector.dimension, field)?, None)
            }
            (DataType::List(element), None) if *element.data_type() == DataType::Float32 => {
                let Some(SqlType::Vector(vector)) = given.map(|column| column.ty) else {
                    return Err(unknown(field).hint(
                        "its dimension is not declared in the lake: name the columns, this one as VECTOR(n)",
                    ));
                };
                opened.vectors.push((no, metric.unwrap_or(Metric::L2)));
                (SqlType::Vector(vector), None)
            }
            (DataType::Boolean, _) => (SqlType::Boolean, None),
            (DataType::Int32, _) => (SqlType::Integer, Some(Limit::Int32)),
            (DataType::Int64, _) => (SqlType::Integer, None),
            (DataType::Float32 | DataType::Float64, _) => (SqlType::Real, None),
            (DataType::Utf8, _) => (SqlType::Text, None),
            (DataType::LargeBinary, _) => (SqlType::Blob, None),
            (DataType::Date32, _) => (SqlType::Date, None),
            (DataType::Time64(TimeUnit::Microsecond), _) => (SqlType::Time, None),
            (DataType::Timestamp(TimeUnit::Microsecond, None), _) => (SqlType::Timestamp, None),
            (DataType::Timestamp(TimeUnit::Microsecond, Some(_)), _) => {
                (SqlType::TimestampTz, None)
            }
            (DataType::Decimal128(precision, scale), _) if *scale >= 0 => {
                (SqlType::Numeric, Some(digits(*precision, *scale)))
            }
            (_, _) if citadel_lake::is_uuid(field) => (SqlType::Uuid, None),
            _ => return Err(unknown(field)),
        };
        opened.columns.push(NewColumn {
            name: field.name().clone(),
            ty,
            limit: given.and_then(|column| column.limit).or(limit),
            not_null: !field.is_nullable(),
            default: given.map_or_else(NewDefault::default, |column| column.default.clone()),
            sequences: ColumnSequences::default(),
            generated: None,
            collation: Collation::default(),
        });
    }
    check_wanted(&opened.columns, wanted)?;
    Ok(opened)
}

fn vector_type(dimension: usize, field: &Field) -> Result<SqlType> {
    match u16::try_from(dimension) {
        Ok(dimension) if dimension > 0 => Ok(SqlType::vector(dimension)),
        _ => Err(unknown(field)),
    }
}

fn unknown(field: &Field) -> Error {
    Error::unsupported(format!(
        "column \"{}\" of the lake's type {}",
        field.name(),
        field.data_type()
    ))
}

/// The columns that a statement names must be those that are there.
fn check_wanted(there: &[NewColumn], wanted: &[NewColumn]) -> Result<()> {
    let wrong = |text: String| Err(Error::sql(SqlState::INVALID_DEFINITION, text));
    if wanted.is_empty() {
        return Ok(());
    }
    for column in wanted {
        let same = |known: &&NewColumn| known.name.eq_ignore_ascii_case(&column.name);
        let name = &column.name;
        match there.iter().find(same) {
            None => return wrong(format!("the table in the lake has no column \"{name}\"")),
            Some(known) if known.ty != column.ty => {
                return wrong(format!(
                    "column \"{name}\" is {} in the lake, not {}",
                    known.ty, column.ty
                ));
            }
            Some(known) if column.not_null && !known.not_null => {
                return wrong(format!("column \"{name}\" may be NULL in the lake"));
            }
            Some(_) => {}
        }
    }
    let is_named = |known: &&NewColumn| {
        let mut wanted = wanted.iter();
        wanted.any(|column| column.name.eq_ignore_ascii_case(&known.name))
    };
    match there.iter().find(|known| !is_named(known)) {
        Some(column) => wrong(format!(
            "the table in the lake has a column \"{}\" as well",
            column.name
        )),
        None => Ok(()),
    }
}

/// A column that is read fast.
pub(super) fn smallest(schema: &Schema) -> Option<&str> {
    let cost = |field: &&Arc<Field>| match field.data_type() {
        DataType::Boolean => 0,
        DataType::Int32 | DataType::Float32 | DataType::Date32 => 1,
        DataType::Int64 | DataType::Float64 => 2,
        DataType::Utf8 => 3,
        DataType::LargeBinary => 4,
        _ => 5,
    };
    let least = schema.fields().iter().min_by_key(cost)?;
    Some(least.name())
}

/// A batch of the named columns as the lake's types have it.
pub(super) fn to_arrow(batch: &Batch, names: &[&str], schema: &SchemaRef) -> Result<RecordBatch> {
    let mut fields = Vec::with_capacity(names.len());
    let mut arrays = Vec::with_capacity(names.len());
    for (column, name) in batch.columns.iter().zip(names) {
        let field = schema.field_with_name(name).map_err(|_| {
            Error::sql(
                SqlState::UNDEFINED_COLUMN,
                format!("the table in the lake has no column \"{name}\" any more"),
            )
        })?;
        let array = array(column, field.data_type())
            .ok_or_else(|| does_not_fit(name, field.data_type()))?;
        fields.push(Field::new(*name, array.data_type().clone(), true));
        arrays.push(array);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(batch.rows));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
        .map_err(|error| Error::sql(SqlState::INTERNAL_ERROR, error.to_string()))
}

fn does_not_fit(name: &str, kind: &DataType) -> Error {
    Error::sql(
        SqlState::NUMERIC_OUT_OF_RANGE,
        format!("a value of column \"{name}\" is none of the lake's type {kind}"),
    )
}

/// `None`: a value is none of the type.
fn array(column: &Column, kind: &DataType) -> Option<ArrayRef> {
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
        (ColumnData::Blob(values), DataType::LargeBinary) => {
            let mut array = BinaryBuilder::new();
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
