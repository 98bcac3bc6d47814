//! One face for both kinds of transaction.

use citadel_core::{Generation, PagePtr, Readers, Scratch, SealedFile};

use crate::dirty::LargeRef;
use crate::dirty::{NodeBytes, NodeRef};
use crate::entry::Entry;
use crate::error::{Error, Result};
use crate::extent::Again;
use crate::tree::{Tree, find};
use crate::tree_id::TreeId;

/// What can be read in a transaction: a [`ReadTxn`](crate::ReadTxn), or a [`WriteTxn`](crate::WriteTxn) with its own
/// changes. It is object safe, so that a query runs on `&dyn View` whatever it runs in. [`Cursor`](crate::Cursor)s step
/// through the entries of a tree.
///
/// The trait is sealed: what cursors need of it is known only here.
pub trait View: Source {
    /// The generation of the snapshot; for a write transaction, the one that it will commit.
    fn generation(&self) -> Generation;

    /// Whether it reads what is committed, which stays as it is; a write transaction reads what it changes itself.
    fn is_committed(&self) -> bool;

    /// Room for what a query does not hold in memory, on the medium of the database.
    ///
    /// # Errors
    /// What the medium says.
    fn scratch(&self) -> Result<Scratch> {
        Ok(self.file().scratch()?)
    }

    /// The value of the key, if there is one.
    ///
    /// # Errors
    /// [`Error::NoSuchTree`], or what the file says.
    fn get(&self, tree: TreeId, key: &[u8]) -> Result<Option<Entry<'_>>> {
        let Root {
            node: Some(root),
            tree,
        } = self.root(tree)?
        else {
            return Ok(None);
        };
        let Some(found) = find(root, tree.level, key, |at| self.node(at))? else {
            return Ok(None);
        };
        if found.span.large {
            let large = LargeRef::decode(&found.leaf[found.span.payload])?;
            return Ok(Some(Entry::owned(self.large(&large)?)));
        }
        Ok(Some(Entry::pinned(found.leaf, found.span.payload)))
    }

    /// Calls `visit` with the value of the key, and tells whether there is one. A value that lies in one extent is not copied.
    ///
    /// # Errors
    /// As [`get`](View::get).
    fn visit(
        &self,
        tree: TreeId,
        key: &[u8],
        again: Again,
        visit: &mut dyn FnMut(&[u8]),
    ) -> Result<bool> {
        let Root {
            node: Some(root),
            tree,
        } = self.root(tree)?
        else {
            return Ok(false);
        };
        let Some(found) = find(root, tree.level, key, |at| self.node(at))? else {
            return Ok(false);
        };
        let payload = &found.leaf[found.span.payload];
        if found.span.large {
            self.visit_large(&LargeRef::decode(payload)?, again, visit)?;
        } else {
            visit(payload);
        }
        Ok(true)
    }

    /// How many entries the tree has. Costs no search.
    ///
    /// # Errors
    /// [`Error::NoSuchTree`], or what the file says.
    fn tree_len(&self, tree: TreeId) -> Result<u64> {
        self.descriptor(tree)?
            .map(|tree| tree.len)
            .ok_or(Error::NoSuchTree(tree))
    }

    /// Whether there is a tree of this id.
    ///
    /// # Errors
    /// What the file says.
    fn tree_exists(&self, tree: TreeId) -> Result<bool> {
        Ok(self.descriptor(tree)?.is_some())
    }

    /// Where the root of the tree was written; none while it is in memory only, or where there is nothing in the tree. A pointer
    /// names what it points at by its seal, so trees of one database with equal roots have equal entries. Costs no search.
    ///
    /// # Errors
    /// What the file says.
    fn tree_root(&self, tree: TreeId) -> Result<Option<PagePtr>> {
        let root = self.descriptor(tree)?.and_then(|tree| tree.root);
        Ok(root.and_then(|root| match root {
            NodeRef::Sealed(ptr) => Some(ptr),
            NodeRef::Dirty(_) => None,
        }))
    }
}

/// The root of a tree, pinned.
pub struct Root {
    pub(crate) node: Option<NodeBytes>,
    pub(crate) tree: Tree,
}

/// What searches and cursors need of a transaction.
pub trait Source: Send + Sync {
    /// What is known of a tree.
    fn descriptor(&self, tree: TreeId) -> Result<Option<Tree>>;
    /// The root of a tree that exists.
    fn root(&self, tree: TreeId) -> Result<Root>;
    /// A node below the root.
    fn node(&self, at: &NodeRef) -> Result<NodeBytes>;
    /// The same where the nodes that `next` gives are wanted soon.
    fn node_with_next(
        &self,
        at: &NodeRef,
        readers: Readers,
        next: &dyn Fn() -> Vec<PagePtr>,
    ) -> Result<NodeBytes>;
    /// Where sealed nodes lie, to ask which of them are in memory.
    fn file(&self) -> &SealedFile;
    /// A large value.
    fn large(&self, large: &LargeRef) -> Result<Vec<u8>>;
    /// The same without a copy, where it lies in one extent.
    fn visit_large(
        &self,
        large: &LargeRef,
        again: Again,
        visit: &mut dyn FnMut(&[u8]),
    ) -> Result<()>;
    /// Differs from the last one whenever anything may read differently: between transactions, and after each change.
    fn stamp(&self) -> u64;
}
