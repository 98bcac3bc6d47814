//! The lowest room of Citadel: bytes on a medium, sealed.
//!
//! This crate turns a [`Storage`] (a file, or memory) into a [`SealedFile`]: pages that can be read only with the key,
//! and only through a [`PagePtr`] that says which sealing of which page is wanted. It knows nothing of trees,
//! transactions or rows; it holds what they stand on.
//!
//! What always holds here:
//!
//! 1. Nothing but the fixed fields of the superblock is stored in the clear, and every one of them is authenticated by a
//!    key that only the root key gives ([`superblock`](crate::SuperblockInfo)).
//! 2. A page is opened only through a pointer `(run, generation, tag)`. A stale, swapped, misdirected, truncated or zeroed
//!    page therefore never opens: it is [`Error::Tampered`] or [`Error::Truncated`].
//! 3. A pair of key and nonce is used once: every writer draws a random nonce prefix, which gives it a subkey of its own,
//!    and counts within it (XAES-256-GCM).
//! 4. After a failed write, resize or sync the handle is poisoned: every later write through it is [`Error::Poisoned`].
//! 5. The page cache never holds more bytes than it was given.
//! 6. Bytes from the medium are never trusted: lengths are checked before anything is allocated, and damage is an
//!    [`Error`], not a panic.
//!
//! ```
//! use std::sync::Arc;
//! use citadel_core::{CreateOptions, Generation, Key, MemoryStorage, PageKind, PageRun, SealedFile, body_len};
//!
//! # fn main() -> citadel_core::Result<()> {
//! let file = SealedFile::create(Arc::new(MemoryStorage::new()), &Key::raw([7; 32]), &CreateOptions::default())?;
//! let run = PageRun::single(file.first_page());
//! let mut batch = file.batch(Generation::new(1));
//! let ptr = batch.seal(run, PageKind::TreeNode, vec![42; body_len(file.page_size(), 1)])?;
//! batch.write()?;
//! file.sync()?;
//! assert_eq!(file.read(&ptr, PageKind::TreeNode)?[0], 42);
//! # Ok(())
//! # }
//! ```

#![deny(unsafe_code)]

mod cache;
mod crypto;
mod error;
mod format;
#[cfg(any(fuzzing, feature = "identity-aead"))]
pub mod fuzzing;
mod id;
#[cfg(feature = "nonce-ledger")]
pub mod ledger;
mod memory;
mod page;
mod scratch;
mod sealed_file;
mod storage;
mod superblock;

pub use cache::CacheStats;
pub use crypto::{Kdf, Key};
pub use error::{Error, Result};
pub use format::FORMAT_VERSION;
pub use id::{FileId, Generation, PageNo, PageSize};
pub use memory::memory_bytes;
pub use page::{Frame, FrameRef, PageKind, PagePtr, PageRun, SEAL_BYTES, Tag, body_len};
pub use scratch::{Piece, Scratch};
pub use sealed_file::{
    Adopted, CreateOptions, FoundRecord, OpenOptions, RECORD_BODY_MAX, RECORD_HEAD_BODY_MAX,
    Readers, RecordSlot, SHORT_RECORD_BODY_MAX, SealedFile, Unsealed, WriteBatch, record_run,
};
pub use storage::{FileStorage, MemoryStorage, Storage};
pub use superblock::{SLOT_COUNT, SlotIndex, SlotInfo, SlotKind, SuperblockInfo};
