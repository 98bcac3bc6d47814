//! A disk that loses power: what was not synced may be there or not, write by write.
//!
//! A write arrives whole or not at all. Without encryption a torn body would not be seen; torn writes are the business of
//! the simulated disk in `tests/`.

use std::io;
use std::sync::Arc;

use citadel_core::Storage;
use parking_lot::Mutex;

/// Bytes that survive, and changes that may not. A clone is the same disk, opened once more.
#[derive(Clone, Default)]
pub(crate) struct Disk(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    durable: Vec<u8>,
    /// What a reader sees.
    current: Vec<u8>,
    pending: Vec<Change>,
    locked: bool,
    /// Changes until one fails, and all that follow.
    failing_in: Option<u32>,
}

enum Change {
    Write(usize, Vec<u8>),
    SetLen(usize),
}

impl Disk {
    /// Lets the change after so many fail, and all that follow.
    pub(crate) fn fail_in(&self, changes: u32) {
        self.0.lock().failing_in = Some(changes);
    }

    /// Fails no more.
    pub(crate) fn mend(&self) {
        self.0.lock().failing_in = None;
    }

    /// Loses power: of the changes since the last sync, those survive whose bit is set, in their order.
    pub(crate) fn lose_power(&self, survivors: u32) {
        let mut state = self.0.lock();
        let State {
            durable, pending, ..
        } = &mut *state;
        for (number, change) in pending.drain(..).enumerate() {
            if survivors >> (number % 32) & 1 == 1 {
                apply(durable, &change);
            }
        }
        state.current = state.durable.clone();
        state.failing_in = None;
        state.locked = false;
    }
}

impl State {
    fn change(&mut self, change: Change) -> io::Result<()> {
        self.may_fail()?;
        apply(&mut self.current, &change);
        self.pending.push(change);
        Ok(())
    }

    fn may_fail(&mut self) -> io::Result<()> {
        match &mut self.failing_in {
            Some(0) => Err(io::Error::other("the disk fails")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write(at, new) => {
            let end = at + new.len();
            bytes.resize(bytes.len().max(end), 0);
            bytes[*at..end].copy_from_slice(new);
        }
        Change::SetLen(len) => bytes.resize(*len, 0),
    }
}

impl Storage for Disk {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let state = self.0.lock();
        let start = usize::try_from(offset).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        let end = start.saturating_add(buf.len());
        let bytes = state.current.get(start..end);
        buf.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&self, offset: u64, buf: &[u8]) -> io::Result<()> {
        let change = Change::Write(offset as usize, buf.to_vec());
        self.0.lock().change(change)
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().current.len() as u64)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.lock().change(Change::SetLen(len as usize))
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.0.lock();
        state.may_fail()?;
        state.durable = state.current.clone();
        state.pending.clear();
        Ok(())
    }

    fn try_lock_writer(&self) -> io::Result<bool> {
        Ok(!std::mem::replace(&mut self.0.lock().locked, true))
    }

    fn unlock_writer(&self) {
        self.0.lock().locked = false;
    }
}
