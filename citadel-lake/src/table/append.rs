//! Adding rows.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use iceberg::TableUpdate;
use iceberg::spec::{DataFile, Operation as Kind, TableMetadata};

use super::index::{discard_indexes, index_files};
use super::partition::PartitionedWriter;
use super::{LakeTable, other_model};
use crate::catalog::Head;
use crate::commit::{Change, FileChange, NewFile, Operation, Outcome, commit, stored_batch};
use crate::data::discard;
use crate::error::{LakeError, Result};
use crate::index::{Entry, INDEXES, IndexList};
use crate::metadata::Place;
use crate::schema::align::Shape;
use crate::schema::{Vectors, key};

/// An append with options.
#[derive(Debug)]
#[must_use = "nothing is appended before `commit`"]
pub struct Append<'t> {
    table: &'t LakeTable,
    batch_id: Option<String>,
    parent: Option<Option<i64>>,
    models: HashMap<String, String>,
    allow_model_change: bool,
    indexed: bool,
}

/// What became of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The snapshot that holds the rows: the one made now, or the one that stored the batch before. Without rows, the current one, if any.
    pub snapshot_id: Option<i64>,
    /// How many rows were added now.
    pub rows: u64,
    /// Whether the batch was stored before, so that nothing was added.
    pub repeated: bool,
}

impl<'t> Append<'t> {
    pub(super) fn new(table: &'t LakeTable) -> Self {
        Self {
            table,
            batch_id: None,
            parent: None,
            models: HashMap::new(),
            allow_model_change: false,
            indexed: false,
        }
    }

    /// Names the rows, so that they are stored at most once, whoever appends them how often.
    pub fn batch_id(mut self, batch_id: impl Into<String>) -> Self {
        self.batch_id = Some(batch_id.into());
        self
    }

    /// Appends only if this is the current snapshot (`None`: if there is none yet).
    pub fn on(mut self, parent: Option<i64>) -> Self {
        self.parent = Some(parent);
        self
    }

    /// Says which model made the vectors of a column. The first append that says so sets it for the table.
    pub fn embedding_model(mut self, column: impl Into<String>, model: impl Into<String>) -> Self {
        self.models.insert(column.into(), model.into());
        self
    }

    /// Lets the named models replace those of the table, whose older vectors are then of another model than it says.
    pub fn allow_model_change(mut self) -> Self {
        self.allow_model_change = true;
        self
    }

    /// Builds the vector indexes of the new files before the rows are committed, and commits both at once.
    pub fn indexed(mut self) -> Self {
        self.indexed = true;
        self
    }

    /// Adds the rows of all batches, as one snapshot.
    ///
    /// # Errors
    /// [`LakeError::Rows`] and [`LakeError::Vector`] for rows that do not fit, before anything is written; [`LakeError::Conflict`] if
    /// the table is not as [`Append::on`] says; [`LakeError::Unknown`] if the store does not tell whether they are in. After all other
    /// errors they are not.
    pub fn commit(self, batches: &[RecordBatch]) -> Result<Appended> {
        let place = &*self.table.place;
        place.check_changeable()?;
        let head = place.head()?;
        if let Some(batch_id) = &self.batch_id
            && let Some(snapshot_id) = stored_batch(place, &head, batch_id)?
        {
            // Asked again inside the commit; here it only spares the writing.
            return Ok(repeated(snapshot_id));
        }
        self.check_parent(&head)?;
        self.model_updates(&head.metadata)?;
        let rows: u64 = batches.iter().map(|batch| batch.num_rows() as u64).sum();
        let files = write_rows(place, &head.metadata, batches)?;
        let entries = match self.indexed {
            false => Ok(Vec::new()),
            true => index_files(self.table, &head, &files),
        };
        let entries = entries.inspect_err(|_| discard(place, &files))?;
        let mut appending = Appending {
            entries,
            options: self,
            spec_id: head.metadata.default_partition_spec_id(),
            files,
        };
        let outcome = match appending.files.is_empty() {
            true => Ok(Outcome::Nothing {
                snapshot_id: head.snapshot_id(),
            }),
            false => commit(place, &mut appending),
        };
        let is_named = match &outcome {
            Ok(Outcome::Done { .. }) => true,
            Err(error) => error.is_unknown(),
            Ok(_) => false,
        };
        if !is_named {
            discard(place, &appending.files);
            discard_indexes(place, &appending.entries);
        }
        Ok(match outcome? {
            Outcome::Done { snapshot_id } => Appended {
                snapshot_id,
                rows,
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

    fn check_parent(&self, head: &Head) -> Result<()> {
        match self.parent {
            Some(parent) if parent != head.snapshot_id() => Err(LakeError::Conflict(format!(
                "the current snapshot is {:?}, not {parent:?}",
                head.snapshot_id()
            ))),
            _ => Ok(()),
        }
    }

    /// The properties that name models for the first time, or anew where that is allowed.
    fn model_updates(&self, metadata: &TableMetadata) -> Result<HashMap<String, String>> {
        let vectors = Vectors::read(metadata.properties(), metadata.current_schema())?;
        let mut updates = HashMap::new();
        for (name, model) in &self.models {
            let (id, column) = vectors
                .0
                .iter()
                .find(|(_, column)| column.name == *name)
                .ok_or_else(|| LakeError::misuse(format!("no vector column '{name}'")))?;
            match &column.embedding_model {
                Some(known) if known == model => {}
                Some(known) if !self.allow_model_change => {
                    return Err(other_model(name, known, model));
                }
                _ => {
                    updates.insert(key(*id, "embedding-model"), model.clone());
                }
            }
        }
        Ok(updates)
    }
}

pub(super) fn repeated(snapshot_id: i64) -> Appended {
    Appended {
        snapshot_id: Some(snapshot_id),
        rows: 0,
        repeated: true,
    }
}

/// Writes rows as data files that nothing names yet. After an error none is left.
pub(super) fn write_rows(
    place: &Place,
    metadata: &TableMetadata,
    batches: &[RecordBatch],
) -> Result<Vec<DataFile>> {
    let schema = metadata.current_schema();
    let vectors = Vectors::read(metadata.properties(), schema)?;
    let shape = Arc::new(Shape::of(schema, &vectors)?);
    // All batches are checked before the first byte is written.
    let aligned = batches
        .iter()
        .map(|batch| shape.align(batch))
        .collect::<Result<Vec<_>>>()?;
    let mut writer = PartitionedWriter::new(
        place,
        Arc::clone(schema),
        shape,
        Arc::clone(metadata.default_partition_spec()),
        metadata.properties(),
    )?;
    for batch in &aligned {
        writer.write(batch)?;
    }
    writer.finish()
}

/// The operation: files that are written already become part of the table.
struct Appending<'t> {
    options: Append<'t>,
    spec_id: i32,
    files: Vec<DataFile>,
    /// Indexes of these files, as far as they are built.
    entries: Vec<Entry>,
}

impl Operation for Appending<'_> {
    fn batch_id(&self) -> Option<&str> {
        self.options.batch_id.as_deref()
    }

    /// An append conflicts with nothing, except with a changed parent, where that is asked for, and with another embedding model. A schema
    /// that changed meanwhile reads the files by field id, as it reads all older ones.
    fn plan(&mut self, place: &Place, head: &Head) -> Result<Option<Change>> {
        self.options.check_parent(head)?;
        let mut properties = self.options.model_updates(&head.metadata)?;
        if !self.entries.is_empty() {
            let mut list = IndexList::read(place, head.metadata.properties())?;
            list.entries.extend(self.entries.iter().cloned());
            properties.insert(INDEXES.to_owned(), list.write(place)?);
        }
        let updates = match properties.is_empty() {
            true => Vec::new(),
            false => vec![TableUpdate::SetProperties {
                updates: properties,
            }],
        };
        let added = self.files.iter().map(|file| NewFile {
            file: file.clone(),
            spec_id: self.spec_id,
            sequence: None,
        });
        Ok(Some(Change {
            updates,
            files: Some(FileChange {
                kind: Kind::Append,
                added: added.collect(),
                removed: Default::default(),
                summary: Vec::new(),
            }),
        }))
    }
}
