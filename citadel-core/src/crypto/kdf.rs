//! From a passphrase to a key: slow on purpose.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use hmac::Hmac;
use sha2::Sha256;
use zeroize::Zeroize;

use crate::crypto::locked::{Secret, scrubbed};
use crate::error::{Error, Result};

/// How a passphrase becomes a key. The parameters are stored, authenticated, in the key slot.
///
/// The default is Argon2id over 64 MiB, three passes, four lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kdf {
    /// Argon2id, version 1.3 (RFC 9106).
    Argon2id {
        /// Memory in KiB: 8 MiB to 1 GiB.
        memory_kib: u32,
        /// Passes over the memory: 1 to 32; memory times passes is at most 8 GiB.
        iterations: u32,
        /// Lanes: 1 to 64.
        lanes: u32,
    },
    /// PBKDF2 with HMAC-SHA256, for where a standard demands it. Prefer Argon2id: this one is cheap on special hardware.
    Pbkdf2Sha256 {
        /// Iterations: 100,000 to 10,000,000; 600,000 are recommended.
        iterations: u32,
    },
}

impl Kdf {
    /// The weakest parameters that are accepted: for tests, where waiting would buy nothing.
    pub const fn lightest() -> Self {
        Kdf::Argon2id {
            memory_kib: KdfBounds::MEMORY_KIB_MIN,
            iterations: 1,
            lanes: 1,
        }
    }

    /// PBKDF2 with the recommended number of iterations.
    pub const fn pbkdf2() -> Self {
        Kdf::Pbkdf2Sha256 {
            iterations: 600_000,
        }
    }

    /// Derives the key. The bounds are checked before any work is done or memory taken.
    pub(crate) fn derive(&self, passphrase: &[u8], salt: &[u8; 32]) -> Result<Secret> {
        KdfBounds::check(self)?;
        Secret::make(|key| scrubbed(|| self.stretch(passphrase, salt, key)))
    }

    fn stretch(&self, passphrase: &[u8], salt: &[u8; 32], key: &mut [u8; 32]) -> Result<()> {
        match *self {
            Kdf::Argon2id {
                memory_kib,
                iterations,
                lanes,
            } => argon2id([memory_kib, iterations, lanes], passphrase, salt, key),
            Kdf::Pbkdf2Sha256 { iterations } => {
                pbkdf2::pbkdf2::<Hmac<Sha256>>(passphrase, salt, iterations, key.as_mut_slice())
                    .map_err(|_| Error::KdfOutOfBounds {
                        reason: "the passphrase is too long",
                    })
            }
        }
    }
}

impl Default for Kdf {
    fn default() -> Self {
        Kdf::Argon2id {
            memory_kib: 64 * 1024,
            iterations: 3,
            lanes: 4,
        }
    }
}

impl std::fmt::Display for Kdf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Kdf::Argon2id {
                memory_kib,
                iterations,
                lanes,
            } => {
                write!(f, "argon2id m={memory_kib} KiB t={iterations} p={lanes}")
            }
            Kdf::Pbkdf2Sha256 { iterations } => write!(f, "pbkdf2-sha256 iterations={iterations}"),
        }
    }
}

fn argon2id(
    [memory_kib, iterations, lanes]: [u32; 3],
    passphrase: &[u8],
    salt: &[u8],
    key: &mut [u8; 32],
) -> Result<()> {
    let refused = |_| Error::KdfOutOfBounds {
        reason: "Argon2id refuses the parameters",
    };
    let params = Params::new(memory_kib, iterations, lanes, Some(key.len())).map_err(refused)?;
    let mut memory = Vec::new();
    memory
        .try_reserve_exact(params.block_count())
        .map_err(|_| Error::Io {
            action: "take the memory that the key derivation needs",
            source: out_of_memory(),
        })?;
    memory.resize(params.block_count(), Block::new());
    let result = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(passphrase, salt, key, memory.as_mut_slice());
    // The last blocks would give the key away; the rest is wiped in passing.
    memory.zeroize();
    result.map_err(refused)
}

fn out_of_memory() -> std::io::Error {
    std::io::ErrorKind::OutOfMemory.into()
}

/// What parameters are accepted: a floor, so that nothing trivially weak is stored, and a ceiling, so that a hostile file
/// cannot make its reader work or swap for hours.
pub(crate) struct KdfBounds;

impl KdfBounds {
    const MEMORY_KIB_MIN: u32 = 8 * 1024;
    const MEMORY_KIB_MAX: u32 = 1024 * 1024;
    const PASSES_MAX: u32 = 32;
    const LANES_MAX: u32 = 64;
    const WORK_KIB_MAX: u64 = 8 * 1024 * 1024;
    const PBKDF2_MIN: u32 = 100_000;
    const PBKDF2_MAX: u32 = 10_000_000;

    pub(crate) fn check(kdf: &Kdf) -> Result<()> {
        let bounds: &[(bool, &'static str)] = match *kdf {
            Kdf::Argon2id {
                memory_kib,
                iterations,
                lanes,
            } => &[
                (
                    memory_kib >= Self::MEMORY_KIB_MIN,
                    "Argon2id memory below 8 MiB",
                ),
                (
                    memory_kib <= Self::MEMORY_KIB_MAX,
                    "Argon2id memory above 1 GiB",
                ),
                (
                    (1..=Self::PASSES_MAX).contains(&iterations),
                    "Argon2id passes not within 1 to 32",
                ),
                (
                    (1..=Self::LANES_MAX).contains(&lanes),
                    "Argon2id lanes not within 1 to 64",
                ),
                (
                    u64::from(memory_kib) * u64::from(iterations) <= Self::WORK_KIB_MAX,
                    "Argon2id memory times passes above 8 GiB",
                ),
            ],
            Kdf::Pbkdf2Sha256 { iterations } => &[(
                (Self::PBKDF2_MIN..=Self::PBKDF2_MAX).contains(&iterations),
                "PBKDF2 iterations not within 100,000 to 10,000,000",
            )],
        };
        match bounds.iter().find(|(holds, _)| !holds) {
            Some((_, reason)) => Err(Error::KdfOutOfBounds { reason }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use hmac::{KeyInit, Mac};

    use super::*;
    use crate::crypto::vectors::{self, hex};

    #[test]
    fn parameters_have_a_floor_and_a_ceiling() {
        let argon = |memory_kib, iterations, lanes| Kdf::Argon2id {
            memory_kib,
            iterations,
            lanes,
        };
        for kdf in [
            Kdf::default(),
            Kdf::lightest(),
            Kdf::pbkdf2(),
            argon(1 << 20, 8, 64),
        ] {
            KdfBounds::check(&kdf).unwrap();
        }
        let refused = [
            argon(8191, 1, 1),
            argon((1 << 20) + 1, 1, 1),
            argon(u32::MAX, u32::MAX, u32::MAX),
            argon(8192, 0, 1),
            argon(8192, 33, 1),
            argon(8192, 1, 0),
            argon(8192, 1, 65),
            argon(1 << 20, 9, 1),
            Kdf::Pbkdf2Sha256 { iterations: 99_999 },
            Kdf::Pbkdf2Sha256 {
                iterations: u32::MAX,
            },
        ];
        for kdf in refused {
            assert!(
                matches!(
                    kdf.derive(b"x", &[0; 32]),
                    Err(Error::KdfOutOfBounds { .. })
                ),
                "{kdf}"
            );
        }
    }

    #[test]
    fn each_input_changes_the_key() {
        let other = Kdf::Argon2id {
            memory_kib: 8192,
            iterations: 2,
            lanes: 1,
        };
        let keys = [
            Kdf::lightest().derive(b"one", &[0; 32]).unwrap(),
            Kdf::lightest().derive(b"two", &[0; 32]).unwrap(),
            Kdf::lightest().derive(b"one", &[1; 32]).unwrap(),
            other.derive(b"one", &[0; 32]).unwrap(),
            Kdf::Pbkdf2Sha256 {
                iterations: 100_000,
            }
            .derive(b"one", &[0; 32])
            .unwrap(),
        ];
        for (i, key) in keys.iter().enumerate() {
            assert!(keys[i + 1..].iter().all(|other| **other != **key));
        }
        assert_eq!(*Kdf::lightest().derive(b"one", &[0; 32]).unwrap(), *keys[0]);
    }

    #[test]
    fn pbkdf2_passes_wycheproof() {
        let cases = vectors::lines(include_str!("vectors/pbkdf2_hmac_sha256.txt"));
        let passed = cases.map(|fields| {
            let [case, password, salt, iterations, expected] = fields[..] else {
                panic!("five fields: {fields:?}")
            };
            let expected = hex(expected);
            let mut key = vec![0; expected.len()];
            let iterations = iterations.parse().unwrap();
            pbkdf2::pbkdf2::<Hmac<Sha256>>(&hex(password), &hex(salt), iterations, &mut key)
                .unwrap();
            assert_eq!(key, expected, "case {case}");
        });
        assert_eq!(passed.count(), 12);
    }

    #[test]
    fn hmac_passes_wycheproof() {
        let cases = vectors::lines(include_str!("vectors/hmac_sha256.txt"));
        let passed = cases.map(|fields| {
            let [case, result, key, text, tag] = fields[..] else {
                panic!("five fields: {fields:?}")
            };
            let mut mac = Hmac::<Sha256>::new_from_slice(&hex(key)).unwrap();
            mac.update(&hex(text));
            let holds = mac.verify_slice(&hex(tag)).is_ok();
            assert_eq!(holds, result == "valid", "case {case}");
        });
        assert_eq!(passed.count(), 12);
    }
}
