//! For tests: a memory storage that writes down what is asked of it, and fails on demand.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::storage::{MemoryStorage, Storage};

/// One change that was asked of the storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Write { offset: u64, bytes: Vec<u8> },
    SetLen(u64),
    Sync,
}

#[derive(Default)]
pub(crate) struct Recorder {
    inner: MemoryStorage,
    changes: Mutex<Vec<Change>>,
    /// Changes that still succeed; none fails at `u64::MAX`.
    budget: AtomicU64,
    reads: AtomicU64,
}

impl Recorder {
    pub(crate) fn new(inner: MemoryStorage) -> Self {
        Self {
            inner,
            budget: AtomicU64::new(u64::MAX),
            ..Self::default()
        }
    }

    /// The changes since the last call.
    pub(crate) fn take(&self) -> Vec<Change> {
        std::mem::take(&mut self.changes.lock())
    }

    /// Offsets and lengths of the writes since the last call.
    pub(crate) fn take_writes(&self) -> Vec<(u64, usize)> {
        let ranges = self.take().into_iter().filter_map(|change| match change {
            Change::Write { offset, bytes } => Some((offset, bytes.len())),
            _ => None,
        });
        ranges.collect()
    }

    /// Lets the next `changes` changes succeed and all later ones fail.
    pub(crate) fn fail_after(&self, changes: u64) {
        self.budget.store(changes, Ordering::SeqCst);
    }

    pub(crate) fn reads(&self) -> u64 {
        self.reads.load(Ordering::SeqCst)
    }

    fn record(&self, change: Change) -> io::Result<()> {
        let left = self.budget.load(Ordering::SeqCst);
        if left == 0 {
            return Err(io::Error::other("injected failure"));
        }
        if left != u64::MAX {
            self.budget.store(left - 1, Ordering::SeqCst);
        }
        self.changes.lock().push(change);
        Ok(())
    }
}

impl Storage for Recorder {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.inner.read_at(offset, buf)
    }

    fn write_at(&self, offset: u64, buf: &[u8]) -> io::Result<()> {
        self.record(Change::Write {
            offset,
            bytes: buf.to_vec(),
        })?;
        self.inner.write_at(offset, buf)
    }

    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.record(Change::SetLen(len))?;
        self.inner.set_len(len)
    }

    fn sync(&self) -> io::Result<()> {
        self.record(Change::Sync)
    }

    fn try_lock_writer(&self) -> io::Result<bool> {
        self.inner.try_lock_writer()
    }

    fn unlock_writer(&self) {
        self.inner.unlock_writer();
    }
}
