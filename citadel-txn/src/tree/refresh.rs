//! Writing parts of a tree anew, without changing what is in it.
//!
//! Some pages must not stay where they are, or as they are: those of a commit whose sync may have failed, those at the end
//! of a file that shall shrink, those that are sealed under a key that is to be replaced. A refresh makes them dirty, so
//! that the next commit seals them into other pages. What is to be refreshed, a [`Choice`] says by the pointer alone.
//!
//! A refresh walks in the order of the keys and stops after so many pages; it is continued with the key at which it
//! stopped, in the same transaction or in a later one, whatever was written in between. As all ancestors of a dirty node
//! are dirty, the way from the root to each chosen page is written anew with it.

use citadel_core::{Generation, PageNo, PagePtr};

use super::{WritableTree, free_large};
use crate::dirty::{DirtyPages, LargeRef, LargeTarget, NodeBytes, NodeRef};
use crate::error::Result;
use crate::extent;
use crate::node::{CHILD_BYTES, Node};

/// Which pages are to be written anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// What commits after the first generation, and up to the second, have written. A parent is never older than its
    /// child, so these pages are the tops of the trees.
    Between(Generation, Generation),
    /// What commits before this one have written.
    Before(Generation),
    /// What lies at this page or behind it, even in part.
    Behind(PageNo),
}

impl Choice {
    /// Whether the run is to be written anew.
    pub(crate) fn takes(&self, ptr: &PagePtr) -> bool {
        match *self {
            Choice::Between(after, up_to) => ptr.generation > after && ptr.generation <= up_to,
            Choice::Before(generation) => ptr.generation < generation,
            Choice::Behind(page) => ptr.run.end() > page,
        }
    }

    /// Whether something below this node may have to be written anew.
    fn enters(&self, ptr: &PagePtr) -> bool {
        match *self {
            Choice::Between(after, _) => ptr.generation > after,
            Choice::Before(_) | Choice::Behind(_) => true,
        }
    }
}

/// Nodes that are looked at for each page that may be chosen, before a call ends: so that it is short where little is
/// chosen, too.
pub(super) const LOOKS_PER_PAGE: u64 = 16;

/// How far a refresh came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refreshed {
    /// Pages of what was chosen and is now dirty; the way to it is not counted.
    pub(crate) pages: u64,
    /// Where to go on; none where the tree is done.
    pub(crate) next: Option<Vec<u8>>,
}

/// Makes dirty what the choice takes of the part of a tree from the key `from` on; stops when `pages_max` pages were
/// chosen. Large values that are chosen in part are read and held in memory, to be written as a whole.
pub(crate) fn refresh(
    pages: &mut DirtyPages,
    tree: &mut WritableTree,
    choice: Choice,
    from: &[u8],
    pages_max: u64,
) -> Result<Refreshed> {
    let Some(root) = tree.tree.root else {
        return Ok(Refreshed::default());
    };
    let mut walk = Walk {
        pages,
        choice,
        has_large: tree.tree.large > 0,
        from: from.to_vec(),
        pages_max,
        looks: pages_max.saturating_mul(LOOKS_PER_PAGE),
        done: Refreshed::default(),
    };
    let fresh = walk.node(&root, tree.tree.level, &[])?;
    let done = walk.done;
    if fresh != root {
        tree.tree.root = Some(fresh);
        tree.changed = true;
        tree.last_leaf = None;
    }
    Ok(done)
}

struct Walk<'a> {
    pages: &'a mut DirtyPages,
    choice: Choice,
    has_large: bool,
    from: Vec<u8>,
    pages_max: u64,
    /// How many more nodes may be looked at.
    looks: u64,
    done: Refreshed,
}

impl Walk<'_> {
    /// Refreshes a subtree; gives what its parent shall refer to from now on.
    fn node(&mut self, at: &NodeRef, level: u8, low: &[u8]) -> Result<NodeRef> {
        let taken = self.takes(at);
        if !taken && self.is_skipped(at, level) {
            return Ok(*at);
        }
        self.looks = self.looks.saturating_sub(1);
        let bytes = self.pages.read(at)?;
        let fresh = match level {
            0 => self.values(&bytes)?,
            _ => self.children(&bytes, level, low)?,
        };
        if !taken && fresh.is_empty() {
            return Ok(*at);
        }
        drop(bytes);
        if let (true, NodeRef::Sealed(ptr)) = (taken, at) {
            self.done.pages += u64::from(ptr.run.pages);
        }
        let id = self.pages.make_dirty(at, level)?;
        for change in &fresh {
            let mut node = self.pages.edit(id)?;
            match change {
                Fresh::Child(index, child) => node.set_child(*index, child)?,
                Fresh::Value(index, large) => node.set_payload(*index, &large.encode())?,
            }
        }
        Ok(NodeRef::Dirty(id))
    }

    fn takes(&self, at: &NodeRef) -> bool {
        match at {
            NodeRef::Sealed(ptr) => self.choice.takes(ptr),
            NodeRef::Dirty(_) => false,
        }
    }

    /// Whether nothing below the node has to be looked at.
    fn is_skipped(&self, at: &NodeRef, level: u8) -> bool {
        let entered = match at {
            NodeRef::Sealed(ptr) => self.choice.enters(ptr),
            NodeRef::Dirty(_) => true,
        };
        !entered || level == 0 && !self.has_large
    }

    fn children(&mut self, bytes: &NodeBytes, level: u8, low: &[u8]) -> Result<Vec<Fresh>> {
        let node = Node::open(bytes, level)?;
        let mut fresh = Vec::new();
        for index in node.child_index(&self.from)?..node.count() {
            let (key, child) = node.child(index)?;
            let low = if index == 0 { low } else { key };
            if self.is_full(low) {
                break;
            }
            let old = NodeRef::decode(child)?;
            let new = self.node(&old, level - 1, low)?;
            if new != old {
                fresh.push(Fresh::Child(index, new.encode()));
            }
            if self.done.next.is_some() {
                break;
            }
        }
        Ok(fresh)
    }

    /// Reads the large values of a leaf that are to be written anew.
    fn values(&mut self, bytes: &NodeBytes) -> Result<Vec<Fresh>> {
        let mut fresh = Vec::new();
        if !self.has_large {
            return Ok(fresh);
        }
        let node = Node::open(bytes, 0)?;
        let first = node.find(&self.from)?.unwrap_or_else(|index| index);
        for index in first..node.count() {
            let (key, payload) = node.entry(index)?;
            if !payload.large {
                continue;
            }
            if self.is_full(key) {
                break;
            }
            let large = LargeRef::decode(payload.bytes)?;
            if let Some(large) = self.value(&large)? {
                fresh.push(Fresh::Value(index, large));
            }
        }
        Ok(fresh)
    }

    fn value(&mut self, large: &LargeRef) -> Result<Option<LargeRef>> {
        let map_taken = match &large.target {
            LargeTarget::Dirty(_) => return Ok(None),
            LargeTarget::Map(map) if !self.choice.enters(map) => return Ok(None),
            LargeTarget::Extent(ptr) | LargeTarget::Map(ptr) => self.choice.takes(ptr),
        };
        let runs = extent::runs(self.pages.file(), large)?;
        if !map_taken && !runs.iter().any(|ptr| self.choice.takes(ptr)) {
            return Ok(None);
        }
        self.done.pages += runs.iter().map(|ptr| u64::from(ptr.run.pages)).sum::<u64>();
        let value = extent::read(self.pages.file(), large)?;
        free_large(self.pages, large)?;
        self.pages.add_value(&value).map(Some)
    }

    /// Notes where to go on, once enough was chosen or looked at.
    fn is_full(&mut self, key: &[u8]) -> bool {
        if self.done.pages < self.pages_max && self.looks > 0 {
            return false;
        }
        self.done.next.get_or_insert_with(|| key.to_vec());
        true
    }
}

/// What has changed in a node.
enum Fresh {
    Child(usize, [u8; CHILD_BYTES]),
    Value(usize, LargeRef),
}
