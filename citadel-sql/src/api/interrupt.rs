//! Stopping a running statement from another thread.

use std::sync::Arc;

use crate::execute::Interrupt;

/// Stops what a connection is doing; from any thread, any number of times.
///
/// A statement that runs ends with an error ([`Error::is_interrupted`](crate::Error::is_interrupted)) at its
/// next batch of rows and leaves no trace. Where none runs, nothing happens.
#[derive(Clone, Debug)]
pub struct InterruptHandle {
    interrupt: Arc<Interrupt>,
}

impl InterruptHandle {
    pub(crate) fn new(interrupt: &Arc<Interrupt>) -> Self {
        Self {
            interrupt: Arc::clone(interrupt),
        }
    }

    #[cfg(test)]
    pub(crate) fn shared(&self) -> &Arc<Interrupt> {
        &self.interrupt
    }

    /// Asks the running statement to stop.
    pub fn interrupt(&self) {
        self.interrupt.set();
    }
}
