//! Whole leaves of a tree, or of a part of it, in order: for scans that read all of it as fast as memory gives it.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;

use citadel_core::Readers;

use crate::catalog;
use crate::cursor::{read_child, sealed_children};
use crate::dirty::{LargeRef, NodeBytes};
use crate::error::{Error, Result};
use crate::node::Node;
use crate::tree_id::TreeId;
use crate::view::View;

/// The leaves of a tree, from the first to the last; or those that may have keys of a range.
///
/// A few leaves are pinned before they are asked for, so that the caller can ask the processor for their memory
/// ([`ahead`](Leaves::ahead)) while it is busy with the one it has: a cached page is mostly not in the processor's caches.
pub struct Leaves<'v> {
    view: &'v dyn View,
    /// The keys that are wanted; no end: all from the first.
    from: Vec<u8>,
    until: Option<Vec<u8>>,
    /// The branches on the way, root first.
    path: Vec<Branch>,
    waiting: VecDeque<NodeBytes>,
    /// How many leaves are read from the file at once: more as the scan goes on.
    read_ahead: usize,
    readers: Readers,
    /// Bytes of the last leaf.
    leaf_bytes: usize,
}

/// Fewer leaves than this are not pinned ahead, while there are more.
const WAITING_MIN: usize = 3;
/// How many are looked up at once, and how many bytes they may have together.
const AT_ONCE_MAX: usize = 16;
const AT_ONCE_BYTES_MAX: usize = 256 << 10;
/// How far ahead the leaf lies whose memory is to be asked for.
const AHEAD: usize = 1;
/// Leaves that are read from the file at once, at most; the file bounds their bytes.
const READ_AHEAD_MAX: usize = 256;

#[derive(Debug)]
struct Branch {
    node: NodeBytes,
    level: u8,
    next: usize,
    /// The first child that is not wanted.
    count: usize,
}

/// A leaf, pinned.
pub struct Leaf<'v> {
    view: &'v dyn View,
    bytes: NodeBytes,
    count: usize,
}

impl<'v> Leaves<'v> {
    /// A scan of a tree.
    ///
    /// # Errors
    /// [`Error::NoSuchTree`](crate::Error::NoSuchTree), or what the file says.
    pub fn new(view: &'v dyn View, tree: TreeId) -> Result<Self> {
        Self::begin(view, tree, Vec::new(), None, 0, Readers::All)
    }

    /// A scan of the leaves that may have keys from the first of a range up to its end, which is not in it; no end: all from
    /// the first. The outermost leaves may have others as well. All of them are taken to be wanted, so that as much is read from
    /// the file at once as can be; and other threads to scan other ranges, so that none is asked to help.
    ///
    /// # Errors
    /// As [`new`](Leaves::new).
    pub fn within(
        view: &'v dyn View,
        tree: TreeId,
        from: &[u8],
        until: Option<&[u8]>,
    ) -> Result<Self> {
        let until = until.map(<[u8]>::to_vec);
        let (ahead, readers) = (READ_AHEAD_MAX, Readers::One);
        Self::begin(view, tree, from.to_vec(), until, ahead, readers)
    }

    fn begin(
        view: &'v dyn View,
        tree: TreeId,
        from: Vec<u8>,
        until: Option<Vec<u8>>,
        read_ahead: usize,
        readers: Readers,
    ) -> Result<Self> {
        let root = view.root(tree)?;
        let mut leaves = Self {
            view,
            from,
            until,
            path: Vec::new(),
            waiting: VecDeque::new(),
            read_ahead,
            readers,
            leaf_bytes: 0,
        };
        match root.node {
            None => {}
            Some(node) if root.tree.level == 0 => leaves.waiting.push_back(node),
            Some(node) => leaves.enter(node, root.tree.level)?,
        }
        Ok(leaves)
    }

    /// The next leaf, or `None` after the last.
    ///
    /// # Errors
    /// What the file says.
    #[allow(
        clippy::should_implement_trait,
        reason = "reading may fail, and does so at most once"
    )]
    pub fn next(&mut self) -> Result<Option<Leaf<'v>>> {
        while self.waiting.len() < WAITING_MIN && self.pull()? {}
        let Some(bytes) = self.waiting.pop_front() else {
            return Ok(None);
        };
        self.leaf_bytes = bytes.len();
        Ok(Some(Leaf {
            view: self.view,
            count: Node::open(&bytes, 0)?.count(),
            bytes,
        }))
    }

    /// The memory of a leaf that will come soon; empty where none does.
    pub fn ahead(&self) -> &[u8] {
        match self.waiting.get(AHEAD) {
            Some(bytes) => bytes,
            None => &[],
        }
    }

    fn enter(&mut self, node: NodeBytes, level: u8) -> Result<()> {
        let Range { start, end } = self.wanted(&Node::open(&node, level)?)?;
        self.path.push(Branch {
            node,
            level,
            next: start,
            count: end.max(start),
        });
        Ok(())
    }

    /// The children of a branch that may have wanted keys.
    fn wanted(&self, branch: &Node<'_>) -> Result<Range<usize>> {
        let start = match &self.from[..] {
            [] => 0,
            from => branch.child_index(from)?,
        };
        let end = match &self.until {
            Some(until) => branch.children_before(until)?,
            None => branch.count(),
        };
        Ok(start..end)
    }

    /// Pins the next leaves. False: there are none.
    fn pull(&mut self) -> Result<bool> {
        while let Some(branch) = self.path.last_mut() {
            if branch.next == branch.count {
                self.path.pop();
                continue;
            }
            let (level, index) = (branch.level, branch.next);
            let node = Node::open(&branch.node, level)?;
            if level == 1 {
                let at_once = (AT_ONCE_BYTES_MAX / self.leaf_bytes.max(1)).clamp(1, AT_ONCE_MAX);
                let next = sealed_children(&node, index..branch.count.min(index + at_once));
                let before = self.waiting.len();
                catalog::sealed_in_memory(self.view.file(), &next, &mut self.waiting);
                branch.next += self.waiting.len() - before;
                if branch.next > index {
                    return Ok(true);
                }
            }
            branch.next += 1;
            let ahead = self.read_ahead.min(branch.count - branch.next);
            let child = read_child(self.view, &node, index, ahead, self.readers)?;
            if level == 1 {
                self.read_ahead = (self.read_ahead + 2).min(READ_AHEAD_MAX);
                self.waiting.push_back(child);
                return Ok(true);
            }
            self.enter(child, level - 1)?;
        }
        Ok(false)
    }
}

impl Leaf<'_> {
    /// How many entries the leaf has.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether the leaf has no entry.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Calls `visit` with key and value of each entry, in their order. A value that lies in extents is read for it.
    ///
    /// # Errors
    /// What the file says; what `visit` returns.
    #[inline]
    pub fn for_each<E: From<Error>>(
        &self,
        mut visit: impl FnMut(&[u8], &[u8]) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let node = Node::open(&self.bytes, 0).map_err(Error::from)?;
        for index in 0..node.count() {
            let (key, payload) = node.entry(index).map_err(Error::from)?;
            if payload.large {
                visit(key, &self.large(payload.bytes)?)?;
            } else {
                visit(key, payload.bytes)?;
            }
        }
        Ok(())
    }

    #[cold]
    fn large(&self, payload: &[u8]) -> Result<Vec<u8>> {
        self.view.large(&LargeRef::decode(payload)?)
    }
}

impl fmt::Debug for Leaves<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leaves").finish_non_exhaustive()
    }
}

impl fmt::Debug for Leaf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leaf")
            .field("len", &self.count)
            .finish_non_exhaustive()
    }
}
