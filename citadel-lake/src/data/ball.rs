//! Where the vectors of a data file lie: within a radius of a centre.
//!
//! A search that holds k rows already leaves out a file none of whose vectors can be nearer. The bound must never be too good, so it is taken
//! in `f64`, and what a computed distance in `f32` may be off is counted against it.
//!
//! Each file carries its balls in the metadata of its footer, under `citadel.ball.<field id>`; the list of indexes repeats them, so that an
//! indexed file need not be opened to be left out.

use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;
use arrow_array::{Array, ArrayRef};
use serde::{Deserialize, Serialize};

use crate::schema::Metric;

/// The smallest difference of numbers near one in `f32`, by which each operation may be off.
const ROUNDING: f64 = f32::EPSILON as f64;

/// A ball that holds all vectors of a column of a file which have a distance to something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ball {
    /// Whether the vectors were brought to unit length, as they are for cosine.
    unit: bool,
    /// The centre; empty if there is no vector.
    centre: Vec<f32>,
    radius: f64,
}

/// The footer's key for a column's ball.
pub(crate) fn ball_key(field_id: i32) -> String {
    format!("citadel.ball.{field_id}")
}

impl Ball {
    /// The ball of all vectors in some arrays of lists of floats.
    pub(crate) fn around(metric: Metric, arrays: &[ArrayRef]) -> Self {
        let unit = metric == Metric::Cosine;
        let mut sum: Vec<f64> = Vec::new();
        let mut count = 0u64;
        each(unit, arrays, |vector, scale| {
            sum.resize(vector.len(), 0.0);
            for (sum, component) in sum.iter_mut().zip(vector) {
                *sum += f64::from(*component) * scale;
            }
            count += 1;
        });
        let centre: Vec<f32> = sum.iter().map(|sum| (sum / count as f64) as f32).collect();
        let mut radius = 0.0f64;
        each(unit, arrays, |vector, scale| {
            let parts = vector.iter().zip(&centre);
            let squares = parts.map(|(component, centre)| {
                (f64::from(*component) * scale - f64::from(*centre)).powi(2)
            });
            radius = radius.max(squares.sum::<f64>().sqrt());
        });
        Self {
            unit,
            centre,
            // What the sums above may be off.
            radius: radius * (1.0 + 1e-9) + f64::from(f32::MIN_POSITIVE),
        }
    }

    /// A distance that no vector of the file is computed to be below; infinite if there is none.
    ///
    /// `None` where nothing is known: the ball is of another metric or dimension.
    pub(crate) fn nearest(&self, metric: Metric, query: &[f32]) -> Option<f64> {
        if self.centre.is_empty() {
            return Some(f64::INFINITY);
        }
        if self.unit != (metric == Metric::Cosine) || self.centre.len() != query.len() {
            return None;
        }
        let norm = query.iter().map(|q| f64::from(*q).powi(2)).sum::<f64>();
        let norm = norm.sqrt();
        let scale = match self.unit {
            true if norm > 0.0 => 1.0 / norm,
            true => return None,
            false => 1.0,
        };
        let parts = || query.iter().zip(&self.centre);
        let apart = parts().map(|(q, c)| (f64::from(*q) * scale - f64::from(*c)).powi(2));
        let apart = (apart.sum::<f64>().sqrt() * (1.0 - 1e-9) - self.radius).max(0.0);
        let rounding = (query.len() + 16) as f64 * ROUNDING;
        let bound = match metric {
            // Of unit vectors, one less the cosine is half the square of their distance.
            Metric::Cosine => apart * apart / 2.0 - 4.0 * rounding,
            Metric::L2 => apart * (1.0 - rounding),
            Metric::InnerProduct => {
                let dot = parts().map(|(q, c)| f64::from(*q) * f64::from(*c));
                let longest = self.length() + self.radius;
                // What the computed product may be off is counted by the lengths, too.
                -(dot.sum::<f64>() + norm * self.radius) - norm * longest * rounding
            }
        };
        // Beyond it, a computed distance is infinite.
        (bound.abs() < f64::from(f32::MAX)).then_some(bound)
    }

    fn length(&self) -> f64 {
        let squares = self.centre.iter().map(|c| f64::from(*c).powi(2));
        squares.sum::<f64>().sqrt()
    }
}

/// Calls with each vector, and by what it is to be multiplied. Zero vectors have no cosine.
fn each(unit: bool, arrays: &[ArrayRef], mut call: impl FnMut(&[f32], f64)) {
    for array in arrays {
        let lists = array.as_list::<i32>();
        let values = lists.values().as_primitive::<Float32Type>().values();
        let offsets = lists.value_offsets();
        for row in (0..lists.len()).filter(|row| lists.is_valid(*row)) {
            let vector = &values[offsets[row] as usize..offsets[row + 1] as usize];
            let scale = match unit {
                false => 1.0,
                true => {
                    let norm = vector.iter().map(|c| f64::from(*c).powi(2)).sum::<f64>();
                    match norm > 0.0 {
                        true => 1.0 / norm.sqrt(),
                        false => continue,
                    }
                }
            };
            call(vector, scale);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::ListArray;

    use super::*;

    const METRICS: [Metric; 3] = [Metric::Cosine, Metric::L2, Metric::InnerProduct];

    fn lists(vectors: &[Vec<f32>]) -> ArrayRef {
        let rows = vectors
            .iter()
            .map(|vector| Some(vector.iter().copied().map(Some)));
        Arc::new(ListArray::from_iter_primitive::<Float32Type, _, _>(rows))
    }

    fn random(state: &mut u64, dimension: usize, scale: f32) -> Vec<f32> {
        let mut next = || {
            *state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((*state >> 40) as f32 / (1 << 23) as f32 - 1.0) * scale
        };
        (0..dimension).map(|_| next()).collect()
    }

    #[test]
    fn no_computed_distance_is_below_the_bound() {
        let mut state = 1;
        let mut positive = [0; 3];
        for round in 0..400 {
            let dimension = [1, 3, 32, 384][round % 4];
            let scale = [1e-3, 1.0, 1e4][round % 3];
            let middle = random(&mut state, dimension, scale);
            let near = scale * [1e-6, 1e-2, 1.0][round / 4 % 3];
            let vectors: Vec<Vec<f32>> = (0..20)
                .map(|_| {
                    let offset = random(&mut state, dimension, near);
                    middle.iter().zip(offset).map(|(a, b)| a + b).collect()
                })
                .collect();
            let mut queries = vec![random(&mut state, dimension, scale)];
            // The hardest: where the bound is met.
            queries.extend(vectors.iter().cloned());
            for (at, metric) in METRICS.into_iter().enumerate() {
                let ball = Ball::around(metric, &[lists(&vectors)]);
                for query in &queries {
                    let Some(bound) = ball.nearest(metric, query) else {
                        panic!("{metric} {query:?}")
                    };
                    positive[at] += usize::from(bound > 0.0);
                    let measured = citadel_vector::Query::new(metric.measured(), query);
                    for vector in &vectors {
                        let distance = f64::from(measured.distance(vector).unwrap());
                        assert!(
                            distance >= bound,
                            "{metric} {dimension}: {distance} {bound}"
                        );
                    }
                }
            }
        }
        assert!(positive.iter().all(|count| *count > 0), "{positive:?}");
    }

    #[test]
    fn what_is_not_known_is_no_bound() {
        let ball = Ball::around(Metric::L2, &[lists(&[vec![1.0, 2.0]])]);
        assert_eq!(ball.nearest(Metric::Cosine, &[1.0, 2.0]), None);
        assert_eq!(ball.nearest(Metric::L2, &[1.0, 2.0, 3.0]), None);
        let none = Ball::around(Metric::Cosine, &[lists(&[vec![0.0, 0.0]])]);
        assert_eq!(
            none.nearest(Metric::Cosine, &[1.0, 2.0]),
            Some(f64::INFINITY)
        );
        let large = Ball::around(Metric::InnerProduct, &[lists(&[vec![f32::MAX; 2]])]);
        assert_eq!(large.nearest(Metric::InnerProduct, &[f32::MAX; 2]), None);
    }
}
