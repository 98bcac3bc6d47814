//! The default: RustCrypto's AES-GCM, with the processor's AES instructions where it has them.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInOut, KeyInit, array::Array, inout::InOutBuf};

use crate::crypto::locked::{Locked, scrubbed};

use super::{Backend, Nonce, TagBytes};

pub(super) struct RustCrypto(Locked<Aes256Gcm>);

impl Backend for RustCrypto {
    fn new(key: &[u8; 32]) -> Self {
        Self(scrubbed(|| Locked::new(Aes256Gcm::new(key.into()))))
    }

    fn seal(&self, nonce: &Nonce, aad: &[u8], body: &[u8], out: &mut [u8]) -> Option<TagBytes> {
        let buffers = InOutBuf::new(body, out).ok()?;
        let tag = self
            .0
            .encrypt_inout_detached(&Array::from(*nonce), aad, buffers)
            .ok()?;
        Some(tag.0)
    }

    fn open(&self, nonce: &Nonce, aad: &[u8], body: &mut [u8], tag: &TagBytes) -> bool {
        let (nonce, tag) = (Array::from(*nonce), Array::from(*tag));
        self.0
            .decrypt_inout_detached(&nonce, aad, InOutBuf::from(body), &tag)
            .is_ok()
    }
}
