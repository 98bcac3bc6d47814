//! Reading a tree around its damages.

use citadel_core::{Frame, Generation, PageKind, PageNo};

use super::fresh::Fresh;
use super::{Found, Loss, Salvage};
use crate::catalog;
use crate::dirty::{LargeRef, NodeRef};
use crate::error::{Error, Result};
use crate::extent;
use crate::node::{Node, Payload};
use crate::tree::Tree;
use crate::tree_id::TreeId;

/// An entry that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalvagedEntry {
    /// The key.
    pub key: Vec<u8>,
    /// The value.
    pub value: Vec<u8>,
    /// The commit that it was read from.
    pub generation: Generation,
    /// Which record that is.
    pub(super) source: usize,
}

/// The entries of one tree that can be read, in the order of their keys.
pub struct SalvagedEntries<'a> {
    salvage: &'a Salvage,
    /// None for the catalog.
    tree: Option<TreeId>,
    /// The record that knows the tree, and its root there.
    home: Option<Found>,
    /// What is still to be entered, the first key last.
    waiting: Vec<Branch>,
    leaf: Option<Leaf>,
    /// What light commits changed,
    fresh: Fresh,
    /// and the entry of the pages that comes after the next of that.
    later: Option<SalvagedEntry>,
}

/// The keys from the first, up to and without the second.
#[derive(Clone, Debug)]
struct Range {
    low: Vec<u8>,
    high: Option<Vec<u8>>,
}

/// A subtree, and the keys that are wanted of it.
#[derive(Debug)]
struct Branch {
    at: NodeRef,
    level: u8,
    range: Range,
    source: usize,
}

/// The leaf that is being read.
struct Leaf {
    frame: Frame,
    next: usize,
    range: Range,
    source: usize,
}

impl Range {
    fn all() -> Self {
        Self {
            low: Vec::new(),
            high: None,
        }
    }

    fn holds(&self, key: &[u8]) -> bool {
        key >= self.low.as_slice() && self.high.as_deref().is_none_or(|high| key < high)
    }

    /// What is both in here and between the two keys; none where that is nothing.
    fn clip(&self, low: &[u8], high: Option<&[u8]>) -> Option<Self> {
        let low = low.max(&self.low).to_vec();
        let high = match (high, self.high.as_deref()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        if high.is_some_and(|high| low.as_slice() >= high) {
            return None;
        }
        let high = high.map(<[u8]>::to_vec);
        Some(Self { low, high })
    }
}

impl<'a> SalvagedEntries<'a> {
    pub(super) fn none(salvage: &'a Salvage) -> Self {
        Self {
            salvage,
            tree: None,
            home: None,
            waiting: Vec::new(),
            leaf: None,
            fresh: Fresh::default(),
            later: None,
        }
    }

    pub(super) fn of_tree(salvage: &'a Salvage, id: TreeId, found: &Found) -> Self {
        let mut entries = Self {
            tree: Some(id),
            home: Some(*found),
            fresh: Fresh::of(&salvage.records[found.source], id),
            ..Self::none(salvage)
        };
        entries.wait_for_root(&found.tree, found.source, Range::all());
        entries
    }

    pub(super) fn of_catalog(salvage: &'a Salvage) -> Self {
        let mut entries = Self::none(salvage);
        if let Some(record) = salvage.records.first() {
            entries.wait_for_root(&record.catalog, 0, Range::all());
        }
        entries
    }

    /// False where the tree is empty.
    fn wait_for_root(&mut self, tree: &Tree, source: usize, range: Range) -> bool {
        let branch = tree.root.map(|at| Branch {
            at,
            level: tree.level,
            range,
            source,
        });
        let waits = branch.is_some();
        self.waiting.extend(branch);
        waits
    }

    /// The tree as this record knows it.
    fn tree_in(&self, source: usize) -> Option<Tree> {
        let record = self.salvage.records.get(source)?;
        let Some(id) = self.tree else {
            return Some(record.catalog);
        };
        match &self.home {
            Some(home) if home.source == source => Some(home.tree),
            _ => catalog::lookup(&self.salvage.file, record, id).ok()?,
        }
    }

    /// Goes into a subtree.
    fn enter(&mut self, branch: Branch) {
        let entered = match self.read(&branch) {
            Ok(frame) if branch.level == 0 => {
                self.leaf = Some(Leaf {
                    frame,
                    next: 0,
                    range: branch.range.clone(),
                    source: branch.source,
                });
                Ok(())
            }
            Ok(frame) => self.wait_for_children(&branch, &frame),
            Err(error) => Err(error),
        };
        if let Err(error) = entered {
            self.look_further(branch, &error);
        }
    }

    /// A node that is sound as a whole.
    fn read(&self, branch: &Branch) -> Result<Frame> {
        let file = &self.salvage.file;
        let frame = file.read_uncached(branch.at.sealed()?, PageKind::TreeNode)?;
        Node::open(&frame, branch.level)?.validate()?;
        Ok(frame)
    }

    fn wait_for_children(&mut self, branch: &Branch, frame: &Frame) -> Result<()> {
        let node = Node::open(frame, branch.level)?;
        let mut children = Vec::with_capacity(node.count());
        for index in 0..node.count() {
            let (key, child) = node.child(index)?;
            let high = match index + 1 < node.count() {
                true => Some(node.key(index + 1)?),
                false => None,
            };
            if let Some(range) = branch.range.clip(key, high) {
                children.push(Branch {
                    at: NodeRef::decode(child)?,
                    level: branch.level - 1,
                    range,
                    source: branch.source,
                });
            }
        }
        self.waiting.extend(children.into_iter().rev());
        Ok(())
    }

    /// Looks for the keys of a subtree that cannot be read in the next older commit that has the tree.
    fn look_further(&mut self, branch: Branch, error: &Error) {
        let older = (branch.source + 1..self.salvage.records.len()).find(|source| {
            match self.tree_in(*source) {
                Some(tree) => self.wait_for_root(&tree, *source, branch.range.clone()),
                None => false,
            }
        });
        let page = branch
            .at
            .sealed()
            .map_or(PageNo::new(0), |ptr| ptr.run.first);
        self.lose(branch.range, page, error, older);
    }

    fn lose(&self, range: Range, page: PageNo, error: &Error, older: Option<usize>) {
        let read_from = older.map(|source| self.salvage.records[source].generation);
        self.salvage.losses.lock().add(Loss {
            tree: self.tree,
            from: range.low,
            to: range.high,
            page,
            reason: error.to_string(),
            read_from,
        });
    }

    /// The next entry, in the pages or changed since.
    fn next_of_all(&mut self) -> Option<SalvagedEntry> {
        loop {
            let in_pages = self.later.take().or_else(|| self.next_in_pages());
            let next = in_pages.as_ref().map(|entry| entry.key.as_slice());
            let Some((key, value)) = self.fresh.next_up_to(next) else {
                return in_pages;
            };
            self.later = in_pages.filter(|entry| entry.key != key);
            if let (Some(value), Some(home)) = (value, &self.home) {
                return Some(SalvagedEntry {
                    key,
                    value,
                    generation: self.salvage.records[home.source].generation,
                    source: home.source,
                });
            }
        }
    }

    fn next_in_pages(&mut self) -> Option<SalvagedEntry> {
        loop {
            if let Some(entry) = self.next_in_leaf() {
                return Some(entry);
            }
            let branch = self.waiting.pop()?;
            self.enter(branch);
        }
    }

    /// The next entry of the leaf that can be read; none at its end.
    fn next_in_leaf(&mut self) -> Option<SalvagedEntry> {
        let mut leaf = self.leaf.take()?;
        while let Some(entry) = leaf.step(self) {
            if let Some(entry) = entry {
                self.leaf = Some(leaf);
                return Some(entry);
            }
        }
        None
    }

    fn value(&self, payload: Payload<'_>) -> Result<Vec<u8>> {
        if payload.large {
            return extent::read(&self.salvage.file, &LargeRef::decode(payload.bytes)?);
        }
        Ok(payload.bytes.to_vec())
    }
}

impl Leaf {
    /// Passes one entry: none at the end of the leaf, nothing where the entry is not wanted or cannot be read.
    fn step(&mut self, entries: &SalvagedEntries<'_>) -> Option<Option<SalvagedEntry>> {
        let node = Node::open(&self.frame, 0).ok()?;
        if self.next >= node.count() {
            return None;
        }
        let (key, payload) = node.entry(self.next).ok()?;
        self.next += 1;
        if !self.range.holds(key) {
            return Some(None);
        }
        match entries.value(payload) {
            Ok(value) => Some(Some(SalvagedEntry {
                key: key.to_vec(),
                value,
                generation: entries.salvage.records[self.source].generation,
                source: self.source,
            })),
            Err(error) => {
                let range = Range {
                    low: key.to_vec(),
                    high: Some([key, &[0]].concat()),
                };
                entries.lose(range, self.frame.ptr().run.first, &error, None);
                Some(None)
            }
        }
    }
}

impl Iterator for SalvagedEntries<'_> {
    type Item = SalvagedEntry;

    fn next(&mut self) -> Option<SalvagedEntry> {
        let entry = self.next_of_all()?;
        if self.tree.is_some() {
            let mut losses = self.salvage.losses.lock();
            losses.entries_read += 1;
            losses.entries_read_from_older += u64::from(entry.source > 0);
        }
        Some(entry)
    }
}
