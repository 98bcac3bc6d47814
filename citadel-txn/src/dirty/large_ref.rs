//! What a leaf holds in place of a large value.

use citadel_core::PagePtr;

use super::{DirtyId, NodeRef};
use crate::codec::Reader;
use crate::error::Result;

/// Bytes of an encoded reference.
pub(crate) const LARGE_REF_BYTES: usize = 40;

const DIRTY: u8 = 0;
const EXTENT: u8 = 1;
const MAP: u8 = 2;

/// The length of a large value, and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LargeRef {
    /// Bytes of the value.
    pub(crate) len: u64,
    /// Where it lies.
    pub(crate) target: LargeTarget,
}

/// Where a large value lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LargeTarget {
    /// In memory, until the next commit.
    Dirty(DirtyId),
    /// In one extent.
    Extent(PagePtr),
    /// In the extents that a map lists.
    Map(PagePtr),
}

impl LargeRef {
    /// Kind (u8), length (56 bits), pointer (32 bytes).
    pub(crate) fn encode(&self) -> [u8; LARGE_REF_BYTES] {
        let (kind, at) = match self.target {
            LargeTarget::Dirty(id) => (DIRTY, NodeRef::Dirty(id)),
            LargeTarget::Extent(ptr) => (EXTENT, NodeRef::Sealed(ptr)),
            LargeTarget::Map(ptr) => (MAP, NodeRef::Sealed(ptr)),
        };
        let mut bytes = [0; LARGE_REF_BYTES];
        bytes[0] = kind;
        bytes[1..8].copy_from_slice(&self.len.to_le_bytes()[..7]);
        bytes[8..].copy_from_slice(&at.encode());
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader::new(bytes, "the reference of a large value");
        let [kind, len @ ..] = reader.array::<8>()?;
        let [l0, l1, l2, l3, l4, l5, l6] = len;
        let target = match (kind, NodeRef::decode(&reader.array()?)?) {
            (DIRTY, NodeRef::Dirty(id)) => LargeTarget::Dirty(id),
            (EXTENT, NodeRef::Sealed(ptr)) => LargeTarget::Extent(ptr),
            (MAP, NodeRef::Sealed(ptr)) => LargeTarget::Map(ptr),
            _ => return reader.corrupt(),
        };
        if !reader.is_empty() {
            return reader.corrupt();
        }
        Ok(Self {
            len: u64::from_le_bytes([l0, l1, l2, l3, l4, l5, l6, 0]),
            target,
        })
    }
}
