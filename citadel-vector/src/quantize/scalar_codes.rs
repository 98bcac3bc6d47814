//! Eight bits for each component, at one scale for all of them.
//!
//! A row is coded as `round((x - center) / scale)`, clipped to ±127 and stored with a bias of 128, because the widest
//! multiply takes unsigned codes on one side and signed ones on the other. The scale puts a high percentile of all components,
//! not their maximum, at 127: a few outliers must not coarsen everything else.
//!
//! The center is subtracted from rows under every metric. Under L2 it is subtracted from the query too; under inner product and
//! cosine it is not, since `q·x = q·(x - center) + q·center` and the last term is the same for all rows.
//!
//! What always holds: codes are computed component by component in the same way on every machine, so that equal input gives
//! equal segments.

use super::Score;
use crate::kernel::BIAS;
use crate::metric::Metric;

/// The largest code, by magnitude.
const LARGEST: f32 = 127.0;
/// The share of components that are coded without clipping.
const PERCENTILE: f64 = 0.9995;

/// Bytes of a row of codes: the dimension, padded so that kernels meet no odd tail and long rows start on cache lines.
pub(crate) fn pad_dim(dim: usize) -> usize {
    if dim < 128 {
        dim.next_multiple_of(16)
    } else {
        dim.next_multiple_of(64)
    }
}

/// The coding of one segment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ScalarCodes {
    /// Mean of the rows.
    pub(crate) center: Vec<f32>,
    /// Component units for one step of a code; positive and finite.
    pub(crate) scale: f32,
}

impl ScalarCodes {
    /// Fits the scale to a sample of centered components (magnitudes). Reorders the sample.
    pub(crate) fn fit(center: Vec<f32>, magnitudes: &mut [f32]) -> Self {
        let scale = match magnitudes.len() {
            0 => 1.0,
            len => {
                let index = ((len as f64 * PERCENTILE) as usize).min(len - 1);
                let (_, percentile, _) = magnitudes.select_nth_unstable_by(index, f32::total_cmp);
                let percentile = *percentile;
                let largest = magnitudes.iter().copied().fold(0.0, f32::max);
                // Where most components are equal, the percentile says nothing: take the outliers then.
                let reach = if percentile > 0.0 {
                    percentile
                } else {
                    largest
                };
                (reach / LARGEST).min(f32::MAX)
            }
        };
        Self {
            center,
            scale: if scale.is_normal() { scale } else { 1.0 },
        }
    }

    /// Codes a row. Bytes beyond the dimension become zero codes.
    pub(crate) fn encode(&self, vector: &[f32], out: &mut [u8]) {
        let inverse = 1.0 / f64::from(self.scale);
        let (codes, padding) = out.split_at_mut(vector.len());
        for ((code, &value), &center) in codes.iter_mut().zip(vector).zip(&self.center) {
            let steps = ((f64::from(value) - f64::from(center)) * inverse) as f32;
            *code = signed_code(steps).cast_unsigned() ^ BIAS;
        }
        padding.fill(BIAS);
    }
}

/// Rounds to the nearest code, ties to even.
#[inline(always)]
fn signed_code(steps: f32) -> i8 {
    // 1.5 * 2^23: adding it leaves no room for a fraction, so that the hardware's own rounding does the work, in any vector.
    const ROUNDER: f32 = 12_582_912.0;
    let rounded = (steps.clamp(-LARGEST, LARGEST) + ROUNDER) - ROUNDER;
    rounded as i32 as i8
}

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
    pub(crate) fn prepare(&mut self, codes: &ScalarCodes, metric: Metric, query: &[f32]) {
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
            let mut query = QueryCode::default();
            query.prepare(&codes, metric, &rows[0]);
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
            }
        }
    }

    #[test]
    fn degenerate_samples_give_a_usable_scale() {
        for sample in [vec![], vec![0.0; 5], vec![f32::MAX; 5], vec![1e-45; 5]] {
            let codes = ScalarCodes::fit(vec![0.0], &mut sample.clone());
            assert!(codes.scale.is_normal() && codes.scale > 0.0, "{sample:?}");
        }
    }
}
