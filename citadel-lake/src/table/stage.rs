//! Rows that are written before anybody decides that they become part of the table.
//!
//! [`LakeTable::stage`] writes data files that nothing names yet, and gives a [`Staged`]: what a commit needs to know of them, which can be
//! kept as bytes and used by another process. [`LakeTable::append_staged`] makes them part of the table under a batch id, once, whoever calls
//! it how often. Files that are never appended are remains, which [`LakeTable::remove_orphans`] removes.

use std::sync::Arc;

use arrow_array::RecordBatch;
use iceberg::spec::{
    DataFile, FormatVersion, Operation as Kind, TableMetadata, deserialize_data_file_from_json,
    serialize_data_file_to_json,
};

use super::LakeTable;
use super::append::{Appended, repeated};
use super::partition::PartitionedWriter;
use crate::catalog::Head;
use crate::commit::{Change, FileChange, NewFile, Operation, Outcome, commit};
use crate::data::discard;
use crate::error::{LakeError, Result};
use crate::metadata::Place;
use crate::schema::Vectors;
use crate::schema::align::Shape;

/// Data files that are written and synced, and belong to no snapshot yet.
#[derive(Clone, Debug)]
pub struct Staged {
    spec_id: i32,
    rows: u64,
    files: Vec<DataFile>,
}

/// A [`Staged`] as it is kept.
#[derive(serde::Serialize, serde::Deserialize)]
struct Kept {
    spec_id: i32,
    rows: u64,
    files: Vec<String>,
}

impl Staged {
    /// How many rows the files hold.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }
}

impl LakeTable {
    /// Writes rows as data files, batch by batch, so that no more of them is in memory than a batch.
    ///
    /// # Errors
    /// What `batches` gives; [`LakeError::Rows`] and [`LakeError::Vector`] for rows that do not fit. No file is left then.
    pub fn stage(&self, batches: impl IntoIterator<Item = Result<RecordBatch>>) -> Result<Staged> {
        let place = &*self.place;
        place.check_changeable()?;
        let metadata = place.head()?.metadata;
        let schema = metadata.current_schema();
        let vectors = Vectors::read(metadata.properties(), schema)?;
        let shape = Arc::new(Shape::of(schema, &vectors)?);
        let spec = metadata.default_partition_spec();
        let mut writer = PartitionedWriter::new(
            place,
            Arc::clone(schema),
            Arc::clone(&shape),
            Arc::clone(spec),
            metadata.properties(),
        )?;
        let mut rows = 0;
        for batch in batches {
            let batch = shape.align(&batch?)?;
            rows += batch.num_rows() as u64;
            writer.write(&batch)?;
        }
        Ok(Staged {
            spec_id: spec.spec_id(),
            rows,
            files: writer.finish()?,
        })
    }

    /// What is to be kept of staged files.
    ///
    /// # Errors
    /// [`LakeError::Conflict`] if the partitions that they were written for are gone from the table.
    pub fn keep_staged(&self, staged: &Staged) -> Result<Vec<u8>> {
        let metadata = self.place.head()?.metadata;
        let partition = partition_type(&metadata, staged.spec_id)?;
        let files = staged.files.iter().map(|file| {
            serialize_data_file_to_json(file.clone(), &partition, FormatVersion::V2)
                .map_err(|error| LakeError::misuse(error.to_string()))
        });
        let kept = Kept {
            spec_id: staged.spec_id,
            rows: staged.rows,
            files: files.collect::<Result<_>>()?,
        };
        serde_json::to_vec(&kept).map_err(|error| LakeError::misuse(error.to_string()))
    }

    /// Staged files, from what was kept of them.
    ///
    /// # Errors
    /// [`LakeError::Corrupt`] for bytes that were never kept; those of [`LakeTable::keep_staged`].
    pub fn kept_staged(&self, kept: &[u8]) -> Result<Staged> {
        let damaged = |error: &dyn std::fmt::Display| LakeError::corrupt("staged files", error);
        let kept: Kept = serde_json::from_slice(kept).map_err(|error| damaged(&error))?;
        let metadata = self.place.head()?.metadata;
        let partition = partition_type(&metadata, kept.spec_id)?;
        let schema = metadata.current_schema();
        let files = kept.files.iter().map(|text| {
            deserialize_data_file_from_json(text, kept.spec_id, &partition, schema)
                .map_err(|error| damaged(&error))
        });
        Ok(Staged {
            spec_id: kept.spec_id,
            rows: kept.rows,
            files: files.collect::<Result<_>>()?,
        })
    }

    /// Makes staged files part of the table, unless a batch with this id was added before by anybody.
    ///
    /// Several may do so at once with the same files: one of them adds the rows. Files of a batch that was there before stay where they are,
    /// since they may be those that it was made of.
    ///
    /// # Errors
    /// [`LakeError::Corrupt`] if a file is gone; those of a commit. After all but [`LakeError::Unknown`] nothing was added.
    pub fn append_staged(&self, batch_id: &str, staged: &Staged) -> Result<Appended> {
        let mut appending = Appending { batch_id, staged };
        let place = &*self.place;
        if staged.files.is_empty() {
            return Ok(Appended {
                snapshot_id: place.head()?.snapshot_id(),
                rows: 0,
                repeated: false,
            });
        }
        Ok(match commit(place, &mut appending)? {
            Outcome::Done { snapshot_id } => Appended {
                snapshot_id,
                rows: staged.rows,
                repeated: false,
            },
            Outcome::Nothing { snapshot_id } => Appended {
                snapshot_id,
                rows: 0,
                repeated: false,
            },
            Outcome::Repeated { snapshot_id } => repeated(snapshot_id),
        })
    }

    /// Removes staged files that are not to be appended any more. What cannot be removed is for the removal of orphans.
    pub fn discard_staged(&self, staged: Staged) {
        discard(&self.place, &staged.files);
    }

    /// A batch id that nobody else draws.
    #[must_use]
    pub fn new_batch_id() -> String {
        uuid::Uuid::now_v7().to_string()
    }

    /// Was a batch with this id stored?
    ///
    /// # Errors
    /// Those of [`LakeTable::open`], and of reading the ledger.
    pub fn has_batch(&self, batch_id: &str) -> Result<bool> {
        let head = self.place.head()?;
        Ok(crate::commit::stored_batch(&self.place, &head, batch_id)?.is_some())
    }
}

/// The type of the partitions of a spec.
fn partition_type(metadata: &TableMetadata, spec_id: i32) -> Result<iceberg::spec::StructType> {
    let spec = metadata.partition_spec_by_id(spec_id).ok_or_else(|| {
        LakeError::Conflict(format!("partition spec {spec_id} is not there any more"))
    })?;
    spec.partition_type(metadata.current_schema())
        .map_err(|error| LakeError::Conflict(error.to_string()))
}

/// The operation.
struct Appending<'s> {
    batch_id: &'s str,
    staged: &'s Staged,
}

impl Operation for Appending<'_> {
    fn batch_id(&self) -> Option<&str> {
        Some(self.batch_id)
    }

    /// The files were written long ago, perhaps: somebody may have taken them for remains.
    fn plan(&mut self, place: &Place, _: &Head) -> Result<Option<Change>> {
        for file in &self.staged.files {
            let path = place.store.path_of(file.file_path())?;
            if !place.store.exists(path)? {
                return Err(LakeError::corrupt(
                    file.file_path(),
                    "the file was written for an append and is gone",
                ));
            }
        }
        let added = self.staged.files.iter().map(|file| NewFile {
            file: file.clone(),
            spec_id: self.staged.spec_id,
            sequence: None,
        });
        Ok(Some(Change {
            updates: Vec::new(),
            files: Some(FileChange {
                kind: Kind::Append,
                added: added.collect(),
                removed: Default::default(),
                summary: Vec::new(),
            }),
        }))
    }
}
