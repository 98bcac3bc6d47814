//! The one way in which a table changes.
//!
//! An [`Operation`] says what it wants done to the table as it is now. [`commit`] loads the newest metadata, looks whether the batch is in
//! the ledger already, asks the operation (which checks what happened since it looked), writes manifests and a manifest list, and has the
//! catalog put the next metadata in the place of that which it loaded (`catalog`). Of several writers one is told that it did; whoever comes
//! second begins again on top, with the same data files. Nothing else of a table is ever shared between writers, so there is no lock.
//!
//! The answer of the catalog may get lost. Each commit therefore carries an id of its own in the table's properties, and before a writer tries
//! again it looks for that id in every version that appeared since its first attempt.

mod ledger;
mod manifests;
mod publish;
mod retry;
mod summary;

use std::collections::HashSet;

use iceberg::TableUpdate;
use iceberg::spec::{DataFile, Operation as Kind};

use crate::catalog::Head;
use crate::error::Result;
use crate::metadata::Place;

pub(crate) use ledger::{is_own_property, ledger_files, now_ms, stored_batch};
pub(crate) use publish::{commit, create};

/// Something to be done to a table.
pub(crate) trait Operation {
    /// The batch that is stored at most once.
    fn batch_id(&self) -> Option<&str> {
        None
    }

    /// What must change, on top of `head`; `None` if nothing.
    ///
    /// It is asked again after each lost race, and must look at everything that `head` has and its own base had not.
    fn plan(&mut self, place: &Place, head: &Head) -> Result<Option<Change>>;
}

/// A change of the table.
#[derive(Default)]
pub(crate) struct Change {
    /// Changes of the metadata itself.
    pub(crate) updates: Vec<TableUpdate>,
    /// A new snapshot.
    pub(crate) files: Option<FileChange>,
}

/// What a new snapshot adds to its parent, and takes away.
pub(crate) struct FileChange {
    pub(crate) kind: Kind,
    pub(crate) added: Vec<NewFile>,
    /// Files that must be alive in the parent, by their URI.
    pub(crate) removed: HashSet<String>,
    /// More words for the snapshot's summary.
    pub(crate) summary: Vec<(String, String)>,
}

impl Default for FileChange {
    /// The same files again.
    fn default() -> Self {
        Self {
            kind: Kind::Replace,
            added: Vec::new(),
            removed: HashSet::new(),
            summary: Vec::new(),
        }
    }
}

/// A file that was written and becomes part of the table.
#[derive(Clone)]
pub(crate) struct NewFile {
    pub(crate) file: DataFile,
    pub(crate) spec_id: i32,
    /// The data sequence number, if it is not that of the commit.
    pub(crate) sequence: Option<i64>,
}

/// How a commit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is in the table; the current snapshot right after it.
    Done { snapshot_id: Option<i64> },
    /// There was nothing to do; the current snapshot.
    Nothing { snapshot_id: Option<i64> },
    /// The batch was stored before, by this snapshot.
    Repeated { snapshot_id: i64 },
}
