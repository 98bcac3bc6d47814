//! The root key of a file, and what is derived from it.

use zeroize::Zeroize;

use crate::crypto::aead::Cipher;
use crate::crypto::locked::{Secret, scrubbed};
use crate::crypto::{Kek, fill_random, random};
use crate::error::{Error, Result};
use crate::id::FileId;

/// 32 random bytes, drawn when a file is created, from which every other key of the file is derived. Only its wrapped form
/// is ever stored.
pub(crate) struct RootKey(Secret);

/// The root key under a wrapping key: what a key slot stores.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrappedRoot {
    pub(crate) nonce: [u8; 12],
    pub(crate) sealed: [u8; 32],
    pub(crate) tag: [u8; 16],
}

impl RootKey {
    pub(crate) fn generate() -> Result<Self> {
        Secret::make(|bytes| fill_random(bytes)).map(Self)
    }

    /// The same key again, for a copy of the file.
    pub(crate) fn share(&self) -> Self {
        Self(self.0.clone())
    }

    /// Wraps the key; `aad` is the clear context that the wrapping shall vouch for. A slot's salt is fresh for every wrap,
    /// and a new root wraps the old one once, so each wrapping key seals once.
    pub(crate) fn wrap(&self, kek: &Kek, aad: &[u8]) -> Result<WrappedRoot> {
        let (nonce, mut sealed) = (random()?, [0; 32]);
        let tag = Cipher::new(kek)
            .seal(&nonce, aad, self.0.as_slice(), &mut sealed)
            .ok_or(Error::Misuse {
                what: "a key slot's context is too long",
            })?;
        Ok(WrappedRoot { nonce, sealed, tag })
    }

    /// The key, if `kek` and `aad` are those of the wrap.
    pub(crate) fn unwrap(wrapped: &WrappedRoot, kek: &Kek, aad: &[u8]) -> Option<Self> {
        let mut bytes = Secret::copy_of(&wrapped.sealed);
        Cipher::new(kek)
            .open(&wrapped.nonce, aad, bytes.as_mut_slice(), &wrapped.tag)
            .then_some(Self(bytes))
    }

    /// The key itself.
    #[cfg(test)]
    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key that seals pages and commit records.
    pub(crate) fn page_key(&self, file_id: &FileId) -> Secret {
        self.derive("Citadel format 1, page sealing", file_id)
    }

    /// The key that authenticates the superblock.
    pub(crate) fn mac_key(&self, file_id: &FileId) -> MacKey {
        MacKey(self.derive("Citadel format 1, superblock authentication", file_id))
    }

    /// The key that wraps the root key before this one, while a rekey is under way.
    pub(crate) fn retiring_key(&self, file_id: &FileId) -> Kek {
        self.derive("Citadel format 1, retiring root key", file_id)
    }

    /// Public bytes that bind a file to one root key: AES-GCM alone lets one ciphertext open under two keys.
    pub(crate) fn commitment(&self, file_id: &FileId) -> [u8; 32] {
        *self.derive("Citadel format 1, root key commitment", file_id)
    }

    fn derive(&self, context: &'static str, file_id: &FileId) -> Secret {
        derive_secret(context, &[self.0.as_slice(), file_id.as_bytes()])
    }
}

/// 32 bytes from the concatenation of some, for one purpose. Nothing of either stays on the stack.
pub(super) fn derive_secret(context: &'static str, parts: &[&[u8]]) -> Secret {
    scrubbed(|| {
        let mut hasher = blake3::Hasher::new_derive_key(context);
        for part in parts {
            hasher.update(part);
        }
        let mut secret = Secret::new([0; 32]);
        hasher.finalize_xof().fill(secret.as_mut_slice());
        hasher.zeroize();
        secret
    })
}

/// Authenticates the superblock.
pub(crate) struct MacKey(Secret);

impl MacKey {
    /// The key itself.
    #[cfg(test)]
    pub(crate) fn into_secret(self) -> Secret {
        self.0
    }

    pub(crate) fn mac(&self, bytes: &[u8]) -> [u8; 32] {
        scrubbed(|| blake3::keyed_hash(&self.0, bytes).into())
    }

    /// Whether `mac` is that of `bytes`: to a fuzzer always, so that what it changes is read.
    #[cfg(any(fuzzing, feature = "identity-aead"))]
    pub(crate) fn verify(&self, _bytes: &[u8], _mac: &[u8; 32]) -> bool {
        true
    }

    /// Whether `mac` is that of `bytes`; constant time.
    #[cfg(not(any(fuzzing, feature = "identity-aead")))]
    pub(crate) fn verify(&self, bytes: &[u8], mac: &[u8; 32]) -> bool {
        scrubbed(|| blake3::keyed_hash(&self.0, bytes) == *mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrap_opens_only_with_its_key_and_context() {
        let root = RootKey::generate().unwrap();
        let kek = Secret::new([3; 32]);
        let wrapped = root.wrap(&kek, b"context").unwrap();
        assert_ne!(wrapped.sealed, *root.0);
        assert_eq!(
            *RootKey::unwrap(&wrapped, &kek, b"context").unwrap().0,
            *root.0
        );
        assert!(RootKey::unwrap(&wrapped, &kek, b"contexT").is_none());
        assert!(RootKey::unwrap(&wrapped, &Secret::new([4; 32]), b"context").is_none());
        for bit in 0..256 {
            let mut altered = wrapped;
            altered.sealed[bit / 8] ^= 1 << (bit % 8);
            assert!(RootKey::unwrap(&altered, &kek, b"context").is_none());
        }
    }

    #[test]
    fn derived_keys_differ_by_purpose_and_file() {
        let root = RootKey::generate().unwrap();
        let (a, b) = (FileId::from_bytes([1; 16]), FileId::from_bytes([2; 16]));
        assert_ne!(*root.page_key(&a), *root.page_key(&b));
        assert_ne!(*root.page_key(&a), root.commitment(&a));
        assert_ne!(*root.mac_key(&a).0, *root.page_key(&a));
    }

    /// Changing any of this makes every existing file unreadable.
    #[test]
    fn what_format_1_derives_is_fixed() {
        let (root, id) = (RootKey(Secret::new([7; 32])), FileId::from_bytes([9; 16]));
        let first_bytes = |bytes: &[u8]| format!("{:02x?}", &bytes[..8]);
        assert_eq!(
            first_bytes(root.page_key(&id).as_slice()),
            "[6c, e5, 9b, 46, 71, 94, e2, 39]"
        );
        assert_eq!(
            first_bytes(root.mac_key(&id).0.as_slice()),
            "[44, 73, d2, 58, f3, 06, 05, 32]"
        );
        assert_eq!(
            first_bytes(&root.commitment(&id)),
            "[7c, bf, 4f, 29, b2, f5, f2, 9e]"
        );
    }
}
