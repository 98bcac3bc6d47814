//! What can go wrong in this crate, told apart by who must act.

use std::io;
use std::path::PathBuf;

/// The result of this crate's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong below the transaction layer.
///
/// Match on the predicates ([`is_corrupt`](Error::is_corrupt), [`is_wrong_key`](Error::is_wrong_key), …) rather than on
/// variants: variants are added as the format grows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused an operation on the medium.
    #[error("cannot {action}: {source}")]
    Io {
        /// What was being done, in words that follow "cannot".
        action: &'static str,
        /// What the operating system said.
        source: io::Error,
    },
    /// A database was to be created where something already is. Nothing was touched.
    #[error("{} already exists; it was not touched", .path.as_ref().map_or("the storage".into(), |path| path.display().to_string()))]
    AlreadyExists {
        /// The path, where the storage has one.
        path: Option<PathBuf>,
    },
    /// The file does not begin as a Citadel database does.
    #[error("this is not a Citadel database")]
    NotADatabase,
    /// The file is a Citadel database of a format that this version does not know.
    #[error("the file has format version {found}; this program reads version {supported}")]
    UnsupportedVersion {
        /// The version that the file declares.
        found: u32,
        /// The version that this crate reads and writes.
        supported: u32,
    },
    /// The file is sealed with a cipher suite that this version does not know.
    #[error("the file is sealed with cipher suite {found}, which this program does not know")]
    UnsupportedCipher {
        /// The number of the suite that the file declares.
        found: u16,
    },
    /// The file ends before something that must be in it.
    #[error("the file is truncated: {len} bytes, at least {needed} expected")]
    Truncated {
        /// Bytes in the file.
        len: u64,
        /// Bytes that it would have to hold.
        needed: u64,
    },
    /// Both copies of the superblock are damaged.
    #[error("the file header is damaged: {reason}")]
    DamagedHeader {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The header is sound, but no key slot opens with the key that was given.
    #[error("wrong key: no key slot opens with it")]
    WrongKey,
    /// Another process replaced the root key of the file by a rekey; what it wrote since does not open with the old one.
    #[error("the database was rekeyed; reopen it with its new key")]
    Rekeyed,
    /// A page did not open under the pointer that leads to it: it was altered, moved, replaced by another version, or it
    /// was never completely written.
    #[error("page {page} is not what its pointer promises: altered, moved, stale or torn")]
    TamperedPage {
        /// The number of the first page of the run that did not open.
        page: u64,
    },
    /// Something sealed other than a page did not open.
    #[error("{what} does not open with the file's key: it was altered or torn")]
    Tampered {
        /// What did not open.
        what: &'static str,
    },
    /// Bytes that were authentic, or that need no key, do not have the form that they must have.
    #[error("corrupt: {what}")]
    Corrupt {
        /// What is malformed.
        what: &'static str,
    },
    /// Another writer, in this process or in another, has the file open.
    #[error("the database is locked by another writer")]
    Locked,
    /// A write was asked of a handle that was opened read-only.
    #[error("the database was opened read-only")]
    ReadOnly,
    /// An earlier write or sync failed, so nothing can be promised about later ones. Open the file anew.
    #[error("an earlier write or sync failed; reopen the database before writing again")]
    Poisoned,
    /// An empty passphrase protects nothing and is refused.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    /// Key derivation parameters that are too weak, or too costly to be meant.
    #[error("key derivation parameters out of bounds: {reason}")]
    KdfOutOfBounds {
        /// Which bound is violated.
        reason: &'static str,
    },
    /// All key slots are taken.
    #[error("all key slots are in use; remove one first")]
    SlotsFull,
    /// The slot is empty or there is none of that number.
    #[error("key slot {index} is empty")]
    NoSuchSlot {
        /// The number of the slot.
        index: u8,
    },
    /// The last key slot cannot be removed: nothing would open the file again.
    #[error("the last key slot cannot be removed")]
    LastSlot,
    /// A request that no state of the file could satisfy.
    #[error("{what}")]
    Misuse {
        /// What is wrong with the request.
        what: &'static str,
    },
}

impl Error {
    /// Wraps an I/O error with what was being done, in words that follow "cannot".
    pub(crate) fn io(action: &'static str) -> impl FnOnce(io::Error) -> Error {
        move |source| Error::Io { action, source }
    }

    /// True where the bytes of the file are not what they must be, by accident or by intent.
    pub fn is_corrupt(&self) -> bool {
        self.is_tampered()
            || matches!(
                self,
                Error::Truncated { .. } | Error::DamagedHeader { .. } | Error::Corrupt { .. }
            )
    }

    /// True where something sealed did not open although the key is right.
    pub fn is_tampered(&self) -> bool {
        matches!(self, Error::TamperedPage { .. } | Error::Tampered { .. })
    }

    /// True where the file is sound as far as can be told, and the key does not fit, or fits no more.
    pub fn is_wrong_key(&self) -> bool {
        matches!(self, Error::WrongKey | Error::Rekeyed)
    }

    /// True where the operating system refused an operation, or had refused one earlier.
    pub fn is_io(&self) -> bool {
        matches!(self, Error::Io { .. } | Error::Poisoned)
    }

    /// True where the caller asked for something that cannot be had.
    pub fn is_misuse(&self) -> bool {
        matches!(
            self,
            Error::AlreadyExists { .. }
                | Error::ReadOnly
                | Error::EmptyPassphrase
                | Error::KdfOutOfBounds { .. }
                | Error::SlotsFull
                | Error::NoSuchSlot { .. }
                | Error::LastSlot
                | Error::Misuse { .. }
        )
    }

    /// True where the same request may succeed later, unchanged.
    pub fn is_busy(&self) -> bool {
        matches!(self, Error::Locked)
    }

    /// True where the file was made by a program that knows more than this one.
    pub fn is_unsupported(&self) -> bool {
        matches!(
            self,
            Error::UnsupportedVersion { .. } | Error::UnsupportedCipher { .. }
        )
    }
}
