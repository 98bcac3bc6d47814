//! What is promised of every subject, whatever its states hold:
//!
//! - [`crash`]: pull the plug anywhere, and what is there afterwards is a state that was attempted, not older than the
//!   last that was acknowledged; it is whole, stays when it is opened again, and can be written to.
//! - [`fault`]: when the disk fails, the error says so, the handle commits nothing more, and the same holds afterwards.
//! - [`tamper`]: change the bytes of a file at rest, and what is read is refused or right; never wrong, never a panic.
//!
//! Each promise returns counts, so that its test can assert that it was no empty one.

pub mod crash;
pub mod fault;
pub mod tamper;
