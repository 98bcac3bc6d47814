//! Metrics and exact distances.
//!
//! Smaller is nearer for every metric. Distances are computed in `f32`; when a sum leaves the range of `f32` (components near
//! 1e19 or beyond, or so small that their squares vanish) it is computed again in `f64`, so that order is kept wherever the
//! result itself fits.

use crate::kernel::{self, Kernels, Stored, StoredF32, components, stored};

/// How two vectors are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Euclidean distance, `sqrt(Σ (a - b)²)`: the operator `<->`.
    L2,
    /// Negative inner product, `-Σ a·b`: the operator `<#>`.
    InnerProduct,
    /// `1 - cos(a, b)`: the operator `<=>`. Undefined where either vector is zero.
    Cosine,
}

impl Metric {
    /// The name in index options and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::L2 => "l2",
            Self::InnerProduct => "inner_product",
            Self::Cosine => "cosine",
        }
    }
}

/// The exact distance of two vectors; `None` (SQL NULL) for the cosine of a zero vector.
///
/// # Panics
///
/// If the dimensions differ.
///
/// ```
/// use citadel_vector::{Metric, distance};
/// assert_eq!(distance(Metric::L2, &[0.0, 3.0], &[4.0, 0.0]), Some(5.0));
/// assert_eq!(distance(Metric::InnerProduct, &[1.0, 2.0], &[3.0, 4.0]), Some(-11.0));
/// assert_eq!(distance(Metric::Cosine, &[1.0, 0.0], &[0.0, 0.0]), None);
/// ```
pub fn distance(metric: Metric, a: &[f32], b: &[f32]) -> Option<f32> {
    Query::new(metric, a).distance(b)
}

/// The sum of absolute differences (taxicab distance), the operator `<+>`.
///
/// # Panics
///
/// If the dimensions differ.
pub fn l1(a: &[f32], b: &[f32]) -> f32 {
    l1_stored(a, stored(b), &[])
}

pub(crate) fn l1_stored<S: Stored>(a: &[f32], b: &[S], ahead: &[u8]) -> f32 {
    let sum = Kernels::active().real().l1(a, b, ahead);
    if sum.is_finite() {
        return sum;
    }
    wide_sum(a, b, |x, y| (x - y).abs()) as f32
}

/// The same, from a vector stored as little-endian `f32`, read in place at any alignment.
///
/// # Panics
///
/// If `bytes` is not four times as long as `a`.
pub fn l1_le(a: &[f32], bytes: &[u8]) -> f32 {
    l1_stored::<StoredF32>(a, components(bytes), &[])
}

/// The inner product `Σ a·b`.
///
/// # Panics
///
/// If the dimensions differ.
pub fn inner_product(a: &[f32], b: &[f32]) -> f32 {
    dot(a, stored(b), &[])
}

/// The euclidean length of a vector.
pub fn norm(vector: &[f32]) -> f32 {
    wide_norm(vector, stored(vector)) as f32
}

/// The name of the instruction set that distances run on, for diagnostics.
pub fn instruction_set() -> &'static str {
    Kernels::active().name()
}

/// Asks the processor for memory that will be read soon. It changes nothing but the time of reading it.
#[inline]
pub fn prefetch(bytes: &[u8]) {
    kernel::prefetch(bytes);
}

/// A query prepared once and compared with many vectors.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    metric: Metric,
    vector: &'a [f32],
    /// The length of the query, used by cosine only.
    norm: f64,
}

impl<'a> Query<'a> {
    /// Prepares a query.
    pub fn new(metric: Metric, vector: &'a [f32]) -> Self {
        let norm = match metric {
            Metric::Cosine => wide_norm(vector, stored(vector)),
            Metric::L2 | Metric::InnerProduct => 1.0,
        };
        Self {
            metric,
            vector,
            norm,
        }
    }

    /// The dimension of the query and of everything it is compared with.
    pub fn dim(&self) -> usize {
        self.vector.len()
    }

    /// The exact distance; `None` for the cosine of a zero vector.
    ///
    /// # Panics
    ///
    /// If the dimensions differ.
    #[inline]
    pub fn distance(&self, vector: &[f32]) -> Option<f32> {
        self.measure(stored(vector), &[])
    }

    /// The exact distance to a vector stored as little-endian `f32`, read in place at any alignment.
    ///
    /// # Panics
    ///
    /// If `bytes` is not four times the dimension long.
    #[inline]
    pub fn distance_le(&self, bytes: &[u8]) -> Option<f32> {
        self.measure::<StoredF32>(components(bytes), &[])
    }

    /// Distances to the rows of a row-major matrix, in order. Clears `out` first; no allocation once it is large enough.
    ///
    /// # Panics
    ///
    /// If `rows` is not a whole number of rows of this dimension.
    pub fn distances(&self, rows: &[f32], out: &mut Vec<Option<f32>>) {
        out.clear();
        if self.vector.is_empty() {
            assert!(rows.is_empty(), "rows of dimension zero hold no floats");
            return;
        }
        assert!(
            rows.len().is_multiple_of(self.vector.len()),
            "a whole number of rows"
        );
        out.extend(
            rows.chunks_exact(self.vector.len())
                .map(|row| self.distance(row)),
        );
    }

    #[inline]
    pub(crate) fn measure<S: Stored>(&self, vector: &[S], ahead: &[u8]) -> Option<f32> {
        match self.metric {
            Metric::L2 => Some(l2(self.vector, vector, ahead)),
            // Taken from zero, so that orthogonal vectors are at 0 and not at -0.
            Metric::InnerProduct => Some(0.0 - dot(self.vector, vector, ahead)),
            Metric::Cosine => self.cosine(vector, ahead),
        }
    }

    fn cosine<S: Stored>(&self, vector: &[S], ahead: &[u8]) -> Option<f32> {
        let kernels = Kernels::active().real();
        let (product, squared) = kernels.dot_and_square(self.vector, vector, ahead);
        if squared.is_normal() && product.is_finite() && self.norm > 0.0 {
            let cosine = f64::from(product) / (self.norm * f64::from(squared).sqrt());
            return Some((1.0 - cosine.clamp(-1.0, 1.0)) as f32);
        }
        self.wide_cosine(vector)
    }

    #[cold]
    fn wide_cosine<S: Stored>(&self, vector: &[S]) -> Option<f32> {
        let norm = wide_sum_one(vector, |x| x * x).sqrt();
        if norm == 0.0 || self.norm == 0.0 {
            return None;
        }
        let product = wide_sum(self.vector, vector, |x, y| x * y);
        Some((1.0 - (product / norm / self.norm).clamp(-1.0, 1.0)) as f32)
    }
}

fn dot<S: Stored>(a: &[f32], b: &[S], ahead: &[u8]) -> f32 {
    let product = Kernels::active().real().dot(a, b, ahead);
    if product.is_finite() {
        return product;
    }
    wide_sum(a, b, |x, y| x * y) as f32
}

#[inline]
fn l2<S: Stored>(a: &[f32], b: &[S], ahead: &[u8]) -> f32 {
    let squared = Kernels::active().real().squared_l2(a, b, ahead);
    if squared.is_normal() {
        return squared.sqrt();
    }
    wide_sum(a, b, |x, y| (x - y) * (x - y)).sqrt() as f32
}

/// Length in `f64`, where no square of an `f32` overflows or vanishes.
fn wide_norm(vector: &[f32], stored: &[StoredF32]) -> f64 {
    let squared = Kernels::active().real().dot(vector, stored, &[]);
    if squared.is_normal() {
        return f64::from(squared).sqrt();
    }
    wide_sum_one(stored, |x| x * x).sqrt()
}

fn wide_sum_one<S: Stored>(vector: &[S], term: impl Fn(f64) -> f64) -> f64 {
    vector
        .iter()
        .map(|&value| term(f64::from(value.widen())))
        .sum()
}

#[cold]
fn wide_sum<S: Stored>(a: &[f32], b: &[S], term: impl Fn(f64, f64) -> f64) -> f64 {
    assert_eq!(a.len(), b.len(), "vectors of different dimensions");
    a.iter()
        .zip(b)
        .map(|(&x, &y)| term(f64::from(x), f64::from(y.widen())))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn textbook_values() {
        assert_eq!(distance(Metric::L2, &[1.0, 2.0], &[1.0, 2.0]), Some(0.0));
        assert_eq!(
            distance(Metric::Cosine, &[1.0, 0.0], &[0.0, 2.0]),
            Some(1.0)
        );
        assert_eq!(
            distance(Metric::Cosine, &[1.0, 0.0], &[-3.0, 0.0]),
            Some(2.0)
        );
        assert_eq!(l1(&[1.0, -2.0], &[-1.0, 2.0]), 6.0);
        assert_eq!(norm(&[3.0, 4.0]), 5.0);
    }

    #[test]
    fn a_zero_vector_has_no_cosine() {
        assert_eq!(distance(Metric::Cosine, &[0.0; 3], &[1.0; 3]), None);
        assert_eq!(distance(Metric::Cosine, &[1.0; 3], &[-0.0; 3]), None);
    }

    #[test]
    fn extremes_keep_their_order() {
        let (far, farther) = ([3e25f32, 0.0], [4e25f32, 0.0]);
        let zero = [0.0f32, 0.0];
        assert_eq!(distance(Metric::L2, &zero, &far), Some(3e25));
        assert_eq!(distance(Metric::L2, &zero, &farther), Some(4e25));
        let tiny = [1e-30f32, 0.0];
        assert_eq!(distance(Metric::L2, &zero, &tiny), Some(1e-30));
        assert_eq!(distance(Metric::Cosine, &tiny, &far), Some(0.0));
        assert_eq!(
            distance(Metric::Cosine, &[1e-30, 0.0], &[0.0, 1e30]),
            Some(1.0)
        );
    }

    #[test]
    fn stored_bytes_measure_like_floats() {
        let (a, b) = ([1.0f32, -2.5, 3.25], [0.5f32, 8.0, -1.0]);
        let mut bytes = vec![0xaa];
        bytes.extend(b.iter().flat_map(|value| value.to_le_bytes()));
        for metric in [Metric::L2, Metric::InnerProduct, Metric::Cosine] {
            let query = Query::new(metric, &a);
            assert_eq!(query.distance_le(&bytes[1..]), query.distance(&b));
        }
    }

    #[test]
    fn batches_are_rows_in_order() {
        let rows = [0.0, 0.0, 3.0, 4.0, 6.0, 8.0];
        let mut out = Vec::new();
        Query::new(Metric::L2, &[0.0, 0.0]).distances(&rows, &mut out);
        assert_eq!(out, [Some(0.0), Some(5.0), Some(10.0)]);
    }
}
