//! A bar below the prompt while a vector index is built.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use citadel_sql::{BuildProgress, BuildStage, Connection};
use indicatif::{ProgressBar, ProgressStyle};

/// Builds that take no longer show no bar.
const PATIENCE: Duration = Duration::from_millis(300);

/// Shows how far a build on a connection is. Cheap to clone; all clones are one bar.
#[derive(Clone, Debug, Default)]
pub(crate) struct BuildBar(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    begun: Option<Instant>,
    stage: Option<BuildStage>,
    bar: Option<ProgressBar>,
}

impl BuildBar {
    /// Shows the builds of a connection from now on.
    pub(crate) fn watch(&self, connection: &Connection) {
        let bar = self.clone();
        connection.on_index_build(Some(move |progress| bar.show(progress)));
    }

    fn show(&self, progress: BuildProgress) {
        // It is called from the threads that build: none of them waits for another one's drawing.
        let Ok(mut state) = self.0.try_lock() else {
            return;
        };
        let begun = *state.begun.get_or_insert_with(Instant::now);
        if begun.elapsed() < PATIENCE {
            return;
        }
        let is_next = state.stage.replace(progress.stage) != Some(progress.stage);
        let bar = state.bar.get_or_insert_with(bar);
        if is_next {
            bar.set_message(doing(progress.stage));
            bar.set_length(progress.total as u64);
        }
        bar.set_position(progress.done as u64);
    }

    /// The statement has ended.
    pub(crate) fn clear(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = std::mem::take(&mut *state).bar {
            bar.finish_and_clear();
        }
    }
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len} {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style.progress_chars("=> "))
}

fn doing(stage: BuildStage) -> &'static str {
    match stage {
        BuildStage::Code => "coding vectors",
        BuildStage::Neighbors => "finding neighbours",
        BuildStage::Link => "linking rows",
        BuildStage::Refine => "refining",
        BuildStage::Calibrate => "measuring recall",
    }
}
