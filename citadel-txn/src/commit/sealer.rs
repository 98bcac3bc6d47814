//! Sealing what a transaction changed, children first: for its commit, or because it outgrew its memory.
//!
//! A tree is sealed level by level from the leaves up, each level in the order of its keys. So leaves lie side by side,
//! which is what a scan wants, and all nodes of one level can be sealed at once by all cores.

use citadel_core::{
    Generation, PageKind, PageNo, PagePtr, SEAL_BYTES, SealedFile, Unsealed, WriteBatch, body_len,
};

use super::Notice;
use super::levels::{Place, dirty_levels};
use crate::dirty::{DirtyId, DirtyPages, NodeRef};
use crate::dirty::{LargeRef, LargeTarget, LargeValue};
use crate::error::{Error, Result};
use crate::extent::ExtentPlan;
use crate::record::WrittenRun;
use crate::space::{Arena, Space};
use crate::tree::WritableTree;

/// Sealed bytes that are gathered before they are written.
const BATCH_BYTES_MAX: usize = 2 << 20;

/// What a sealer leaves to a commit.
pub(super) struct Parts<'a> {
    /// All that was sealed.
    pub(super) written: Vec<WrittenRun>,
    /// What of it is not written yet.
    pub(super) batch: WriteBatch<'a>,
    /// Where the pages end.
    pub(super) pages_end: PageNo,
    pub(super) notice: Notice<'a>,
}

/// Seals and writes the pages of one transaction.
pub(crate) struct Sealer<'a> {
    file: &'a SealedFile,
    notice: Notice<'a>,
    generation: Generation,
    batch: WriteBatch<'a>,
    batch_bytes: usize,
    arena: Arena<'a>,
    written: Vec<WrittenRun>,
}

impl<'a> Sealer<'a> {
    /// A sealer for all that is dirty in `pages`.
    pub(crate) fn new(
        file: &'a SealedFile,
        notice: Notice<'a>,
        generation: Generation,
        pages: &mut DirtyPages,
        space: &'a mut Space,
    ) -> Result<Self> {
        let expected = pages_needed(file, pages);
        Self::expecting(expected, file, notice, generation, pages, space, None)
    }

    /// The same for so many pages of a commit whose record ends at this page: what it writes is to lie right behind it.
    pub(super) fn for_commit(
        expected: u64,
        file: &'a SealedFile,
        notice: Notice<'a>,
        generation: Generation,
        pages: &mut DirtyPages,
        space: &'a mut Space,
        behind: PageNo,
    ) -> Result<Self> {
        Self::expecting(
            expected,
            file,
            notice,
            generation,
            pages,
            space,
            Some(behind),
        )
    }

    /// A sealer for one large value of so many bytes.
    pub(crate) fn for_value(
        len: usize,
        file: &'a SealedFile,
        notice: Notice<'a>,
        generation: Generation,
        pages: &mut DirtyPages,
        space: &'a mut Space,
    ) -> Result<Self> {
        let expected = ExtentPlan::new(file.page_size(), len as u64).total_pages();
        Self::expecting(expected, file, notice, generation, pages, space, None)
    }

    /// A sealer for so many pages. What an earlier spill wrote and the transaction replaced since is free again at once.
    fn expecting(
        expected: u64,
        file: &'a SealedFile,
        notice: Notice<'a>,
        generation: Generation,
        pages: &mut DirtyPages,
        space: &'a mut Space,
        behind: Option<PageNo>,
    ) -> Result<Self> {
        for span in pages.take_surplus() {
            space.give_back(span)?;
        }
        Ok(Self {
            file,
            notice,
            generation,
            batch: file.batch(generation),
            batch_bytes: 0,
            arena: Arena::new(space, expected, behind),
            written: Vec::new(),
        })
    }

    /// Seals all dirty nodes of a tree; its root is then a page.
    pub(crate) fn seal_tree(
        &mut self,
        pages: &mut DirtyPages,
        tree: &mut WritableTree,
    ) -> Result<()> {
        tree.last_leaf = None;
        let Some(NodeRef::Dirty(root)) = tree.tree.root else {
            return Ok(());
        };
        let levels = dirty_levels(pages, root, tree.tree.level)?;
        if let (Some(leaves), true) = (levels.first(), tree.tree.large > 0) {
            self.seal_values(pages, leaves)?;
        }
        for (level, places) in levels.iter().enumerate() {
            let level = level as u8;
            let group = (BATCH_BYTES_MAX / tree.geometry.body(level)).max(1);
            for places in places.chunks(group) {
                self.seal_nodes(pages, tree, level, places)?;
            }
        }
        Ok(())
    }

    /// Seals nodes of one level, and tells their parents.
    fn seal_nodes(
        &mut self,
        pages: &mut DirtyPages,
        tree: &mut WritableTree,
        level: u8,
        places: &[Place],
    ) -> Result<()> {
        let mut unsealed = Vec::with_capacity(places.len());
        for place in places {
            unsealed.push(Unsealed {
                run: self.arena.take(tree.geometry.pages(level))?,
                kind: PageKind::TreeNode,
                body: pages.take(place.node)?,
            });
        }
        for (place, ptr) in places.iter().zip(self.seal_all(unsealed)?) {
            match place.parent {
                Some(parent) => pages
                    .edit(parent.node)?
                    .set_child(parent.index, &ptr.encode())?,
                None => tree.tree.root = Some(NodeRef::Sealed(ptr)),
            }
        }
        Ok(())
    }

    /// Writes the large values of dirty leaves, and tells the leaves.
    fn seal_values(&mut self, pages: &mut DirtyPages, leaves: &[Place]) -> Result<()> {
        for leaf in leaves {
            self.seal_values_of(pages, leaf.node)?;
        }
        Ok(())
    }

    fn seal_values_of(&mut self, pages: &mut DirtyPages, leaf: DirtyId) -> Result<()> {
        for index in 0..pages.view(leaf, 0)?.count() {
            let payload = pages.view(leaf, 0)?.entry(index)?.1;
            if !payload.large {
                continue;
            }
            if let LargeTarget::Dirty(id) = LargeRef::decode(payload.bytes)?.target {
                let large = match pages.take_value(id)? {
                    LargeValue::Held(value) => self.seal_value(&value)?,
                    LargeValue::Written(large) => large,
                };
                pages.edit(leaf)?.set_payload(index, &large.encode())?;
            }
        }
        Ok(())
    }

    /// Writes the large values that no leaf refers to: those that a savepoint may bring back. They keep their ids.
    pub(crate) fn seal_orphans(&mut self, pages: &mut DirtyPages) -> Result<()> {
        for id in pages.held_values() {
            if let LargeValue::Held(value) = pages.take_value(id)? {
                let large = self.seal_value(&value)?;
                pages.put_value(id, large);
            }
        }
        Ok(())
    }

    /// Writes a large value.
    pub(crate) fn seal_value(&mut self, value: &[u8]) -> Result<LargeRef> {
        let page_size = self.file.page_size();
        let plan = ExtentPlan::new(page_size, value.len() as u64);
        let mut rest = value;
        let mut extents = Vec::new();
        let mut unsealed = Vec::new();
        let mut bytes = 0;
        for pages in plan.extent_pages() {
            let (head, tail) = rest.split_at(rest.len().min(body_len(page_size, pages)));
            unsealed.push(self.unsealed(pages, PageKind::Extent, head)?);
            bytes += head.len();
            rest = tail;
            if bytes >= BATCH_BYTES_MAX || rest.is_empty() {
                extents.extend(self.seal_all(std::mem::take(&mut unsealed))?);
                bytes = 0;
            }
        }
        let target = match (plan.map_pages(), extents.as_slice()) {
            (None, [extent]) => LargeTarget::Extent(*extent),
            (pages, extents) => {
                let map: Vec<u8> = extents.iter().flat_map(PagePtr::encode).collect();
                let map = self.unsealed(pages.unwrap_or(1), PageKind::ExtentMap, &map)?;
                LargeTarget::Map(self.seal(map)?)
            }
        };
        Ok(LargeRef {
            len: plan.len(),
            target,
        })
    }

    /// Takes pages for bytes, which end in zeros where they do not fill them.
    fn unsealed(&mut self, pages: u16, kind: PageKind, bytes: &[u8]) -> Result<Unsealed> {
        let mut body = Vec::with_capacity(body_len(self.file.page_size(), pages));
        body.extend_from_slice(bytes);
        body.resize(body.capacity(), 0);
        let run = self.arena.take(pages)?;
        Ok(Unsealed { run, kind, body })
    }

    fn seal(&mut self, unsealed: Unsealed) -> Result<PagePtr> {
        let sealed = self.seal_all(vec![unsealed])?;
        sealed
            .first()
            .copied()
            .ok_or(Error::corrupt("a run that was not sealed"))
    }

    fn seal_all(&mut self, unsealed: Vec<Unsealed>) -> Result<Vec<PagePtr>> {
        let kinds: Vec<PageKind> = unsealed.iter().map(|run| run.kind).collect();
        let bytes = unsealed.iter().map(|run| run.body.len()).sum::<usize>();
        if self.batch_bytes + bytes > BATCH_BYTES_MAX {
            self.flush()?;
        }
        self.batch_bytes += bytes;
        let ptrs = self.batch.seal_all(unsealed)?;
        let written = ptrs.iter().zip(kinds).map(|(ptr, kind)| WrittenRun {
            run: ptr.run,
            kind,
            tag: ptr.tag,
        });
        self.written.extend(written);
        Ok(ptrs)
    }

    /// Seals the free map into `pages` pages; `encode` is called when they are taken and, where the commit
    /// trims, the free pages at the end are gone.
    pub(super) fn seal_free_map(
        &mut self,
        pages: u16,
        trims: bool,
        encode: impl FnOnce(&Arena<'_>) -> Vec<u8>,
    ) -> Result<Option<PagePtr>> {
        let run = self.arena.take(pages)?;
        match trims {
            true => self.arena.trim()?,
            false => self.arena.close()?,
        }
        let mut body = encode(&self.arena);
        let len = body_len(self.file.page_size(), pages);
        if body.len() > len {
            return Ok(None);
        }
        body.resize(len, 0);
        let kind = PageKind::FreeMap;
        self.seal(Unsealed { run, kind, body }).map(Some)
    }

    /// Pages of a run whose body has at least `len` bytes.
    pub(super) fn pages_for(&self, len: usize) -> Result<u16> {
        let pages = (len + SEAL_BYTES).div_ceil(self.file.page_size().bytes());
        u16::try_from(pages).map_err(|_| Error::Exhausted {
            what: "room for its free map: compact it",
        })
    }

    pub(super) fn file(&self) -> &'a SealedFile {
        self.file
    }

    pub(super) fn arena(&mut self) -> &mut Arena<'a> {
        &mut self.arena
    }

    fn flush(&mut self) -> Result<()> {
        self.notice.leave()?;
        self.notice.ensure_len(self.arena.space().end())?;
        let batch = std::mem::replace(&mut self.batch, self.file.batch(self.generation));
        self.batch_bytes = 0;
        Ok(batch.write()?)
    }

    /// What is left to do when all is sealed.
    pub(super) fn into_parts(mut self) -> Result<Parts<'a>> {
        self.arena.close()?;
        Ok(Parts {
            written: self.written,
            pages_end: self.arena.space().end(),
            batch: self.batch,
            notice: self.notice,
        })
    }

    /// Writes what is still gathered, and gives the list of all that was written.
    pub(crate) fn finish(mut self) -> Result<Vec<WrittenRun>> {
        self.arena.close()?;
        self.flush()?;
        Ok(self.written)
    }
}

/// Pages that sealing all dirty nodes and values takes.
pub(super) fn pages_needed(file: &SealedFile, pages: &DirtyPages) -> u64 {
    let page_size = file.page_size();
    let nodes: u64 = pages
        .node_lens()
        .map(|len| (len + SEAL_BYTES).div_ceil(page_size.bytes()) as u64)
        .sum();
    let values: u64 = pages
        .value_lens()
        .map(|len| ExtentPlan::new(page_size, len).total_pages())
        .sum();
    nodes + values
}
