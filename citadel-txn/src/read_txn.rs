//! A read transaction.

use std::sync::Arc;

use citadel_core::{Generation, PagePtr, Readers, SealedFile};

use crate::catalog;
use crate::check::{self, CheckReport};
use crate::dirty::LargeRef;
use crate::dirty::{NodeBytes, NodeRef};
use crate::error::{Error, Result};
use crate::extent::{self, Again};
use crate::progress::Progress;
use crate::recovery;
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

    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Reads everything that this commit reaches, and proves that it is whole: see [`CheckReport`].
    ///
    /// # Errors
    /// An error of the operating system; [`Error::SnapshotTooOld`], in a process that only reads. What is wrong with the
    /// file is in the report.
    pub fn check(&self, progress: &mut dyn Progress) -> Result<CheckReport> {
        let report = check::check(self.database.file(), &self.snapshot, progress)?;
        if !report.is_ok() && self.database.has_moved_past(&self.snapshot) {
            return Err(Error::SnapshotTooOld);
        }
        Ok(report)
    }

    /// Pages that this commit leaves free, those that it and the ones just before it replaced included.
    ///
    /// # Errors
    /// What the file says.
    pub fn free_pages(&self) -> Result<u64> {
        let space = recovery::load_space(self.database.file(), &self.snapshot.record)
            .map_err(|error| self.explain(error))?;
        Ok(space.free().pages() + space.retired_pages())
    }

    /// The ids of all trees, ascending.
    ///
    /// # Errors
    /// What the file says.
    pub fn trees(&self) -> Result<Vec<TreeId>> {
        let trees = catalog::list(self.database.file(), &self.snapshot.record)
            .map_err(|error| self.explain(error))?;
        Ok(trees.into_iter().map(|(id, _)| id).collect())
    }

    /// In a process that only follows the writer, a page that does not open may have been used anew since.
    pub(crate) fn explain(&self, error: Error) -> Error {
        if error.is_corrupt() && self.database.has_moved_past(&self.snapshot) {
            return Error::SnapshotTooOld;
        }
        error
    }
}

impl View for ReadTxn {
    fn generation(&self) -> Generation {
        self.snapshot.generation()
    }

    fn is_committed(&self) -> bool {
        true
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
        let node = self.snapshot.node(self.database.file(), at);
        node.map_err(|error| self.explain(error))
    }

    fn node_with_next(
        &self,
        at: &NodeRef,
        readers: Readers,
        next: &dyn Fn() -> Vec<PagePtr>,
    ) -> Result<NodeBytes> {
        if let Some(node) = self.snapshot.node_afloat(at)? {
            return Ok(node);
        }
        catalog::read_sealed_with_next(self.database.file(), at, readers, next)
            .map_err(|error| self.explain(error))
    }

    #[inline]
    fn file(&self) -> &SealedFile {
        self.database.file()
    }

    fn large(&self, large: &LargeRef) -> Result<Vec<u8>> {
        extent::read(self.database.file(), large).map_err(|error| self.explain(error))
    }

    fn visit_large(
        &self,
        large: &LargeRef,
        again: Again,
        visit: &mut dyn FnMut(&[u8]),
    ) -> Result<()> {
        extent::visit(self.database.file(), large, again, visit)
            .map_err(|error| self.explain(error))
    }

    #[inline]
    fn stamp(&self) -> u64 {
        self.snapshot.generation().get()
    }
}
