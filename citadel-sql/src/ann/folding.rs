//! The place of the one who folds an index: one at a time in a database, and those who ask go before the background.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};

/// How often one who waits looks whether he is to go on waiting.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Who folds.
#[derive(Debug, Default)]
pub(crate) struct Folding {
    place: Mutex<()>,
    /// How many wait who were asked to fold.
    asked: AtomicUsize,
}

impl Folding {
    /// The place, for one who was asked. `None`: cancelled before.
    pub(super) fn begin(&self, cancel: &AtomicBool) -> Option<MutexGuard<'_, ()>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let place = self.wait(cancel);
        self.asked.fetch_sub(1, Ordering::Relaxed);
        place
    }

    /// The place, for one whom nobody asked.
    pub(super) fn begin_unasked(&self, cancel: &AtomicBool) -> Option<MutexGuard<'_, ()>> {
        self.wait(cancel)
    }

    /// Does one who was asked wait for the place?
    pub(super) fn is_wanted(&self) -> bool {
        self.asked.load(Ordering::Relaxed) > 0
    }

    fn wait(&self, cancel: &AtomicBool) -> Option<MutexGuard<'_, ()>> {
        while !cancel.load(Ordering::Relaxed) {
            if let Some(place) = self.place.try_lock_for(LOOK_EVERY) {
                return Some(place);
            }
        }
        None
    }
}
