//! Promise: after a crash at any place, or a failure of the disk at any call, the database is a state that was
//! attempted, no older than the last that was acknowledged, whole and writable.
//!
//! This is a slice of the matrix, small enough for every day: `cargo xtask crash` runs all of it.

mod canary;
mod crashes;
mod faults;
mod unsynced;

use citadel_tests::promise::{Case, Effort};
use citadel_tests::subject::Subject;

/// A subject with little effort.
fn slice(subject: &dyn Subject) -> Case<'_> {
    Case {
        subject,
        seed: 21,
        effort: Effort::SLICE,
        only: None,
    }
}
