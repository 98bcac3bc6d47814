//! Transactions over sealed pages: B+trees of byte strings that commit, recover, and are read as of one generation.
//!
//! A [`Database`] holds trees, each under a [`TreeId`]. A [`ReadTxn`] sees one commit for its whole life; a [`WriteTxn`],
//! one at a time, sees its own changes and becomes the next commit. Both are a [`View`]; [`Cursor`]s step through a tree
//! of either.
//!
//! ```
//! use std::sync::Arc;
//! use citadel_txn::{Cursor, Database, Key, MemoryStorage, Options, TreeOptions, View};
//!
//! # fn main() -> citadel_txn::Result<()> {
//! let database = Database::create(Arc::new(MemoryStorage::new()), &Key::raw([7; 32]), Options::default())?;
//! let mut write = database.begin_write()?;
//! let tree = write.create_tree(TreeOptions::default())?;
//! write.insert(tree, b"one", b"1")?;
//! write.insert(tree, b"two", b"2")?;
//! write.commit()?;
//!
//! let read = database.begin_read()?;
//! assert_eq!(read.get(tree, b"two")?.as_deref(), Some(&b"2"[..]));
//! let mut cursor = Cursor::new(tree);
//! while cursor.next(&read)? {
//!     println!("{:?} = {:?}", cursor.key(), cursor.value(&read)?);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What always holds:
//!
//! 1. A page that a commit reaches which recovery may fall back to, or any open snapshot, is never written over
//!    ([`space`], [`snapshot`], [`recovery`]).
//! 2. A node is read only through the pointer in its parent, with its generation and tag; its level is one less than its
//!    parent's ([`tree`]).
//! 3. When `commit` returns, the commit survives a crash, as far as its [`Durability`] says; a crash before leaves a commit
//!    before it ([`commit`], [`durability`], [`recovery`]).
//! 4. After a failed write or sync no later commit of the same database succeeds.
//! 5. Allocated pages = reachable + records + retired + free, exactly, after every commit and every recovery ([`check`]).
//! 6. Readers and the writer never wait for each other.
#![forbid(unsafe_code)]
#![allow(rustdoc::private_intra_doc_links)]

mod anchor;
mod backup;
mod catalog;
mod check;
mod checkpoint;
mod codec;
mod commit;
mod cursor;
mod database;
mod dirty;
mod durability;
mod entry;
mod error;
mod extent;
#[cfg(any(fuzzing, feature = "fuzzing"))]
pub mod fuzzing;
mod inspect;
mod leaves;
mod node;
mod options;
mod progress;
mod queue;
mod reach;
mod read_txn;
mod record;
mod recovery;
mod redo;
mod rekey;
mod salvage;
#[cfg(all(test, feature = "shuttle"))]
mod schedules;
mod settle;
mod several;
mod shared;
mod snapshot;
mod space;
mod split;
mod survey;
mod sync;
mod tree;
mod tree_id;
mod upkeep;
mod vacuum;
mod view;
mod wipe;
mod write_txn;

pub use anchor::Anchor;
pub use backup::BackupReport;
pub use check::{CheckReport, PageCounts};
pub use commit::PendingCommit;
pub use cursor::Cursor;
pub use database::Database;
pub use entry::Entry;
pub use error::{Error, Result};
pub use extent::Again;
pub use leaves::{Leaf, Leaves};
pub use options::{Durability, Options};
pub use progress::{Phase, Progress, Quiet, Step};
pub use read_txn::ReadTxn;
pub use rekey::RekeyReport;
pub use salvage::{Loss, Losses, Salvage, SalvagedEntries, SalvagedEntry, SalvagedTree};
pub use several::get_several;
pub use split::split;
pub use survey::{SpaceReport, TreeSpace};
pub use tree::TreeOptions;
pub use tree_id::TreeId;
pub use vacuum::VacuumReport;
pub use view::View;
pub use write_txn::{BulkLoad, Savepoint, WriteTxn};

pub use citadel_core::{
    CacheStats, Error as FileError, FileStorage, Generation, Kdf, Key, MemoryStorage, PageNo,
    PagePtr, PageSize, Piece, Scratch, SealedFile, SlotIndex, SlotInfo, Storage, SuperblockInfo,
    body_len, memory_bytes,
};
