//! Comparing the keys of rows, 64 at a time, with ranges of keys.

use super::position_set::Bits;
use super::ranges::KeyRanges;

/// A key as columns store it.
pub(super) trait Key: Copy + Into<i64> {
    /// The greatest key that this width can hold.
    const MAX: i64;
    /// The least key that this width can hold.
    const MIN: i64;
    /// From a key within the width.
    fn narrow(key: i64) -> Self;
    /// Whether `low <= self <= high`.
    fn within(self, low: Self, high: Self) -> bool;
}

macro_rules! keys {
    ($($width:ty),*) => {$(
        impl Key for $width {
            const MAX: i64 = <$width>::MAX as i64;
            const MIN: i64 = <$width>::MIN as i64;
            #[inline(always)]
            fn narrow(key: i64) -> Self { key as $width }
            #[inline(always)]
            fn within(self, low: Self, high: Self) -> bool { (low <= self) & (self <= high) }
        }
    )*};
}
keys!(u8, u16, u32, i64);

/// Ranges up to which a comparison with each of them beats a lookup for each row.
const FEW: usize = 4;

/// Clears the bits of rows whose key is not in the ranges.
pub(super) fn keep<K: Key>(keys: &[K], ranges: &KeyRanges, words: &mut [u64]) {
    let ranges: Vec<(K, K)> = ranges
        .as_slice()
        .iter()
        .filter(|range| range.0 <= K::MAX && range.1 >= K::MIN)
        .map(|&(low, high)| (K::narrow(low.max(K::MIN)), K::narrow(high.min(K::MAX))))
        .collect();
    match ranges.as_slice() {
        [] => words.fill(0),
        &[(low, high)] => keep_words(keys, words, |keys| range_mask(keys, low, high)),
        few if few.len() <= FEW => keep_words(keys, words, |keys| {
            few.iter()
                .fold(0, |mask, &(low, high)| mask | range_mask(keys, low, high))
        }),
        many => keep_many(keys, many, words),
    }
}

/// Applies a mask to each word that has a bit left.
#[inline(always)]
fn keep_words<K: Key>(keys: &[K], words: &mut [u64], mask: impl Fn(&[K]) -> u64) {
    for (word, keys) in words.iter_mut().zip(keys.chunks(64)) {
        if *word != 0 {
            *word &= mask(keys);
        }
    }
}

/// The mask of up to 64 keys that are within a range.
#[inline(always)]
fn range_mask<K: Key>(keys: &[K], low: K, high: K) -> u64 {
    let mut flags = [0u8; 64];
    match keys.first_chunk::<64>() {
        Some(keys) => {
            for (flag, key) in flags.iter_mut().zip(keys) {
                *flag = u8::from(key.within(low, high));
            }
        }
        None => {
            for (flag, key) in flags.iter_mut().zip(keys) {
                *flag = u8::from(key.within(low, high));
            }
        }
    }
    pack(&flags)
}

/// Gathers 64 flags of 0 or 1 into a word: a multiplication moves the low bit of each of eight bytes into the top byte.
#[inline(always)]
fn pack(flags: &[u8; 64]) -> u64 {
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (eights, _) = flags.as_chunks::<8>();
    eights.iter().enumerate().fold(0, |word, (index, eight)| {
        let byte = u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56;
        word | byte << (index * 8)
    })
}

/// Looks each remaining row up among many ranges.
fn keep_many<K: Key>(keys: &[K], ranges: &[(K, K)], words: &mut [u64]) {
    let contains = |key: i64| {
        let after = ranges.partition_point(|range| range.0.into() <= key);
        after > 0 && key <= ranges[after - 1].1.into()
    };
    for (word, keys) in words.iter_mut().zip(keys.chunks(64)) {
        for bit in Bits(*word) {
            if !contains(keys[bit as usize].into()) {
                *word &= !(1 << bit);
            }
        }
    }
}
