//! Forgetting bytes.

use std::hint::black_box;

/// Zeroes bytes that held rows before they go back to the allocator, at the speed of `memset`; the compiler cannot prove
/// the stores dead.
pub(crate) fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    black_box(bytes);
}
