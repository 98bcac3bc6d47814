//! Where a tree can be cut, so that several threads read a part each.

use crate::dirty::{NodeBytes, NodeRef};
use crate::error::Result;
use crate::node::Node;
use crate::tree_id::TreeId;
use crate::view::{Root, View};

/// Children to choose from for each cut: with fewer, the parts would differ in size.
const CHILDREN_PER_PART: usize = 4;

/// A branch, and the least key that it may have.
struct Branch {
    low: Vec<u8>,
    node: NodeBytes,
}

/// Keys, ascending, that cut a tree into runs of about as many leaves each: at most `parts` of them, fewer where there are
/// not so many leaves. A key is the first that may lie in the run behind the cut.
///
/// # Errors
/// [`Error::NoSuchTree`](crate::Error::NoSuchTree), or what the file says.
pub fn split(view: &dyn View, tree: TreeId, parts: usize) -> Result<Vec<Vec<u8>>> {
    let Root { node, tree } = view.root(tree)?;
    let Some(root) = node.filter(|_| tree.level > 0) else {
        return Ok(Vec::new());
    };
    let mut branches = vec![Branch {
        low: Vec::new(),
        node: root,
    }];
    let mut level = tree.level;
    while level > 1 && children(&branches, level)? < parts.saturating_mul(CHILDREN_PER_PART) {
        branches = below(view, &branches, level)?;
        level -= 1;
    }
    cuts(&branches, level, parts)
}

/// How many children some branches have together.
fn children(branches: &[Branch], level: u8) -> Result<usize> {
    let count = |branch: &Branch| Ok(Node::open(&branch.node, level)?.count());
    branches.iter().map(count).sum()
}

/// The children of some branches.
fn below(view: &dyn View, branches: &[Branch], level: u8) -> Result<Vec<Branch>> {
    let mut found = Vec::new();
    for branch in branches {
        let node = Node::open(&branch.node, level)?;
        for index in 0..node.count() {
            let child = NodeRef::decode(node.child(index)?.1)?;
            found.push(Branch {
                low: low(branch, &node, index)?,
                node: view.node(&child)?,
            });
        }
    }
    Ok(found)
}

/// The least key that a child may have.
fn low(branch: &Branch, node: &Node<'_>, index: usize) -> Result<Vec<u8>> {
    match index {
        0 => Ok(branch.low.clone()),
        _ => Ok(node.key(index)?.to_vec()),
    }
}

fn cuts(branches: &[Branch], level: u8, parts: usize) -> Result<Vec<Vec<u8>>> {
    let all = children(branches, level)?;
    let parts = parts.clamp(1, all.max(1));
    let mut places = (1..parts).map(|part| all * part / parts).peekable();
    let mut found = Vec::with_capacity(parts);
    let mut before = 0;
    for branch in branches {
        let node = Node::open(&branch.node, level)?;
        while let Some(place) = places.next_if(|place| *place < before + node.count()) {
            found.push(low(branch, &node, place - before)?);
        }
        before += node.count();
    }
    Ok(found)
}
