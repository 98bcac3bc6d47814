//! The medium: the one door through which the bytes of a database pass.
//!
//! Nothing else in the workspace opens database files, so that a simulated disk can stand in for the real one and see
//! every operation. The trait promises only what a disk promises: between two [`sync`](Storage::sync) calls, writes may
//! reach the medium in any order, in part, or not at all.

mod file;
mod hint;
mod linger;
mod memory;
mod nameless;
mod partial;
#[cfg(test)]
pub(crate) mod recorder;
mod vectored;

use std::io::{self, IoSliceMut};

pub use file::FileStorage;
pub use memory::MemoryStorage;

/// Positional access to the bytes of one database.
///
/// Implementations are used from many threads at once. Two calls whose ranges do not overlap must not disturb each other;
/// a read that overlaps a write under way may see any mixture of old and new bytes (the seals of the pages find out).
pub trait Storage: Send + Sync + 'static {
    /// Fills `buf` from the bytes at `offset`.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] where the range passes the end; what the medium says otherwise.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()>;

    /// Fills `bufs`, one after the other, from the bytes at `offset`: one request, where the medium can do that.
    ///
    /// # Errors
    /// As [`Storage::read_at`].
    fn read_vectored_at(&self, offset: u64, bufs: &mut [IoSliceMut<'_>]) -> io::Result<()> {
        let mut together = vec![0; bufs.iter().map(|buf| buf.len()).sum()];
        self.read_at(offset, &mut together)?;
        let mut rest = together.as_slice();
        for buf in bufs {
            let (here, behind) = rest.split_at(buf.len());
            buf.copy_from_slice(here);
            rest = behind;
        }
        Ok(())
    }

    /// Says that these bytes, which were written, will be synced soon, so that the medium can begin with them while others are
    /// written. It changes nothing else: nothing is safe before a sync.
    fn will_sync(&self, offset: u64, len: u64) {
        let _ = (offset, len);
    }

    /// Writes all of `buf` at `offset`. A write past the end extends the storage; a gap reads as zeros.
    ///
    /// # Errors
    /// What the medium says. How much was written is then unknown.
    fn write_at(&self, offset: u64, buf: &[u8]) -> io::Result<()>;

    /// Bytes in the storage.
    ///
    /// # Errors
    /// What the medium says.
    fn len(&self) -> io::Result<u64>;

    /// Cuts or extends (with zeros) the storage to `len` bytes.
    ///
    /// # Errors
    /// What the medium says.
    fn set_len(&self, len: u64) -> io::Result<()>;

    /// Returns when every earlier write and resize is on the medium, to survive a loss of power.
    ///
    /// # Errors
    /// What the medium says. What had been written since the last sync may then be lost, whatever a later call says.
    fn sync(&self) -> io::Result<()>;

    /// Takes the exclusive lock of the writer, without waiting: `false` where another holds it. Readers take no lock.
    ///
    /// # Errors
    /// What the medium says, apart from the lock being held.
    fn try_lock_writer(&self) -> io::Result<bool>;

    /// Gives the writer's lock back. Called once, by the holder, at the end of its use; nothing where none is held.
    fn unlock_writer(&self) {}

    /// A storage of its own for what does not fit in memory: empty, without a name, and gone when it is dropped. In memory, where the
    /// medium has none.
    ///
    /// # Errors
    /// What the medium says.
    fn scratch(&self) -> io::Result<Box<dyn Storage>> {
        Ok(Box::new(MemoryStorage::new()))
    }

    /// Gives a storage that [is partial](Storage::is_partial) its name, durably, and never in place of another. Called once
    /// all bytes are synced; nothing where it has its name.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] where the name is taken; what the medium says otherwise.
    fn publish(&self) -> io::Result<()> {
        Ok(())
    }

    /// Whether the storage is still without its name: whatever is in it was left by a copy that was not finished, and may
    /// be written over.
    fn is_partial(&self) -> bool {
        false
    }

    /// Whether there are no bytes in the storage.
    ///
    /// # Errors
    /// What the medium says.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
}
