//! The files of a snapshot that a read has to open, and the deletes that apply to each.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::SchemaRef;
use iceberg::arrow::schema_to_arrow_schema;
use iceberg::spec::{DataContentType, DataFileFormat, Schema, SnapshotRef, TableMetadata};

use crate::data::{Deleted, FILE_PATH_ID, read_deletes};
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
            if data.file.file_format() != DataFileFormat::Parquet {
                return Err(LakeError::Unsupported(format!(
                    "{}: the format {:?}",
                    data.file.file_path(),
                    data.file.file_format()
                )));
            }
            if let Some(filter) = filter
                && !may_match(filter, &data.file, &schema, &arrow)?
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
        })
    }

    /// The deleted places of a file.
    pub(crate) fn deleted(&self, place: &Place, file: &Planned) -> Result<Arc<Deleted>> {
        let mut positions = Vec::new();
        for delete in &file.deletes {
            let path = delete.file.file_path();
            let read = self.deletes.get(path, || read_deletes(place, delete))?;
            positions.extend(read.get(file.live.file.file_path()).into_iter().flatten());
        }
        Ok(Arc::new(Deleted::new(positions)))
    }
}

/// Whether a file of deletes may name rows of a data file.
fn concerns(delete: &LiveFile, data: &LiveFile) -> Result<bool> {
    let path = data.file.file_path();
    match delete.file.content_type() {
        DataContentType::EqualityDeletes if delete.sequence > data.sequence => Err(
            LakeError::Unsupported(format!("{}: deletes by equality", delete.file.file_path())),
        ),
        DataContentType::PositionDeletes if delete.sequence >= data.sequence => {
            if delete.file.file_format() != DataFileFormat::Parquet {
                return Err(LakeError::Unsupported(format!(
                    "{}: the format {:?}",
                    delete.file.file_path(),
                    delete.file.file_format()
                )));
            }
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
