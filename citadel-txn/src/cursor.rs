//! Stepping through a tree.

use std::borrow::Cow;
use std::ops::Range;

use citadel_core::{FrameRef, PagePtr, Readers};

use crate::catalog;
use crate::dirty::LargeRef;
use crate::dirty::{NodeBytes, NodeRef};
use crate::error::{Error, Result};
use crate::node::{EntrySpan, Node};
use crate::tree_id::TreeId;
use crate::view::View;

/// A place in a tree, without a borrow of the transaction: every step is given the view anew, so that operators can
/// keep cursors between batches.
///
/// A cursor pins the pages from the root to its entry and, where it goes on from leaf to leaf, the next leaf; it allocates nothing while it steps. Where the
/// view has changed since the last step (the write transaction wrote, or it is another transaction), the cursor finds
/// its way again by its last key: [`next`](Cursor::next) goes to the first entry after that key, whether or not the key
/// is still there.
///
/// A fresh cursor stands nowhere: `next` takes it to the first entry, `prev` to the last. Past the last entry, `next`
/// stays and `prev` returns to the last one; likewise before the first.
#[derive(Debug)]
pub struct Cursor {
    tree: TreeId,
    /// The branches on the way, root first.
    path: Vec<Level>,
    leaf: Option<NodeBytes>,
    index: usize,
    count: usize,
    span: EntrySpan,
    place: Place,
    stamp: u64,
    /// The leaf behind this one, where it was at hand when the cursor came here.
    upcoming: Option<FrameRef>,
    /// How many leaves to read ahead: none at first, then twice as many as were left forwards.
    ahead: usize,
}

/// A cursor that has left so few leaves forwards does not look for the next one yet.
const AHEAD_MIN: usize = 4;
/// Leaves that are read ahead at most; the file bounds their bytes.
const AHEAD_MAX: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Nowhere,
    Entry,
    BeforeFirst,
    AfterLast,
}

#[derive(Clone, Copy)]
enum Edge {
    First,
    Last,
}

#[derive(Debug)]
struct Level {
    node: NodeBytes,
    level: u8,
    index: usize,
    count: usize,
}

impl Cursor {
    /// A cursor for the tree, standing nowhere.
    pub fn new(tree: TreeId) -> Self {
        Self {
            tree,
            path: Vec::new(),
            leaf: None,
            index: 0,
            count: 0,
            span: EntrySpan::default(),
            place: Place::Nowhere,
            stamp: 0,
            upcoming: None,
            ahead: 0,
        }
    }

    /// The tree.
    pub fn tree(&self) -> TreeId {
        self.tree
    }

    /// Whether the cursor stands on an entry.
    pub fn is_on_entry(&self) -> bool {
        self.place == Place::Entry
    }

    /// Goes to the first entry. False where the tree is empty.
    ///
    /// # Errors
    /// [`Error::NoSuchTree`], or what the file says; so for all steps.
    pub fn first(&mut self, view: &dyn View) -> Result<bool> {
        self.go_to_edge(view, Edge::First)
    }

    /// Goes to the last entry. False where the tree is empty.
    ///
    /// # Errors
    /// As for [`first`](Cursor::first).
    pub fn last(&mut self, view: &dyn View) -> Result<bool> {
        self.go_to_edge(view, Edge::Last)
    }

    /// Goes to the first entry whose key is not less than `key`. False where there is none; the cursor then stands past
    /// the last entry.
    ///
    /// # Errors
    /// As for [`first`](Cursor::first).
    pub fn seek(&mut self, view: &dyn View, key: &[u8]) -> Result<bool> {
        let Some(place) = self.descend_to(view, key)? else {
            return Ok(self.rest(Place::AfterLast));
        };
        self.index = place.unwrap_or_else(|index| index);
        if self.index < self.count {
            self.settle()
        } else {
            self.next_leaf(view)
        }
    }

    /// Goes to the last entry whose key is less than `key`. False where there is none; the cursor then stands before the
    /// first entry.
    ///
    /// # Errors
    /// As for [`first`](Cursor::first).
    pub fn seek_last_before(&mut self, view: &dyn View, key: &[u8]) -> Result<bool> {
        let Some(place) = self.descend_to(view, key)? else {
            return Ok(self.rest(Place::BeforeFirst));
        };
        self.index = place.unwrap_or_else(|index| index);
        if self.index == 0 {
            return self.prev_leaf(view);
        }
        self.index -= 1;
        self.settle()
    }

    /// Goes to the next entry. False past the last one.
    ///
    /// # Errors
    /// As for [`first`](Cursor::first).
    #[inline]
    #[allow(
        clippy::should_implement_trait,
        reason = "a cursor is given the view at every step"
    )]
    pub fn next(&mut self, view: &dyn View) -> Result<bool> {
        if self.place != Place::Entry || self.stamp != view.stamp() {
            return self.next_from_afar(view);
        }
        self.index += 1;
        if self.index < self.count {
            self.settle()
        } else {
            self.next_leaf(view)
        }
    }

    /// Goes on through the entries behind the one where the cursor stands, as far as the leaf reaches, and gives each to `visit`: at most
    /// so many, and none after one for which that says false. The cursor then stands on the last that was visited. As fast as it
    /// gets: nothing is looked up between two entries. Where the cursor stands on none, or the view has changed, it visits none.
    ///
    /// # Errors
    /// As for [`first`](Cursor::first).
    pub fn visit_leaf(
        &mut self,
        view: &dyn View,
        most: usize,
        mut visit: impl FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<()> {
        let (Some(leaf), Place::Entry) = (&self.leaf, self.place) else {
            return Ok(());
        };
        if self.stamp != view.stamp() {
            return Ok(());
        }
        let node = Node::open(leaf, 0)?;
        let end = self
            .count
            .min(self.index.saturating_add(1).saturating_add(most));
        let mut last = self.index;
        for index in self.index + 1..end {
            let (key, payload) = node.entry(index)?;
            last = index;
            let goes_on = match payload.large {
                false => visit(key, payload.bytes),
                true => visit(key, &view.large(&LargeRef::decode(payload.bytes)?)?),
            };
            if !goes_on {
                break;
            }
        }
        if last != self.index {
            self.index = last;
            self.settle()?;
        }
        Ok(())
    }

    /// Goes to the previous entry. False before the first one.
    ///
    /// # Errors
    /// As for [`first`](Cursor::first).
    #[inline]
    pub fn prev(&mut self, view: &dyn View) -> Result<bool> {
        if self.place != Place::Entry || self.stamp != view.stamp() {
            return self.prev_from_afar(view);
        }
        if self.index == 0 {
            return self.prev_leaf(view);
        }
        self.index -= 1;
        self.settle()
    }

    /// The key of the entry; empty where the cursor stands on none.
    #[inline]
    pub fn key(&self) -> &[u8] {
        match (&self.leaf, self.place) {
            (Some(leaf), Place::Entry) => &leaf[self.span.key.clone()],
            _ => &[],
        }
    }

    /// The value of the entry as it was when the cursor came to it; empty where the cursor stands on none. A value that
    /// lies in extents is read now.
    ///
    /// # Errors
    /// What the file says.
    #[inline]
    pub fn value(&self, view: &dyn View) -> Result<Cow<'_, [u8]>> {
        let (Some(leaf), Place::Entry) = (&self.leaf, self.place) else {
            return Ok(Cow::Borrowed(&[]));
        };
        let payload = &leaf[self.span.payload.clone()];
        if !self.span.large {
            return Ok(Cow::Borrowed(payload));
        }
        Ok(Cow::Owned(view.large(&LargeRef::decode(payload)?)?))
    }

    fn next_from_afar(&mut self, view: &dyn View) -> Result<bool> {
        match self.place {
            Place::Nowhere | Place::BeforeFirst => self.first(view),
            Place::AfterLast => Ok(false),
            Place::Entry => {
                let key = self.key().to_vec();
                Ok(self.seek(view, &key)? && (self.key() != key || self.next(view)?))
            }
        }
    }

    fn prev_from_afar(&mut self, view: &dyn View) -> Result<bool> {
        match self.place {
            Place::Nowhere | Place::AfterLast => self.last(view),
            Place::BeforeFirst => Ok(false),
            Place::Entry => {
                let key = self.key().to_vec();
                self.seek_last_before(view, &key)
            }
        }
    }

    /// Forgets the way and stands at `place`, which is no entry.
    fn rest(&mut self, place: Place) -> bool {
        self.path.clear();
        self.leaf = None;
        self.upcoming = None;
        self.place = place;
        false
    }

    /// Pins the root; none where the tree is empty. Until a step succeeds, the cursor stands nowhere.
    fn start(&mut self, view: &dyn View) -> Result<Option<(NodeBytes, u8)>> {
        self.rest(Place::Nowhere);
        self.ahead = 0;
        let root = view.root(self.tree)?;
        self.stamp = view.stamp();
        Ok(root.node.map(|node| (node, root.tree.level)))
    }

    /// Walks to the leaf in which the key would lie, and finds its place there.
    fn descend_to(&mut self, view: &dyn View, key: &[u8]) -> Result<Option<Result<usize, usize>>> {
        let Some((mut bytes, root_level)) = self.start(view)? else {
            return Ok(None);
        };
        for level in (1..=root_level).rev() {
            let node = Node::open(&bytes, level)?;
            let (index, count) = (node.child_index(key)?, node.count());
            let child = view.node(&NodeRef::decode(node.child(index)?.1)?)?;
            self.path.push(Level {
                node: bytes,
                level,
                index,
                count,
            });
            bytes = child;
        }
        let node = Node::open(&bytes, 0)?;
        self.count = node.count();
        let place = node.find(key)?;
        self.leaf = Some(bytes);
        Ok(Some(place))
    }

    fn go_to_edge(&mut self, view: &dyn View, edge: Edge) -> Result<bool> {
        match self.start(view)? {
            Some((root, level)) => self.descend_edge(view, root, level, edge),
            None => Ok(self.rest(match edge {
                Edge::First => Place::AfterLast,
                Edge::Last => Place::BeforeFirst,
            })),
        }
    }

    /// Walks from a node down its first or last children, to the first or last entry below it.
    fn descend_edge(
        &mut self,
        view: &dyn View,
        from: NodeBytes,
        level: u8,
        edge: Edge,
    ) -> Result<bool> {
        let mut bytes = from;
        for level in (1..=level).rev() {
            let node = Node::open(&bytes, level)?;
            let count = node.count();
            let index = edge_index(count, edge)?;
            let child = read_child(view, &node, index, self.ahead, Readers::All)?;
            self.path.push(Level {
                node: bytes,
                level,
                index,
                count,
            });
            bytes = child;
        }
        self.count = Node::open(&bytes, 0)?.count();
        self.index = edge_index(self.count, edge)?;
        self.leaf = Some(bytes);
        self.settle()
    }

    /// Goes to the first entry of the next leaf.
    fn next_leaf(&mut self, view: &dyn View) -> Result<bool> {
        self.place = Place::Nowhere;
        self.ahead = (self.ahead + 2).min(AHEAD_MAX);
        while let Some(branch) = self.path.last_mut() {
            if branch.index + 1 < branch.count {
                branch.index += 1;
                return self.enter_child(view, Edge::First);
            }
            self.path.pop();
        }
        Ok(self.rest(Place::AfterLast))
    }

    /// Goes to the last entry of the previous leaf.
    fn prev_leaf(&mut self, view: &dyn View) -> Result<bool> {
        self.place = Place::Nowhere;
        self.upcoming = None;
        self.ahead = 0;
        while let Some(branch) = self.path.last_mut() {
            if branch.index > 0 {
                branch.index -= 1;
                return self.enter_child(view, Edge::Last);
            }
            self.path.pop();
        }
        Ok(self.rest(Place::BeforeFirst))
    }

    fn enter_child(&mut self, view: &dyn View, edge: Edge) -> Result<bool> {
        let Some(branch) = self.path.last() else {
            return Ok(false);
        };
        let node = Node::open(&branch.node, branch.level)?;
        let at = NodeRef::decode(node.child(branch.index)?.1)?;
        let child = match self.upcoming.take() {
            Some(frame) if at == NodeRef::Sealed(*frame.ptr()) => NodeBytes::Frame(frame),
            _ => read_child(view, &node, branch.index, self.ahead, Readers::All)?,
        };
        if self.ahead >= AHEAD_MIN && branch.level == 1 && branch.index + 1 < branch.count {
            self.upcoming = prefetched(view, &node, branch.index + 1)?;
        }
        let level = branch.level - 1;
        self.descend_edge(view, child, level, edge)
    }

    /// Stands on the entry `index` of the leaf.
    #[inline]
    fn settle(&mut self) -> Result<bool> {
        self.place = Place::Nowhere;
        let Some(leaf) = &self.leaf else {
            return Ok(false);
        };
        self.span = Node::open(leaf, 0)?.entry_span(self.index)?;
        self.place = Place::Entry;
        Ok(true)
    }
}

/// A child of a branch that will be wanted next, if it is at hand; the processor fetches it meanwhile.
fn prefetched(view: &dyn View, node: &Node<'_>, index: usize) -> Result<Option<FrameRef>> {
    let at = NodeRef::decode(node.child(index)?.1)?;
    let frame = catalog::sealed_at_hand(view.file(), &at);
    if let Some(frame) = &frame {
        frame.prefetch();
    }
    Ok(frame)
}

/// Reads a child of a branch; where that is a leaf that is not in memory, the next leaves, up to `ahead`, with it.
pub(crate) fn read_child(
    view: &dyn View,
    node: &Node<'_>,
    index: usize,
    ahead: usize,
    readers: Readers,
) -> Result<NodeBytes> {
    let at = NodeRef::decode(node.child(index)?.1)?;
    if ahead == 0 || node.level() != 1 {
        return view.node(&at);
    }
    let siblings = index + 1..node.count().min(index + 1 + ahead);
    view.node_with_next(&at, readers, &|| sealed_children(node, siblings.clone()))
}

/// The pointers of children that lie in the file.
pub(crate) fn sealed_children(node: &Node<'_>, indexes: Range<usize>) -> Vec<PagePtr> {
    let children = indexes.map_while(|index| {
        let at = NodeRef::decode(node.child(index).ok()?.1).ok()?;
        at.sealed().ok().copied()
    });
    children.collect()
}

fn edge_index(count: usize, edge: Edge) -> Result<usize> {
    match edge {
        _ if count == 0 => Err(Error::corrupt("an empty node below the root")),
        Edge::First => Ok(0),
        Edge::Last => Ok(count - 1),
    }
}
