//! Bit vectors: packed, eight to a byte.

use super::Kernels;

/// How many bits two bit vectors have in common, and how many either has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overlap {
    /// Bits that are set in both.
    pub(crate) both: u64,
    /// Bits that are set in at least one.
    pub(crate) either: u64,
}

/// Kernels over packed bits.
#[derive(Clone, Copy)]
pub(super) struct BitKernels {
    pub(super) differing: unsafe fn(&[u8], &[u8]) -> u64,
    pub(super) overlap: unsafe fn(&[u8], &[u8]) -> Overlap,
}

impl Kernels {
    /// How many bits differ.
    #[inline]
    pub(crate) fn differing_bits(&self, a: &[u8], b: &[u8]) -> u64 {
        assert_eq!(a.len(), b.len(), "bit vectors of different lengths");
        // SAFETY: `available` listed this sibling after detecting its instruction set; the lengths are equal.
        unsafe { (self.bits.differing)(a, b) }
    }

    /// How many bits both have, and how many either has.
    #[inline]
    pub(crate) fn overlapping_bits(&self, a: &[u8], b: &[u8]) -> Overlap {
        assert_eq!(a.len(), b.len(), "bit vectors of different lengths");
        // SAFETY: as in `differing_bits`.
        unsafe { (self.bits.overlap)(a, b) }
    }
}

/// Adds up what `count` finds in pairs of eight bytes; a tail is filled up with zeros, which count in no sum here.
#[inline(always)]
pub(super) fn sum_words(a: &[u8], b: &[u8], mut count: impl FnMut(u64, u64)) {
    let (a_words, a_tail) = a.as_chunks::<8>();
    let (b_words, b_tail) = b.as_chunks::<8>();
    for (a, b) in a_words.iter().zip(b_words) {
        count(u64::from_le_bytes(*a), u64::from_le_bytes(*b));
    }
    let word = |tail: &[u8]| {
        let mut bytes = [0; 8];
        bytes[..tail.len()].copy_from_slice(tail);
        u64::from_le_bytes(bytes)
    };
    count(word(a_tail), word(b_tail));
}
