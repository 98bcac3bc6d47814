//! Reading the state of a table: its newest metadata, snapshots, manifests and live files.
//!
//! The state is what `metadata/vN.metadata.json` with the greatest N says; everything else hangs on it. The version hint only says where to
//! begin looking. Of all failures, only the store's word that no version exists means that there is no table.

mod files;
mod head;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use parquet::arrow::arrow_reader::ArrowReaderMetadata;

use crate::error::{LakeError, Result};
use crate::key::TableKey;
use crate::store::LakeStore;

pub(crate) use files::LiveFile;
pub(crate) use head::{Head, version_file, version_of};

/// More parsed files than this are not kept; then all are forgotten, as they are cheap to read again.
const CACHED_MAX: usize = 4_096;

/// One table's place in a store, and what was read of files that never change.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) store: LakeStore,
    /// Path of the table's folder in the store.
    pub(crate) root: String,
    /// The one metadata file that is read, below the store; of a table that another catalog keeps.
    pub(crate) fixed: Option<String>,
    /// The key of an encrypted table. It alone decides whether files are written in the clear.
    pub(crate) key: Option<Arc<TableKey>>,
    manifests: Cache<Vec<LiveFile>>,
    /// Footers of data files, with the places of their pages.
    pub(crate) footers: Cache<ArrowReaderMetadata>,
}

impl Place {
    pub(crate) fn new(store: LakeStore, root: String, key: Option<TableKey>) -> Self {
        Self {
            store,
            root,
            fixed: None,
            key: key.map(Arc::new),
            manifests: Cache::default(),
            footers: Cache::default(),
        }
    }

    /// # Errors
    /// [`LakeError::Unsupported`] for a table that another catalog keeps: who changes it must tell that catalog.
    pub(crate) fn check_changeable(&self) -> Result<()> {
        match &self.fixed {
            None => Ok(()),
            Some(path) => Err(LakeError::Unsupported(format!(
                "a change of a table that another catalog keeps ({path})"
            ))),
        }
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
