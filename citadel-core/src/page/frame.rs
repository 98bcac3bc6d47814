//! An open page in memory.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use crate::page::prefetch::prefetch;
use crate::page::{PageKind, PagePtr};

/// The open body of a sealed run. Its bytes are zeroed when the last holder lets go of it.
pub struct Frame {
    ptr: PagePtr,
    kind: PageKind,
    body: Vec<u8>,
    /// What the cache knows of its use; one of the three below.
    usage: AtomicU8,
    /// Whether the body is known to be well formed.
    proven: AtomicBool,
}

/// Not used since it came, or since the cache last looked.
const COLD: u8 = 0;
/// Used.
const HIT: u8 = 1;
/// Read ahead: the first use only says that reading it was right.
const AHEAD: u8 = 2;

/// A frame shared by the cache and its readers. Holding it keeps the bytes, whatever the cache evicts.
pub type FrameRef = Arc<Frame>;

impl Frame {
    pub(crate) fn new(ptr: PagePtr, kind: PageKind, body: Vec<u8>) -> Self {
        Self {
            ptr,
            kind,
            body,
            usage: AtomicU8::new(COLD),
            proven: AtomicBool::new(false),
        }
    }

    /// The same frame, whose body was made by this process.
    pub(crate) fn made_here(mut self) -> Self {
        *self.proven.get_mut() = true;
        self
    }

    /// Whether the body is known to be well formed as a whole: this process has made it, or whoever read it has
    /// [noted](Frame::note_proven) that. The body never changes, so it is proven once.
    pub fn is_proven(&self) -> bool {
        self.proven.load(Ordering::Relaxed)
    }

    /// Notes that the body was proven to be well formed as a whole.
    pub fn note_proven(&self) {
        self.proven.store(true, Ordering::Relaxed);
    }

    /// The same frame, read before anyone asked for it.
    pub(crate) fn read_ahead(mut self) -> Self {
        *self.usage.get_mut() = AHEAD;
        self
    }

    /// Notes that the frame is used. Reading first keeps the line shared among the cores while that is known.
    #[inline]
    pub(crate) fn touch(&self) {
        match self.usage.load(Ordering::Relaxed) {
            HIT => {}
            AHEAD => self.usage.store(COLD, Ordering::Relaxed),
            _ => self.usage.store(HIT, Ordering::Relaxed),
        }
    }

    /// Whether the frame was used since [`take_hit`](Frame::take_hit).
    #[inline]
    pub(crate) fn is_hit(&self) -> bool {
        self.usage.load(Ordering::Relaxed) == HIT
    }

    /// Forgets that the frame was used, and tells whether it was.
    pub(crate) fn take_hit(&self) -> bool {
        self.is_hit() && {
            self.usage.store(COLD, Ordering::Relaxed);
            true
        }
    }

    /// Lets the processor fetch the bytes, which will be read soon.
    pub fn prefetch(&self) {
        prefetch(&self.body);
    }

    /// The pointer that the frame was read or written through.
    pub fn ptr(&self) -> &PagePtr {
        &self.ptr
    }

    /// What the run is for.
    pub fn kind(&self) -> PageKind {
        self.kind
    }

    /// Bytes of memory that the body takes.
    pub(crate) fn footprint(&self) -> usize {
        self.body.capacity() + size_of::<Frame>()
    }
}

impl Deref for Frame {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.body
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        wipe(&mut self.body);
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("ptr", &self.ptr)
            .field("body_len", &self.body.len())
            .finish()
    }
}

/// Zeroes the whole allocation, and keeps the compiler from proving the stores dead. `Zeroize` would do so byte for byte
/// with volatile stores, which for a page costs as much as opening it; this runs at the speed of `memset`.
pub(crate) fn wipe(bytes: &mut Vec<u8>) {
    bytes.clear();
    bytes.resize(bytes.capacity(), 0);
    zeroize::optimization_barrier(bytes.as_slice());
}

#[cfg(test)]
mod tests {
    use super::wipe;

    #[test]
    fn wiping_reaches_the_bytes_behind_the_length_too() {
        let mut bytes = vec![0xaa; 100];
        bytes.truncate(10);
        wipe(&mut bytes);
        assert_eq!(bytes, vec![0; bytes.capacity()]);
        assert!(bytes.len() >= 100);
    }
}
