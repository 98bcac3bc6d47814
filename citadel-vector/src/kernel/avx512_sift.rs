//! Sifting with AVX-512: bits become positions by compression, rows are multiplied by fours while those after them are on their
//! way, and sixteen scores are compared at once.

use std::arch::x86_64::*;

use super::avx512::{ROWS, dot_four, dot_four_halved};
use super::sift::{Marked, Sieve, Sifted};
use super::{CodeRows, prefetch};

/// Lanes of a register.
const LANES: usize = 16;
/// Words of a bitmap whose rows are sifted together, if all of them are marked; more words where few are. Their positions and
/// products fit the nearest cache beside the rows.
const WORDS: usize = 8;
/// Rows that are sifted together at most.
const MOST: usize = WORDS * 64;
/// Rows that are asked for ahead. A kernel of this shape was as fast with 8 and 16; between them nothing was measured.
const AHEAD: usize = 12;

/// The rows of some words. There is room for those that are asked for ahead, and to write whole registers.
struct Chunk {
    positions: [u32; MOST + 2 * LANES],
    starts: [f32; MOST + 2 * LANES],
    products: [i32; MOST + 2 * LANES],
    count: usize,
}

/// Sifts rows of eight-bit codes.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
pub(super) fn sift_rows(
    rows: CodeRows<'_>,
    marked: Marked<'_>,
    sieve: &Sieve<'_>,
    out: &mut Sifted,
) {
    sift::<false>(rows, marked, sieve, out);
}

/// Sifts rows of four-bit codes.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
pub(super) fn sift_halved(
    rows: CodeRows<'_>,
    marked: Marked<'_>,
    sieve: &Sieve<'_>,
    out: &mut Sifted,
) {
    sift::<true>(rows, marked, sieve, out);
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn sift<const HALVED: bool>(
    rows: CodeRows<'_>,
    marked: Marked<'_>,
    sieve: &Sieve<'_>,
    out: &mut Sifted,
) {
    let mut chunk = Chunk {
        positions: [0; MOST + 2 * LANES],
        starts: [0.0; MOST + 2 * LANES],
        products: [0; MOST + 2 * LANES],
        count: 0,
    };
    let (mut first, mut words) = (marked.first, marked.words);
    while !words.is_empty() {
        let listed = chunk.list(words, first, sieve);
        if chunk.count > 0 {
            chunk.multiply::<HALVED>(rows, sieve.query);
            chunk.compare(sieve, out);
        }
        first += listed as u32 * 64;
        words = &words[listed..];
    }
}

impl Chunk {
    /// Lists the positions of the bits of as many words as there is room for, and what the scores begin with. Gives how many
    /// words those are, one at least.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn list(&mut self, words: &[u64], first: u32, sieve: &Sieve<'_>) -> usize {
        let lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        let leniency = _mm512_set1_ps(sieve.leniency);
        let with_starts = !sieve.starts.is_empty() || !sieve.allowances.is_empty();
        let (mut count, mut listed) = (0, words.len());
        for (index, &word) in words.iter().enumerate() {
            if word == 0 {
                continue;
            }
            if count > MOST - 64 {
                listed = index;
                break;
            }
            for part in 0..4 {
                let mask = (word >> (part * LANES)) as u16;
                let base = first as usize + index * 64 + part * LANES;
                let positions = _mm512_add_epi32(lanes, _mm512_set1_epi32(base as i32));
                let positions = _mm512_maskz_compress_epi32(mask, positions);
                // SAFETY: no more entries are before `count` than there are bits before this part, so a register has room.
                unsafe {
                    _mm512_storeu_si512(self.positions.as_mut_ptr().add(count).cast(), positions)
                };
                if with_starts {
                    // SAFETY: each marked row has its value, if there are any (checked by the chooser), and no other is read.
                    let start = unsafe {
                        let starts = load_or_zero(sieve.starts, base, mask);
                        let allowances = load_or_zero(sieve.allowances, base, mask);
                        // Not fused: the oracle rounds twice.
                        _mm512_sub_ps(starts, _mm512_mul_ps(leniency, allowances))
                    };
                    let start = _mm512_maskz_compress_ps(mask, start);
                    // SAFETY: as for the positions.
                    unsafe { _mm512_storeu_ps(self.starts.as_mut_ptr().add(count), start) };
                }
                count += mask.count_ones() as usize;
            }
        }
        self.count = count;
        if count > 0 {
            // What follows the last row is asked for and multiplied in vain, so it has to be a row.
            let last = _mm512_set1_epi32(self.positions[count - 1].cast_signed());
            // SAFETY: there is room for two registers after all bits.
            unsafe { _mm512_storeu_si512(self.positions.as_mut_ptr().add(count).cast(), last) };
        }
        listed
    }

    /// Multiplies all rows with the query.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    fn multiply<const HALVED: bool>(&mut self, rows: CodeRows<'_>, query: &[i8]) {
        const { assert!(AHEAD + ROWS <= LANES + 1) };
        let (low, high) = query.split_at(if HALVED { rows.stride } else { 0 });
        let mut at = 0;
        while at < self.count {
            for ahead in 0..ROWS {
                // SAFETY: rows at `positions` are listed up to a register's length beyond the last, and all are within the matrix.
                prefetch(unsafe { row(rows, self.positions[at + AHEAD + ahead]) });
            }
            // SAFETY: as above.
            let four = unsafe {
                [
                    row(rows, self.positions[at]),
                    row(rows, self.positions[at + 1]),
                    row(rows, self.positions[at + 2]),
                    row(rows, self.positions[at + 3]),
                ]
            };
            let sums = if HALVED {
                dot_four_halved(four, low, high)
            } else {
                dot_four(four, high)
            };
            let products = &mut self.products[at..at + ROWS];
            // SAFETY: the slice holds four integers; the store needs no alignment.
            unsafe { _mm_storeu_si128(products.as_mut_ptr().cast(), sums) };
            at += ROWS;
        }
    }

    /// Appends the rows that are not beyond the limit.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn compare(&self, sieve: &Sieve<'_>, out: &mut Sifted) {
        let with_starts = !sieve.starts.is_empty() || !sieve.allowances.is_empty();
        let bias = _mm512_set1_epi32(sieve.line.bias);
        let fraction = _mm512_set1_ps(sieve.line.fraction);
        let weight = _mm512_set1_ps(-sieve.line.weight);
        let limit = _mm512_set1_ps(sieve.limit);
        let zero = _mm512_setzero_ps();
        for at in (0..self.count).step_by(LANES) {
            let present = match self.count - at {
                left @ 1..LANES => (1u16 << left) - 1,
                _ => u16::MAX,
            };
            // SAFETY: the arrays are longer by two registers than the entries are many; the loads need no alignment.
            let (products, start) = unsafe {
                let start = match with_starts {
                    true => _mm512_loadu_ps(self.starts.as_ptr().add(at)),
                    false => zero,
                };
                (
                    _mm512_loadu_si512(self.products.as_ptr().add(at).cast()),
                    start,
                )
            };
            let steps = _mm512_cvtepi32_ps(_mm512_sub_epi32(products, bias));
            let scores = _mm512_mul_ps(weight, _mm512_sub_ps(steps, fraction));
            let scores = _mm512_add_ps(start, scores);
            let near = _mm512_mask_cmp_ps_mask::<_CMP_NGT_UQ>(present, scores, limit);
            if near == 0 {
                continue;
            }
            // SAFETY: there is room for every marked row and a register beyond (made by the chooser).
            unsafe {
                let positions = _mm512_loadu_si512(self.positions.as_ptr().add(at).cast());
                let positions = _mm512_maskz_compress_epi32(near, positions);
                _mm512_storeu_si512(out.rows.as_mut_ptr().add(out.count).cast(), positions);
                let scores = _mm512_maskz_compress_ps(near, scores);
                _mm512_storeu_ps(out.scores.as_mut_ptr().add(out.count), scores);
            }
            out.count += near.count_ones() as usize;
        }
    }
}

/// One row.
///
/// # Safety
///
/// The matrix has the row.
#[inline(always)]
unsafe fn row<'a>(rows: CodeRows<'a>, position: u32) -> &'a [u8] {
    let start = position as usize * rows.stride;
    debug_assert!(start + rows.stride <= rows.bytes.len());
    // SAFETY: the row is within the matrix, as the caller promised.
    unsafe { rows.bytes.get_unchecked(start..start + rows.stride) }
}

/// The values from `base` on whose bit is set; zero where there are none.
///
/// # Safety
///
/// Where there are values, each whose bit is set is one of them.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn load_or_zero(values: &[f32], base: usize, mask: u16) -> __m512 {
    // A load with no bit set would read nothing, but a processor takes hundreds of cycles to find that out where no memory is.
    if values.is_empty() || mask == 0 {
        return _mm512_setzero_ps();
    }
    // SAFETY: only values whose bit is set are read, which exist; the load needs no alignment.
    unsafe { _mm512_maskz_loadu_ps(mask, values.as_ptr().wrapping_add(base)) }
}
