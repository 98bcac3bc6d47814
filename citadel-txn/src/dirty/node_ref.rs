//! How a parent names its child.

use citadel_core::PagePtr;

use crate::error::{Error, Result};
use crate::node::CHILD_BYTES;

/// Names something that has no page yet, within one write transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirtyId(pub(crate) u32);

/// How a parent names its child: by the pointer of a sealed run or, until the next commit, by a dirty id.
///
/// Both take the 32 bytes of a pointer. A pointer to an empty run cannot exist, so zero pages mark a dirty id; in a page
/// from the file such bytes are corrupt, because a dirty id is only followed through the pages of a write transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeRef {
    /// A sealed run.
    Sealed(PagePtr),
    /// Something that the transaction holds in memory.
    Dirty(DirtyId),
}

impl NodeRef {
    pub(crate) fn encode(&self) -> [u8; CHILD_BYTES] {
        match self {
            NodeRef::Sealed(ptr) => ptr.encode(),
            NodeRef::Dirty(id) => {
                let mut bytes = [0; CHILD_BYTES];
                bytes[..4].copy_from_slice(&id.0.to_le_bytes());
                bytes
            }
        }
    }

    #[inline]
    pub(crate) fn decode(bytes: &[u8; CHILD_BYTES]) -> Result<Self> {
        if bytes[6] | bytes[7] == 0 {
            return Ok(NodeRef::Dirty(DirtyId(u32::from_le_bytes([
                bytes[0], bytes[1], bytes[2], bytes[3],
            ]))));
        }
        Ok(NodeRef::Sealed(PagePtr::decode(bytes)?))
    }

    /// The pointer of something that must be in the file.
    #[inline]
    pub(crate) fn sealed(&self) -> Result<&PagePtr> {
        match self {
            NodeRef::Sealed(ptr) => Ok(ptr),
            NodeRef::Dirty(_) => Err(Error::corrupt("a pointer to an empty run")),
        }
    }
}
