//! Whoever watches a long task: the caller's progress, and the connection's interrupt.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use citadel_txn::{Phase, Progress, Step};

use crate::error::Result;

/// Rows that are read between two reports.
const ROWS_PER_STEP: u64 = 1_024;

/// Passes steps on to the caller, and stops the task if the connection is interrupted.
pub(super) struct Watch<'a> {
    progress: &'a mut dyn Progress,
    interrupt: &'a AtomicBool,
}

impl<'a> Watch<'a> {
    pub(super) fn new(progress: &'a mut dyn Progress, interrupt: &'a AtomicBool) -> Self {
        Self {
            progress,
            interrupt,
        }
    }

    /// Counts the rows of one part of a task.
    pub(super) fn rows(&mut self, total: u64) -> RowMeter<'_, 'a> {
        RowMeter {
            watch: self,
            done: 0,
            total,
        }
    }
}

impl Progress for Watch<'_> {
    fn report(&mut self, step: Step) -> ControlFlow<()> {
        if self.interrupt.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        self.progress.report(step)
    }
}

/// Counts rows, and reports every so often.
pub(super) struct RowMeter<'w, 'a> {
    watch: &'w mut Watch<'a>,
    done: u64,
    total: u64,
}

impl RowMeter<'_, '_> {
    /// One more.
    pub(super) fn tick(&mut self) -> Result<()> {
        self.done += 1;
        if self.done.is_multiple_of(ROWS_PER_STEP) {
            self.report()?;
        }
        Ok(())
    }

    /// Tells how far it is.
    pub(super) fn report(&mut self) -> Result<()> {
        let step = Step {
            phase: Phase::Rows,
            done: self.done,
            total: self.total.max(self.done),
        };
        match self.watch.report(step) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(citadel_txn::Error::Interrupted.into()),
        }
    }
}
