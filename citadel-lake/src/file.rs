//! Parquet files that belong to no table.

use std::fmt;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::error::{LakeError, Result};
use crate::schema::is_uuid;

/// Rows of a batch, unless fewer are left.
const BATCH_ROWS: usize = 8_192;
/// The most digits of a decimal.
const DIGITS_MAX: u8 = 38;

/// A Parquet file to be read.
///
/// Its columns come in the few types that a lake's tables have: whole numbers of 32 and 64 bits (unsigned ones of 64 bits as decimals), `Utf8`,
/// `LargeBinary`, days, microseconds, decimals of 128 bits, UUIDs, and lists of these. What would lose something is an error where it is read.
pub struct ParquetFile {
    path: String,
    file: File,
    metadata: ArrowReaderMetadata,
    schema: SchemaRef,
}

impl fmt::Debug for ParquetFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ParquetFile");
        shown
            .field("path", &self.path)
            .field("schema", &self.schema);
        shown.finish_non_exhaustive()
    }
}

impl ParquetFile {
    /// Opens a file and reads what it says of its columns.
    ///
    /// # Errors
    /// It cannot be read ([`LakeError::is_io`]), is no Parquet file ([`LakeError::is_corrupt`]), or has a column of a type that is not read
    /// ([`LakeError::is_unsupported`]).
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|error| failed("open", &name, error))?;
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())
            .map_err(|error| LakeError::corrupt(&name, error))?;
        let fields = metadata.schema().fields().iter();
        let fields: Vec<FieldRef> = fields.map(plain_field).collect::<Result<_>>()?;
        Ok(Self {
            path: name,
            file,
            schema: Arc::new(Schema::new(fields)),
            metadata,
        })
    }

    /// Its columns, as they are read.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Begins to read some of its columns, by their places, ascending.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn rows(self, columns: &[usize]) -> Result<ParquetRows> {
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(self.file, self.metadata);
        let mask = ProjectionMask::roots(builder.parquet_schema(), columns.iter().copied());
        let reader = builder
            .with_batch_size(BATCH_ROWS)
            .with_projection(mask)
            .build()
            .map_err(|error| LakeError::corrupt(&self.path, error))?;
        let fields = columns
            .iter()
            .map(|at| Arc::clone(&self.schema.fields()[*at]));
        Ok(ParquetRows {
            schema: Arc::new(Schema::new(fields.collect::<Vec<_>>())),
            path: self.path,
            reader,
        })
    }
}

/// The rows of a Parquet file, batch by batch.
pub struct ParquetRows {
    path: String,
    reader: ParquetRecordBatchReader,
    schema: SchemaRef,
}

impl fmt::Debug for ParquetRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ParquetRows");
        shown.field("path", &self.path).finish_non_exhaustive()
    }
}

impl Iterator for ParquetRows {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = match self.reader.next()? {
            Ok(batch) => batch,
            Err(error) => return Some(Err(LakeError::corrupt(&self.path, error))),
        };
        let columns = batch.columns().iter().zip(self.schema.fields());
        let columns: Result<Vec<ArrayRef>> =
            columns.map(|(array, field)| plain(array, field)).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let plain = columns.and_then(|columns| {
            RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)
                .map_err(|error| LakeError::corrupt(&self.path, error))
        });
        Some(plain)
    }
}

/// A Parquet file that is written.
pub struct ParquetWriter {
    path: String,
    writer: ArrowWriter<File>,
}

impl fmt::Debug for ParquetWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ParquetWriter");
        shown.field("path", &self.path).finish_non_exhaustive()
    }
}

impl ParquetWriter {
    /// Creates a file, or empties one.
    ///
    /// # Errors
    /// It cannot be created, or has no place for such columns.
    pub fn create(path: &Path, schema: &SchemaRef) -> Result<Self> {
        let name = path.display().to_string();
        let file = File::create(path).map_err(|error| failed("create", &name, error))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by(format!("citadel-lake {}", env!("CARGO_PKG_VERSION")))
            .build();
        let writer = ArrowWriter::try_new(file, Arc::clone(schema), Some(properties))
            .map_err(LakeError::rows)?;
        Ok(Self { path: name, writer })
    }

    /// Adds rows of the schema.
    ///
    /// # Errors
    /// They are of another one, or writing fails.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.writer.write(batch).map_err(LakeError::rows)
    }

    /// Ends the file, and makes it durable.
    ///
    /// # Errors
    /// Writing fails.
    pub fn finish(self) -> Result<()> {
        let file = self.writer.into_inner().map_err(LakeError::rows)?;
        file.sync_all()
            .map_err(|error| failed("write", &self.path, error))
    }
}

/// A column as one of the few types.
fn plain_field(field: &FieldRef) -> Result<FieldRef> {
    if is_uuid(field) {
        return Ok(Arc::clone(field));
    }
    let kind = plain_type(field.data_type()).ok_or_else(|| {
        LakeError::Unsupported(format!(
            "column {} of the type {}",
            field.name(),
            field.data_type()
        ))
    })?;
    let same = Field::new(field.name(), kind, field.is_nullable());
    Ok(Arc::new(same.with_metadata(field.metadata().clone())))
}

/// The type that holds all values of a type, of the few.
fn plain_type(kind: &DataType) -> Option<DataType> {
    Some(match kind {
        DataType::Boolean
        | DataType::Int32
        | DataType::Int64
        | DataType::Float32
        | DataType::Float64
        | DataType::Utf8
        | DataType::LargeBinary
        | DataType::Date32 => kind.clone(),
        DataType::Int8 | DataType::Int16 | DataType::UInt8 | DataType::UInt16 => DataType::Int32,
        DataType::UInt32 => DataType::Int64,
        DataType::UInt64 => DataType::Decimal128(20, 0),
        DataType::Float16 => DataType::Float32,
        DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8,
        DataType::Binary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            DataType::LargeBinary
        }
        DataType::Date64 => DataType::Date32,
        DataType::Time32(_) | DataType::Time64(_) => DataType::Time64(TimeUnit::Microsecond),
        DataType::Timestamp(_, zone) => {
            let zone = zone.as_ref().map(|_| "+00:00".into());
            DataType::Timestamp(TimeUnit::Microsecond, zone)
        }
        DataType::Decimal32(digits, scale) | DataType::Decimal64(digits, scale) => {
            DataType::Decimal128(*digits, *scale)
        }
        DataType::Decimal128(..) => kind.clone(),
        DataType::Decimal256(digits, scale) if *digits <= DIGITS_MAX => {
            DataType::Decimal128(*digits, *scale)
        }
        DataType::Dictionary(_, value) => return plain_type(value),
        DataType::List(element)
        | DataType::LargeList(element)
        | DataType::FixedSizeList(element, _) => {
            let inner = match element.data_type() {
                // Lists of lists have no place.
                DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => {
                    return None;
                }
                inner => plain_type(inner)?,
            };
            DataType::List(Arc::new(Field::new("element", inner, true)))
        }
        _ => return None,
    })
}

/// The values in the type of the field, all of them exactly.
fn plain(array: &ArrayRef, field: &Field) -> Result<ArrayRef> {
    if array.data_type() == field.data_type() {
        return Ok(Arc::clone(array));
    }
    let options = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    let wrong =
        |what: &dyn fmt::Display| LakeError::Rows(format!("column {}: {what}", field.name()));
    let cast = |array: &ArrayRef, to: &DataType| {
        cast_with_options(array, to, &options).map_err(|error| wrong(&error))
    };
    let cast_there = cast(array, field.data_type())?;
    let is_finer = matches!(
        array.data_type(),
        DataType::Timestamp(TimeUnit::Nanosecond, _) | DataType::Time64(TimeUnit::Nanosecond)
    );
    if is_finer && *cast(&cast_there, array.data_type())? != **array {
        return Err(wrong(&"a time is not a whole number of microseconds"));
    }
    Ok(cast_there)
}

fn failed(action: &'static str, path: &str, error: std::io::Error) -> LakeError {
    LakeError::Store {
        action,
        path: path.to_owned(),
        source: object_store::Error::Generic {
            store: "local",
            source: Box::new(error),
        },
    }
}
