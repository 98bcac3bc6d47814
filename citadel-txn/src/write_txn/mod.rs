//! Changing the database.
//!
//! A [`WriteTxn`] stands on the newest snapshot and keeps all that it changes in memory until it commits, or until that is
//! more than its budget: then it [spills](spill). One exists at a time; the [queue](crate::queue) gives the turns. Savepoints are an undo journal of entries, kept only while one is open.
//!
//! What always holds: until [`commit`](WriteTxn::commit) returns, nothing that any snapshot or record reaches has
//! changed. Dropping the transaction is rolling back.

mod bulk;
mod journal;
mod refresh;
mod savepoint;
mod spill;
mod terms;
mod txn;
mod view;

pub use bulk::BulkLoad;
pub(crate) use journal::{Journal, Undo};
pub use savepoint::Savepoint;
pub use txn::WriteTxn;
