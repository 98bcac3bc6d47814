//! The pages that a write transaction has changed.

use std::sync::Arc;

use citadel_core::{PageKind, PagePtr, SealedFile};

use super::{DirtyId, DirtyNode, NodeBytes, NodeRef, Slab};
use super::{LargeRef, LargeTarget};
use crate::error::Result;
use crate::node::{Node, NodeMut};
use crate::space::Retiree;

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
    nodes: Slab<Arc<DirtyNode>>,
    values: Slab<Arc<DirtyNode>>,
    retired: Vec<Retiree>,
    /// Reused by every descent, so that none allocates.
    pub(crate) path: Vec<Step>,
}

impl DirtyPages {
    pub(crate) fn new(file: Arc<SealedFile>) -> Self {
        Self {
            file,
            nodes: Slab::new(),
            values: Slab::new(),
            retired: Vec::new(),
            path: Vec::new(),
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
        self.nodes.add(Arc::new(DirtyNode::new(body)))
    }

    pub(crate) fn replace(&mut self, id: DirtyId, body: Vec<u8>) -> Result<()> {
        *self.nodes.get_mut(id)? = Arc::new(DirtyNode::new(body));
        Ok(())
    }

    /// Makes a node changeable: copies it out of its page, which is retired. The caller stores the new id.
    pub(crate) fn make_dirty(&mut self, at: &NodeRef, level: u8) -> Result<DirtyId> {
        let ptr = match at {
            NodeRef::Dirty(id) => return Ok(*id),
            NodeRef::Sealed(ptr) => ptr,
        };
        let frame = self.file.read(ptr, PageKind::TreeNode)?;
        Node::open(&frame, level)?.validate()?;
        self.retired.push(ptr.into());
        Ok(self.add(frame.to_vec()))
    }

    /// Lets go of a node.
    pub(crate) fn free(&mut self, at: &NodeRef) -> Result<()> {
        match at {
            NodeRef::Dirty(id) => drop(self.nodes.remove(*id)?),
            NodeRef::Sealed(ptr) => self.retired.push(ptr.into()),
        }
        Ok(())
    }

    pub(crate) fn retire(&mut self, ptr: &PagePtr) {
        self.retired.push(ptr.into());
    }

    pub(crate) fn take_retired(&mut self) -> Vec<Retiree> {
        std::mem::take(&mut self.retired)
    }

    /// Takes the node out, to be sealed. A cursor cannot outlive the transaction's `&mut`, but it may still hold the
    /// bytes; then they are copied.
    pub(crate) fn take(&mut self, id: DirtyId) -> Result<Vec<u8>> {
        Ok(unshare(self.nodes.remove(id)?))
    }

    /// Keeps a large value until the commit writes it.
    pub(crate) fn add_value(&mut self, value: &[u8]) -> LargeRef {
        let id = self.values.add(Arc::new(DirtyNode::new(value.to_vec())));
        LargeRef {
            len: value.len() as u64,
            target: LargeTarget::Dirty(id),
        }
    }

    pub(crate) fn value(&self, id: DirtyId) -> Result<&[u8]> {
        Ok(self.values.get(id)?)
    }

    pub(crate) fn take_value(&mut self, id: DirtyId) -> Result<Vec<u8>> {
        Ok(unshare(self.values.remove(id)?))
    }

    /// Body lengths of all dirty nodes.
    pub(crate) fn node_lens(&self) -> impl Iterator<Item = usize> {
        self.nodes.iter().map(|node| node.len())
    }

    /// Lengths of all large values that the commit has to write.
    pub(crate) fn value_lens(&self) -> impl Iterator<Item = u64> {
        self.values.iter().map(|value| value.len() as u64)
    }
}

fn unshare(node: Arc<DirtyNode>) -> Vec<u8> {
    Arc::try_unwrap(node)
        .unwrap_or_else(|shared| DirtyNode::clone(&shared))
        .into_bytes()
}
