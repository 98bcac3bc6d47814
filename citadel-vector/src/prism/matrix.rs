//! The codes of a segment's indexed rows, and distances among them.

use super::blocks::{Held, Paged, Pager};
use crate::filter::Bits;
use crate::kernel::{
    AlignedBytes, BIAS, CodeRows, Kernels, Marked, Sieve, Sifted, prefetch, signed,
};
use crate::quantize::CoarseCodes;
use crate::wire::Malformed;

/// Codes of all indexed rows, by position.
#[derive(Clone)]
pub(crate) struct Matrix {
    bytes: AlignedBytes,
    stride: usize,
    rows: usize,
}

impl Matrix {
    /// Zero codes for `rows` rows of `stride` bytes.
    pub(crate) fn zeroed(rows: usize, stride: usize) -> Self {
        Self {
            bytes: AlignedBytes::filled(rows * stride, BIAS),
            stride,
            rows,
        }
    }

    /// The same for sizes from outside: memory that is not there is an error.
    pub(crate) fn try_zeroed(rows: usize, stride: usize) -> Result<Self, Malformed> {
        let beyond = Malformed("the codes are beyond memory");
        let len = rows.checked_mul(stride).ok_or(beyond)?;
        Ok(Self {
            bytes: AlignedBytes::try_filled(len, BIAS).ok_or(beyond)?,
            stride,
            rows,
        })
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes of a row.
    pub(crate) fn stride(&self) -> usize {
        self.stride
    }

    /// All rows.
    #[inline]
    pub(crate) fn as_rows(&self) -> CodeRows<'_> {
        CodeRows {
            bytes: self.bytes.as_slice(),
            stride: self.stride,
        }
    }

    /// One row.
    #[inline]
    pub(crate) fn row(&self, position: u32) -> &[u8] {
        self.as_rows().row(position)
    }

    /// All rows, to be written.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        self.bytes.as_mut_slice()
    }

    /// Puts the rows in another order, in place: row `i` becomes today's row `order[i]`, which names each row once.
    pub(crate) fn reorder(&mut self, order: &[u32]) {
        let (rows, stride) = (self.rows, self.stride);
        let bytes = self.bytes.as_mut_slice();
        let mut moved = vec![false; rows];
        let mut first = vec![0; stride];
        for start in 0..rows {
            if moved[start] {
                continue;
            }
            // Once around a circle: each row takes what belongs there, the last one what the first held.
            first.copy_from_slice(&bytes[start * stride..][..stride]);
            let mut to = start;
            loop {
                moved[to] = true;
                let from = order[to] as usize;
                if from == start {
                    bytes[to * stride..][..stride].copy_from_slice(&first);
                    break;
                }
                bytes.copy_within(from * stride..(from + 1) * stride, to * stride);
                to = from;
            }
        }
    }

    /// Coarse codes of the same rows: half as long.
    pub(crate) fn coarse(&self, codes: CoarseCodes) -> Self {
        let stride = self.stride / 2;
        let mut coarse = Self {
            bytes: AlignedBytes::filled(self.rows * stride, 0),
            stride,
            rows: self.rows,
        };
        let rows = self.bytes.as_slice().chunks_exact(self.stride);
        for (row, out) in rows.zip(coarse.bytes_mut().chunks_exact_mut(stride)) {
            codes.encode(row, out);
        }
        coarse
    }

    /// The coarse coding that fits a sample of these rows, of `dim` components each.
    pub(crate) fn fit_coarse(&self, dim: usize) -> CoarseCodes {
        const SAMPLE: usize = 1_000_000;
        let step = (self.rows * dim).div_ceil(SAMPLE).max(1);
        let mut counts = [0u64; 129];
        for row in (0..self.rows as u32).step_by(step) {
            for &code in &self.row(row)[..dim] {
                counts[usize::from(code.abs_diff(BIAS))] += 1;
            }
        }
        CoarseCodes::fit(&counts)
    }

    /// Asks the cache for a row.
    #[inline(always)]
    pub(crate) fn prefetch(&self, position: u32) {
        prefetch(self.row(position));
    }

    /// The squared length of a row, in steps.
    pub(crate) fn squared_length(&self, position: u32) -> i32 {
        self.row(position)
            .iter()
            .map(|&code| {
                let step = i32::from(code) - i32::from(BIAS);
                step * step
            })
            .sum()
    }
}

impl Held<Matrix> {
    /// One row, where it is in memory; nothing where it is not.
    #[inline]
    pub(crate) fn row(&self, position: u32) -> &[u8] {
        self.resident().map_or(&[], |matrix| matrix.row(position))
    }

    /// Asks the cache for a row, where it is in memory.
    #[inline(always)]
    pub(crate) fn prefetch(&self, position: u32) {
        if let Self::Resident(matrix) = self {
            matrix.prefetch(position);
        }
    }

    /// Bytes held in memory.
    pub(crate) fn bytes_in_memory(&self) -> usize {
        match self {
            Self::Resident(matrix) => matrix.as_rows().bytes.len(),
            Self::Paged(part) => part.bytes_in_memory(),
        }
    }

    /// Some rows, to be multiplied: of memory as they lie there, others gathered one after the other. Gives the rows and the
    /// positions that they have there. After an error, rows are what they were.
    #[inline]
    pub(super) fn rows<'a>(
        &'a self,
        positions: &'a [u32],
        stride: usize,
        pager: &mut Pager<'_>,
        gathered: &'a mut Gathered,
    ) -> (CodeRows<'a>, &'a [u32]) {
        match self {
            Self::Resident(matrix) => (matrix.as_rows(), positions),
            Self::Paged(part) => gathered.read(part, positions, stride, pager),
        }
    }
}

/// Rows of a matrix that is not in memory, gathered to be multiplied. Reusable.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    bytes: AlignedBytes,
    /// 0, 1, 2, …
    places: Vec<u32>,
    /// Rows of a scan.
    positions: Vec<u32>,
    sifted: Sifted,
}

/// Words of rows that a scan gathers at a time.
const WORDS: usize = 8;

/// Bits of a code.
#[derive(Clone, Copy, Debug)]
pub(super) enum Width {
    Eight,
    Four,
}

impl Held<Matrix> {
    /// Sifts rows.
    pub(super) fn sift(
        &self,
        width: Width,
        marked: Marked<'_>,
        sieve: &Sieve<'_>,
        pager: &mut Pager<'_>,
        gathered: &mut Gathered,
        out: &mut Sifted,
    ) {
        let kernels = Kernels::active();
        let sift =
            |rows: CodeRows<'_>, marked: Marked<'_>, sieve: &Sieve<'_>, out: &mut _| match width {
                Width::Eight => kernels.sift_rows(rows, marked, sieve, out),
                Width::Four => kernels.sift_halved(rows, marked, sieve, out),
            };
        match self {
            Self::Resident(matrix) => sift(matrix.as_rows(), marked, sieve, out),
            Self::Paged(part) => {
                let stride = match width {
                    Width::Eight => sieve.query.len(),
                    Width::Four => sieve.query.len() / 2,
                };
                gathered.sift((part, stride), marked, sieve, pager, out, sift);
            }
        }
    }
}

impl Gathered {
    /// Sifts rows as they are gathered, some words of them at a time.
    fn sift(
        &mut self,
        (part, stride): (&Paged, usize),
        marked: Marked<'_>,
        sieve: &Sieve<'_>,
        pager: &mut Pager<'_>,
        out: &mut Sifted,
        sift: impl Fn(CodeRows<'_>, Marked<'_>, &Sieve<'_>, &mut Sifted),
    ) {
        out.empty();
        for (index, words) in marked.words.chunks(WORDS).enumerate() {
            let first = marked.first + (index * WORDS * 64) as u32;
            self.positions.clear();
            for (word, at) in words.iter().zip((first..).step_by(64)) {
                self.positions.extend(Bits(*word).map(|bit| at + bit));
            }
            let Some(last) = self.positions.last() else {
                continue;
            };
            let count = (last - first) as usize + 1;
            // The kernel wants rows for whole words but for the last that it is given.
            let words = &words[..count.div_ceil(64)];
            let bytes = room(&mut self.bytes, words.len() * 64 * stride);
            pager.read(part, &self.positions, |place, codes| {
                let at = (self.positions[place] - first) as usize;
                put(codes, &mut bytes[at * stride..][..stride]);
            });
            let rows = CodeRows {
                bytes: &bytes[..count * stride],
                stride,
            };
            let sieve = sieve.of_rows(first as usize..first as usize + count);
            sift(rows, Marked { words, first: 0 }, &sieve, &mut self.sifted);
            out.append(&self.sifted, first);
        }
    }

    fn read(
        &mut self,
        part: &Paged,
        positions: &[u32],
        stride: usize,
        pager: &mut Pager<'_>,
    ) -> (CodeRows<'_>, &[u32]) {
        self.places
            .extend(self.places.len() as u32..positions.len() as u32);
        let bytes = room(&mut self.bytes, positions.len() * stride);
        pager.read(part, positions, |place, codes| {
            put(codes, &mut bytes[place * stride..][..stride]);
        });
        let rows = CodeRows {
            bytes: self.bytes.as_slice(),
            stride,
        };
        (rows, &self.places[..positions.len()])
    }
}

/// At least so many bytes.
fn room(bytes: &mut AlignedBytes, len: usize) -> &mut [u8] {
    if bytes.as_slice().len() < len {
        *bytes = AlignedBytes::filled(len.next_power_of_two(), BIAS);
    }
    bytes.as_mut_slice()
}

/// A row as it is stored, without its padding, to where it is wanted.
fn put(codes: &[u8], row: &mut [u8]) {
    let (coded, padding) = row.split_at_mut(codes.len());
    coded.copy_from_slice(codes);
    padding.fill(BIAS);
}

/// What building measures distances with: codes, their squared lengths, and the component beyond the codes that makes all rows
/// equally long under inner product (zero under other metrics).
pub(super) struct Space {
    pub(super) matrix: Matrix,
    pub(super) lengths: Vec<i32>,
    pub(super) extras: Vec<f32>,
}

/// A row from which distances to many others are measured. Reusable.
#[derive(Default)]
pub(super) struct From {
    codes: Vec<i8>,
    bias: i32,
    length: i32,
    extra: f32,
    products: Vec<i32>,
}

impl From {
    /// Makes a row the one to measure from.
    pub(super) fn set(&mut self, space: &Space, position: u32) {
        self.codes.resize(space.matrix.stride(), 0);
        signed(space.matrix.row(position), &mut self.codes);
        let sum: i32 = self.codes.iter().map(|&code| i32::from(code)).sum();
        self.bias = sum * i32::from(BIAS);
        self.length = space.lengths[position as usize];
        self.extra = space.extras[position as usize];
    }

    /// Squared distances to other rows, in steps, appended to `out`.
    pub(super) fn squared_distances(&mut self, space: &Space, to: &[u32], out: &mut Vec<f32>) {
        self.products.resize(to.len(), 0);
        let rows = space.matrix.as_rows();
        Kernels::active().dot_rows(rows, to, &self.codes, &mut self.products);
        for (&position, &product) in to.iter().zip(&self.products) {
            let lengths = i64::from(self.length) + i64::from(space.lengths[position as usize]);
            let within = lengths - 2 * i64::from(product - self.bias);
            let beyond = self.extra - space.extras[position as usize];
            out.push(within as f32 + beyond * beyond);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_are_reordered_in_place(order in Just((0..40u32).collect::<Vec<_>>()).prop_shuffle()) {
            let mut matrix = Matrix::zeroed(order.len(), 32);
            for (row, bytes) in matrix.bytes_mut().chunks_exact_mut(32).enumerate() {
                bytes.fill(row as u8);
            }
            matrix.reorder(&order);
            for (row, &from) in order.iter().enumerate() {
                prop_assert_eq!(matrix.row(row as u32), &[from as u8; 32]);
            }
        }
    }
}
