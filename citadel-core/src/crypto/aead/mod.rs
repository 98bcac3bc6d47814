//! AES-256-GCM under one key, behind one face.
//!
//! Whatever seals in this crate, seals through a [`Cipher`]: pages, commit records and wrapped keys. Behind it is one
//! [`Backend`], chosen when the crate is built; all that encrypt give the same bytes:
//!
//! | backend | built | |
//! |---|---|---|
//! | `rustcrypto` | always | the default; no C |
//! | `aws-lc` | feature `aws-lc` | faster; C and assembly |
//! | `identity` | feature `identity-aead`, `cfg(fuzzing)` | no encryption at all: for fuzzers, which could not reach a decoder otherwise |
//!
//! In builds with the feature `nonce-ledger` every seal is written down, and a repeated pair of key and nonce panics.

#[cfg(feature = "aws-lc")]
#[cfg_attr(any(fuzzing, feature = "identity-aead"), allow(dead_code))]
mod aws_lc;
#[cfg(any(fuzzing, feature = "identity-aead"))]
mod identity;
#[cfg_attr(
    any(fuzzing, feature = "identity-aead", feature = "aws-lc"),
    allow(dead_code)
)]
mod rustcrypto;

#[cfg(all(feature = "aws-lc", not(any(fuzzing, feature = "identity-aead"))))]
use aws_lc::AwsLc as Chosen;
#[cfg(any(fuzzing, feature = "identity-aead"))]
use identity::Identity as Chosen;
#[cfg(not(any(fuzzing, feature = "identity-aead", feature = "aws-lc")))]
use rustcrypto::RustCrypto as Chosen;

/// A nonce of AES-GCM.
pub(crate) type Nonce = [u8; 12];
/// A tag of AES-GCM.
pub(crate) type TagBytes = [u8; 16];

/// AES-256-GCM for one key.
pub(crate) trait Backend: Sized {
    fn new(key: &[u8; 32]) -> Self;

    /// Encrypts `body` into `out`, which is as long, and gives the tag; `None` past the cipher's limit of 64 GiB.
    fn seal(&self, nonce: &Nonce, aad: &[u8], body: &[u8], out: &mut [u8]) -> Option<TagBytes>;

    /// The same in place. Where it gives no tag, the body is as it was.
    fn seal_in_place(&self, nonce: &Nonce, aad: &[u8], body: &mut [u8]) -> Option<TagBytes>;

    /// Decrypts in place. Where the tag does not hold it says `false`, and what is then in `body` is unspecified, but no
    /// plaintext.
    #[must_use]
    fn open(&self, nonce: &Nonce, aad: &[u8], body: &mut [u8], tag: &TagBytes) -> bool;
}

/// The cipher of one key. The key is wiped when it is dropped.
pub(crate) struct Cipher {
    backend: Chosen,
    #[cfg(feature = "nonce-ledger")]
    key: crate::ledger::KeyPrint,
}

impl Cipher {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self {
            backend: Chosen::new(key),
            #[cfg(feature = "nonce-ledger")]
            key: crate::ledger::KeyPrint::of(key),
        }
    }

    /// As [`Backend::seal`]. A nonce must never come twice.
    pub(crate) fn seal(
        &self,
        nonce: &Nonce,
        aad: &[u8],
        body: &[u8],
        out: &mut [u8],
    ) -> Option<TagBytes> {
        #[cfg(feature = "nonce-ledger")]
        crate::ledger::record(self.key, nonce);
        self.backend.seal(nonce, aad, body, out)
    }

    /// As [`Backend::seal_in_place`]. A nonce must never come twice.
    pub(crate) fn seal_in_place(
        &self,
        nonce: &Nonce,
        aad: &[u8],
        body: &mut [u8],
    ) -> Option<TagBytes> {
        #[cfg(feature = "nonce-ledger")]
        crate::ledger::record(self.key, nonce);
        self.backend.seal_in_place(nonce, aad, body)
    }

    /// As [`Backend::open`].
    #[must_use]
    pub(crate) fn open(&self, nonce: &Nonce, aad: &[u8], body: &mut [u8], tag: &TagBytes) -> bool {
        self.backend.open(nonce, aad, body, tag)
    }
}

#[cfg(test)]
mod tests;
