//! Writing data files.

use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use iceberg::spec::{DataContentType, DataFile, DataFileBuilder, DataFileFormat, Schema, Struct};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use super::adapt::own_id;
use super::ball::{Ball, ball_key};
use super::settings::Settings;
use super::statistics::Statistics;
use crate::error::{LakeError, Result};
use crate::key;
use crate::metadata::Place;
use crate::schema::align::Shape;
use crate::store::{Name, fresh};

/// Rows are handed to the encoder in slices of at most as many.
const SLICE_ROWS: usize = 8_192;
/// Rows of a row group.
const GROUP_ROWS: RangeInclusive<u64> = 1_024..=1 << 20;
/// A page of vectors: what a search reads for one row whose exact distance it needs.
const VECTOR_PAGE_BYTES: usize = 64 << 10;

/// Writes rows of one partition to one file after the other.
pub(crate) struct DataWriter<'p> {
    place: &'p Place,
    schema: Arc<Schema>,
    shape: Arc<Shape>,
    partition: (i32, Struct),
    settings: Arc<Settings>,
    open: Option<Open>,
    written: Vec<DataFile>,
}

struct Open {
    /// The file's name, below the table.
    name: String,
    writer: ArrowWriter<Vec<u8>>,
    statistics: Statistics,
    /// The arrays of each vector column, for the ball around them.
    vectors: Vec<Vec<ArrayRef>>,
    rows: u64,
}

impl<'p> DataWriter<'p> {
    /// A writer for a partition of a partition spec.
    pub(crate) fn new(
        place: &'p Place,
        schema: Arc<Schema>,
        shape: Arc<Shape>,
        partition: (i32, Struct),
        settings: Arc<Settings>,
    ) -> Self {
        Self {
            place,
            schema,
            shape,
            partition,
            settings,
            open: None,
            written: Vec::new(),
        }
    }

    /// Adds rows that have the table's shape.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        for start in (0..batch.num_rows()).step_by(SLICE_ROWS) {
            let slice = batch.slice(start, SLICE_ROWS.min(batch.num_rows() - start));
            self.slice(&slice)?;
        }
        Ok(())
    }

    fn slice(&mut self, slice: &RecordBatch) -> Result<()> {
        self.place.watch.check()?;
        if self.open.is_none() {
            let row_bytes = slice.get_array_memory_size() / slice.num_rows().max(1);
            let name = fresh(Name::Data);
            let rows = group_rows(&self.settings, row_bytes);
            let properties = properties(&self.shape, rows);
            let properties = match &self.place.key {
                // Bloom filters would lie in the clear.
                Some(key) => properties.with_file_encryption_properties(key::writing(key, &name)?),
                None => bloom_filters(properties, &self.settings, rows),
            };
            let arrow = Arc::clone(&self.shape.arrow);
            self.open = Some(Open {
                writer: ArrowWriter::try_new(Vec::new(), arrow, Some(properties.build()))
                    .map_err(LakeError::rows)?,
                name,
                statistics: Statistics::default(),
                vectors: vec![Vec::new(); self.shape.vectors.len()],
                rows: 0,
            });
        }
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        open.writer.write(slice).map_err(LakeError::rows)?;
        open.statistics.add(&self.schema, slice);
        for ((at, _), arrays) in self.shape.vectors.iter().zip(&mut open.vectors) {
            arrays.push(Arc::clone(slice.column(*at)));
        }
        open.rows += slice.num_rows() as u64;
        let bytes = open.writer.bytes_written() + open.writer.in_progress_size();
        match bytes as u64 >= self.settings.target_bytes {
            true => self.close(),
            false => Ok(()),
        }
    }

    /// The files that were written, in the order of their rows.
    pub(crate) fn finish(mut self) -> Result<Vec<DataFile>> {
        self.close()?;
        Ok(std::mem::take(&mut self.written))
    }

    fn close(&mut self) -> Result<()> {
        let Some(mut open) = self.open.take() else {
            return Ok(());
        };
        for ((at, column), arrays) in self.shape.vectors.iter().zip(&open.vectors) {
            let ball = Ball::around(column.metric, arrays);
            let text =
                serde_json::to_string(&ball).map_err(|e| LakeError::misuse(e.to_string()))?;
            if let Some(id) = own_id(self.shape.arrow.field(*at)) {
                let entry = KeyValue::new(ball_key(id), text);
                open.writer.append_key_value_metadata(entry);
            }
        }
        let metadata = open.writer.finish().map_err(LakeError::rows)?;
        let bytes = std::mem::take(open.writer.inner_mut());
        let size = bytes.len() as u64;
        let name = &open.name;
        self.place
            .store
            .create_fresh(&self.place.path(name), bytes)?;
        let mut file = DataFileBuilder::default();
        file.content(DataContentType::Data)
            .file_path(self.place.uri(name))
            .file_format(DataFileFormat::Parquet)
            .partition(self.partition.1.clone())
            .partition_spec_id(self.partition.0)
            .record_count(open.rows)
            .file_size_in_bytes(size);
        if self.place.key.is_some() {
            // They would be values in the clear.
            open.statistics.forget_values();
        }
        open.statistics.give(&self.schema, &metadata, &mut file);
        let file = file.build().map_err(|e| LakeError::misuse(e.to_string()))?;
        self.written.push(file);
        Ok(())
    }
}

/// What was not finished is of no use to anybody. What cannot be removed is for the removal of orphans.
impl Drop for DataWriter<'_> {
    fn drop(&mut self) {
        discard(self.place, &self.written);
    }
}

/// Removes files that no version names or ever will. What remains after a failure is for the removal of orphans.
pub(crate) fn discard(place: &Place, files: &[DataFile]) {
    for file in files {
        if let Ok(path) = place.store.path_of(file.file_path()) {
            let _ = place.store.delete(path);
        }
    }
}

/// Rows of a row group.
fn group_rows(settings: &Settings, row_bytes: usize) -> u64 {
    let rows = settings.group_bytes / (row_bytes as u64).max(1);
    rows.clamp(*GROUP_ROWS.start(), *GROUP_ROWS.end())
}

fn properties(shape: &Shape, group_rows: u64) -> WriterPropertiesBuilder {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(group_rows as usize))
        // The encoder looks at the size of a page after so many values only.
        .set_write_batch_size(256)
        .set_created_by(format!("citadel-lake {}", env!("CARGO_PKG_VERSION")));
    for (at, column) in &shape.vectors {
        let element = match shape.arrow.field(*at).data_type() {
            arrow_schema::DataType::List(element) => element.name().clone(),
            _ => continue,
        };
        // Components of vectors hardly repeat, so a dictionary is lost work; their exponents do, once bytes of one weight lie together.
        let path = ColumnPath::new(vec![column.name.clone(), "list".to_owned(), element]);
        properties = properties
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_data_page_size_limit(path.clone(), VECTOR_PAGE_BYTES)
            .set_column_encoding(path, Encoding::BYTE_STREAM_SPLIT);
    }
    properties
}

fn bloom_filters(
    mut properties: WriterPropertiesBuilder,
    settings: &Settings,
    rows: u64,
) -> WriterPropertiesBuilder {
    for name in &settings.bloom_filters {
        let path = ColumnPath::from(name.as_str());
        properties = properties
            .set_column_bloom_filter_enabled(path.clone(), true)
            .set_column_bloom_filter_fpp(path.clone(), settings.bloom_false_positives)
            .set_column_bloom_filter_ndv(path, rows);
    }
    properties
}
