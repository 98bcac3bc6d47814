//! The engines of the storage suite, with one face.
//!
//! All keep the same rows: `t (id INTEGER PRIMARY KEY, v BLOB)` through prepared statements where there is SQL, a number
//! to bytes where there is not. All have the same bytes of cache. Each read is a read transaction of its own, as it is
//! for a program that runs one SELECT.

mod citadel;
mod citadel_kv;
mod raw_disk;
mod redb;
mod sqlite;

use std::path::Path;
use std::time::Duration;

pub(crate) use citadel::Citadel;
pub(crate) use citadel_kv::CitadelKv;
pub(crate) use raw_disk::RawDisk;
pub(crate) use redb::Redb;
pub(crate) use sqlite::{Sqlite, SqliteMode};

use crate::Result;
use crate::row::Sum;

/// Bytes of cache of each engine.
pub(crate) const CACHE_BYTES: usize = 256 << 20;
/// How long a writer waits for another one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);
const CREATE_TABLE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, v BLOB NOT NULL)";
const INSERT: &str = "INSERT INTO t VALUES (?1, ?2)";
const DELETE: &str = "DELETE FROM t WHERE id = ?1";
const SELECT: &str = "SELECT v FROM t WHERE id = ?1";
const UPDATE: &str = "UPDATE t SET v = ?2 WHERE id = ?1";
const SCAN: &str = "SELECT id, v FROM t";

/// A kind of store.
pub(crate) trait Store {
    fn name(&self) -> &'static str;

    /// How it is set up.
    fn params(&self) -> &'static str;

    /// Whether it can only be asked for single commits: not a database, but what the disk allows one.
    fn is_yardstick(&self) -> bool {
        false
    }

    /// A new file with an empty table.
    fn create(&self, path: &Path) -> Result<Box<dyn Open>>;

    /// A file that was closed.
    fn open(&self, path: &Path) -> Result<Box<dyn Open>>;
}

/// An open file; closed when it and all of its sessions are dropped.
pub(crate) trait Open {
    /// A connection of its own, for one thread.
    fn session(&self) -> Result<Box<dyn Session>>;
}

/// A step of a mixed load.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Read(i64),
    /// Commits the row's next version by itself.
    Update(i64, u32),
}

/// A connection.
pub(crate) trait Session: Send {
    /// Commits each row by itself.
    fn insert_each(&mut self, ids: &[i64]) -> Result<()>;

    /// Inserts the rows in one transaction, each in this version.
    fn insert_all(&mut self, ids: &mut dyn Iterator<Item = i64>, version: u32) -> Result<()>;

    /// Deletes the rows in one transaction.
    fn delete_all(&mut self, ids: &mut dyn Iterator<Item = i64>) -> Result<()>;

    /// Reads each row by its id, in a transaction of its own.
    fn read_each(&mut self, ids: &[i64]) -> Result<Sum>;

    /// Reads all rows.
    fn scan(&mut self) -> Result<Sum>;

    /// Takes the steps one after the other; says how many rows were read.
    fn mix(&mut self, steps: &[Step]) -> Result<u64>;
}

/// A row that must be there is not.
fn missing(id: i64) -> crate::Error {
    format!("row {id} is missing").into()
}
