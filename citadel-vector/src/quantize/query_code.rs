//! A query, as it is compared with codes.

use super::coarse_codes::{CoarseCodes, MIDDLE};
use super::scalar_codes::{LARGEST, ScalarCodes, Spread, signed_code};
use super::{Reach, Score};
use crate::kernel::{BIAS, Line};
use crate::metric::Metric;

/// A query in codes, and what turns integer products into scores and scores into distances. Reusable: coding another query
/// does not allocate.
#[derive(Clone, Debug, Default)]
pub(crate) struct QueryCode {
    /// Signed codes, padded as rows are.
    codes: Vec<i8>,
    /// How products with fine and with coarse codes become scores: the bias is the product of these codes with the bias of the
    /// rows, the weight how much a product weighs against half a row's squared length.
    line: Line,
    coarse_line: Line,
    /// The vector that is coded.
    spread: Spread,
    /// How much products with fine and with coarse codes are off, by one standard deviation.
    fine_error: f32,
    coarse_error: f32,
    /// Component units for one step of a code.
    step: f64,
    /// The product of the query with the center of the rows, where that is not taken from the query.
    center_product: f64,
    approx: Approx,
}

fn squared_length(vector: &[f32]) -> f64 {
    vector.iter().map(|&value| f64::from(value).powi(2)).sum()
}

/// How much sums of `f32`, of scores and of exact distances, may be off, as a share of the lengths that go into them.
const ROUNDING: f64 = 1e-5;

/// How much a component is off from its code, by one standard deviation, in steps: as rounding is off.
const FINE_ERROR: f64 = 0.29;
/// The same for coarse codes, of which some are clipped.
const COARSE_ERROR: f64 = 0.35;

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
        match metric {
            Metric::L2 => codes.spread(query, &mut self.spread),
            Metric::InnerProduct | Metric::Cosine => {
                codes.spread_uncentered(query, &mut self.spread);
            }
        }
        self.quantize();
        let length = self.spread.squared_length().sqrt();
        match metric {
            Metric::L2 => {
                self.line.weight = (self.step / scale) as f32;
                self.approx = Approx::Root {
                    offset: length * length,
                    factor: 2.0 * scale * scale,
                };
            }
            Metric::InnerProduct | Metric::Cosine => {
                // A cosine is the product with a query of length one.
                let (one, divisor) = match metric {
                    Metric::Cosine => (1.0, length),
                    _ => (0.0, 1.0),
                };
                self.center_product = (query.iter().zip(&codes.center))
                    .map(|(&value, &center)| f64::from(value) * f64::from(center))
                    .sum();
                self.line.weight = 1.0;
                self.approx = Approx::Linear {
                    offset: one - self.center_product / divisor,
                    factor: scale * self.step / divisor,
                };
            }
        }
        let coarse_step = coarse.map_or(1.0, CoarseCodes::step);
        self.coarse_line.weight = (f64::from(self.line.weight) * coarse_step) as f32;
        let squares = self.codes.iter().map(|&code| i64::from(code).pow(2));
        let length = (squares.sum::<i64>() as f64).sqrt();
        self.coarse_error = (length * coarse_step * COARSE_ERROR) as f32;
        self.fine_error = (length * FINE_ERROR) as f32;
    }

    /// How much the scores of rows that are `longest` steps long are off, by one standard deviation: the query's own codes are
    /// off as well as theirs.
    pub(crate) fn error(&self, longest: f32) -> f32 {
        let rows = longest * FINE_ERROR as f32;
        self.line.weight * (self.fine_error * self.fine_error + rows * rows).sqrt()
    }

    /// How much a score from coarse codes is off from one of fine codes, by one standard deviation.
    pub(crate) fn coarse_error(&self) -> f32 {
        self.line.weight * self.coarse_error
    }

    /// Codes the vector at a scale of its own.
    fn quantize(&mut self) {
        let values = &self.spread.values;
        let largest = values
            .iter()
            .fold(0.0f32, |most, value| most.max(value.abs()));
        let step = if largest > 0.0 {
            largest / LARGEST
        } else {
            1.0
        };
        let inverse = 1.0 / step;
        self.codes.clear();
        self.codes
            .extend(values.iter().map(|&value| signed_code(value * inverse)));
        let sum: i32 = self.codes.iter().map(|&code| i32::from(code)).sum();
        self.line.bias = sum * i32::from(BIAS);
        // The middle of coarse codes is not an integer.
        let coarse_bias = f64::from(sum) * MIDDLE;
        self.coarse_line.bias = coarse_bias.floor() as i32;
        self.coarse_line.fraction = (coarse_bias - coarse_bias.floor()) as f32;
        self.step = f64::from(step) * self.spread.unit;
    }

    /// Bounds of distances to rows whose codes are at most `longest` long.
    pub(crate) fn reach(&self, codes: &ScalarCodes, metric: Metric, longest: f32) -> Reach {
        let (step, unit) = (self.step, self.spread.unit);
        let (mut coded, mut residual) = (0.0, 0.0);
        for (&code, &value) in self.codes.iter().zip(&self.spread.values) {
            let stands_for = f64::from(code) * step;
            coded += stands_for * stands_for;
            residual += (f64::from(value) * unit - stands_for).powi(2);
        }
        let (length, residual) = (self.spread.squared_length().sqrt(), residual.sqrt());
        let longest = f64::from(longest);
        let scale = f64::from(codes.scale);
        let far = longest + squared_length(&codes.center).sqrt();
        let range = f64::from(f32::MIN_POSITIVE)..f64::from(f32::MAX) / 16.0;
        let within = range.contains(&(length + far).powi(2))
            && range.contains(&(scale * scale))
            && range.contains(&(step * scale))
            && range.contains(&(length * far / (scale * scale)));
        if !within {
            return Reach::Unknown;
        }
        match metric {
            Metric::L2 => Reach::Root {
                offset: coded as f32,
                factor: (2.0 * scale * scale) as f32,
                rounding: (ROUNDING * (length + longest).powi(2)) as f32,
                query: (residual + ROUNDING * (length + longest)) as f32,
            },
            Metric::InnerProduct | Metric::Cosine => {
                let (one, divisor) = match metric {
                    Metric::Cosine => (1.0, length),
                    _ => (0.0, 1.0),
                };
                Reach::Linear {
                    offset: (one - self.center_product / divisor) as f32,
                    factor: (scale * step / divisor) as f32,
                    fixed: ((residual * longest + ROUNDING * length * far) / divisor
                        + ROUNDING * one) as f32,
                    // The query itself where a row is off, its codes where coarse codes are off from fine ones.
                    slope: (length.max(coded.sqrt()) * (1.0 + ROUNDING) / divisor) as f32,
                }
            }
        }
    }

    /// The signed codes, to multiply with rows.
    #[inline]
    pub(crate) fn codes(&self) -> &[i8] {
        &self.codes
    }

    /// The score of a row from its product and half its squared length (zero unless the metric is L2).
    #[inline]
    pub(crate) fn score(&self, product: i32, half: f32) -> Score {
        Score::new(half + self.line.at(product))
    }

    /// The score of a row from the product with its coarse codes.
    #[inline]
    pub(crate) fn coarse_score(&self, product: i32, half: f32) -> Score {
        Score::new(half + self.coarse_line.at(product))
    }

    /// How a product becomes a score, less half the row's squared length.
    pub(crate) fn line(&self) -> Line {
        self.line
    }

    /// The same for coarse codes.
    pub(crate) fn coarse_line(&self) -> Line {
        self.coarse_line
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
            let codes = ScalarCodes::new(center, 1.0);
            let mut spread = Spread::default();
            let mut magnitudes = Vec::new();
            for row in &rows {
                codes.spread(row, &mut spread);
                magnitudes.extend(spread.magnitudes(dim));
            }
            let codes = codes.fit(&mut magnitudes);
            let coarse = CoarseCodes::from_multiplier(16).unwrap();
            let mut query = QueryCode::default();
            query.prepare(&codes, Some(coarse), metric, &rows[0]);
            for row in &rows {
                let mut bytes = vec![0; pad_dim(dim)];
                codes.spread(row, &mut spread);
                codes.encode(&spread, &mut bytes);
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
                    0.05 * exact.abs().max(0.01)
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
