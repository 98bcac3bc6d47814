//! AVX2 with fused multiply-add: 256-bit registers.
//!
//! Comparisons of keys are left to the scalar sibling. The integer products widen to 16 bits before multiplying, because the 8-bit multiply of this instruction set saturates.

use std::arch::x86_64::*;

use super::bits::sum_words;
use super::real::{fetch_block, real};
use super::scalar;
use super::sift::{Marked, Sieve, Sifted, sift_by};
use super::{
    BitKernels, CodeRows, Kernels, Overlap, Real, Stored, StoredF16, StoredF32, StoredI8,
    TILE_LEFT, TILE_RIGHT, TileKeys, TileLeft, TileRight,
};

/// The table of this sibling.
pub(super) const KERNELS: Kernels = Kernels {
    name: "avx2",
    f32s: real!(StoredF32),
    f16s: real!(StoredF16),
    i8s: real!(StoredI8),
    bits: BitKernels { differing, overlap },
    dot_rows,
    dot_halved,
    sift_rows,
    sift_halved,
    tile,
    ..scalar::KERNELS
};

/// Whether this machine runs this sibling.
pub(super) fn is_supported() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("f16c")
        && is_x86_feature_detected!("popcnt")
}

/// A stored component that eight lanes are loaded of.
trait Load: Stored {
    /// Eight components, widened.
    ///
    /// # Safety
    ///
    /// The machine must have AVX2 and F16C.
    unsafe fn load(values: &[Self; LANES]) -> __m256;
}

impl Load for StoredF32 {
    #[inline(always)]
    unsafe fn load(values: &[Self; LANES]) -> __m256 {
        // SAFETY: the array holds 32 bytes; the load needs no alignment; the caller vouches for the instruction set.
        unsafe { _mm256_loadu_ps(values.as_ptr().cast()) }
    }
}

impl Load for StoredF16 {
    #[inline(always)]
    unsafe fn load(values: &[Self; LANES]) -> __m256 {
        // SAFETY: the array holds 16 bytes; the load needs no alignment; the caller vouches for the instruction set.
        unsafe { _mm256_cvtph_ps(_mm_loadu_si128(values.as_ptr().cast())) }
    }
}

impl Load for StoredI8 {
    #[inline(always)]
    unsafe fn load(values: &[Self; LANES]) -> __m256 {
        // SAFETY: the array holds 8 bytes; the load needs no alignment; the caller vouches for the instruction set.
        unsafe {
            _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(
                values.as_ptr().cast(),
            )))
        }
    }
}

/// Floats in a register.
const LANES: usize = 8;
/// Registers that are summed independently, to hide the latency of an addition.
const CHAINS: usize = 4;

#[target_feature(enable = "avx2,fma,f16c")]
fn dot<S: Load>(a: &[f32], b: &[S], ahead: &[u8]) -> f32 {
    fold(
        a,
        b,
        ahead,
        |sum, x, y| _mm256_fmadd_ps(x, y, sum),
        |x, y| x * y,
    )
}

#[target_feature(enable = "avx2,fma,f16c")]
fn squared_l2<S: Load>(a: &[f32], b: &[S], ahead: &[u8]) -> f32 {
    fold(
        a,
        b,
        ahead,
        |sum, x, y| {
            let difference = _mm256_sub_ps(x, y);
            _mm256_fmadd_ps(difference, difference, sum)
        },
        |x, y| (x - y) * (x - y),
    )
}

#[target_feature(enable = "avx2,fma,f16c")]
fn l1<S: Load>(a: &[f32], b: &[S], ahead: &[u8]) -> f32 {
    fold(
        a,
        b,
        ahead,
        |sum, x, y| {
            let sign = _mm256_set1_ps(-0.0);
            _mm256_add_ps(sum, _mm256_andnot_ps(sign, _mm256_sub_ps(x, y)))
        },
        |x, y| (x - y).abs(),
    )
}

/// Inner product, and squared length of the second vector.
#[target_feature(enable = "avx2,fma,f16c")]
fn dot_and_square<S: Load>(a: &[f32], b: &[S], ahead: &[u8]) -> (f32, f32) {
    let (a_whole, a_tail) = a.as_chunks::<LANES>();
    let (b_whole, b_tail) = b.as_chunks::<LANES>();
    let (mut products, mut squares) = ([_mm256_setzero_ps(); 2], [_mm256_setzero_ps(); 2]);
    for (index, (a, b)) in a_whole.iter().zip(b_whole).enumerate() {
        if index % CHAINS == 0 {
            fetch_block::<S>(ahead, index / CHAINS, LANES * CHAINS);
        }
        let (a, b) = (load(a), load_stored(b));
        products[index % 2] = _mm256_fmadd_ps(a, b, products[index % 2]);
        squares[index % 2] = _mm256_fmadd_ps(b, b, squares[index % 2]);
    }
    let mut product = reduce(_mm256_add_ps(products[0], products[1]));
    let mut square = reduce(_mm256_add_ps(squares[0], squares[1]));
    for (&a, &b) in a_tail.iter().zip(b_tail) {
        let b = b.widen();
        product += a * b;
        square += b * b;
    }
    (product, square)
}

/// Sums over both vectors: `wide` for whole registers, `term` for the tail.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn fold<S: Load>(
    a: &[f32],
    b: &[S],
    ahead: &[u8],
    wide: impl Fn(__m256, __m256, __m256) -> __m256,
    term: impl Fn(f32, f32) -> f32,
) -> f32 {
    let (a_whole, a_tail) = a.as_chunks::<LANES>();
    let (b_whole, b_tail) = b.as_chunks::<LANES>();
    let (a_blocks, a_rest) = a_whole.as_chunks::<CHAINS>();
    let (b_blocks, b_rest) = b_whole.as_chunks::<CHAINS>();
    let mut sums = [_mm256_setzero_ps(); CHAINS];
    for (block, (a, b)) in a_blocks.iter().zip(b_blocks).enumerate() {
        fetch_block::<S>(ahead, block, LANES * CHAINS);
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum = wide(*sum, load(a), load_stored(b));
        }
    }
    for (a, b) in a_rest.iter().zip(b_rest) {
        sums[0] = wide(sums[0], load(a), load_stored(b));
    }
    let tail: f32 = a_tail
        .iter()
        .zip(b_tail)
        .map(|(&x, &y)| term(x, y.widen()))
        .sum();
    let sum = _mm256_add_ps(
        _mm256_add_ps(sums[0], sums[1]),
        _mm256_add_ps(sums[2], sums[3]),
    );
    reduce(sum) + tail
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(values: &[f32; LANES]) -> __m256 {
    // SAFETY: the array holds eight floats; the load needs no alignment.
    unsafe { _mm256_loadu_ps(values.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx2,f16c")]
fn load_stored<S: Load>(values: &[S; LANES]) -> __m256 {
    // SAFETY: this function is compiled for the instruction set that the load needs.
    unsafe { S::load(values) }
}

#[target_feature(enable = "popcnt")]
fn differing(a: &[u8], b: &[u8]) -> u64 {
    let mut sum = 0;
    sum_words(a, b, |a, b| sum += u64::from((a ^ b).count_ones()));
    sum
}

#[target_feature(enable = "popcnt")]
fn overlap(a: &[u8], b: &[u8]) -> Overlap {
    let mut found = Overlap { both: 0, either: 0 };
    sum_words(a, b, |a, b| {
        found.both += u64::from((a & b).count_ones());
        found.either += u64::from((a | b).count_ones());
    });
    found
}

#[inline]
#[target_feature(enable = "avx2")]
fn reduce(sum: __m256) -> f32 {
    let four = _mm_add_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps::<1>(sum));
    let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps::<1>(two, two)))
}

#[target_feature(enable = "avx2")]
fn dot_rows(rows: CodeRows<'_>, positions: &[u32], query: &[i8], out: &mut [i32]) {
    let (query, _) = query.as_chunks::<16>();
    for (out, &position) in out.iter_mut().zip(positions) {
        let (row, _) = rows.row(position).as_chunks::<16>();
        let mut sums = _mm256_setzero_si256();
        for (codes, query) in row.iter().zip(query) {
            // SAFETY: both arrays hold sixteen bytes; the loads need no alignment.
            let (codes, query) = unsafe {
                (
                    _mm_loadu_si128(codes.as_ptr().cast()),
                    _mm_loadu_si128(query.as_ptr().cast()),
                )
            };
            let products =
                _mm256_madd_epi16(_mm256_cvtepu8_epi16(codes), _mm256_cvtepi8_epi16(query));
            sums = _mm256_add_epi32(sums, products);
        }
        *out = reduce_integers(sums);
    }
}

/// Four bits leave room: two products of 15 and 128 fit into 16 bits, so that the multiply of bytes does not saturate.
#[target_feature(enable = "avx2")]
fn dot_halved(rows: CodeRows<'_>, positions: &[u32], query: &[i8], out: &mut [i32]) {
    let (low, high) = query.split_at(rows.stride);
    let (low, high) = (low.as_chunks::<16>().0, high.as_chunks::<16>().0);
    let (mask, ones) = (_mm256_set1_epi8(15), _mm256_set1_epi16(1));
    for (out, &position) in out.iter_mut().zip(positions) {
        let (row, _) = rows.row(position).as_chunks::<16>();
        let mut sums = _mm256_setzero_si256();
        for (codes, (low, high)) in row.iter().zip(low.iter().zip(high)) {
            // SAFETY: the arrays hold sixteen bytes each; the loads need no alignment.
            let (codes, query) = unsafe {
                (
                    _mm_loadu_si128(codes.as_ptr().cast()),
                    _mm256_set_m128i(
                        _mm_loadu_si128(high.as_ptr().cast()),
                        _mm_loadu_si128(low.as_ptr().cast()),
                    ),
                )
            };
            let codes = _mm256_set_m128i(_mm_srli_epi16::<4>(codes), codes);
            let pairs = _mm256_maddubs_epi16(_mm256_and_si256(codes, mask), query);
            sums = _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, ones));
        }
        *out = reduce_integers(sums);
    }
}

#[target_feature(enable = "avx2")]
fn sift_rows(rows: CodeRows<'_>, marked: Marked<'_>, sieve: &Sieve<'_>, out: &mut Sifted) {
    sift_by(
        rows,
        marked,
        sieve,
        out,
        |rows, positions, query, products| {
            dot_rows(rows, positions, query, products);
        },
    );
}

#[target_feature(enable = "avx2")]
fn sift_halved(rows: CodeRows<'_>, marked: Marked<'_>, sieve: &Sieve<'_>, out: &mut Sifted) {
    sift_by(
        rows,
        marked,
        sieve,
        out,
        |rows, positions, query, products| {
            dot_halved(rows, positions, query, products);
        },
    );
}

#[inline]
#[target_feature(enable = "avx2")]
fn reduce_integers(sums: __m256i) -> i32 {
    let four = _mm_add_epi32(
        _mm256_castsi256_si128(sums),
        _mm256_extracti128_si256::<1>(sums),
    );
    let two = _mm_add_epi32(four, _mm_unpackhi_epi64(four, four));
    _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32::<1>(two)))
}

/// Even and odd bytes are multiplied apart, in 16 bits, and every 32-bit lane adds up its own right row.
#[target_feature(enable = "avx2")]
fn tile(left: &TileLeft<'_>, right: &TileRight<'_>, stride: usize, out: &mut TileKeys) {
    let mut products = [[0; TILE_RIGHT]; TILE_LEFT];
    let (groups, _) = right.panel.as_chunks::<{ 4 * TILE_RIGHT }>();
    let low_byte = _mm256_set1_epi16(0x00ff);
    for (left_row, out) in left.codes.chunks_exact(stride).zip(products.iter_mut()) {
        let mut sums = [_mm256_setzero_si256(); 2];
        for (group, four) in groups.iter().zip(left_row.as_chunks::<4>().0) {
            let four = _mm256_set1_epi32(i32::from_le_bytes(four.map(|code| code as u8)));
            let even = _mm256_srai_epi16::<8>(_mm256_slli_epi16::<8>(four));
            let odd = _mm256_srai_epi16::<8>(four);
            for (half, sum) in sums.iter_mut().enumerate() {
                // SAFETY: the group holds two halves of 32 bytes; the load needs no alignment.
                let codes = unsafe { _mm256_loadu_si256(group[half * 32..][..32].as_ptr().cast()) };
                let even_products = _mm256_madd_epi16(_mm256_and_si256(codes, low_byte), even);
                let odd_products = _mm256_madd_epi16(_mm256_srli_epi16::<8>(codes), odd);
                *sum = _mm256_add_epi32(*sum, _mm256_add_epi32(even_products, odd_products));
            }
        }
        for (sum, out) in sums.iter().zip(out.chunks_exact_mut(8)) {
            // SAFETY: the chunk holds eight integers; the store needs no alignment.
            unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), *sum) };
        }
    }
    out.fill(left, right, &products);
}
