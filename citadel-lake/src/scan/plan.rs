//! The files of a snapshot that a read has to open, and the deletes that apply to each.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::SchemaRef;
use iceberg::arrow::schema_to_arrow_schema;
use iceberg::spec::{DataContentType, DataFileFormat, Schema, SnapshotRef, TableMetadata};

use crate::data::{
    Combinations, Deleted, FILE_PATH_ID, FileBounds, read_combinations, read_deletes,
};
use crate::error::{LakeError, Result};
use crate::filter::{Filter, may_match};
use crate::metadata::{Cache, LiveFile, Place};
use crate::schema::NAME_MAPPING;

/// A data file and the files of deletes that may name rows of it.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) live: LiveFile,
    pub(crate) deletes: Vec<LiveFile>,
}

/// A read of one snapshot.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) snapshot_id: Option<i64>,
    pub(crate) schema: Arc<Schema>,
    /// The same schema in Arrow, with field ids.
    pub(crate) arrow: SchemaRef,
    pub(crate) files: Vec<Planned>,
    pub(crate) name_mapping: Option<String>,
    deletes: Cache<HashMap<String, Vec<u64>>>,
    combinations: Cache<Combinations>,
    /// Places that equality deletes take away, by data file and file of deletes.
    matched: Cache<Vec<u64>>,
}

impl Plan {
    pub(crate) fn new(
        place: &Place,
        metadata: &TableMetadata,
        snapshot: Option<&SnapshotRef>,
        filter: Option<&Filter>,
    ) -> Result<Self> {
        let is_current = snapshot.map(|s| s.snapshot_id()) == metadata.current_snapshot_id();
        let schema = match snapshot {
            // The columns of today for the rows of today; those of then for the rows of then.
            Some(snapshot) if !is_current => snapshot
                .schema(metadata)
                .map_err(|error| LakeError::corrupt(&place.root, error))?,
            _ => Arc::clone(metadata.current_schema()),
        };
        let arrow = schema_to_arrow_schema(&schema)
            .map_err(|error| LakeError::Unsupported(error.to_string()))?;
        let live = place.files(metadata, snapshot.map(AsRef::as_ref))?;
        let mut files = Vec::with_capacity(live.data.len());
        for data in live.data {
            is_parquet(&data)?;
            let bounds = FileBounds {
                file: &data.file,
                schema: &schema,
                arrow: &arrow,
            };
            if let Some(filter) = filter
                && !may_match(filter, &bounds)?
            {
                continue;
            }
            let mut deletes = Vec::new();
            for delete in &live.deletes {
                if concerns(delete, &data)? {
                    deletes.push(delete.clone());
                }
            }
            files.push(Planned {
                live: data,
                deletes,
            });
        }
        Ok(Self {
            snapshot_id: snapshot.map(|snapshot| snapshot.snapshot_id()),
            schema,
            arrow: Arc::new(arrow),
            files,
            name_mapping: metadata.properties().get(NAME_MAPPING).cloned(),
            deletes: Cache::default(),
            combinations: Cache::default(),
            matched: Cache::default(),
        })
    }

    /// The places of a file's rows that a file of equality deletes takes away.
    fn by_equality(
        &self,
        place: &Place,
        file: &Planned,
        delete: &LiveFile,
    ) -> Result<Arc<Vec<u64>>> {
        let (data, path) = (file.live.file.file_path(), delete.file.file_path());
        let mapping = self.name_mapping.as_deref();
        self.matched.get(&format!("{data} {path}"), || {
            let read = || read_combinations(place, delete, &self.arrow, mapping);
            let combinations = self.combinations.get(path, read)?;
            combinations.places(place, &file.live, mapping)
        })
    }

    /// The deleted places of a file.
    pub(crate) fn deleted(&self, place: &Place, file: &Planned) -> Result<Arc<Deleted>> {
        let mut positions = Vec::new();
        for delete in &file.deletes {
            let path = delete.file.file_path();
            if delete.file.content_type() == DataContentType::EqualityDeletes {
                positions.extend(self.by_equality(place, file, delete)?.iter());
                continue;
            }
            let read = self.deletes.get(path, || read_deletes(place, delete))?;
            positions.extend(read.get(file.live.file.file_path()).into_iter().flatten());
        }
        Ok(Arc::new(Deleted::new(positions)))
    }
}

fn is_parquet(live: &LiveFile) -> Result<()> {
    match live.file.file_format() {
        DataFileFormat::Parquet => Ok(()),
        other => Err(LakeError::Unsupported(format!(
            "{}: the format {other:?}",
            live.file.file_path()
        ))),
    }
}

/// Whether a file of deletes may name rows of a data file.
fn concerns(delete: &LiveFile, data: &LiveFile) -> Result<bool> {
    let path = data.file.file_path();
    match delete.file.content_type() {
        // They concern older rows of their partition, or of all if they have none.
        DataContentType::EqualityDeletes if delete.sequence > data.sequence => {
            is_parquet(delete)?;
            let is_everywhere = delete.file.partition().fields().is_empty();
            let is_same =
                delete.spec_id == data.spec_id && delete.file.partition() == data.file.partition();
            Ok(is_everywhere || is_same)
        }
        DataContentType::PositionDeletes if delete.sequence >= data.sequence => {
            is_parquet(delete)?;
            if let Some(referenced) = delete.file.referenced_data_file() {
                return Ok(referenced == path);
            }
            let bytes = |bounds: &HashMap<i32, iceberg::spec::Datum>| {
                bounds.get(&FILE_PATH_ID)?.to_bytes().ok()
            };
            let lower = bytes(delete.file.lower_bounds());
            let upper = bytes(delete.file.upper_bounds());
            Ok(
                lower.is_none_or(|lower| lower.as_slice() <= path.as_bytes())
                    && upper.is_none_or(|upper| path.as_bytes() <= upper.as_slice()),
            )
        }
        _ => Ok(false),
    }
}
