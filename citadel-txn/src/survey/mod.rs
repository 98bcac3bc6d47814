//! Where the bytes of a file are: by tree, and free.

mod report;

pub use report::{SpaceReport, TreeSpace};

use citadel_core::{Frame, PageKind, PagePtr, SealedFile};

use crate::database::Database;
use crate::error::{Error, Result};
use crate::node::Node;
use crate::progress::{Meter, Phase, Progress};
use crate::reach::{Visitor, reach};
use crate::recovery;
use crate::tree::Tree;
use crate::tree_id::TreeId;

impl Database {
    /// Reads every node of the newest commit and tells where the space went. Large values are counted, not read.
    ///
    /// # Errors
    /// [`Error::Interrupted`](crate::Error::Interrupted), or what the file says.
    pub fn space(&self, progress: &mut dyn Progress) -> Result<SpaceReport> {
        let read = self.begin_read()?;
        let (file, record) = (self.file(), &read.snapshot().record);
        let mut report = SpaceReport::new(record.generation, file.page_size());
        let space = recovery::load_space(file, record)?;
        report.file_bytes = file.file_len()?;
        report.pages_total = record.pages_end.get() - file.first_page().get();
        report.pages_free = space.free().pages();
        report.pages_retired = space.retired_pages();
        let reachable = report.pages_total - report.pages_free - report.pages_retired;
        let mut surveyor = Surveyor {
            file,
            meter: Meter::new(progress, Phase::Read, reachable),
            report: &mut report,
        };
        reach(record, file.page_size(), &mut surveyor).map_err(|error| read.explain(error))?;
        for tree in &mut report.trees {
            tree.count(
                &read
                    .snapshot()
                    .tree(file, tree.id)?
                    .ok_or(Error::NoSuchTree(tree.id))?,
            );
        }
        let in_trees: u64 = report.all().map(TreeSpace::pages).sum();
        report.pages_records = reachable.saturating_sub(in_trees + report.pages_free_map);
        Ok(report)
    }
}

/// Counts every run.
struct Surveyor<'a> {
    file: &'a SealedFile,
    meter: Meter<'a>,
    report: &'a mut SpaceReport,
}

impl Surveyor<'_> {
    fn current(&mut self) -> &mut TreeSpace {
        match self.report.trees.last_mut() {
            Some(tree) => tree,
            None => &mut self.report.catalog,
        }
    }
}

impl Visitor for Surveyor<'_> {
    fn tree(&mut self, id: Option<TreeId>, tree: &Tree) -> Result<()> {
        let Some(id) = id else {
            self.report.catalog = TreeSpace::new(TreeId::new(0), tree);
            return Ok(());
        };
        self.report.trees.push(TreeSpace::new(id, tree));
        Ok(())
    }

    fn open(&mut self, ptr: &PagePtr, kind: PageKind) -> Result<Frame> {
        let frame = self.file.read_uncached(ptr, kind)?;
        let pages = u64::from(ptr.run.pages);
        match kind {
            PageKind::FreeMap => self.report.pages_free_map += pages,
            PageKind::ExtentMap => self.current().extent_pages += pages,
            _ => {}
        }
        self.meter.advance(pages)?;
        Ok(frame)
    }

    fn node(&mut self, ptr: &PagePtr, node: &Node<'_>) -> Result<()> {
        let pages = u64::from(ptr.run.pages);
        let (used, capacity) = (node.used() as u64, node.capacity() as u64);
        let tree = self.current();
        if node.is_leaf() {
            tree.leaf_pages += pages;
            tree.leaf_bytes_used += used;
            tree.leaf_bytes_capacity += capacity;
        } else {
            tree.branch_pages += pages;
        }
        Ok(())
    }

    fn extent(&mut self, ptr: &PagePtr) -> Result<()> {
        let pages = u64::from(ptr.run.pages);
        self.current().extent_pages += pages;
        self.meter.advance(pages)
    }
}
