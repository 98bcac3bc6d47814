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
//! | an ENUM | string | string, where the statement says so |
//! | an array | list | list; one of floats where the statement says so |
//! | VECTOR(n) | list of floats | list of floats that is declared, or given as VECTOR(n) |

use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use citadel_lake::{LakeTable, Metric as LakeMetric, VectorColumn};

use super::super::access::Opened;
use super::super::{Site, Withdraw};
use super::of_lake;
use crate::arrow::{array, data_type, float_list, sql_type};
use crate::batch::Batch;
use crate::bind::bound::{NewColumn, NewDefault, NewLake};
use crate::error::{Error, Result, SqlState};
use crate::schema::{ColumnNo, ColumnSequences, Metric};
use crate::types::{Collation, Element, ScalarType, SqlType};

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
        let kind = match column.ty {
            SqlType::Vector(vector) if vector.element == Element::F32 => float_list(),
            ty => match data_type(ty, column.limit) {
                Some(kind) => kind,
                None if ty == SqlType::Numeric => return Err(no_decimal(&column.name)),
                None => {
                    return Err(Error::unsupported(format!(
                        "column \"{}\" of type {ty} in a table USING iceberg",
                        column.name
                    )));
                }
            },
        };
        let field = Field::new(&column.name, kind, !column.not_null);
        Ok(match column.ty {
            SqlType::Uuid => citadel_lake::uuid_field(field),
            _ => field,
        })
    });
    Ok(Schema::new(fields.collect::<Result<Vec<_>>>()?))
}

fn no_decimal(column: &str) -> Error {
    Error::unsupported(format!(
        "column \"{column}\" of type NUMERIC in a table USING iceberg"
    ))
    .hint(
        "a lake's decimals have at most 38 digits, so many of them behind the point: NUMERIC(p, s)",
    )
}

/// A table's columns as SQL has them; those that are wanted must be the same.
pub(super) fn opened(
    table: &LakeTable,
    wanted: &[NewColumn],
    new: &NewLake,
    (site, made): (Site, Option<Box<dyn Withdraw>>),
) -> Result<Opened> {
    let schema = table.schema().map_err(of_lake)?;
    let declared = table.vectors().map_err(of_lake)?;
    let mut opened = Opened {
        columns: Vec::with_capacity(schema.fields().len()),
        vectors: Vec::new(),
        site,
        made,
    };
    for (no, field) in (0..).map(ColumnNo).zip(schema.fields()) {
        let given = wanted
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(field.name()));
        let vector = declared.iter().find(|v| v.name == *field.name());
        let (ty, limit) = match (field.data_type(), vector) {
            (_, Some(vector)) => {
                let known = sql_metric(vector.metric).ok_or_else(|| unknown(field))?;
                check_vector(vector, known, new)?;
                opened.vectors.push((no, known));
                (vector_type(vector.dimension, field)?, None)
            }
            (DataType::List(element), None) if *element.data_type() == DataType::Float32 => {
                match given.map(|column| column.ty) {
                    Some(ty @ SqlType::Vector(_)) => {
                        opened.vectors.push((no, new.metric.unwrap_or(Metric::L2)));
                        (ty, None)
                    }
                    Some(ty @ SqlType::Array(ScalarType::Real)) => (ty, None),
                    _ => {
                        return Err(unknown(field).hint(
                            "its dimension is not declared in the lake: name the columns, this one as VECTOR(n), or as REAL[] where lengths differ",
                        ));
                    }
                }
            }
            _ => {
                let (ty, limit) = sql_type(field).ok_or_else(|| unknown(field))?;
                match given.map(|column| column.ty) {
                    Some(given) if has_labels(given, ty) => (given, None),
                    _ => (ty, limit),
                }
            }
        };
        opened.columns.push(NewColumn {
            name: field.name().clone(),
            ty,
            limit: given.and_then(|column| column.limit).or(limit),
            not_null: !field.is_nullable(),
            default: given.map_or_else(NewDefault::default, |column| column.default.clone()),
            sequences: ColumnSequences::default(),
            counts: false,
            generated: None,
            collation: Collation::default(),
        });
    }
    check_wanted(&opened.columns, wanted)?;
    Ok(opened)
}

/// What a statement says of the vectors of a table that is there must be so.
fn check_vector(vector: &VectorColumn, metric: Metric, new: &NewLake) -> Result<()> {
    let wrong = |text| Err(Error::sql(SqlState::INVALID_DEFINITION, text));
    let name = &vector.name;
    if let Some(wanted) = new.metric.filter(|wanted| *wanted != metric) {
        return wrong(format!(
            "the vectors of \"{name}\" in the lake are measured by {}, not by {}",
            metric.name(),
            wanted.name()
        ));
    }
    let there = vector.precision.map(|precision| precision.to_string());
    if new.precision.is_some() && new.precision != there {
        return wrong(format!(
            "the precision of the indexes of \"{name}\" in the lake is {}, not {}",
            there.as_deref().unwrap_or("that of their kind"),
            new.precision.as_deref().unwrap_or_default()
        ));
    }
    Ok(())
}

/// Whether the values of a type are the labels of an ENUM where those of the other are texts.
fn has_labels(given: SqlType, texts: SqlType) -> bool {
    match (given, texts) {
        (SqlType::Enum(_), SqlType::Text) => true,
        (SqlType::Array(ScalarType::Enum(_)), SqlType::Array(element)) => {
            element == ScalarType::Text
        }
        _ => false,
    }
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
