//! Exact answers from codes: every row that can be among the nearest, by bounds that hold.
//!
//! A row's codes and its residual, the distance between the row and what its codes stand for, bound the row's distance from
//! both sides: by the triangle inequality under L2, by that of Cauchy and Schwarz for products. So do its coarse codes, with a
//! greater residual. A walk finds rows that are near, for a good upper bound from the start; then a scan of all coarse codes
//! leaves out most rows, their eight-bit codes most of the rest: all whose lower bound is above the `k`-th least upper bound
//! seen. What is left out cannot be among the `k` nearest; what is kept, a few dozen rows, is measured with stored vectors,
//! nearest bound first, until the next bound is beyond the `k`-th distance. So an eighth of the bytes are read, and the answer
//! is exact.

use super::Segment;
use super::blocks::Pager;
use super::matrix::Width;
use super::reading::Reading;
use super::regime::Regime;
use super::scan::stretch_end;
use super::scratch::Scratch;
use super::search::{SearchError, SearchParams, check};
use crate::filter::{Position, PositionSet, low_bits};
use crate::kernel::{Kernels, Marked, Sieve};
use crate::quantize::{Reach, pad_dim};

/// Rows whose eight-bit codes are asked for and multiplied at a time.
const BATCH: usize = 64;

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
        self.in_memory().bounded(query, allowed, k, scratch)
    }

    /// The same with a reader of what is not in memory; nothing counts after that is cut short.
    pub(super) fn bound<'r>(
        &self,
        (reading, pager): (Reading<'_>, &mut Pager<'_>),
        query: &[f32],
        allowed: Option<&PositionSet>,
        k: usize,
        scratch: &'r mut Scratch,
    ) -> Result<&'r [Bounded], SearchError> {
        check(self, query, allowed)?;
        scratch.kept.reset();
        if k == 0 {
            return Ok(&[]);
        }
        let metric = self.shape.metric;
        let coarse = self.coarse.as_ref();
        let codes = coarse.map(|coarse| coarse.codes);
        scratch.query.prepare(&self.codes, codes, metric, query);
        let reach = scratch.query.reach(&self.codes, metric, self.longest);
        self.look_ahead((reading, pager), query, allowed, k, &reach, scratch)?;
        // Coarse codes are longer than fine ones by no more than what lies between them.
        let (farthest, leading) = match coarse {
            Some(coarse) => {
                let longest = (self.longest + coarse.farthest).next_up();
                let reach = scratch.query.reach(&self.codes, metric, longest);
                (coarse.farthest, reach)
            }
            None => (self.residuals.iter().copied().fold(0.0, f32::max), reach),
        };
        let all = self.shape.indexed.div_ceil(64);
        let mut first = 0;
        while first < all && pager.cut_short().is_none() {
            let end = stretch_end(first, all);
            scratch.words.clear();
            (scratch.words).extend((first..end).map(|index| self.marked(index, allowed)));
            let (leniency, limit) = leading.sieve(scratch.kept.threshold, farthest);
            self.sift(pager, first, leniency, limit, scratch);
            self.keep(pager, &reach, k, scratch);
            first = end;
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

    /// Lowers the threshold to the `k`-th least upper bound of rows that a walk finds.
    fn look_ahead(
        &self,
        (reading, pager): (Reading<'_>, &mut Pager<'_>),
        query: &[f32],
        allowed: Option<&PositionSet>,
        k: usize,
        reach: &Reach,
        scratch: &mut Scratch,
    ) -> Result<(), SearchError> {
        let indexed = self.shape.indexed;
        let matching = allowed.map_or(indexed, |allowed| allowed.count_below(indexed));
        let params = SearchParams::for_k(k);
        if self.estimate(matching, params).regime == Regime::ScoreAll {
            return Ok(());
        }
        let mut search = reading.search(query, allowed, params, scratch)?;
        search.next(k);
        if let Some(cut_short) = search.cut_short() {
            return Err(cut_short.into());
        }
        let Scratch {
            candidates,
            batch,
            products,
            query,
            kept,
            gathered,
            ..
        } = scratch;
        batch.clear();
        batch.extend(candidates.iter().map(|candidate| candidate.position.0));
        products.resize(batch.len(), 0);
        let stride = pad_dim(self.shape.dim);
        let (rows, at) = self.matrix.rows(batch, stride, pager, gathered);
        Kernels::active().dot_rows(rows, at, query.codes(), products);
        for (&row, &product) in batch.iter().zip(&*products) {
            let half = self.halves.get(row as usize).copied().unwrap_or(0.0);
            let score = query.score(product, half);
            kept.note_upper(k, reach.at_most(score, self.residuals[row as usize]));
        }
        // The scan comes upon the same rows, and no row may count twice.
        kept.least.clear();
        Ok(())
    }

    /// The allowed rows among 64, as bits.
    fn marked(&self, index: usize, allowed: Option<&PositionSet>) -> u64 {
        let word = allowed.map_or(u64::MAX, |allowed| allowed.words()[index]);
        match self.shape.indexed - index * 64 {
            left @ 0..64 => word & low_bits(left),
            _ => word,
        }
    }

    /// Leaves out what the codes that lead tell to be too far.
    fn sift(
        &self,
        pager: &mut Pager<'_>,
        first: usize,
        leniency: f32,
        limit: f32,
        scratch: &mut Scratch,
    ) {
        let (query, sifted, gathered) =
            (&scratch.query, &mut scratch.sifted, &mut scratch.gathered);
        let marked = Marked {
            words: &scratch.words,
            first: first as u32 * 64,
        };
        let sieve = |line, allowances| Sieve {
            query: query.codes(),
            line,
            starts: &self.halves,
            allowances,
            leniency,
            limit,
        };
        match &self.coarse {
            Some(coarse) => {
                let sieve = sieve(query.coarse_line(), &coarse.residuals);
                (coarse.matrix).sift(Width::Four, marked, &sieve, pager, gathered, sifted);
            }
            None => {
                let sieve = sieve(query.line(), &self.residuals);
                (self.matrix).sift(Width::Eight, marked, &sieve, pager, gathered, sifted);
            }
        }
    }

    /// Scores what came through by eight-bit codes, and keeps what may be near.
    fn keep(&self, pager: &mut Pager<'_>, reach: &Reach, k: usize, scratch: &mut Scratch) {
        let Scratch {
            sifted,
            products,
            query,
            kept,
            gathered,
            ..
        } = scratch;
        let stride = pad_dim(self.shape.dim);
        for batch in sifted.rows().chunks(BATCH) {
            products.resize(batch.len(), 0);
            batch.iter().for_each(|&row| self.matrix.prefetch(row));
            let (rows, at) = self.matrix.rows(batch, stride, pager, gathered);
            Kernels::active().dot_rows(rows, at, query.codes(), products);
            for (&row, &product) in batch.iter().zip(&*products) {
                let half = self.halves.get(row as usize).copied().unwrap_or(0.0);
                let score = query.score(product, half);
                let residual = self.residuals[row as usize];
                let at_least = reach.at_least(score, residual);
                if at_least <= kept.threshold {
                    kept.rows.push((at_least, row));
                    kept.note_upper(k, reach.at_most(score, residual));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::metric::{Metric, distance};
    use crate::prism::segment::Coarse;
    use crate::prism::{Build, BuildConfig, RowMajor};
    use crate::quantize::CoarseCodes;

    const ROWS: usize = 300;

    /// Rows that codes stand for badly: some with components far larger than the rest, some tiny, some equal, some opposite.
    fn awkward(dim: usize) -> Vec<f32> {
        let mut state = 77u64;
        let mut next = move || {
            state = (state.wrapping_mul(6_364_136_223_846_793_005)).wrapping_add(1);
            (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        };
        let mut vectors: Vec<f32> = Vec::new();
        for row in 0..ROWS {
            let copy = (row % 5 == 4).then(|| vectors[(row - 2) * dim..][..dim].to_vec());
            vectors.extend((0..dim).map(|at| match row % 5 {
                0 => next(),
                1 if at == row % dim => 90.0,
                2 => next() * 0.001 + 0.2,
                3 => (next() * 3.0).powi(5),
                4 => copy.as_ref().map_or(0.0, |copy| -copy[at]),
                _ => next() * 0.1,
            }));
        }
        vectors
    }

    /// Holds each row against its own distance.
    fn check_bounds(segment: &Segment, vectors: &[f32], query: &[f32]) {
        let (metric, dim) = (segment.shape.metric, query.len());
        let mut scratch = Scratch::new();
        let codes = segment.coarse.as_ref().map(|coarse| coarse.codes);
        scratch.query.prepare(&segment.codes, codes, metric, query);
        let farthest = match &segment.coarse {
            Some(coarse) => coarse.farthest,
            None => segment.residuals.iter().copied().fold(0.0, f32::max),
        };
        let longest = match &segment.coarse {
            Some(coarse) => (segment.longest + coarse.farthest).next_up(),
            None => segment.longest,
        };
        let reach = scratch.query.reach(&segment.codes, metric, longest);
        for row in 0..segment.shape.indexed as u32 {
            let at = segment.row_id(Position(row)) as usize * dim;
            let exact = distance(metric, query, &vectors[at..at + dim]).unwrap();
            let (leniency, limit) = reach.sieve(exact, farthest);
            scratch.words = vec![0; row as usize / 64 + 1];
            scratch.words[row as usize / 64] = 1 << (row % 64);
            segment.sift(&mut Pager::new(None), 0, leniency, limit, &mut scratch);
            assert_eq!(scratch.sifted.rows(), [row], "{metric:?}, {exact}");
        }
    }

    #[test]
    fn no_row_is_beyond_its_own_distance() {
        for metric in [Metric::L2, Metric::InnerProduct, Metric::Cosine] {
            for dim in [7, 64, 130] {
                let vectors = awkward(dim);
                let ids: Vec<i64> = (0..ROWS as i64).collect();
                let segment = Segment::build(Build {
                    metric,
                    dim,
                    config: BuildConfig::default(),
                    column: "v",
                    generation: 1,
                    rows: &ids,
                    vectors: &RowMajor::new(&vectors, dim),
                    undefined: &[],
                    attributes: Vec::new(),
                    progress: &|_| {},
                    cancel: &AtomicBool::new(false),
                })
                .unwrap();
                let far: Vec<f32> = vectors[..dim].iter().map(|value| value * 1e4).collect();
                let queries = [&vectors[..dim], &vectors[dim..2 * dim], &far];
                // Clipped far too early, about right, and hardly at all; and fine codes alone.
                for multiplier in [Some(2_048), Some(500), Some(100), Some(16), None] {
                    let mut segment = segment.clone();
                    segment.coarse = multiplier.map(|multiplier| {
                        let codes = CoarseCodes::from_multiplier(multiplier).unwrap();
                        let scale = segment.codes.scale;
                        let matrix = segment.matrix.resident().unwrap();
                        Coarse::new(codes, matrix, dim, &segment.residuals, scale)
                    });
                    for query in queries {
                        check_bounds(&segment, &vectors, query);
                        exact_answers(&segment, &vectors, query);
                    }
                }
            }
        }
    }

    /// The rows kept hold the nearest ones, whatever the coarse codes are.
    fn exact_answers(segment: &Segment, vectors: &[f32], query: &[f32]) {
        let (metric, dim) = (segment.shape.metric, query.len());
        let mut scratch = Scratch::new();
        let measure = |row_id: i64| {
            let at = row_id as usize * dim;
            distance(metric, query, &vectors[at..at + dim]).unwrap()
        };
        let mut all: Vec<f32> = (0..ROWS as i64).map(measure).collect();
        all.sort_by(f32::total_cmp);
        for k in [1, 10, ROWS] {
            let bounded = segment.bounded(query, None, k, &mut scratch).unwrap();
            let mut found: Vec<f32> = bounded.iter().map(|row| measure(row.row_id)).collect();
            assert!(
                bounded
                    .iter()
                    .zip(&found)
                    .all(|(row, exact)| *exact >= row.at_least)
            );
            found.sort_by(f32::total_cmp);
            assert_eq!(&found[..k], &all[..k], "{metric:?}, {dim}, {k}");
        }
    }
}
