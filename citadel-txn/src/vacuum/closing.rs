//! Giving free pages back when a database is closed.
//!
//! A transaction that writes most of a table anew leaves as many free pages as it wrote, since what was committed is never
//! written over. Later commits use them; but a file that is closed should not be twice as long as what is in it. So the
//! last handle vacuums, where that is worth it and cannot take long.

use crate::database::Database;
use crate::error::Result;
use crate::progress::Quiet;
use crate::recovery;

/// A file that is not longer is left as it is.
const FILE_BYTES_MIN: u64 = 1 << 20;
/// Bytes in use that are moved at most.
const LIVE_BYTES_MAX: u64 = 64 << 20;

impl Database {
    /// Whether more than a quarter of the file is free, and the rest is little enough to be moved.
    fn is_worth_vacuuming(&self) -> Result<bool> {
        let page_bytes = u64::from(self.page_size().get());
        let all = self.pages_in_file();
        if all * page_bytes <= FILE_BYTES_MIN {
            return Ok(false);
        }
        let record = &self.shared().registry().newest().record;
        let live = recovery::reachable_pages(self.file(), record)?;
        Ok(live * 4 < all * 3 && live * page_bytes <= LIVE_BYTES_MAX)
    }

    fn shrink(&self) -> Result<()> {
        if self.is_worth_vacuuming()? {
            self.vacuum(&mut Quiet)?;
        }
        Ok(())
    }
}

impl Drop for Database {
    /// The last handle vacuums. A transaction holds on to the database as a handle does.
    fn drop(&mut self) {
        let may_write = !self.is_read_only() && !self.file().is_poisoned();
        let closes = self.is_last_handle() && may_write && !std::thread::panicking();
        if !closes || !self.vacuums_on_close() {
            return;
        }
        if let Err(error) = self.shrink() {
            tracing::debug!(%error, "the database was not vacuumed on closing");
        }
    }
}
