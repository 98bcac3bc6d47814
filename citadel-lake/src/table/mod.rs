//! A table as its users see it.

mod append;
mod codebook;
mod compact;
mod create;
mod delete;
mod evolve;
mod expire;
#[cfg(test)]
mod foreign_deletes;
mod index;
mod info;
mod job;
mod locality;
mod partition;
#[cfg(feature = "rest")]
mod rest;
mod stage;

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::catalog::{Catalog, Fixed, Head, Pointer, PointerCatalog};
use crate::error::{LakeError, Result};
use crate::index::Segments;
use crate::key::{self, TableKey};
use crate::metadata::Place;
use crate::scan::Scan;
use crate::schema::VectorColumn;
use crate::schema::align::Shape;
use crate::schema::{Vectors, with_uuids};
use crate::search::Search;
use crate::store::LakeStore;
use crate::watch::Watch;

pub use append::{Append, Appended};
pub use compact::Compacted;
pub use create::TableDefinition;
pub use delete::DeletedRows;
pub use index::{IndexInfo, IndexState};
pub use info::{FileContent, FileInfo, SnapshotInfo};
pub use job::{Deferred, IndexJob};
pub use partition::PartitionBy;
pub use stage::Staged;

use job::Indexer;

/// A handle on a table. It holds no state of the table: every call looks at the newest version.
///
/// A clone is another handle on the same table; handles may be used by many threads at once.
#[derive(Clone, Debug)]
pub struct LakeTable {
    place: Arc<Place>,
    segments: Arc<Segments>,
    indexer: Arc<Indexer>,
}

impl LakeTable {
    /// Makes a table at a path in a store.
    ///
    /// # Errors
    /// [`LakeError::TableExists`] if there is one; [`LakeError::Misuse`] or [`LakeError::Unsupported`] if the definition cannot be an
    /// Iceberg table.
    pub fn create(store: &LakeStore, path: &str, definition: TableDefinition) -> Result<Self> {
        let table = Self::in_folder(store, path, definition.key().cloned())?;
        create::create(&table.place, definition)?;
        Ok(table)
    }

    /// Opens the table at a path in a store.
    ///
    /// # Errors
    /// [`LakeError::NoTable`] if the store says that there is none; [`LakeError::Key`] if it is encrypted; every other failure to look is an
    /// error of its own.
    pub fn open(store: &LakeStore, path: &str) -> Result<Self> {
        let table = Self::in_folder(store, path, None)?;
        table.place.head()?;
        Ok(table)
    }

    /// Opens the encrypted table at a path in a store.
    ///
    /// # Errors
    /// [`LakeError::Key`] if the key is that of another table, or the table is not encrypted; those of [`LakeTable::open`].
    pub fn open_encrypted(store: &LakeStore, path: &str, key: TableKey) -> Result<Self> {
        let table = Self::in_folder(store, path, Some(key))?;
        table.place.head()?;
        Ok(table)
    }

    /// The name of the key that its files are sealed with; `None` of a table in the clear.
    #[must_use]
    pub fn key_id(&self) -> Option<String> {
        self.place.key.as_ref().map(|key| key.id())
    }

    /// Opens a table that another catalog keeps (PyIceberg's, Spark's) by one of its metadata files, to be read as it was then.
    ///
    /// `metadata` is a path in the store, or the file's URI.
    ///
    /// # Errors
    /// [`LakeError::NoTable`] if the store says that there is no such file. All changes of such a table are [`LakeError::Unsupported`].
    pub fn open_metadata(store: &LakeStore, metadata: &str) -> Result<Self> {
        Self::fixed(store, metadata, None)
    }

    /// The same of an encrypted table.
    ///
    /// # Errors
    /// Those of [`LakeTable::open_metadata`]; [`LakeError::Key`] if the key is that of another table, or the table is not encrypted.
    pub fn open_metadata_encrypted(
        store: &LakeStore,
        metadata: &str,
        key: TableKey,
    ) -> Result<Self> {
        Self::fixed(store, metadata, Some(key))
    }

    fn fixed(store: &LakeStore, metadata: &str, key: Option<TableKey>) -> Result<Self> {
        let path = match metadata.contains(':') {
            true => store.path_of(metadata)?,
            false => metadata,
        };
        let catalog = Fixed {
            store: store.clone(),
            path: path.to_owned(),
        };
        let head = catalog.load()?.ok_or_else(|| LakeError::NoTable {
            location: store.uri_of(path),
        })?;
        Self::found(store, &head, Arc::new(catalog), key)
    }

    /// Makes a table at a path in a store, whose newest metadata is named by a cell that somebody else keeps.
    ///
    /// # Errors
    /// Those of [`LakeTable::create`]; [`LakeError::TableExists`] also where the folder has metadata of any table.
    pub fn create_at(
        store: &LakeStore,
        path: &str,
        definition: TableDefinition,
        pointer: Arc<dyn Pointer>,
    ) -> Result<Self> {
        let root = create::checked_path(path)?;
        let catalog = PointerCatalog::new(store.clone(), root, pointer);
        Self::create_kept(store, path, definition, Arc::new(catalog))
    }

    pub(crate) fn create_kept(
        store: &LakeStore,
        path: &str,
        definition: TableDefinition,
        catalog: Arc<dyn Catalog>,
    ) -> Result<Self> {
        let root = create::checked_path(path)?;
        let key = definition.key().cloned();
        let table = Self::with(Place::kept(store.clone(), root, catalog, key));
        create::create(&table.place, definition)?;
        Ok(table)
    }

    /// Opens a table whose newest metadata is named by a cell that somebody else keeps.
    ///
    /// # Errors
    /// [`LakeError::NoTable`] if the cell holds nothing; [`LakeError::Corrupt`] if there is no such file; [`LakeError::Key`] if the table is
    /// encrypted.
    pub fn open_at(store: &LakeStore, pointer: Arc<dyn Pointer>) -> Result<Self> {
        Self::pointed(store, pointer, None)
    }

    /// The same of an encrypted table.
    ///
    /// # Errors
    /// Those of [`LakeTable::open_at`]; [`LakeError::Key`] if the key is that of another table, or the table is not encrypted.
    pub fn open_at_encrypted(
        store: &LakeStore,
        pointer: Arc<dyn Pointer>,
        key: TableKey,
    ) -> Result<Self> {
        Self::pointed(store, pointer, Some(key))
    }

    fn pointed(
        store: &LakeStore,
        pointer: Arc<dyn Pointer>,
        key: Option<TableKey>,
    ) -> Result<Self> {
        let root = String::new();
        let catalog = PointerCatalog::new(store.clone(), root, Arc::clone(&pointer));
        let head = catalog.load()?.ok_or_else(|| LakeError::NoTable {
            location: store.uri_of(""),
        })?;
        let root = store.path_of(head.metadata.location())?.to_owned();
        let catalog = PointerCatalog::new(store.clone(), root, pointer);
        Self::found(store, &head, Arc::new(catalog), key)
    }

    /// The same table by another cell: another state of it, or another way to change it. What was read of it is shared.
    #[must_use]
    pub fn at(&self, pointer: Arc<dyn Pointer>) -> Self {
        let (store, root) = (self.place.store.clone(), self.place.root.clone());
        let catalog = PointerCatalog::new(store, root, pointer);
        Self {
            place: Arc::new(self.place.by(Arc::new(catalog))),
            segments: Arc::clone(&self.segments),
            indexer: Arc::default(),
        }
    }

    /// The same table, with somebody who may end its long calls: scans, searches, appends, compactions, the building of indexes.
    ///
    /// A commit that is about to be published goes on, so that it is known what became of it.
    #[must_use]
    pub fn watched(&self, watch: Watch) -> Self {
        Self {
            place: Arc::new(self.place.watched(watch)),
            segments: Arc::clone(&self.segments),
            indexer: Arc::default(),
        }
    }

    /// Removes the metadata of a table that was made at a cell and is given up before anybody has heard of it, so that another can be made in
    /// its place. What cannot be removed stays.
    pub fn withdraw(self) {
        let store = &self.place.store;
        let Ok(head) = self.place.head() else { return };
        let log = head.metadata.metadata_log().iter();
        let uris = log.map(|entry| &entry.metadata_file);
        for uri in uris.chain([&head.version.location]) {
            if let Ok(path) = store.path_of(uri) {
                let _ = store.delete(path);
            }
        }
    }

    pub(crate) fn found(
        store: &LakeStore,
        head: &Head,
        catalog: Arc<dyn Catalog>,
        key: Option<TableKey>,
    ) -> Result<Self> {
        let (metadata, location) = (&head.metadata, &head.version.location);
        key::check(key.as_ref(), metadata.properties(), location)?;
        let root = store.path_of(metadata.location())?.to_owned();
        Ok(Self::with(Place::kept(store.clone(), root, catalog, key)))
    }

    fn in_folder(store: &LakeStore, path: &str, key: Option<TableKey>) -> Result<Self> {
        let root = create::checked_path(path)?;
        Ok(Self::with(Place::new(store.clone(), root, key)))
    }

    fn with(place: Place) -> Self {
        Self {
            place: Arc::new(place),
            segments: Arc::default(),
            indexer: Arc::default(),
        }
    }

    /// The URI of the table's folder.
    #[must_use]
    pub fn location(&self) -> String {
        self.place.store.uri_of(&self.place.root)
    }

    /// The path of the table's folder in its store.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.place.root
    }

    /// The URI of the newest metadata, by which other engines load the table.
    ///
    /// # Errors
    /// Those of [`LakeTable::open`].
    pub fn metadata_location(&self) -> Result<String> {
        Ok(self.place.head()?.version.location)
    }

    /// The table's columns. Their metadata names their field ids, and which of them [are UUIDs](crate::is_uuid).
    ///
    /// # Errors
    /// Those of [`LakeTable::open`].
    pub fn schema(&self) -> Result<SchemaRef> {
        let head = self.place.head()?;
        let schema = head.metadata.current_schema();
        let shape = Shape::of(schema, &Vectors::default())?;
        Ok(Arc::new(with_uuids(&shape.arrow, schema)))
    }

    /// The table's vector columns.
    ///
    /// # Errors
    /// Those of [`LakeTable::open`].
    pub fn vectors(&self) -> Result<Vec<VectorColumn>> {
        let head = self.place.head()?;
        let schema = head.metadata.current_schema();
        let vectors = Vectors::read(head.metadata.properties(), schema)?;
        let fields = schema.as_struct().fields().iter();
        Ok(fields
            .filter_map(|field| vectors.0.get(&field.id).cloned())
            .collect())
    }

    /// The table's properties.
    ///
    /// # Errors
    /// Those of [`LakeTable::open`].
    pub fn properties(&self) -> Result<HashMap<String, String>> {
        Ok(self.place.head()?.metadata.properties().clone())
    }

    /// Adds rows, as one snapshot.
    ///
    /// Columns are found by name; one that is missing is null. All rows are in the table when this returns, or none is.
    ///
    /// # Errors
    /// See [`Append::commit`].
    pub fn append(&self, batches: &[RecordBatch]) -> Result<Appended> {
        self.appending().commit(batches)
    }

    /// Adds rows, unless a batch with this id was added before by anybody.
    ///
    /// # Errors
    /// See [`Append::commit`].
    pub fn append_idempotent(&self, batch_id: &str, batches: &[RecordBatch]) -> Result<Appended> {
        self.appending().batch_id(batch_id).commit(batches)
    }

    /// Adds rows, if `parent` is still the current snapshot (`None`: if there is none yet).
    ///
    /// # Errors
    /// [`LakeError::Conflict`] if it is not; see also [`Append::commit`].
    pub fn append_on(&self, parent: Option<i64>, batches: &[RecordBatch]) -> Result<Appended> {
        self.appending().on(parent).commit(batches)
    }

    /// Adds rows, and has their indexes built by a thread of this process; the rows are in the table when this returns.
    ///
    /// What the thread has yet to build is told by the table itself ([`LakeTable::indexes`]), so nothing is lost if the process ends: the next
    /// [`LakeTable::build_indexes`], [`LakeTable::index_job`] or deferred append, in any process, goes on.
    ///
    /// # Errors
    /// See [`Append::commit`].
    pub fn append_deferred(&self, batches: &[RecordBatch]) -> Result<Deferred> {
        let appended = self.append(batches)?;
        let job = self.index_job();
        Ok(Deferred { appended, job })
    }

    /// An append with options.
    pub fn appending(&self) -> Append<'_> {
        Append::new(self)
    }

    /// A read of the table.
    pub fn scan(&self) -> Scan {
        Scan::new(Arc::clone(&self.place))
    }

    /// A search for the rows whose vectors in a column are nearest to a query.
    pub fn search(&self, column: &str, query: &[f32]) -> Search {
        Search::new(
            Arc::clone(&self.place),
            Arc::clone(&self.segments),
            column,
            query,
        )
    }
}

/// The error for a vector column that another model is named for.
fn other_model(column: &str, known: &str, given: &str) -> LakeError {
    LakeError::Vector {
        column: column.to_owned(),
        reason: format!("its vectors are made by the model {known}, not by {given}"),
    }
}
