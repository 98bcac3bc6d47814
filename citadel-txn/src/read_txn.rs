//! A read transaction.

use std::sync::Arc;

use citadel_core::{Generation, SealedFile};

use crate::catalog;
use crate::dirty::LargeRef;
use crate::dirty::{NodeBytes, NodeRef};
use crate::error::{Error, Result};
use crate::extent;
use crate::shared::Shared;
use crate::snapshot::Snapshot;
use crate::tree::Tree;
use crate::tree_id::TreeId;
use crate::view::{Root, Source, View};

/// A read transaction: the database as one commit left it, for as long as this or a clone of it lives. It can be sent to
/// and shared between threads, never blocks a writer and is never blocked by one.
#[derive(Clone, Debug)]
pub struct ReadTxn {
    database: Arc<Shared>,
    snapshot: Arc<Snapshot>,
}

impl ReadTxn {
    pub(crate) fn new(database: Arc<Shared>, snapshot: Arc<Snapshot>) -> Self {
        Self { database, snapshot }
    }

    pub(crate) fn file(&self) -> &SealedFile {
        self.database.file()
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// In a process that only follows the writer, a page that does not open may have been used anew since.
    pub(crate) fn explain(&self, error: Error) -> Error {
        if error.is_corrupt() && self.database.has_moved_past(self.snapshot.generation()) {
            return Error::SnapshotTooOld;
        }
        error
    }
}

impl View for ReadTxn {
    fn generation(&self) -> Generation {
        self.snapshot.generation()
    }
}

impl Source for ReadTxn {
    fn descriptor(&self, tree: TreeId) -> Result<Option<Tree>> {
        self.snapshot
            .tree(self.database.file(), tree)
            .map_err(|error| self.explain(error))
    }

    #[inline]
    fn root(&self, tree: TreeId) -> Result<Root> {
        self.snapshot
            .root(self.database.file(), tree)
            .map_err(|error| self.explain(error))
    }

    #[inline]
    fn node(&self, at: &NodeRef) -> Result<NodeBytes> {
        catalog::read_sealed(self.database.file(), at).map_err(|error| self.explain(error))
    }

    fn large(&self, large: &LargeRef) -> Result<Vec<u8>> {
        extent::read(self.database.file(), large).map_err(|error| self.explain(error))
    }

    #[inline]
    fn stamp(&self) -> u64 {
        self.snapshot.generation().get()
    }
}
