//! A disk in memory that knows what a loss of power would leave.

use std::io;
use std::sync::Arc;

use citadel_core::Storage;
use parking_lot::Mutex;

/// The disk. Clones are handles to the same one.
///
/// Its locks are plain ones that are never held while another thread can go on.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    visible: Vec<u8>,
    durable: Vec<u8>,
    unsynced: Vec<(usize, Vec<u8>)>,
}

impl Disk {
    /// A disk that holds bytes, all durable.
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        let disk = Self::default();
        {
            let mut state = disk.state.lock();
            state.visible = bytes.to_vec();
            state.durable = bytes.to_vec();
        }
        disk
    }

    /// What reads see.
    pub(super) fn visible(&self) -> Vec<u8> {
        self.state.lock().visible.clone()
    }

    /// What is certain to be there after a loss of power now: nothing that is not synced.
    pub(super) fn durable(&self) -> Vec<u8> {
        self.state.lock().durable.clone()
    }
}

fn put(medium: &mut Vec<u8>, start: usize, bytes: &[u8]) {
    let end = start + bytes.len();
    if medium.len() < end {
        medium.resize(end, 0);
    }
    medium[start..end].copy_from_slice(bytes);
}

impl Storage for Disk {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let state = self.state.lock();
        let bytes = state.visible.get(start..start + buf.len());
        buf.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&self, offset: u64, buf: &[u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let mut state = self.state.lock();
        put(&mut state.visible, start, buf);
        state.unsynced.push((start, buf.to_vec()));
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.state.lock().visible.len() as u64)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).map_err(io::Error::other)?;
        let mut state = self.state.lock();
        state.visible.resize(len, 0);
        state.durable.resize(len, 0);
        Ok(())
    }

    /// Covers what was written before it began; others write on meanwhile.
    fn sync(&self) -> io::Result<()> {
        let covered = self.state.lock().unsynced.len();
        shuttle::thread::yield_now();
        let mut state = self.state.lock();
        let State {
            durable, unsynced, ..
        } = &mut *state;
        for (start, bytes) in unsynced.drain(..covered.min(unsynced.len())) {
            put(durable, start, &bytes);
        }
        Ok(())
    }

    fn try_lock_writer(&self) -> io::Result<bool> {
        Ok(true)
    }
}
