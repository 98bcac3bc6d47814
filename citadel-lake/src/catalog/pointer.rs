//! A table whose newest metadata is named by a cell that somebody else keeps, such as a row of a database.
//!
//! Each commit writes a metadata file of its own name, `NNNNN-UUID.metadata.json` as Iceberg's catalogs do, and then has the cell swapped. A
//! file whose swap did not take place is a remains, whatever its number.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::head::read_metadata;
use super::{Catalog, CommitId, Head, Next, Replaced, Version, bytes_of, log};
use crate::error::{LakeError, Result};
use crate::store::{LakeStore, Name, fresh};

/// A cell that holds the URI of a table's newest metadata.
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use citadel_lake::{LakeError, LakeStore, LakeTable, Pointer, Swapped, TableDefinition};
/// use arrow_schema::{DataType, Field, Schema};
///
/// #[derive(Debug, Default)]
/// struct Cell(Mutex<Option<String>>);
///
/// impl Pointer for Cell {
///     fn get(&self) -> Result<Option<String>, LakeError> {
///         Ok(self.0.lock().unwrap().clone())
///     }
///     fn swap(&self, expected: Option<&str>, next: &str) -> Result<Swapped, LakeError> {
///         let mut held = self.0.lock().unwrap();
///         if held.as_deref() != expected {
///             return Ok(Swapped::Conflict);
///         }
///         *held = Some(next.to_owned());
///         Ok(Swapped::Done)
///     }
/// }
///
/// # fn main() -> Result<(), LakeError> {
/// let (store, cell) = (LakeStore::memory(), Arc::new(Cell::default()));
/// let schema = Schema::new(vec![Field::new("id", DataType::Int64, false)]);
/// let table = LakeTable::create_at(&store, "orders", TableDefinition::new(schema), cell.clone())?;
/// assert_eq!(Some(table.metadata_location()?), cell.get()?);
/// # Ok(())
/// # }
/// ```
pub trait Pointer: fmt::Debug + Send + Sync {
    /// The URI; `None` where there is no table yet.
    ///
    /// # Errors
    /// It cannot be told: see [`LakeError::catalog`].
    fn get(&self) -> Result<Option<String>>;

    /// Puts `next` into the cell, if it still holds `expected`.
    ///
    /// # Errors
    /// The cell is certainly as it was.
    fn swap(&self, expected: Option<&str>, next: &str) -> Result<Swapped>;
}

/// What became of a swap.
#[derive(Debug)]
pub enum Swapped {
    /// The cell holds the new one.
    Done,
    /// It held another one than was expected.
    Conflict,
    /// It is not known. The writer looks for its commit later.
    Unknown(Box<dyn Error + Send + Sync>),
}

/// A table by its pointer.
#[derive(Debug)]
pub(crate) struct PointerCatalog {
    store: LakeStore,
    /// Path of the table's folder in the store.
    root: String,
    pointer: Arc<dyn Pointer>,
}

impl PointerCatalog {
    pub(crate) fn new(store: LakeStore, root: String, pointer: Arc<dyn Pointer>) -> Self {
        Self {
            store,
            root,
            pointer,
        }
    }

    fn publish(&self, base: Option<&Version>, next: &Next) -> Result<Replaced> {
        let number = base.map_or(0, |version| version.number + 1);
        let path = format!("{}/{}", self.root, fresh(Name::Metadata(number)));
        self.store.create_fresh(&path, bytes_of(&next.metadata)?)?;
        let location = self.store.uri_of(&path);
        let expected = base.map(|version| version.location.as_str());
        match self.pointer.swap(expected, &location) {
            Ok(Swapped::Done) => Ok(Replaced::Done(Box::new(Head {
                version: Version::named(location),
                metadata: next.metadata.clone(),
            }))),
            Ok(Swapped::Unknown(source)) => Ok(Replaced::Unknown(LakeError::catalog(
                "moving the pointer of the table",
                source,
            ))),
            // Nobody has heard of the file.
            Ok(Swapped::Conflict) => {
                let _ = self.store.delete(&path);
                Ok(Replaced::Conflict)
            }
            Err(error) => {
                let _ = self.store.delete(&path);
                Err(error)
            }
        }
    }
}

impl Catalog for PointerCatalog {
    fn load(&self) -> Result<Option<Head>> {
        let Some(location) = self.pointer.get()? else {
            return Ok(None);
        };
        let path = self.store.path_of(&location)?;
        let metadata = read_metadata(&self.store, path)?.ok_or_else(|| {
            LakeError::corrupt(
                path,
                "the pointer of the table names this file, but it is missing",
            )
        })?;
        let version = Version::named(location);
        Ok(Some(Head { version, metadata }))
    }

    /// A folder with metadata has a table already, whoever keeps it: a second one would take the files of the first for remains.
    fn create(&self, next: Next) -> Result<Replaced> {
        let folder = format!("{}/metadata", self.root);
        let listed = self.store.list(&folder)?;
        match listed
            .iter()
            .any(|file| file.path.ends_with(".metadata.json"))
        {
            true => Ok(Replaced::Conflict),
            false => self.publish(None, &next),
        }
    }

    fn replace(&self, base: &Head, next: Next) -> Result<Replaced> {
        self.publish(Some(&base.version), &next)
    }

    fn find(&self, id: CommitId, since: Option<&Version>) -> Result<Option<Head>> {
        match self.load()? {
            Some(newest) => log::find(&self.store, id, newest, since),
            None => Ok(None),
        }
    }

    fn is_remains(&self, name: &str, head: &Head) -> bool {
        let log = head.metadata.metadata_log().iter();
        let kept = log.map(|entry| entry.metadata_file.as_str());
        let mut kept = kept.chain([head.version.location.as_str()]);
        is_numbered(name) && !kept.any(|location| location.rsplit('/').next() == Some(name))
    }
}

/// Whether a name is `NNNNN-UUID.metadata.json`.
fn is_numbered(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".metadata.json") else {
        return false;
    };
    let Some((number, id)) = stem.split_once('-') else {
        return false;
    };
    number.len() >= 5
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && uuid::Uuid::try_parse(id).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_others_are_not_ours() {
        assert!(is_numbered(
            "00017-0190a1b2-c3d4-7000-8000-0123456789ab.metadata.json"
        ));
        for name in [
            "v17.metadata.json",
            "17-0190a1b2-c3d4-7000-8000-0123456789ab.metadata.json",
            "00017-x.metadata.json",
            "00017.metadata.json",
            "00017-0190a1b2-c3d4-7000-8000-0123456789ab.json",
        ] {
            assert!(!is_numbered(name), "{name}");
        }
    }
}
