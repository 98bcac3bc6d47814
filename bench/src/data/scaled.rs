//! A larger data set made from the real one: each new vector is a random mix of two near neighbours and a little noise,
//! with the attributes of the nearer parent. It keeps the local dimension, which random vectors would not.
//!
//! Made once from a fixed seed and kept in the work folder, with the exact answers.

use std::f64::consts::TAU;
use std::fs;
use std::path::Path;

use half::f16;

use super::nearest::nearest;
use super::{Attributes, DIM, DataSet, Filter, files};
use crate::Result;
use crate::report::complain;

/// Queries that have exact answers.
const QUERIES: usize = 400;
/// Exact answers kept for each query.
const TRUTH: usize = 10;
/// Neighbours of a row that it is mixed with.
const NEAR: usize = 8;
/// Standard deviation of the noise on each component of a vector of length 1.
const NOISE: f64 = 0.005;
/// Changes with the recipe, so that no older file is taken.
const RECIPE: u32 = 1;

/// The real set grown to so many rows.
pub(super) fn scaled(real: DataSet, work: &Path, rows: usize) -> Result<DataSet> {
    fs::create_dir_all(work)?;
    let name = |what: &str| work.join(format!("scaled-{rows}-r{RECIPE}.{what}"));
    if !name("truth").exists() {
        complain(&format!("making {rows} rows, once"));
        let (base, parents) = grow(&real, rows);
        let bytes: Vec<u8> = base
            .iter()
            .flat_map(|v| f16::from_f32(*v).to_le_bytes())
            .collect();
        fs::write(name("vectors"), bytes)?;
        let bytes: Vec<u8> = parents.iter().flat_map(|p| p.to_le_bytes()).collect();
        fs::write(name("parents"), bytes)?;
        let mut grown = assemble(&real, files::vectors(&name("vectors"))?, &parents);
        let truths = answers(&grown);
        grown.truths = truths;
        // The last one, and whole: it says that all is there.
        files::write_floats(&name("part"), &grown.truths.concat())?;
        fs::rename(name("part"), name("truth"))?;
        return Ok(grown);
    }
    let parents: Vec<u32> = files::read(&name("parents"))?
        .chunks_exact(4)
        .map(|quad| u32::from_le_bytes([quad[0], quad[1], quad[2], quad[3]]))
        .collect();
    let mut grown = assemble(&real, files::vectors(&name("vectors"))?, &parents);
    let count = grown.queries.len() * TRUTH;
    let truths = files::floats(&name("truth"), count * grown.truths.len())?;
    for (at, truth) in truths.chunks_exact(count).enumerate() {
        grown.truths[at] = truth.to_vec();
    }
    Ok(grown)
}

fn assemble(real: &DataSet, base: Vec<f32>, parents: &[u32]) -> DataSet {
    let attributes = parents
        .iter()
        .map(|parent| real.attributes[*parent as usize].clone())
        .collect::<Vec<Attributes>>();
    DataSet {
        base,
        attributes,
        queries: real.queries.iter().take(QUERIES).cloned().collect(),
        truths: Default::default(),
        depth: TRUTH,
    }
}

/// The vectors, and the row of the real set that each has its attributes from.
fn grow(real: &DataSet, rows: usize) -> (Vec<f32>, Vec<u32>) {
    let all: Vec<&[f32]> = real.base.chunks_exact(DIM).collect();
    // Itself and exact repeats are no neighbours to mix with.
    let neighbours: Vec<Vec<usize>> = nearest(&real.base, &all, NEAR * 4, |_, _| true)
        .into_iter()
        .map(|near| {
            let others = near.into_iter().filter(|(_, distance)| *distance > 1e-3);
            others.map(|(row, _)| row).take(NEAR).collect()
        })
        .collect();
    let mut random = Random(0x0c17_ade1);
    let mut base = real.base.clone();
    let mut parents: Vec<u32> = (0..real.rows() as u32).collect();
    base.reserve_exact((rows - real.rows()) * DIM);
    while parents.len() < rows {
        let one = random.below(real.rows());
        let Some(near) = neighbours[one].get(random.below(NEAR)) else {
            continue;
        };
        let part = random.unit();
        let mixed: Vec<f64> = real
            .vector(one)
            .iter()
            .zip(real.vector(*near))
            .map(|(a, b)| f64::from(*a) * (1.0 - part) + f64::from(*b) * part)
            .map(|value| value + NOISE * random.gauss())
            .collect();
        let norm = mixed.iter().map(|v| v * v).sum::<f64>().sqrt();
        base.extend(mixed.iter().map(|v| (v / norm) as f32));
        parents.push(if part < 0.5 { one } else { *near } as u32);
    }
    (base, parents)
}

/// Distances of the nearest rows for each filter and query; infinity where there is none.
fn answers(grown: &DataSet) -> [Vec<f32>; 4] {
    let queries: Vec<&[f32]> = grown.queries.iter().map(|q| q.vector.as_slice()).collect();
    Filter::STORED.map(|filter| {
        let passes =
            |query: usize, row: usize| filter.passes(&grown.attributes[row], &grown.queries[query]);
        nearest(&grown.base, &queries, TRUTH, passes)
            .into_iter()
            .flat_map(|near| {
                let mut distances: Vec<f32> = near.iter().map(|(_, d)| *d as f32).collect();
                distances.resize(TRUTH, f32::INFINITY);
                distances
            })
            .collect()
    })
}

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.next()) * limit as u128) >> 64) as usize
    }

    /// In [0, 1).
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Normally distributed (Box and Muller).
    fn gauss(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (TAU * self.unit()).cos()
    }
}
