//! AES-256-GCM with random nonces: nonce, ciphertext and tag behind each other.
//!
//! A key seals one file's parts or wraps the data keys of one table: far below the number of nonces at which two random ones would meet.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInOut, KeyInit, array::Array, inout::InOutBuf};

use crate::error::{LakeError, Result};

pub(super) const KEY_BYTES: usize = 32;
pub(super) const NONCE_BYTES: usize = 12;
pub(super) const TAG_BYTES: usize = 16;

/// Fills with random bytes of the system.
pub(super) fn random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes)
        .map_err(|error| LakeError::misuse(format!("the system gives no random bytes: {error}")))
}

/// Seals bytes, and binds them to others.
pub(super) fn seal(key: &[u8; KEY_BYTES], bound: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
    let mut nonce = [0; NONCE_BYTES];
    random(&mut nonce)?;
    let mut sealed = Vec::with_capacity(NONCE_BYTES + plain.len() + TAG_BYTES);
    sealed.extend(nonce);
    sealed.extend(plain);
    let body = InOutBuf::from(&mut sealed[NONCE_BYTES..]);
    let tag = Aes256Gcm::new(key.into())
        .encrypt_inout_detached(&Array::from(nonce), bound, body)
        .map_err(|_| LakeError::Unsupported("sealing so many bytes at once".to_owned()))?;
    sealed.extend(tag.0);
    Ok(sealed)
}

/// What was sealed; `None` if a byte of it is another one now, or it was sealed under another key or bound to other bytes.
pub(super) fn open(key: &[u8; KEY_BYTES], bound: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE_BYTES>()?;
    let (body, tag) = rest.split_last_chunk::<TAG_BYTES>()?;
    let mut plain = body.to_vec();
    let opened = Aes256Gcm::new(key.into()).decrypt_inout_detached(
        &Array::from(*nonce),
        bound,
        InOutBuf::from(plain.as_mut_slice()),
        &Array::from(*tag),
    );
    opened.is_ok().then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_is_opened_and_nothing_else() {
        let (key, bound) = ([7; KEY_BYTES], b"name".as_slice());
        let sealed = seal(&key, bound, b"vault").unwrap();
        assert_eq!(open(&key, bound, &sealed).unwrap(), b"vault");
        assert_eq!(open(&[8; KEY_BYTES], bound, &sealed), None);
        assert_eq!(open(&key, b"other", &sealed), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(open(&key, bound, &changed), None, "{at}");
            assert_eq!(open(&key, bound, &sealed[..at]), None, "{at}");
        }
        assert_ne!(seal(&key, bound, b"vault").unwrap(), sealed);
    }
}
