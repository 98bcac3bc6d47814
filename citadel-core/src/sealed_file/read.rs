//! Reading pages, always through a pointer.

use std::sync::Arc;

use crate::cache::FrameKey;
use crate::crypto::Label;
use crate::error::{Error, Result};
use crate::format::run_range;
use crate::page::{Frame, FrameRef, PageKind, PagePtr};
use crate::sealed_file::SealedFile;

impl SealedFile {
    /// The open body of the run that `ptr` names, from the cache or the medium. A hit compares pointer and kind, so the
    /// cache never answers what the medium would refuse.
    ///
    /// # Errors
    /// [`Error::TamperedPage`] where the bytes are not those that were sealed under this pointer and kind;
    /// [`Error::Truncated`] where the file ends before them; [`Error::Rekeyed`] where another process replaced the root
    /// key since this one opened the file; [`Error::Corrupt`] for a pointer to where no page can be;
    /// [`Error::Io`].
    pub fn read(&self, ptr: &PagePtr, kind: PageKind) -> Result<FrameRef> {
        if let Some(frame) = self.cached(ptr, kind) {
            return Ok(frame);
        }
        let frame = Arc::new(self.read_uncached(ptr, kind)?);
        self.cache.insert(Arc::clone(&frame));
        Ok(frame)
    }

    /// The same from the cache alone: none where that would have to read.
    pub fn cached(&self, ptr: &PagePtr, kind: PageKind) -> Option<FrameRef> {
        let key = FrameKey::new(ptr.run.first, ptr.generation);
        self.cache
            .get(key)
            .filter(|frame| frame.ptr() == ptr && frame.kind() == kind)
    }

    /// The open bodies of runs, up to the first that is not in the cache. Cheaper than one by one, where a scan knows which runs
    /// it will want.
    pub fn read_cached<'a>(
        &self,
        ptrs: &'a [PagePtr],
        kind: PageKind,
    ) -> impl Iterator<Item = FrameRef> + use<'a> {
        let key = |ptr: &PagePtr| FrameKey::new(ptr.run.first, ptr.generation);
        let keys: Vec<FrameKey> = ptrs.iter().map(key).collect();
        let frames = ptrs.iter().zip(self.cache.get_several(&keys));
        frames
            .take_while(move |(ptr, frame)| frame.ptr() == *ptr && frame.kind() == kind)
            .map(|(_, frame)| frame)
    }

    /// Lends so many bytes of the cache's capacity to pages that are being changed, so that both together stay within it.
    pub fn reserve_cache(&self, bytes: usize) {
        self.cache.reserve(bytes);
    }

    /// Takes back what was lent.
    pub fn release_cache(&self, bytes: usize) {
        self.cache.release(bytes);
    }

    /// Gives so many bytes of the cache's capacity to something that is kept in memory in place of pages, so that both together
    /// stay within it. An eighth of the capacity remains for pages whatever is given.
    pub fn pin_cache(&self, bytes: usize) {
        self.cache.pin(bytes);
    }

    /// Takes back what was given.
    pub fn unpin_cache(&self, bytes: usize) {
        self.cache.unpin(bytes);
    }

    /// Bytes of the cache's capacity.
    pub fn cache_capacity(&self) -> usize {
        self.cache.capacity_bytes()
    }

    /// Bytes of the cache's capacity that nothing has been given.
    pub fn cache_room(&self) -> usize {
        self.cache.room_bytes()
    }

    /// The same from the medium, past the cache: for integrity checks, and for large values that would flood it.
    ///
    /// # Errors
    /// As [`SealedFile::read`].
    pub fn read_uncached(&self, ptr: &PagePtr, kind: PageKind) -> Result<Frame> {
        let range = run_range(self.page_size, &ptr.run)?;
        self.medium.require(range.end)?;
        let mut bytes = vec![0; (range.end - range.start) as usize];
        self.medium.read_at(range.start, &mut bytes)?;
        self.open_run(ptr, kind, bytes)
    }

    pub(super) fn open_run(
        &self,
        ptr: &PagePtr,
        kind: PageKind,
        mut bytes: Vec<u8>,
    ) -> Result<Frame> {
        match self
            .sealer
            .open(&Label::of(ptr, kind), &mut bytes, Some(&ptr.tag))
        {
            Some(_) => Ok(Frame::new(*ptr, kind, bytes)),
            None => Err(self.unless_rekeyed(Error::TamperedPage {
                page: ptr.run.first.get(),
            })),
        }
    }
}
