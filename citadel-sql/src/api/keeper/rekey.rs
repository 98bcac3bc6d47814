//! Giving a file a new root key.

use citadel_txn::{Generation, Kdf, Key, Progress, RekeyReport};

use super::Watch;
use crate::api::connection::Connection;
use crate::error::Result;

impl Connection {
    /// Replaces the root key: every page is sealed anew, and free pages are written over, so that nothing of the file opens
    /// with any key that was known before. From its first moment on, `key` opens the file and nothing else does; other
    /// keys are added anew with [`add_key`](Connection::add_key). A passphrase is stretched by `kdf`.
    ///
    /// It takes as long as writing the whole file. Others read and write meanwhile, but a read transaction that stays open
    /// delays the end. If it is stopped, or the machine is, [`rekey_resume`](Connection::rekey_resume) goes on.
    ///
    /// # Errors
    /// A transaction is open on this connection; a rekey is under way already; the passphrase is empty, or `kdf` too weak or
    /// too costly; it was stopped; storage errors.
    pub fn rekey(&self, key: &Key, kdf: &Kdf, progress: &mut dyn Progress) -> Result<RekeyReport> {
        self.require_autocommit("a rekey")?;
        self.arm_interrupt();
        let mut watch = Watch::new(progress, self.interrupt().flag());
        let storage = &self.database().shared().storage;
        Ok(storage.rekey(key, kdf, &mut watch)?)
    }

    /// Goes on with a rekey that was begun, in this process or in another.
    ///
    /// # Errors
    /// A transaction is open on this connection; no rekey is under way; it was stopped; storage errors.
    pub fn rekey_resume(&self, progress: &mut dyn Progress) -> Result<RekeyReport> {
        self.require_autocommit("a rekey")?;
        self.arm_interrupt();
        let mut watch = Watch::new(progress, self.interrupt().flag());
        Ok(self.database().shared().storage.rekey_resume(&mut watch)?)
    }

    /// The first commit under the new root key, while a rekey is under way.
    pub fn rekey_state(&self) -> Option<Generation> {
        self.database().shared().storage.rekey_state()
    }
}
