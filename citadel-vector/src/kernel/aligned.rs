//! Memory for what a walk jumps about in: cache-aligned rows, and large pages where the system has them.

use std::mem::MaybeUninit;
use std::thread::available_parallelism;

use super::pages::advise_large_pages;

/// Bytes from which a second thread is worth being begun.
const BYTES_PER_THREAD: usize = 4 << 20;

/// One cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// A fixed-size byte buffer that starts on a cache line, so that rows whose stride is a multiple of 64 touch as few lines as they
/// can.
#[derive(Clone, Default)]
pub(crate) struct AlignedBytes {
    lines: Vec<Line>,
    len: usize,
}

impl AlignedBytes {
    /// A buffer of `len` bytes, each `fill`.
    pub(crate) fn filled(len: usize, fill: u8) -> Self {
        Self::fill(Vec::with_capacity(len.div_ceil(64)), len, fill)
    }

    /// The same; none if there is not so much memory.
    pub(crate) fn try_filled(len: usize, fill: u8) -> Option<Self> {
        let mut lines = Vec::new();
        lines.try_reserve_exact(len.div_ceil(64)).ok()?;
        Some(Self::fill(lines, len, fill))
    }

    fn fill(mut lines: Vec<Line>, len: usize, fill: u8) -> Self {
        advise_large_pages(&mut lines);
        let count = len.div_ceil(64);
        let line = Line([fill; 64]);
        let threads = match len / BYTES_PER_THREAD {
            0 | 1 => 1,
            worth => available_parallelism().map_or(1, |cores| cores.get().min(worth)),
        };
        // Most of the time goes into memory that the system gives only now.
        let spare = &mut lines.spare_capacity_mut()[..count];
        std::thread::scope(|scope| {
            let mut parts = spare.chunks_mut(count.div_ceil(threads).max(1));
            let first = parts.next();
            for part in parts {
                scope.spawn(move || part.fill(MaybeUninit::new(line)));
            }
            if let Some(part) = first {
                part.fill(MaybeUninit::new(line));
            }
        });
        // SAFETY: the parts above are all of the first `count` lines, and each was filled.
        unsafe { lines.set_len(count) };
        Self { lines, len }
    }

    /// All bytes.
    #[inline]
    pub(crate) fn as_slice(&self) -> &[u8] {
        // SAFETY: `lines` holds at least `len` initialized bytes without padding (size 64, align 64), and `u8` has no
        // alignment; the borrow keeps the lines alive and unchanged.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast::<u8>(), self.len) }
    }

    /// All bytes, to be written.
    #[inline]
    pub(crate) fn as_mut_slice(&mut self) -> &mut [u8] {
        // SAFETY: as in `as_slice`; the borrow is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast::<u8>(), self.len) }
    }
}

impl std::fmt::Debug for AlignedBytes {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} bytes", self.len)
    }
}
