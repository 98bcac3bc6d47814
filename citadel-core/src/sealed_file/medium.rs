//! The storage of one open file, with its lock, its length, and its honour.
//!
//! After a failed write, resize or sync nobody knows what is on the medium: some systems drop the failed pages and report
//! success the next time. So the first failure poisons, and every later write is refused. Only opening the file anew, which
//! reads what is really there, ends that.

use std::io::{self, IoSliceMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::error::{Error, Result};
use crate::id::PageSize;
use crate::sealed_file::staging::{STAGED_BYTES_MAX, Staging};
use crate::storage::Storage;

/// A file grows by an eighth, between these bounds, and always past what was asked for.
const GROWTH_PAGES_MIN: u64 = 16;
const GROWTH_BYTES_MAX: u64 = 16 << 20;
/// Zeros are written in pieces of this size.
const ZERO_BYTES: usize = 1 << 20;

pub(super) struct Medium {
    storage: Arc<dyn Storage>,
    read_only: bool,
    poisoned: AtomicBool,
    /// Held while a sync is under way. Where two meet and the medium fails, the operating system tells only one of them; so
    /// the other waits, and finds the file poisoned.
    syncing: Mutex<()>,
    /// The length as last seen. Another process may have moved the end since; it is asked for again before it matters.
    len: AtomicU64,
    staging: Staging,
}

impl Medium {
    /// Takes the writer's lock.
    pub(super) fn open_for_writing(storage: Arc<dyn Storage>) -> Result<Self> {
        match storage.try_lock_writer() {
            Ok(true) => {}
            Ok(false) => return Err(Error::Locked),
            Err(source) => {
                return Err(Error::Io {
                    action: "lock the database",
                    source,
                });
            }
        }
        // From here on the lock is given back by `Drop`.
        let medium = Self::new(storage, false);
        medium.refresh_len()?;
        Ok(medium)
    }

    /// Takes no lock.
    pub(super) fn open_for_reading(storage: Arc<dyn Storage>) -> Result<Self> {
        let medium = Self::new(storage, true);
        medium.refresh_len()?;
        Ok(medium)
    }

    fn new(storage: Arc<dyn Storage>, read_only: bool) -> Self {
        Self {
            storage,
            read_only,
            poisoned: AtomicBool::new(false),
            syncing: Mutex::new(()),
            len: AtomicU64::new(0),
            staging: Staging::default(),
        }
    }

    /// The storage, for reading.
    pub(super) fn storage(&self) -> &dyn Storage {
        &*self.storage
    }

    pub(super) fn is_read_only(&self) -> bool {
        self.read_only
    }

    pub(super) fn is_poisoned(&self) -> bool {
        self.poisoned.load(Ordering::Acquire)
    }

    pub(super) fn poison(&self) {
        self.poisoned.store(true, Ordering::Release);
    }

    /// The length as last seen.
    pub(super) fn len(&self) -> u64 {
        self.len.load(Ordering::Acquire)
    }

    /// The length as it is now.
    pub(super) fn refresh_len(&self) -> Result<u64> {
        let len = self
            .storage
            .len()
            .map_err(Error::io("learn the length of the database"))?;
        self.len.store(len, Ordering::Release);
        Ok(len)
    }

    /// Fills `buf` from `offset` on.
    pub(super) fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<()> {
        self.storage
            .read_at(offset, buf)
            .map_err(|source| match source.kind() {
                io::ErrorKind::UnexpectedEof => self.truncated(offset + buf.len() as u64),
                _ => Error::Io {
                    action: "read the database",
                    source,
                },
            })
    }

    /// Fills `bufs`, one after the other, from `offset` on. False where that fails: reading them one by one tells why.
    pub(super) fn try_read_vectored_at(&self, offset: u64, bufs: &mut [IoSliceMut<'_>]) -> bool {
        self.storage.read_vectored_at(offset, bufs).is_ok()
    }

    /// Says that these bytes, which were written, will be synced soon.
    pub(super) fn will_sync(&self, offset: u64, len: usize) {
        self.storage.will_sync(offset, len as u64);
    }

    /// Refuses a range that passes the end, so that nothing is allocated for it.
    pub(super) fn require(&self, end: u64) -> Result<()> {
        if end <= self.len() || end <= self.refresh_len()? {
            Ok(())
        } else {
            Err(self.truncated(end))
        }
    }

    pub(super) fn write_at(&self, offset: u64, bytes: &[u8], action: &'static str) -> Result<()> {
        self.guarded(action, |storage| storage.write_at(offset, bytes))?;
        let end = offset + bytes.len() as u64;
        self.len.fetch_max(end, Ordering::AcqRel);
        Ok(())
    }

    /// Writes pieces that lie side by side, from `offset` on, as one.
    pub(super) fn write_pieces(
        &self,
        offset: u64,
        pieces: &[&[u8]],
        action: &'static str,
    ) -> Result<()> {
        let len = pieces.iter().map(|piece| piece.len()).sum::<usize>();
        match pieces {
            [bytes] => self.write_at(offset, bytes, action),
            _ if len > STAGED_BYTES_MAX => self.write_at(offset, &pieces.concat(), action),
            _ => self
                .staging
                .gather(pieces, |bytes| self.write_at(offset, bytes, action)),
        }
    }

    pub(super) fn sync(&self) -> Result<()> {
        let _alone = self.syncing.lock();
        self.guarded("sync the database", |storage| storage.sync())
    }

    pub(super) fn set_len(&self, len: u64) -> Result<()> {
        self.guarded("resize the database", |storage| storage.set_len(len))?;
        self.len.store(len, Ordering::Release);
        Ok(())
    }

    /// Gives the storage its name.
    pub(super) fn publish(&self) -> Result<()> {
        self.guarded_with(|storage| {
            storage.publish().map_err(|source| match source.kind() {
                io::ErrorKind::AlreadyExists => Error::AlreadyExists { path: None },
                _ => Error::Io {
                    action: "give the database its name",
                    source,
                },
            })
        })
    }

    /// Writes zeros behind `end`, so that the file reaches `end` and some more, in whole pages.
    pub(super) fn ensure_len(&self, end: u64, page_size: PageSize) -> Result<()> {
        self.require_writable()?;
        let len = self.len();
        if end <= len {
            return Ok(());
        }
        let page = u64::from(page_size.get());
        let least = GROWTH_PAGES_MIN * page;
        let growth = (len / 8).clamp(least, GROWTH_BYTES_MAX);
        let target = (end + least).max(len + growth).next_multiple_of(page);
        let zeros = vec![0; ZERO_BYTES.min((target - end) as usize)];
        let mut at = end;
        while at < target {
            let piece = zeros.len().min((target - at) as usize);
            self.write_at(at, &zeros[..piece], "extend the database")?;
            at += piece as u64;
        }
        Ok(())
    }

    /// Writes the last page of the file anew if it lies behind `end`, where nothing is; otherwise the file grows.
    pub(super) fn renew_len(&self, end: u64, page_size: PageSize) -> Result<()> {
        let page = u64::from(page_size.get());
        let len = self.refresh_len()?;
        match (len / page * page).checked_sub(page) {
            Some(last) if last >= end => {
                let zeros = vec![0; page_size.bytes()];
                self.write_at(last, &zeros, "extend the database")
            }
            _ => self.ensure_len(len.max(end) + 1, page_size),
        }
    }

    /// Refuses a write that must not be.
    pub(super) fn require_writable(&self) -> Result<()> {
        if self.read_only {
            return Err(Error::ReadOnly);
        }
        if self.is_poisoned() {
            Err(Error::Poisoned)
        } else {
            Ok(())
        }
    }

    /// Runs something that changes the medium; a failure poisons. The superblock is written through here as well.
    pub(super) fn guarded_with<T>(
        &self,
        change: impl FnOnce(&dyn Storage) -> Result<T>,
    ) -> Result<T> {
        self.require_writable()?;
        change(&*self.storage).inspect_err(|_| self.poison())
    }

    fn guarded(
        &self,
        action: &'static str,
        change: impl FnOnce(&dyn Storage) -> io::Result<()>,
    ) -> Result<()> {
        self.guarded_with(|storage| change(storage).map_err(Error::io(action)))
    }

    fn truncated(&self, needed: u64) -> Error {
        Error::Truncated {
            len: self.refresh_len().unwrap_or_else(|_| self.len()),
            needed,
        }
    }
}

impl Drop for Medium {
    fn drop(&mut self) {
        if !self.read_only {
            self.storage.unlock_writer();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::storage::MemoryStorage;

    /// As Linux does it: of two syncs at once, a failure is told to the one that began first.
    #[derive(Default)]
    struct TellsOne {
        inner: MemoryStorage,
        told: AtomicBool,
    }

    impl Storage for TellsOne {
        fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
            self.inner.read_at(offset, buf)
        }

        fn write_at(&self, offset: u64, buf: &[u8]) -> io::Result<()> {
            self.inner.write_at(offset, buf)
        }

        fn len(&self) -> io::Result<u64> {
            self.inner.len()
        }

        fn set_len(&self, len: u64) -> io::Result<()> {
            self.inner.set_len(len)
        }

        fn sync(&self) -> io::Result<()> {
            if self.told.swap(true, Ordering::SeqCst) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(30));
            Err(io::Error::other("the medium failed"))
        }

        fn try_lock_writer(&self) -> io::Result<bool> {
            Ok(true)
        }
    }

    #[test]
    fn a_sync_beside_one_that_fails_does_not_succeed() {
        let storage = Arc::new(TellsOne::default());
        let medium = Medium::open_for_writing(storage.clone()).unwrap();
        std::thread::scope(|scope| {
            let first = scope.spawn(|| medium.sync());
            while !storage.told.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            assert!(matches!(medium.sync(), Err(Error::Poisoned)));
            assert!(matches!(first.join().unwrap(), Err(Error::Io { .. })));
        });
    }
}
