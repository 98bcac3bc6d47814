//! The keys of a file.

use citadel_txn::{Kdf, Key, SlotIndex, SlotInfo};

use crate::api::connection::Connection;
use crate::error::Result;

impl Connection {
    /// The key slots in use: each holds one key that opens the file. A slot does not tell its key.
    pub fn list_keys(&self) -> Vec<SlotInfo> {
        self.file().list_slots()
    }

    /// Lets another key open the file as well; a passphrase is stretched by `kdf`. It is instant, and durable when this
    /// returns.
    ///
    /// # Errors
    /// All eight slots are in use; the passphrase is empty; `kdf` is too weak or too costly; storage errors.
    pub fn add_key(&self, key: &Key, kdf: &Kdf) -> Result<SlotIndex> {
        Ok(self.file().add_slot(key, kdf).map_err(below)?)
    }

    /// Puts a key in the place of the one in a slot: how a passphrase is changed. It is instant, and durable when this
    /// returns.
    ///
    /// Copies of the file from before still open with the old key, and so does whatever an old key's holder kept of the
    /// root key. Where that matters, give the file a new root key: [`rekey`](Connection::rekey).
    ///
    /// # Errors
    /// The slot is empty; otherwise as [`add_key`](Connection::add_key).
    pub fn change_key(&self, slot: SlotIndex, key: &Key, kdf: &Kdf) -> Result<()> {
        Ok(self.file().change_slot(slot, key, kdf).map_err(below)?)
    }

    /// Takes the key of a slot away. See [`change_key`](Connection::change_key) for what it still opens.
    ///
    /// # Errors
    /// The slot is empty, or the last one; storage errors.
    pub fn remove_key(&self, slot: SlotIndex) -> Result<()> {
        Ok(self.file().remove_slot(slot).map_err(below)?)
    }

    fn file(&self) -> &citadel_txn::SealedFile {
        self.database().shared().storage.file()
    }
}

fn below(error: citadel_txn::FileError) -> citadel_txn::Error {
    error.into()
}
