//! Which trees there are.
//!
//! The catalog is itself a tree: id (8 bytes, big-endian) to descriptor. A commit that changes a few trees does not write
//! it anew: their descriptors ride in the commit record, which is asked first. They are folded into the catalog when
//! there are too many, or when a tree is dropped.

use std::collections::VecDeque;

use citadel_core::{FrameRef, PageKind, PagePtr, Readers, SealedFile};

use crate::dirty::{NodeBytes, NodeRef};
use crate::error::{Error, Result};
use crate::record::Record;
use crate::tree::{Tree, find, for_each};
use crate::tree_id::TreeId;

/// Descriptors that may ride in the commit record.
pub(crate) const RECENT_MAX: usize = 32;

/// The key of a tree in the catalog.
pub(crate) fn key(id: TreeId) -> [u8; 8] {
    id.get().to_be_bytes()
}

/// The tree that a key of the catalog names.
pub(crate) fn id(key: &[u8]) -> Result<TreeId> {
    let key = key
        .try_into()
        .map_err(|_| Error::corrupt("a key of the catalog"))?;
    Ok(TreeId::new(u64::from_be_bytes(key)))
}

/// Reads a node that is in the file.
#[inline]
pub(crate) fn read_sealed(file: &SealedFile, at: &NodeRef) -> Result<NodeBytes> {
    Ok(NodeBytes::Frame(
        file.read(at.sealed()?, PageKind::TreeNode)?,
    ))
}

/// Reads a node that is in the file, and with it those that `next` gives, where they lie behind it.
pub(crate) fn read_sealed_with_next(
    file: &SealedFile,
    at: &NodeRef,
    readers: Readers,
    next: &dyn Fn() -> Vec<PagePtr>,
) -> Result<NodeBytes> {
    Ok(NodeBytes::Frame(file.read_with_next(
        at.sealed()?,
        PageKind::TreeNode,
        readers,
        next,
    )?))
}

/// Appends those nodes of the file that are in memory, up to the first that is not.
pub(crate) fn sealed_in_memory(file: &SealedFile, at: &[PagePtr], found: &mut VecDeque<NodeBytes>) {
    let frames = file.read_cached(at, PageKind::TreeNode);
    found.extend(frames.map(NodeBytes::Frame));
}

/// A node that is in the file, if the cache holds it.
pub(crate) fn sealed_at_hand(file: &SealedFile, at: &NodeRef) -> Option<FrameRef> {
    file.cached(at.sealed().ok()?, PageKind::TreeNode)
}

/// What a commit says of a tree.
pub(crate) fn lookup(file: &SealedFile, record: &Record, id: TreeId) -> Result<Option<Tree>> {
    if let Some(tree) = record.recent(id) {
        return Ok(Some(*tree));
    }
    let Some(root) = record.catalog.root else {
        return Ok(None);
    };
    let read = |at: &NodeRef| read_sealed(file, at);
    let Some(found) = find(read(&root)?, record.catalog.level, &key(id), read)? else {
        return Ok(None);
    };
    Ok(Some(Tree::decode(
        &found.leaf[found.span.payload],
        file.page_size(),
    )?))
}

/// All trees of a commit, by id.
pub(crate) fn list(file: &SealedFile, record: &Record) -> Result<Vec<(TreeId, Tree)>> {
    let mut trees = std::collections::BTreeMap::new();
    if let Some(root) = record.catalog.root {
        let read = |at: &NodeRef| read_sealed(file, at);
        for_each(&root, record.catalog.level, &read, &mut |key, payload| {
            trees.insert(id(key)?, Tree::decode(payload.bytes, file.page_size())?);
            Ok(())
        })?;
    }
    trees.extend(record.recent.iter().copied());
    Ok(trees.into_iter().collect())
}
