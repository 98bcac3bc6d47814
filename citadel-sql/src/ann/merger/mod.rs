//! Folding in the background: a delta that has outgrown its index becomes part of its segment, and nobody asked for it.
//!
//! # What always holds
//!
//! - A file that is open for writing has one thread for this at most, begun by the first commit that may need it; of all
//!   threads of a process, one folds at a time, on one core. What a fold takes in memory is bounded: where the codes of
//!   an index would take more, it is left to [`persist`](super::persist()).
//! - A fold is the same as anyone's: built from a snapshot without the writer's turn, which it takes for the instant in
//!   which the segment is put in its place. Rows changed meanwhile stay in the delta.
//! - One who folds by hand does not wait for the background: that fold is given up, and begins anew later if it is still
//!   needed.
//! - The thread ends with the last handle. It is told to stop, gives up what it does, and is waited for, so that the file
//!   is closed when the handle is gone.
//!
//! # When writers are faster
//!
//! Where the rows touched since a fold began have become [`STALL_FACTOR`] times as many as make an index worth folding,
//! each commit waits [`STALL`] after it is done, holding nothing, until the fold has ended. So the delta grows slower,
//! and queries do not become slower without end; no writer is ever refused for it.

mod demand;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use citadel_txn::Database;
use parking_lot::{Condvar, Mutex};

use super::cache::SegmentCache;

/// How many times the rows that make an index worth folding may be touched during a fold before writers wait.
const STALL_FACTOR: u64 = 4;

/// How long a commit waits then.
const STALL: Duration = Duration::from_millis(10);

/// Bytes that a fold in the background may take, unless the user says otherwise.
pub(crate) const DEFAULT_MERGE_BYTES: usize = 1 << 30;

/// Background folding of one database. See the module.
#[derive(Debug)]
pub(crate) struct Merger {
    signals: Arc<Signals>,
    segments: Arc<SegmentCache>,
    /// Bytes that a fold may take.
    bytes_max: usize,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the thread and the others tell each other.
#[derive(Debug)]
struct Signals {
    state: Mutex<State>,
    changed: Condvar,
    /// Is folding in the background wanted at all?
    enabled: AtomicBool,
    /// Something was committed since the thread looked.
    news: AtomicBool,
    /// Writers are faster than the fold.
    behind: AtomicBool,
    /// Gives up the fold.
    cancel: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    closing: bool,
    /// Folds that were done.
    folded: u64,
}

impl Merger {
    /// Nothing runs before [`commit`](Self::commit) is told of one.
    pub(crate) fn new(segments: Arc<SegmentCache>, enabled: bool, bytes_max: usize) -> Self {
        let signals = Signals {
            state: Mutex::default(),
            changed: Condvar::new(),
            enabled: AtomicBool::new(enabled),
            news: AtomicBool::new(false),
            behind: AtomicBool::new(false),
            cancel: AtomicBool::new(false),
        };
        Self {
            signals: Arc::new(signals),
            segments,
            bytes_max,
            thread: Mutex::default(),
        }
    }

    /// Is folding in the background wanted?
    pub(crate) fn is_enabled(&self) -> bool {
        self.signals.enabled.load(Ordering::Relaxed)
    }

    /// Whether to fold in the background from now on. Off: a fold that goes on is given up.
    pub(crate) fn enable(&self, enabled: bool, database: &Database) {
        self.signals.enabled.store(enabled, Ordering::Relaxed);
        if enabled {
            self.commit(database);
        } else {
            self.signals.give_up();
        }
    }

    /// A transaction that may have touched an ann index is committed. Waits a little where folding cannot keep up.
    pub(crate) fn commit(&self, database: &Database) {
        if !self.is_enabled() || database.is_read_only() {
            return;
        }
        if !self.signals.news.swap(true, Ordering::AcqRel) {
            self.begin(database);
            drop(self.signals.state.lock());
            self.signals.changed.notify_all();
        }
        if self.signals.behind.load(Ordering::Relaxed) {
            self.stall();
        }
    }

    /// Begins the thread, if it was not.
    fn begin(&self, database: &Database) {
        let mut thread = self.thread.lock();
        if thread.is_some() {
            return;
        }
        let worker = worker::Worker {
            signals: Arc::clone(&self.signals),
            database: database.clone(),
            segments: Arc::clone(&self.segments),
            bytes_max: self.bytes_max,
        };
        let begun = std::thread::Builder::new()
            .name("citadel-merge".to_owned())
            .spawn(move || worker.run());
        match begun {
            Ok(handle) => *thread = Some(handle),
            Err(error) => tracing::warn!(%error, "no thread to fold vector indexes with"),
        }
    }

    fn stall(&self) {
        let mut state = self.signals.state.lock();
        if !state.closing {
            self.signals.changed.wait_for(&mut state, STALL);
        }
    }

    /// Waits until so many folds were done since the database was opened. False: the time is over before.
    #[cfg(test)]
    pub(crate) fn wait_for(&self, folds: u64, timeout: Duration) -> bool {
        let end = std::time::Instant::now() + timeout;
        let mut state = self.signals.state.lock();
        while state.folded < folds {
            if self.signals.changed.wait_until(&mut state, end).timed_out() {
                return state.folded >= folds;
            }
        }
        true
    }
}

impl Signals {
    /// Makes a fold that goes on end soon, without a result.
    fn give_up(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }

    /// A fold begins: what was to be given up before is over. False: there is to be none.
    fn begin_fold(&self) -> bool {
        let state = self.state.lock();
        let wanted = !state.closing && self.enabled.load(Ordering::Relaxed);
        self.cancel.store(!wanted, Ordering::Relaxed);
        wanted
    }

    /// A fold has ended.
    fn end_fold(&self, done: bool) {
        self.behind.store(false, Ordering::Relaxed);
        self.state.lock().folded += u64::from(done);
        self.changed.notify_all();
    }
}

impl Drop for Merger {
    fn drop(&mut self) {
        self.signals.state.lock().closing = true;
        self.signals.give_up();
        self.signals.changed.notify_all();
        if let Some(thread) = self.thread.get_mut().take()
            && thread.join().is_err()
        {
            tracing::warn!("the thread that folds vector indexes panicked");
        }
    }
}
