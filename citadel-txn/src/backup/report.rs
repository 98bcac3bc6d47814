//! What a backup did.

use citadel_core::Generation;

/// What a backup did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupReport {
    /// The commit that was copied.
    pub generation: Generation,
    /// Pages that the commit reaches; all of them were read back from the copy.
    pub pages: u64,
    /// How many of them had to be written; the others were left by an interrupted backup.
    pub pages_copied: u64,
    /// Bytes of the copy.
    pub bytes: u64,
}

impl BackupReport {
    pub(super) fn new(generation: Generation) -> Self {
        Self {
            generation,
            pages: 0,
            pages_copied: 0,
            bytes: 0,
        }
    }
}
