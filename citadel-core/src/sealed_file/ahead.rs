//! Reading ahead of a scan.
//!
//! A scan says which runs it will want next. Those of them that lie side by side in the file make a stretch, which is read
//! in few requests, straight into the memory that the frames will keep, and opened there. A stretch of some length is
//! split, and the other cores open parts of it beside the one that asked, unless they are busy with scans of their own. The system, which sees a file read in order, fetches
//! what lies behind meanwhile; to be told so costs it more than it gains.
//!
//! What always holds:
//!
//! 1. A stretch takes at most [`STRETCH_BYTES_MAX`], and at most an eighth of the cache's room, whose frames it replaces.
//! 2. Nothing goes on after the call: helpers work for as long as their caller waits for them.
//! 3. That a run behind the first does not open is found out by whoever asks for that run, and told there.

use std::io::IoSliceMut;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::cache::FrameKey;
use crate::error::Result;
use crate::format::run_range;
use crate::page::{Frame, FrameRef, PageKind, PagePtr};
use crate::sealed_file::SealedFile;

/// The longest stretch, in bytes.
const STRETCH_BYTES_MAX: usize = 2 << 20;
/// What one core reads and opens at once where others help it, in bytes; a single run may be longer.
const PART_BYTES: usize = 128 << 10;
/// The same where none does.
const WHOLE_BYTES: usize = 1 << 20;
/// More threads than this wait for memory, or for the medium.
const HELPERS_MAX: usize = 7;

/// Who reads what a scan wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// All cores: nothing else scans for the same caller.
    All,
    /// The thread that scans: the other cores have parts of the same scan to themselves.
    One,
}

impl SealedFile {
    /// As [`read`](SealedFile::read), where the runs that `next` gives will be wanted soon. If this run must be read, those
    /// of them that lie right behind it, and are not in the cache, are read with it and wait in the cache.
    ///
    /// # Errors
    /// As [`SealedFile::read`].
    pub fn read_with_next(
        &self,
        ptr: &PagePtr,
        kind: PageKind,
        readers: Readers,
        next: impl FnOnce() -> Vec<PagePtr>,
    ) -> Result<FrameRef> {
        if let Some(frame) = self.cached(ptr, kind) {
            return Ok(frame);
        }
        let stretch = self.stretch(ptr, next());
        if stretch.len() > 1
            && let Some(frame) = self.read_stretch(&stretch, kind, readers)
        {
            return Ok(frame);
        }
        self.read(ptr, kind)
    }

    /// The runs to read in one go: `ptr`, and what follows it in the file.
    fn stretch(&self, ptr: &PagePtr, next: Vec<PagePtr>) -> Vec<PagePtr> {
        let bytes_max = STRETCH_BYTES_MAX.min(self.cache.room_bytes() / 8);
        let pages_max = (bytes_max / self.page_size.bytes()) as u64;
        let start = ptr.run.first.get();
        let mut stretch = vec![*ptr];
        let mut end = ptr.run.end();
        for ptr in next {
            let key = FrameKey::new(ptr.run.first, ptr.generation);
            // What is not beside may lie before the start.
            let is_beside = ptr.run.first == end && ptr.run.end().get() - start <= pages_max;
            if !is_beside || self.cache.holds(key) {
                break;
            }
            end = ptr.run.end();
            stretch.push(ptr);
        }
        stretch
    }

    /// Reads runs that lie side by side, and takes them into the cache; gives the first. None where that fails in any way:
    /// reading the first alone tells why.
    fn read_stretch(
        &self,
        stretch: &[PagePtr],
        kind: PageKind,
        readers: Readers,
    ) -> Option<FrameRef> {
        let end = run_range(self.page_size, &stretch.last()?.run).ok()?.end;
        self.medium.require(end).ok()?;
        let (part_bytes, helpers) = match readers {
            Readers::All => (PART_BYTES, helpers()),
            Readers::One => (WHOLE_BYTES, None),
        };
        let parts = self.parts(stretch, part_bytes);
        let (head, rest) = parts.split_first()?;
        let claimed = AtomicUsize::new(0);
        let work = || {
            while let Some(part) = rest.get(claimed.fetch_add(1, Ordering::Relaxed)) {
                self.read_part(part, kind)
                    .into_iter()
                    .for_each(|frame| self.cache.insert(Arc::new(frame.read_ahead())));
            }
        };
        let Some(helpers) = helpers.filter(|_| !rest.is_empty()) else {
            let first = self.read_head(head, kind);
            work();
            return first;
        };
        helpers.in_place_scope(|scope| {
            for _ in 0..rest.len().min(helpers.current_num_threads()) {
                scope.spawn(|_| work());
            }
            let first = self.read_head(head, kind);
            work();
            first
        })
    }

    /// Splits a stretch into parts of so many bytes at most, or one run.
    fn parts<'a>(&self, stretch: &'a [PagePtr], bytes: usize) -> Vec<&'a [PagePtr]> {
        let pages_max = (bytes / self.page_size.bytes()) as u64;
        let mut parts = Vec::new();
        let mut rest = stretch;
        while let [first, ..] = rest {
            let start = first.run.first.get();
            let fits = |ptr: &&PagePtr| ptr.run.end().get() - start <= pages_max;
            let len = rest.iter().take_while(fits).count().max(1);
            let (part, behind) = rest.split_at(len);
            parts.push(part);
            rest = behind;
        }
        parts
    }

    /// Reads the part that begins with the run that was asked for, and gives that one.
    fn read_head(&self, part: &[PagePtr], kind: PageKind) -> Option<FrameRef> {
        let mut frames = self.read_part(part, kind).into_iter();
        let first = Arc::new(frames.next()?);
        self.cache.insert(Arc::clone(&first));
        frames.for_each(|frame| self.cache.insert(Arc::new(frame.read_ahead())));
        Some(first)
    }

    /// Reads runs that lie side by side by one request, each into the memory that it stays in, and opens them there, up to
    /// the first that does not open.
    fn read_part(&self, part: &[PagePtr], kind: PageKind) -> Vec<Frame> {
        let Some(Ok(range)) = part.first().map(|ptr| run_range(self.page_size, &ptr.run)) else {
            return Vec::new();
        };
        let run_bytes = |ptr: &PagePtr| self.page_size.bytes() * usize::from(ptr.run.pages);
        let mut bodies: Vec<Vec<u8>> = part.iter().map(|ptr| vec![0; run_bytes(ptr)]).collect();
        let mut slices: Vec<_> = bodies
            .iter_mut()
            .map(|body| IoSliceMut::new(body))
            .collect();
        if !self.medium.try_read_vectored_at(range.start, &mut slices) {
            return Vec::new();
        }
        let opened = part.iter().zip(bodies);
        opened
            .map_while(|(ptr, body)| self.open_run(ptr, kind, body).ok())
            .collect()
    }
}

/// Threads that do nothing else than to help reading stretches: where all shared threads are busy for long, as when an
/// index is built, no scan has to wait for one. They are started by the first long scan of the process; none where there
/// is one core.
fn helpers() -> Option<&'static ThreadPool> {
    static HELPERS: OnceLock<Option<ThreadPool>> = OnceLock::new();
    let pool = HELPERS.get_or_init(|| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = (cores - 1).min(HELPERS_MAX);
        if threads == 0 {
            return None;
        }
        let named = ThreadPoolBuilder::new().thread_name(|at| format!("citadel-read-{at}"));
        named.num_threads(threads).build().ok()
    });
    pool.as_ref()
}
