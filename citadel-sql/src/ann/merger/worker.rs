//! The thread that folds.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use citadel_txn::Database;
use citadel_vector::Progress;
use parking_lot::{Mutex, MutexGuard};

use super::demand::{Demand, most_urgent};
use super::{STALL_FACTOR, Signals};
use crate::ann::cache::SegmentCache;
use crate::ann::{delta, persist};
use crate::error::Result;
use crate::schema::{Catalog, IndexId};

/// Held by the one thread of this process that folds in the background.
static FOLDING: Mutex<()> = Mutex::new(());

/// The thread looks at what was committed no more often than this.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How long to leave everything alone after a fold that failed or was given up.
const REST: Duration = Duration::from_secs(1);

/// How often a fold looks whether writers are faster.
const COUNT_EVERY: Duration = Duration::from_millis(50);

/// What the thread has.
pub(super) struct Worker {
    pub(super) signals: Arc<Signals>,
    pub(super) database: Database,
    pub(super) segments: Arc<SegmentCache>,
    pub(super) bytes_max: usize,
}

impl Worker {
    /// Looks and folds until the last handle is gone.
    pub(super) fn run(self) {
        let mut left_out = Vec::new();
        while self.wait_for_news() {
            loop {
                match self.fold_one(&mut left_out) {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(error) => {
                        tracing::debug!(%error, "a fold in the background has ended without a segment");
                        self.signals.news.store(true, Ordering::Release);
                        self.rest(REST);
                        break;
                    }
                }
            }
            self.rest(LOOK_EVERY);
        }
    }

    /// False: the thread is to end.
    fn wait_for_news(&self) -> bool {
        let mut state = self.signals.state.lock();
        loop {
            if state.closing {
                return false;
            }
            if self.signals.news.swap(false, Ordering::AcqRel) {
                return true;
            }
            self.signals.changed.wait(&mut state);
        }
    }

    /// Sleeps, unless the thread is to end.
    fn rest(&self, time: Duration) {
        let end = Instant::now() + time;
        let mut state = self.signals.state.lock();
        while !state.closing && !self.signals.changed.wait_until(&mut state, end).timed_out() {}
    }

    /// Folds the index that needs it most. False: none does.
    fn fold_one(&self, left_out: &mut Vec<IndexId>) -> Result<bool> {
        let snapshot = self.database.begin_read()?;
        let catalog = Catalog::load(&snapshot)?;
        let Some(demand) = most_urgent(&snapshot, &catalog, |id| left_out.contains(&id))? else {
            return Ok(false);
        };
        drop(snapshot);
        if demand.bytes > self.bytes_max {
            tracing::warn!(
                index = demand.id.0,
                bytes = demand.bytes,
                bound = self.bytes_max,
                "a vector index is too large to be folded in the background"
            );
            left_out.push(demand.id);
            return Ok(true);
        }
        let Some(_alone) = self.wait_for_place() else {
            return Ok(false);
        };
        let result = self.fold(&demand);
        self.signals.end_fold(result.is_ok());
        match result {
            Err(error) if !error.is_busy() && !error.is_interrupted() => {
                tracing::warn!(index = demand.id.0, %error, "a vector index cannot be folded in the background");
                left_out.push(demand.id);
                Ok(true)
            }
            result => result.map(|()| true),
        }
    }

    /// The right to fold. `None`: nobody wants a fold any more.
    fn wait_for_place(&self) -> Option<MutexGuard<'static, ()>> {
        loop {
            let place = FOLDING.try_lock_for(LOOK_EVERY);
            if !self.signals.begin_fold() {
                return None;
            }
            if place.is_some() {
                return place;
            }
        }
    }

    fn fold(&self, demand: &Demand) -> Result<()> {
        let counted = Mutex::new(Instant::now());
        let progress = |_: Progress| {
            if self.segments.folding.is_wanted() {
                self.signals.give_up();
            }
            let Some(mut counted) = counted.try_lock() else {
                return;
            };
            if counted.elapsed() >= COUNT_EVERY {
                *counted = Instant::now();
                self.count(demand);
            }
        };
        persist::fold_in_background(
            &self.database,
            &self.segments,
            demand.id,
            &progress,
            &self.signals.cancel,
        )
    }

    /// Tells writers to wait if they are faster than the fold.
    fn count(&self, demand: &Demand) {
        let now = self.database.begin_read().map_err(Into::into);
        let Ok(touched) = now.and_then(|view| delta::len(&view, &demand.index)) else {
            return;
        };
        let grown = touched.saturating_sub(demand.delta);
        let behind = grown >= demand.threshold.saturating_mul(STALL_FACTOR);
        self.signals.behind.store(behind, Ordering::Relaxed);
    }
}
