//! What an open database and its transactions share.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use citadel_core::{Generation, SealedFile};
use parking_lot::{Mutex, RwLock};

use crate::checkpoint::{Checkpoint, Checkpoints};
use crate::durability::{Committed, Durable, Pipeline};
use crate::error::{Error, Result};
use crate::options::{Durability, Options};
use crate::queue::WriterQueue;
use crate::recovery::{self, Link};
use crate::snapshot::{Registry, Snapshot};
use crate::space::Space;
use crate::sync::AtomicBool;

/// How long nobody writes before a group of commits is taken to be complete: those who were woken have then begun.
const IDLE: Duration = Duration::from_micros(40);
/// How often a follower looks again where the writer has moved on meanwhile.
const FOLLOW_ATTEMPTS: usize = 100;

/// What a database and its transactions share.
#[derive(Debug)]
pub(crate) struct Shared {
    file: Arc<SealedFile>,
    options: Options,
    /// What [`Options::durability`] said, until it was changed.
    durability: RwLock<Durability>,
    registry: Registry,
    commits: Pipeline<Arc<Snapshot>>,
    queue: Arc<WriterQueue>,
    /// None in a process that only reads.
    space: Mutex<Option<Space>>,
    /// None in a process that only reads.
    checkpoints: Mutex<Option<Checkpoints>>,
    /// Whether commits were taken for durable that were not synced.
    has_assumed: AtomicBool,
    /// Held by a vacuum or a rekey: they take turns.
    upkeep: Mutex<()>,
}

/// What only the process has that writes.
#[derive(Debug)]
pub(crate) struct Writing {
    pub(crate) space: Space,
    pub(crate) checkpoints: Checkpoints,
    /// The newest commit that is durable, and what its record vouches for.
    pub(crate) durable: Generation,
    pub(crate) vouched: Generation,
    /// That commit, where its record is at hand and it is not the newest.
    pub(crate) durable_commit: Option<Snapshot>,
}

impl Shared {
    /// The state of a database whose newest commit is `snapshot`; without `writing` it only reads.
    pub(crate) fn new(
        file: Arc<SealedFile>,
        options: Options,
        snapshot: Snapshot,
        writing: Option<Writing>,
    ) -> Self {
        let head = Arc::new(snapshot);
        let newest = head.generation();
        let mut durable = Durable {
            generation: newest,
            vouched: newest,
            commit: Some(Arc::clone(&head)),
        };
        let (space, checkpoints) = writing
            .map(|writing| {
                durable.generation = writing.durable;
                durable.vouched = writing.vouched;
                if writing.durable != newest {
                    durable.commit = writing.durable_commit.map(Arc::new);
                }
                (writing.space, writing.checkpoints)
            })
            .unzip();
        Self {
            file,
            durability: RwLock::new(options.durability),
            options,
            registry: Registry::new(Arc::clone(&head)),
            commits: Pipeline::new(head, durable),
            queue: Arc::new(WriterQueue::new()),
            space: Mutex::new(space),
            checkpoints: Mutex::new(checkpoints),
            has_assumed: AtomicBool::new(false),
            upkeep: Mutex::new(()),
        }
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// When commits are safe on the medium, unless a transaction says otherwise.
    pub(crate) fn durability(&self) -> Durability {
        *self.durability.read()
    }

    pub(crate) fn set_durability(&self, durability: Durability) {
        *self.durability.write() = durability;
    }

    pub(crate) fn queue(&self) -> &Arc<WriterQueue> {
        &self.queue
    }

    pub(crate) fn file(&self) -> &Arc<SealedFile> {
        &self.file
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    pub(crate) fn space(&self) -> &Mutex<Option<Space>> {
        &self.space
    }

    pub(crate) fn upkeep(&self) -> &Mutex<()> {
        &self.upkeep
    }

    pub(crate) fn checkpoints(&self) -> &Mutex<Option<Checkpoints>> {
        &self.checkpoints
    }

    /// The newest commit, on which the next one stands. Readers may not see it yet.
    pub(crate) fn head(&self) -> Arc<Snapshot> {
        self.commits.head()
    }

    /// What is known to be durable.
    pub(crate) fn durable(&self) -> Durable<Arc<Snapshot>> {
        self.commits.durable()
    }

    /// Whether syncs are for the commits of several writers at the moment.
    pub(crate) fn syncs_for_many(&self) -> bool {
        self.commits.syncs_for_many()
    }

    /// Begins to take pages for this commit, or goes on with it. What it stands on is written.
    pub(crate) fn begin_space(&self, space: &mut Space, commit: Generation) -> Result<()> {
        self.write_held()?;
        // In this order: what becomes durable in between is published, and its snapshot cannot reach what was freed.
        let vouched = self.commits.durable().vouched;
        space.begin(commit, vouched, &self.registry.open())
    }

    /// Makes a commit the head whose record is written with the next sync. Only by the writer whose turn it is.
    pub(crate) fn hold(&self, head: Snapshot, bytes: u64) {
        self.commits.hold(Arc::new(head), bytes);
    }

    /// Lets a commit take the place of the head, if that is held and `succeed` makes one of it. Only by the writer whose turn
    /// it is.
    pub(crate) fn join(&self, succeed: impl FnOnce(&Snapshot) -> Option<Snapshot>) -> bool {
        self.commits
            .join(|head: &Arc<Snapshot>| succeed(head).map(Arc::new))
    }

    /// Writes the record of the head, where that is held.
    fn write_held(&self) -> Result<()> {
        self.commits
            .write_held(|head| head.record.write(&self.file))
    }

    /// Makes a commit that was written the head. Only by the writer whose turn it is.
    pub(crate) fn advance(&self, head: Snapshot, bytes: u64, durability: Durability) {
        let head = Arc::new(head);
        self.commits.wrote(Arc::clone(&head), bytes);
        self.registry.forget_unread();
        match durability {
            Durability::Full => {}
            Durability::Normal => self.registry.publish(head),
            Durability::Off => {
                self.registry.publish(head);
                self.has_assumed.store(true, Ordering::Release);
                self.commits.head_is_durable();
            }
        }
    }

    /// Returns when a commit that was written is durable; all before it are, too, and readers see it.
    pub(crate) fn make_durable(&self, commit: Generation) -> Result<()> {
        let publish = |commit: &Arc<Snapshot>| self.registry.publish(Arc::clone(commit));
        let gather = |patience| self.queue.wait_until_idle(patience, IDLE);
        let write = |head: &Arc<Snapshot>| head.record.write(&self.file);
        let sync = || Ok(self.file.sync()?);
        self.commits.wait(commit, gather, write, sync, publish)
    }

    /// Publishes a commit that was read ahead of its publication by a reader whose durability waits for no sync, so that nobody
    /// who comes later sees an older one.
    pub(crate) fn show(&self, read: &Arc<Snapshot>, durability: Durability) -> Result<()> {
        match durability {
            Durability::Full => {}
            Durability::Normal | Durability::Off => {
                self.write_held()?;
                self.registry.publish(Arc::clone(read));
            }
        }
        Ok(())
    }

    /// Syncs if much was written since the last sync.
    pub(crate) fn sync_if_due(&self) -> Result<()> {
        match self.commits.is_sync_due() {
            true => self.make_durable(self.head().generation()),
            false => Ok(()),
        }
    }

    /// Syncs what was written after the head; with that, the head and all before it. Only by the writer whose turn it is.
    pub(crate) fn sync_head(&self) -> Result<()> {
        self.write_held()?;
        self.file.sync()?;
        self.registry.publish(self.head());
        self.commits.head_is_durable();
        Ok(())
    }

    /// Writes the checkpoint again of which it is not known whether it is on the medium, and syncs.
    pub(crate) fn repair_checkpoints(&self, found: &[Checkpoint]) -> Result<()> {
        if let Some(checkpoints) = self.checkpoints.lock().as_mut() {
            checkpoints.repair(&self.file, found)?;
        }
        Ok(self.file.sync()?)
    }

    /// Makes all commits durable, whatever they were promised; gives the newest.
    pub(crate) fn sync_all(&self) -> Result<Arc<Snapshot>> {
        self.write_held()?;
        let head = self.commits.written();
        self.make_durable(head.generation())?;
        if self.has_assumed.swap(false, Ordering::AcqRel) {
            self.file.sync()?;
        }
        Ok(head)
    }

    /// Makes a checkpoint of the head, durably. `is_closed`: nothing is written after it.
    pub(crate) fn write_checkpoint(&self, is_closed: bool) -> Result<()> {
        let head = self.sync_all()?;
        if let Some(checkpoints) = self.checkpoints.lock().as_mut() {
            if !checkpoints.are_durable(head.generation()) {
                // A notice for a transaction that was rolled back.
                self.file.sync()?;
                checkpoints.are_synced();
            }
            checkpoints.write_last(&self.file, &head.record, is_closed)?;
        }
        Ok(self.file.sync()?)
    }

    /// Takes up what the writer in another process has committed.
    pub(crate) fn follow(&self) -> Result<()> {
        for _ in 0..FOLLOW_ATTEMPTS {
            let Some(Link { record, digest }) = self.newer_than(&self.registry.newest())? else {
                return Ok(());
            };
            match Snapshot::load(&self.file, record, digest) {
                Ok(snapshot) => {
                    self.registry.publish(Arc::new(snapshot));
                    return Ok(());
                }
                // The writer has gone on and uses the pages anew.
                Err(error) if error.is_corrupt() => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::SnapshotTooOld)
    }

    /// Whether this process only reads, and the file holds a newer commit than this one.
    pub(crate) fn has_moved_past(&self, snapshot: &Snapshot) -> bool {
        self.options.read_only
            && match self.newer_than(snapshot) {
                Ok(newer) => newer.is_some(),
                Err(error) => error.is_busy(),
            }
    }

    fn newer_than(&self, snapshot: &Snapshot) -> Result<Option<Link>> {
        let known = Link {
            record: snapshot.record.clone(),
            digest: snapshot.digest,
        };
        recovery::recover_newer(&self.file, &known)
    }

    /// Leaves a checkpoint of the newest commit, which says that it is the last, so that opening has nothing to recover and
    /// nothing to look for.
    fn close(&self) -> Result<()> {
        if self.file.is_read_only() || self.file.is_poisoned() {
            return Ok(());
        }
        self.write_checkpoint(true)
    }
}

impl Committed for Arc<Snapshot> {
    fn generation(&self) -> Generation {
        self.record.generation
    }

    fn vouches_for(&self) -> Generation {
        self.record.vouches_for()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            tracing::warn!(%error, "the database was not closed cleanly; the next open recovers it");
        }
    }
}
