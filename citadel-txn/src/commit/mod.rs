//! Making a transaction durable.
//!
//! The protocol, for commit `c` on top of `c - 1`, which is durable:
//!
//! 1. *Fold*: descriptors that no longer fit into the record go into the catalog.
//! 2. *Assign*: pages retired by `r <= c - 2` that no snapshot reaches become free; dirty nodes and values take pages,
//!    side by side where free space allows.
//! 3. *Seal*, children before parents, so that each parent holds its children's tags.
//! 4. *Account*: what was taken and retired is appended to the log in the record, or all free space is written as a map.
//! 5. *Write* the pages, then the record, into the slot that `c - 2` leaves. The record lists the runs that were
//!    written; if the list does not fit, the pages are made durable first and the record says so.
//! 6. *Sync*. Only now is the commit acknowledged and published.
//!
//! What always holds: a crash before 6 leaves either a record that recovery can prove complete, or the record of `c - 1`
//! with all that it reaches. An error before 5 gives the pages back and leaves the database as it was. An error in 5 or
//! 6 poisons the file: nothing can be said about what is durable, and no later commit may pretend.

mod changes;
mod claim;
mod descriptors;
mod levels;
mod sealer;
mod steps;

pub(crate) use changes::{Changes, OpenTree, Terms};
pub(crate) use claim::Claim;
pub(crate) use sealer::Sealer;
pub(crate) use steps::commit;
