//! A simulated disk, for tests that pull the plug.
//!
//! # The failure model
//!
//! A disk keeps what was written before the last `sync` that returned success. Of the operations since then (writes, and
//! changes of length, in the order in which they were issued) any subset may have reached the medium when the power fails,
//! in any order, and a write may be torn: of its sectors, of 512 or of 4,096 bytes, some are new, and the others are old,
//! garbage or zero. Nothing else changes.
//!
//! A call may fail: with nothing done, or half done; once, or ever after. After a failed `sync` what was under way is never
//! written, whatever later calls say, and reads see it still or no more ([`SyncFailure`]). Such a disk is still one that
//! the promise of recovery holds on.
//!
//! A disk that lies about `sync`, puts a write elsewhere ([`Misdirection`]) or changes what nobody wrote keeps no promise; there
//! it is promised that the damage is found, and not that it is mended.
//!
//! # How a test runs
//!
//! [`SimDisk`] is a [`citadel_core::Storage`] that works like memory and keeps a [`Trace`] of every operation. A workload runs
//! once over it, and marks the trace as commits are attempted and acknowledged. Then each boundary of the trace is a place to crash:
//! [`Trace::start`] steps through them, [`Crash::fates`] lists what may have become there of the operations under way, and the test opens
//! the [`Image`] that each fate leaves.
//!
//! Everything is drawn from a seed, so that a run can be replayed.

mod crash;
mod disk;
mod fault;
mod image;
mod misdirect;
mod random;
mod tear;
mod trace;

pub use crash::{Crash, Fate};
pub use disk::SimDisk;
pub use fault::{Call, Fault, FaultKind, SyncFailure};
pub use image::Image;
pub use misdirect::Misdirection;
pub use random::Random;
pub use trace::{AfterFailure, Moment, Operation, Promised, Trace};
