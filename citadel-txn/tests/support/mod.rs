//! Memory that tells a test of every call before it is carried out, and fails where the test says so.
#![allow(dead_code, unreachable_pub, reason = "each test uses its part of it")]

use std::io;
use std::sync::{Arc, Mutex};

use citadel_txn::{MemoryStorage, Storage};

/// A call.
#[derive(Clone, Debug)]
pub enum Op {
    /// So many bytes at an offset.
    Read(u64, usize),
    Write(u64, Vec<u8>),
    SetLen(u64),
    Sync,
}

impl Op {
    /// Bytes that it writes.
    pub fn len(&self) -> usize {
        match self {
            Op::Write(_, bytes) => bytes.len(),
            _ => 0,
        }
    }

    /// Does to bytes what it does to a storage.
    pub fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Op::Write(offset, data) => {
                let start = *offset as usize;
                let end = start + data.len();
                bytes.resize(bytes.len().max(end), 0);
                bytes[start..end].copy_from_slice(data);
            }
            Op::SetLen(len) => bytes.resize(*len as usize, 0),
            Op::Read(..) | Op::Sync => {}
        }
    }
}

type Tap = dyn Fn(Op) -> io::Result<()> + Send + Sync;

/// Memory with a tap in front: what the tap refuses is not done.
#[derive(Clone)]
pub struct Tapped {
    below: MemoryStorage,
    tap: Arc<Tap>,
}

impl Tapped {
    pub fn new(
        below: MemoryStorage,
        tap: impl Fn(Op) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let tap = Arc::new(tap);
        Self { below, tap }
    }
}

impl Storage for Tapped {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        (self.tap)(Op::Read(offset, buf.len()))?;
        self.below.read_at(offset, buf)
    }

    fn write_at(&self, offset: u64, buf: &[u8]) -> io::Result<()> {
        (self.tap)(Op::Write(offset, buf.to_vec()))?;
        self.below.write_at(offset, buf)
    }

    fn len(&self) -> io::Result<u64> {
        self.below.len()
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        (self.tap)(Op::SetLen(len))?;
        self.below.set_len(len)
    }

    fn sync(&self) -> io::Result<()> {
        (self.tap)(Op::Sync)?;
        self.below.sync()
    }

    fn try_lock_writer(&self) -> io::Result<bool> {
        self.below.try_lock_writer()
    }

    fn unlock_writer(&self) {
        self.below.unlock_writer();
    }

    fn publish(&self) -> io::Result<()> {
        self.below.publish()
    }

    fn is_partial(&self) -> bool {
        self.below.is_partial()
    }
}

/// Memory that remembers every change and sync, and fails from a given one on.
#[derive(Clone)]
pub struct Recorder {
    storage: Tapped,
    log: Arc<Mutex<Log>>,
}

#[derive(Default)]
struct Log {
    ops: Vec<Op>,
    fail_from: Option<usize>,
}

impl Recorder {
    pub fn over(below: MemoryStorage) -> Self {
        let log = Arc::new(Mutex::new(Log::default()));
        let notes = Arc::clone(&log);
        let storage = Tapped::new(below, move |op| notes.lock().unwrap().note(op));
        Self { storage, log }
    }

    /// What the database stands on.
    pub fn storage(&self) -> Arc<dyn Storage> {
        Arc::new(self.storage.clone())
    }

    pub fn ops(&self) -> Vec<Op> {
        self.log.lock().unwrap().ops.clone()
    }

    pub fn fail_from(&self, op: Option<usize>) {
        self.log.lock().unwrap().fail_from = op;
    }
}

impl Log {
    fn note(&mut self, op: Op) -> io::Result<()> {
        if matches!(op, Op::Read(..)) {
            return Ok(());
        }
        if self.fail_from.is_some_and(|from| self.ops.len() >= from) {
            return Err(io::Error::other("the disk has failed"));
        }
        self.ops.push(op);
        Ok(())
    }
}
