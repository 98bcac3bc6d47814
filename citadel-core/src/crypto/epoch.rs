//! The sealing of pages under one root key: its page key, the subciphers derived from it, and this writer's nonces.

use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

use crate::crypto::aead::{Cipher, Nonce};
use crate::crypto::xaes::{Prefix, Xaes};
use crate::crypto::{RootKey, random};
use crate::error::{Error, Result};
use crate::id::FileId;
use crate::page::NONCE_BYTES;

/// Subciphers kept.
const DERIVED_SLOTS: usize = 64;

/// Holds the page key of one root key.
pub(super) struct Epoch {
    xaes: Xaes,
    writer: Mutex<Option<Incarnation>>,
    /// Subciphers that were derived lately, placed by their prefix.
    derived: Box<[RwLock<Option<Derived>>]>,
}

/// The cipher of a nonce prefix.
struct Derived {
    prefix: Prefix,
    cipher: Arc<Cipher>,
}

/// A nonce prefix of this writer, and how much of it is used.
struct Incarnation {
    prefix: Prefix,
    cipher: Arc<Cipher>,
    /// Nonces given to all but heads of commit records, and to those.
    used: [u64; 2],
}

/// A whole nonce: the prefix that chooses the subkey, a mark that tells heads of commit records from all else, and the counter
/// under both.
pub(crate) type PageNonce = [u8; NONCE_BYTES];

/// Where the mark is: 1 and three zeros in the head of a commit record, else four zeros.
const MARK: std::ops::Range<usize> = 12..16;

/// Whether a nonce says that it has sealed the head of a commit record. Nobody vouches for a nonce before what it sealed is
/// open: this only spares the work where it says otherwise.
pub(crate) fn is_marked(nonce: &PageNonce) -> bool {
    nonce[MARK] == mark(true)
}

fn mark(is_head: bool) -> [u8; 4] {
    [u8::from(is_head), 0, 0, 0]
}

impl Epoch {
    pub(super) fn new(root: &RootKey, file_id: &FileId) -> Self {
        Self {
            xaes: Xaes::new(&root.page_key(file_id)),
            writer: Mutex::new(None),
            derived: (0..DERIVED_SLOTS).map(|_| RwLock::new(None)).collect(),
        }
    }

    /// A nonce that was never used under its subkey, and the cipher of that subkey. `is_head`: for the head of a commit record.
    /// After `seals_per_prefix` nonces a new prefix is drawn.
    pub(super) fn next_nonce(
        &self,
        seals_per_prefix: u64,
        is_head: bool,
    ) -> Result<(PageNonce, Arc<Cipher>)> {
        let mut writer = self.writer.lock();
        let spent = writer
            .as_ref()
            .is_none_or(|incarnation| incarnation.used.iter().sum::<u64>() >= seals_per_prefix);
        if spent {
            let prefix = random()?;
            *writer = Some(Incarnation {
                prefix,
                cipher: self.subcipher(&prefix),
                used: [0; 2],
            });
        }
        let incarnation = writer.as_mut().ok_or(Error::Misuse {
            what: "no nonce prefix",
        })?;
        let mut nonce = [0; NONCE_BYTES];
        nonce[..12].copy_from_slice(&incarnation.prefix);
        nonce[MARK].copy_from_slice(&mark(is_head));
        let used = &mut incarnation.used[usize::from(is_head)];
        nonce[MARK.end..].copy_from_slice(&used.to_be_bytes());
        *used += 1;
        Ok((nonce, Arc::clone(&incarnation.cipher)))
    }

    /// The cipher of a nonce, from the cache where it is there. Nonces come from the medium, so the cache is bounded.
    pub(super) fn cipher_of(&self, nonce: &PageNonce) -> Arc<Cipher> {
        self.subcipher(&std::array::from_fn(|i| nonce[i]))
    }

    fn subcipher(&self, prefix: &Prefix) -> Arc<Cipher> {
        let slot = &self.derived[usize::from(prefix[0] ^ prefix[1]) % DERIVED_SLOTS];
        if let Some(derived) = slot.read().as_ref()
            && derived.prefix == *prefix
        {
            return Arc::clone(&derived.cipher);
        }
        let cipher = Arc::new(self.xaes.subcipher(prefix));
        *slot.write() = Some(Derived {
            prefix: *prefix,
            cipher: Arc::clone(&cipher),
        });
        cipher
    }
}

/// The part of a nonce that counts under its subkey.
pub(super) fn counter_half(nonce: &PageNonce) -> Nonce {
    std::array::from_fn(|i| nonce[12 + i])
}
