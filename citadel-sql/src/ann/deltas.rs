//! What is remembered of the deltas of a database's indexes: see [`Recent`] and [`Seen`].

use std::sync::Arc;

use citadel_txn::View;
use parking_lot::{Mutex, MutexGuard};
use rustc_hash::FxHashMap;

use super::recent::Recent;
use super::snapshot::Seen;
use crate::schema::IndexId;

/// The memory of deltas. One that belongs to a process which follows a writer stays empty: a generation that the writer
/// lost in a crash may come again with other rows.
#[derive(Debug)]
pub(crate) struct Deltas {
    remembers: bool,
    /// Held while a delta is read into memory: others who want it wait for it.
    reading: Mutex<()>,
    known: Mutex<FxHashMap<IndexId, Known>>,
}

#[derive(Clone, Debug, Default)]
struct Known {
    recent: Option<Arc<Recent>>,
    seen: Option<Arc<Seen>>,
}

impl Deltas {
    pub(super) fn new(remembers: bool) -> Self {
        Self {
            remembers,
            reading: Mutex::default(),
            known: Mutex::default(),
        }
    }

    /// May the delta be read into memory from this view?
    pub(super) fn may_read(&self, view: &dyn View) -> bool {
        self.remembers && view.is_committed()
    }

    /// The right to read a delta into memory.
    pub(super) fn read_alone(&self) -> MutexGuard<'_, ()> {
        self.reading.lock()
    }

    /// What is in memory of a delta.
    pub(super) fn recent(&self, id: IndexId) -> Option<Arc<Recent>> {
        self.known.lock().get(&id)?.recent.clone()
    }

    /// Remembers the rows of a delta, in place of others.
    pub(super) fn keep_recent(&self, id: IndexId, recent: &Arc<Recent>) {
        self.known.lock().entry(id).or_default().recent = Some(Arc::clone(recent));
    }

    /// What the snapshot says in which the index was opened last.
    pub(super) fn seen(&self, id: IndexId) -> Option<Arc<Seen>> {
        self.known.lock().get(&id)?.seen.clone()
    }

    /// Remembers an index as a committed snapshot has it.
    pub(super) fn keep(&self, id: IndexId, view: &dyn View, seen: &Arc<Seen>) {
        if self.may_read(view) {
            self.known.lock().entry(id).or_default().seen = Some(Arc::clone(seen));
        }
    }

    /// Forgets all of an index.
    pub(super) fn forget(&self, id: IndexId) {
        self.known.lock().remove(&id);
    }
}
