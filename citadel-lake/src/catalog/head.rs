//! The metadata of a table as it is at one moment.

use iceberg::spec::{FormatVersion, SnapshotRef, TableMetadata};

use crate::error::{LakeError, Result};
use crate::store::LakeStore;

/// The metadata that was the newest when it was read.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) version: Version,
    pub(crate) metadata: TableMetadata,
}

/// Which metadata file it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    /// The N of `vN.metadata.json` and of `N-UUID.metadata.json`; nought where a name has none.
    pub(crate) number: u64,
    /// The URI of the file.
    pub(crate) location: String,
}

impl Version {
    /// The version that a file's name tells.
    pub(crate) fn named(location: String) -> Self {
        let name = location.rsplit('/').next().unwrap_or_default();
        let name = name.strip_prefix('v').unwrap_or(name);
        let digits = name.split(['-', '.']).next().unwrap_or_default();
        Self {
            number: digits.parse().unwrap_or(0),
            location,
        }
    }
}

/// A metadata file; `None` where the store says that there is none.
pub(crate) fn read_metadata(store: &LakeStore, path: &str) -> Result<Option<TableMetadata>> {
    let Some(bytes) = store.get(path)? else {
        return Ok(None);
    };
    let metadata: TableMetadata = serde_json::from_slice(&bytes)
        .map_err(|error| LakeError::corrupt(path, format!("no table metadata: {error}")))?;
    check_format(path, &metadata)?;
    Ok(Some(metadata))
}

/// # Errors
/// [`LakeError::Unsupported`] for another format than 2.
pub(crate) fn check_format(path: &str, metadata: &TableMetadata) -> Result<()> {
    match metadata.format_version() {
        FormatVersion::V2 => Ok(()),
        other => Err(LakeError::Unsupported(format!(
            "{path}: format {other:?} of Iceberg"
        ))),
    }
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
    fn names_of_files_tell_their_number() {
        for (name, number) in [
            ("v17.metadata.json", 17),
            (
                "00017-0190a1b2-c3d4-7000-8000-0123456789ab.metadata.json",
                17,
            ),
            ("v3.gz.metadata.json", 3),
            ("newest.metadata.json", 0),
        ] {
            let location = format!("memory://x/t/metadata/{name}");
            assert_eq!(Version::named(location).number, number, "{name}");
        }
    }
}
