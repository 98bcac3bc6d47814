//! The file as text.

use citadel_core::SealedFile;

use crate::error::Result;
use crate::snapshot::Snapshot;

/// Describes a commit.
pub(crate) fn describe(file: &SealedFile, snapshot: &Snapshot) -> Result<String> {
    Ok(format!(
        "{}\n{:?}",
        file.superblock_info()?,
        snapshot.record
    ))
}
