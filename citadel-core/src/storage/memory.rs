//! A database in memory: for `:memory:` and for tests.

use std::fmt;
use std::io::{self, IoSliceMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::RwLock;

use crate::storage::Storage;

/// Bytes in memory. A clone is another handle on the same bytes, as a second opening of a file would be.
///
/// The bytes are what a file would hold: sealed pages. They stay encrypted in memory too.
#[derive(Default)]
pub struct MemoryStorage {
    shared: Arc<Shared>,
    /// Whether this handle holds the writer's lock.
    holds_lock: AtomicBool,
}

#[derive(Default)]
struct Shared {
    bytes: RwLock<Vec<u8>>,
    locked: AtomicBool,
    partial: AtomicBool,
}

impl MemoryStorage {
    /// An empty storage.
    pub fn new() -> Self {
        Self::default()
    }

    /// A storage that begins with these bytes.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        let storage = Self::new();
        *storage.shared.bytes.write() = bytes;
        storage
    }

    /// A storage that begins with these bytes and is without a name, as an interrupted copy leaves it.
    pub fn partial(bytes: Vec<u8>) -> Self {
        let storage = Self::from_bytes(bytes);
        storage.shared.partial.store(true, Ordering::Release);
        storage
    }

    /// A copy of all bytes as they are now.
    pub fn snapshot(&self) -> Vec<u8> {
        self.shared.bytes.read().clone()
    }
}

impl Clone for MemoryStorage {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            holds_lock: AtomicBool::new(false),
        }
    }
}

impl fmt::Debug for MemoryStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryStorage({} bytes)", self.shared.bytes.read().len())
    }
}

impl Storage for MemoryStorage {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let bytes = self.shared.bytes.read();
        let range = range(offset, buf.len())?;
        buf.copy_from_slice(bytes.get(range).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn read_vectored_at(&self, mut offset: u64, bufs: &mut [IoSliceMut<'_>]) -> io::Result<()> {
        for buf in bufs {
            self.read_at(offset, buf)?;
            offset += buf.len() as u64;
        }
        Ok(())
    }

    fn write_at(&self, offset: u64, buf: &[u8]) -> io::Result<()> {
        let range = range(offset, buf.len())?;
        let mut bytes = self.shared.bytes.write();
        if bytes.len() < range.end {
            resize(&mut bytes, range.end)?;
        }
        bytes[range].copy_from_slice(buf);
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.shared.bytes.read().len() as u64)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).map_err(|_| io::ErrorKind::OutOfMemory)?;
        resize(&mut self.shared.bytes.write(), len)
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn publish(&self) -> io::Result<()> {
        self.shared.partial.store(false, Ordering::Release);
        Ok(())
    }

    fn is_partial(&self) -> bool {
        self.shared.partial.load(Ordering::Acquire)
    }

    fn try_lock_writer(&self) -> io::Result<bool> {
        let got = !self.shared.locked.swap(true, Ordering::AcqRel);
        if got {
            self.holds_lock.store(true, Ordering::Release);
        }
        Ok(got)
    }

    fn unlock_writer(&self) {
        if self.holds_lock.swap(false, Ordering::AcqRel) {
            self.shared.locked.store(false, Ordering::Release);
        }
    }
}

impl Drop for MemoryStorage {
    fn drop(&mut self) {
        self.unlock_writer();
    }
}

fn range(offset: u64, len: usize) -> io::Result<std::ops::Range<usize>> {
    let start = usize::try_from(offset).map_err(|_| io::ErrorKind::UnexpectedEof)?;
    let end = start.checked_add(len).ok_or(io::ErrorKind::UnexpectedEof)?;
    Ok(start..end)
}

fn resize(bytes: &mut Vec<u8>, len: usize) -> io::Result<()> {
    let more = len.saturating_sub(bytes.len());
    bytes
        .try_reserve(more)
        .map_err(|_| io::ErrorKind::OutOfMemory)?;
    bytes.resize(len, 0);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_bytes_and_one_lock() {
        let a = MemoryStorage::new();
        let b = a.clone();
        a.write_at(3, b"xyz").unwrap();
        assert_eq!(b.snapshot(), b"\0\0\0xyz");
        assert!(a.try_lock_writer().unwrap());
        assert!(!b.try_lock_writer().unwrap());
        b.unlock_writer();
        assert!(
            !b.try_lock_writer().unwrap(),
            "only the holder gives the lock back"
        );
        drop(a);
        assert!(b.try_lock_writer().unwrap());
    }

    #[test]
    fn ranges_past_the_end_are_errors() {
        let storage = MemoryStorage::from_bytes(vec![1, 2, 3]);
        let mut buf = [0; 2];
        for offset in [2, 3, u64::MAX] {
            assert_eq!(
                storage.read_at(offset, &mut buf).unwrap_err().kind(),
                io::ErrorKind::UnexpectedEof
            );
        }
        storage.set_len(1).unwrap();
        assert_eq!(storage.snapshot(), [1]);
        assert!(storage.set_len(u64::MAX).is_err());
    }
}
