//! How a disk fails.

use std::io;

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
    /// Any call: interrupted by a signal, with nothing done.
    Interrupted,
    /// A write or a change of length: no space left, with nothing done.
    NoSpace,
    /// A write stops half way with an error.
    ShortWrite,
    /// A read stops half way with an error.
    ShortRead,
    /// A sync fails; what becomes of the data is said by the model.
    Sync(SyncFailure),
}

impl FaultKind {
    /// All ways to fail.
    pub const ALL: [FaultKind; 8] = [
        FaultKind::Io,
        FaultKind::Interrupted,
        FaultKind::NoSpace,
        FaultKind::ShortWrite,
        FaultKind::ShortRead,
        FaultKind::Sync(SyncFailure::KeptClean),
        FaultKind::Sync(SyncFailure::Reverted),
        FaultKind::Sync(SyncFailure::Lost),
    ];

    pub(super) fn can_hit(self, call: Call) -> bool {
        match self {
            FaultKind::Io | FaultKind::Interrupted => true,
            FaultKind::NoSpace => matches!(call, Call::Write | Call::SetLen),
            FaultKind::ShortWrite => call == Call::Write,
            FaultKind::ShortRead => call == Call::Read,
            FaultKind::Sync(_) => call == Call::Sync,
        }
    }

    pub(super) fn error(self) -> io::Error {
        match self {
            FaultKind::NoSpace => io::Error::from(io::ErrorKind::StorageFull),
            FaultKind::Interrupted => io::Error::from(io::ErrorKind::Interrupted),
            _ => io::Error::other("simulated input/output error"),
        }
    }
}

/// What a caller can ask of a disk that may fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Bytes at an offset.
    Read,
    /// Bytes to an offset.
    Write,
    /// How long it is.
    Len,
    /// To be longer or shorter.
    SetLen,
    /// To make all durable.
    Sync,
    /// To give the file its name.
    Publish,
}

impl Call {
    /// Whether a failure leaves the caller in doubt about what is on the medium.
    pub fn changes(self) -> bool {
        !matches!(self, Call::Read | Call::Len)
    }
}

/// What a failed sync leaves in the operating system's cache (Rebello et al., USENIX ATC 2020).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncFailure {
    /// The new data stays readable and is taken for clean: no later sync writes it, and a loss of power forgets it.
    KeptClean,
    /// Reads give the old data again; nothing had reached the medium.
    Reverted,
    /// The cache is dropped: reads give what is on the medium, which some of the writes had reached.
    Lost,
}
