//! A key slot: the root key, wrapped for one key of the user.

use std::fmt;

use crate::crypto::{Kdf, Kek, Key, RootKey, WrappedRoot, random};
use crate::error::{Error, Result};

/// Key slots in a file.
pub const SLOT_COUNT: usize = 8;

/// The number of a key slot, from 0 to 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotIndex(u8);

impl SlotIndex {
    pub(crate) const FIRST: SlotIndex = SlotIndex(0);

    /// The slot of this number.
    ///
    /// # Errors
    /// [`Error::NoSuchSlot`] for a number above 7.
    pub fn new(index: u8) -> Result<Self> {
        if usize::from(index) < SLOT_COUNT {
            Ok(Self(index))
        } else {
            Err(Error::NoSuchSlot { index })
        }
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }

    pub(crate) const fn position(self) -> usize {
        self.0 as usize
    }

    pub(crate) fn all() -> impl Iterator<Item = SlotIndex> {
        (0..SLOT_COUNT as u8).map(SlotIndex)
    }
}

impl fmt::Display for SlotIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What sort of key opens a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SlotKind {
    /// A passphrase, stretched so.
    Passphrase(Kdf),
    /// A raw 32-byte key.
    RawKey,
}

impl fmt::Display for SlotKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SlotKind::Passphrase(kdf) => write!(f, "passphrase, {kdf}"),
            SlotKind::RawKey => f.write_str("raw key"),
        }
    }
}

/// A slot in use, without anything secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotInfo {
    /// Its number.
    pub index: SlotIndex,
    /// What opens it.
    pub kind: SlotKind,
}

/// A slot as it is stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    /// How a passphrase is stretched; `None` for a raw key.
    pub(crate) method: Option<Kdf>,
    pub(crate) salt: [u8; 32],
    pub(crate) wrapped: WrappedRoot,
}

impl Slot {
    /// Wraps the root key for `key`; `context` gives the associated data of a slot with this method and salt.
    pub(crate) fn seal(
        root: &RootKey,
        key: &Key,
        kdf: &Kdf,
        context: impl FnOnce(Option<&Kdf>, &[u8; 32]) -> Vec<u8>,
    ) -> Result<Self> {
        let method = key.method(kdf);
        let salt = random()?;
        let kek = key.kek(method.as_ref(), &salt)?.ok_or(Error::Misuse {
            what: "the key does not fit the slot's method",
        })?;
        let wrapped = root.wrap(&kek, &context(method.as_ref(), &salt))?;
        Ok(Self {
            method,
            salt,
            wrapped,
        })
    }

    /// The root key, if `kek` is the slot's.
    pub(crate) fn open(&self, kek: &Kek, context: &[u8]) -> Option<RootKey> {
        RootKey::unwrap(&self.wrapped, kek, context)
    }

    pub(crate) fn kind(&self) -> SlotKind {
        match self.method {
            Some(kdf) => SlotKind::Passphrase(kdf),
            None => SlotKind::RawKey,
        }
    }
}
