//! The disk itself: memory that keeps a trace, and fails when told to.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use citadel_core::Storage;
use parking_lot::Mutex;

use super::trace::{Operation, Trace, apply};

/// A fault to come.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// Which call fails, counted from 0 since the fault was set, over the calls that the kind can hit.
    pub call: usize,
    /// Do all calls after it fail too?
    pub sticky: bool,
    /// How.
    pub kind: FaultKind,
}

/// How a call fails, and by that which calls can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Any call: input/output error, with nothing done.
    Io,
    /// A write or a change of length: no space left, with nothing done.
    NoSpace,
    /// A write stops half way with an error.
    ShortWrite,
    /// A sync fails; what becomes of the data is said by the model.
    Sync(SyncFailure),
}

impl FaultKind {
    fn can_hit(self, call: Call) -> bool {
        match self {
            FaultKind::Io => true,
            FaultKind::NoSpace => matches!(call, Call::Write | Call::SetLen),
            FaultKind::ShortWrite => call == Call::Write,
            FaultKind::Sync(_) => call == Call::Sync,
        }
    }
}

/// What a caller can ask of a disk that may fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Read,
    Write,
    SetLen,
    Sync,
}

/// What a failed sync leaves in the operating system's cache (Rebello et al., USENIX ATC 2020).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncFailure {
    /// The new data stays readable and is taken for clean: it is lost at a crash.
    KeptClean,
    /// Reads give the old data again.
    Reverted,
}

#[derive(Debug, Default)]
struct State {
    /// What reads see.
    visible: Vec<u8>,
    /// What survived the last successful sync.
    durable: Vec<u8>,
    trace: Trace,
    fault: Option<Fault>,
    calls: usize,
    /// Whether the fault has struck.
    struck: bool,
    /// Whether a sync says that it succeeded and does nothing.
    lies: bool,
}

/// A simulated disk. Clones are other handles to the same disk, as a second opening of a file is.
#[derive(Debug, Default)]
pub struct SimDisk {
    state: Arc<Mutex<State>>,
    locked: Arc<AtomicBool>,
    /// Whether this handle holds the lock.
    holds_lock: AtomicBool,
}

impl Clone for SimDisk {
    fn clone(&self) -> Self {
        Self {
            state: Arc::clone(&self.state),
            locked: Arc::clone(&self.locked),
            holds_lock: AtomicBool::new(false),
        }
    }
}

impl Drop for SimDisk {
    fn drop(&mut self) {
        self.unlock_writer();
    }
}

impl SimDisk {
    /// An empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty disk whose syncs say that they succeeded and do nothing. No promise can be kept on it: it is there to
    /// prove that the tests find that out.
    pub fn lying() -> Self {
        let disk = Self::new();
        disk.state.lock().lies = true;
        disk
    }

    /// A disk that holds bytes, all durable.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let disk = Self::new();
        {
            let mut state = disk.state.lock();
            state.visible = bytes.to_vec();
            state.durable = bytes.to_vec();
        }
        disk
    }

    /// What reads see now.
    pub fn bytes(&self) -> Vec<u8> {
        self.state.lock().visible.clone()
    }

    /// What a crash now is certain to keep.
    pub fn durable_bytes(&self) -> Vec<u8> {
        self.state.lock().durable.clone()
    }

    /// The record of all operations so far.
    pub fn trace(&self) -> Trace {
        self.state.lock().trace.clone()
    }

    /// Marks that state `n` is about to be made durable.
    pub fn attempt(&self, n: usize) {
        self.state
            .lock()
            .trace
            .operations
            .push(Operation::Attempt(n));
    }

    /// Marks that state `n` was reported durable.
    pub fn acknowledge(&self, n: usize) {
        self.state
            .lock()
            .trace
            .operations
            .push(Operation::Acknowledge(n));
    }

    /// Sets a fault; its calls are counted from now on.
    pub fn set_fault(&self, fault: Option<Fault>) {
        let mut state = self.state.lock();
        state.fault = fault;
        state.calls = 0;
        state.struck = false;
    }

    /// Whether the fault that was set last has struck.
    pub fn struck(&self) -> bool {
        self.state.lock().struck
    }
}

impl State {
    /// Counts a call; the fault that it meets, if any.
    fn strike(&mut self, call: Call) -> Option<FaultKind> {
        let fault = self.fault.filter(|fault| fault.kind.can_hit(call))?;
        let number = self.calls;
        self.calls += 1;
        let strikes = number == fault.call || (fault.sticky && number > fault.call);
        self.struck |= strikes;
        strikes.then_some(fault.kind)
    }

    fn perform(&mut self, operation: Operation) {
        apply(&mut self.visible, &operation);
        self.trace.operations.push(operation);
    }
}

fn failure(kind: FaultKind) -> io::Error {
    match kind {
        FaultKind::NoSpace => io::Error::from(io::ErrorKind::StorageFull),
        FaultKind::Io | FaultKind::ShortWrite | FaultKind::Sync(_) => {
            io::Error::other("simulated input/output error")
        }
    }
}

impl Storage for SimDisk {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        let mut state = self.state.lock();
        if let Some(kind) = state.strike(Call::Read) {
            return Err(failure(kind));
        }
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let bytes = state
            .visible
            .get(start..start + buf.len())
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        buf.copy_from_slice(bytes);
        Ok(())
    }

    fn write_at(&self, offset: u64, buf: &[u8]) -> io::Result<()> {
        let mut state = self.state.lock();
        if let Some(kind) = state.strike(Call::Write) {
            if kind == FaultKind::ShortWrite {
                state.perform(Operation::Write {
                    offset,
                    bytes: buf[..buf.len() / 2].to_vec(),
                });
            }
            return Err(failure(kind));
        }
        state.perform(Operation::Write {
            offset,
            bytes: buf.to_vec(),
        });
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.state.lock().visible.len() as u64)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.state.lock();
        if let Some(kind) = state.strike(Call::SetLen) {
            return Err(failure(kind));
        }
        state.perform(Operation::SetLen(len));
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.state.lock();
        if let Some(kind) = state.strike(Call::Sync) {
            if kind == FaultKind::Sync(SyncFailure::Reverted) {
                state.visible = state.durable.clone();
            }
            return Err(failure(kind));
        }
        if !state.lies {
            state.durable = state.visible.clone();
            state.trace.operations.push(Operation::Sync);
        }
        Ok(())
    }

    fn try_lock_writer(&self) -> io::Result<bool> {
        let got = !self.locked.swap(true, Ordering::SeqCst);
        self.holds_lock.fetch_or(got, Ordering::SeqCst);
        Ok(got)
    }

    fn unlock_writer(&self) {
        if self.holds_lock.swap(false, Ordering::SeqCst) {
            self.locked.store(false, Ordering::SeqCst);
        }
    }
}
