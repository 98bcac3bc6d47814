//! An open database.

use std::sync::Arc;

use citadel_core::{CacheStats, Generation, Key, PageSize, SealedFile, Storage};
use parking_lot::Mutex;

use crate::anchor::Anchor;
use crate::check::{self, CheckReport};
use crate::commit;
use crate::error::{Error, Result};
use crate::inspect;
use crate::options::Options;
use crate::record::{Digest, Record};
use crate::recovery;
use crate::snapshot::{ReadTxn, Registry, Snapshot};
use crate::space::Space;
use crate::tree::Geometry;
use crate::write_txn::{WriteTxn, WriterQueue};

/// An open database: B+trees of byte strings in one sealed file. Clones are the same database; it is closed when the
/// last clone and the last transaction are gone.
#[derive(Clone, Debug)]
pub struct Database {
    inner: Arc<Inner>,
}

/// What a database and its transactions share.
#[derive(Debug)]
pub(crate) struct Inner {
    file: Arc<SealedFile>,
    options: Options,
    registry: Registry,
    queue: Arc<WriterQueue>,
    /// None in a process that only reads.
    space: Mutex<Option<Space>>,
}

impl Database {
    /// Creates a database in a storage that holds nothing yet, and opens it.
    ///
    /// # Errors
    /// An error of the file; among them that the storage is not empty, which leaves it untouched.
    pub fn create(storage: Arc<dyn Storage>, key: &Key, options: Options) -> Result<Self> {
        let file = SealedFile::create(storage, key, &options.to_create())?;
        let snapshot = commit::write_genesis(&file)?;
        let space = Space::new(file.first_page());
        Ok(Self::assemble(file, options, snapshot, Some(space)))
    }

    /// Opens a database, and recovers it if it was not closed.
    ///
    /// # Errors
    /// An error of the file; [`Error::Corrupt`]; [`Error::AnchorMismatch`] where the file is older than
    /// [`Options::expect`] allows.
    pub fn open(storage: Arc<dyn Storage>, key: &Key, options: Options) -> Result<Self> {
        let file = SealedFile::open(storage, key, &options.to_open())?;
        let recovered = recovery::recover(&file)?;
        if let Some(anchor) = &options.expect {
            anchor.check(&recovered.record, recovered.digest)?;
        }
        let snapshot = Snapshot::new(recovered.record, recovered.digest);
        if options.read_only {
            return Ok(Self::assemble(file, options, snapshot, None));
        }
        let space = recovery::load_space(&file, &snapshot.record)?;
        file.sync()?;
        let database = Self::assemble(file, options, snapshot, Some(space));
        if !recovered.closed {
            commit::write_echo(&database.inner)?;
        }
        Ok(database)
    }

    fn assemble(
        file: SealedFile,
        options: Options,
        snapshot: Snapshot,
        space: Option<Space>,
    ) -> Self {
        let inner = Inner {
            file: Arc::new(file),
            options,
            registry: Registry::new(snapshot),
            queue: Arc::new(WriterQueue::new()),
            space: Mutex::new(space),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Begins to read the newest commit. In a process that only reads, that is the newest one in the file.
    ///
    /// # Errors
    /// An error of the file; only in a process that only reads.
    pub fn begin_read(&self) -> Result<ReadTxn> {
        if self.inner.options.read_only {
            self.inner.follow()?;
        }
        Ok(ReadTxn::new(
            Arc::clone(&self.inner),
            self.inner.registry.newest(),
        ))
    }

    /// Begins to write on top of the newest commit. There is one write transaction at a time; others wait in the order
    /// in which they came.
    ///
    /// # Errors
    /// [`Error::Busy`] where it is not this one's turn within [`Options::busy_timeout`]; [`Error::ReadOnly`]; that an
    /// earlier write failed, which only reopening mends.
    pub fn begin_write(&self) -> Result<WriteTxn> {
        if self.inner.options.read_only {
            return Err(Error::ReadOnly);
        }
        let turn = WriterQueue::wait(&self.inner.queue, self.inner.options.busy_timeout)
            .ok_or(Error::Busy)?;
        if self.inner.file.is_poisoned() {
            return Err(citadel_core::Error::Poisoned.into());
        }
        WriteTxn::begin(Arc::clone(&self.inner), turn)
    }

    /// Reads everything that the newest commit reaches, and proves that it is whole: see [`CheckReport`].
    ///
    /// # Errors
    /// An error of the operating system. What is wrong with the file is in the report.
    pub fn check(&self) -> Result<CheckReport> {
        check::check(&self.inner.file, self.begin_read()?.snapshot())
    }

    /// The superblock, the commit records, the trees with their pages, and the free space, as text. Holds no value and
    /// no secret.
    ///
    /// # Errors
    /// What the file says.
    pub fn inspect(&self) -> Result<String> {
        inspect::describe(&self.inner.file, self.begin_read()?.snapshot())
    }

    /// Names the newest commit. Keep it elsewhere to recognize an older copy of the file: [`Options::expect`].
    pub fn anchor(&self) -> Anchor {
        let newest = self.inner.registry.newest();
        Anchor::new(newest.generation(), newest.digest)
    }

    /// The newest commit that this process knows of.
    pub fn generation(&self) -> Generation {
        self.inner.registry.newest().generation()
    }

    /// Bytes of a page.
    pub fn page_size(&self) -> PageSize {
        self.inner.file.page_size()
    }

    /// Bytes that a key may have.
    pub fn max_key_len(&self) -> usize {
        Geometry::key_len_max(self.page_size())
    }

    /// Whether the database was opened read-only.
    pub fn is_read_only(&self) -> bool {
        self.inner.options.read_only
    }

    /// The sealed file below: key slots, sizes, cipher statistics.
    pub fn file(&self) -> &SealedFile {
        &self.inner.file
    }

    /// What the page cache holds and did.
    pub fn cache_stats(&self) -> CacheStats {
        self.inner.file.cache_stats()
    }
}

impl Inner {
    pub(crate) fn file(&self) -> &Arc<SealedFile> {
        &self.file
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    pub(crate) fn space(&self) -> &Mutex<Option<Space>> {
        &self.space
    }

    /// Takes up what the writer in another process has committed.
    fn follow(&self) -> Result<()> {
        let known = self.registry.newest().generation();
        if let Some(newer) = recovery::recover_newer(&self.file, known)? {
            self.registry
                .publish(Snapshot::new(newer.record, newer.digest));
        }
        Ok(())
    }

    /// Whether this process only reads, and the file holds a newer commit than `generation`.
    pub(crate) fn has_moved_past(&self, generation: Generation) -> bool {
        self.options.read_only
            && recovery::recover_newer(&self.file, generation).is_ok_and(|newer| newer.is_some())
    }

    /// Publishes a commit that is durable.
    pub(crate) fn publish(
        &self,
        record: Record,
        digest: Digest,
        changed: impl Fn(crate::TreeId) -> bool,
    ) {
        let next = self.registry.newest().succeed(record, digest, changed);
        self.registry.publish(next);
    }
}

impl Drop for Inner {
    /// Closes: the newest commit is written to both record slots, so that damage to either is healed by the other.
    fn drop(&mut self) {
        if self.registry.newest().record.is_echo() {
            return;
        }
        if let Err(error) = commit::write_echo(self) {
            tracing::warn!(%error, "the database was not closed cleanly; the next open recovers it");
        }
    }
}
