//! Making a transaction durable.
//!
//! The protocol, for commit `c` on top of `c - 1`, which was written and may not be durable yet. A light commit ([`redo`](crate::redo)) takes
//! steps 1 and 3 for its record only, and may leave that to the next sync or [join] the one before:
//!
//! 1. *Fold*: descriptors that no longer fit into the record go into the catalog.
//! 2. *Assign*: pages that nobody can fall back to or reads become free ([`space`](crate::space)); dirty nodes and values
//!    take pages, right behind the place of the commit's record where there is room.
//! 3. *Seal*, children before parents, so that each parent holds its children's tags.
//! 4. *Account*: the record after the next gets its place; what was taken and retired is appended to the log in the record,
//!    or all free space is written as a map.
//! 5. *Write* record and pages, which is one write where they lie side by side. The record lists the runs that were written;
//!    if the list does not fit, the pages are made durable first and the record says so. Every now and then a
//!    [checkpoint](crate::checkpoint) of a durable commit is written as well.
//! 6. *Hand over*: the commit is the head, on which the next writer stands; the turn is given up.
//! 7. *Sync*, alone or together with others ([`durability`](crate::durability)). Only now is the commit published and
//!    acknowledged, unless the transaction asked for less.
//!
//! What always holds: a crash before the end of 7 leaves either a commit that recovery can prove complete, or the one before
//! it with all that it reaches. An error before 5 gives the pages back and leaves the database as it was. An error from then
//! on poisons the file: nothing can be said about what is durable, and no later commit may pretend.

mod changes;
mod claim;
mod descriptors;
mod join;
mod levels;
mod notice;
mod pending;
mod sealer;
mod steps;

pub(crate) use changes::{Changes, Terms};
pub(crate) use claim::Claim;
pub(crate) use notice::Notice;
pub use pending::PendingCommit;
pub(crate) use sealer::Sealer;
pub(crate) use steps::commit;
