//! Building indexes in the background.
//!
//! A table handle has at most one thread that builds. What there is to build stands in the table alone: the live data files that are not on
//! the list of indexes. So the thread holds no state that a crash could lose, and whoever comes next goes on where it was.
//!
//! Building takes all processors, and appends mostly come one after the other. So it is put off while they do, unless somebody waits for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Appended, LakeTable};
use crate::error::{LakeError, Result};

/// Building begins once nobody has asked for it for so long.
const QUIET: Duration = Duration::from_millis(200);
/// For so long at most is it put off.
const PUT_OFF_MAX: Duration = Duration::from_secs(10);

/// Whether a thread builds, and for whom.
#[derive(Debug, Default)]
pub(super) struct Indexer {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// How often building was asked for.
    asked: u64,
    /// Up to which asking all is done.
    done: u64,
    is_running: bool,
    /// How many wait for the end of a job.
    waiting: usize,
    built: u64,
    /// Why the last round ended early, and up to which asking that holds.
    failed: Option<(u64, Arc<LakeError>)>,
}

impl Indexer {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets appends go first, and tells how often building was asked for in the end.
    fn put_off(&self) -> u64 {
        let begun = Instant::now();
        let mut state = self.lock();
        loop {
            let asked = state.asked;
            if state.waiting > 0 || begun.elapsed() >= PUT_OFF_MAX {
                return asked;
            }
            let woken = self.changed.wait_timeout(state, QUIET);
            let (now, waited) = woken.unwrap_or_else(PoisonError::into_inner);
            state = now;
            if waited.timed_out() && state.asked == asked {
                return asked;
            }
        }
    }
}

/// Indexes that are being built by a thread of this process. Dropping it leaves the thread at work.
#[derive(Debug)]
pub struct IndexJob {
    indexer: Arc<Indexer>,
    number: u64,
    built_before: u64,
}

/// Rows that are in the table, and the building of their indexes.
#[derive(Debug)]
pub struct Deferred {
    /// What became of the rows.
    pub appended: Appended,
    /// The building.
    pub job: IndexJob,
}

impl IndexJob {
    /// Whether all that was to be built when the job began is built, or could not be.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.indexer.lock().done >= self.number
    }

    /// Waits for the end, and tells how many indexes the thread has built since the job began.
    ///
    /// # Errors
    /// [`LakeError::Indexing`] with what kept the thread from going on. The rows are in the table nevertheless, and what was built stays.
    pub fn wait(self) -> Result<u64> {
        let mut state = self.indexer.lock();
        state.waiting += 1;
        self.indexer.changed.notify_all();
        while state.done < self.number {
            let woken = self.indexer.changed.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting -= 1;
        match &state.failed {
            Some((until, error)) if *until >= self.number => {
                Err(LakeError::Indexing(Arc::clone(error)))
            }
            _ => Ok(state.built - self.built_before),
        }
    }
}

impl LakeTable {
    /// Has the indexes that the table's files have yet to get built by a thread of this process.
    pub fn index_job(&self) -> IndexJob {
        let mut state = self.indexer.lock();
        state.asked += 1;
        let job = IndexJob {
            indexer: Arc::clone(&self.indexer),
            number: state.asked,
            built_before: state.built,
        };
        if !state.is_running {
            state.is_running = true;
            let table = self.clone();
            let name = "citadel-lake-index".to_owned();
            let thread = std::thread::Builder::new().name(name);
            if let Err(error) = thread.spawn(move || table.index_all()) {
                state.is_running = false;
                state.done = state.asked;
                let error = LakeError::misuse(format!("no thread to build indexes: {error}"));
                state.failed = Some((state.asked, Arc::new(error)));
            }
        }
        job
    }

    /// What the thread does: it builds until nobody has asked since it began a round.
    fn index_all(&self) {
        loop {
            let round = self.indexer.put_off();
            let built = catch_unwind(AssertUnwindSafe(|| self.build_indexes()));
            // Who waits must be told, whatever happens here.
            let built = built.unwrap_or_else(|_| Err(LakeError::misuse("building panicked")));
            let mut state = self.indexer.lock();
            state.done = round;
            match built {
                Ok(built) => {
                    state.built += built as u64;
                    state.failed = None;
                }
                Err(error) => {
                    tracing::warn!(%error, "indexes were not built");
                    state.failed = Some((round, Arc::new(error)));
                }
            }
            let is_over = state.asked == round;
            state.is_running = !is_over;
            self.indexer.changed.notify_all();
            if is_over {
                return;
            }
        }
    }
}
