//! The bytes of a node, wherever they are.

use std::ops::Deref;
use std::sync::Arc;

use citadel_core::FrameRef;

use crate::wipe::wipe;

/// The body of a node that has changed. Zeroed when it is dropped.
#[derive(Clone, Debug)]
pub struct DirtyNode {
    bytes: Vec<u8>,
}

impl DirtyNode {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// The body, to be sealed.
    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

impl Deref for DirtyNode {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for DirtyNode {
    fn drop(&mut self) {
        wipe(&mut self.bytes);
    }
}

/// The body of a node, pinned: it stays as it is for as long as this is held, whatever the cache evicts and whatever
/// the transaction writes meanwhile.
#[derive(Clone, Debug)]
pub enum NodeBytes {
    /// A page of the file.
    Frame(FrameRef),
    /// A node that has changed in a write transaction.
    Dirty(Arc<DirtyNode>),
}

impl Deref for NodeBytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            NodeBytes::Frame(frame) => frame,
            NodeBytes::Dirty(node) => node,
        }
    }
}
