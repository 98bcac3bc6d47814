//! Two root keys during a rekey.
//!
//! A rekey replaces the root key while the database is in use. From the *epoch generation* on, pages are sealed under the
//! new root key; what is older opens with the old one, which the superblock keeps, wrapped under a key that the new root
//! gives. When nothing that is reachable is older than the epoch generation, the old root key is taken out of the
//! superblock, and with it the last way to whatever was sealed under it.
//!
//! The slots, the commitment and the MAC are those of the new root from the first instant: whoever holds the new key
//! opens both, and whoever holds only the old root opens nothing that was written since.

use crate::crypto::{Kdf, Key, RootKey, WrappedRoot};
use crate::error::Result;
use crate::id::Generation;
use crate::superblock::{SLOT_COUNT, SlotIndex, Superblock, codec};

/// The old root key as the superblock stores it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct RetiringRoot {
    /// The first generation that the new root key seals.
    pub(crate) from: Generation,
    pub(crate) wrapped: WrappedRoot,
}

impl Superblock {
    /// The superblock that begins a rekey from the root key `old` to `new`: one slot, of `key`.
    pub(crate) fn rekeyed(
        &self,
        (old, new): (&RootKey, &RootKey),
        (key, kdf): (&Key, &Kdf),
        from: Generation,
    ) -> Result<Self> {
        let mut next = Superblock {
            commitment: new.commitment(&self.file_id),
            slots: [const { None }; SLOT_COUNT],
            retiring: None,
            ..self.clone()
        };
        next.set_slot(SlotIndex::FIRST, new, key, kdf)?;
        let kek = new.retiring_key(&self.file_id);
        let wrapped = old.wrap(&kek, &codec::retiring_context(&next, from))?;
        next.retiring = Some(RetiringRoot { from, wrapped });
        Ok(next)
    }

    /// The old root key, if `root` is the new one; `None` where it does not open.
    pub(crate) fn open_retiring(&self, root: &RootKey, retiring: &RetiringRoot) -> Option<RootKey> {
        let kek = root.retiring_key(&self.file_id);
        let context = codec::retiring_context(self, retiring.from);
        RootKey::unwrap(&retiring.wrapped, &kek, &context)
    }
}
