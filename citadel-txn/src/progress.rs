//! Watching and stopping what takes long.

use std::ops::ControlFlow;

use crate::error::{Error, Result};

/// The parts of the keeper's work, in the words of a progress bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Copying pages, or entries, into another file.
    Copy,
    /// Reading a copy back.
    Verify,
    /// Joining nodes that hold too little.
    Repack,
    /// Moving pages towards the beginning of the file.
    Move,
    /// Cutting off the end of the file.
    Truncate,
    /// Sealing pages under the new root key.
    Reseal,
    /// Proving that nothing is left under the old root key.
    Prove,
    /// Overwriting free pages.
    Scrub,
    /// Reading all pages.
    Read,
    /// Reading rows, and what hangs on them; counted in rows instead of pages.
    Rows,
}

/// How far a piece of work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which part of the work.
    pub phase: Phase,
    /// Pages done in this part.
    pub done: u64,
    /// Pages to do in this part, as far as known; writers that go on meanwhile may make it more or less.
    pub total: u64,
}

/// Is told of every step, and may stop the work: then it ends with [`Error::Interrupted`], and nothing is lost. Any
/// closure `FnMut(Step) -> ControlFlow<()>` is one.
pub trait Progress {
    /// A step is done. `Break` stops.
    fn report(&mut self, step: Step) -> ControlFlow<()>;
}

impl<F: FnMut(Step) -> ControlFlow<()>> Progress for F {
    fn report(&mut self, step: Step) -> ControlFlow<()> {
        self(step)
    }
}

/// Listens to nothing and stops nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn report(&mut self, _: Step) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Counts the steps of one phase.
pub(crate) struct Meter<'a> {
    progress: &'a mut dyn Progress,
    step: Step,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(progress: &'a mut dyn Progress, phase: Phase, total: u64) -> Self {
        let step = Step {
            phase,
            done: 0,
            total,
        };
        Self { progress, step }
    }

    /// So many more pages are done.
    ///
    /// # Errors
    /// [`Error::Interrupted`].
    pub(crate) fn advance(&mut self, pages: u64) -> Result<()> {
        self.step.done = self.step.done.saturating_add(pages);
        self.step.total = self.step.total.max(self.step.done);
        match self.progress.report(self.step) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Interrupted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_break_is_an_interruption_and_the_total_is_never_passed() {
        let mut seen = Vec::new();
        let mut stop_at_five = |step: Step| {
            seen.push((step.done, step.total));
            if step.done < 5 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        let mut meter = Meter::new(&mut stop_at_five, Phase::Copy, 4);
        assert!(meter.advance(3).is_ok());
        assert!(meter.advance(2).unwrap_err().is_interrupted());
        assert_eq!(seen, [(3, 4), (5, 5)]);
    }
}
