//! Joining nodes that hold too little.
//!
//! Deleting leaves nodes that are no less than a quarter full. A repack walks a tree in the order of its keys and looks at
//! the children of each branch together, those at the bottom first: where they would fit into three quarters of their
//! number, they are built anew, dense. It is bounded and continued by key, as a [refresh](super::refresh()) is.

use super::refresh::LOOKS_PER_PAGE;
use super::remove::shrink;
use super::{Geometry, Refreshed, WritableTree};
use crate::dirty::{DirtyPages, NodeBytes, NodeRef};
use crate::error::Result;
use crate::node::{
    CHILD_BYTES, Cell, HEADER_BYTES, Node, NodeBuilder, SLOT_BYTES, shortest_between,
};

/// Joins nodes in the part of a tree from the key `from` on; stops when about `pages_max` pages were joined.
pub(crate) fn repack(
    pages: &mut DirtyPages,
    tree: &mut WritableTree,
    from: &[u8],
    pages_max: u64,
) -> Result<Refreshed> {
    let (Some(root), level @ 1..) = (tree.tree.root, tree.tree.level) else {
        return Ok(Refreshed::default());
    };
    let mut walk = Walk {
        pages,
        geometry: tree.geometry,
        from: from.to_vec(),
        pages_max,
        looks: pages_max.saturating_mul(LOOKS_PER_PAGE),
        done: Refreshed::default(),
    };
    let fresh = walk.branch(&root, level)?;
    let done = walk.done;
    if let (true, NodeRef::Dirty(id)) = (fresh != root || done.pages > 0, fresh) {
        tree.changed = true;
        tree.last_leaf = None;
        tree.tree.root = Some(fresh);
        shrink(pages, tree, id, level)?;
    }
    Ok(done)
}

struct Walk<'a> {
    pages: &'a mut DirtyPages,
    geometry: Geometry,
    from: Vec<u8>,
    pages_max: u64,
    /// How many more nodes may be looked at.
    looks: u64,
    done: Refreshed,
}

/// A child of a branch: the smallest key that it may hold, and where it is. The first key of a branch is empty.
struct Child {
    key: Vec<u8>,
    at: NodeRef,
}

impl Walk<'_> {
    /// Repacks what is below a branch; gives what its parent shall refer to from now on.
    fn branch(&mut self, at: &NodeRef, level: u8) -> Result<NodeRef> {
        let bytes = self.pages.read(at)?;
        let node = Node::open(&bytes, level)?;
        let first = node.child_index(&self.from)?;
        let mut children = Vec::with_capacity(node.count());
        for index in 0..node.count() {
            let (key, child) = node.child(index)?;
            children.push(Child {
                key: key.to_vec(),
                at: NodeRef::decode(child)?,
            });
        }
        drop(bytes);
        let mut changed = level > 1 && self.grandchildren(&mut children, first, level)?;
        if self.done.next.is_none() {
            changed |= self.join(&mut children, level - 1)?;
        }
        if !changed {
            return Ok(*at);
        }
        let id = self.pages.make_dirty(at, level)?;
        let mut builder = NodeBuilder::new(level, self.geometry.body(level));
        for child in &children {
            builder.push(&child_cell(&child.key, &child.at.encode()))?;
        }
        self.pages.replace(id, builder.finish())?;
        Ok(NodeRef::Dirty(id))
    }

    /// Repacks below the children from the first on, until enough was done.
    fn grandchildren(&mut self, children: &mut [Child], first: usize, level: u8) -> Result<bool> {
        let mut changed = false;
        for (index, child) in children.iter_mut().enumerate().skip(first) {
            if self.done.next.is_some() {
                break;
            }
            if index > first && (self.done.pages >= self.pages_max || self.looks == 0) {
                self.done.next = Some(child.key.clone());
                break;
            }
            let fresh = self.branch(&child.at, level - 1)?;
            changed |= fresh != child.at;
            child.at = fresh;
        }
        Ok(changed)
    }

    /// Builds the children of one branch anew, where that saves enough. `level` is theirs.
    fn join(&mut self, children: &mut Vec<Child>, level: u8) -> Result<bool> {
        let wanted = children.len() * 3 / 4;
        let capacity = self.geometry.body(level) - HEADER_BYTES;
        let mut old = Vec::with_capacity(children.len());
        let mut used = 0;
        for child in children.iter() {
            self.looks = self.looks.saturating_sub(1);
            let bytes = self.pages.read(&child.at)?;
            used += Node::open(&bytes, level)?.used();
            if used > wanted * capacity {
                return Ok(false);
            }
            old.push(bytes);
        }
        let built = build(children, &old, level, self.geometry.body(level))?;
        drop(old);
        let room = self.geometry.body(level + 1) - HEADER_BYTES;
        let needed: usize = built.iter().map(|(key, _)| parent_bytes(key)).sum();
        if built.len() > wanted || needed > room {
            return Ok(false);
        }
        self.done.pages += children.len() as u64 * u64::from(self.geometry.pages(level));
        for child in children.drain(..) {
            self.pages.free(&child.at)?;
        }
        for (key, body) in built {
            let at = NodeRef::Dirty(self.pages.add(body));
            children.push(Child { key, at });
        }
        Ok(true)
    }
}

/// Bytes that a child takes in its parent, at most.
fn parent_bytes(key: &[u8]) -> usize {
    SLOT_BYTES + 2 + key.len() + CHILD_BYTES
}

fn child_cell<'a>(key: &'a [u8], child: &'a [u8; CHILD_BYTES]) -> Cell<'a> {
    Cell::Branch { key, child }
}

/// The entries of all children in as few nodes as they fit into, each with the smallest key that it may hold.
fn build(
    children: &[Child],
    old: &[NodeBytes],
    level: u8,
    body_len: usize,
) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut packer = Packer {
        level,
        body_len,
        full: Vec::new(),
        key: Vec::new(),
        builder: NodeBuilder::new(level, body_len),
        last: Vec::new(),
    };
    for (child, bytes) in children.iter().zip(old) {
        let node = Node::open(bytes, level)?;
        node.validate()?;
        for index in 0..node.count() {
            match level {
                0 => packer.entry(node.key(index)?, node.raw(index)?)?,
                _ => {
                    let (key, pointer) = node.child(index)?;
                    let key = if index == 0 { &child.key } else { key };
                    packer.child(key, pointer)?;
                }
            }
        }
    }
    Ok(packer.finish())
}

/// Fills nodes one after another.
struct Packer {
    level: u8,
    body_len: usize,
    full: Vec<(Vec<u8>, Vec<u8>)>,
    /// The smallest key that the node being filled may hold.
    key: Vec<u8>,
    builder: NodeBuilder,
    /// The last key that was added.
    last: Vec<u8>,
}

impl Packer {
    fn entry(&mut self, key: &[u8], raw: &[u8]) -> Result<()> {
        if !self.builder.offer(&Cell::Raw(raw))? {
            self.turn(shortest_between(&self.last, key));
            self.builder.push(&Cell::Raw(raw))?;
        }
        key.clone_into(&mut self.last);
        Ok(())
    }

    /// The first child of a node stands under an empty key: its own is the node's.
    fn child(&mut self, key: &[u8], pointer: &[u8; CHILD_BYTES]) -> Result<()> {
        if self.builder.is_empty() {
            return Ok(self.builder.push(&child_cell(&[], pointer))?);
        }
        if !self.builder.offer(&child_cell(key, pointer))? {
            self.turn(key.to_vec());
            self.builder.push(&child_cell(&[], pointer))?;
        }
        Ok(())
    }

    /// Begins the next node.
    fn turn(&mut self, key: Vec<u8>) {
        let fresh = NodeBuilder::new(self.level, self.body_len);
        let full = std::mem::replace(&mut self.builder, fresh);
        let key = std::mem::replace(&mut self.key, key);
        self.full.push((key, full.finish()));
    }

    fn finish(mut self) -> Vec<(Vec<u8>, Vec<u8>)> {
        self.turn(Vec::new());
        self.full
    }
}
