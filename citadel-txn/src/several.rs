//! Several keys of a tree, looked up side by side.
//!
//! A lookup waits for memory again and again: for a branch, for the frame of its child, for a leaf, for the entry in it. Several
//! lookups that go down the tree together wait together.

use std::collections::VecDeque;

use citadel_core::PagePtr;

use crate::catalog;
use crate::dirty::{LargeRef, NodeBytes, NodeRef};
use crate::entry::Entry;
use crate::error::Result;
use crate::node::{EntrySpan, Node};
use crate::tree_id::TreeId;
use crate::view::{Root, View};

/// Nodes that are looked up in memory at once.
const AT_ONCE_MAX: usize = 32;

/// The value of each key, if there is one: as [`View::get`] gives it, and cheaper than one by one where the keys ascend.
///
/// # Errors
/// As [`View::get`].
pub fn get_several<'v, K: AsRef<[u8]>>(
    view: &'v dyn View,
    tree: TreeId,
    keys: &[K],
) -> Result<Vec<Option<Entry<'v>>>> {
    let Root {
        node: Some(root),
        tree,
    } = view.root(tree)?
    else {
        return Ok(keys.iter().map(|_| None).collect());
    };
    let mut nodes = VecDeque::from([root]);
    // Which of the nodes is on the way to each key.
    let mut places = vec![0; keys.len()];
    for level in (1..=tree.level).rev() {
        let children = children(&nodes, level, keys, &mut places)?;
        nodes = read(view, &children)?;
    }
    // All are found before the first leaf is counted as held once more, which would make the others wait.
    let mut spans = Vec::with_capacity(keys.len());
    for (key, place) in keys.iter().zip(&places) {
        let leaf = Node::open(&nodes[*place], 0)?;
        spans.push(match leaf.find(key.as_ref())? {
            Ok(index) => Some(leaf.entry_span(index)?),
            Err(_) => None,
        });
    }
    let mut entries = Vec::with_capacity(keys.len());
    for (span, place) in spans.into_iter().zip(places) {
        entries.push(match span {
            Some(span) => Some(entry(view, &nodes[place], span)?),
            None => None,
        });
    }
    Ok(entries)
}

fn entry<'v>(view: &'v dyn View, leaf: &NodeBytes, span: EntrySpan) -> Result<Entry<'v>> {
    if span.large {
        let large = LargeRef::decode(&leaf[span.payload])?;
        return Ok(Entry::owned(view.large(&large)?));
    }
    Ok(Entry::pinned(leaf.clone(), span.payload))
}

/// The children of some branches in which the keys lie; keys that follow each other share one. `places` says which branch a
/// key is in, and then which child.
fn children<K: AsRef<[u8]>>(
    branches: &VecDeque<NodeBytes>,
    level: u8,
    keys: &[K],
    places: &mut [usize],
) -> Result<Vec<NodeRef>> {
    let mut children = Vec::with_capacity(keys.len());
    let mut last: Option<(usize, usize, &[u8])> = None;
    for (key, place) in keys.iter().zip(places) {
        let key = key.as_ref();
        let branch = Node::open(&branches[*place], level)?;
        let is_same = match last {
            Some((branch_place, index, before)) if branch_place == *place && before <= key => {
                index + 1 == branch.count() || key < branch.key(index + 1)?
            }
            _ => false,
        };
        if !is_same {
            let index = branch.child_index(key)?;
            children.push(NodeRef::decode(branch.child(index)?.1)?);
            last = Some((*place, index, key));
        }
        *place = children.len() - 1;
    }
    Ok(children)
}

fn read(view: &dyn View, wanted: &[NodeRef]) -> Result<VecDeque<NodeBytes>> {
    let mut nodes = VecDeque::with_capacity(wanted.len());
    let mut sealed: Vec<PagePtr> = Vec::with_capacity(wanted.len().min(AT_ONCE_MAX));
    while let Some(first) = wanted.get(nodes.len()) {
        let rest = wanted[nodes.len()..].iter().take(AT_ONCE_MAX);
        sealed.clear();
        sealed.extend(rest.map_while(|at| match at {
            NodeRef::Sealed(ptr) => Some(*ptr),
            NodeRef::Dirty(_) => None,
        }));
        let before = nodes.len();
        catalog::sealed_in_memory(view.file(), &sealed, &mut nodes);
        if nodes.len() == before {
            nodes.push_back(view.node(first)?);
        }
    }
    Ok(nodes)
}
