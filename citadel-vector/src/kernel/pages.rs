//! Large pages: a walk jumps about in tens of megabytes, and with pages of 4 KiB most jumps also miss the address cache.

/// Bytes from which large pages are asked for.
const LARGE: usize = 4 << 20;

/// Asks for large pages under a vector's memory that is not in use yet. A hint: nothing depends on it.
pub(crate) fn advise_large_pages<T>(memory: &mut Vec<T>) {
    let unused = memory.spare_capacity_mut();
    if size_of_val(unused) >= LARGE {
        advise(unused.as_mut_ptr().cast(), size_of_val(unused));
    }
}

#[cfg(all(target_os = "linux", not(miri)))]
fn advise(start: *mut u8, len: usize) {
    use std::ffi::{c_int, c_void};

    /// From Linux's `asm-generic/mman-common.h`, the same on every architecture that this crate has kernels for.
    const MADV_HUGEPAGE: c_int = 14;
    /// A multiple of every page size in use.
    const PAGE: usize = 64 << 10;

    unsafe extern "C" {
        fn madvise(start: *mut c_void, len: usize, advice: c_int) -> c_int;
    }

    let skipped = start.align_offset(PAGE).min(len);
    let whole = (len - skipped) / PAGE * PAGE;
    // SAFETY: the range is whole pages within memory that the caller holds exclusively and that lives on; this advice changes
    // how pages are mapped, never what they hold. A failure means that the advice is not taken.
    let _ = unsafe { madvise(start.add(skipped).cast(), whole, MADV_HUGEPAGE) };
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn advise(_start: *mut u8, _len: usize) {}
