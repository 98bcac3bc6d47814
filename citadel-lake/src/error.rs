//! What can go wrong, by who must act.

use std::error::Error;
use std::fmt::Display;
use std::sync::Arc;

/// The result of an operation on a lake table.
pub type Result<T, E = LakeError> = std::result::Result<T, E>;

/// An error of a lake table.
///
/// The predicates say who must act: the caller's data or call ([`is_misuse`](Self::is_misuse)), another writer
/// ([`is_conflict`](Self::is_conflict), [`is_busy`](Self::is_busy)), who has the key ([`is_wrong_key`](Self::is_wrong_key)), the store ([`is_io`](Self::is_io)), or whoever damaged the table
/// ([`is_corrupt`](Self::is_corrupt)).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LakeError {
    /// The store says that there is no such table. No other failure is ever reported as this.
    #[error("there is no table at {location}")]
    NoTable {
        /// Where it was looked for.
        location: String,
    },
    /// A table is to be created where one is already.
    #[error("there is a table at {location} already")]
    TableExists {
        /// Where it is.
        location: String,
    },
    /// A file of the table is not what it must be.
    #[error("{path}: {reason}")]
    Corrupt {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The table or file is encrypted, and the key is missing or another one; or a key was given for a table in the clear.
    #[error("{path}: {reason}")]
    Key {
        /// The table or file.
        path: String,
        /// Which key it is, and which one is needed.
        reason: String,
    },
    /// The object store failed.
    #[error("{action} {path}: {source}")]
    Store {
        /// What was tried.
        action: &'static str,
        /// With which object.
        path: String,
        /// What the store says.
        source: object_store::Error,
    },
    /// Who keeps the newest metadata of the table failed.
    #[error("{action}: {source}")]
    Catalog {
        /// What was tried.
        action: &'static str,
        /// What it says.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The rows do not fit the table.
    #[error("{0}")]
    Rows(String),
    /// A vector is not one of its column's: wrong dimension, a component that is not finite, another model.
    #[error("column {column}: {reason}")]
    Vector {
        /// The vector column.
        column: String,
        /// What is wrong.
        reason: String,
    },
    /// The call itself makes no sense: an unknown column, a bad name, a bad option.
    #[error("{0}")]
    Misuse(String),
    /// What was asked is sound, but not done here.
    #[error("{0} is not supported")]
    Unsupported(String),
    /// Another writer changed what the operation stands on; nothing was written to the table. Look again, then decide.
    #[error("the table has changed: {0}")]
    Conflict(String),
    /// Other writers were always faster; nothing was written to the table. Trying again later may help.
    #[error("{attempts} attempts to commit lost against other writers")]
    Busy {
        /// How often it was tried.
        attempts: u32,
    },
    /// Indexes could not be built in the background. The rows are in the table, and are scanned until they are.
    #[error("indexes were not built: {0}")]
    Indexing(Arc<LakeError>),
    /// Whoever [watches](crate::Watch) the call has ended it. Nothing was changed.
    #[error("interrupted")]
    Interrupted,
    /// The store failed while a commit was published, and does not say whether it was.
    ///
    /// The rows are stored once or not at all. An append with a batch id may be repeated without harm.
    #[error("it is not known whether the commit was published as version {version}: {source}")]
    Unknown {
        /// The version of the metadata that was to be published.
        version: u64,
        /// What kept it from being known.
        source: Box<LakeError>,
    },
}

impl LakeError {
    /// There is no such table.
    #[must_use]
    pub fn is_no_table(&self) -> bool {
        matches!(self, Self::NoTable { .. })
    }

    /// The caller's rows, vectors or arguments are wrong; repeating the call is no use.
    #[must_use]
    pub fn is_misuse(&self) -> bool {
        matches!(
            self,
            Self::Rows(_) | Self::Vector { .. } | Self::Misuse(_) | Self::TableExists { .. }
        )
    }

    /// Another writer changed what the operation stands on.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }

    /// Other writers were always faster.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy { .. })
    }

    /// The key of an encrypted table is missing, or is that of another one.
    #[must_use]
    pub fn is_wrong_key(&self) -> bool {
        matches!(self, Self::Key { .. })
    }

    /// A file of the table is damaged or missing.
    #[must_use]
    pub fn is_corrupt(&self) -> bool {
        matches!(self, Self::Corrupt { .. })
    }

    /// The object store or the catalog failed.
    #[must_use]
    pub fn is_io(&self) -> bool {
        matches!(
            self,
            Self::Store { .. } | Self::Catalog { .. } | Self::Unknown { .. }
        )
    }

    /// It is not known whether the commit took place.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }

    /// Whoever watches the call has ended it.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        matches!(self, Self::Interrupted)
    }

    /// What was asked is not done here.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(self, Self::Unsupported(_))
    }

    /// What a catalog says that failed.
    pub fn catalog(action: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let source = source.into();
        Self::Catalog { action, source }
    }

    pub(crate) fn corrupt(path: impl Into<String>, reason: impl Display) -> Self {
        Self::Corrupt {
            path: path.into(),
            reason: reason.to_string(),
        }
    }

    pub(crate) fn misuse(reason: impl Into<String>) -> Self {
        Self::Misuse(reason.into())
    }

    pub(crate) fn rows(reason: impl Display) -> Self {
        Self::Rows(reason.to_string())
    }
}
