//! Asking the processor for memory before it is needed.

#![expect(
    unsafe_code,
    reason = "the instruction is only to be had as an unsafe function"
)]

/// Bytes of a line of the processor's caches, on most.
const LINE_BYTES: usize = 64;

/// Lets the processor fetch these bytes while others are worked on. It does so by itself only within a page of 4 KiB, and
/// only once a few lines were read in their order.
#[inline]
pub(super) fn prefetch(bytes: &[u8]) {
    for line in bytes.chunks(LINE_BYTES) {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            // SAFETY: a prefetch reads nothing and cannot fail, and the address is that of a slice.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) }
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = line;
    }
}
