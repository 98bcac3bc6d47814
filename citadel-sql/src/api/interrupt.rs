//! Stopping a running statement from another thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Stops what a connection is doing; from any thread, any number of times.
///
/// A statement that runs ends with an error ([`Error::is_interrupted`](crate::Error::is_interrupted)) at its
/// next batch of rows and leaves no trace. Where none runs, nothing happens.
#[derive(Clone, Debug)]
pub struct InterruptHandle {
    flag: Arc<AtomicBool>,
}

impl InterruptHandle {
    pub(crate) fn new(flag: &Arc<AtomicBool>) -> Self {
        Self {
            flag: Arc::clone(flag),
        }
    }

    #[cfg(test)]
    pub(crate) fn flag(&self) -> &Arc<AtomicBool> {
        &self.flag
    }

    /// Asks the running statement to stop.
    pub fn interrupt(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }
}
