//! Everything that a commit reaches, run by run.
//!
//! Backups, proofs and counts of space all go the same way: the catalog, the trees in the order of their ids, the free
//! map; parents before children. What is done with a run, and from which file it is read, is the [`Visitor`]'s. The way
//! needs the memory of one node per level.

use std::collections::BTreeMap;

use citadel_core::{Frame, PageKind, PagePtr, PageSize, SealedFile};

use crate::catalog;
use crate::dirty::{LargeRef, LargeTarget, NodeRef};
use crate::error::{Error, Result};
use crate::extent;
use crate::node::Node;
use crate::progress::Meter;
use crate::record::Record;
use crate::tree::Tree;
use crate::tree_id::TreeId;

/// Is led to every run that a commit reaches, once.
pub(crate) trait Visitor {
    /// The runs that follow belong to this tree; no id: the catalog.
    fn tree(&mut self, id: Option<TreeId>, tree: &Tree) -> Result<()> {
        let _ = (id, tree);
        Ok(())
    }

    /// Opens a node, an extent map or the free map.
    fn open(&mut self, ptr: &PagePtr, kind: PageKind) -> Result<Frame>;

    /// A node that was opened.
    fn node(&mut self, ptr: &PagePtr, node: &Node<'_>) -> Result<()> {
        let _ = (ptr, node);
        Ok(())
    }

    /// Part of a large value.
    fn extent(&mut self, ptr: &PagePtr) -> Result<()>;
}

/// Leads the visitor to every run that the commit reaches.
pub(crate) fn reach(record: &Record, page_size: PageSize, visitor: &mut dyn Visitor) -> Result<()> {
    let mut trees = BTreeMap::new();
    visitor.tree(None, &record.catalog)?;
    Way { page_size, visitor }.tree(&record.catalog, &mut |key, descriptor| {
        trees.insert(catalog::id(key)?, Tree::decode(descriptor, page_size)?);
        Ok(())
    })?;
    trees.extend(record.recent.iter().copied());
    for (id, tree) in trees {
        visitor.tree(Some(id), &tree)?;
        Way { page_size, visitor }.tree(&tree, &mut |_, _| Ok(()))?;
    }
    if let Some(ptr) = &record.free_map.ptr {
        visitor.open(ptr, PageKind::FreeMap)?;
    }
    Ok(())
}

/// What is done with the inline entries of a tree.
type Entries<'a> = &'a mut dyn FnMut(&[u8], &[u8]) -> Result<()>;

struct Way<'a> {
    page_size: PageSize,
    visitor: &'a mut dyn Visitor,
}

impl Way<'_> {
    fn tree(&mut self, tree: &Tree, entries: Entries<'_>) -> Result<()> {
        match &tree.root {
            Some(root) => self.node(root, tree.level, entries),
            None => Ok(()),
        }
    }

    fn node(&mut self, at: &NodeRef, level: u8, entries: Entries<'_>) -> Result<()> {
        let ptr = at.sealed()?;
        let frame = self.visitor.open(ptr, PageKind::TreeNode)?;
        let node = Node::open(&frame, level)?;
        self.visitor.node(ptr, &node)?;
        for index in 0..node.count() {
            if level > 0 {
                let child = NodeRef::decode(node.child(index)?.1)?;
                self.node(&child, level - 1, entries)?;
                continue;
            }
            let (key, payload) = node.entry(index)?;
            if payload.large {
                self.large(&LargeRef::decode(payload.bytes)?)?;
            } else {
                entries(key, payload.bytes)?;
            }
        }
        Ok(())
    }

    fn large(&mut self, large: &LargeRef) -> Result<()> {
        match &large.target {
            LargeTarget::Map(map) => {
                let body = self.visitor.open(map, PageKind::ExtentMap)?;
                for ptr in extent::listed(self.page_size, large, &body)? {
                    self.visitor.extent(&ptr)?;
                }
                Ok(())
            }
            LargeTarget::Extent(ptr) => self.visitor.extent(ptr),
            LargeTarget::Dirty(_) => Err(Error::corrupt("a large value without a page")),
        }
    }
}

/// Opens every run, from the medium: what it is led through without an error can be read to the last byte.
pub(crate) struct Prover<'a> {
    pub(crate) file: &'a SealedFile,
    pub(crate) meter: Meter<'a>,
}

impl Visitor for Prover<'_> {
    fn open(&mut self, ptr: &PagePtr, kind: PageKind) -> Result<Frame> {
        let frame = self.file.read_uncached(ptr, kind)?;
        self.meter.advance(u64::from(ptr.run.pages))?;
        Ok(frame)
    }

    fn extent(&mut self, ptr: &PagePtr) -> Result<()> {
        self.open(ptr, PageKind::Extent).map(drop)
    }
}
