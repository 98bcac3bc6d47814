//! Which generations are being read.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Snapshot;
use crate::sync::RwLock;
use citadel_core::Generation;

/// The newest snapshot, and all older ones that someone still holds.
#[derive(Debug)]
pub(crate) struct Registry {
    snapshots: RwLock<Snapshots>,
}

#[derive(Debug)]
struct Snapshots {
    newest: Arc<Snapshot>,
    /// Oldest first.
    older: VecDeque<Arc<Snapshot>>,
}

impl Registry {
    pub(crate) fn new(newest: Arc<Snapshot>) -> Self {
        Self {
            snapshots: RwLock::new(Snapshots {
                newest,
                older: VecDeque::new(),
            }),
        }
    }

    /// A share of the newest snapshot.
    #[inline]
    pub(crate) fn newest(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshots.read().newest)
    }

    /// Replaces the newest snapshot, unless it is newer.
    pub(crate) fn publish(&self, snapshot: Arc<Snapshot>) {
        let mut snapshots = self.snapshots.write();
        if snapshot.generation() <= snapshots.newest.generation() {
            return;
        }
        let replaced = std::mem::replace(&mut snapshots.newest, snapshot);
        snapshots.older.push_back(replaced);
        snapshots.forget_unread();
    }

    /// The generations that are open, ascending; the newest one always counts as open.
    pub(crate) fn open(&self) -> Vec<Generation> {
        let snapshots = self.snapshots.read();
        let read = snapshots.older.iter().filter(|older| is_read(older));
        let open = read.chain([&snapshots.newest]);
        open.map(|snapshot| snapshot.generation()).collect()
    }

    /// Gives the memory of snapshots back that nobody reads. Much of it is wiped: best done while the medium is at work.
    pub(crate) fn forget_unread(&self) {
        self.snapshots.write().forget_unread();
    }
}

impl Snapshots {
    fn forget_unread(&mut self) {
        self.older.retain(is_read);
    }
}

/// Whether anybody else holds an older snapshot. New shares come only from existing ones, and from the newest under the lock
/// that the caller holds, so a share of one is the last for good.
fn is_read(older: &Arc<Snapshot>) -> bool {
    Arc::strong_count(older) > 1
}
