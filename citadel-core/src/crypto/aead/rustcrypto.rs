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
        self.encrypt(nonce, aad, InOutBuf::new(body, out).ok()?)
    }

    fn seal_in_place(&self, nonce: &Nonce, aad: &[u8], body: &mut [u8]) -> Option<TagBytes> {
        self.encrypt(nonce, aad, InOutBuf::from(body))
    }

    fn open(&self, nonce: &Nonce, aad: &[u8], body: &mut [u8], tag: &TagBytes) -> bool {
        let (nonce, tag) = (Array::from(*nonce), Array::from(*tag));
        self.0
            .decrypt_inout_detached(&nonce, aad, InOutBuf::from(body), &tag)
            .is_ok()
    }
}

impl RustCrypto {
    fn encrypt(&self, nonce: &Nonce, aad: &[u8], body: InOutBuf<'_, '_, u8>) -> Option<TagBytes> {
        let nonce = Array::from(*nonce);
        let tag = self.0.encrypt_inout_detached(&nonce, aad, body).ok()?;
        Some(tag.0)
    }
}
