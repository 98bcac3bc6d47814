//! The codes of a segment's indexed rows, and distances among them.

use crate::kernel::{AlignedBytes, BIAS, CodeRows, Kernels, prefetch, signed};
use crate::quantize::CoarseCodes;

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

    /// The rows in another order: row `i` is today's row `order[i]`.
    pub(crate) fn reordered(&self, order: &[u32]) -> Self {
        let mut moved = Self::zeroed(order.len(), self.stride);
        for (to, &from) in moved.bytes_mut().chunks_exact_mut(self.stride).zip(order) {
            to.copy_from_slice(self.row(from));
        }
        moved
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
