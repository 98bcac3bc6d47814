//! The last run of a statement, resting until the next.
//!
//! Making a short statement's operators and buffers takes longer than running it. So what can rest is kept with the
//! prepared statement, one run at most, and started again with other parameters. It holds no snapshot and no page.

use std::fmt;

use parking_lot::Mutex;

use crate::batch::Batch;
use crate::error::Result;
use crate::execute::Execution;
use crate::types::Value;

/// A place for one run.
#[derive(Default)]
pub(crate) struct Spare(Mutex<Option<Run>>);

/// A run of a statement, and the batch that its rows come in.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) execution: Box<Execution>,
    pub(crate) batch: Batch,
}

impl Spare {
    /// The run that rests here, started again; `None` where none does.
    ///
    /// # Errors
    /// As [`Execution::restart`].
    pub(crate) fn wake(&self, params: &[Value]) -> Result<Option<Run>> {
        let Some(mut run) = self.0.lock().take() else {
            return Ok(None);
        };
        run.execution.restart(params)?;
        Ok(Some(run))
    }

    /// Keeps a run if it can rest.
    pub(crate) fn keep(&self, mut run: Run) {
        if run.execution.rest() {
            run.batch.rest();
            *self.0.lock() = Some(run);
        }
    }
}

impl fmt::Debug for Spare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spare").finish_non_exhaustive()
    }
}
