//! Reading one tree to the last byte.

use citadel_core::{PageKind, PagePtr, SealedFile};

use super::ledger::Ledger;
use super::{CheckReport, blame};
use crate::dirty::LargeRef;
use crate::dirty::NodeRef;
use crate::error::{Error, Result};
use crate::extent;
use crate::node::Node;
use crate::tree::{Geometry, Tree};

/// A check of one tree.
pub(super) struct TreeCheck<'a> {
    file: &'a SealedFile,
    name: String,
    tree: &'a Tree,
    entries: u64,
    large: u64,
}

/// The keys that a node may hold: from the first, up to and without the second.
#[derive(Clone, Copy)]
struct Bounds<'a> {
    low: &'a [u8],
    high: Option<&'a [u8]>,
}

impl Bounds<'_> {
    fn holds(&self, key: &[u8]) -> bool {
        key >= self.low && self.high.is_none_or(|high| key < high)
    }
}

impl<'a> TreeCheck<'a> {
    pub(super) fn new(file: &'a SealedFile, name: String, tree: &'a Tree) -> Self {
        Self {
            file,
            name,
            tree,
            entries: 0,
            large: 0,
        }
    }

    /// Reads the tree; books its pages, counts and problems.
    pub(super) fn run(mut self, ledger: &mut Ledger<'_>, report: &mut CheckReport) -> Result<()> {
        let geometry = Geometry::new(self.file.page_size(), self.tree.leaf_pages)?;
        if let Some(root) = self.tree.root {
            let bounds = Bounds {
                low: &[],
                high: None,
            };
            self.node(&root, self.tree.level, geometry, bounds, ledger, report)?;
        }
        if (self.entries, self.large) != (self.tree.len, self.tree.large) && report.is_ok() {
            let Tree { len, large, .. } = self.tree;
            report.blame(format!(
                "{} says that it has {len} entries, {large} of them large, and has {} and {}",
                self.name, self.entries, self.large
            ));
        }
        report.entries += self.entries;
        report.large_values += self.large;
        Ok(())
    }

    fn node(
        &mut self,
        at: &NodeRef,
        level: u8,
        geometry: Geometry,
        bounds: Bounds<'_>,
        ledger: &mut Ledger<'_>,
        report: &mut CheckReport,
    ) -> Result<()> {
        let what = format!("{}, level {level}", self.name);
        let Some(ptr) = blame(at.sealed(), report, &what)? else {
            return Ok(());
        };
        ledger.reach(ptr.run)?;
        let counter = if level == 0 {
            &mut report.pages.leaves
        } else {
            &mut report.pages.branches
        };
        *counter += u64::from(ptr.run.pages);
        if ptr.run.pages != geometry.pages(level) {
            report.blame(format!(
                "{what}, page {}: a run of {} pages",
                ptr.run.first, ptr.run.pages
            ));
        }
        let what = format!("{what}, page {}", ptr.run.first);
        let read = self
            .file
            .read_uncached(ptr, PageKind::TreeNode)
            .map_err(Error::from);
        let Some(frame) = blame(read, report, &what)? else {
            return Ok(());
        };
        let opened = Node::open(&frame, level).and_then(|node| node.validate().map(|()| node));
        let Some(node) = blame(opened.map_err(Error::from), report, &what)? else {
            return Ok(());
        };
        if node.count() == 0 {
            report.blame(format!("{what}: an empty node"));
        }
        match level {
            0 => self.entries_of(&node, &what, bounds, ledger, report),
            _ => self.children_of(&node, &what, geometry, bounds, ledger, report),
        }
    }

    fn children_of(
        &mut self,
        node: &Node<'_>,
        what: &str,
        geometry: Geometry,
        bounds: Bounds<'_>,
        ledger: &mut Ledger<'_>,
        report: &mut CheckReport,
    ) -> Result<()> {
        for index in 0..node.count() {
            let (key, child) = node.child(index)?;
            let low = if index == 0 { bounds.low } else { key };
            let high = if index + 1 < node.count() {
                Some(node.key(index + 1)?)
            } else {
                bounds.high
            };
            if !bounds.holds(low) {
                report.blame(format!("{what}: separator {index} is out of bounds"));
            }
            if let Some(child) = blame(NodeRef::decode(child), report, what)? {
                self.node(
                    &child,
                    node.level() - 1,
                    geometry,
                    Bounds { low, high },
                    ledger,
                    report,
                )?;
            }
        }
        Ok(())
    }

    fn entries_of(
        &mut self,
        node: &Node<'_>,
        what: &str,
        bounds: Bounds<'_>,
        ledger: &mut Ledger<'_>,
        report: &mut CheckReport,
    ) -> Result<()> {
        for index in 0..node.count() {
            let (key, payload) = node.entry(index)?;
            if !bounds.holds(key) {
                report.blame(format!("{what}: key {index} is out of bounds"));
            }
            self.entries += 1;
            if payload.large {
                self.large += 1;
                let what = format!("{what}, large value {index}");
                let read = self.large_value(payload.bytes, ledger, report);
                blame(read, report, &what)?;
            }
        }
        Ok(())
    }

    fn large_value(
        &self,
        payload: &[u8],
        ledger: &mut Ledger<'_>,
        report: &mut CheckReport,
    ) -> Result<()> {
        let large = LargeRef::decode(payload)?;
        for PagePtr { run, .. } in extent::runs(self.file, &large)? {
            ledger.reach(run)?;
            report.pages.extents += u64::from(run.pages);
        }
        extent::verify(self.file, &large)
    }
}
