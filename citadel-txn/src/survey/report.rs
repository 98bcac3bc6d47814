//! What a survey found.

use citadel_core::{Generation, PageSize};

use crate::tree::Tree;
use crate::tree_id::TreeId;

/// Where the space of a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpaceReport {
    /// The commit that was read.
    pub generation: Generation,
    /// Bytes of a page.
    pub page_size: PageSize,
    /// Bytes of the file, with what it has grown in advance.
    pub file_bytes: u64,
    /// Pages between the header and the last one in use.
    pub pages_total: u64,
    /// Pages that are free.
    pub pages_free: u64,
    /// Pages that were replaced lately, and soon are free.
    pub pages_retired: u64,
    /// Pages that say which pages are free.
    pub pages_free_map: u64,
    /// Pages of commit records and their places.
    pub pages_records: u64,
    /// The tree of trees; its id is 0 here.
    pub catalog: TreeSpace,
    /// All trees, by id.
    pub trees: Vec<TreeSpace>,
}

/// The space of one tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeSpace {
    /// The tree.
    pub id: TreeId,
    /// Its entries.
    pub entries: u64,
    /// How many of its values lie in extents.
    pub large_values: u64,
    /// Nodes on the way from the root to an entry; 0 where it is empty.
    pub depth: u8,
    /// Pages of nodes above the leaves.
    pub branch_pages: u64,
    /// Pages of leaves.
    pub leaf_pages: u64,
    /// Pages of large values.
    pub extent_pages: u64,
    /// Bytes of entries in the leaves.
    pub leaf_bytes_used: u64,
    /// Bytes that entries could take in these leaves.
    pub leaf_bytes_capacity: u64,
}

impl SpaceReport {
    pub(super) fn new(generation: Generation, page_size: PageSize) -> Self {
        Self {
            generation,
            page_size,
            file_bytes: 0,
            pages_total: 0,
            pages_free: 0,
            pages_retired: 0,
            pages_free_map: 0,
            pages_records: 0,
            catalog: TreeSpace::new(TreeId::new(0), &Tree::empty(1)),
            trees: Vec::new(),
        }
    }

    /// The catalog and all trees.
    pub(super) fn all(&self) -> impl Iterator<Item = &TreeSpace> {
        self.trees.iter().chain([&self.catalog])
    }

    /// The space of one tree, where there is one of this id.
    pub fn tree(&self, id: TreeId) -> Option<&TreeSpace> {
        let at = self.trees.binary_search_by_key(&id, |tree| tree.id).ok()?;
        self.trees.get(at)
    }
}

impl TreeSpace {
    pub(super) fn new(id: TreeId, tree: &Tree) -> Self {
        Self {
            id,
            entries: tree.len,
            large_values: tree.large,
            depth: tree.root.map_or(0, |_| tree.level.saturating_add(1)),
            branch_pages: 0,
            leaf_pages: 0,
            extent_pages: 0,
            leaf_bytes_used: 0,
            leaf_bytes_capacity: 0,
        }
    }

    /// Takes up how many entries the tree has, those included that are in no page yet.
    pub(super) fn count(&mut self, tree: &Tree) {
        self.entries = tree.len;
        self.large_values = tree.large;
    }

    /// All pages of the tree.
    pub fn pages(&self) -> u64 {
        self.branch_pages + self.leaf_pages + self.extent_pages
    }

    /// How full its leaves are, between 0 and 1; 1 where it has none.
    pub fn fill(&self) -> f64 {
        match self.leaf_bytes_capacity {
            0 => 1.0,
            capacity => self.leaf_bytes_used as f64 / capacity as f64,
        }
    }
}
