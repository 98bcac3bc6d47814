//! Scanning rows by their codes: those of a bitmap are multiplied with a query, held against a limit, and few come through.
//!
//! All of it is one kernel, since each step costs about as much as the others: telling which rows there are, asking for their
//! memory in time, multiplying, and comparing.

use std::ops::Range;

use super::{CodeRows, Kernels, prefetch};

/// How a product becomes a score.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Line {
    /// What a product is multiplied with.
    pub(crate) weight: f32,
    /// What is taken from it before: in integers, so that large numbers lose nothing, and the rest.
    pub(crate) bias: i32,
    pub(crate) fraction: f32,
}

impl Line {
    /// The score of a product: less is nearer.
    #[inline(always)]
    pub(crate) fn at(self, product: i32) -> f32 {
        -self.weight * ((product - self.bias) as f32 - self.fraction)
    }
}

/// What a scan holds rows against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sieve<'a> {
    /// The query's codes.
    pub(crate) query: &'a [i8],
    /// How products become scores.
    pub(crate) line: Line,
    /// What each row's score begins with: one for each row, or none at all.
    pub(crate) starts: &'a [f32],
    /// What is taken from each row's score after a multiplication with `leniency`: one for each row, or none at all.
    pub(crate) allowances: &'a [f32],
    pub(crate) leniency: f32,
    /// Rows whose score is above it are left out; one that cannot be compared stays in.
    pub(crate) limit: f32,
}

impl<'a> Sieve<'a> {
    /// The same for some of the rows, which are counted from zero.
    pub(crate) fn of_rows(&self, rows: Range<usize>) -> Self {
        let of = |values: &'a [f32]| values.get(rows.clone()).unwrap_or_default();
        Self {
            starts: of(self.starts),
            allowances: of(self.allowances),
            ..*self
        }
    }

    /// What a row's score begins with.
    #[inline(always)]
    pub(super) fn start(&self, row: usize) -> f32 {
        let or_zero = |values: &[f32]| values.get(row).copied().unwrap_or(0.0);
        or_zero(self.starts) - self.leniency * or_zero(self.allowances)
    }
}

/// Rows that came through, with their scores. Reusable.
#[derive(Debug, Default)]
pub(crate) struct Sifted {
    pub(super) rows: Vec<u32>,
    pub(super) scores: Vec<f32>,
    /// How many of both count; the rest is room.
    pub(super) count: usize,
}

/// Entries that a sibling may write beyond the last one that counts.
pub(super) const ROOM: usize = 16;

impl Sifted {
    /// The rows that came through, ascending.
    pub(crate) fn rows(&self) -> &[u32] {
        &self.rows[..self.count]
    }

    /// The rows and their scores.
    pub(crate) fn scored(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        let rows = self.rows().iter().copied();
        rows.zip(self.scores.iter().copied())
    }

    /// Empties it.
    pub(crate) fn empty(&mut self) {
        self.clear(0);
    }

    /// Adds rows that came through a later part of a scan: `first` is added to each.
    pub(crate) fn append(&mut self, other: &Self, first: u32) {
        let end = self.count + other.count;
        let room = (end + ROOM).max(self.rows.len());
        self.rows.resize(room, 0);
        self.scores.resize(room, 0.0);
        let places = self.count..end;
        for ((row, score), at) in other.scored().zip(places) {
            (self.rows[at], self.scores[at]) = (row + first, score);
        }
        self.count = end;
    }

    /// Empties it, and makes room for so many rows.
    fn clear(&mut self, most: usize) {
        let room = (most + ROOM).max(self.rows.len());
        self.rows.resize(room, 0);
        self.scores.resize(room, 0.0);
        self.count = 0;
    }
}

/// The rows of a bitmap: bit `i % 64` of word `i / 64` is row `first + i`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Marked<'a> {
    /// The bitmap.
    pub(crate) words: &'a [u64],
    /// The row of its first bit, a multiple of 64.
    pub(crate) first: u32,
}

/// A sifting function of a sibling.
pub(super) type Sift = unsafe fn(CodeRows<'_>, Marked<'_>, &Sieve<'_>, &mut Sifted);

impl Kernels {
    /// Sifts rows of eight-bit codes.
    pub(crate) fn sift_rows(
        &self,
        rows: CodeRows<'_>,
        marked: Marked<'_>,
        sieve: &Sieve<'_>,
        out: &mut Sifted,
    ) {
        assert_eq!(sieve.query.len(), rows.stride, "query and rows differ");
        check(rows, marked, sieve);
        out.clear(marked.words.len() * 64);
        // SAFETY: the instruction set was detected; the lengths were checked, every marked row is one of `rows`, and there is room.
        unsafe { (self.sift_rows)(rows, marked, sieve, out) }
    }

    /// Sifts rows of four-bit codes, in the order of [`dot_halved`](Kernels::dot_halved).
    pub(crate) fn sift_halved(
        &self,
        rows: CodeRows<'_>,
        marked: Marked<'_>,
        sieve: &Sieve<'_>,
        out: &mut Sifted,
    ) {
        assert_eq!(sieve.query.len(), 2 * rows.stride, "query and rows differ");
        check(rows, marked, sieve);
        out.clear(marked.words.len() * 64);
        // SAFETY: as in `sift_rows`.
        unsafe { (self.sift_halved)(rows, marked, sieve, out) }
    }
}

/// Checks what siblings rely on.
fn check(rows: CodeRows<'_>, marked: Marked<'_>, sieve: &Sieve<'_>) {
    assert!(
        rows.stride > 0 && rows.stride.is_multiple_of(16),
        "rows are padded"
    );
    let count = rows.bytes.len() / rows.stride;
    for values in [sieve.starts, sieve.allowances] {
        assert!(
            values.is_empty() || values.len() == count,
            "one value for each row"
        );
    }
    let first = marked.first as usize;
    assert!(first.is_multiple_of(64), "bitmaps are cut at words");
    assert!(u32::try_from(first + marked.words.len() * 64).is_ok());
    let whole = count.saturating_sub(first) / 64;
    for (index, word) in marked.words.iter().enumerate().skip(whole) {
        let rows_of_word = count.saturating_sub(first + index * 64).min(63);
        assert_eq!(word >> rows_of_word, 0, "a row that there is not");
    }
}

/// Sifts a word of rows at a time, by a function that multiplies.
#[inline(always)]
pub(super) fn sift_by(
    rows: CodeRows<'_>,
    marked: Marked<'_>,
    sieve: &Sieve<'_>,
    out: &mut Sifted,
    multiply: impl Fn(CodeRows<'_>, &[u32], &[i8], &mut [i32]),
) {
    let (mut positions, mut products) = ([0u32; 64], [0i32; 64]);
    for (index, &word) in marked.words.iter().enumerate() {
        let first = marked.first + index as u32 * 64;
        let count = word.count_ones() as usize;
        let mut left = word;
        for position in &mut positions[..count] {
            *position = first + left.trailing_zeros();
            left &= left.wrapping_sub(1);
            prefetch(rows.row(*position));
        }
        multiply(
            rows,
            &positions[..count],
            sieve.query,
            &mut products[..count],
        );
        for (&position, &product) in positions[..count].iter().zip(&products) {
            let score = sieve.start(position as usize) + sieve.line.at(product);
            #[allow(
                clippy::neg_cmp_op_on_partial_ord,
                reason = "not beyond, whether comparable or not"
            )]
            let near = !(score > sieve.limit);
            if near {
                out.rows[out.count] = position;
                out.scores[out.count] = score;
                out.count += 1;
            }
        }
    }
}
