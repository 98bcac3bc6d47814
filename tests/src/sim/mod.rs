//! A simulated disk, for tests that pull the plug.
//!
//! # The failure model
//!
//! A disk keeps what was written before the last `sync` that returned success. Of the operations since then (writes, and
//! changes of length, in the order in which they were issued) any subset may have reached the medium when the power fails,
//! in any order, and a write may be torn: of its sectors some are new, and the others are old, garbage or zero. Nothing else changes.
//! In particular the disk does not lie about `sync`, and does not touch sectors that nobody wrote; what a *lying* or *rotting* disk does is
//! tested by tampering, where the promise is an error and not recovery.
//!
//! # How a test runs
//!
//! [`SimDisk`] is a [`citadel_core::Storage`] that works like memory and keeps a [`Trace`] of every operation. A workload runs
//! once over it, and marks the trace as commits are attempted and acknowledged. Then each boundary of the trace is a place to crash,
//! [`Crash::images`] lists the disks that the model allows there, and the test opens each of them.
//!
//! Everything is drawn from a seed, so that a run can be replayed.

mod crash;
mod disk;
mod random;
mod trace;

pub use crash::Crash;
pub use disk::{Fault, FaultKind, SimDisk, SyncFailure};
pub use random::Random;
pub use trace::{Operation, Trace};
