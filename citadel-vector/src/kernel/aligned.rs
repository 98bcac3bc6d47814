//! Memory for what a walk jumps about in: cache-aligned rows, and large pages where the system has them.

use super::pages::advise_large_pages;

/// One cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// A fixed-size byte buffer that starts on a cache line, so that rows whose stride is a multiple of 64 touch as few lines as they
/// can.
#[derive(Clone)]
pub(crate) struct AlignedBytes {
    lines: Vec<Line>,
    len: usize,
}

impl AlignedBytes {
    /// A buffer of `len` bytes, each `fill`.
    pub(crate) fn filled(len: usize, fill: u8) -> Self {
        let mut lines = Vec::with_capacity(len.div_ceil(64));
        advise_large_pages(&mut lines);
        lines.resize(len.div_ceil(64), Line([fill; 64]));
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
