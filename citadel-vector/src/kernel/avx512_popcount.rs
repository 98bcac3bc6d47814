//! AVX-512 with counts of bits in registers, which came later than the rest: the other kernels are those of `avx512`.

use std::arch::x86_64::*;

use super::avx512;
use super::{BitKernels, Kernels, Overlap};

/// The table of this sibling.
pub(super) const KERNELS: Kernels = Kernels {
    name: "avx512-popcount",
    bits: BitKernels { differing, overlap },
    ..avx512::KERNELS
};

/// Whether this machine runs this sibling.
pub(super) fn is_supported() -> bool {
    avx512::is_supported() && is_x86_feature_detected!("avx512vpopcntdq")
}

#[target_feature(enable = "avx512f,avx512bw,avx512vpopcntdq")]
fn differing(a: &[u8], b: &[u8]) -> u64 {
    let mut sum = _mm512_setzero_si512();
    for (a, b) in a.chunks(64).zip(b.chunks(64)) {
        let different = _mm512_xor_si512(load(a), load(b));
        sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(different));
    }
    _mm512_reduce_add_epi64(sum).cast_unsigned()
}

#[target_feature(enable = "avx512f,avx512bw,avx512vpopcntdq")]
fn overlap(a: &[u8], b: &[u8]) -> Overlap {
    let (mut both, mut either) = (_mm512_setzero_si512(), _mm512_setzero_si512());
    for (a, b) in a.chunks(64).zip(b.chunks(64)) {
        let (a, b) = (load(a), load(b));
        both = _mm512_add_epi64(both, _mm512_popcnt_epi64(_mm512_and_si512(a, b)));
        either = _mm512_add_epi64(either, _mm512_popcnt_epi64(_mm512_or_si512(a, b)));
    }
    Overlap {
        both: _mm512_reduce_add_epi64(both).cast_unsigned(),
        either: _mm512_reduce_add_epi64(either).cast_unsigned(),
    }
}

/// Up to 64 bytes, at least one; bytes beyond the slice are zero.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn load(bytes: &[u8]) -> __m512i {
    debug_assert!((1..=64).contains(&bytes.len()));
    let mask = u64::MAX >> (64 - bytes.len());
    // SAFETY: only bytes below the slice's length are read; the load needs no alignment.
    unsafe { _mm512_maskz_loadu_epi8(mask, bytes.as_ptr().cast()) }
}
