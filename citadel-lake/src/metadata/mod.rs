//! Reading the state of a table: its newest metadata, snapshots, manifests and live files.
//!
//! The state is what the newest metadata says, which the table's catalog keeps (`catalog`); everything else hangs on it.

mod files;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use parquet::arrow::arrow_reader::ArrowReaderMetadata;

use crate::catalog::{Catalog, FileCatalog, Head};
use crate::error::{LakeError, Result};
use crate::key::{self, TableKey};
use crate::store::LakeStore;
use crate::watch::Watch;

pub(crate) use files::LiveFile;

/// More parsed files than this are not kept; then all are forgotten, as they are cheap to read again.
const CACHED_MAX: usize = 4_096;

/// One table's place in a store, and what was read of files that never change.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) store: LakeStore,
    /// Path of the table's folder in the store.
    pub(crate) root: String,
    /// Who keeps the newest metadata.
    pub(crate) catalog: Arc<dyn Catalog>,
    /// The key of an encrypted table. It alone decides whether files are written in the clear.
    pub(crate) key: Option<Arc<TableKey>>,
    manifests: Arc<Cache<Vec<LiveFile>>>,
    /// Footers of data files, with the places of their pages.
    pub(crate) footers: Arc<Cache<ArrowReaderMetadata>>,
    /// Who may end what takes long.
    pub(crate) watch: Watch,
}

impl Place {
    /// A table that nobody else keeps.
    pub(crate) fn new(store: LakeStore, root: String, key: Option<TableKey>) -> Self {
        let catalog = Arc::new(FileCatalog::new(store.clone(), root.clone()));
        Self::kept(store, root, catalog, key)
    }

    /// A table that a catalog keeps.
    pub(crate) fn kept(
        store: LakeStore,
        root: String,
        catalog: Arc<dyn Catalog>,
        key: Option<TableKey>,
    ) -> Self {
        Self {
            store,
            root,
            catalog,
            key: key.map(Arc::new),
            manifests: Arc::default(),
            footers: Arc::default(),
            watch: Watch::default(),
        }
    }

    /// The same table by another catalog; what was read of it is shared.
    pub(crate) fn by(&self, catalog: Arc<dyn Catalog>) -> Self {
        Self {
            store: self.store.clone(),
            root: self.root.clone(),
            catalog,
            key: self.key.clone(),
            manifests: Arc::clone(&self.manifests),
            footers: Arc::clone(&self.footers),
            watch: self.watch.clone(),
        }
    }

    /// The same table, watched by somebody.
    pub(crate) fn watched(&self, watch: Watch) -> Self {
        let catalog = Arc::clone(&self.catalog);
        Self {
            watch,
            ..self.by(catalog)
        }
    }

    /// The newest metadata.
    ///
    /// # Errors
    /// [`LakeError::NoTable`] if the catalog says that there is no table, and only then; [`LakeError::Corrupt`] if the newest version cannot
    /// be understood; [`LakeError::Key`] if the key is not the table's. Older versions never stand in for it.
    pub(crate) fn head(&self) -> Result<Head> {
        let head = self.catalog.load()?.ok_or_else(|| LakeError::NoTable {
            location: self.store.uri_of(&self.root),
        })?;
        let (properties, location) = (head.metadata.properties(), &head.version.location);
        key::check(self.key.as_deref(), properties, location)?;
        Ok(head)
    }

    /// # Errors
    /// [`LakeError::Unsupported`] for a table that is only read here.
    pub(crate) fn check_changeable(&self) -> Result<()> {
        self.catalog.check_changeable()
    }

    /// The path in the store of a file of this table.
    pub(crate) fn path(&self, below: &str) -> String {
        format!("{}/{below}", self.root)
    }

    /// The URI by which metadata names a file of this table.
    pub(crate) fn uri(&self, below: &str) -> String {
        self.store.uri_of(&self.path(below))
    }
}

/// Parsed files by their path, shared by all handles on a table.
#[derive(Debug)]
pub(crate) struct Cache<T>(Mutex<HashMap<String, Arc<T>>>);

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Cache<T> {
    /// The parsed file, read if it was not before. Two readers at once may both read it, which does no harm.
    pub(crate) fn get<E>(
        &self,
        path: &str,
        read: impl FnOnce() -> std::result::Result<T, E>,
    ) -> std::result::Result<Arc<T>, E> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = lock().get(path) {
            return Ok(Arc::clone(found));
        }
        let made = Arc::new(read()?);
        let mut cached = lock();
        if cached.len() >= CACHED_MAX {
            cached.clear();
        }
        cached.insert(path.to_owned(), Arc::clone(&made));
        Ok(made)
    }
}
