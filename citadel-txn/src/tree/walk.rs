//! Freeing whole trees and large values.

use citadel_core::PageKind;

use super::Tree;
use crate::dirty::{DirtyPages, NodeBytes, NodeRef};
use crate::dirty::{LargeRef, LargeTarget, LargeValue};
use crate::error::Result;
use crate::extent;
use crate::node::Node;

/// Frees every page of a tree. Leaves are only read where the tree has large values.
pub(crate) fn free_tree(pages: &mut DirtyPages, tree: &Tree) -> Result<()> {
    let mut waiting: Vec<(NodeRef, u8)> = tree
        .root
        .map(|root| (root, tree.level))
        .into_iter()
        .collect();
    while let Some((at, level)) = waiting.pop() {
        if level > 0 || tree.large > 0 {
            free_below(pages, &at, level, &mut waiting)?;
        }
        pages.free(&at)?;
    }
    Ok(())
}

fn free_below(
    pages: &mut DirtyPages,
    at: &NodeRef,
    level: u8,
    waiting: &mut Vec<(NodeRef, u8)>,
) -> Result<()> {
    let bytes = read_once(pages, at)?;
    let node = Node::open(&bytes, level)?;
    for index in 0..node.count() {
        if level > 0 {
            waiting.push((NodeRef::decode(node.child(index)?.1)?, level - 1));
            continue;
        }
        let payload = node.entry(index)?.1;
        if payload.large {
            free_large(pages, &LargeRef::decode(payload.bytes)?)?;
        }
    }
    Ok(())
}

/// Reads a node that will not be read again.
fn read_once(pages: &DirtyPages, at: &NodeRef) -> Result<NodeBytes> {
    match at {
        NodeRef::Dirty(_) => pages.read(at),
        NodeRef::Sealed(ptr) => {
            let frame = pages.file().read_uncached(ptr, PageKind::TreeNode)?;
            Ok(NodeBytes::Frame(frame.into()))
        }
    }
}

/// Frees the extents of a large value.
pub(crate) fn free_large(pages: &mut DirtyPages, large: &LargeRef) -> Result<()> {
    let mut written = *large;
    if let LargeTarget::Dirty(id) = large.target {
        match pages.take_value(id)? {
            LargeValue::Held(_) => return Ok(()),
            LargeValue::Written(large) => written = large,
        }
    }
    for ptr in extent::runs(pages.file(), &written)? {
        pages.retire(&ptr);
    }
    Ok(())
}
