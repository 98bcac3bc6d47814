//! The faces of the database that clients are put before: the same lists and registers, as trees and as SQL.

mod sql;
mod txn;

use std::collections::BTreeMap;

use citadel_txn::Durability;

use super::disk::PowerDisk;
use super::event::{Key, Value};

pub(super) use sql::SqlStore;
pub(super) use txn::TxnStore;

/// How a store is opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setup {
    pub(super) page_size: u32,
    /// Of what is not part of a transaction of a session: creating, recovering, closing.
    pub(super) durability: Durability,
}

/// How a transaction begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intent {
    /// It reads one snapshot.
    Read,
    /// It has the writer's place from the start.
    Write,
    /// It reads a snapshot, and writes if nobody else wrote since.
    Upgrade,
}

/// Why a step did not succeed.
#[derive(Debug)]
pub(super) enum Failure {
    /// Another transaction was in the way: this one did nothing.
    Conflict,
    /// Anything else: allowed only once the disk is cut off.
    Broken(String),
}

/// Everything that is in a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Contents {
    pub(super) lists: BTreeMap<Key, Vec<Value>>,
    pub(super) registers: BTreeMap<Key, Value>,
}

/// An open database.
pub(super) trait Store: Sized + Sync {
    type Session: Session + Send;

    /// Makes a database with nothing in it.
    fn create(disk: &PowerDisk, setup: Setup) -> Result<Self, Failure>;
    /// Opens one, and recovers it.
    fn open(disk: &PowerDisk, setup: Setup) -> Result<Self, Failure>;
    /// Opens one as a process that only follows.
    fn follow(disk: &PowerDisk, setup: Setup) -> Result<Self, Failure>;
    /// A new connection.
    fn session(&self) -> Self::Session;
    /// Reads everything in one snapshot.
    fn contents(&self) -> Result<Contents, Failure>;
    /// What the integrity check has to say.
    fn problems(&self) -> Result<Vec<String>, Failure>;
}

/// A connection; one transaction at a time.
pub(super) trait Session {
    fn begin(&mut self, intent: Intent, durability: Durability) -> Result<(), Failure>;
    fn append(&mut self, key: Key, value: Value) -> Result<(), Failure>;
    fn list(&mut self, key: Key) -> Result<Vec<Value>, Failure>;
    fn write(&mut self, key: Key, value: Value) -> Result<(), Failure>;
    fn register(&mut self, key: Key) -> Result<Option<Value>, Failure>;
    /// Ends the transaction; a conflict means that it did nothing, any other failure that it may have.
    fn commit(&mut self) -> Result<(), Failure>;
    fn roll_back(&mut self);
}
