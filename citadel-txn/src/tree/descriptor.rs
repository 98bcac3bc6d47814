//! What the catalog says of a tree.

use citadel_core::PageSize;

use super::Geometry;
use crate::codec::Reader;
use crate::dirty::{DirtyId, NodeRef};
use crate::error::Result;

/// Bytes of an encoded descriptor: always the same, so that a commit can write it over an older one in place.
pub(crate) const DESCRIPTOR_BYTES: usize = 52;

/// A tree: where its root is, and how much is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tree {
    /// The root; none where the tree is empty.
    pub(crate) root: Option<NodeRef>,
    /// The level of the root; 0 where there is none.
    pub(crate) level: u8,
    /// Pages of a leaf.
    pub(crate) leaf_pages: u16,
    /// Entries in the tree.
    pub(crate) len: u64,
    /// How many of its values lie in extents.
    pub(crate) large: u64,
}

impl Tree {
    pub(crate) fn empty(leaf_pages: u16) -> Self {
        Self {
            root: None,
            level: 0,
            leaf_pages,
            len: 0,
            large: 0,
        }
    }

    /// Level (u8), zero (u8), leaf pages (u16), entries (u64), large values (u64), root (32 bytes, zero if there is none).
    pub(crate) fn encode(&self) -> [u8; DESCRIPTOR_BYTES] {
        let mut bytes = [0; DESCRIPTOR_BYTES];
        bytes[0] = self.level;
        bytes[2..4].copy_from_slice(&self.leaf_pages.to_le_bytes());
        bytes[4..12].copy_from_slice(&self.len.to_le_bytes());
        bytes[12..20].copy_from_slice(&self.large.to_le_bytes());
        if let Some(root) = self.root {
            bytes[20..].copy_from_slice(&root.encode());
        }
        bytes
    }

    pub(crate) fn decode(bytes: &[u8], page_size: PageSize) -> Result<Self> {
        let mut reader = Reader::new(bytes, "the descriptor of a tree");
        let (level, reserved, leaf_pages) = (reader.u8()?, reader.u8()?, reader.u16()?);
        let (len, large) = (reader.u64()?, reader.u64()?);
        let root = reader.ptr()?.map(NodeRef::Sealed);
        let empty = root.is_none();
        if reserved != 0
            || !reader.is_empty()
            || large > len
            || empty != (len == 0)
            || empty && level != 0
        {
            return reader.corrupt();
        }
        if Geometry::new(page_size, leaf_pages).is_err() {
            return reader.corrupt();
        }
        Ok(Self {
            root,
            level,
            leaf_pages,
            len,
            large,
        })
    }
}

/// A tree that a write transaction has opened.
#[derive(Clone, Debug)]
pub(crate) struct WritableTree {
    /// The tree as it is now.
    pub(crate) tree: Tree,
    /// Byte counts of its nodes.
    pub(crate) geometry: Geometry,
    /// The last leaf, where it is known and dirty: keys in order go there without a descent.
    pub(crate) last_leaf: Option<DirtyId>,
    /// Whether it differs from the base snapshot.
    pub(crate) changed: bool,
}

impl WritableTree {
    pub(crate) fn new(tree: Tree, page_size: PageSize) -> Result<Self> {
        Ok(Self {
            tree,
            geometry: Geometry::new(page_size, tree.leaf_pages)?,
            last_leaf: None,
            changed: false,
        })
    }
}

/// A tree that a write transaction has touched.
#[derive(Clone, Debug)]
pub(crate) struct OpenTree {
    pub(crate) state: WritableTree,
    /// Whether the base snapshot has it.
    pub(crate) in_base: bool,
    /// Entries that the transaction has put in or taken out, each time counted.
    pub(crate) changes: u64,
}
