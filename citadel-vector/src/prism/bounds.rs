//! Exact answers from codes: every row that can be among the nearest, by bounds that hold.
//!
//! A row's codes and its residual, the distance between the row and what its codes stand for, bound the row's distance from
//! both sides: by the triangle inequality under L2, by that of Cauchy and Schwarz for products. A scan of all codes keeps the
//! rows whose lower bound is not above the `k`-th least upper bound seen. What it drops cannot be among the `k` nearest; what it
//! keeps, a few dozen rows, is measured with stored vectors, nearest bound first, until the next bound is beyond the `k`-th
//! distance. So a quarter of the bytes are read, and the answer is exact.

use super::Segment;
use super::scratch::Scratch;
use super::search::{SearchError, check};
use crate::filter::{Bits, Position, PositionSet, low_bits};
use crate::kernel::Kernels;
use crate::metric::Metric;
use crate::quantize::Reach;

/// Rows scored at a time.
const BATCH: usize = 256;

/// A row that may be among the nearest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounded {
    /// Its place in the segment.
    pub position: Position,
    /// Its id.
    pub row_id: i64,
    /// Its distance under the segment's metric, as computed from the stored vector, is not below this.
    pub at_least: f32,
}

/// Rows kept by a scan, and the least upper bounds seen.
#[derive(Debug, Default)]
pub(super) struct Kept {
    rows: Vec<(f32, u32)>,
    /// The `k` least upper bounds, ascending.
    least: Vec<f32>,
    /// The greatest of those, once there are `k`: what a lower bound must not be above.
    threshold: f32,
    /// Lower bounds of a batch.
    lower: Vec<f32>,
    bounded: Vec<Bounded>,
}

impl Kept {
    fn reset(&mut self) {
        self.rows.clear();
        self.least.clear();
        self.threshold = f32::INFINITY;
        self.bounded.clear();
    }

    fn note_upper(&mut self, k: usize, upper: f32) {
        if upper < self.threshold {
            let at = self.least.partition_point(|&bound| bound < upper);
            self.least.insert(at, upper);
            self.least.truncate(k);
            if let Some(&threshold) = self.least.get(k - 1) {
                self.threshold = threshold;
            }
        }
    }
}

impl Segment {
    /// All rows that may be among the `k` nearest to `query` among `allowed` (all rows, if `None`), by ascending bound.
    ///
    /// Measure them in this order with stored vectors, until `k` distances are known and the next bound is above the greatest
    /// of them: those `k` are the exact answer, ties included.
    ///
    /// # Errors
    ///
    /// As [`Segment::search`].
    pub fn bounded<'s>(
        &self,
        query: &[f32],
        allowed: Option<&PositionSet>,
        k: usize,
        scratch: &'s mut Scratch,
    ) -> Result<&'s [Bounded], SearchError> {
        check(self, query, allowed)?;
        scratch.kept.reset();
        if k == 0 {
            return Ok(&[]);
        }
        let metric = self.shape.metric;
        scratch.query.prepare(&self.codes, None, metric, query);
        let reach = scratch.query.reach(&self.codes, metric, self.longest);
        for index in 0..self.shape.indexed.div_ceil(BATCH) {
            self.gather(index * BATCH, allowed, &mut scratch.batch);
            if !scratch.batch.is_empty() {
                self.keep(&reach, k, scratch);
            }
        }
        let Kept {
            rows,
            bounded,
            threshold,
            ..
        } = &mut scratch.kept;
        rows.retain(|row| row.0 <= *threshold);
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        bounded.extend(rows.iter().map(|&(at_least, position)| Bounded {
            position: Position(position),
            row_id: self.row_id(Position(position)),
            at_least,
        }));
        Ok(bounded)
    }

    /// The allowed rows of one batch.
    fn gather(&self, first: usize, allowed: Option<&PositionSet>, batch: &mut Vec<u32>) {
        batch.clear();
        let end = (first + BATCH).min(self.shape.indexed);
        let Some(allowed) = allowed else {
            batch.extend(first as u32..end as u32);
            return;
        };
        for start in (first..end).step_by(64) {
            let mut word = allowed.words()[start / 64];
            if end - start < 64 {
                word &= low_bits(end - start);
            }
            batch.extend(Bits(word).map(|bit| start as u32 + bit));
        }
    }

    /// Scores the batch and keeps what may be near.
    fn keep(&self, reach: &Reach, k: usize, scratch: &mut Scratch) {
        let Scratch {
            batch,
            products,
            query,
            kept,
            ..
        } = scratch;
        products.resize(batch.len(), 0);
        let rows = self.matrix.as_rows();
        Kernels::active().dot_rows(rows, batch, query.codes(), products);
        // Bounds of all rows first, without a branch; nearly all of them are beyond the threshold.
        kept.lower.clear();
        let scored = batch.iter().zip(&*products);
        let residual = |position: u32| self.residuals[position as usize];
        if self.shape.metric == Metric::L2 {
            kept.lower.extend(scored.map(|(&position, &product)| {
                let score = query.score(product, self.halves[position as usize]);
                reach.at_least(score, residual(position))
            }));
        } else {
            kept.lower.extend(scored.map(|(&position, &product)| {
                reach.at_least(query.score(product, 0.0), residual(position))
            }));
        }
        for (index, &position) in batch.iter().enumerate() {
            let at_least = kept.lower[index];
            if at_least <= kept.threshold {
                kept.rows.push((at_least, position));
                let half = self.halves.get(position as usize).copied();
                let score = query.score(products[index], half.unwrap_or(0.0));
                kept.note_upper(k, reach.at_most(score, residual(position)));
            }
        }
    }
}
