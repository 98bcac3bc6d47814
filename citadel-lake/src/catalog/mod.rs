//! Where the head of a table is kept, and how it is swapped.
//!
//! The commit function (`commit`) makes the next metadata out of a [`Head`]; a [`Catalog`] puts it in the place of that head if that is still
//! the newest. There are these:
//!
//! | catalog | the head is | swapped by |
//! |---|---|---|
//! | [`FileCatalog`] | `vN.metadata.json` with the greatest N | creating the next one where nothing is |
//! | [`PointerCatalog`] | the file that a cell of somebody else's names ([`Pointer`]) | writing a file of a fresh name, and swapping the cell |
//! | `rest` | what a server of the Iceberg REST protocol says | sending it what is to change, and what must hold for that |
//! | [`Fixed`] | one file | never |
//!
//! What always holds: of all that try to replace one head, at most one is told [`Replaced::Done`]; and where the answer is
//! [`Replaced::Unknown`], [`Catalog::find`] tells later whether it took place, by the id that every commit carries.

mod file;
mod fixed;
mod head;
mod log;
mod own;
mod pointer;
#[cfg(feature = "rest")]
mod rest;

use std::fmt;

use iceberg::TableUpdate;
use iceberg::spec::TableMetadata;

use crate::error::{LakeError, Result};

pub(crate) use file::{FileCatalog, version_of};
pub(crate) use fixed::Fixed;
pub(crate) use head::{Head, Version};
pub(crate) use own::CommitId;
pub(crate) use pointer::PointerCatalog;
pub use pointer::{Pointer, Swapped};
#[cfg(feature = "rest")]
pub use rest::{RestCatalog, RestOptions};

/// Who keeps the head of one table.
pub(crate) trait Catalog: fmt::Debug + Send + Sync {
    /// The newest head; `None` where it is certain that there is no table.
    fn load(&self) -> Result<Option<Head>>;

    /// Is there a table, be it one that cannot be read?
    fn is_taken(&self) -> Result<bool> {
        Ok(self.load()?.is_some())
    }

    /// Makes the first head, where there is no table.
    ///
    /// # Errors
    /// Nothing was made.
    fn create(&self, next: Next) -> Result<Replaced>;

    /// Puts the next head in the place of `base`, if that is the newest.
    ///
    /// # Errors
    /// Nothing was replaced.
    fn replace(&self, base: &Head, next: Next) -> Result<Replaced>;

    /// The head that a commit made, if it was made after `since`; `since` is `None` where it was to be the first.
    ///
    /// # Errors
    /// It cannot be told.
    fn find(&self, id: CommitId, since: Option<&Version>) -> Result<Option<Head>>;

    /// # Errors
    /// [`LakeError::Unsupported`] if the table is only read here.
    fn check_changeable(&self) -> Result<()> {
        Ok(())
    }

    /// Whether these changes, without a snapshot of their own, would not be held to the head that they are made from.
    fn wants_snapshot(&self, _: &Head, _: &[TableUpdate]) -> bool {
        false
    }

    /// Whether the catalog may give the columns of a new table other field ids than it was sent.
    fn gives_field_ids(&self) -> bool {
        false
    }

    /// Whether a metadata file of this name, in the folder of such files, was written by this catalog and is needed no more.
    fn is_remains(&self, name: &str, head: &Head) -> bool;
}

/// What a head is to be replaced by.
pub(crate) struct Next {
    /// The whole.
    pub(crate) metadata: TableMetadata,
    /// What differs from the head; of a first one, nothing.
    #[cfg_attr(
        not(feature = "rest"),
        expect(dead_code, reason = "a server is sent changes, all others the whole")
    )]
    pub(crate) changes: Vec<TableUpdate>,
    /// Whose it is; a property of the metadata as well.
    pub(crate) id: CommitId,
}

/// What became of a replacement.
pub(crate) enum Replaced {
    /// This is the head now, or was.
    Done(Box<Head>),
    /// Another writer was faster.
    Conflict,
    /// It may have taken place, or take place later.
    Unknown(LakeError),
}

/// The bytes of a metadata file.
fn bytes_of(metadata: &TableMetadata) -> Result<Vec<u8>> {
    serde_json::to_vec(metadata).map_err(|error| LakeError::misuse(error.to_string()))
}
