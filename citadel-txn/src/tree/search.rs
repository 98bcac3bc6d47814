//! From the root to an entry.

use crate::dirty::{NodeBytes, NodeRef};
use crate::error::Result;
use crate::node::{EntrySpan, Node, Payload};

/// Walks down to the leaf in which the key would lie. `read` fetches a child.
#[inline]
pub(crate) fn find_leaf(
    root: NodeBytes,
    level: u8,
    key: &[u8],
    read: impl Fn(&NodeRef) -> Result<NodeBytes>,
) -> Result<NodeBytes> {
    let mut bytes = root;
    for level in (1..=level).rev() {
        let node = Node::open(&bytes, level)?;
        let child = NodeRef::decode(node.child(node.child_index(key)?)?.1)?;
        bytes = read(&child)?;
    }
    Ok(bytes)
}

/// What a lookup found: the pinned leaf, and where in it the entry lies.
pub(crate) struct Found {
    pub(crate) leaf: NodeBytes,
    pub(crate) span: EntrySpan,
}

/// Finds the entry of a key.
#[inline]
pub(crate) fn find(
    root: NodeBytes,
    level: u8,
    key: &[u8],
    read: impl Fn(&NodeRef) -> Result<NodeBytes>,
) -> Result<Option<Found>> {
    let leaf = find_leaf(root, level, key, read)?;
    let node = Node::open(&leaf, 0)?;
    let Ok(index) = node.find(key)? else {
        return Ok(None);
    };
    let span = node.entry_span(index)?;
    Ok(Some(Found { leaf, span }))
}

/// Calls `visit` with every entry of a tree, in order.
pub(crate) fn for_each(
    at: &NodeRef,
    level: u8,
    read: &impl Fn(&NodeRef) -> Result<NodeBytes>,
    visit: &mut impl FnMut(&[u8], Payload<'_>) -> Result<()>,
) -> Result<()> {
    let bytes = read(at)?;
    let node = Node::open(&bytes, level)?;
    for index in 0..node.count() {
        if level > 0 {
            for_each(
                &NodeRef::decode(node.child(index)?.1)?,
                level - 1,
                read,
                visit,
            )?;
        } else {
            let (key, payload) = node.entry(index)?;
            visit(key, payload)?;
        }
    }
    Ok(())
}
