//! The oracle: plain Rust for any machine, in lanes that a compiler can turn into whatever vectors the target has.

use super::bits::sum_words;
use super::real::real;
use super::sift::{Marked, Sieve, Sifted, sift_by};
use super::{
    BitKernels, CodeRows, Kernels, Overlap, Real, Stored, StoredF16, StoredF32, StoredI8,
    TILE_LEFT, TILE_RIGHT, TileKeys, TileLeft, TileRight,
};

/// The table of this sibling.
pub(super) const KERNELS: Kernels = Kernels {
    name: "scalar",
    f32s: real!(StoredF32),
    f16s: real!(StoredF16),
    i8s: real!(StoredI8),
    bits: BitKernels { differing, overlap },
    dot_rows,
    dot_halved,
    sift_rows,
    sift_halved,
    tile,
    keep_u8: keep_within,
    keep_u16: keep_within,
    keep_u32: keep_within,
    keep_i64: keep_within,
};

const LANES: usize = 8;

fn dot<S: Stored>(a: &[f32], b: &[S], _: &[u8]) -> f32 {
    fold(a, b, |x, y| x * y)
}

fn squared_l2<S: Stored>(a: &[f32], b: &[S], _: &[u8]) -> f32 {
    fold(a, b, |x, y| (x - y) * (x - y))
}

fn l1<S: Stored>(a: &[f32], b: &[S], _: &[u8]) -> f32 {
    fold(a, b, |x, y| (x - y).abs())
}

fn dot_and_square<S: Stored>(a: &[f32], b: &[S], _: &[u8]) -> (f32, f32) {
    (fold(a, b, |x, y| x * y), fold(a, b, |_, y| y * y))
}

/// Sums `term` over both vectors in independent lanes.
#[inline(always)]
fn fold<S: Stored>(a: &[f32], b: &[S], term: impl Fn(f32, f32) -> f32) -> f32 {
    let (a_whole, a_tail) = a.as_chunks::<LANES>();
    let (b_whole, b_tail) = b.as_chunks::<LANES>();
    let mut sums = [0.0f32; LANES];
    for (a, b) in a_whole.iter().zip(b_whole) {
        for lane in 0..LANES {
            sums[lane] += term(a[lane], b[lane].widen());
        }
    }
    let tail: f32 = a_tail
        .iter()
        .zip(b_tail)
        .map(|(&x, &y)| term(x, y.widen()))
        .sum();
    sums.iter().sum::<f32>() + tail
}

fn differing(a: &[u8], b: &[u8]) -> u64 {
    let mut sum = 0;
    sum_words(a, b, |a, b| sum += u64::from((a ^ b).count_ones()));
    sum
}

fn overlap(a: &[u8], b: &[u8]) -> Overlap {
    let mut found = Overlap { both: 0, either: 0 };
    sum_words(a, b, |a, b| {
        found.both += u64::from((a & b).count_ones());
        found.either += u64::from((a | b).count_ones());
    });
    found
}

fn dot_rows(rows: CodeRows<'_>, positions: &[u32], query: &[i8], out: &mut [i32]) {
    for (out, &position) in out.iter_mut().zip(positions) {
        *out = dot_codes(rows.row(position), query);
    }
}

fn dot_halved(rows: CodeRows<'_>, positions: &[u32], query: &[i8], out: &mut [i32]) {
    let (low, high) = query.split_at(rows.stride);
    for (out, &position) in out.iter_mut().zip(positions) {
        *out = rows
            .row(position)
            .iter()
            .zip(low.iter().zip(high))
            .map(|(&codes, (&low, &high))| {
                i32::from(codes & 15) * i32::from(low) + i32::from(codes >> 4) * i32::from(high)
            })
            .sum();
    }
}

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

/// Product of one row of biased codes with a signed query.
fn dot_codes(row: &[u8], query: &[i8]) -> i32 {
    row.iter()
        .zip(query)
        .map(|(&code, &query)| i32::from(code) * i32::from(query))
        .sum()
}

fn tile(left: &TileLeft<'_>, right: &TileRight<'_>, stride: usize, out: &mut TileKeys) {
    let mut products = [[0; TILE_RIGHT]; TILE_LEFT];
    for (left_row, sums) in left.codes.chunks_exact(stride).zip(products.iter_mut()) {
        let (groups, _) = right.panel.as_chunks::<{ 4 * TILE_RIGHT }>();
        for (group, four) in groups.iter().zip(left_row.as_chunks::<4>().0) {
            for (lane, sum) in sums.iter_mut().enumerate() {
                *sum += dot_codes(&group[lane * 4..][..4], four);
            }
        }
    }
    out.fill(left, right, &products);
}

/// Clears the bits of keys outside of `low..=high`; words without a bit left are passed over.
pub(super) fn keep_within<K: Copy + PartialOrd>(keys: &[K], low: K, high: K, words: &mut [u64]) {
    for (word, keys) in words.iter_mut().zip(keys.chunks(64)) {
        if *word != 0 {
            *word &= mask(keys, low, high);
        }
    }
}

/// The mask of up to 64 keys that are within a range.
#[inline(always)]
fn mask<K: Copy + PartialOrd>(keys: &[K], low: K, high: K) -> u64 {
    let mut flags = [0u8; 64];
    let test = |key: &K| u8::from((low <= *key) & (*key <= high));
    match keys.first_chunk::<64>() {
        // The length is known to the compiler here, which makes vectors of the loop.
        Some(keys) => (flags.iter_mut().zip(keys)).for_each(|(flag, key)| *flag = test(key)),
        None => (flags.iter_mut().zip(keys)).for_each(|(flag, key)| *flag = test(key)),
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
