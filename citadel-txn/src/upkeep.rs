//! What vacuum and rekey share: they rewrite the file in steps, one of them at a time.

use parking_lot::MutexGuard;

use crate::database::Database;
use crate::error::{Error, Result};

/// Pages that one step rewrites, whatever their size.
const STEP_PAGES_MAX: u64 = 128;
/// Bytes that one step rewrites, about.
const STEP_BYTES: u64 = 1 << 20;

impl Database {
    /// The right to do upkeep that rewrites the file, until it is dropped: one at a time.
    ///
    /// # Errors
    /// [`Error::Busy`]; [`Error::ReadOnly`].
    pub(crate) fn begin_upkeep(&self) -> Result<MutexGuard<'_, ()>> {
        if self.is_read_only() {
            return Err(Error::ReadOnly);
        }
        self.shared().upkeep().try_lock().ok_or(Error::Busy)
    }

    /// Pages that one step of upkeep rewrites: few enough that other writers do not wait long, and that they need little
    /// memory.
    pub(crate) fn step_pages(&self) -> u64 {
        (STEP_BYTES / u64::from(self.page_size().get())).clamp(1, STEP_PAGES_MAX)
    }
}
