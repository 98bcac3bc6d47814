//! Vectors put into groups of near ones.

use std::sync::atomic::{AtomicBool, Ordering};

use super::codebook::prepare;
use super::kmeans::{Random, nearest, spread_centres};
use crate::metric::Metric;

/// Rounds of k-means.
const ROUNDS: usize = 12;
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// Centres, each of a group of vectors that are nearer to it than to the others.
///
/// For cosine, vectors are brought to unit length first.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use citadel_vector::{Clusters, Metric};
///
/// let vectors = [0.0, 0.1, 0.0, -0.1, 9.0, 0.0, 9.1, 0.0];
/// let clusters = Clusters::find(Metric::L2, 2, &vectors, 2, &AtomicBool::new(false)).unwrap();
/// assert_eq!(clusters.of(&[0.2, 0.0]), clusters.of(&[0.0, 0.0]));
/// assert_ne!(clusters.of(&[0.2, 0.0]), clusters.of(&[8.0, 1.0]));
/// ```
#[derive(Clone, Debug)]
pub struct Clusters {
    metric: Metric,
    dim: usize,
    centres: Vec<f32>,
}

impl Clusters {
    /// Finds at most `count` centres among row-major vectors, fewer only where there are fewer that differ; the same for the same input. `None`
    /// if no vector has a direction or length to learn from, or `cancel` is set.
    ///
    /// # Panics
    /// If the vectors are not a whole number of rows.
    pub fn find(
        metric: Metric,
        dim: usize,
        vectors: &[f32],
        count: usize,
        cancel: &AtomicBool,
    ) -> Option<Self> {
        assert!(
            dim > 0 && vectors.len().is_multiple_of(dim),
            "a whole number of rows"
        );
        let rows = vectors.chunks_exact(dim);
        let prepared: Vec<f32> = rows
            .flat_map(|vector| prepare(metric, vector).into_iter().flatten())
            .collect();
        if prepared.is_empty() || count == 0 {
            return None;
        }
        let random = &mut Random(SEED);
        let centres = spread_centres(&prepared, dim, count, ROUNDS, (random, cancel));
        (!cancel.load(Ordering::Relaxed)).then_some(Self {
            metric,
            dim,
            centres,
        })
    }

    /// Number of groups.
    #[must_use]
    pub fn count(&self) -> usize {
        self.centres.len() / self.dim
    }

    /// The group of a vector; `None` if it has no distance to anything.
    ///
    /// # Panics
    /// If the vector is of another dimension.
    #[must_use]
    pub fn of(&self, vector: &[f32]) -> Option<usize> {
        assert_eq!(vector.len(), self.dim, "a vector of the dimension");
        let vector = prepare(self.metric, vector)?;
        Some(nearest(&self.centres, &vector).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_vectors_are_of_one_group_whatever_their_order() {
        let near = |at: usize| {
            let angle = (at % 4) as f32 * 1.5 + (at as f32 * 0.01).sin() * 0.1;
            [
                angle.cos() * (1 + at % 7) as f32,
                angle.sin() * (1 + at % 7) as f32,
            ]
        };
        let vectors: Vec<f32> = (0..400).flat_map(near).collect();
        let never = AtomicBool::new(false);
        let clusters = Clusters::find(Metric::Cosine, 2, &vectors, 4, &never).unwrap();
        assert_eq!(clusters.count(), 4);
        for at in 0..400 {
            assert_eq!(clusters.of(&near(at)), clusters.of(&near(at % 4)), "{at}");
        }
        assert_eq!(clusters.of(&[0.0, 0.0]), None);
        assert!(Clusters::find(Metric::Cosine, 2, &[0.0; 8], 4, &never).is_none());
        let set = AtomicBool::new(true);
        assert!(Clusters::find(Metric::L2, 2, &vectors, 4, &set).is_none());
    }
}
