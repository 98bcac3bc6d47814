//! A table that another catalog keeps, as one of its metadata files has it.

use super::head::read_metadata;
use super::{Catalog, CommitId, Head, Next, Replaced, Version};
use crate::error::{LakeError, Result};
use crate::store::LakeStore;

/// One metadata file, which is read and never replaced.
#[derive(Debug)]
pub(crate) struct Fixed {
    pub(crate) store: LakeStore,
    /// Its path in the store.
    pub(crate) path: String,
}

impl Catalog for Fixed {
    fn load(&self) -> Result<Option<Head>> {
        let metadata = read_metadata(&self.store, &self.path)?;
        let version = Version::named(self.store.uri_of(&self.path));
        Ok(metadata.map(|metadata| Head { version, metadata }))
    }

    fn create(&self, _: Next) -> Result<Replaced> {
        Err(self.refused())
    }

    fn replace(&self, _: &Head, _: Next) -> Result<Replaced> {
        Err(self.refused())
    }

    fn find(&self, _: CommitId, _: Option<&Version>) -> Result<Option<Head>> {
        Err(self.refused())
    }

    /// Who changes it must tell the other catalog.
    fn check_changeable(&self) -> Result<()> {
        Err(self.refused())
    }

    fn is_remains(&self, _: &str, _: &Head) -> bool {
        false
    }
}

impl Fixed {
    fn refused(&self) -> LakeError {
        LakeError::Unsupported(format!(
            "a change of a table that another catalog keeps ({})",
            self.path
        ))
    }
}
