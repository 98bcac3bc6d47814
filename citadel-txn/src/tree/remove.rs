//! Taking an entry out of a tree.

use super::insert::{descend, dirty_child};
use super::{OldValue, WritableTree, find};
use crate::dirty::{DirtyId, DirtyPages, NodeRef, Step};
use crate::error::Result;
use crate::node::{Node, SLOT_BYTES, merge};

/// Takes the entry of the key out and returns what it held. With `keep`, that includes inline bytes.
pub(crate) fn remove(
    pages: &mut DirtyPages,
    tree: &mut WritableTree,
    key: &[u8],
    keep: bool,
) -> Result<Option<OldValue>> {
    let Some(root) = tree.tree.root else {
        return Ok(None);
    };
    if find(pages.read(&root)?, tree.tree.level, key, |at| {
        pages.read(at)
    })?
    .is_none()
    {
        return Ok(None);
    }
    tree.changed = true;
    tree.last_leaf = None;
    let mut path = std::mem::take(&mut pages.path);
    let old = remove_at_leaf(pages, tree, key, keep, &mut path);
    pages.path = path;
    let old = old?;
    tree.tree.len -= u64::from(old.is_some());
    tree.tree.large -= u64::from(old.as_ref().is_some_and(|old| old.large));
    Ok(old)
}

fn remove_at_leaf(
    pages: &mut DirtyPages,
    tree: &mut WritableTree,
    key: &[u8],
    keep: bool,
    path: &mut Vec<Step>,
) -> Result<Option<OldValue>> {
    let (leaf, _) = descend(pages, tree, key, path)?;
    let node = pages.view(leaf, 0)?;
    let Ok(index) = node.find(key)? else {
        return Ok(None);
    };
    let old = OldValue::take(node.entry(index)?.1, keep);
    pages.edit(leaf)?.remove(index)?;
    mend(pages, tree, path, leaf)?;
    Ok(Some(old))
}

/// Merges nodes that hold too little, from the leaf upwards, and lets the root shrink.
fn mend(
    pages: &mut DirtyPages,
    tree: &mut WritableTree,
    path: &mut Vec<Step>,
    leaf: DirtyId,
) -> Result<()> {
    let (mut id, mut level) = (leaf, 0);
    while let Some(parent) = path.pop() {
        let node = pages.view(id, level)?;
        if node.used() >= node.capacity() / 4 {
            return Ok(());
        }
        let gone = if node.count() == 0 {
            drop_child(pages, parent, id)?;
            true
        } else {
            merge_with_neighbour(pages, tree, parent, level)?
        };
        if !gone {
            return Ok(());
        }
        (id, level) = (parent.node, level + 1);
    }
    shrink(pages, tree, id, level)
}

/// Takes an empty child out of its parent.
fn drop_child(pages: &mut DirtyPages, parent: Step, child: DirtyId) -> Result<()> {
    let mut node = pages.edit(parent.node)?;
    match parent.index {
        0 => node.remove_first_child()?,
        index => node.remove(index)?,
    }
    pages.free(&NodeRef::Dirty(child))
}

/// Merges a node with the one to its left or right, where one of them has the room.
fn merge_with_neighbour(
    pages: &mut DirtyPages,
    tree: &WritableTree,
    parent: Step,
    level: u8,
) -> Result<bool> {
    let children = pages.view(parent.node, level + 1)?.count();
    let candidates = [
        parent.index.checked_sub(1),
        (parent.index + 1 < children).then_some(parent.index),
    ];
    for left in candidates.into_iter().flatten() {
        if merge_pair(pages, tree, parent.node, left, level)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Merges the children `left` and `left + 1` of a branch into the left one, where they fit.
fn merge_pair(
    pages: &mut DirtyPages,
    tree: &WritableTree,
    parent: DirtyId,
    left: usize,
    level: u8,
) -> Result<bool> {
    let node = pages.view(parent, level + 1)?;
    let left_ref = NodeRef::decode(node.child(left)?.1)?;
    let (separator, right_ref) = node.child(left + 1)?;
    let (separator, right_ref) = (separator.to_vec(), NodeRef::decode(right_ref)?);
    let (left_bytes, right_bytes) = (pages.read(&left_ref)?, pages.read(&right_ref)?);
    let (left_node, right_node) = (
        Node::open(&left_bytes, level)?,
        Node::open(&right_bytes, level)?,
    );
    let pulled_down = if level == 0 {
        0
    } else {
        separator.len() + SLOT_BYTES
    };
    if left_node.used() + right_node.used() + pulled_down > left_node.capacity() {
        return Ok(false);
    }
    left_node.validate()?;
    right_node.validate()?;
    let merged = merge(
        &left_node,
        &separator,
        &right_node,
        tree.geometry.body(level),
    )?;
    let left_id = dirty_child(
        pages,
        Step {
            node: parent,
            index: left,
        },
        &left_ref,
        level,
    )?;
    pages.replace(left_id, merged)?;
    pages.edit(parent)?.remove(left + 1)?;
    pages.free(&right_ref)?;
    Ok(true)
}

/// Lets a root with a single child give way to it, and an empty one to nothing.
pub(super) fn shrink(
    pages: &mut DirtyPages,
    tree: &mut WritableTree,
    root: DirtyId,
    level: u8,
) -> Result<()> {
    let (mut root, mut level) = (NodeRef::Dirty(root), level);
    loop {
        let bytes = pages.read(&root)?;
        let node = Node::open(&bytes, level)?;
        let next = match (level, node.count()) {
            (_, 0) => None,
            (0, _) => return settle(tree, Some(root), level),
            (_, 1) => Some(NodeRef::decode(node.child(0)?.1)?),
            _ => return settle(tree, Some(root), level),
        };
        pages.free(&root)?;
        let Some(child) = next else {
            return settle(tree, None, 0);
        };
        (root, level) = (child, level - 1);
    }
}

fn settle(tree: &mut WritableTree, root: Option<NodeRef>, level: u8) -> Result<()> {
    tree.tree.root = root;
    tree.tree.level = level;
    Ok(())
}
