//! Giving free space back.

use std::path::Path;
use std::sync::Arc;

use citadel_txn::{FileStorage, Progress, Storage, VacuumReport};

use super::Watch;
use crate::api::connection::Connection;
use crate::error::Result;

impl Connection {
    /// Makes the file as short as it can be: what lies at its end moves into free space nearer to the beginning, commit by
    /// commit, and the end is cut off. Others read and write meanwhile; a read transaction that stays open keeps the pages
    /// that it needs. `VACUUM` does the same.
    ///
    /// # Errors
    /// A transaction is open on this connection; it was stopped, and then has done a part; storage errors.
    pub fn vacuum(&self, progress: &mut dyn Progress) -> Result<VacuumReport> {
        self.require_autocommit("VACUUM")?;
        self.arm_interrupt();
        let mut watch = Watch::new(progress, self.interrupt().flag());
        Ok(self.database().shared().storage.vacuum(&mut watch)?)
    }

    /// Writes a compact copy of the newest commit into a new file, which opens with the same keys. Others read and write
    /// meanwhile. `VACUUM INTO 'file'` does the same.
    ///
    /// The copy lies beside `path`, under its name with `.partial` behind it, until it is whole.
    ///
    /// # Errors
    /// A transaction is open on this connection; there is something at `path` already; it was stopped; the database is
    /// damaged; an error of either file.
    pub fn vacuum_into(
        &self,
        path: impl AsRef<Path>,
        progress: &mut dyn Progress,
    ) -> Result<VacuumReport> {
        self.require_autocommit("VACUUM")?;
        let target = FileStorage::create_partial(path).map_err(citadel_txn::Error::from)?;
        self.vacuum_into_storage(Arc::new(target), progress)
    }

    /// The same into a storage of one's own, which must be empty or hold what an interrupted attempt left.
    ///
    /// # Errors
    /// As [`vacuum_into`](Connection::vacuum_into).
    pub fn vacuum_into_storage(
        &self,
        target: Arc<dyn Storage>,
        progress: &mut dyn Progress,
    ) -> Result<VacuumReport> {
        self.arm_interrupt();
        let mut watch = Watch::new(progress, self.interrupt().flag());
        let storage = &self.database().shared().storage;
        Ok(storage.vacuum_into(target, &mut watch)?)
    }
}
