//! Copying a database while it is in use.

use std::path::Path;
use std::sync::Arc;

use citadel_txn::{BackupReport, FileStorage, Progress, Storage};

use super::Watch;
use crate::api::connection::Connection;
use crate::error::Result;

impl Connection {
    /// Copies the newest commit into a new file, which opens with the same keys. Others read and write meanwhile. Every page
    /// is proved against its seal on the way, and read back from the copy.
    ///
    /// The copy lies beside `path`, under its name with `.partial` behind it, until it is whole. If the backup is stopped,
    /// or the machine is, the next backup to the same path goes on where it ended.
    ///
    /// ```
    /// use citadel_sql::{Connection, Key, Quiet};
    ///
    /// # fn main() -> citadel_sql::Result<()> {
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let (path, copy) = (dir.path().join("a.citadel"), dir.path().join("b.citadel"));
    /// let db = Connection::open(&path, Key::raw([7; 32]))?;
    /// db.execute_batch("CREATE TABLE t (x INTEGER); INSERT INTO t VALUES (1)")?;
    /// db.backup(&copy, &mut Quiet)?;
    /// let copy = Connection::open(&copy, Key::raw([7; 32]))?;
    /// assert_eq!(copy.query_value::<i64, _>("SELECT x FROM t", ())?, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// There is something at `path` already; it was stopped; the database is damaged; an error of either file.
    pub fn backup(
        &self,
        path: impl AsRef<Path>,
        progress: &mut dyn Progress,
    ) -> Result<BackupReport> {
        let target = FileStorage::create_partial(path).map_err(citadel_txn::Error::from)?;
        self.backup_to(Arc::new(target), progress)
    }

    /// The same into a storage of one's own, which must be empty or hold what an interrupted backup left.
    ///
    /// # Errors
    /// As [`backup`](Connection::backup).
    pub fn backup_to(
        &self,
        target: Arc<dyn Storage>,
        progress: &mut dyn Progress,
    ) -> Result<BackupReport> {
        self.arm_interrupt();
        let mut watch = Watch::new(progress, self.interrupt().flag());
        Ok(self
            .database()
            .shared()
            .storage
            .backup(target, &mut watch)?)
    }
}
