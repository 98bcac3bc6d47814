//! How far a long task is: a bar on standard error where a person looks, and Ctrl-C, which stops it.

use std::ops::ControlFlow;

use citadel_sql::{Phase, Progress, Step};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::signals::{self, Running};
use crate::terminal;

/// Shows the steps of a task while it lives, and stops it when Ctrl-C is pressed.
#[derive(Debug)]
pub(crate) struct Watcher {
    bar: ProgressBar,
    phase: Option<Phase>,
    _running: Running,
}

impl Watcher {
    /// A task begins.
    pub(crate) fn begin() -> Self {
        let bar = if terminal::stderr_is_terminal() {
            ProgressBar::new(0)
        } else {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden())
        };
        let style = ProgressStyle::with_template("{msg} [{bar:40}] {percent}% {eta}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        Self {
            bar: bar.with_style(style.progress_chars("=> ")),
            phase: None,
            _running: Running::begin(),
        }
    }
}

impl Progress for Watcher {
    fn report(&mut self, step: Step) -> ControlFlow<()> {
        if self.phase != Some(step.phase) {
            self.phase = Some(step.phase);
            self.bar.reset();
            self.bar.set_message(doing(step.phase));
        }
        self.bar.set_length(step.total);
        self.bar.set_position(step.done);
        if signals::is_pressed() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn doing(phase: Phase) -> &'static str {
    match phase {
        Phase::Copy => "copying pages",
        Phase::Verify => "reading the copy back",
        Phase::Repack => "joining pages",
        Phase::Move => "moving pages",
        Phase::Truncate => "cutting off the end",
        Phase::Reseal => "sealing pages anew",
        Phase::Prove => "proving that none is left",
        Phase::Scrub => "overwriting free pages",
        Phase::Read => "reading pages",
        Phase::Rows => "reading rows",
        _ => "working",
    }
}
