//! Putting an entry into a tree.

use super::WritableTree;
use crate::dirty::LargeRef;
use crate::dirty::{DirtyId, DirtyPages, NodeRef, Step};
use crate::error::Result;
use crate::node::{CHILD_BYTES, Cell, NodeBuilder, Payload, split};

/// What stood under a key before it was changed.
#[derive(Clone, Debug)]
pub(crate) struct OldValue {
    /// The payload; empty where it was inline and the caller did not want it.
    pub(crate) bytes: Vec<u8>,
    /// Whether the payload refers to a large value, which now belongs to the caller.
    pub(crate) large: bool,
}

impl OldValue {
    pub(super) fn take(payload: Payload<'_>, keep: bool) -> Self {
        let bytes = if keep || payload.large {
            payload.bytes.to_vec()
        } else {
            Vec::new()
        };
        Self {
            bytes,
            large: payload.large,
        }
    }

    /// The large value that must be freed, or kept for an undo.
    pub(crate) fn large_ref(&self) -> Result<Option<LargeRef>> {
        if self.large {
            LargeRef::decode(&self.bytes).map(Some)
        } else {
            Ok(None)
        }
    }

    pub(crate) fn payload(&self) -> Payload<'_> {
        Payload {
            bytes: &self.bytes,
            large: self.large,
        }
    }
}

/// Puts the entry in, over an older one of the same key, which is returned. With `keep`, its inline bytes are, too.
pub(crate) fn insert(
    pages: &mut DirtyPages,
    tree: &mut WritableTree,
    key: &[u8],
    payload: Payload<'_>,
    keep: bool,
) -> Result<Option<OldValue>> {
    tree.changed = true;
    let old = match append(pages, tree, key, payload)? {
        true => None,
        false => {
            let mut path = std::mem::take(&mut pages.path);
            let old = insert_at_leaf(pages, tree, key, payload, keep, &mut path);
            pages.path = path;
            old?
        }
    };
    tree.tree.len += u64::from(old.is_none());
    tree.tree.large += u64::from(payload.large);
    tree.tree.large -= u64::from(old.as_ref().is_some_and(|old| old.large));
    Ok(old)
}

/// The way of keys that come in order: behind all others, into a leaf that is known and has room.
fn append(
    pages: &mut DirtyPages,
    tree: &WritableTree,
    key: &[u8],
    payload: Payload<'_>,
) -> Result<bool> {
    let Some(leaf) = tree.last_leaf else {
        return Ok(false);
    };
    let node = pages.view(leaf, 0)?;
    let count = node.count();
    if count == 0 || node.key(count - 1)? >= key {
        return Ok(false);
    }
    Ok(pages
        .edit(leaf)?
        .insert(count, &Cell::Leaf { key, payload })?)
}

fn insert_at_leaf(
    pages: &mut DirtyPages,
    tree: &mut WritableTree,
    key: &[u8],
    payload: Payload<'_>,
    keep: bool,
    path: &mut Vec<Step>,
) -> Result<Option<OldValue>> {
    let (leaf, is_last) = descend(pages, tree, key, path)?;
    tree.last_leaf = is_last.then_some(leaf);
    let cell = Cell::Leaf { key, payload };
    let node = pages.view(leaf, 0)?;
    let (index, old) = match node.find(key)? {
        Ok(index) => (index, Some(OldValue::take(node.entry(index)?.1, keep))),
        Err(index) => (index, None),
    };
    if old.is_some() {
        let mut node = pages.edit(leaf)?;
        if node.overwrite(index, &cell)? {
            return Ok(old);
        }
        node.remove(index)?;
    }
    place(pages, tree, path, leaf, index, &cell)?;
    Ok(old)
}

/// Walks down to the leaf of the key and makes all nodes on the way dirty. True where it is the last leaf of the tree.
pub(super) fn descend(
    pages: &mut DirtyPages,
    tree: &mut WritableTree,
    key: &[u8],
    path: &mut Vec<Step>,
) -> Result<(DirtyId, bool)> {
    path.clear();
    let mut level = tree.tree.level;
    let mut id = match tree.tree.root {
        Some(root) => pages.make_dirty(&root, level)?,
        None => pages.add(NodeBuilder::new(0, tree.geometry.body(0)).finish()),
    };
    tree.tree.root = Some(NodeRef::Dirty(id));
    let mut is_last = true;
    while level > 0 {
        let node = pages.view(id, level)?;
        let index = node.child_index(key)?;
        is_last &= index + 1 == node.count();
        let child = NodeRef::decode(node.child(index)?.1)?;
        path.push(Step { node: id, index });
        level -= 1;
        id = dirty_child(pages, Step { node: id, index }, &child, level)?;
    }
    Ok((id, is_last))
}

/// Makes a child of a dirty branch dirty, and tells its parent.
pub(super) fn dirty_child(
    pages: &mut DirtyPages,
    parent: Step,
    child: &NodeRef,
    level: u8,
) -> Result<DirtyId> {
    if let NodeRef::Dirty(id) = child {
        return Ok(*id);
    }
    let id = pages.make_dirty(child, level)?;
    pages
        .edit(parent.node)?
        .set_child(parent.index, &NodeRef::Dirty(id).encode())?;
    Ok(id)
}

/// Puts a cell into a leaf; splits it, and its ancestors, where there is no room.
fn place(
    pages: &mut DirtyPages,
    tree: &mut WritableTree,
    path: &mut Vec<Step>,
    leaf: DirtyId,
    index: usize,
    cell: &Cell<'_>,
) -> Result<()> {
    if pages.edit(leaf)?.insert(index, cell)? {
        return Ok(());
    }
    tree.last_leaf = None;
    let mut level = 0;
    let mut left = leaf;
    let (mut separator, mut right) = split_node(pages, tree, left, level, index, cell)?;
    while let Some(parent) = path.pop() {
        level += 1;
        let cell = Cell::Branch {
            key: &separator,
            child: &right,
        };
        if pages.edit(parent.node)?.insert(parent.index + 1, &cell)? {
            return Ok(());
        }
        left = parent.node;
        (separator, right) = split_node(pages, tree, left, level, parent.index + 1, &cell)?;
    }
    grow(pages, tree, left, &separator, &right)
}

/// Splits a node around a cell; gives the separator and the reference of the new right neighbour.
fn split_node(
    pages: &mut DirtyPages,
    tree: &WritableTree,
    id: DirtyId,
    level: u8,
    index: usize,
    cell: &Cell<'_>,
) -> Result<(Vec<u8>, [u8; CHILD_BYTES])> {
    let halves = split(
        &pages.view(id, level)?,
        index,
        cell,
        tree.geometry.body(level),
    )?;
    if let Some(left) = halves.left {
        pages.replace(id, left)?;
    }
    let right = pages.add(halves.right);
    Ok((halves.separator, NodeRef::Dirty(right).encode()))
}

/// Puts a new root above the old one and its new neighbour.
fn grow(
    pages: &mut DirtyPages,
    tree: &mut WritableTree,
    left: DirtyId,
    separator: &[u8],
    right: &[u8; CHILD_BYTES],
) -> Result<()> {
    let level = tree.tree.level + 1;
    let mut root = NodeBuilder::new(level, tree.geometry.body(level));
    root.push(&Cell::Branch {
        key: &[],
        child: &NodeRef::Dirty(left).encode(),
    })?;
    root.push(&Cell::Branch {
        key: separator,
        child: right,
    })?;
    tree.tree.root = Some(NodeRef::Dirty(pages.add(root.finish())));
    tree.tree.level = level;
    Ok(())
}
