//! Comparing the keys of all rows with ranges of keys.

use super::position_set::Bits;
use super::ranges::KeyRanges;
use crate::kernel::{Kernels, Key};

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
    let kernels = Kernels::active();
    match ranges.as_slice() {
        [] => words.fill(0),
        &[(low, high)] => K::keep_within(kernels, keys, low, high, words),
        few if few.len() <= FEW => keep_few(keys, few, words),
        many => keep_many(keys, many, words),
    }
}

/// Unites the rows of each range.
fn keep_few<K: Key>(keys: &[K], ranges: &[(K, K)], words: &mut [u64]) {
    let all = words.to_vec();
    words.fill(0);
    let mut within = Vec::with_capacity(all.len());
    for &(low, high) in ranges {
        within.clone_from(&all);
        K::keep_within(Kernels::active(), keys, low, high, &mut within);
        for (word, within) in words.iter_mut().zip(&within) {
            *word |= within;
        }
    }
}

/// Looks each remaining row up among many ranges.
fn keep_many<K: Key>(keys: &[K], ranges: &[(K, K)], words: &mut [u64]) {
    let contains = |key: K| {
        let after = ranges.partition_point(|range| range.0 <= key);
        after > 0 && key <= ranges[after - 1].1
    };
    for (word, keys) in words.iter_mut().zip(keys.chunks(64)) {
        for bit in Bits(*word) {
            if !contains(keys[bit as usize]) {
                *word &= !(1 << bit);
            }
        }
    }
}
