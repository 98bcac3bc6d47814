//! A query, as it is compared with codes.

use super::Score;
use super::coarse_codes::{CoarseCodes, MIDDLE};
use super::scalar_codes::{LARGEST, ScalarCodes, pad_dim, signed_code};
use crate::kernel::BIAS;
use crate::metric::Metric;

/// A query in codes, and what turns integer products into scores and scores into distances. Reusable: coding another query
/// does not allocate.
#[derive(Clone, Debug, Default)]
pub(crate) struct QueryCode {
    /// Signed codes, padded as rows are.
    codes: Vec<i8>,
    /// The product of these codes with the bias of the rows.
    bias: i32,
    /// How much a product weighs against half a row's squared length.
    weight: f32,
    /// The same two for coarse codes, whose middle is not an integer.
    coarse_bias: f32,
    coarse_weight: f32,
    /// Scratch for the vector that is coded.
    vector: Vec<f32>,
    approx: Approx,
}

/// How a score becomes an approximate distance.
#[derive(Clone, Copy, Debug, Default)]
enum Approx {
    /// No query was coded yet.
    #[default]
    Zero,
    /// `sqrt(offset + factor * score)`.
    Root { offset: f64, factor: f64 },
    /// `offset + factor * score`.
    Linear { offset: f64, factor: f64 },
}

impl QueryCode {
    /// Codes a query. It must have the dimension of the rows, be finite and, under cosine, not zero.
    pub(crate) fn prepare(
        &mut self,
        codes: &ScalarCodes,
        coarse: Option<CoarseCodes>,
        metric: Metric,
        query: &[f32],
    ) {
        let scale = f64::from(codes.scale);
        let length = |vector: &[f32]| -> f64 {
            vector
                .iter()
                .map(|&value| f64::from(value) * f64::from(value))
                .sum()
        };
        self.vector.clear();
        match metric {
            Metric::L2 => self.vector.extend(
                query
                    .iter()
                    .zip(&codes.center)
                    .map(|(value, center)| value - center),
            ),
            Metric::InnerProduct => self.vector.extend_from_slice(query),
            Metric::Cosine => {
                let inverse = 1.0 / length(query).sqrt();
                let normalized = query
                    .iter()
                    .map(|&value| (f64::from(value) * inverse) as f32);
                self.vector.extend(normalized);
            }
        }
        let step = self.quantize(pad_dim(query.len()));
        let center: f64 = (self.vector.iter().zip(&codes.center))
            .map(|(&value, &center)| f64::from(value) * f64::from(center))
            .sum();
        match metric {
            Metric::L2 => {
                self.weight = (step / scale) as f32;
                self.approx = Approx::Root {
                    offset: length(&self.vector),
                    factor: 2.0 * scale * scale,
                };
            }
            Metric::InnerProduct | Metric::Cosine => {
                let one = if metric == Metric::Cosine { 1.0 } else { 0.0 };
                self.weight = 1.0;
                self.approx = Approx::Linear {
                    offset: one - center,
                    factor: scale * step,
                };
            }
        }
        let coarse_step = coarse.map_or(1.0, CoarseCodes::step);
        self.coarse_weight = (f64::from(self.weight) * coarse_step) as f32;
    }

    /// Codes the vector at a scale of its own and returns the size of a step.
    fn quantize(&mut self, padded: usize) -> f64 {
        let largest = (self.vector.iter()).fold(0.0f64, |largest, &value| {
            largest.max(f64::from(value).abs())
        });
        let step = if largest > 0.0 {
            (largest / f64::from(LARGEST)).min(f64::from(f32::MAX))
        } else {
            1.0
        };
        let inverse = 1.0 / step;
        self.codes.clear();
        self.codes.extend(
            self.vector
                .iter()
                .map(|&value| signed_code((f64::from(value) * inverse) as f32)),
        );
        self.codes.resize(padded, 0);
        let sum: i32 = self.codes.iter().map(|&code| i32::from(code)).sum();
        self.bias = sum * i32::from(BIAS);
        self.coarse_bias = (f64::from(sum) * MIDDLE) as f32;
        step
    }

    /// The signed codes, to multiply with rows.
    #[inline]
    pub(crate) fn codes(&self) -> &[i8] {
        &self.codes
    }

    /// The score of a row from its product and half its squared length (zero unless the metric is L2).
    #[inline]
    pub(crate) fn score(&self, product: i32, half: f32) -> Score {
        Score::new(half - self.weight * (product - self.bias) as f32)
    }

    /// The score of a row from the product with its coarse codes.
    #[inline]
    pub(crate) fn coarse_score(&self, product: i32, half: f32) -> Score {
        Score::new(half - self.coarse_weight * (product as f32 - self.coarse_bias))
    }

    /// The approximate distance that a score stands for.
    pub(crate) fn approx(&self, score: Score) -> f32 {
        let score = f64::from(score.get());
        match self.approx {
            Approx::Root { offset, factor } => (offset + factor * score).max(0.0).sqrt() as f32,
            Approx::Linear { offset, factor } => (offset + factor * score) as f32,
            Approx::Zero => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pad_dim;
    use super::*;
    use crate::kernel::{CodeRows, Kernels};
    use crate::metric::distance;

    /// Vectors in a cloud off the origin.
    fn cloud(rows: usize, dim: usize) -> Vec<Vec<f32>> {
        let mut state = 7u64;
        let mut next = move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(11);
            (state >> 40) as f32 / (1u64 << 24) as f32
        };
        (0..rows)
            .map(|_| (0..dim).map(|_| 3.0 + next()).collect())
            .collect()
    }

    #[test]
    fn scores_approximate_distances() {
        let dim = 50;
        for metric in [Metric::L2, Metric::InnerProduct, Metric::Cosine] {
            let mut rows = cloud(40, dim);
            if metric == Metric::Cosine {
                for row in &mut rows {
                    let norm = crate::metric::norm(row);
                    row.iter_mut().for_each(|value| *value /= norm);
                }
            }
            let center: Vec<f32> = (0..dim)
                .map(|at| rows.iter().map(|row| row[at]).sum::<f32>() / rows.len() as f32)
                .collect();
            let mut magnitudes: Vec<f32> = rows
                .iter()
                .flat_map(|row| row.iter().zip(&center).map(|(x, c)| (x - c).abs()))
                .collect();
            let codes = ScalarCodes::fit(center, &mut magnitudes);
            let coarse = CoarseCodes::from_multiplier(16).unwrap();
            let mut query = QueryCode::default();
            query.prepare(&codes, Some(coarse), metric, &rows[0]);
            for row in &rows {
                let mut bytes = vec![0; pad_dim(dim)];
                codes.encode(row, &mut bytes);
                let half: f32 = match metric {
                    Metric::L2 => bytes
                        .iter()
                        .map(|&code| (f32::from(code) - 128.0).powi(2) / 2.0)
                        .sum(),
                    _ => 0.0,
                };
                let mut product = [0];
                let matrix = CodeRows {
                    bytes: &bytes,
                    stride: bytes.len(),
                };
                Kernels::active().dot_rows(matrix, &[0], query.codes(), &mut product);
                let approx = query.approx(query.score(product[0], half));
                let exact = distance(metric, &rows[0], row).unwrap();
                let tolerance = if metric == Metric::L2 {
                    0.08
                } else {
                    0.02 * exact.abs().max(0.01)
                };
                assert!(
                    (approx - exact).abs() < tolerance,
                    "{metric:?}: {approx} for {exact}"
                );
                let mut halved = vec![0; bytes.len() / 2];
                coarse.encode(&bytes, &mut halved);
                let matrix = CodeRows {
                    bytes: &halved,
                    stride: halved.len(),
                };
                Kernels::active().dot_halved(matrix, &[0], query.codes(), &mut product);
                let approx = query.approx(query.coarse_score(product[0], half));
                assert!(
                    (approx - exact).abs() < 12.0 * tolerance.max(0.005),
                    "{metric:?}: {approx} for {exact}, coarsely"
                );
            }
        }
    }
}
