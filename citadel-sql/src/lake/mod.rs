//! Tables whose rows lie in a lake: the seam between SQL and citadel-lake.
//!
//! # Vocabulary
//! - The *face* ([`access::Lake`]): what SQL asks of a lake, in SQL's own words: batches, conditions, values. `bridge` answers by citadel-lake; a build without the feature `lake` has nobody to ask, and says so ([`Lakes::get`]).
//! - *Waiting rows*: what an open transaction inserted, in the table's own trees, sealed as all rows are, and taken back with it.
//! - A *pin* ([`Pins`]): the snapshot of a lake table that a statement or transaction has seen first and goes on to see.
//! - An *intent* ([`Intent`]): what a committed transaction has yet to do in a lake.
//! - A *site* ([`Site`]): where a table lies, and who tells which of its metadata is the newest: its folder, a server, or, of an *embedded*
//!   table, a *pointer* in this database (`pointer`).
//!
//! # A commit
//!
//! ```text
//! INSERT ─► waiting rows ─┐                       ┌ intents   ┐ one local   ┌ append under the    ┐
//! DELETE ─► staged delete ┴─COMMIT─► data files ─►│ other rows├─ commit ───►│ batch id, or delete ├─► intents are forgotten
//!                                                 └           ┘             └                     ┘
//! ```
//!
//! 1. The local commit decides: it holds the intents together with all other changes of the transaction, and is durable before the lake
//!    hears of it. Before it there is nothing but data files that no snapshot names; after it the intents are carried out, if need be
//!    by whoever reads the table next or opens the database.
//! 2. An intent may be carried out any number of times, by any number of processes: the lake's ledger knows its batch id.
//! 3. A table with an intent that cannot be carried out is not read: what was committed would be missing.
//! 4. Of an embedded table, COMMIT writes all files, metadata too, and moves the pointer in the one local commit: there is no intent, and what
//!    a rollback or a crash leaves is files that no pointer names.
//! 5. No waiting row and no staged delete is ever part of a commit.

mod access;
#[cfg(feature = "lake")]
mod bridge;
mod commit;
mod condition;
mod error;
mod intents;
mod pins;
mod pointer;
#[cfg(all(test, feature = "lake"))]
mod tests;
mod upkeep;
mod watch;

pub(crate) use access::{Found, LakeRows, Lakes, Read, Search, Withdraw};
pub(crate) use commit::{check_droppable, check_readable, prepare, recover, settle};
pub(crate) use condition::{Comparison, Condition};
pub(crate) use intents::{INTENT_TREE, Intent, stage_delete, staged_deletes};
pub(crate) use pins::{LakeUse, Pins};
pub(crate) use pointer::{
    Site, check as check_pointers, decode as decode_pointer, forget_pointer, pointer, pointer_key,
};
pub(crate) use upkeep::Upkeep;
pub(crate) use watch::LakeWatch;
pub use watch::{LakeProgress, LakeStage};
