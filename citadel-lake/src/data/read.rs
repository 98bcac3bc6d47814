//! Reading data files.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, new_null_array};
use arrow_schema::{ArrowError, Fields, SchemaRef};
use futures::StreamExt;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, RowSelection};
use parquet::arrow::async_reader::{ParquetRecordBatchStream, ParquetRecordBatchStreamBuilder};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;

use super::adapt::{Ids, adapt};
use super::ball::{Ball, ball_key};
use super::deletes::Deleted;
use super::groups::groups;
use super::object::ObjectFile;
use super::places::Places;
use crate::error::{LakeError, Result};
use crate::filter::Filter;
use crate::metadata::{LiveFile, Place};
use crate::runtime::block_on;
use crate::schema::mapped;
use crate::watch::Watch;

/// Rows of a batch, unless fewer are left.
const BATCH_ROWS: usize = 8_192;

/// Rows of a file that are alive.
pub(crate) struct Rows {
    pub(crate) batch: RecordBatch,
    /// The place of each of them in the file.
    pub(crate) positions: Vec<u64>,
}

/// The live rows of one file, batch by batch.
pub(crate) struct FileRows {
    path: String,
    stream: ParquetRecordBatchStream<ObjectFile>,
    /// For each column of the table's that is wanted, its place in the stream's batches.
    places: Vec<Option<usize>>,
    schema: SchemaRef,
    deleted: Arc<Deleted>,
    /// What is still to be read.
    left: Places,
    /// Row groups that are read, and all of them.
    groups: (usize, usize),
    watch: Watch,
}

/// Which rows of a file are asked for.
pub(crate) enum Which<'w> {
    All,
    /// Those at the given places, ascending and each once.
    At(Vec<u64>),
    /// Those that satisfy a condition on columns that are read; others may come as well.
    That(&'w Filter),
}

impl<'w> Which<'w> {
    /// Those that satisfy a condition, if there is one.
    pub(crate) fn that(filter: Option<&'w Filter>) -> Self {
        filter.map_or(Self::All, Self::That)
    }
}

/// Opens a file for the columns of `schema`, which are the table's, with their ids.
pub(crate) fn open(
    place: &Place,
    live: &LiveFile,
    schema: SchemaRef,
    name_mapping: Option<&str>,
    deleted: Arc<Deleted>,
    which: Which<'_>,
) -> Result<FileRows> {
    let object = object(place, live)?;
    let path = object.path.clone();
    let footer = footer(place, live)?;
    let builder =
        ParquetRecordBatchStreamBuilder::new_with_metadata(object, footer.as_ref().clone());
    let rows = builder.metadata().file_metadata().num_rows().unsigned_abs();
    if rows != live.file.record_count() {
        return Err(LakeError::corrupt(
            path,
            format!(
                "{rows} rows, where the manifest says {}",
                live.file.record_count()
            ),
        ));
    }
    let mapping = match name_mapping {
        Some(text) => mapped(text)?,
        None => HashMap::new(),
    };
    let fields = builder.schema().fields().clone();
    let ids = Ids::of(&fields, || mapping);
    let roots: Vec<Option<usize>> = schema
        .fields()
        .iter()
        .map(|field| ids.place(&fields, field))
        .collect();
    let (places, used) = compact(&roots);
    let mask = ProjectionMask::roots(builder.parquet_schema(), used);
    let mut builder = builder.with_projection(mask).with_batch_size(BATCH_ROWS);
    let mut left = Places::within(std::iter::once(0..rows));
    let all = builder.metadata().num_row_groups();
    let mut read = all;
    match which {
        Which::All => {}
        Which::At(wanted) => {
            if wanted.last().is_some_and(|last| *last >= rows) {
                return Err(LakeError::corrupt(path, "a place behind the last row"));
            }
            let ranges = wanted.iter().map(|at| *at as usize..*at as usize + 1);
            let selection = RowSelection::from_consecutive_ranges(ranges, rows as usize);
            builder = builder.with_row_selection(selection);
            left = Places::at(&wanted);
        }
        Which::That(filter) => {
            if let Some(chosen) = groups(&mut builder, live, &schema, &ids, filter)? {
                left = within(builder.metadata(), &chosen);
                read = chosen.len();
                builder = builder.with_row_groups(chosen);
            }
        }
    }
    let stream = builder.build().map_err(|error| explain(&path, error))?;
    Ok(FileRows {
        path,
        stream,
        places,
        schema,
        deleted,
        left,
        groups: (read, all),
        watch: place.watch.clone(),
    })
}

/// The places of the rows of some groups.
fn within(metadata: &ParquetMetaData, chosen: &[usize]) -> Places {
    let mut end = 0;
    let ranges = metadata.row_groups().iter().map(|group| {
        let start = end;
        end += group.num_rows().unsigned_abs();
        start..end
    });
    let ranges: Vec<_> = ranges.collect();
    Places::within(chosen.iter().map(|number| ranges[*number].clone()))
}

fn object(place: &Place, live: &LiveFile) -> Result<ObjectFile> {
    Ok(ObjectFile {
        store: place.store.clone(),
        path: place.store.path_of(live.file.file_path())?.to_owned(),
        bytes: live.file.file_size_in_bytes(),
        key: place.key.clone(),
    })
}

/// The footer of a file, which never changes.
fn footer(place: &Place, live: &LiveFile) -> Result<Arc<ArrowReaderMetadata>> {
    let mut object = object(place, live)?;
    let path = object.path.clone();
    place.footers.get(&path, || {
        block_on(ArrowReaderMetadata::load_async(
            &mut object,
            ArrowReaderOptions::new(),
        ))
        .map_err(|error| explain(&path, error))
    })
}

/// Where the vectors of a file lie, for the column with a field id; `None` if the file does not say so.
pub(crate) fn ball(place: &Place, live: &LiveFile, field_id: i32) -> Result<Option<Ball>> {
    let footer = footer(place, live)?;
    let entries = footer.metadata().file_metadata().key_value_metadata();
    let key = ball_key(field_id);
    let entry = entries.into_iter().flatten().find(|entry| entry.key == key);
    Ok(entry.and_then(|entry| serde_json::from_str(entry.value.as_ref()?).ok()))
}

/// The places among the roots that are read, which keep the file's order.
fn compact(roots: &[Option<usize>]) -> (Vec<Option<usize>>, Vec<usize>) {
    let mut used: Vec<usize> = roots.iter().flatten().copied().collect();
    used.sort_unstable();
    used.dedup();
    let places = roots
        .iter()
        .map(|root| used.binary_search(&(*root)?).ok())
        .collect();
    (places, used)
}

impl FileRows {
    /// How many row groups are read, and of how many.
    pub(crate) fn groups(&self) -> (usize, usize) {
        self.groups
    }

    fn read(&mut self) -> Result<Option<Rows>> {
        loop {
            self.watch.check()?;
            let Some(batch) = block_on(self.stream.next()) else {
                // A stream that ends early without an error would lose rows in silence.
                return match self.left.left() {
                    0 => Ok(None),
                    missing => Err(LakeError::corrupt(
                        &self.path,
                        format!("{missing} rows less than it has"),
                    )),
                };
            };
            let batch = batch.map_err(|error| explain(&self.path, error))?;
            let places = self.left.take(batch.num_rows() as u64);
            if places.len() != batch.num_rows() {
                return Err(LakeError::corrupt(&self.path, "more rows than it has"));
            }
            let is_live = |place: &u64| !self.deleted.contains(*place);
            let kept: BooleanArray = places.iter().map(|place| Some(is_live(place))).collect();
            let positions: Vec<u64> = places.into_iter().filter(is_live).collect();
            if positions.is_empty() {
                continue;
            }
            let mut batch = self
                .table_columns(&batch)
                .map_err(|error| LakeError::corrupt(&self.path, error))?;
            if positions.len() < batch.num_rows() {
                batch = arrow_select::filter::filter_record_batch(&batch, &kept)
                    .map_err(LakeError::rows)?;
            }
            return Ok(Some(Rows { batch, positions }));
        }
    }

    fn table_columns(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let fields: &Fields = self.schema.fields();
        let columns = fields
            .iter()
            .zip(&self.places)
            .map(|(field, place)| match place {
                Some(at) => adapt(batch.column(*at), field),
                None if field.is_nullable() => {
                    Ok(new_null_array(field.data_type(), batch.num_rows()))
                }
                None => Err(ArrowError::SchemaError(format!(
                    "the required column {} is missing",
                    field.name()
                ))),
            })
            .collect::<Result<Vec<ArrayRef>, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)
    }
}

impl Iterator for FileRows {
    type Item = Result<Rows>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// What the store says stays the store's error; all else is the file's fault.
pub(super) fn explain(path: &str, error: ParquetError) -> LakeError {
    match error {
        ParquetError::External(source) => match source.downcast::<object_store::Error>() {
            Ok(source) => match *source {
                object_store::Error::NotFound { .. } => {
                    LakeError::corrupt(path, "the table names this file, but it is missing")
                }
                source => LakeError::Store {
                    action: "reading",
                    path: path.to_owned(),
                    source,
                },
            },
            Err(other) => match other.downcast::<LakeError>() {
                Ok(own) => *own,
                Err(other) => LakeError::corrupt(path, other),
            },
        },
        other => LakeError::corrupt(path, other),
    }
}
