//! Changing the database.
//!
//! A [`WriteTxn`] stands on the newest snapshot and keeps all that it changes in memory until it commits. One exists at
//! a time; [`WriterQueue`] gives the turns. Savepoints are an undo journal of entries, kept only while one is open.
//!
//! What always holds: until [`commit`](WriteTxn::commit) returns, nothing that any snapshot or record reaches has
//! changed. Dropping the transaction is rolling back.

mod journal;
mod queue;
mod savepoint;
mod txn;
mod view;

pub(crate) use journal::{Journal, Undo};
pub(crate) use queue::{Turn, WriterQueue};
pub use savepoint::Savepoint;
pub use txn::WriteTxn;
pub(crate) use txn::{OpenTree, Parts};
