//! What a page is: where it lies, what it is for, which sealing of it is meant, and its open body in memory.
//!
//! On the medium a run of contiguous pages is sealed as one: `body | nonce (24) | tag (16)`, so that a run of `n` pages
//! has a body of `n × page size - 40` bytes.

mod frame;
mod kind;
mod prefetch;
mod ptr;
mod run;
mod tag;

pub use frame::{Frame, FrameRef};
pub use kind::PageKind;
pub use ptr::PagePtr;
pub use run::PageRun;
pub use tag::Tag;

use crate::id::PageSize;

/// Bytes of nonce and tag at the end of every sealed run.
pub const SEAL_BYTES: usize = NONCE_BYTES + TAG_BYTES;
/// Bytes of the nonce.
pub(crate) const NONCE_BYTES: usize = 24;
/// Bytes of the tag.
pub(crate) const TAG_BYTES: usize = 16;

/// Bytes of the body of a run of `pages` pages: what is left when nonce and tag are taken.
pub const fn body_len(page_size: PageSize, pages: u16) -> usize {
    (page_size.bytes() * pages as usize).saturating_sub(SEAL_BYTES)
}
