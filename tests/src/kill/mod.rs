//! Processes that are killed while they write to real files.
//!
//! A *referee* starts a *worker* on a file and kills it, at a random moment or at its n-th write; then a *verifier*, another
//! process, opens the file. A *follower*, a third one, reads the file read-only all the while and is killed too.
//!
//! Each of the worker's threads runs transactions of its own tables. What its n-th transaction does is drawn from the seed
//! alone (`script`), and the transaction notes `n` in a table of progress. So the verifier reads `n`, runs the first `n`
//! transactions anew in memory, and compares all rows. The worker says through a pipe which transaction it attempts and
//! which was acknowledged; the referee holds it to that:
//!
//! - what was acknowledged is there; no more than was attempted is there;
//! - it is there whole: rows, indexes and vectors are those of the first `n` transactions, and the check is clean;
//! - a follower sees only states whose sums agree, never goes back, and nothing that it saw is gone later;
//! - a read-only opening after the kill sees the same as the writable one after it.
//!
//! The kernel outlives the process, so all this holds whatever the durability.

mod doomed;
mod follower;
mod mix;
mod protocol;
mod referee;
mod script;
mod setup;
mod verifier;
mod worker;

pub use follower::follow;
pub use mix::Mix;
pub use referee::{Referee, Score};
pub use setup::Setup;
pub use verifier::verify;
pub use worker::work;
