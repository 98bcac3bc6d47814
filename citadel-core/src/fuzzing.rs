//! What a fuzzer needs of this crate, in builds that **do not encrypt** (feature `identity-aead`, `cfg(fuzzing)`).
//!
//! Random bytes are drawn from a seed there, so that an input that fails once fails again: salts, nonces and identities of
//! a run are the same each time.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

thread_local! {
    /// Where this thread's stream is; none until it was seeded.
    static STREAM: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Threads that were never seeded draw from one stream, so that no two of them draw the same.
static UNSEEDED: AtomicU64 = AtomicU64::new(1 << 63);

/// Lets what this thread draws from now on depend on the seed alone.
pub fn reseed(seed: u64) {
    STREAM.set(Some(mix(seed)));
}

/// Random bytes, as far as a fuzzer minds.
pub(crate) fn fill(bytes: &mut [u8]) {
    for chunk in bytes.chunks_mut(8) {
        chunk.copy_from_slice(&draw().to_le_bytes()[..chunk.len()]);
    }
}

fn draw() -> u64 {
    let at = match STREAM.get() {
        Some(at) => {
            STREAM.set(Some(at.wrapping_add(1)));
            at
        }
        None => UNSEEDED.fetch_add(1, Ordering::Relaxed),
    };
    mix(at)
}

/// SplitMix64's finalizer: a bijection, so that different places in a stream give different numbers.
fn mix(at: u64) -> u64 {
    let mut mixed = at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
