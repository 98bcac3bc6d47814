//! A commit, as readers see it.

use std::sync::{Arc, OnceLock};

use citadel_core::{FrameRef, Generation, SealedFile};
use parking_lot::RwLock;
use rustc_hash::FxHashMap;

use crate::catalog;
use crate::dirty::{NodeBytes, NodeRef};
use crate::error::{Error, Result};
use crate::record::{Digest, Pieces, Record};
use crate::redo::Afloat;
use crate::tree::Tree;
use crate::tree_id::TreeId;
use crate::view::Root;

/// A tree of one snapshot, with its root pinned once it has been read.
#[derive(Debug)]
pub(crate) struct TreeHandle {
    pub(crate) tree: Tree,
    root: OnceLock<FrameRef>,
}

impl TreeHandle {
    fn new(tree: Tree) -> Self {
        Self {
            tree,
            root: OnceLock::new(),
        }
    }

    /// The root, from the file at the first call only.
    #[inline]
    fn root(&self, file: &SealedFile) -> Result<Root> {
        let Some(at) = &self.tree.root else {
            return Ok(Root {
                node: None,
                tree: self.tree,
            });
        };
        if let Some(frame) = self.root.get() {
            return Ok(Root {
                node: Some(NodeBytes::Frame(Arc::clone(frame))),
                tree: self.tree,
            });
        }
        let bytes = catalog::read_sealed(file, at)?;
        if let NodeBytes::Frame(frame) = &bytes {
            let _ = self.root.set(Arc::clone(frame));
        }
        Ok(Root {
            node: Some(bytes),
            tree: self.tree,
        })
    }
}

/// One commit: its record, and what was learnt of its trees.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) record: Record,
    pub(crate) digest: Digest,
    /// What its digest was made of, for the next one's.
    pub(crate) pieces: Pieces,
    /// What is not in the pages.
    afloat: Option<Arc<Afloat>>,
    trees: RwLock<FxHashMap<TreeId, Arc<TreeHandle>>>,
}

impl Snapshot {
    /// The commit of this record, from the file.
    ///
    /// # Errors
    /// What the file says where the record carries changes.
    pub(crate) fn load(file: &Arc<SealedFile>, record: Record, digest: Digest) -> Result<Self> {
        Ok(Self {
            afloat: Afloat::of_record(file, &record)?.map(Arc::new),
            pieces: Pieces::of(&record),
            record,
            digest,
            trees: RwLock::default(),
        })
    }

    /// The snapshot that follows this one; trees whose pages did not change keep what was learnt of them.
    pub(crate) fn succeed(
        &self,
        record: Record,
        digest: Digest,
        pieces: Pieces,
        afloat: Option<Afloat>,
        changed: impl Fn(TreeId) -> bool,
    ) -> Self {
        let trees = self.trees.read();
        let kept = trees
            .iter()
            .filter(|(id, _)| !changed(**id))
            .map(|(id, handle)| (*id, Arc::clone(handle)));
        Self {
            record,
            digest,
            pieces,
            afloat: afloat.map(Arc::new),
            trees: RwLock::new(kept.collect()),
        }
    }

    pub(crate) fn generation(&self) -> Generation {
        self.record.generation
    }

    /// What is not in the pages.
    pub(crate) fn afloat(&self) -> Option<&Afloat> {
        self.afloat.as_deref()
    }

    /// What the snapshot says of a tree.
    pub(crate) fn tree(&self, file: &SealedFile, id: TreeId) -> Result<Option<Tree>> {
        if let Some(tree) = self.afloat().and_then(|afloat| afloat.tree(id)) {
            return Ok(Some(*tree));
        }
        self.with_handle(file, id, |handle| Ok(Some(handle.tree)))
            .or_else(none_if_missing)
    }

    /// The root of a tree that exists.
    #[inline]
    pub(crate) fn root(&self, file: &SealedFile, id: TreeId) -> Result<Root> {
        if let Some(tree) = self.afloat().and_then(|afloat| afloat.tree(id)) {
            let node = tree.root.map(|at| self.node(file, &at)).transpose()?;
            return Ok(Root { node, tree: *tree });
        }
        self.with_handle(file, id, |handle| handle.root(file))
    }

    /// A node of any tree.
    #[inline]
    pub(crate) fn node(&self, file: &SealedFile, at: &NodeRef) -> Result<NodeBytes> {
        match self.node_afloat(at)? {
            Some(node) => Ok(node),
            None => catalog::read_sealed(file, at),
        }
    }

    /// The node, if it is not in the pages.
    #[inline]
    pub(crate) fn node_afloat(&self, at: &NodeRef) -> Result<Option<NodeBytes>> {
        match self.afloat() {
            Some(afloat) => afloat.node(at),
            None => Ok(None),
        }
    }

    #[inline]
    fn with_handle<T>(
        &self,
        file: &SealedFile,
        id: TreeId,
        act: impl Fn(&TreeHandle) -> Result<T>,
    ) -> Result<T> {
        if let Some(handle) = self.trees.read().get(&id) {
            return act(handle);
        }
        let tree = catalog::lookup(file, &self.record, id)?.ok_or(Error::NoSuchTree(id))?;
        let mut trees = self.trees.write();
        act(trees
            .entry(id)
            .or_insert_with(|| Arc::new(TreeHandle::new(tree))))
    }
}

fn none_if_missing<T>(error: Error) -> Result<Option<T>> {
    match error {
        Error::NoSuchTree(_) => Ok(None),
        error => Err(error),
    }
}
