//! The pages that a write transaction has changed.

use std::sync::Arc;

use citadel_core::{Generation, PageKind, PagePtr, SealedFile};

use super::{DirtyId, DirtyNode, NodeBytes, NodeRef, Slab};
use super::{LargeRef, LargeValue, Values};
use crate::error::Result;
use crate::node::{Node, NodeMut};
use crate::space::{Retiree, Span};

/// One step of a way from the root of a tree to a leaf.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// The branch.
    pub(crate) node: DirtyId,
    /// Which of its children the way goes to.
    pub(crate) index: usize,
}

/// All that a write transaction has changed, and what it has let go of.
#[derive(Debug)]
pub(crate) struct DirtyPages {
    file: Arc<SealedFile>,
    /// The commit that this will be. Pages of this generation are the transaction's own.
    generation: Generation,
    nodes: Slab<Arc<DirtyNode>>,
    /// Bytes of all nodes.
    node_bytes: usize,
    values: Values,
    /// Bytes that nodes and values may take before they are spilled.
    budget: usize,
    /// Bytes of the cache that are lent to what is in memory here.
    reserved: usize,
    retired: Vec<Retiree>,
    surplus: Vec<Span>,
    /// Reused by every descent, so that none allocates.
    pub(crate) path: Vec<Step>,
}

/// What a light commit leaves in memory: nodes, shared with whoever goes on with them, and what they replaced.
#[derive(Debug)]
pub(crate) struct Kept {
    nodes: Slab<Arc<DirtyNode>>,
    node_bytes: usize,
    retired: Vec<Retiree>,
}

impl Kept {
    /// The node, if it is one of these.
    #[inline]
    pub(crate) fn node(&self, at: &NodeRef) -> Result<Option<NodeBytes>> {
        match at {
            NodeRef::Dirty(id) => Ok(Some(NodeBytes::Dirty(Arc::clone(self.nodes.get(*id)?)))),
            NodeRef::Sealed(_) => Ok(None),
        }
    }
}

impl DirtyPages {
    /// Nothing changed yet, in the transaction that will be commit `generation` and holds about `budget` bytes in memory.
    pub(crate) fn new(file: Arc<SealedFile>, generation: Generation, budget: usize) -> Self {
        Self {
            file,
            generation,
            nodes: Slab::new(),
            node_bytes: 0,
            values: Values::default(),
            budget,
            reserved: 0,
            retired: Vec::new(),
            surplus: Vec::new(),
            path: Vec::new(),
        }
    }

    /// Goes on with what light commits have left.
    pub(crate) fn resume(&mut self, kept: &Kept) {
        self.nodes = kept.nodes.clone();
        self.node_bytes = kept.node_bytes;
        self.retired = kept.retired.clone();
    }

    /// Whether all that is here may stay in memory: nodes only, of so many bytes at most.
    pub(crate) fn may_be_kept(&self, bytes_max: usize) -> bool {
        let nodes_only = self.values.is_empty() && self.surplus.is_empty();
        nodes_only && self.node_bytes <= bytes_max
    }

    /// Takes out what a light commit leaves in memory.
    pub(crate) fn keep(&mut self) -> Kept {
        Kept {
            nodes: std::mem::replace(&mut self.nodes, Slab::new()),
            node_bytes: std::mem::take(&mut self.node_bytes),
            retired: std::mem::take(&mut self.retired),
        }
    }

    pub(crate) fn file(&self) -> &SealedFile {
        &self.file
    }

    /// Reads a node, dirty or not. Its level is checked by whoever views it.
    #[inline]
    pub(crate) fn read(&self, at: &NodeRef) -> Result<NodeBytes> {
        match at {
            NodeRef::Dirty(id) => Ok(NodeBytes::Dirty(Arc::clone(self.nodes.get(*id)?))),
            NodeRef::Sealed(ptr) => Ok(NodeBytes::Frame(self.file.read(ptr, PageKind::TreeNode)?)),
        }
    }

    /// Views a dirty node.
    pub(crate) fn view(&self, id: DirtyId, level: u8) -> Result<Node<'_>> {
        Ok(Node::open(self.nodes.get(id)?, level)?)
    }

    /// Changes a dirty node. Where a cursor still holds it, the cursor keeps the old bytes.
    pub(crate) fn edit(&mut self, id: DirtyId) -> Result<NodeMut<'_>> {
        Ok(NodeMut::new(
            Arc::make_mut(self.nodes.get_mut(id)?).bytes_mut(),
        ))
    }

    pub(crate) fn add(&mut self, body: Vec<u8>) -> DirtyId {
        self.node_bytes += body.len();
        self.nodes.add(Arc::new(DirtyNode::new(body)))
    }

    pub(crate) fn replace(&mut self, id: DirtyId, body: Vec<u8>) -> Result<()> {
        let node = self.nodes.get_mut(id)?;
        self.node_bytes = self.node_bytes - node.len() + body.len();
        *node = Arc::new(DirtyNode::new(body));
        Ok(())
    }

    /// Makes a node changeable: copies it out of its page, which is retired. The caller stores the new id.
    pub(crate) fn make_dirty(&mut self, at: &NodeRef, level: u8) -> Result<DirtyId> {
        let ptr = match at {
            NodeRef::Dirty(id) => return Ok(*id),
            NodeRef::Sealed(ptr) => ptr,
        };
        let frame = self.file.read(ptr, PageKind::TreeNode)?;
        let node = Node::open(&frame, level)?;
        if !frame.is_proven() {
            node.validate()?;
            frame.note_proven();
        }
        self.retire(ptr);
        Ok(self.add(frame.to_vec()))
    }

    /// Lets go of a node.
    pub(crate) fn free(&mut self, at: &NodeRef) -> Result<()> {
        match at {
            NodeRef::Dirty(id) => drop(self.remove(*id)?),
            NodeRef::Sealed(ptr) => self.retire(ptr),
        }
        Ok(())
    }

    /// Lets go of a sealed run. One that this transaction has written itself was never anyone else's.
    pub(crate) fn retire(&mut self, ptr: &PagePtr) {
        if ptr.generation == self.generation {
            self.surplus.push(ptr.run.into());
        } else {
            self.retired.push(ptr.into());
        }
    }

    pub(crate) fn take_retired(&mut self) -> Vec<Retiree> {
        std::mem::take(&mut self.retired)
    }

    /// Pages that this transaction has spilled and no longer reaches.
    pub(crate) fn take_surplus(&mut self) -> Vec<Span> {
        std::mem::take(&mut self.surplus)
    }

    /// Takes the node out, to be sealed. A cursor cannot outlive the transaction's `&mut`, but it may still hold the
    /// bytes; then they are copied.
    pub(crate) fn take(&mut self, id: DirtyId) -> Result<Vec<u8>> {
        Ok(unshare(self.remove(id)?))
    }

    fn remove(&mut self, id: DirtyId) -> Result<Arc<DirtyNode>> {
        let node = self.nodes.remove(id)?;
        self.node_bytes -= node.len();
        Ok(node)
    }

    /// Keeps a large value until it is written.
    pub(crate) fn add_value(&mut self, value: &[u8]) -> Result<LargeRef> {
        self.values.add(value)
    }

    pub(crate) fn value(&self, id: DirtyId) -> Result<&LargeValue> {
        self.values.get(id)
    }

    pub(crate) fn take_value(&mut self, id: DirtyId) -> Result<LargeValue> {
        self.values.take(id)
    }

    /// Says where a value lies now that was taken.
    pub(crate) fn put_value(&mut self, id: DirtyId, large: LargeRef) {
        self.values.put(id, large);
    }

    /// The large values in memory.
    pub(crate) fn held_values(&self) -> Vec<DirtyId> {
        self.values.held()
    }

    /// Lets the cache make room for what is in memory here, and for `more` bytes elsewhere, or gives the room back; both in
    /// steps.
    #[inline]
    pub(crate) fn balance(&mut self, more: usize) {
        let bytes = self.node_bytes + self.values.bytes() + more;
        if bytes.abs_diff(self.reserved) > BALANCE_STEP_BYTES {
            self.lend(bytes);
        }
    }

    #[cold]
    fn lend(&mut self, bytes: usize) {
        self.file.release_cache(self.reserved);
        self.file.reserve_cache(bytes);
        self.reserved = bytes;
    }

    /// Whether a further `bytes` in memory would be more than the budget.
    #[inline]
    pub(crate) fn is_over_budget_with(&self, bytes: usize) -> bool {
        self.node_bytes + self.values.bytes() + bytes > self.budget
    }

    /// Body lengths of all dirty nodes.
    pub(crate) fn node_lens(&self) -> impl Iterator<Item = usize> {
        self.nodes.iter().map(|node| node.len())
    }

    /// Lengths of all large values in memory.
    pub(crate) fn value_lens(&self) -> impl Iterator<Item = u64> {
        self.values.lens()
    }
}

impl Drop for DirtyPages {
    fn drop(&mut self) {
        self.file.release_cache(self.reserved);
    }
}

/// The cache makes room for a transaction in steps of so many bytes.
const BALANCE_STEP_BYTES: usize = 256 << 10;

fn unshare(node: Arc<DirtyNode>) -> Vec<u8> {
    Arc::try_unwrap(node)
        .unwrap_or_else(|shared| DirtyNode::clone(&shared))
        .into_bytes()
}
