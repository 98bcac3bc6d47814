//! Centres of lists, and typical parts of vectors: what all segments of a column share.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::kmeans::{Random, centres, nearest, sample};
use crate::metric::Metric;

/// Vectors per centre from which it is trained.
const SAMPLE_PER_CENTRE: usize = 64;
/// Typical parts: a code is a byte.
pub(super) const PARTS: usize = 256;

/// How a codebook is trained. All of it is part of the codebook's identity, by what it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrainConfig {
    /// Lists, 1 to 65,536; there are never more than vectors.
    pub lists: usize,
    /// Parts of a vector, each coded by a byte; 1 to the dimension.
    pub parts: usize,
    /// Whether codes are of what a vector is off its list's centre: more precise, and for L2 slower by a table for each list.
    pub residual: bool,
    /// Rounds of k-means.
    pub rounds: usize,
    /// Seed of samples and first centres.
    pub seed: u64,
}

impl TrainConfig {
    /// A choice for segments of so many rows: about four lists for each square root of them, and two bits a component.
    #[must_use]
    pub fn for_rows(rows: usize, dim: usize) -> Self {
        Self {
            lists: (4 * rows.isqrt())
                .clamp(1, 65_536)
                .min(rows.div_ceil(16).max(1)),
            parts: dim.div_ceil(4).max(1),
            residual: true,
            rounds: 10,
            seed: 0x9e37_79b9_7f4a_7c15,
        }
    }
}

/// A codebook cannot be trained.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrainError {
    /// There is no vector with a direction or length to learn from.
    #[error("there are no vectors to train a codebook from")]
    Empty,
    /// The configuration does not fit.
    #[error("{0}")]
    Config(&'static str),
    /// The caller asked to stop.
    #[error("the training was cancelled")]
    Cancelled,
}

/// Centres of lists and typical parts of vectors.
#[derive(Clone, Debug, PartialEq)]
pub struct Codebook {
    pub(super) metric: Metric,
    pub(super) dim: usize,
    pub(super) residual: bool,
    /// Row-major centres.
    pub(super) centres: Vec<f32>,
    /// For each part, [`PARTS`] typical ones, row-major; the last ones repeat the first where the sample was small.
    pub(super) typical: Vec<Vec<f32>>,
}

impl Codebook {
    /// Trains on row-major vectors, of which it takes a sample. Set `cancel` to make it end soon with [`TrainError::Cancelled`].
    ///
    /// # Errors
    /// [`TrainError`] if there is nothing to learn from, or the configuration does not fit.
    ///
    /// # Panics
    /// If the vectors are not a whole number of rows.
    pub fn train(
        metric: Metric,
        dim: usize,
        vectors: &[f32],
        config: TrainConfig,
        cancel: &AtomicBool,
    ) -> Result<Self, TrainError> {
        if dim == 0 || !(1..=dim).contains(&config.parts) {
            return Err(TrainError::Config("a vector has 1 to its dimension parts"));
        }
        if !(1..=65_536).contains(&config.lists) {
            return Err(TrainError::Config("there are 1 to 65,536 lists"));
        }
        assert!(vectors.len().is_multiple_of(dim), "a whole number of rows");
        let mut random = Random(config.seed);
        let wanted = config.lists.max(PARTS) * SAMPLE_PER_CENTRE;
        let mut rows = sample(vectors.len() / dim, wanted, &mut random);
        rows.sort_unstable();
        let mut prepared = Vec::with_capacity(rows.len() * dim);
        for row in rows {
            let vector = &vectors[row * dim..(row + 1) * dim];
            prepared.extend(prepare(metric, vector).into_iter().flatten());
        }
        if prepared.is_empty() {
            return Err(TrainError::Empty);
        }
        let coarse = centres(
            &prepared,
            dim,
            config.lists,
            config.rounds,
            (&mut random, cancel),
        );
        if config.residual {
            prepared.par_chunks_exact_mut(dim).for_each(|vector| {
                let (list, _) = nearest(&coarse, vector);
                for (component, centre) in vector.iter_mut().zip(&coarse[list * dim..]) {
                    *component -= centre;
                }
            });
        }
        let seeds: Vec<u64> = (0..config.parts).map(|_| random.next()).collect();
        let typical = seeds
            .into_par_iter()
            .enumerate()
            .map(|(part, seed)| {
                let range = part_range(dim, config.parts, part);
                let cut = prepared
                    .chunks_exact(dim)
                    .flat_map(|v| v[range.clone()].iter().copied());
                let cut: Vec<f32> = cut.collect();
                let width = range.len();
                let random = &mut Random(seed);
                let mut found = centres(&cut, width, PARTS, config.rounds, (random, cancel));
                let known = found.len();
                for at in known..PARTS * width {
                    found.push(found[at - known]);
                }
                found
            })
            .collect();
        if cancel.load(Ordering::Relaxed) {
            return Err(TrainError::Cancelled);
        }
        Ok(Self {
            metric,
            dim,
            residual: config.residual,
            centres: coarse,
            typical,
        })
    }

    /// How distances are measured.
    #[must_use]
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// Components of each vector.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Number of lists.
    #[must_use]
    pub fn lists(&self) -> usize {
        self.centres.len() / self.dim
    }

    /// Bytes of each code.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.typical.len()
    }

    /// BLAKE3 of its bytes, by which a segment names its codebook.
    #[must_use]
    pub fn id(&self) -> [u8; 32] {
        *blake3::hash(&self.encode()).as_bytes()
    }

    pub(super) fn centre(&self, list: usize) -> &[f32] {
        &self.centres[list * self.dim..(list + 1) * self.dim]
    }

    pub(super) fn part(&self, part: usize) -> Range<usize> {
        part_range(self.dim, self.typical.len(), part)
    }

    /// The list and the code of a vector; `None` if it has no distance to anything.
    pub(super) fn code(&self, vector: &[f32]) -> Option<(usize, Vec<u8>)> {
        let mut vector = prepare(self.metric, vector)?;
        let (list, _) = nearest(&self.centres, &vector);
        if self.residual {
            for (component, centre) in vector.iter_mut().zip(self.centre(list)) {
                *component -= centre;
            }
        }
        let code = (0..self.typical.len()).map(|part| {
            let (code, _) = nearest(&self.typical[part], &vector[self.part(part)]);
            code as u8
        });
        Some((list, code.collect()))
    }
}

/// The vector as lists and codes see it; `None` for a zero vector under cosine.
pub(super) fn prepare(metric: Metric, vector: &[f32]) -> Option<Vec<f32>> {
    if metric != Metric::Cosine {
        return Some(vector.to_vec());
    }
    let norm = vector
        .iter()
        .map(|c| f64::from(*c).powi(2))
        .sum::<f64>()
        .sqrt();
    (norm > 0.0).then(|| {
        vector
            .iter()
            .map(|c| (f64::from(*c) / norm) as f32)
            .collect()
    })
}

/// The components of a part: parts differ in width by one at most.
fn part_range(dim: usize, parts: usize, part: usize) -> Range<usize> {
    part * dim / parts..(part + 1) * dim / parts
}
