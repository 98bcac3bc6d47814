//! The superblock: the only bytes in the clear, and the way from a key to the file's root key.
//!
//! Two copies of 4 KiB lie at the beginning of the file. Each holds fixed fields, up to eight key slots (the root key
//! wrapped by a passphrase or a raw key), a MAC over all of that under a key derived from the root key, and a digest
//! without a key. The digest only tells damage from a wrong key in the error message; nothing is trusted for it.
//!
//! A copy is *authentic* if its MAC holds. Of two authentic copies the one with the higher sequence counts, so a key that
//! only the older copy knows has been removed and opens nothing. A change writes copy B, syncs, then writes copy A, syncs:
//! at every instant one copy is whole, and when the change is acknowledged both are the same. After a sync that failed,
//! what can be read of a change may not be on the medium. So a file that was not closed has its superblock written again
//! before anything else, copy A first, since that is the one in doubt where both seem to be the same.
//!
//! While a rekey is under way there are two root keys: see [`RetiringRoot`].

mod codec;
mod info;
mod retiring;
mod slot;
mod unlock;

pub use info::SuperblockInfo;
pub use slot::{SLOT_COUNT, SlotIndex, SlotInfo, SlotKind};

pub(crate) use retiring::RetiringRoot;
pub(crate) use slot::Slot;
pub(crate) use unlock::{Retired, Twin, Unlocked, has_other_root, load, open_retired, store};

use crate::crypto::{Kdf, Key, MacKey, RootKey};
use crate::error::{Error, Result};
use crate::format::SUPERBLOCK_BYTES;
use crate::id::{FileId, PageSize};

/// One copy as bytes.
pub(crate) type CopyBytes = [u8; SUPERBLOCK_BYTES];

/// The fields of a superblock.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Superblock {
    pub(crate) page_size: PageSize,
    pub(crate) file_id: FileId,
    /// Counts changes; of two authentic copies the higher one is valid.
    pub(crate) sequence: u64,
    /// Binds the file to one root key.
    pub(crate) commitment: [u8; 32],
    pub(crate) slots: [Option<Slot>; SLOT_COUNT],
    /// The root key before this one, while a rekey is under way.
    pub(crate) retiring: Option<RetiringRoot>,
}

impl Superblock {
    /// A superblock for a new file, with one slot for `key`.
    pub(crate) fn create(
        root: &RootKey,
        file_id: FileId,
        page_size: PageSize,
        key: &Key,
        kdf: &Kdf,
    ) -> Result<Self> {
        let mut superblock = Superblock {
            page_size,
            file_id,
            sequence: 1,
            commitment: root.commitment(&file_id),
            slots: [const { None }; SLOT_COUNT],
            retiring: None,
        };
        superblock.set_slot(SlotIndex::FIRST, root, key, kdf)?;
        Ok(superblock)
    }

    /// The sequence of the next change.
    pub(crate) fn next_sequence(&self) -> Result<u64> {
        self.sequence.checked_add(1).ok_or(Error::Corrupt {
            what: "the superblock's sequence",
        })
    }

    /// Puts a slot for `key` in the place of whatever was at `index`.
    pub(crate) fn set_slot(
        &mut self,
        index: SlotIndex,
        root: &RootKey,
        key: &Key,
        kdf: &Kdf,
    ) -> Result<()> {
        let slot = Slot::seal(root, key, kdf, |method, salt| {
            codec::slot_context(self, index, method, salt)
        })?;
        self.slots[index.position()] = Some(slot);
        Ok(())
    }

    /// The first slot that is empty.
    pub(crate) fn free_slot(&self) -> Result<SlotIndex> {
        SlotIndex::all()
            .find(|index| self.slots[index.position()].is_none())
            .ok_or(Error::SlotsFull)
    }

    /// Empties a slot.
    pub(crate) fn clear_slot(&mut self, index: SlotIndex) -> Result<()> {
        self.require_slot(index)?;
        if self.slots.iter().flatten().count() == 1 {
            return Err(Error::LastSlot);
        }
        self.slots[index.position()] = None;
        Ok(())
    }

    /// Refuses an empty slot.
    pub(crate) fn require_slot(&self, index: SlotIndex) -> Result<()> {
        match self.slots[index.position()] {
            Some(_) => Ok(()),
            None => Err(Error::NoSuchSlot { index: index.get() }),
        }
    }

    /// The slots that are in use.
    pub(crate) fn slot_infos(&self) -> Vec<SlotInfo> {
        SlotIndex::all()
            .filter_map(|index| {
                let kind = self.slots[index.position()].as_ref()?.kind();
                Some(SlotInfo { index, kind })
            })
            .collect()
    }

    /// The bytes of one copy.
    pub(crate) fn encode(&self, mac_key: &MacKey) -> Box<CopyBytes> {
        codec::encode(self, mac_key)
    }
}

#[cfg(test)]
mod tests;
