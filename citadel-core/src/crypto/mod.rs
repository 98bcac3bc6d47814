//! Keys and ciphers. The primitives are those of the RustCrypto crates; this folder only composes them.
//!
//! ```text
//! passphrase ─Argon2id / PBKDF2─┐
//! raw key    ─────BLAKE3────────┴─► KEK ─AES-256-GCM─► wraps the root key, once per key slot
//!
//! root key ─BLAKE3 derive_key (one context each, with the file id)─┬─► page key ─XAES-256-GCM─► pages, commit records
//!                                                                  ├─► header key ─BLAKE3 keyed─► superblock MAC
//!                                                                  └─► key commitment (in the superblock)
//! ```
//!
//! Every key here lies in locked memory, is wiped when it is dropped, and is never printed.

mod aead;
mod epoch;
mod kdf;
mod key;
mod locked;
mod root_key;
mod scratch;
mod sealer;
#[cfg(test)]
mod shake;
#[cfg(test)]
mod vectors;
mod xaes;

pub(crate) use epoch::is_marked;
pub use kdf::Kdf;
pub(crate) use kdf::KdfBounds;
pub(crate) use key::Kek;
pub use key::Key;
pub(crate) use root_key::{MacKey, RootKey, WrappedRoot};
pub(crate) use scratch::ScratchCipher;
pub(crate) use sealer::{Label, Sealer};

#[cfg(not(any(fuzzing, feature = "identity-aead")))]
use crate::error::Error;
use crate::error::Result;

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    fill_random(&mut bytes)?;
    Ok(bytes)
}

/// The same, in place.
#[cfg(any(fuzzing, feature = "identity-aead"))]
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<()> {
    crate::fuzzing::fill(bytes);
    Ok(())
}

/// The same, in place.
#[cfg(not(any(fuzzing, feature = "identity-aead")))]
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|error| Error::Io {
        action: "draw random bytes",
        source: std::io::Error::other(error.to_string()),
    })
}

/// A cipher for the tests of other rooms.
#[cfg(all(test, feature = "nonce-ledger"))]
pub(crate) fn testing_cipher(key: &[u8; 32]) -> aead::Cipher {
    aead::Cipher::new(key)
}
