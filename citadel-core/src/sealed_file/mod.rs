//! A sealed file: storage, superblock, sealer and cache under one face.
//!
//! ```text
//!            WriteBatch ──seal──► Sealer ──one write per contiguous stretch──► Medium ──► Storage
//!  read(ptr) ──► Cache ──miss──► Medium ──► Sealer (tag = pointer's tag, label = pointer) ──► Frame ──► Cache
//! ```
//!
//! What always holds:
//!
//! 1. Every write goes through the medium, which refuses it on a read-only or a poisoned handle, and poisons the handle if
//!    it fails.
//! 2. A frame is in the cache only after its bytes were read under its pointer, or written.
//! 3. Whoever opened the file for writing holds the writer's lock of the storage as long as the value lives.

mod ahead;
mod batch;
mod key_slots;
mod medium;
mod options;
mod read;
mod record;
mod rekey;
mod replica;
mod scrub;
mod staging;

use std::sync::Arc;

use parking_lot::Mutex;

use crate::cache::{Cache, CacheStats};
use crate::crypto::{Key, RootKey, Sealer, random};
use crate::error::{Error, Result};
use crate::format::{PAGES_OFFSET, first_page};
use crate::id::{FileId, PageNo, PageSize};
use crate::scratch::Scratch;
use crate::storage::Storage;
use crate::superblock::{self, Retired, Superblock, SuperblockInfo, Twin, Unlocked};

pub use ahead::Readers;
pub use batch::{Unsealed, WriteBatch};
pub use options::{CreateOptions, OpenOptions};
pub use record::{
    FoundRecord, RECORD_BODY_MAX, RECORD_HEAD_BODY_MAX, RecordSlot, SHORT_RECORD_BODY_MAX,
    record_run,
};
pub use replica::Adopted;

use medium::Medium;
use staging::Spare;

/// An open database file, below the level of transactions: sealed pages by pointer, two commit records, key slots.
///
/// It is `Send + Sync`; reads and seals from many threads do not wait for one another. Dropping it gives the writer's lock
/// back and zeroes keys and cached pages.
pub struct SealedFile {
    medium: Medium,
    sealer: Sealer,
    cache: Cache,
    /// Memory for the next batch.
    spare: Spare,
    page_size: PageSize,
    file_id: FileId,
    header: Mutex<Header>,
}

/// What a change of key slots needs.
struct Header {
    superblock: Superblock,
    root: RootKey,
}

impl SealedFile {
    /// Makes a database in an empty storage, opened by `key`, and takes the writer's lock. The header is on the medium
    /// when this returns; the commit records are empty.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] where the storage holds anything: it is not touched. [`Error::Locked`],
    /// [`Error::EmptyPassphrase`], [`Error::KdfOutOfBounds`], [`Error::Io`].
    pub fn create(storage: Arc<dyn Storage>, key: &Key, options: &CreateOptions) -> Result<Self> {
        key.check()?;
        let medium = Medium::open_for_writing(storage)?;
        if medium.len() != 0 {
            return Err(Error::AlreadyExists { path: None });
        }
        let root = RootKey::generate()?;
        let file_id = FileId::from_bytes(random()?);
        let superblock = Superblock::create(&root, file_id, options.page_size, key, &options.kdf)?;
        medium.write_at(
            0,
            &vec![0; PAGES_OFFSET as usize],
            "write the header of the new database",
        )?;
        let unlocked = Unlocked {
            superblock,
            root,
            retired: None,
            repair: Some(Twin::B),
        };
        Self::assemble(medium, unlocked, options.cache_bytes)
    }

    /// Opens a database with `key`. Unless `options.read_only`, takes the writer's lock, and writes a damaged copy of the
    /// superblock anew.
    ///
    /// # Errors
    /// [`Error::NotADatabase`], [`Error::Truncated`], [`Error::DamagedHeader`], [`Error::UnsupportedVersion`],
    /// [`Error::UnsupportedCipher`], [`Error::WrongKey`], [`Error::Tampered`], [`Error::Locked`], [`Error::Io`].
    pub fn open(storage: Arc<dyn Storage>, key: &Key, options: &OpenOptions) -> Result<Self> {
        let medium = match options.read_only {
            true => Medium::open_for_reading(storage)?,
            false => Medium::open_for_writing(storage)?,
        };
        let unlocked = superblock::load(medium.storage(), key)?;
        Self::assemble(medium, unlocked, options.cache_bytes)
    }

    fn assemble(medium: Medium, unlocked: Unlocked, cache_bytes: usize) -> Result<Self> {
        let Unlocked {
            superblock,
            root,
            retired,
            repair,
        } = unlocked;
        let sealer = Sealer::new(&root, superblock.file_id);
        if let Some(Retired { until, root }) = &retired {
            sealer.add_retiring(root, *until);
        }
        let file = Self {
            sealer,
            cache: Cache::new(cache_bytes),
            spare: Spare::default(),
            page_size: superblock.page_size,
            file_id: superblock.file_id,
            header: Mutex::new(Header { superblock, root }),
            medium,
        };
        if let Some(first) = repair
            && !file.is_read_only()
        {
            file.store_header(&file.header.lock(), first)?;
        }
        Ok(file)
    }

    /// Room for what does not fit in memory, on the medium of this file.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn scratch(&self) -> Result<Scratch> {
        let storage = self.medium.storage().scratch();
        Scratch::new(storage.map_err(Error::io("make a file for what does not fit in memory"))?)
    }

    /// Bytes of a page on the medium.
    pub fn page_size(&self) -> PageSize {
        self.page_size
    }

    /// The identity of the file.
    pub fn file_id(&self) -> FileId {
        self.file_id
    }

    /// The first page that can be sealed; what lies before it is header.
    pub fn first_page(&self) -> PageNo {
        first_page(self.page_size)
    }

    /// Whether the file was opened for reading only.
    pub fn is_read_only(&self) -> bool {
        self.medium.is_read_only()
    }

    /// Bytes of the file on the medium.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn file_len(&self) -> Result<u64> {
        self.medium.refresh_len()
    }

    /// Returns when everything that was written is on the medium.
    ///
    /// # Errors
    /// [`Error::ReadOnly`], [`Error::Poisoned`]; [`Error::Io`], which poisons.
    pub fn sync(&self) -> Result<()> {
        self.medium.sync()
    }

    /// Makes room up to `pages_end` (exclusive), and some more, as bytes that are written: later commits overwrite them,
    /// and their sync need not carry a new file length. Call it before writing pages up to `pages_end`; those pages
    /// themselves are left for the caller to write.
    ///
    /// # Errors
    /// As [`SealedFile::sync`].
    pub fn ensure_len(&self, pages_end: PageNo) -> Result<()> {
        self.medium
            .ensure_len(self.offset(pages_end)?, self.page_size)
    }

    /// Whether the file reaches so far without growing.
    ///
    /// # Errors
    /// [`Error::Misuse`] for a page that no file can have.
    pub fn reaches(&self, pages_end: PageNo) -> Result<bool> {
        Ok(self.offset(pages_end)? <= self.medium.len())
    }

    /// Writes to the end of the file, behind `pages_end`, so that the next sync carries the file's length whatever became of
    /// an earlier one: after a failed sync a system may show a length that is not on the medium.
    ///
    /// # Errors
    /// As [`SealedFile::sync`].
    pub fn renew_len(&self, pages_end: PageNo) -> Result<()> {
        self.medium
            .renew_len(self.offset(pages_end)?, self.page_size)
    }

    /// Cuts the file off at `pages_end`, or extends it. Nothing that a snapshot can reach may lie behind.
    ///
    /// # Errors
    /// [`Error::Misuse`] where `pages_end` lies before the first page; otherwise as [`SealedFile::sync`].
    pub fn set_len(&self, pages_end: PageNo) -> Result<()> {
        if pages_end < self.first_page() {
            return Err(Error::Misuse {
                what: "the header cannot be cut off",
            });
        }
        self.medium.set_len(self.offset(pages_end)?)
    }

    /// Refuses every later write through this handle. Reads go on.
    pub fn poison(&self) {
        self.medium.poison();
    }

    /// Whether a write or sync failed, or [`SealedFile::poison`] was called.
    pub fn is_poisoned(&self) -> bool {
        self.medium.is_poisoned()
    }

    /// What the page cache did since the file was opened.
    pub fn cache_stats(&self) -> CacheStats {
        self.cache.stats()
    }

    /// How many runs and records were sealed since the file was opened.
    pub fn seals(&self) -> u64 {
        self.sealer.seals()
    }

    /// The superblock as it is now on the medium, for people.
    ///
    /// # Errors
    /// As [`SuperblockInfo::read`].
    pub fn superblock_info(&self) -> Result<SuperblockInfo> {
        SuperblockInfo::read(self.medium.storage())
    }

    fn offset(&self, page: PageNo) -> Result<u64> {
        page.get()
            .checked_mul(u64::from(self.page_size.get()))
            .filter(|_| page <= PageNo::MAX)
            .ok_or(Error::Misuse {
                what: "a page past the largest file",
            })
    }
}

impl std::fmt::Debug for SealedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedFile")
            .field("file_id", &self.file_id)
            .field("page_size", &self.page_size)
            .field("read_only", &self.is_read_only())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
