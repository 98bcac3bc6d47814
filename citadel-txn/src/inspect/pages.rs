//! The pages of a tree as text.

use citadel_core::{PageKind, SealedFile};

use super::line;
use crate::dirty::NodeRef;
use crate::dirty::{LargeRef, LargeTarget};
use crate::error::Result;
use crate::node::Node;
use crate::tree::Tree;

/// Describes a tree, a line for each node and large value. What cannot be read is said, and the rest goes on.
pub(super) fn describe_tree(file: &SealedFile, name: &str, tree: &Tree, text: &mut String) {
    line(
        text,
        format_args!(
            "{name}: {} entries, {} large, {} levels, leaves of {} pages",
            tree.len,
            tree.large,
            tree.root.map_or(0, |_| u16::from(tree.level) + 1),
            tree.leaf_pages
        ),
    );
    if let Some(root) = &tree.root {
        describe_or_say(file, root, tree.level, 1, text);
    }
}

fn describe_or_say(file: &SealedFile, at: &NodeRef, level: u8, depth: usize, text: &mut String) {
    if let Err(error) = describe_node(file, at, level, depth, text) {
        line(
            text,
            format_args!("{:indent$}{error}", "", indent = depth * 2),
        );
    }
}

fn describe_node(
    file: &SealedFile,
    at: &NodeRef,
    level: u8,
    depth: usize,
    text: &mut String,
) -> Result<()> {
    let ptr = at.sealed()?;
    let frame = file.read_uncached(ptr, PageKind::TreeNode)?;
    let node = Node::open(&frame, level)?;
    let kind = if level == 0 { "leaf" } else { "branch" };
    let percent = node.used() * 100 / node.capacity();
    line(
        text,
        format_args!(
            "{:indent$}{kind} {ptr}: {} entries, {percent} % full",
            "",
            node.count(),
            indent = depth * 2
        ),
    );
    for index in 0..node.count() {
        if level > 0 {
            describe_or_say(
                file,
                &NodeRef::decode(node.child(index)?.1)?,
                level - 1,
                depth + 1,
                text,
            );
            continue;
        }
        let payload = node.entry(index)?.1;
        if payload.large {
            describe_large(&LargeRef::decode(payload.bytes)?, depth + 1, text);
        }
    }
    Ok(())
}

fn describe_large(large: &LargeRef, depth: usize, text: &mut String) {
    let indent = depth * 2;
    match &large.target {
        LargeTarget::Dirty(_) => line(
            text,
            format_args!("{:indent$}value of {} bytes, nowhere", "", large.len),
        ),
        LargeTarget::Extent(ptr) => line(
            text,
            format_args!("{:indent$}value of {} bytes: {ptr}", "", large.len),
        ),
        LargeTarget::Map(ptr) => line(
            text,
            format_args!("{:indent$}value of {} bytes: map {ptr}", "", large.len),
        ),
    }
}
