//! Looking for a commit in the log of metadata files that each metadata has of those before it.

use super::head::read_metadata;
use super::{CommitId, Head, Version};
use crate::error::{LakeError, Result};
use crate::store::LakeStore;

/// The head that a commit made, among `newest` and those before it back to `since`.
///
/// A later commit of somebody else replaces the id, so each is looked at, not the newest alone.
///
/// # Errors
/// The log does not reach back so far; a file of it is gone or cannot be read.
pub(super) fn find(
    store: &LakeStore,
    id: CommitId,
    newest: Head,
    since: Option<&Version>,
) -> Result<Option<Head>> {
    let is_since = |location: &str| since.is_some_and(|since| since.location == location);
    if is_since(&newest.version.location) {
        return Ok(None);
    }
    if id.made(newest.metadata.properties()) {
        return Ok(Some(newest));
    }
    for entry in newest.metadata.metadata_log().iter().rev() {
        if is_since(&entry.metadata_file) {
            return Ok(None);
        }
        let path = store.path_of(&entry.metadata_file)?;
        let metadata = read_metadata(store, path)?.ok_or_else(|| {
            LakeError::corrupt(
                path,
                "the log of metadata names this file, but it is missing",
            )
        })?;
        if id.made(metadata.properties()) {
            let version = Version::named(entry.metadata_file.clone());
            return Ok(Some(Head { version, metadata }));
        }
    }
    match since {
        None => Ok(None),
        Some(since) => Err(LakeError::Conflict(format!(
            "its log of metadata does not reach back to {}",
            since.location
        ))),
    }
}
