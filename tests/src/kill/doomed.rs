//! A file on which the process dies at the n-th change.

use std::io;
use std::sync::atomic::{AtomicI64, Ordering};

use citadel_sql::{FileStorage, Storage};

/// The file.
pub(super) struct Doomed {
    file: FileStorage,
    /// Changes that still succeed.
    left: AtomicI64,
}

impl Doomed {
    pub(super) fn new(file: FileStorage, changes: i64) -> Self {
        Self {
            file,
            left: AtomicI64::new(changes),
        }
    }

    fn strikes(&self) -> bool {
        self.left.fetch_sub(1, Ordering::SeqCst) <= 0
    }
}

impl Storage for Doomed {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        self.file.read_at(offset, buf)
    }

    fn write_at(&self, offset: u64, buf: &[u8]) -> io::Result<()> {
        if self.strikes() {
            // The beginning arrives, up to a place that differs from one death to the next.
            let arrived = buf.len() * (offset / 512 % 5) as usize / 4;
            self.file.write_at(offset, &buf[..arrived])?;
            std::process::abort();
        }
        self.file.write_at(offset, buf)
    }

    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        if self.strikes() {
            std::process::abort();
        }
        self.file.set_len(len)
    }

    fn sync(&self) -> io::Result<()> {
        if self.strikes() {
            std::process::abort();
        }
        self.file.sync()
    }

    fn try_lock_writer(&self) -> io::Result<bool> {
        self.file.try_lock_writer()
    }

    fn unlock_writer(&self) {
        self.file.unlock_writer();
    }
}
