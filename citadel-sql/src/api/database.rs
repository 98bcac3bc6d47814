//! An open database: what all its connections share.

use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use citadel_txn::{Anchor, Durability, FileStorage, Generation, Key, MemoryStorage, Storage};

use crate::ann::{Merger, SegmentCache};
use crate::api::catalogs::Catalogs;
use crate::api::registry::{Opening, Registration, Registry};
use crate::api::{Connection, Options};
use crate::error::Result;
use crate::execute::default_threads;
use crate::lake::{self, Lakes};
use crate::statistics::Refresher;
use crate::store::domain_condition;
use crate::types::install_conditions;

/// The files that this process has open for writing.
static FILES: Registry<Shared> = Registry::new();

/// The path of a database that lives in memory only.
const MEMORY: &str = ":memory:";

/// An open database. Cloning it gives another handle to the same one; it may be sent to and shared between threads,
/// each of which takes a [`Connection`] of its own from [`connect`](Database::connect).
///
/// A file is opened for writing by one process at a time. Opening it again in that process, with a key of the file, gives
/// another handle to the same database. The file is let go when the last handle and the last connection are gone.
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
    defaults: Defaults,
}

/// What the connections of a handle begin with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Defaults {
    pub(crate) busy_timeout: Duration,
    pub(crate) durability: Durability,
    pub(crate) threads: usize,
    pub(crate) work_mem: usize,
}

impl Defaults {
    fn of(options: &Options) -> Self {
        Self {
            busy_timeout: options.storage.busy_timeout,
            durability: options.storage.durability,
            threads: options.threads.map_or_else(default_threads, NonZero::get),
            work_mem: options.work_mem,
        }
    }
}

/// What is done in the background: for the whole database, as it is opened first.
#[derive(Clone, Copy, Debug)]
struct Upkeep {
    /// Folding ann indexes, and the memory that it takes.
    merges: bool,
    merge_bytes_max: usize,
    /// Renewing statistics.
    analyzes: bool,
}

impl Upkeep {
    fn of(options: &Options) -> Self {
        Self {
            merges: options.ann_auto_merge,
            merge_bytes_max: options.ann_merge_bytes,
            analyzes: options.auto_analyze,
        }
    }
}

/// What lives as long as any handle.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Goes first: its thread ends before the file is closed.
    pub(crate) merger: Merger,
    /// So does its one.
    pub(crate) refresher: Refresher,
    pub(crate) storage: citadel_txn::Database,
    pub(crate) catalogs: Catalogs,
    pub(crate) segments: Arc<SegmentCache>,
    pub(crate) lakes: Lakes,
    /// Given up last, when the file is closed.
    registration: Option<Registration<Shared>>,
}

impl Database {
    /// Opens a file, or creates it where there is none. `:memory:` is [`open_in_memory`](Database::open_in_memory).
    ///
    /// # Errors
    /// The key is wrong; the file is not a database, damaged, or open for writing in another process; the operating system
    /// refuses.
    pub fn open(path: impl AsRef<Path>, key: Key) -> Result<Self> {
        Self::open_with(path, key, Options::default())
    }

    /// Opens a file as the options say. Where this process has the file open already, the size of the cache and what is
    /// done in the background stay as they are; the busy timeout, the durability and the number of threads are those of this handle's
    /// connections.
    ///
    /// # Errors
    /// As [`open`](Database::open); there is no such file and none is to be created.
    pub fn open_with(path: impl AsRef<Path>, key: Key, options: Options) -> Result<Self> {
        let path = path.as_ref();
        if path == Path::new(MEMORY) {
            return Self::create_on(Arc::new(MemoryStorage::new()), &key, options);
        }
        if options.storage.read_only {
            let storage = FileStorage::open_read_only(path).map_err(below)?;
            return Self::open_on(Arc::new(storage), &key, options);
        }
        if options.create {
            key.check().map_err(below)?;
        }
        let defaults = Defaults::of(&options);
        let upkeep = Upkeep::of(&options);
        let (storage, registration) = match FILES.claim(path, options.create)? {
            Opening::Shared(shared) => return Self::join(shared, &key, &options),
            Opening::Created(file, registration) => {
                let file = Arc::new(file);
                let storage = citadel_txn::Database::create(file, &key, options.storage)?;
                (storage, registration)
            }
            Opening::Existing(registration) => {
                let file = Arc::new(FileStorage::open(path).map_err(below)?);
                let storage = citadel_txn::Database::open(file, &key, options.storage)?;
                (storage, registration)
            }
        };
        Self::new(storage, defaults, upkeep, Some(registration)).recovered(false)
    }

    /// Another handle to a database that is open, for one who has a key of it as well.
    fn join(shared: Arc<Shared>, key: &Key, options: &Options) -> Result<Self> {
        let file = shared.storage.file();
        file.check_key(key).map_err(below)?;
        if file.is_poisoned() {
            return Err(below(citadel_txn::FileError::Poisoned).into());
        }
        if let Some(anchor) = &options.storage.expect {
            shared.storage.require_anchor(anchor)?;
        }
        Ok(Self {
            shared,
            defaults: Defaults::of(options),
        })
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
        let defaults = Defaults::of(&options);
        let upkeep = Upkeep::of(&options);
        let storage = citadel_txn::Database::create(storage, key, options.storage)?;
        Ok(Self::new(storage, defaults, upkeep, None))
    }

    /// Opens a database on a storage of one's own.
    ///
    /// # Errors
    /// As [`open`](Database::open).
    pub fn open_on(storage: Arc<dyn Storage>, key: &Key, options: Options) -> Result<Self> {
        let defaults = Defaults::of(&options);
        let upkeep = Upkeep::of(&options);
        let is_read_only = options.storage.read_only;
        let storage = citadel_txn::Database::open(storage, key, options.storage)?;
        Self::new(storage, defaults, upkeep, None).recovered(is_read_only)
    }

    fn new(
        storage: citadel_txn::Database,
        defaults: Defaults,
        upkeep: Upkeep,
        registration: Option<Registration<Shared>>,
    ) -> Self {
        install_conditions(domain_condition);
        let segments = Arc::new(SegmentCache::of(&storage));
        let shared = Arc::new(Shared {
            merger: Merger::new(Arc::clone(&segments), upkeep.merges, upkeep.merge_bytes_max),
            refresher: Refresher::new(upkeep.analyzes),
            storage,
            catalogs: Catalogs::default(),
            segments,
            lakes: Lakes::default(),
            registration,
        });
        if let Some(registration) = &shared.registration {
            registration.publish(&shared);
        }
        Self { shared, defaults }
    }

    /// After what was committed, and has yet to be done in lakes, was done.
    fn recovered(self, is_read_only: bool) -> Result<Self> {
        if !is_read_only {
            let shared = &self.shared;
            lake::recover(&shared.lakes, &shared.storage, self.defaults.busy_timeout)?;
        }
        Ok(self)
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

    pub(crate) fn defaults(&self) -> Defaults {
        self.defaults
    }
}

fn below(error: citadel_txn::FileError) -> citadel_txn::Error {
    error.into()
}
