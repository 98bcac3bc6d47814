//! Sealing what a transaction changed, children first.

use citadel_core::{Generation, PageKind, PagePtr, SEAL_BYTES, SealedFile, WriteBatch, body_len};

use crate::dirty::{DirtyId, DirtyPages, NodeRef};
use crate::dirty::{LargeRef, LargeTarget};
use crate::error::{Error, Result};
use crate::extent::ExtentPlan;
use crate::record::WrittenRun;
use crate::space::Arena;
use crate::tree::{Geometry, WritableTree};

/// Sealed bytes that are gathered before they are written.
const BATCH_BYTES_MAX: usize = 4 << 20;

/// Seals and writes the pages of one commit.
pub(super) struct Sealer<'a> {
    file: &'a SealedFile,
    generation: Generation,
    batch: WriteBatch<'a>,
    batch_bytes: usize,
    arena: Arena<'a>,
    written: Vec<WrittenRun>,
}

impl<'a> Sealer<'a> {
    pub(super) fn new(file: &'a SealedFile, generation: Generation, arena: Arena<'a>) -> Self {
        let batch = file.batch(generation);
        Self {
            file,
            generation,
            batch,
            batch_bytes: 0,
            arena,
            written: Vec::new(),
        }
    }

    /// Seals all dirty nodes of a tree; its root is then a page.
    pub(super) fn seal_tree(
        &mut self,
        pages: &mut DirtyPages,
        tree: &mut WritableTree,
    ) -> Result<()> {
        tree.last_leaf = None;
        if let Some(NodeRef::Dirty(root)) = tree.tree.root {
            let has_large = tree.tree.large > 0;
            let ptr = self.seal_node(pages, root, tree.tree.level, tree.geometry, has_large)?;
            tree.tree.root = Some(NodeRef::Sealed(ptr));
        }
        Ok(())
    }

    fn seal_node(
        &mut self,
        pages: &mut DirtyPages,
        id: DirtyId,
        level: u8,
        geometry: Geometry,
        has_large: bool,
    ) -> Result<PagePtr> {
        if level > 0 {
            self.seal_children(pages, id, level, geometry, has_large)?;
        } else if has_large {
            self.seal_values(pages, id)?;
        }
        let body = pages.take(id)?;
        self.seal(geometry.pages(level), PageKind::TreeNode, body)
    }

    fn seal_children(
        &mut self,
        pages: &mut DirtyPages,
        id: DirtyId,
        level: u8,
        geometry: Geometry,
        has_large: bool,
    ) -> Result<()> {
        for index in 0..pages.view(id, level)?.count() {
            let child = NodeRef::decode(pages.view(id, level)?.child(index)?.1)?;
            if let NodeRef::Dirty(child) = child {
                let ptr = self.seal_node(pages, child, level - 1, geometry, has_large)?;
                pages.edit(id)?.set_child(index, &ptr.encode())?;
            }
        }
        Ok(())
    }

    fn seal_values(&mut self, pages: &mut DirtyPages, leaf: DirtyId) -> Result<()> {
        for index in 0..pages.view(leaf, 0)?.count() {
            let payload = pages.view(leaf, 0)?.entry(index)?.1;
            if !payload.large {
                continue;
            }
            if let LargeTarget::Dirty(id) = LargeRef::decode(payload.bytes)?.target {
                let value = pages.take_value(id)?;
                let large = self.seal_value(&value)?;
                pages.edit(leaf)?.set_payload(index, &large.encode())?;
            }
        }
        Ok(())
    }

    fn seal_value(&mut self, value: &[u8]) -> Result<LargeRef> {
        let len = value.len() as u64;
        let plan = ExtentPlan::new(self.file.page_size(), len);
        let mut rest = value;
        let mut extents = Vec::new();
        for pages in plan.extent_pages() {
            let (head, tail) =
                rest.split_at(rest.len().min(body_len(self.file.page_size(), pages)));
            extents.push(self.seal(pages, PageKind::Extent, self.padded(pages, head))?);
            rest = tail;
        }
        let target = match (plan.map_pages(), extents.as_slice()) {
            (None, [extent]) => LargeTarget::Extent(*extent),
            (pages, extents) => {
                let pages = pages.unwrap_or(1);
                let map: Vec<u8> = extents.iter().flat_map(PagePtr::encode).collect();
                LargeTarget::Map(self.seal(pages, PageKind::ExtentMap, self.padded(pages, &map))?)
            }
        };
        Ok(LargeRef { len, target })
    }

    fn padded(&self, pages: u16, bytes: &[u8]) -> Vec<u8> {
        let mut body = vec![0; body_len(self.file.page_size(), pages)];
        body[..bytes.len()].copy_from_slice(bytes);
        body
    }

    /// Seals a body into pages of its own.
    fn seal(&mut self, pages: u16, kind: PageKind, body: Vec<u8>) -> Result<PagePtr> {
        let run = self.arena.take(pages)?;
        self.batch_bytes += body.len();
        let ptr = self.batch.seal(run, kind, body)?;
        self.written.push(WrittenRun {
            run,
            kind,
            tag: ptr.tag,
        });
        if self.batch_bytes >= BATCH_BYTES_MAX {
            self.flush()?;
        }
        Ok(ptr)
    }

    /// Seals the free map into `pages` pages; `encode` is called when they are taken.
    pub(super) fn seal_free_map(
        &mut self,
        pages: u16,
        encode: impl FnOnce(&Arena<'_>) -> Vec<u8>,
    ) -> Result<Option<PagePtr>> {
        let run = self.arena.take(pages)?;
        self.arena.close()?;
        let bytes = encode(&self.arena);
        if bytes.len() > body_len(self.file.page_size(), pages) {
            return Ok(None);
        }
        let ptr = self
            .batch
            .seal(run, PageKind::FreeMap, self.padded(pages, &bytes))?;
        self.written.push(WrittenRun {
            run,
            kind: PageKind::FreeMap,
            tag: ptr.tag,
        });
        Ok(Some(ptr))
    }

    /// Pages of a run whose body has at least `len` bytes.
    pub(super) fn pages_for(&self, len: usize) -> Result<u16> {
        let pages = (len + SEAL_BYTES).div_ceil(self.file.page_size().bytes());
        u16::try_from(pages).map_err(|_| Error::Exhausted {
            what: "room for its free map: compact it",
        })
    }

    pub(super) fn arena(&mut self) -> &mut Arena<'a> {
        &mut self.arena
    }

    fn flush(&mut self) -> Result<()> {
        self.file.ensure_len(self.arena.space().end())?;
        let batch = std::mem::replace(&mut self.batch, self.file.batch(self.generation));
        self.batch_bytes = 0;
        Ok(batch.write()?)
    }

    /// Writes what is still gathered, and gives the list of all that was written.
    pub(super) fn finish(mut self) -> Result<Vec<WrittenRun>> {
        self.arena.close()?;
        self.flush()?;
        Ok(self.written)
    }
}
