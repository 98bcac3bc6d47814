//! Adding, replacing and removing keys. All of it is instant: the root key is wrapped anew, no page is touched.

use crate::crypto::{Kdf, Key};
use crate::error::Result;
use crate::sealed_file::{Header, SealedFile};
use crate::superblock::{self, SlotIndex, SlotInfo, Superblock, Twin};

impl SealedFile {
    /// The key slots in use.
    pub fn list_slots(&self) -> Vec<SlotInfo> {
        self.header.lock().superblock.slot_infos()
    }

    /// Proves that `key` opens the file: a slot gives the root key for it.
    ///
    /// # Errors
    /// [`Error::WrongKey`](crate::Error::WrongKey); otherwise as [`SealedFile::open`].
    pub fn check_key(&self, key: &Key) -> Result<()> {
        superblock::load(self.medium.storage(), key).map(drop)
    }

    /// Lets `key` open the file from now on, beside the keys that do already; a passphrase is stretched by `kdf`. It is
    /// durable when this returns.
    ///
    /// # Errors
    /// [`SlotsFull`](crate::Error::SlotsFull), [`EmptyPassphrase`](crate::Error::EmptyPassphrase), [`KdfOutOfBounds`](crate::Error::KdfOutOfBounds); [`ReadOnly`](crate::Error::ReadOnly),
    /// [`Poisoned`](crate::Error::Poisoned), [`Io`](crate::Error::Io). After an error the keys are what they were, or, after [`Io`](crate::Error::Io), may be
    /// either.
    pub fn add_slot(&self, key: &Key, kdf: &Kdf) -> Result<SlotIndex> {
        self.change_header(|header, next| {
            let index = next.free_slot()?;
            next.set_slot(index, &header.root, key, kdf)?;
            Ok(index)
        })
    }

    /// Puts `key` in the place of the one in this slot, in one step.
    ///
    /// # Errors
    /// [`NoSuchSlot`](crate::Error::NoSuchSlot) where the slot is empty; otherwise as [`SealedFile::add_slot`].
    pub fn change_slot(&self, index: SlotIndex, key: &Key, kdf: &Kdf) -> Result<()> {
        self.change_header(|header, next| {
            next.require_slot(index)?;
            next.set_slot(index, &header.root, key, kdf)
        })
    }

    /// Removes the key of this slot: it opens the file no more. A copy of the file from before still opens with it, and the
    /// root key is the same; if the key may be in wrong hands, the file must get a new root key.
    ///
    /// # Errors
    /// [`LastSlot`](crate::Error::LastSlot), [`NoSuchSlot`](crate::Error::NoSuchSlot); otherwise as [`SealedFile::add_slot`].
    pub fn remove_slot(&self, index: SlotIndex) -> Result<()> {
        self.change_header(|_, next| next.clear_slot(index))
    }

    pub(super) fn change_header<T>(
        &self,
        change: impl FnOnce(&Header, &mut Superblock) -> Result<T>,
    ) -> Result<T> {
        self.medium.require_writable()?;
        let mut header = self.header.lock();
        let mut next = header.superblock.clone();
        next.sequence = next.next_sequence()?;
        let result = change(&header, &mut next)?;
        let before = std::mem::replace(&mut header.superblock, next);
        self.store_header(&header, Twin::B)
            .inspect_err(|_| header.superblock = before)?;
        Ok(result)
    }

    /// Writes the superblock once more, as a change that can be read need not be on the medium: a sync may have failed in a
    /// process before. Call it after opening a file that was not closed, before anything is sealed.
    ///
    /// # Errors
    /// As [`SealedFile::sync`].
    pub fn renew_header(&self) -> Result<()> {
        // A change has written this copy last.
        self.store_header(&self.header.lock(), Twin::A)
    }

    /// Writes both copies of the superblock, this one `first`. A change begins with B.
    pub(super) fn store_header(&self, header: &Header, first: Twin) -> Result<()> {
        let bytes = header
            .superblock
            .encode(&header.root.mac_key(&self.file_id));
        self.medium
            .guarded_with(|storage| superblock::store(storage, first, &bytes))
    }
}
