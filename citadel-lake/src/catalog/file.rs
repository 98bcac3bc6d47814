//! A table whose versions are numbered: `metadata/vN.metadata.json` with the greatest N is its state.
//!
//! The version hint only says where to begin looking. Of all failures, only the store's word that no version exists means that there is no
//! table.

use super::head::read_metadata;
use super::{Catalog, CommitId, Head, Next, Replaced, Version, bytes_of};
use crate::error::{LakeError, Result};
use crate::store::{Created, LakeStore};

/// A hint may lag by this many commits before a listing is cheaper than looking at each.
const STEPS_MAX: usize = 32;

/// So many versions are always kept: a writer that sleeps must find the one that it built upon, or learn that it is gone.
const VERSIONS_KEPT: u64 = 100;

/// The file of a version, below the table.
fn version_file(version: u64) -> String {
    format!("metadata/v{version}.metadata.json")
}

/// The version hint, below the table.
const HINT: &str = "metadata/version-hint.text";

/// A table in a folder that nobody else keeps.
#[derive(Debug)]
pub(crate) struct FileCatalog {
    store: LakeStore,
    /// Path of the table's folder in the store.
    root: String,
}

impl Catalog for FileCatalog {
    fn load(&self) -> Result<Option<Head>> {
        let Some(version) = self.newest()? else {
            return Ok(None);
        };
        match self.version(version)? {
            Some(head) => Ok(Some(head)),
            None => Err(LakeError::corrupt(
                self.path(&version_file(version)),
                "it was there, and is gone",
            )),
        }
    }

    fn is_taken(&self) -> Result<bool> {
        Ok(self.newest()?.is_some())
    }

    fn create(&self, next: Next) -> Result<Replaced> {
        let created = self
            .store
            .create(&self.path(&version_file(1)), bytes_of(&next.metadata)?)?;
        Ok(match created {
            Created::Unknown(error) => Replaced::Unknown(error),
            Created::Yes | Created::Taken => self.settled(next.id, None),
        })
    }

    fn replace(&self, base: &Head, next: Next) -> Result<Replaced> {
        let path = self.path(&version_file(base.version.number + 1));
        let created = self.store.create(&path, bytes_of(&next.metadata)?)?;
        Ok(match created {
            Created::Unknown(error) => Replaced::Unknown(error),
            Created::Yes | Created::Taken => self.settled(next.id, Some(&base.version)),
        })
    }

    /// What has taken the version may be our own earlier attempt, also one that the store's client repeated by itself. And old versions are
    /// removed, from the oldest on: a writer that slept so long that its version and those after it were removed could create one of them
    /// again, where nobody looks any more; but then the one before is gone.
    fn find(&self, id: CommitId, since: Option<&Version>) -> Result<Option<Head>> {
        let before = since.map_or(0, |since| since.number);
        let Some(own) = self.made_by(id, before)? else {
            return Ok(None);
        };
        let number = own.version.number;
        if number == 1 || self.is_there(number - 1)? {
            return Ok(Some(own));
        }
        self.store.delete(&self.path(&version_file(number)))?;
        Ok(None)
    }

    fn is_remains(&self, name: &str, head: &Head) -> bool {
        let first_kept = head.version.number.saturating_sub(VERSIONS_KEPT);
        version_of(name).is_some_and(|version| version < first_kept)
    }
}

impl FileCatalog {
    pub(crate) fn new(store: LakeStore, root: String) -> Self {
        Self { store, root }
    }

    fn path(&self, below: &str) -> String {
        format!("{}/{below}", self.root)
    }

    /// Whether a version that is there now is ours.
    fn settled(&self, id: CommitId, since: Option<&Version>) -> Replaced {
        match self.find(id, since) {
            Ok(Some(own)) => {
                self.store.hint(&self.path(HINT), own.version.number);
                Replaced::Done(Box::new(own))
            }
            Ok(None) => Replaced::Conflict,
            Err(error) => Replaced::Unknown(error),
        }
    }

    /// The version that one of the attempts of a commit published after all, among those after `before`.
    ///
    /// A later commit of somebody else replaces the property, so each version is looked at, not the newest alone.
    fn made_by(&self, id: CommitId, before: u64) -> Result<Option<Head>> {
        for version in before + 1.. {
            let Some(head) = self.version(version)? else {
                break;
            };
            if id.made(head.metadata.properties()) {
                return Ok(Some(head));
            }
        }
        Ok(None)
    }

    /// One version, or `None` where the store says that there is none.
    fn version(&self, number: u64) -> Result<Option<Head>> {
        let path = self.path(&version_file(number));
        let metadata = read_metadata(&self.store, &path)?;
        Ok(metadata.map(|metadata| Head {
            version: Version {
                number,
                location: self.store.uri_of(&path),
            },
            metadata,
        }))
    }

    /// The greatest version that exists.
    fn newest(&self) -> Result<Option<u64>> {
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
