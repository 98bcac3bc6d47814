//! An open database.

use std::sync::Arc;
use std::time::Duration;

use citadel_core::{CacheStats, Generation, Key, PageSize, SealedFile, Storage};

use crate::anchor::Anchor;
use crate::check::CheckReport;
use crate::checkpoint::Checkpoints;
use crate::error::{Error, Result};
use crate::inspect;
use crate::options::{Durability, Options};
use crate::progress::Quiet;
use crate::queue::WriterQueue;
use crate::read_txn::ReadTxn;
use crate::record::{Digest, Record};
use crate::recovery::{self, Link, Recovered};
use crate::settle::settle;
use crate::shared::{Shared, Writing};
use crate::snapshot::Snapshot;
use crate::tree::Geometry;
use crate::write_txn::WriteTxn;

/// An open database: B+trees of byte strings in one sealed file. Clones are the same database; it is closed when the
/// last clone and the last transaction are gone.
#[derive(Clone, Debug)]
pub struct Database {
    shared: Arc<Shared>,
}

/// How often an opening for reading looks again where the writer has moved on meanwhile.
const OPEN_ATTEMPTS: usize = 100;

/// The newest commit that is known to be durable, where it is not the newest; none where it is damaged.
fn load_durable(file: &Arc<SealedFile>, recovered: &Recovered) -> Result<Option<Snapshot>> {
    let Some(Link { record, digest }) = recovered.durable_commit.clone() else {
        return Ok(None);
    };
    if record.generation == recovered.newest.record.generation {
        return Ok(None);
    }
    match Snapshot::load(file, record, digest) {
        Ok(snapshot) => Ok(Some(snapshot)),
        Err(error) if error.is_corrupt() => Ok(None),
        Err(error) => Err(error),
    }
}

impl Database {
    /// Creates a database in a storage that holds nothing yet, and opens it.
    ///
    /// # Errors
    /// An error of the file; among them that the storage is not empty, which leaves it untouched.
    pub fn create(storage: Arc<dyn Storage>, key: &Key, options: Options) -> Result<Self> {
        let file = SealedFile::create(storage, key, &options.to_create())?;
        let genesis = Record::genesis(file.first_page(), file.page_size());
        file.ensure_len(genesis.pages_end)?;
        let checkpoints = Checkpoints::create(&file, &genesis, false)?;
        file.sync()?;
        Self::begin_with(file, options, genesis, checkpoints)
    }

    /// Opens a database, and recovers it if it was not closed.
    ///
    /// # Errors
    /// An error of the file; [`Error::Corrupt`]; [`Error::AnchorMismatch`] where the file is older than
    /// [`Options::expect`] allows.
    pub fn open(storage: Arc<dyn Storage>, key: &Key, options: Options) -> Result<Self> {
        let file = SealedFile::open(storage, key, &options.to_open())?;
        let recovered = recovery::recover(&file)?;
        let Link { record, digest } = recovered.newest.clone();
        if let Some(anchor) = &options.expect {
            anchor.check(&record, digest)?;
        }
        if options.read_only {
            return Self::open_reading(Arc::new(file), options, recovered.newest);
        }
        let file = Arc::new(file);
        let writing = Writing {
            space: recovery::load_space_for_writing(&file, &record, recovered.vouched)?,
            checkpoints: Checkpoints::found(&recovered.checkpoints),
            durable: recovered.durable,
            vouched: recovered.vouched,
            durable_commit: load_durable(&file, &recovered)?,
        };
        let snapshot = Snapshot::load(&file, record, digest)?;
        let database = Self::assemble(file, options, snapshot, Some(writing));
        settle(&database.shared, &recovered)?;
        Ok(database)
    }

    /// Opens for reading. A writer in another process may go on meanwhile, and use the pages of the commit that was found anew;
    /// then a newer one is looked for.
    fn open_reading(file: Arc<SealedFile>, options: Options, mut newest: Link) -> Result<Self> {
        for _ in 0..OPEN_ATTEMPTS {
            let generation = newest.record.generation;
            match Snapshot::load(&file, newest.record, newest.digest) {
                Ok(snapshot) => return Ok(Self::assemble(file, options, snapshot, None)),
                Err(error) if error.is_corrupt() => {
                    newest = recovery::recover(&file)?.newest;
                    if newest.record.generation <= generation {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Err(Error::SnapshotTooOld)
    }

    /// A database that begins with this record, in a file that has no pages yet.
    pub(crate) fn of_genesis(file: SealedFile, record: Record, cache_bytes: usize) -> Result<Self> {
        let options = Options {
            cache_bytes,
            ..Options::default()
        };
        file.ensure_len(record.pages_end)?;
        let checkpoints = Checkpoints::create(&file, &record, false)?;
        Self::begin_with(file, options, record, checkpoints)
    }

    fn begin_with(
        file: SealedFile,
        options: Options,
        record: Record,
        checkpoints: Checkpoints,
    ) -> Result<Self> {
        let writing = Writing {
            space: recovery::load_space(&file, &record)?,
            checkpoints,
            durable: record.generation,
            vouched: record.generation,
            durable_commit: None,
        };
        let digest = Digest::of(&record);
        let file = Arc::new(file);
        let snapshot = Snapshot::load(&file, record, digest)?;
        Ok(Self::assemble(file, options, snapshot, Some(writing)))
    }

    fn assemble(
        file: Arc<SealedFile>,
        options: Options,
        snapshot: Snapshot,
        writing: Option<Writing>,
    ) -> Self {
        Self {
            shared: Arc::new(Shared::new(file, options, snapshot, writing)),
        }
    }

    /// Begins to read the newest commit. In a process that only reads, that is the newest one in the file.
    ///
    /// # Errors
    /// An error of the file; only in a process that only reads.
    pub fn begin_read(&self) -> Result<ReadTxn> {
        if self.shared.options().read_only {
            self.shared.follow()?;
        }
        Ok(ReadTxn::new(
            Arc::clone(&self.shared),
            self.shared.registry().newest(),
        ))
    }

    /// Begins to write on top of the newest commit. There is one write transaction at a time; others wait in the order
    /// in which they came.
    ///
    /// # Errors
    /// [`Error::Busy`] where it is not this one's turn within [`Options::busy_timeout`]; [`Error::ReadOnly`]; that an
    /// earlier write failed, which only reopening mends.
    pub fn begin_write(&self) -> Result<WriteTxn> {
        self.begin_write_within(self.busy_timeout())
    }

    /// The same with a busy timeout of the caller's own.
    ///
    /// # Errors
    /// As [`begin_write`](Self::begin_write).
    pub fn begin_write_within(&self, busy_timeout: Duration) -> Result<WriteTxn> {
        if self.shared.options().read_only {
            return Err(Error::ReadOnly);
        }
        let turn = WriterQueue::wait(self.shared.queue(), busy_timeout).ok_or(Error::Busy)?;
        if self.shared.file().is_poisoned() {
            return Err(citadel_core::Error::Poisoned.into());
        }
        WriteTxn::begin(Arc::clone(&self.shared), turn)
    }

    /// How long [`begin_write`](Self::begin_write) waits.
    pub fn busy_timeout(&self) -> Duration {
        self.shared.options().busy_timeout
    }

    /// When commits are safe on the medium, unless a transaction says otherwise.
    pub fn durability(&self) -> Durability {
        self.shared.durability()
    }

    /// Changes when commits are safe on the medium, for transactions that begin from now on.
    pub fn set_durability(&self, durability: Durability) {
        self.shared.set_durability(durability);
    }

    /// Makes all that was committed durable, also with [`Durability::Normal`] or [`Durability::Off`]. Closing does so as well, but
    /// tells of no error.
    ///
    /// # Errors
    /// What the file says. After a failed write or sync no later commit of this database can succeed.
    pub fn sync(&self) -> Result<()> {
        match self.is_read_only() {
            true => Ok(()),
            false => self.shared.sync_all().map(drop),
        }
    }

    /// Reads everything that the newest commit reaches, and proves that it is whole: see [`CheckReport`].
    ///
    /// # Errors
    /// An error of the operating system. What is wrong with the file is in the report.
    pub fn check(&self) -> Result<CheckReport> {
        self.begin_read()?.check(&mut Quiet)
    }

    /// The superblock, the commit records, the trees with their pages, and the free space, as text. Holds no value and
    /// no secret.
    ///
    /// # Errors
    /// What the file says.
    pub fn inspect(&self) -> Result<String> {
        inspect::describe(self.shared.file(), self.begin_read()?.snapshot())
    }

    /// Names the newest commit. Keep it elsewhere to recognize an older copy of the file: [`Options::expect`].
    pub fn anchor(&self) -> Anchor {
        let newest = self.shared.registry().newest();
        Anchor::new(newest.generation(), newest.digest)
    }

    /// Refuses a database that does not follow from an anchor, as [`Options::expect`] does when it is opened.
    ///
    /// # Errors
    /// [`Error::AnchorMismatch`].
    pub fn require_anchor(&self, anchor: &Anchor) -> Result<()> {
        let newest = self.shared.registry().newest();
        anchor.check(&newest.record, newest.digest)
    }

    /// The newest commit that this process knows of.
    pub fn generation(&self) -> Generation {
        self.shared.registry().newest().generation()
    }

    /// Bytes of a page.
    pub fn page_size(&self) -> PageSize {
        self.shared.file().page_size()
    }

    /// Bytes that a key may have.
    pub fn max_key_len(&self) -> usize {
        Geometry::key_len_max(self.page_size())
    }

    /// Whether nobody else holds the database: no other handle, and no transaction.
    pub(crate) fn is_last_handle(&self) -> bool {
        Arc::strong_count(&self.shared) == 1
    }

    /// Whether closing gives free pages back: [`Options::vacuum_on_close`].
    pub(crate) fn vacuums_on_close(&self) -> bool {
        self.shared.options().vacuum_on_close
    }

    /// Whether the database was opened read-only.
    pub fn is_read_only(&self) -> bool {
        self.shared.options().read_only
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// The sealed file below: key slots, sizes, cipher statistics.
    pub fn file(&self) -> &SealedFile {
        self.shared.file()
    }

    /// What the page cache holds and did.
    pub fn cache_stats(&self) -> CacheStats {
        self.shared.file().cache_stats()
    }
}
