//! The ledger of nonces: proves, for one process, that no pair of key and nonce was used twice.
//!
//! It stands at the cipher itself, behind everything that draws, counts and derives, and so relies on none of it: what it
//! writes down is the key and the nonce that AES-GCM is called with. It is exact. A key takes some bytes as long as its
//! nonces are counted without holes, so it is cheap to keep over millions of writers.
//!
//! It is built with the feature `nonce-ledger`, which the crate of cross-crate tests enables. Where the environment names
//! a folder in `CITADEL_NONCE_LEDGER`, each process leaves its counts there, in a file of its own.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::Hasher;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;

const SHARDS: usize = 64;

/// Stands for a key without giving it away. Two keys that share one would only look like a repeat, so the ledger errs on
/// the safe side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct KeyPrint(u64);

impl KeyPrint {
    pub(crate) fn of(key: &[u8; 32]) -> Self {
        let mut hasher = DefaultHasher::new();
        hasher.write(key);
        Self(hasher.finish())
    }
}

/// What was counted in this process so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls of the cipher to seal something.
    pub seals: u64,
    /// Keys that sealed.
    pub keys: u64,
    /// Seals under a key and nonce that had sealed before: always 0, or data can be read without a key.
    pub repeats: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts {
            seals,
            keys,
            repeats,
        } = self;
        write!(f, "{seals} seals, {keys} keys, {repeats} repeats")
    }
}

/// The counts so far.
pub fn counts() -> Counts {
    LEDGER.counts()
}

/// Seals so far.
pub fn seals() -> u64 {
    counts().seals
}

/// Repeats so far.
pub fn repeats() -> u64 {
    counts().repeats
}

/// Writes a seal down.
///
/// # Panics
/// Where this key has sealed with this nonce before.
pub(crate) fn record(key: KeyPrint, nonce: &[u8; 12]) {
    let fresh = LEDGER.record(key, nonce);
    assert!(fresh, "a nonce was used twice under one key");
}

/// Leaves the counts in the folder that the environment names. A failure is not told: only tests look there.
pub(crate) fn report() {
    if let Some(path) = &*REPORT {
        let Counts {
            seals,
            keys,
            repeats,
        } = counts();
        _ = std::fs::write(path, format!("{seals} {keys} {repeats}\n"));
    }
}

static LEDGER: LazyLock<Ledger> = LazyLock::new(Ledger::default);

static REPORT: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let folder = std::env::var_os("CITADEL_NONCE_LEDGER")?;
    Some(PathBuf::from(folder).join(std::process::id().to_string()))
});

struct Ledger {
    shards: [Mutex<FxHashMap<KeyPrint, Used>>; SHARDS],
    seals: AtomicU64,
    keys: AtomicU64,
    repeats: AtomicU64,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            seals: AtomicU64::new(0),
            keys: AtomicU64::new(0),
            repeats: AtomicU64::new(0),
        }
    }
}

impl Ledger {
    /// Whether it is the first seal under this key and nonce.
    fn record(&self, key: KeyPrint, nonce: &[u8; 12]) -> bool {
        let mut wide = [0; 16];
        wide[4..].copy_from_slice(nonce);
        let nonce = u128::from_be_bytes(wide);
        let mut shard = self.shards[key.0 as usize % SHARDS].lock();
        let used = shard.entry(key).or_insert_with(|| {
            self.keys.fetch_add(1, Ordering::Relaxed);
            Used::Below(0)
        });
        let fresh = used.insert(nonce);
        self.seals.fetch_add(1, Ordering::Relaxed);
        self.repeats.fetch_add(u64::from(!fresh), Ordering::Relaxed);
        fresh
    }

    fn counts(&self) -> Counts {
        Counts {
            seals: self.seals.load(Ordering::Relaxed),
            keys: self.keys.load(Ordering::Relaxed),
            repeats: self.repeats.load(Ordering::Relaxed),
        }
    }
}

/// The nonces that a key has sealed with, as numbers.
#[derive(Debug, PartialEq, Eq)]
enum Used {
    /// All below this one: what counting from 0 gives.
    Below(u64),
    /// Ranges from a start to an end (exclusive) that do not touch.
    Ranges(BTreeMap<u128, u128>),
}

impl Used {
    /// Takes a number in; whether it is new.
    fn insert(&mut self, number: u128) -> bool {
        match self {
            Used::Below(end) if number < u128::from(*end) => false,
            Used::Below(end) if number == u128::from(*end) && *end < u64::MAX => {
                *end += 1;
                true
            }
            Used::Below(end) => {
                let mut ranges = BTreeMap::from([(number, number + 1)]);
                if *end > 0 {
                    ranges.insert(0, u128::from(*end));
                }
                *self = Used::Ranges(ranges);
                true
            }
            Used::Ranges(ranges) => {
                let fresh = insert_into(ranges, number);
                self.simplify();
                fresh
            }
        }
    }

    /// One range from 0 on is a single number again.
    fn simplify(&mut self) {
        if let Used::Ranges(ranges) = self
            && ranges.len() == 1
            && let Some((0, end)) = ranges.first_key_value()
            && let Ok(end) = u64::try_from(*end)
        {
            *self = Used::Below(end);
        }
    }
}

fn insert_into(ranges: &mut BTreeMap<u128, u128>, number: u128) -> bool {
    let before = ranges.range(..=number).next_back().map(|(s, e)| (*s, *e));
    if before.is_some_and(|(_, end)| number < end) {
        return false;
    }
    let start = match before {
        Some((start, end)) if end == number => start,
        _ => number,
    };
    let end = ranges.remove(&(number + 1)).unwrap_or(number + 1);
    ranges.insert(start, end);
    true
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn nonce(number: u64) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&number.to_be_bytes());
        nonce
    }

    #[test]
    fn a_repeat_is_seen_under_its_own_key_alone() {
        let ledger = Ledger::default();
        let (a, b) = (KeyPrint::of(&[1; 32]), KeyPrint::of(&[2; 32]));
        for number in 0..1000 {
            assert!(ledger.record(a, &nonce(number)));
            assert!(ledger.record(b, &nonce(number)));
        }
        assert!(!ledger.record(a, &nonce(500)));
        assert!(!ledger.record(b, &nonce(999)));
        assert!(ledger.record(b, &nonce(1000)));
        assert_eq!(ledger.counts().to_string(), "2003 seals, 2 keys, 2 repeats");
    }

    #[test]
    fn numbers_that_come_out_of_order_collapse_again() {
        let mut used = Used::Below(0);
        for number in [3, 1, 0, 2, 5, 4] {
            assert!(used.insert(number));
        }
        assert_eq!(used, Used::Below(6));
        assert!(used.insert((1 << 96) - 1));
        assert!(!used.insert((1 << 96) - 1));
    }

    #[test]
    fn the_ledger_watches_what_this_process_seals() {
        let seal = |nonce| {
            crate::crypto::testing_cipher(&[0x5e; 32]).seal(&[nonce; 12], b"", b"", &mut [])
        };
        let before = seals();
        assert!(seal(8).is_some() && seal(9).is_some());
        assert!(seals() >= before + 2);
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_set(numbers in prop::collection::vec(0..60_u128, 0..200)) {
            let (mut used, mut model) = (Used::Below(0), HashSet::new());
            for number in numbers {
                prop_assert_eq!(used.insert(number), model.insert(number));
            }
        }
    }
}
