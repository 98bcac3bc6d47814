//! What an open database and its transactions share.

use std::sync::Arc;

use citadel_core::{Generation, SealedFile};
use parking_lot::{Mutex, RwLock};

use crate::echo;
use crate::error::Result;
use crate::options::{Durability, Options};
use crate::queue::WriterQueue;
use crate::record::{Digest, Record};
use crate::recovery;
use crate::snapshot::{Registry, Snapshot};
use crate::space::Space;
use crate::tree_id::TreeId;

/// What a database and its transactions share.
#[derive(Debug)]
pub(crate) struct Shared {
    file: Arc<SealedFile>,
    options: Options,
    /// What [`Options::durability`] said, until it was changed.
    durability: RwLock<Durability>,
    registry: Registry,
    queue: Arc<WriterQueue>,
    /// None in a process that only reads.
    space: Mutex<Option<Space>>,
    /// Held by a vacuum or a rekey: they take turns.
    upkeep: Mutex<()>,
}

impl Shared {
    /// The state of a database whose newest commit is `snapshot`; without `space` it only reads.
    pub(crate) fn new(
        file: SealedFile,
        options: Options,
        snapshot: Snapshot,
        space: Option<Space>,
    ) -> Self {
        Self {
            file: Arc::new(file),
            durability: RwLock::new(options.durability),
            options,
            registry: Registry::new(snapshot),
            queue: Arc::new(WriterQueue::new()),
            space: Mutex::new(space),
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

    /// Takes up what the writer in another process has committed.
    pub(crate) fn follow(&self) -> Result<()> {
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
    pub(crate) fn publish(&self, record: Record, digest: Digest, changed: impl Fn(TreeId) -> bool) {
        let next = self.registry.newest().succeed(record, digest, changed);
        self.registry.publish(next);
    }
}

impl Drop for Shared {
    /// Closes: the newest commit is written to both record slots, so that damage to either is healed by the other.
    fn drop(&mut self) {
        if self.registry.newest().record.is_echo() {
            return;
        }
        if let Err(error) = echo::write_echo(&self.file, &self.registry) {
            tracing::warn!(%error, "the database was not closed cleanly; the next open recovers it");
        }
    }
}
