//! The newest metadata of a table.

use iceberg::spec::{FormatVersion, SnapshotRef, TableMetadata};

use super::Place;
use crate::error::{LakeError, Result};
use crate::key;

/// A hint may lag by this many commits before a listing is cheaper than looking at each.
const STEPS_MAX: usize = 32;

/// The metadata that was the newest when it was read.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    /// The N of `vN.metadata.json`.
    pub(crate) version: u64,
    pub(crate) metadata: TableMetadata,
}

/// The file of a version, below the table.
pub(crate) fn version_file(version: u64) -> String {
    format!("metadata/v{version}.metadata.json")
}

/// The version hint, below the table.
const HINT: &str = "metadata/version-hint.text";

impl Place {
    /// The newest metadata.
    ///
    /// # Errors
    /// [`LakeError::NoTable`] if the store says that there is no version, and only then; [`LakeError::Corrupt`] if the newest version cannot
    /// be understood. Older versions never stand in for it.
    pub(crate) fn head(&self) -> Result<Head> {
        if let Some(path) = &self.fixed {
            let metadata = self.read_metadata(path)?;
            let missing = || LakeError::NoTable {
                location: self.store.uri_of(path),
            };
            return Ok(Head {
                version: 0,
                metadata: metadata.ok_or_else(missing)?,
            });
        }
        let version = self.newest()?.ok_or_else(|| LakeError::NoTable {
            location: self.store.uri_of(&self.root),
        })?;
        let metadata = self.version(version)?.ok_or_else(|| {
            LakeError::corrupt(
                self.path(&version_file(version)),
                "it was there, and is gone",
            )
        })?;
        Ok(Head { version, metadata })
    }

    /// The metadata of one version, or `None` where the store says that there is none.
    pub(crate) fn version(&self, version: u64) -> Result<Option<TableMetadata>> {
        self.read_metadata(&self.path(&version_file(version)))
    }

    fn read_metadata(&self, path: &str) -> Result<Option<TableMetadata>> {
        let Some(bytes) = self.store.get(path)? else {
            return Ok(None);
        };
        let metadata: TableMetadata = serde_json::from_slice(&bytes)
            .map_err(|error| LakeError::corrupt(path, format!("no table metadata: {error}")))?;
        if metadata.format_version() != FormatVersion::V2 {
            return Err(LakeError::Unsupported(format!(
                "{path}: format {:?} of Iceberg",
                metadata.format_version()
            )));
        }
        key::check(self.key.as_deref(), metadata.properties(), path)?;
        Ok(Some(metadata))
    }

    /// Tells others where to begin looking.
    pub(crate) fn hint(&self, version: u64) {
        self.store.hint(&self.path(HINT), version);
    }

    /// The greatest version that exists.
    pub(crate) fn newest(&self) -> Result<Option<u64>> {
        let Some(mut version) = self.hinted()? else {
            return self.listed();
        };
        for _ in 0..STEPS_MAX {
            if !self.is_there(version + 1)? {
                return Ok(Some(version));
            }
            version += 1;
        }
        self.listed()
    }

    /// The version that the hint names, if that exists. A hint that cannot be read is none.
    fn hinted(&self) -> Result<Option<u64>> {
        let hint = self.store.get(&self.path(HINT)).ok().flatten();
        let text = hint
            .as_deref()
            .and_then(|bytes| std::str::from_utf8(bytes).ok());
        match text.and_then(|text| text.trim().parse().ok()) {
            Some(version) if version < u64::MAX && self.is_there(version)? => Ok(Some(version)),
            _ => Ok(None),
        }
    }

    fn is_there(&self, version: u64) -> Result<bool> {
        self.store.exists(&self.path(&version_file(version)))
    }

    fn listed(&self) -> Result<Option<u64>> {
        let folder = self.path("metadata");
        let listed = self.store.list(&folder)?;
        let names = || {
            listed
                .iter()
                .filter_map(|file| file.path.rsplit('/').next())
        };
        let newest = names().filter_map(version_of).max();
        let foreign =
            names().find(|name| name.ends_with(".metadata.json") && version_of(name).is_none());
        match (newest, foreign) {
            (Some(version), _) => Ok(Some(version)),
            // A table is here, only not one of a file-system catalog: to say that there is none would invite to make one over it.
            (None, Some(name)) => Err(LakeError::Unsupported(format!(
                "{folder}/{name}: a table of another catalog"
            ))),
            (None, None) => Ok(None),
        }
    }
}

/// The N of `vN.metadata.json`.
pub(crate) fn version_of(name: &str) -> Option<u64> {
    let digits = name.strip_prefix('v')?.strip_suffix(".metadata.json")?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(())?;
    digits.parse().ok()
}

impl Head {
    /// The snapshot that readers see, if rows were ever written.
    pub(crate) fn snapshot(&self) -> Option<&SnapshotRef> {
        self.metadata.current_snapshot()
    }

    /// The id of that snapshot.
    pub(crate) fn snapshot_id(&self) -> Option<i64> {
        self.snapshot().map(|snapshot| snapshot.snapshot_id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_versions_are_versions() {
        assert_eq!(version_of("v17.metadata.json"), Some(17));
        for name in [
            "v.metadata.json",
            "v+1.metadata.json",
            "v1.gz.metadata.json",
            "00001-x.metadata.json",
            "v1.json",
        ] {
            assert_eq!(version_of(name), None, "{name}");
        }
    }
}
