//! The cipher of what lives no longer than a query.

use zeroize::Zeroizing;

use crate::crypto::aead::{Cipher, Nonce};
use crate::crypto::random;
use crate::error::{Error, Result};
use crate::page::TAG_BYTES;

/// AES-256-GCM under a key that nobody else ever has; nonces are numbers that never come twice.
pub(crate) struct ScratchCipher(Cipher);

impl ScratchCipher {
    /// One with a key of its own.
    pub(crate) fn generate() -> Result<Self> {
        let key = Zeroizing::new(random::<32>()?);
        Ok(Self(Cipher::new(&key)))
    }

    /// Seals in place and gives the tag. A number must never come twice.
    pub(crate) fn seal(&self, number: u64, bytes: &mut [u8]) -> Result<[u8; TAG_BYTES]> {
        let sealed = self.0.seal_in_place(&nonce(number), &[], bytes);
        sealed.ok_or(Error::Misuse {
            what: "a piece is too long to be sealed",
        })
    }

    /// Opens bytes with their tag behind them, which is taken off. False: they are others than were sealed.
    #[must_use]
    pub(crate) fn open(&self, number: u64, bytes: &mut Vec<u8>) -> bool {
        let Some((body, tag)) = bytes.split_last_chunk_mut::<TAG_BYTES>() else {
            return false;
        };
        let (tag, len) = (*tag, body.len());
        let opens = self.0.open(&nonce(number), &[], body, &tag);
        bytes.truncate(len);
        opens
    }
}

fn nonce(number: u64) -> Nonce {
    let mut nonce = Nonce::default();
    nonce[4..].copy_from_slice(&number.to_be_bytes());
    nonce
}
