//! What the user opens a database with.

use std::fmt;

use zeroize::Zeroizing;

use crate::crypto::Kdf;
use crate::crypto::locked;
use crate::crypto::root_key::derive_secret;
use crate::error::{Error, Result};

/// What opens a database: a passphrase, or 32 bytes that are a key already.
///
/// It opens a key slot, not the data: the data is sealed under a random root key that never leaves the library. The secret
/// is zeroed when the value is dropped, and [`Debug`](fmt::Debug) shows only its sort.
#[derive(Clone)]
pub struct Key(Secret);

#[derive(Clone)]
enum Secret {
    Passphrase(Zeroizing<String>),
    Raw(locked::Secret),
}

/// The key that wraps the root key in one slot.
pub(crate) type Kek = locked::Secret;

impl Key {
    /// A passphrase, stretched by a [`Kdf`] when a slot is opened. Its UTF-8 bytes count as they are. An empty one is
    /// refused where the key is used, with [`Error::EmptyPassphrase`].
    pub fn passphrase(passphrase: impl Into<String>) -> Self {
        Key(Secret::Passphrase(Zeroizing::new(passphrase.into())))
    }

    /// 32 bytes with full entropy, from a key store or `/dev/urandom`; no stretching.
    pub fn raw(bytes: [u8; 32]) -> Self {
        Key(Secret::Raw(locked::Secret::new(bytes)))
    }

    /// Refuses a key that protects nothing.
    ///
    /// # Errors
    /// [`Error::EmptyPassphrase`].
    pub fn check(&self) -> Result<()> {
        match &self.0 {
            Secret::Passphrase(passphrase) if passphrase.is_empty() => Err(Error::EmptyPassphrase),
            _ => Ok(()),
        }
    }

    /// How a new slot for this key derives its wrapping key: by `kdf` for a passphrase, `None` for a raw key.
    pub(crate) fn method(&self, kdf: &Kdf) -> Option<Kdf> {
        match &self.0 {
            Secret::Passphrase(_) => Some(*kdf),
            Secret::Raw(_) => None,
        }
    }

    /// The wrapping key for a slot of this method and salt; `None` where the slot is for the other sort of key.
    pub(crate) fn kek(&self, method: Option<&Kdf>, salt: &[u8; 32]) -> Result<Option<Kek>> {
        self.check()?;
        match (&self.0, method) {
            (Secret::Passphrase(passphrase), Some(kdf)) => {
                kdf.derive(passphrase.as_bytes(), salt).map(Some)
            }
            (Secret::Raw(bytes), None) => Ok(Some(derive_secret(
                "Citadel format 1, raw key slot",
                &[salt, bytes.as_slice()],
            ))),
            _ => Ok(None),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Secret::Passphrase(_) => "Key(passphrase)",
            Secret::Raw(_) => "Key(raw)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(
            format!("{:?}", Key::passphrase("hunter2")),
            "Key(passphrase)"
        );
        assert_eq!(format!("{:?}", Key::raw([0x41; 32])), "Key(raw)");
    }

    #[test]
    fn a_key_fits_only_slots_of_its_sort() {
        let salt = [5; 32];
        assert!(
            Key::raw([1; 32])
                .kek(Some(&Kdf::lightest()), &salt)
                .unwrap()
                .is_none()
        );
        assert!(Key::passphrase("x").kek(None, &salt).unwrap().is_none());
        let kek = Key::raw([1; 32]).kek(None, &salt).unwrap();
        let other =
            |key: u8, salt: &[u8; 32]| *Key::raw([key; 32]).kek(None, salt).unwrap().unwrap();
        let kek = *kek.unwrap();
        assert_ne!(kek, other(1, &[6; 32]));
        assert_ne!(kek, other(2, &salt));
    }

    #[test]
    fn an_empty_passphrase_is_refused_before_any_work() {
        let key = Key::passphrase("");
        assert!(matches!(
            key.kek(Some(&Kdf::default()), &[0; 32]),
            Err(Error::EmptyPassphrase)
        ));
    }

    /// Changing any of this makes every existing file unreadable.
    #[test]
    fn what_format_1_derives_from_keys_is_fixed() {
        let first_bytes = |key: Key, method: Option<&Kdf>| {
            let kek = key.kek(method, &[2; 32]).unwrap().unwrap();
            format!("{:02x?}", &kek[..8])
        };
        assert_eq!(
            first_bytes(Key::raw([1; 32]), None),
            "[a0, 29, c2, b0, 1d, e7, 08, bf]"
        );
        assert_eq!(
            first_bytes(Key::passphrase("password"), Some(&Kdf::lightest())),
            "[75, 1f, f9, e9, ab, bb, 58, 64]"
        );
    }
}
