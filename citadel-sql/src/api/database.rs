//! An open database: what all its connections share.

use std::path::Path;
use std::sync::Arc;

use citadel_txn::{Anchor, FileStorage, Generation, Key, MemoryStorage, Storage};

use crate::ann::SegmentCache;
use crate::api::catalogs::Catalogs;
use crate::api::{Connection, Options};
use crate::error::Result;

/// The path of a database that lives in memory only.
const MEMORY: &str = ":memory:";

/// An open database. Cloning it gives another handle to the same one; it may be sent to and shared between threads,
/// each of which takes a [`Connection`] of its own from [`connect`](Database::connect).
///
/// A file is opened for writing once at a time, by one process and by one `Database` in it. The file is let go when
/// the last handle and the last connection are gone.
///
/// ```
/// use citadel_sql::Database;
///
/// # fn main() -> citadel_sql::Result<()> {
/// let database = Database::open_in_memory()?;
/// database.connect().execute("CREATE TABLE t (x INTEGER)", ())?;
/// let worker = std::thread::spawn({
///     let database = database.clone();
///     move || database.connect().execute("INSERT INTO t VALUES (1)", ())
/// });
/// assert_eq!(worker.join().unwrap()?, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Database {
    shared: Arc<Shared>,
}

/// What lives as long as any handle.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) storage: citadel_txn::Database,
    pub(crate) catalogs: Catalogs,
    pub(crate) segments: SegmentCache,
}

impl Database {
    /// Opens a file, or creates it where there is none. `:memory:` is [`open_in_memory`](Database::open_in_memory).
    ///
    /// # Errors
    /// The key is wrong; the file is not a database, damaged, or open for writing elsewhere; the operating system
    /// refuses.
    pub fn open(path: impl AsRef<Path>, key: Key) -> Result<Self> {
        Self::open_with(path, key, Options::default())
    }

    /// Opens a file as the options say.
    ///
    /// # Errors
    /// As [`open`](Database::open); there is no such file and none is to be created.
    pub fn open_with(path: impl AsRef<Path>, key: Key, options: Options) -> Result<Self> {
        let path = path.as_ref();
        if path == Path::new(MEMORY) {
            return Self::create_on(Arc::new(MemoryStorage::new()), &key, options);
        }
        let create = options.create && !options.storage.read_only;
        if create && !path.try_exists().unwrap_or(true) {
            key.check().map_err(citadel_txn::Error::from)?;
            let storage = FileStorage::create(path).map_err(citadel_txn::Error::from)?;
            return Self::create_on(Arc::new(storage), &key, options);
        }
        let storage = if options.storage.read_only {
            FileStorage::open_read_only(path)
        } else {
            FileStorage::open(path)
        };
        Self::open_on(
            Arc::new(storage.map_err(citadel_txn::Error::from)?),
            &key,
            options,
        )
    }

    /// Creates a database that lives as long as its handles, and nowhere else.
    ///
    /// # Errors
    /// Memory cannot be had.
    pub fn open_in_memory() -> Result<Self> {
        // Nothing of it ever leaves the process, so nothing is gained by a secret that the process would have to hold.
        let key = Key::raw([0; 32]);
        Self::create_on(Arc::new(MemoryStorage::new()), &key, Options::default())
    }

    /// Creates a database on a storage of one's own.
    ///
    /// # Errors
    /// The storage is not empty, or refuses.
    pub fn create_on(storage: Arc<dyn Storage>, key: &Key, options: Options) -> Result<Self> {
        citadel_txn::Database::create(storage, key, options.storage)
            .map(Self::new)
            .map_err(Into::into)
    }

    /// Opens a database on a storage of one's own.
    ///
    /// # Errors
    /// As [`open`](Database::open).
    pub fn open_on(storage: Arc<dyn Storage>, key: &Key, options: Options) -> Result<Self> {
        citadel_txn::Database::open(storage, key, options.storage)
            .map(Self::new)
            .map_err(Into::into)
    }

    fn new(storage: citadel_txn::Database) -> Self {
        Self {
            shared: Arc::new(Shared {
                storage,
                catalogs: Catalogs::default(),
                segments: SegmentCache::default(),
            }),
        }
    }

    /// Another connection. It costs next to nothing.
    pub fn connect(&self) -> Connection {
        Connection::new(self.clone())
    }

    /// A mark of the newest commit, to be kept elsewhere: see [`Options::expect`].
    pub fn anchor(&self) -> Anchor {
        self.shared.storage.anchor()
    }

    /// The number of the newest commit.
    pub fn generation(&self) -> Generation {
        self.shared.storage.generation()
    }

    /// Superblock, commit records, trees and pages as text. No key and no value of a row is shown.
    ///
    /// # Errors
    /// The operating system refuses a read.
    pub fn inspect(&self) -> Result<String> {
        Ok(self.shared.storage.inspect()?)
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }
}
