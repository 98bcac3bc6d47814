//! AWS-LC's AES-GCM, which uses the widest AES instructions there are. It is C and assembly, and so an option (feature
//! `aws-lc`); the bytes are the same. Expanded keys are on its own heap, which it wipes as it frees, but does not lock.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce as AwsNonce, UnboundKey};

use super::{Backend, Nonce, TagBytes};

pub(super) struct AwsLc(LessSafeKey);

impl Backend for AwsLc {
    fn new(key: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("AES-256 takes any 32 bytes");
        Self(LessSafeKey::new(key))
    }

    fn seal(&self, nonce: &Nonce, aad: &[u8], body: &[u8], out: &mut [u8]) -> Option<TagBytes> {
        let mut tag = TagBytes::default();
        let nonce = AwsNonce::assume_unique_for_key(*nonce);
        self.0
            .seal_out_of_place_scatter(nonce, Aad::from(aad), body, out, &[], &mut tag)
            .ok()?;
        Some(tag)
    }

    fn seal_in_place(&self, nonce: &Nonce, aad: &[u8], body: &mut [u8]) -> Option<TagBytes> {
        let nonce = AwsNonce::assume_unique_for_key(*nonce);
        let sealed = self
            .0
            .seal_in_place_separate_tag(nonce, Aad::from(aad), body);
        sealed.ok()?.as_ref().try_into().ok()
    }

    fn open(&self, nonce: &Nonce, aad: &[u8], body: &mut [u8], tag: &TagBytes) -> bool {
        let nonce = AwsNonce::assume_unique_for_key(*nonce);
        self.0
            .open_in_place_separate_tag(nonce, Aad::from(aad), tag, body)
            .is_ok()
    }
}
