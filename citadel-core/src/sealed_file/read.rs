//! Reading pages, always through a pointer.

use std::sync::Arc;

use crate::cache::FrameKey;
use crate::crypto::Label;
use crate::error::{Error, Result};
use crate::format::run_range;
use crate::page::{Frame, FrameRef, PageKind, PagePtr};
use crate::sealed_file::SealedFile;

/// The longest read ahead, in bytes.
const AHEAD_BYTES_MAX: usize = 256 << 10;

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

    /// The same where the runs that `next` gives will be wanted soon. If this run must be read, those of them that lie right
    /// behind it, and are not in the cache, are read with it at once and wait in the cache. That one of them does not open
    /// is found out by whoever asks for it.
    ///
    /// # Errors
    /// As [`SealedFile::read`].
    pub fn read_with_next(
        &self,
        ptr: &PagePtr,
        kind: PageKind,
        next: impl FnOnce() -> Vec<PagePtr>,
    ) -> Result<FrameRef> {
        if let Some(frame) = self.cached(ptr, kind) {
            return Ok(frame);
        }
        let stretch = self.stretch(ptr, next());
        if stretch.len() > 1
            && let Some(frame) = self.read_stretch(&stretch, kind)
        {
            return Ok(frame);
        }
        self.read(ptr, kind)
    }

    /// The runs to read in one go: `ptr`, and what follows it in the file.
    fn stretch(&self, ptr: &PagePtr, next: Vec<PagePtr>) -> Vec<PagePtr> {
        let bytes_max = AHEAD_BYTES_MAX.min(self.cache.capacity_bytes() / 8);
        let pages_max = (bytes_max / self.page_size.bytes()) as u64;
        let mut stretch = vec![*ptr];
        let mut end = ptr.run.end();
        for ptr in next {
            let is_close = ptr.run.first == end
                && ptr.run.end().get() - stretch[0].run.first.get() <= pages_max;
            let key = FrameKey::new(ptr.run.first, ptr.generation);
            if !is_close || self.cache.holds(key) {
                break;
            }
            end = ptr.run.end();
            stretch.push(ptr);
        }
        stretch
    }

    /// Reads runs that lie side by side, and takes them into the cache; gives the first. None where that fails in any way:
    /// reading the first alone tells why.
    fn read_stretch(&self, stretch: &[PagePtr], kind: PageKind) -> Option<FrameRef> {
        let start = run_range(self.page_size, &stretch.first()?.run).ok()?.start;
        let end = run_range(self.page_size, &stretch.last()?.run).ok()?.end;
        self.medium.require(end).ok()?;
        // Another thread that reads ahead meanwhile brings memory of its own.
        let mut fresh = Vec::new();
        let mut kept = self.ahead.try_lock();
        let bytes = kept.as_deref_mut().unwrap_or(&mut fresh);
        bytes.resize((end - start) as usize, 0);
        self.medium.read_at(start, bytes).ok()?;
        self.open_stretch(stretch, kind, bytes)
    }

    fn open_stretch(&self, stretch: &[PagePtr], kind: PageKind, bytes: &[u8]) -> Option<FrameRef> {
        let mut rest = bytes;
        let mut first = None;
        for ptr in stretch {
            let (run, behind) = rest.split_at(self.page_size.bytes() * usize::from(ptr.run.pages));
            rest = behind;
            let Ok(frame) = self.open_run(ptr, kind, run.to_vec()) else {
                break;
            };
            if first.is_none() {
                let frame = Arc::new(frame);
                self.cache.insert(Arc::clone(&frame));
                first = Some(frame);
            } else {
                self.cache.insert(Arc::new(frame.read_ahead()));
            }
        }
        first
    }

    fn cached(&self, ptr: &PagePtr, kind: PageKind) -> Option<FrameRef> {
        let key = FrameKey::new(ptr.run.first, ptr.generation);
        self.cache
            .get(key)
            .filter(|frame| frame.ptr() == ptr && frame.kind() == kind)
    }

    /// Lends so many bytes of the cache's capacity to pages that are being changed, so that both together stay within it.
    pub fn reserve_cache(&self, bytes: usize) {
        self.cache.reserve(bytes);
    }

    /// Takes back what was lent.
    pub fn release_cache(&self, bytes: usize) {
        self.cache.release(bytes);
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

    fn open_run(&self, ptr: &PagePtr, kind: PageKind, mut bytes: Vec<u8>) -> Result<Frame> {
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
