//! AVX-512 with VNNI: 512-bit registers, and four 8-bit products added per 32-bit lane in one instruction.

use std::arch::x86_64::*;

use super::avx2;
use super::avx512_sift;
use super::real::{fetch_block, real};
use super::scalar::keep_within;
use super::{
    CodeRows, Kernels, Real, Stored, StoredF16, StoredF32, StoredI8, TILE_RIGHT, TileKeys,
    TileLeft, TileRight,
};

/// The table of this sibling.
pub(super) const KERNELS: Kernels = Kernels {
    name: "avx512",
    f32s: real!(StoredF32),
    f16s: real!(StoredF16),
    i8s: real!(StoredI8),
    bits: avx2::KERNELS.bits,
    dot_rows,
    dot_halved,
    sift_rows: avx512_sift::sift_rows,
    sift_halved: avx512_sift::sift_halved,
    tile,
    keep_u8,
    keep_u16,
    keep_u32,
    keep_i64,
};

/// Whether this machine runs this sibling.
pub(super) fn is_supported() -> bool {
    avx2::is_supported()
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vnni")
}

/// Floats in a register.
const LANES: usize = 16;
/// Registers that are summed independently, to hide the latency of an addition.
const CHAINS: usize = 4;
/// Components that all of those registers take in together.
const BLOCK: usize = LANES * CHAINS;
/// Rows whose products are computed together and reduced by one transposition.
pub(super) const ROWS: usize = 4;

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn dot<S: Load>(a: &[f32], b: &[S], ahead: &[u8]) -> f32 {
    fold(a, b, ahead, |sum, x, y| _mm512_fmadd_ps(x, y, sum))
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn squared_l2<S: Load>(a: &[f32], b: &[S], ahead: &[u8]) -> f32 {
    fold(a, b, ahead, |sum, x, y| {
        let difference = _mm512_sub_ps(x, y);
        _mm512_fmadd_ps(difference, difference, sum)
    })
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn l1<S: Load>(a: &[f32], b: &[S], ahead: &[u8]) -> f32 {
    fold(a, b, ahead, |sum, x, y| {
        _mm512_add_ps(sum, _mm512_abs_ps(_mm512_sub_ps(x, y)))
    })
}

/// Inner product, and squared length of the second vector.
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn dot_and_square<S: Load>(a: &[f32], b: &[S], ahead: &[u8]) -> (f32, f32) {
    let (a_blocks, a_rest) = a.as_chunks::<BLOCK>();
    let (b_blocks, b_rest) = b.as_chunks::<BLOCK>();
    let (mut products, mut squares) =
        ([_mm512_setzero_ps(); CHAINS], [_mm512_setzero_ps(); CHAINS]);
    for (block, (a, b)) in a_blocks.iter().zip(b_blocks).enumerate() {
        fetch_block::<S>(ahead, block, BLOCK);
        for chain in 0..CHAINS {
            let a = load(&a[chain * LANES..][..LANES]);
            let b = load_stored(&b[chain * LANES..][..LANES]);
            products[chain] = _mm512_fmadd_ps(a, b, products[chain]);
            squares[chain] = _mm512_fmadd_ps(b, b, squares[chain]);
        }
    }
    for (a, b) in a_rest.chunks(LANES).zip(b_rest.chunks(LANES)) {
        let (a, b) = (load(a), load_stored(b));
        products[0] = _mm512_fmadd_ps(a, b, products[0]);
        squares[0] = _mm512_fmadd_ps(b, b, squares[0]);
    }
    (reduce_floats(products), reduce_floats(squares))
}

/// Sums `wide` over both vectors. The tail is loaded under a mask: its missing lanes are zero on both sides.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn fold<S: Load>(
    a: &[f32],
    b: &[S],
    ahead: &[u8],
    wide: impl Fn(__m512, __m512, __m512) -> __m512,
) -> f32 {
    let (a_blocks, a_rest) = a.as_chunks::<BLOCK>();
    let (b_blocks, b_rest) = b.as_chunks::<BLOCK>();
    let mut sums = [_mm512_setzero_ps(); CHAINS];
    for (block, (a, b)) in a_blocks.iter().zip(b_blocks).enumerate() {
        fetch_block::<S>(ahead, block, BLOCK);
        for (chain, sum) in sums.iter_mut().enumerate() {
            *sum = wide(
                *sum,
                load(&a[chain * LANES..][..LANES]),
                load_stored(&b[chain * LANES..][..LANES]),
            );
        }
    }
    for (a, b) in a_rest.chunks(LANES).zip(b_rest.chunks(LANES)) {
        sums[0] = wide(sums[0], load(a), load_stored(b));
    }
    reduce_floats(sums)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn reduce_floats(sums: [__m512; CHAINS]) -> f32 {
    _mm512_reduce_add_ps(_mm512_add_ps(
        _mm512_add_ps(sums[0], sums[1]),
        _mm512_add_ps(sums[2], sums[3]),
    ))
}

/// The mask of the first `len` lanes, for a `len` of 1 to 16.
#[inline]
fn mask(len: usize) -> __mmask16 {
    debug_assert!((1..=LANES).contains(&len));
    0xffff >> (LANES - len)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(values: &[f32]) -> __m512 {
    // SAFETY: only lanes below the slice's length are read; the load needs no alignment.
    unsafe { _mm512_maskz_loadu_ps(mask(values.len()), values.as_ptr()) }
}

/// Up to sixteen stored components, widened; lanes beyond the slice are zero.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
fn load_stored<S: Load>(values: &[S]) -> __m512 {
    // SAFETY: this function is compiled for the instruction set that the load needs.
    unsafe { S::load(values.as_ptr(), mask(values.len())) }
}

/// A stored component that up to sixteen lanes are loaded of.
trait Load: Stored {
    /// The components under the mask, widened; other lanes are zero.
    ///
    /// # Safety
    ///
    /// The components under the mask must be readable; the machine must have AVX-512 F, BW and VL.
    unsafe fn load(values: *const Self, mask: __mmask16) -> __m512;
}

impl Load for StoredF32 {
    #[inline(always)]
    unsafe fn load(values: *const Self, mask: __mmask16) -> __m512 {
        // SAFETY: only lanes under the mask are read, which the caller vouches for; the load needs no alignment.
        unsafe { _mm512_maskz_loadu_ps(mask, values.cast()) }
    }
}

impl Load for StoredF16 {
    #[inline(always)]
    unsafe fn load(values: *const Self, mask: __mmask16) -> __m512 {
        // SAFETY: as above, two bytes a lane.
        unsafe { _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, values.cast())) }
    }
}

impl Load for StoredI8 {
    #[inline(always)]
    unsafe fn load(values: *const Self, mask: __mmask16) -> __m512 {
        // SAFETY: as above, one byte a lane.
        unsafe {
            let bytes = _mm_maskz_loadu_epi8(mask, values.cast());
            _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes))
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn dot_rows(rows: CodeRows<'_>, positions: &[u32], query: &[i8], out: &mut [i32]) {
    for (four, out) in positions.chunks(ROWS).zip(out.chunks_mut(ROWS)) {
        store_few(dot_four(four_rows(rows, four), query), out);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn dot_halved(rows: CodeRows<'_>, positions: &[u32], query: &[i8], out: &mut [i32]) {
    let (low, high) = query.split_at(rows.stride);
    let (fours, rest) = positions.as_chunks::<ROWS>();
    let (outs, out_rest) = out.as_chunks_mut::<ROWS>();
    for (&[a, b, c, d], out) in fours.iter().zip(outs) {
        // No closure: it would not be compiled for this instruction set, and so not be inlined.
        let four = [rows.row(a), rows.row(b), rows.row(c), rows.row(d)];
        let sums = dot_four_halved(four, low, high);
        // SAFETY: the array holds four integers; the store needs no alignment.
        unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), sums) };
    }
    if !rest.is_empty() {
        store_few(dot_four_halved(four_rows(rows, rest), low, high), out_rest);
    }
}

/// Up to four rows; a short chunk repeats its first row in the place of those that are missing.
#[inline(always)]
fn four_rows<'a>(rows: CodeRows<'a>, positions: &[u32]) -> [&'a [u8]; ROWS] {
    let mut codes = [rows.row(positions[0]); ROWS];
    for (codes, &position) in codes.iter_mut().zip(positions).skip(1) {
        *codes = rows.row(position);
    }
    codes
}

/// Stores as many sums as there is room for, one to four.
#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn store_few(sums: __m128i, out: &mut [i32]) {
    debug_assert!((1..=ROWS).contains(&out.len()));
    let mask = 0xf >> (ROWS - out.len());
    // SAFETY: the mask lets through no more integers than `out` holds; the store needs no alignment.
    unsafe { _mm_mask_storeu_epi32(out.as_mut_ptr(), mask, sums) };
}

/// Products of four rows of four-bit codes with the two halves of a query, each as long as the rows.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
pub(super) fn dot_four_halved(rows: [&[u8]; ROWS], low: &[i8], high: &[i8]) -> __m128i {
    let [a, b, c, d] = rows;
    let mut sums = [_mm512_setzero_si512(); ROWS];
    let (len, whole) = (low.len(), low.len() / 64 * 64);
    assert!(high.len() == len);
    assert!(a.len() == len && b.len() == len && c.len() == len && d.len() == len);
    let mut at = 0;
    while at < whole {
        // SAFETY: 64 bytes from `at` are in all six slices, which are equally long; the loads need no alignment.
        unsafe {
            let low = _mm512_loadu_si512(low.as_ptr().add(at).cast());
            let high = _mm512_loadu_si512(high.as_ptr().add(at).cast());
            for (sum, row) in sums.iter_mut().zip([a, b, c, d]) {
                let codes = _mm512_loadu_si512(row.as_ptr().add(at).cast());
                *sum = add_halved(*sum, codes, low, high);
            }
        }
        at += 64;
    }
    if at < len {
        let mask = u64::MAX >> (64 - (len - at));
        // SAFETY: only the bytes from `at` to the common end of the slices are read; the loads need no alignment.
        unsafe {
            let low = _mm512_maskz_loadu_epi8(mask, low.as_ptr().add(at));
            let high = _mm512_maskz_loadu_epi8(mask, high.as_ptr().add(at));
            for (sum, row) in sums.iter_mut().zip([a, b, c, d]) {
                let codes = _mm512_maskz_loadu_epi8(mask, row.as_ptr().add(at).cast());
                *sum = add_halved(*sum, codes, low, high);
            }
        }
    }
    reduce_four(sums)
}

/// Adds the products of 64 bytes of four-bit codes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn add_halved(sum: __m512i, codes: __m512i, low: __m512i, high: __m512i) -> __m512i {
    let nibble = _mm512_set1_epi8(15);
    let lower = _mm512_and_si512(codes, nibble);
    let upper = _mm512_and_si512(_mm512_srli_epi16::<4>(codes), nibble);
    _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(sum, lower, low), upper, high)
}

/// Products of four rows, as long as the query, with it.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
pub(super) fn dot_four(rows: [&[u8]; ROWS], query: &[i8]) -> __m128i {
    let [a, b, c, d] = rows;
    let mut sums = [_mm512_setzero_si512(); ROWS];
    let (len, whole) = (query.len(), query.len() / 64 * 64);
    assert!(a.len() == len && b.len() == len && c.len() == len && d.len() == len);
    let mut at = 0;
    while at < whole {
        // SAFETY: 64 bytes from `at` are in all five slices, which are equally long; the loads need no alignment.
        unsafe {
            let query = _mm512_loadu_si512(query.as_ptr().add(at).cast());
            for (sum, row) in sums.iter_mut().zip([a, b, c, d]) {
                let codes = _mm512_loadu_si512(row.as_ptr().add(at).cast());
                *sum = _mm512_dpbusd_epi32(*sum, codes, query);
            }
        }
        at += 64;
    }
    if at < len {
        let mask = u64::MAX >> (64 - (len - at));
        // SAFETY: only the bytes from `at` to the common end of the slices are read; the loads need no alignment.
        unsafe {
            let query = _mm512_maskz_loadu_epi8(mask, query.as_ptr().add(at));
            for (sum, row) in sums.iter_mut().zip([a, b, c, d]) {
                let codes = _mm512_maskz_loadu_epi8(mask, row.as_ptr().add(at).cast());
                *sum = _mm512_dpbusd_epi32(*sum, codes, query);
            }
        }
    }
    reduce_four(sums)
}

/// Adds up the lanes of four registers: lane `i` of the result is the sum of register `i`.
#[inline]
#[target_feature(enable = "avx512f")]
fn reduce_four(sums: [__m512i; ROWS]) -> __m128i {
    let pair = |x, y| _mm512_add_epi32(_mm512_unpacklo_epi32(x, y), _mm512_unpackhi_epi32(x, y));
    let (low, high) = (pair(sums[0], sums[1]), pair(sums[2], sums[3]));
    let all = _mm512_add_epi32(
        _mm512_unpacklo_epi64(low, high),
        _mm512_unpackhi_epi64(low, high),
    );
    let half = _mm256_add_epi32(
        _mm512_castsi512_si256(all),
        _mm512_extracti64x4_epi64::<1>(all),
    );
    _mm_add_epi32(
        _mm256_castsi256_si128(half),
        _mm256_extracti128_si256::<1>(half),
    )
}

/// Each 32-bit lane adds up its own right row; the left rows are broadcast four bytes at a time.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn tile(left: &TileLeft<'_>, right: &TileRight<'_>, stride: usize, out: &mut TileKeys) {
    let (groups, _) = right.panel.as_chunks::<{ 4 * TILE_RIGHT }>();
    let mut sums = left.starts.map(|start| _mm512_set1_epi32(start));
    for (index, group) in groups.iter().enumerate() {
        // SAFETY: the array holds 64 bytes; the load needs no alignment.
        let codes = unsafe { _mm512_loadu_si512(group.as_ptr().cast()) };
        for (row, sum) in sums.iter_mut().enumerate() {
            // SAFETY: `left.codes` holds TILE_LEFT rows of `stride` bytes and the panel holds `stride / 4` groups (both checked by
            // the chooser), so four bytes at `row * stride + index * 4` are in bounds; the read needs no alignment.
            let four = unsafe {
                left.codes
                    .as_ptr()
                    .add(row * stride + index * 4)
                    .cast::<i32>()
                    .read_unaligned()
            };
            *sum = _mm512_dpbusd_epi32(*sum, codes, _mm512_set1_epi32(four));
        }
    }
    // SAFETY: both arrays hold sixteen floats; the loads need no alignment.
    let (halves, extras) = unsafe {
        (
            _mm512_loadu_ps(right.halves.as_ptr()),
            _mm512_loadu_ps(right.extras.as_ptr()),
        )
    };
    for (row, sum) in sums.iter().enumerate() {
        // Multiplied and subtracted apart, not fused: the oracle rounds twice.
        let fixed = _mm512_sub_ps(
            halves,
            _mm512_mul_ps(_mm512_set1_ps(left.extras[row]), extras),
        );
        let keys = _mm512_sub_ps(fixed, _mm512_cvtepi32_ps(*sum));
        let threshold = _mm512_set1_ps(left.thresholds[row]);
        out.below[row] = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(keys, threshold);
        if out.below[row] != 0 {
            // SAFETY: the row holds sixteen floats; the store needs no alignment.
            unsafe { _mm512_storeu_ps(out.keys[row].as_mut_ptr(), keys) };
        }
    }
}

/// Defines a kernel that clears the bits of keys outside of `low..=high`, 64 keys at a time; the tail is left to the oracle.
macro_rules! keep {
    ($name:ident, $key:ty, $lanes:literal, $load:ident, $splat:ident, $as:ty, $at_least:ident, $at_most:ident) => {
        #[target_feature(enable = "avx512f,avx512bw")]
        fn $name(keys: &[$key], low: $key, high: $key, words: &mut [u64]) {
            let (whole, tail) = keys.as_chunks::<64>();
            let (lows, highs) = ($splat(low as $as), $splat(high as $as));
            for (word, keys) in words.iter_mut().zip(whole) {
                if *word == 0 {
                    continue;
                }
                let mut mask = 0u64;
                for (index, keys) in keys.as_chunks::<$lanes>().0.iter().enumerate() {
                    // SAFETY: the array fills a register; the load needs no alignment.
                    let keys = unsafe { $load(keys.as_ptr().cast()) };
                    let within = $at_least(keys, lows) & $at_most(keys, highs);
                    mask |= u64::from(within) << (index * $lanes);
                }
                *word &= mask;
            }
            if let Some(words) = words.get_mut(whole.len()..) {
                keep_within(tail, low, high, words);
            }
        }
    };
}

keep!(
    keep_u8,
    u8,
    64,
    _mm512_loadu_epi8,
    _mm512_set1_epi8,
    i8,
    _mm512_cmpge_epu8_mask,
    _mm512_cmple_epu8_mask
);
keep!(
    keep_u16,
    u16,
    32,
    _mm512_loadu_epi16,
    _mm512_set1_epi16,
    i16,
    _mm512_cmpge_epu16_mask,
    _mm512_cmple_epu16_mask
);
keep!(
    keep_u32,
    u32,
    16,
    _mm512_loadu_epi32,
    _mm512_set1_epi32,
    i32,
    _mm512_cmpge_epu32_mask,
    _mm512_cmple_epu32_mask
);
keep!(
    keep_i64,
    i64,
    8,
    _mm512_loadu_epi64,
    _mm512_set1_epi64,
    i64,
    _mm512_cmpge_epi64_mask,
    _mm512_cmple_epi64_mask
);
