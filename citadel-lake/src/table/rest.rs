//! Tables that a server of the Iceberg REST protocol keeps.

use std::sync::Arc;

use super::{LakeTable, TableDefinition};
use crate::catalog::{Catalog, RestCatalog};
use crate::error::{LakeError, Result};
use crate::store::LakeStore;

impl RestCatalog {
    /// Makes a table in a namespace that is there, at a path in a store.
    ///
    /// # Errors
    /// Those of [`LakeTable::create`]; [`LakeError::Catalog`] if the server refuses.
    pub fn create_table(
        &self,
        namespace: &[&str],
        name: &str,
        store: &LakeStore,
        path: &str,
        definition: TableDefinition,
    ) -> Result<LakeTable> {
        let catalog = Arc::new(self.table(namespace, name, store));
        LakeTable::create_kept(store, path, definition, catalog)
    }

    /// Opens a table that lies in a store.
    ///
    /// # Errors
    /// [`LakeError::NoTable`] if the server says that there is none; [`LakeError::Unsupported`] if it lies outside of the store.
    pub fn open_table(
        &self,
        namespace: &[&str],
        name: &str,
        store: &LakeStore,
    ) -> Result<LakeTable> {
        let catalog = self.table(namespace, name, store);
        let head = catalog.load()?.ok_or_else(|| LakeError::NoTable {
            location: catalog.path.clone(),
        })?;
        LakeTable::found(store, &head, Arc::new(catalog), None)
    }
}
