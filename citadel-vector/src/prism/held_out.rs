//! Calibrating a new segment by its own rows: each of a sample is withheld, and its neighbours are looked for.

use rayon::prelude::*;

use super::build::Source;
use super::config::BuildError;
use super::regime::{Estimate, Regime};
use super::scratch::Scratch;
use super::search::SearchParams;
use super::segment::Segment;
use crate::calibrate::{self, Answer, Ask, Calibration, Known, Subject};
use crate::metric::Metric;

/// Rows that are withheld at most.
const SAMPLE: usize = 400;
/// How far a query is moved from its row, in distances between the row and its nearest neighbour. Measured: queries that were
/// written by others than the rows were (short descriptions, where rows are long ones) find as many of their neighbours as rows
/// that were moved so far; rows that were not moved find more.
const SHIFT: f64 = 1.0;
/// Places looked at for a row that has no repeat.
const TRIES: usize = 16;

/// Measures a segment's recall.
pub(super) fn calibrate(
    segment: &Segment,
    source: &dyn Source,
    proceed: &(dyn Fn(usize, usize) -> Result<(), BuildError> + Sync),
) -> Result<Calibration, BuildError> {
    let mut held_out = HeldOut {
        positions: sample(segment),
        queries: Vec::new(),
        segment,
        source,
        proceed,
    };
    held_out.queries = (held_out.positions.par_iter())
        .map(|&position| held_out.query(position))
        .collect();
    calibrate::run(&held_out)
}

/// Rows spread evenly over the layout, and so over cells and localities. A row that repeats another is passed over: withholding
/// it would withhold its repeats.
fn sample(segment: &Segment) -> Vec<u32> {
    let rows = segment.shape.indexed;
    let count = SAMPLE.min(rows / 4);
    // Neighbours in the order of the sample are far from each other, so that its first ones are a sample too.
    let stride = (count * 5 / 8..).find(|stride| coprime(*stride, count));
    let stride = stride.unwrap_or(1).max(1);
    let place = |index: usize| (index * stride % count) * rows / count + rows / (2 * count);
    let single = |place: usize| {
        let candidates = (place..rows).take(TRIES).map(|place| place as u32);
        let mut candidates = candidates.filter(|&position| !is_repeated(segment, position));
        candidates.next()
    };
    (0..count)
        .filter_map(|index| single(place(index)))
        .collect()
}

fn coprime(a: usize, b: usize) -> bool {
    let (mut a, mut b) = (a, b);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a == 1
}

/// Has the row a neighbour with the same code?
fn is_repeated(segment: &Segment, position: u32) -> bool {
    let code = segment.matrix.row(position);
    let mut links = segment.graph.links(position).iter();
    links.any(|&link| segment.matrix.row(link) == code)
}

/// A segment and the vectors that it was built from.
struct HeldOut<'a> {
    positions: Vec<u32>,
    /// What is asked for the rows withheld.
    queries: Vec<Vec<f32>>,
    segment: &'a Segment,
    source: &'a dyn Source,
    proceed: &'a (dyn Fn(usize, usize) -> Result<(), BuildError> + Sync),
}

/// What a thread searches with.
struct Memory {
    scratch: Scratch,
    row: Vec<f32>,
}

impl HeldOut<'_> {
    /// Reads the vector at a position as it was coded.
    fn read(&self, position: u32, vector: &mut [f32]) {
        self.source
            .read_row(self.segment.rows.id(crate::Position(position)), vector);
    }

    /// The query for a withheld row: the row, moved in a random direction.
    fn query(&self, withheld: u32) -> Vec<f32> {
        let mut query = vec![0.0; self.segment.shape.dim];
        let mut row = query.clone();
        self.read(withheld, &mut query);
        let links = self.segment.graph.links(withheld).iter();
        let nearest = links
            .map(|&link| {
                self.read(link, &mut row);
                squared_distance(&query, &row)
            })
            .fold(f64::INFINITY, f64::min);
        if !nearest.is_finite() {
            return query;
        }
        let mut random = Random(u64::from(withheld));
        let direction: Vec<f64> = query.iter().map(|_| random.bell()).collect();
        let length = direction.iter().map(|value| value * value).sum::<f64>();
        let step = SHIFT * (nearest / length.max(f64::MIN_POSITIVE)).sqrt();
        for (value, direction) in query.iter_mut().zip(direction) {
            *value = (f64::from(*value) + step * direction) as f32;
        }
        if self.segment.shape.metric == Metric::Cosine {
            let length = query.iter().map(|&value| f64::from(value).powi(2));
            let length = length.sum::<f64>().sqrt();
            for value in &mut query {
                *value = (f64::from(*value) / length) as f32;
            }
        }
        query
    }

    /// Adds up in one order, so that the result is the same on every machine.
    fn distance(&self, a: &[f32], b: &[f32]) -> f64 {
        match self.segment.shape.metric {
            Metric::L2 => squared_distance(a, b),
            // Rows are as long as each other under cosine.
            Metric::InnerProduct | Metric::Cosine => {
                let products = a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b));
                -products.sum::<f64>()
            }
        }
    }
}

impl Subject for HeldOut<'_> {
    type Memory = Memory;
    type Error = BuildError;

    fn queries(&self) -> usize {
        self.positions.len()
    }

    fn rows(&self) -> usize {
        self.segment.shape.indexed
    }

    fn walks(&self, ef: usize) -> bool {
        let rows = self.segment.shape.indexed;
        Estimate::new(rows, rows, ef).regime == Regime::Walk
    }

    fn memory(&self) -> Memory {
        Memory {
            scratch: Scratch::new(),
            row: vec![0.0; self.segment.shape.dim],
        }
    }

    fn answer(&self, memory: &mut Memory, query: usize, ask: Ask, known: &mut Known) -> Answer {
        let Memory { scratch, row } = memory;
        let withheld = self.positions[query];
        let vector = &self.queries[query];
        let params = SearchParams { ef: ask.ef };
        // Only a query without a direction cannot be searched for, and no indexed row is one.
        let Ok(mut search) = self.segment.search(vector, None, params, scratch) else {
            return Answer::default();
        };
        search.withhold(withheld);
        // A scan meets the row all the same.
        let candidates = search.next(ask.candidates + 1).iter();
        let found: Vec<u32> = (candidates.map(|candidate| candidate.position.0))
            .filter(|&position| position != withheld)
            .take(ask.candidates)
            .collect();
        let visited = search.explain().visited;
        let distances = found.into_iter().map(|position| {
            *known.entry(position).or_insert_with(|| {
                self.read(position, row);
                self.distance(vector, row)
            })
        });
        Answer {
            distances: distances.collect(),
            visited,
        }
    }

    fn proceed(&self, done: usize, total: usize) -> Result<(), BuildError> {
        (self.proceed)(done, total)
    }
}

fn squared_distance(a: &[f32], b: &[f32]) -> f64 {
    let pairs = a.iter().zip(b);
    pairs
        .map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2))
        .sum()
}

/// Numbers that look random, the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut state = self.0;
        state = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ state >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^ state >> 31
    }

    /// About normal: the sum of four numbers around zero.
    fn bell(&mut self) -> f64 {
        let bits = self.next();
        let part = |at: u32| f64::from((bits >> (16 * at)) as u16) - 32_767.5;
        part(0) + part(1) + part(2) + part(3)
    }
}
