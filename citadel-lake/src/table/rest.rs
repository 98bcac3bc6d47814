//! Tables that a server of the Iceberg REST protocol keeps.

use std::sync::Arc;

use super::{LakeTable, TableDefinition};
use crate::catalog::{Catalog, RestCatalog};
use crate::error::Result;
use crate::key::TableKey;
use crate::store::LakeStore;

impl RestCatalog {
    /// Makes a table in a namespace that is there, at a path in a store.
    ///
    /// # Errors
    /// Those of [`LakeTable::create`]; [`LakeError::Catalog`](crate::LakeError::Catalog) if the server refuses.
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
    /// [`LakeError::NoTable`](crate::LakeError::NoTable) if the server says that there is none; [`LakeError::Unsupported`](crate::LakeError::Unsupported) if it lies outside of the store.
    pub fn open_table(
        &self,
        namespace: &[&str],
        name: &str,
        store: &LakeStore,
    ) -> Result<LakeTable> {
        self.open(namespace, name, store, None)
    }

    /// The same of an encrypted table.
    ///
    /// # Errors
    /// Those of [`RestCatalog::open_table`]; [`LakeError::Key`](crate::LakeError::Key) if the key is that of another table, or the table is not encrypted.
    pub fn open_table_encrypted(
        &self,
        namespace: &[&str],
        name: &str,
        store: &LakeStore,
        key: TableKey,
    ) -> Result<LakeTable> {
        self.open(namespace, name, store, Some(key))
    }

    fn open(
        &self,
        namespace: &[&str],
        name: &str,
        store: &LakeStore,
        key: Option<TableKey>,
    ) -> Result<LakeTable> {
        let catalog = self.table(namespace, name, store);
        let head = catalog.load()?.ok_or_else(|| catalog.missing())?;
        LakeTable::found(store, &head, Arc::new(catalog), key)
    }

    /// The URI of the folder of a table, by which a store for it is found.
    ///
    /// # Errors
    /// [`LakeError::NoTable`](crate::LakeError::NoTable) if the server says that there is none; [`LakeError::Catalog`](crate::LakeError::Catalog) if it refuses.
    pub fn location(&self, namespace: &[&str], name: &str) -> Result<String> {
        // Whatever the store: none is looked at.
        let catalog = self.table(namespace, name, &LakeStore::memory());
        let head = catalog.load()?.ok_or_else(|| catalog.missing())?;
        Ok(head.metadata.location().to_owned())
    }
}
