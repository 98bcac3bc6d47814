//! Whoever watches what a statement does in lakes.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use crate::ann::BuildProgress;
use crate::error::{Error, Result, SqlState};

/// How far a statement is with the rows of a table in a lake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LakeProgress {
    /// What is being done.
    pub stage: LakeStage,
    /// Rows done.
    pub done: u64,
    /// Rows to do, as far as that is known: rows that a condition leaves out may be among them.
    pub total: u64,
}

/// What is being done with rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LakeStage {
    /// A query reads them.
    Read,
    /// COMMIT writes those that a transaction has inserted as files.
    Write,
    /// `lake_compact` writes them anew.
    Compact,
}

/// What a connection gives to what its statements do in lakes: the flag that ends them, and who is told how far they are.
#[derive(Default)]
pub(crate) struct LakeWatch {
    interrupt: Arc<AtomicBool>,
    rows: Mutex<Option<Arc<RowListener>>>,
    builds: Mutex<BuildProgress>,
}

type RowListener = dyn Fn(LakeProgress) + Send + Sync;

impl LakeWatch {
    /// A watch with the flag of a connection.
    pub(crate) fn new(interrupt: &Arc<AtomicBool>) -> Arc<Self> {
        Arc::new(Self {
            interrupt: Arc::clone(interrupt),
            ..Self::default()
        })
    }

    /// Tells a listener of rows from now on.
    pub(crate) fn on_rows(&self, listener: Option<Arc<RowListener>>) {
        *self.rows.lock() = listener;
    }

    /// Tells a listener of indexes that are built from now on.
    pub(crate) fn on_builds(&self, listener: BuildProgress) {
        *self.builds.lock() = listener;
    }

    #[cfg_attr(not(feature = "lake"), expect(dead_code, reason = "nobody works"))]
    pub(super) fn flag(&self) -> &Arc<AtomicBool> {
        &self.interrupt
    }

    #[cfg_attr(not(feature = "lake"), expect(dead_code, reason = "nobody builds"))]
    pub(super) fn builds(&self) -> BuildProgress {
        self.builds.lock().clone()
    }

    pub(crate) fn tell(&self, stage: LakeStage, done: u64, total: u64) {
        let listener = self.rows.lock().clone();
        if let Some(listener) = listener {
            let total = total.max(done);
            listener(LakeProgress { stage, done, total });
        }
    }

    /// # Errors
    /// The connection is interrupted.
    pub(super) fn check(&self) -> Result<()> {
        match self.interrupt.load(Ordering::Relaxed) {
            true => Err(interrupted()),
            false => Ok(()),
        }
    }
}

/// The error of a statement that was interrupted in a lake.
pub(super) fn interrupted() -> Error {
    Error::sql(SqlState::QUERY_CANCELED, "the statement was interrupted")
}

impl fmt::Debug for LakeWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LakeWatch")
            .field("interrupt", &self.interrupt.load(Ordering::Relaxed))
            .field("rows", &self.rows.lock().is_some())
            .field("builds", &*self.builds.lock())
            .finish()
    }
}
