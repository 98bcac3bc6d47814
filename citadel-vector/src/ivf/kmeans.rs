//! Centres of a sample: k-means, the same for a seed whatever the number of threads.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use crate::kernel::{Kernels, StoredF32, stored};

/// A generator that is the same everywhere (splitmix64).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut state = self.0;
        state = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ state >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^ state >> 31
    }

    /// From 0 to less than 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

/// Some of the numbers below `count`, each once, in random order.
pub(super) fn sample(count: usize, wanted: usize, random: &mut Random) -> Vec<usize> {
    let mut all: Vec<usize> = (0..count).collect();
    let wanted = wanted.min(count);
    for at in 0..wanted {
        let other = at + random.below(count - at);
        all.swap(at, other);
    }
    all.truncate(wanted);
    all
}

pub(super) fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    Kernels::active()
        .real::<StoredF32>()
        .squared_l2(a, stored(b), &[])
}

/// The centre nearest to a vector, and the squared distance to it.
pub(super) fn nearest(centres: &[f32], vector: &[f32]) -> (usize, f32) {
    let distances = centres
        .chunks_exact(vector.len())
        .map(|centre| squared_distance(vector, centre));
    let mut best = (0, f32::INFINITY);
    for (at, distance) in distances.enumerate() {
        if distance < best.1 {
            best = (at, distance);
        }
    }
    best
}

/// At most `count` centres of row-major vectors. There are fewer only if there are fewer vectors. Once `cancel` is set, they are any.
pub(super) fn centres(
    vectors: &[f32],
    dim: usize,
    count: usize,
    rounds: usize,
    (random, cancel): (&mut Random, &AtomicBool),
) -> Vec<f32> {
    let row = |at: usize| &vectors[at * dim..(at + 1) * dim];
    let first = sample(vectors.len() / dim, count, random);
    let first = first.into_iter().flat_map(|at| row(at).iter().copied());
    refined(vectors, dim, first.collect(), rounds, cancel)
}

/// The same, from first centres that lie apart (k-means++: Arthur and Vassilvitskii, 2007): a clump of vectors hardly gets two of them while
/// another has none. There are fewer as well where vectors repeat.
pub(super) fn spread_centres(
    vectors: &[f32],
    dim: usize,
    count: usize,
    rounds: usize,
    (random, cancel): (&mut Random, &AtomicBool),
) -> Vec<f32> {
    let rows = vectors.len() / dim;
    let row = |at: usize| &vectors[at * dim..(at + 1) * dim];
    let mut first = row(random.below(rows)).to_vec();
    let mut apart = vec![f32::INFINITY; rows];
    while first.len() < count * dim && !cancel.load(Ordering::Relaxed) {
        let last = &first[first.len() - dim..];
        apart
            .par_iter_mut()
            .zip(vectors.par_chunks_exact(dim))
            .for_each(|(known, vector)| *known = known.min(squared_distance(vector, last)));
        let total: f64 = apart.iter().copied().map(f64::from).sum();
        let mut left = random.share() * total;
        let chosen = apart.iter().position(|distance| {
            left -= f64::from(*distance);
            left < 0.0
        });
        match chosen {
            Some(chosen) => first.extend(row(chosen)),
            // Each is a centre already.
            None => break,
        }
    }
    refined(vectors, dim, first, rounds, cancel)
}

/// Centres after some rounds.
fn refined(
    vectors: &[f32],
    dim: usize,
    mut centres: Vec<f32>,
    rounds: usize,
    cancel: &AtomicBool,
) -> Vec<f32> {
    let rows = vectors.len() / dim;
    let row = |at: usize| &vectors[at * dim..(at + 1) * dim];
    let count = centres.len() / dim;
    for _ in 0..rounds {
        let assigned: Vec<(usize, f32)> = vectors
            .par_chunks_exact(dim)
            .map(|vector| match cancel.load(Ordering::Relaxed) {
                false => nearest(&centres, vector),
                true => (0, 0.0),
            })
            .collect();
        if cancel.load(Ordering::Relaxed) {
            break;
        }
        let mut sums = vec![0.0f64; centres.len()];
        let mut sizes = vec![0u32; count];
        for (at, (centre, _)) in assigned.iter().enumerate() {
            sizes[*centre] += 1;
            for (sum, component) in sums[centre * dim..].iter_mut().zip(row(at)) {
                *sum += f64::from(*component);
            }
        }
        // An empty centre takes the place of the vector that is worst served.
        let mut worst: Vec<usize> = Vec::new();
        if sizes.contains(&0) {
            worst = (0..rows).collect();
            worst.sort_by(|a, b| assigned[*a].1.total_cmp(&assigned[*b].1).then(a.cmp(b)));
        }
        for (centre, size) in sizes.iter().enumerate() {
            let place = &mut centres[centre * dim..(centre + 1) * dim];
            match (size, worst.len()) {
                (0, 0) => {}
                (0, _) => place.copy_from_slice(row(worst.pop().unwrap_or(0))),
                (size, _) => {
                    let sums = &sums[centre * dim..];
                    for (component, sum) in place.iter_mut().zip(sums) {
                        *component = (sum / f64::from(*size)) as f32;
                    }
                }
            }
        }
    }
    centres
}
