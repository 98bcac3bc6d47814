//! Writing a file.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use citadel_lake::ParquetWriter;

use super::{FileColumn, FileOutput, of_file};
use crate::arrow::{array, data_type, float_list};
use crate::batch::Batch;
use crate::error::{Error, Result, SqlState};
use crate::types::{Element, SqlType};

pub(super) fn create(path: &Path, columns: &[FileColumn]) -> Result<Box<dyn FileOutput>> {
    let fields = columns.iter().map(|column| {
        let kind = kind_of(column).ok_or_else(|| no_place(column))?;
        let field = Field::new(&column.name, kind, true);
        Ok(match column.ty {
            SqlType::Uuid => citadel_lake::uuid_field(field),
            _ => field,
        })
    });
    let schema = Arc::new(Schema::new(fields.collect::<Result<Vec<_>>>()?));
    let writer = ParquetWriter::create(path, &schema).map_err(of_file)?;
    Ok(Box::new(Output { writer, schema }))
}

fn kind_of(column: &FileColumn) -> Option<DataType> {
    match column.ty {
        SqlType::Vector(vector) if vector.element == Element::F32 => Some(float_list()),
        SqlType::Unknown => Some(DataType::Utf8),
        ty => data_type(ty, column.limit),
    }
}

fn no_place(column: &FileColumn) -> Error {
    let error = Error::unsupported(format!(
        "parquet: column \"{}\" of type {}",
        column.name, column.ty
    ));
    match column.ty {
        SqlType::Numeric => error.hint(
            "its decimals have a precision of at most 38: a column that is declared NUMERIC(p, s) has one; of anything else write a REAL or a TEXT",
        ),
        _ => error.hint("CAST it to TEXT"),
    }
}

struct Output {
    writer: ParquetWriter,
    schema: SchemaRef,
}

impl FileOutput for Output {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        let columns = batch.columns.iter().zip(self.schema.fields());
        let arrays = columns.map(|(column, field)| {
            array(column, field.data_type()).ok_or_else(|| {
                Error::sql(
                    SqlState::NUMERIC_OUT_OF_RANGE,
                    format!(
                        "parquet: a value of column \"{}\" is none of the type {}",
                        field.name(),
                        field.data_type()
                    ),
                )
            })
        });
        let arrays = arrays.collect::<Result<Vec<_>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.rows));
        let rows = RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)
            .map_err(|error| Error::sql(SqlState::INTERNAL_ERROR, error.to_string()))?;
        self.writer.write(&rows).map_err(of_file)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.writer.finish().map_err(of_file)
    }
}
