//! Deleted rows of data files, as position delete files, and as the equality delete files of other writers.
//!
//! A delete writes which places of which data file are gone, and leaves the data file as it is. So a delete costs what it deletes, not what
//! it leaves; the vectors of all other rows, and the index beside their file, stay valid; and compaction removes both in its own time.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema as ArrowSchema, SchemaRef};
use iceberg::spec::{DataContentType, DataFile, DataFileBuilder, DataFileFormat, Datum, Struct};
use parquet::arrow::{ArrowWriter, PARQUET_FIELD_ID_META_KEY};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::adapt::own_id;
use super::bounds::bytes_of;
use super::read::{Which, open};
use crate::error::{LakeError, Result};
use crate::key;
use crate::metadata::{LiveFile, Place};
use crate::store::{Name, fresh};

/// The reserved field ids of position deletes.
pub(crate) const FILE_PATH_ID: i32 = 2_147_483_546;
const POSITION_ID: i32 = 2_147_483_545;

/// Places of a data file that are deleted, in order.
#[derive(Debug, Default)]
pub(crate) struct Deleted(Vec<u64>);

impl Deleted {
    pub(crate) fn new(mut positions: Vec<u64>) -> Self {
        positions.sort_unstable();
        positions.dedup();
        Self(positions)
    }

    pub(crate) fn contains(&self, position: u64) -> bool {
        self.0.binary_search(&position).is_ok()
    }

    pub(crate) fn positions(&self) -> &[u64] {
        &self.0
    }
}

fn schema() -> SchemaRef {
    let field = |name, kind, id: i32| {
        let id = (PARQUET_FIELD_ID_META_KEY.to_owned(), id.to_string());
        Field::new(name, kind, false).with_metadata(HashMap::from([id]))
    };
    Arc::new(ArrowSchema::new(vec![
        field("file_path", DataType::Utf8, FILE_PATH_ID),
        field("pos", DataType::Int64, POSITION_ID),
    ]))
}

/// Writes the deleted places of one data file.
pub(crate) fn write_deletes(
    place: &Place,
    data_file: &str,
    partition: (i32, Struct),
    deleted: &Deleted,
) -> Result<DataFile> {
    let positions = deleted.positions();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(
            positions.iter().map(|_| data_file),
        )),
        Arc::new(Int64Array::from_iter_values(
            positions.iter().map(|p| *p as i64),
        )),
    ];
    let batch = RecordBatch::try_new(schema(), columns).map_err(LakeError::rows)?;
    let name = fresh(Name::Deletes);
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        // Readers find out by the bounds whether a file of deletes is about a data file; cut, they would be of no use.
        .set_statistics_truncate_length(None)
        .set_column_index_truncate_length(None);
    if let Some(key) = &place.key {
        properties = properties.with_file_encryption_properties(key::writing(key, &name)?);
    }
    let properties = properties.build();
    let mut writer =
        ArrowWriter::try_new(Vec::new(), schema(), Some(properties)).map_err(LakeError::rows)?;
    writer.write(&batch).map_err(LakeError::rows)?;
    let bytes = writer.into_inner().map_err(LakeError::rows)?;
    let size = bytes.len() as u64;
    place.store.create_fresh(&place.path(&name), bytes)?;
    let bounds = |value: u64| {
        let mut bounds = HashMap::from([(FILE_PATH_ID, Datum::string(data_file))]);
        if place.key.is_none() {
            bounds.insert(POSITION_ID, Datum::long(value as i64));
        }
        bounds
    };
    let (first, last) = (positions.first(), positions.last());
    let count = positions.len() as u64;
    let counts = HashMap::from([(FILE_PATH_ID, count), (POSITION_ID, count)]);
    DataFileBuilder::default()
        .content(DataContentType::PositionDeletes)
        .file_path(place.uri(&name))
        .file_format(DataFileFormat::Parquet)
        .partition(partition.1)
        .partition_spec_id(partition.0)
        .record_count(count)
        .file_size_in_bytes(size)
        .value_counts(counts.clone())
        .null_value_counts(counts.into_keys().map(|id| (id, 0)).collect())
        .lower_bounds(bounds(first.copied().unwrap_or(0)))
        .upper_bounds(bounds(last.copied().unwrap_or(0)))
        .referenced_data_file(Some(data_file.to_owned()))
        .build()
        .map_err(|error| LakeError::misuse(error.to_string()))
}

/// The rows that a file of equality deletes takes away: those that have one of its combinations of values.
#[derive(Debug)]
pub(crate) struct Combinations {
    /// The columns that are compared, as the table has them.
    schema: SchemaRef,
    keys: HashSet<Vec<u8>>,
}

/// Reads a file of equality deletes; `table` is the schema of the table, with ids.
pub(crate) fn read_combinations(
    place: &Place,
    live: &LiveFile,
    table: &ArrowSchema,
    name_mapping: Option<&str>,
) -> Result<Combinations> {
    let path = live.file.file_path();
    let ids = live.file.equality_ids().unwrap_or_default();
    let places = ids.iter().map(|id| {
        let is_it = |field: &Arc<Field>| own_id(field) == Some(*id);
        let place = table.fields().iter().position(is_it);
        let place = place.filter(|place| can_compare(table.field(*place).data_type()));
        place.ok_or_else(|| {
            LakeError::Unsupported(format!("{path}: deletes by equality of the field {id}"))
        })
    });
    let places: Vec<usize> = places.collect::<Result<_>>()?;
    if places.is_empty() {
        return Err(LakeError::corrupt(
            path,
            "equality deletes without a column",
        ));
    }
    let schema: SchemaRef = Arc::new(table.project(&places).map_err(LakeError::rows)?);
    let mut keys = HashSet::new();
    let nothing = Arc::new(Deleted::default());
    for rows in open(
        place,
        live,
        Arc::clone(&schema),
        name_mapping,
        nothing,
        Which::All,
    )? {
        let batch = rows?.batch;
        keys.extend((0..batch.num_rows()).map(|row| key(&batch, row)));
    }
    Ok(Combinations { schema, keys })
}

impl Combinations {
    /// The places of a data file's rows that they take away.
    pub(crate) fn places(
        &self,
        place: &Place,
        data: &LiveFile,
        name_mapping: Option<&str>,
    ) -> Result<Vec<u64>> {
        let mut places = Vec::new();
        let (schema, nothing) = (Arc::clone(&self.schema), Arc::new(Deleted::default()));
        for rows in open(place, data, schema, name_mapping, nothing, Which::All)? {
            let rows = rows?;
            let is_gone = |row: &usize| self.keys.contains(&key(&rows.batch, *row));
            let gone = (0..rows.batch.num_rows()).filter(is_gone);
            places.extend(gone.map(|row| rows.positions[row]));
        }
        Ok(places)
    }
}

fn can_compare(kind: &DataType) -> bool {
    !kind.is_nested() && !kind.is_floating()
}

/// The values of a row as bytes that are equal where the values are. Null equals null, as the specification has it for these deletes.
fn key(batch: &RecordBatch, row: usize) -> Vec<u8> {
    let mut key = Vec::new();
    for column in batch.columns() {
        match bytes_of(column, row) {
            None => key.push(0),
            Some(bytes) => {
                key.push(1);
                key.extend((bytes.len() as u64).to_le_bytes());
                key.extend(bytes);
            }
        }
    }
    key
}

/// The places that a file of deletes names, by data file.
pub(crate) fn read_deletes(place: &Place, live: &LiveFile) -> Result<HashMap<String, Vec<u64>>> {
    let nothing = Arc::new(Deleted::default());
    let mut found: HashMap<String, Vec<u64>> = HashMap::new();
    for rows in open(place, live, schema(), None, nothing, Which::All)? {
        let batch = rows?.batch;
        let paths = batch.column(0).as_string::<i32>();
        let positions = batch.column(1).as_primitive::<Int64Type>();
        for (path, position) in paths.iter().zip(positions.iter()) {
            let (Some(path), Some(position)) = (path, position) else {
                continue;
            };
            let position = u64::try_from(position).map_err(|_| {
                LakeError::corrupt(live.file.file_path(), format!("the position {position}"))
            })?;
            match found.get_mut(path) {
                Some(positions) => positions.push(position),
                None => drop(found.insert(path.to_owned(), vec![position])),
            }
        }
    }
    Ok(found)
}
