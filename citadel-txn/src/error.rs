//! What can go wrong in this crate, told apart by who must act.

use crate::node::Malformed;
use crate::tree_id::TreeId;

/// The result of this crate's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong in a transaction.
///
/// Match on the predicates ([`is_busy`](Error::is_busy), [`is_corrupt`](Error::is_corrupt), …) rather than on variants.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file below: I/O, keys, seals.
    #[error(transparent)]
    File(#[from] citadel_core::Error),
    /// Authentic bytes that do not have the form that they must have.
    #[error("corrupt: {what}")]
    Corrupt {
        /// What is malformed.
        what: &'static str,
    },
    /// Another write transaction was open for longer than the busy timeout.
    #[error("another write transaction is open")]
    Busy,
    /// A read-only process fell too far behind the writer: pages of its snapshot were used anew. Begin again.
    #[error(
        "the snapshot is too old: the writer has used its pages anew; begin a new read transaction"
    )]
    SnapshotTooOld,
    /// The file is older than the anchor that was expected, or has another history.
    #[error(
        "the file does not follow from the expected anchor: it is an older copy, or its history differs"
    )]
    AnchorMismatch,
    /// A write was asked of a database that was opened read-only.
    #[error("the database was opened read-only")]
    ReadOnly,
    /// There is no tree of this id.
    #[error("there is no tree {0}")]
    NoSuchTree(TreeId),
    /// There is a tree of this id already.
    #[error("tree {0} exists already")]
    TreeExists(TreeId),
    /// The id is not one of the well-known ids, which alone can be chosen.
    #[error("tree id {0} cannot be chosen: only ids below {max} can", max = TreeId::FIRST_ASSIGNED)]
    NotWellKnown(TreeId),
    /// A leaf of so many pages cannot be had.
    #[error("a leaf of {pages} pages is not possible: at least 1, and at most 64 KiB")]
    BadLeafPages {
        /// The run length that was asked for.
        pages: u16,
    },
    /// The key does not fit.
    #[error("the key has {len} bytes; at most {max} are possible with this page size")]
    KeyTooLong {
        /// Bytes in the key.
        len: usize,
        /// Bytes that a key may have.
        max: usize,
    },
    /// The value does not fit.
    #[error("the value has {len} bytes; at most {max} are possible with this page size")]
    ValueTooLong {
        /// Bytes in the value.
        len: u64,
        /// Bytes that a value may have.
        max: u64,
    },
    /// The work was stopped by whoever watches its progress. Nothing is lost; it can be begun or continued later.
    #[error("interrupted")]
    Interrupted,
    /// The key of a bulk load is not greater than the one before it.
    #[error("the keys of a bulk load must ascend")]
    KeyOutOfOrder,
    /// The savepoint was released, or rolled back past.
    #[error("the savepoint is no longer open")]
    StaleSavepoint,
    /// The transaction could not write what it had no memory for, and holds only a part of what it changed. Roll it back.
    #[error("an earlier step of this transaction failed; it must be rolled back")]
    Broken,
    /// No more page numbers, generations or tree ids are left.
    #[error("the file has no more {what}")]
    Exhausted {
        /// What has run out.
        what: &'static str,
    },
}

impl Error {
    pub(crate) const fn corrupt(what: &'static str) -> Self {
        Error::Corrupt { what }
    }

    /// True where the bytes of the file are not what they must be, by accident or by intent.
    pub fn is_corrupt(&self) -> bool {
        matches!(self, Error::Corrupt { .. })
            || self.file().is_some_and(citadel_core::Error::is_corrupt)
    }

    /// True where something sealed did not open although the key is right.
    pub fn is_tampered(&self) -> bool {
        self.file().is_some_and(citadel_core::Error::is_tampered)
    }

    /// True where the file is older than what the caller knows to have existed.
    pub fn is_rolled_back(&self) -> bool {
        matches!(self, Error::AnchorMismatch)
    }

    /// True where the file is sound as far as can be told, and the key does not fit.
    pub fn is_wrong_key(&self) -> bool {
        self.file().is_some_and(citadel_core::Error::is_wrong_key)
    }

    /// True where the operating system refused an operation, or had refused one earlier.
    pub fn is_io(&self) -> bool {
        self.file().is_some_and(citadel_core::Error::is_io)
    }

    /// True where the caller asked for something that cannot be had.
    pub fn is_misuse(&self) -> bool {
        match self {
            Error::File(error) => error.is_misuse(),
            Error::ReadOnly
            | Error::NoSuchTree(_)
            | Error::TreeExists(_)
            | Error::NotWellKnown(_) => true,
            Error::BadLeafPages { .. } | Error::KeyTooLong { .. } | Error::ValueTooLong { .. } => {
                true
            }
            Error::StaleSavepoint | Error::Broken | Error::KeyOutOfOrder => true,
            _ => false,
        }
    }

    /// True where the same request may succeed later, unchanged.
    pub fn is_busy(&self) -> bool {
        matches!(self, Error::Busy | Error::SnapshotTooOld)
            || self.file().is_some_and(citadel_core::Error::is_busy)
    }

    /// True where the caller stopped the work.
    pub fn is_interrupted(&self) -> bool {
        matches!(self, Error::Interrupted)
    }

    fn file(&self) -> Option<&citadel_core::Error> {
        match self {
            Error::File(error) => Some(error),
            _ => None,
        }
    }
}

impl From<Malformed> for Error {
    fn from(_: Malformed) -> Self {
        Error::corrupt("a tree node")
    }
}
