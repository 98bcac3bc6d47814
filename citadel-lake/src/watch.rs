//! Whoever watches long calls on a table: told how far they are, and able to end them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{LakeError, Result};

/// How far a long call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// The graph of a data file is being built. Reports of several threads may arrive out of order.
    Building(citadel_vector::Progress),
    /// A compaction is writing rows anew.
    Rewriting {
        /// Rows that are written.
        done: u64,
        /// Rows to write.
        total: u64,
    },
}

/// Watches long calls on a table, given to [`LakeTable::watched`](crate::LakeTable::watched).
///
/// ```no_run
/// # fn main() -> citadel_lake::Result<()> {
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicBool, Ordering};
/// use citadel_lake::{LakeStore, LakeTable, Watch};
///
/// let table = LakeTable::open(&LakeStore::memory(), "t")?;
/// let cancel = Arc::new(AtomicBool::new(false));
/// let watched = table.watched(Watch::new(Arc::clone(&cancel)).on_step(|step| println!("{step:?}")));
/// std::thread::scope(|scope| {
///     let compaction = scope.spawn(|| watched.compact());
///     cancel.store(true, Ordering::Relaxed);
///     assert!(compaction.join().unwrap().is_err_and(|error| error.is_interrupted()));
/// });
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Watch {
    cancel: Arc<AtomicBool>,
    listener: Option<Arc<dyn Fn(Step) + Send + Sync>>,
}

impl Watch {
    /// Ends calls soon after the flag is set: they fail with [`LakeError::Interrupted`], and what they were about to change is as it was.
    #[must_use]
    pub fn new(cancel: Arc<AtomicBool>) -> Self {
        Self {
            cancel,
            listener: None,
        }
    }

    /// Tells a listener how far calls are, from the threads that work.
    #[must_use]
    pub fn on_step(mut self, listener: impl Fn(Step) + Send + Sync + 'static) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// The flag.
    pub(crate) fn cancel(&self) -> &AtomicBool {
        &self.cancel
    }

    pub(crate) fn tell(&self, step: Step) {
        if let Some(listener) = &self.listener {
            listener(step);
        }
    }

    /// # Errors
    /// [`LakeError::Interrupted`] if the flag is set.
    pub(crate) fn check(&self) -> Result<()> {
        match self.cancel.load(Ordering::Relaxed) {
            true => Err(LakeError::Interrupted),
            false => Ok(()),
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("cancel", &self.cancel)
            .field("listener", &self.listener.is_some())
            .finish()
    }
}
