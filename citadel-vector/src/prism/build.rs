//! Building a segment: code, lay out, find neighbours, link.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::{Coarse, Held, Rows, Segment, Shape};
use crate::calibrate::Calibration;
use crate::filter::{Attribute, AttributeColumn};
use crate::metric::Metric;
use crate::quantize::{ScalarCodes, Spread, coded, pad_dim};

use super::config::{Build, BuildError, MAX_DIM, MAX_ROWS, Progress, Stage};
use super::connect;
use super::fingerprint::Fingerprint;
use super::graph::Graph;
use super::held_out;
use super::layout::{self, Repeats};
use super::matrix::{Matrix, Space};
use super::neighbors::Neighbors;
use super::precision::precise;
use super::prune::Pruner;
use super::refine::Refiner;

/// Rows handled between two looks at the cancel flag.
const BLOCK: usize = 1_024;
/// Components from which the scale of codes is fitted, about.
const FIT_SAMPLE: usize = 2_000_000;

/// Builds a segment.
pub(crate) fn run(build: Build<'_>) -> Result<Segment, BuildError> {
    check(&build)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(build.config.thread_count())
        .thread_name(|index| format!("citadel-build-{index}"))
        .build()
        .map_err(|error| BuildError::Threads(error.to_string()))?;
    pool.install(|| Builder { build: &build }.run())
}

fn check(build: &Build<'_>) -> Result<(), BuildError> {
    build.config.check()?;
    if !(1..=MAX_DIM).contains(&build.dim) {
        return Err(BuildError::Dimension(build.dim));
    }
    let total = build.rows.len() + build.undefined.len();
    if total > MAX_ROWS {
        return Err(BuildError::TooManyRows(total));
    }
    count("vectors", build.rows.len(), build.vectors.len())?;
    for attribute in &build.attributes {
        count("values of a filter column", total, attribute.column.len())?;
    }
    let mut ids: Vec<i64> = [build.rows, build.undefined].concat();
    for rows in [build.rows, build.undefined] {
        if let Some(pair) = rows.windows(2).find(|pair| pair[0] >= pair[1]) {
            return Err(BuildError::Order(pair[1]));
        }
    }
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(BuildError::Order(pair[1])),
        None => Ok(()),
    }
}

fn count(what: &'static str, expected: usize, found: usize) -> Result<(), BuildError> {
    if expected == found {
        Ok(())
    } else {
        Err(BuildError::Count {
            what,
            expected,
            found,
        })
    }
}

struct Builder<'b, 'a> {
    build: &'b Build<'a>,
}

impl Builder<'_, '_> {
    fn run(&self) -> Result<Segment, BuildError> {
        let build = self.build;
        let profile = self.profile()?;
        let codes = self.fit(profile.center);
        let Coded { mut matrix, beside } = self.encode(&codes, profile.longest)?;
        let locality = layout::by_locality(&matrix);
        let (order, attributes) = self.lay_out(&locality);
        let indexed = build.rows.len();
        let rows = Rows::new(&order, build.rows, build.undefined);

        matrix.reorder(&order[..indexed]);
        let lengths: Vec<i32> = (0..indexed as u32)
            .into_par_iter()
            .map(|position| matrix.squared_length(position))
            .collect();
        let beside = || order[..indexed].iter().map(|&row| beside[row as usize]);
        let extras = beside().map(|beside| beside.extra).collect();
        let residuals: Vec<f32> = beside().map(|beside| beside.residual).collect();
        let mut place = vec![0u32; indexed];
        for (position, &row) in order[..indexed].iter().enumerate() {
            place[row as usize] = position as u32;
        }
        let spatial: Vec<u32> = locality.iter().map(|&row| place[row as usize]).collect();
        let space = Space {
            matrix,
            lengths,
            extras,
        };
        let flat = build.config.is_flat();
        let (graph, entries) = if flat {
            (Graph::new(indexed, 1), Vec::new())
        } else {
            self.link(&space, &spatial)?
        };
        let coarse = if flat {
            None
        } else {
            let coarse = space.matrix.fit_coarse(coded(build.dim));
            precise(coarse, &space, &graph, coded(build.dim))
        };
        let longest = longest_codes(&space.lengths, &codes);
        let halves = match build.metric {
            Metric::L2 => (space.lengths.iter())
                .map(|&length| length as f32 * 0.5)
                .collect(),
            Metric::InnerProduct | Metric::Cosine => Vec::new(),
        };
        let segment = Segment {
            shape: Shape {
                metric: build.metric,
                dim: build.dim,
                indexed,
                undefined: build.undefined.len(),
            },
            column: build.column.to_owned(),
            generation: build.generation,
            config: build.config.pinned(),
            fingerprint: if flat { [0; 32] } else { self.fingerprint() },
            coarse: coarse.map(|coarse| {
                Coarse::new(coarse, &space.matrix, build.dim, &residuals, codes.scale)
            }),
            codes,
            matrix: Held::Resident(space.matrix),
            residuals,
            longest,
            halves,
            graph: Held::Resident(graph),
            entries,
            rows,
            attributes,
            calibration: Calibration::default(),
        };
        if flat {
            return Ok(segment);
        }
        let calibration = held_out::calibrate(&segment, self, &|done, total| {
            self.report(Stage::Calibrate, done, total)
        })?;
        Ok(Segment {
            calibration,
            ..segment
        })
    }

    fn proceed(&self, stage: Stage, done: usize) -> Result<(), BuildError> {
        self.report(stage, done, self.build.rows.len())
    }

    fn report(&self, stage: Stage, done: usize, total: usize) -> Result<(), BuildError> {
        if self.build.cancel.load(Ordering::Relaxed) {
            return Err(BuildError::Cancelled);
        }
        (self.build.progress)(Progress { stage, done, total });
        Ok(())
    }

    /// Reads a vector as it is coded: normalized under cosine.
    fn read(&self, row: usize, vector: &mut [f32]) -> Result<(), BuildError> {
        self.build.vectors.copy_to(row, vector);
        if self.build.metric == Metric::Cosine {
            let length = length(vector);
            if length == 0.0 {
                return Err(BuildError::Zero(self.build.rows[row]));
            }
            for value in vector {
                *value = (f64::from(*value) / length) as f32;
            }
        }
        Ok(())
    }

    /// Checks all vectors and finds their mean and the longest one.
    fn profile(&self) -> Result<Profile, BuildError> {
        let dim = self.build.dim;
        let rows = self.build.rows.len();
        let parts: Vec<(Vec<f64>, f64)> = (0..rows.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| {
                let mut sums = vec![0.0f64; dim];
                let mut longest = 0.0f64;
                let mut vector = vec![0.0; dim];
                for row in block * BLOCK..((block + 1) * BLOCK).min(rows) {
                    self.build.vectors.copy_to(row, &mut vector);
                    if vector.iter().any(|value| !value.is_finite()) {
                        return Err(BuildError::NotFinite(self.build.rows[row]));
                    }
                    self.read(row, &mut vector)?;
                    for (sum, &value) in sums.iter_mut().zip(&vector) {
                        *sum += f64::from(value);
                    }
                    longest = longest.max(length(&vector));
                }
                self.proceed(Stage::Code, 0)?;
                Ok((sums, longest))
            })
            .collect::<Result<_, _>>()?;
        let mut sums = vec![0.0f64; dim];
        let mut longest = 0.0f64;
        // Added up in the order of the blocks, so that rounding does not depend on the threads.
        for (part, length) in parts {
            sums.iter_mut()
                .zip(part)
                .for_each(|(sum, part)| *sum += part);
            longest = longest.max(length);
        }
        let center = sums
            .into_iter()
            .map(|sum| (sum / rows.max(1) as f64) as f32)
            .collect();
        Ok(Profile { center, longest })
    }

    /// Fits the codes to a sample of evenly spaced rows.
    fn fit(&self, center: Vec<f32>) -> ScalarCodes {
        let rows = self.build.rows.len();
        let step = (rows * self.build.dim).div_ceil(FIT_SAMPLE).max(1);
        let codes = ScalarCodes::new(center, 1.0);
        let mut magnitudes = Vec::new();
        let mut vector = vec![0.0; self.build.dim];
        let mut spread = Spread::default();
        for row in (0..rows).step_by(step) {
            // `profile` has read every row without an error.
            if self.read(row, &mut vector).is_ok() {
                codes.spread(&vector, &mut spread);
                magnitudes.extend(spread.magnitudes(self.build.dim));
            }
        }
        codes.fit(&mut magnitudes)
    }

    /// Codes all rows, in their given order.
    fn encode(&self, codes: &ScalarCodes, longest: f64) -> Result<Coded, BuildError> {
        let stride = pad_dim(self.build.dim);
        let mut matrix = Matrix::zeroed(self.build.rows.len(), stride);
        let mut beside = vec![Beside::default(); self.build.rows.len()];
        let done = AtomicUsize::new(0);
        matrix
            .bytes_mut()
            .par_chunks_mut(stride * BLOCK)
            .zip(beside.par_chunks_mut(BLOCK))
            .enumerate()
            .try_for_each(|(block, (bytes, beside))| {
                let mut vector = vec![0.0; self.build.dim];
                let mut spread = Spread::default();
                for (index, (bytes, beside)) in
                    bytes.chunks_exact_mut(stride).zip(&mut *beside).enumerate()
                {
                    self.read(block * BLOCK + index, &mut vector)?;
                    codes.spread(&vector, &mut spread);
                    beside.residual = codes.encode(&spread, bytes);
                    if self.build.metric == Metric::InnerProduct {
                        let length = length(&vector);
                        let missing = (longest * longest - length * length).max(0.0).sqrt();
                        beside.extra = (missing / f64::from(codes.scale)) as f32;
                    }
                }
                let done = done.fetch_add(beside.len(), Ordering::Relaxed) + beside.len();
                self.proceed(Stage::Code, done)
            })?;
        Ok(Coded { matrix, beside })
    }

    /// The order of all rows (given rows, then undefined ones, by index) and the filter columns in that order.
    fn lay_out(&self, locality: &[u32]) -> (Vec<u32>, Vec<Attribute>) {
        let indexed = self.build.rows.len();
        let total = indexed + self.build.undefined.len();
        let cells = layout::cells(&self.build.attributes, total);
        let mut order: Vec<u32> = locality.to_vec();
        order.extend(indexed as u32..total as u32);
        let (with_vector, without) = order.split_at_mut(indexed);
        with_vector.sort_by_key(|&row| cells[row as usize]);
        without.sort_by_key(|&row| cells[row as usize]);
        let attributes = (self.build.attributes.iter())
            .map(|attribute| Attribute {
                name: attribute.name.clone(),
                column: AttributeColumn::reordered(&attribute.column, &order),
            })
            .collect();
        (order, attributes)
    }

    /// Makes the graph. `spatial` is the positions in locality order.
    fn link(&self, space: &Space, spatial: &[u32]) -> Result<(Graph, Vec<u32>), BuildError> {
        let repeats = Repeats::of(&space.matrix);
        let representatives: Vec<u32> = (spatial.iter().copied())
            .filter(|&position| !repeats.is_repeat[position as usize])
            .collect();
        let entries = connect::entries(&representatives);
        let chosen = self.choose(space, &representatives)?;
        let mut graph = self.link_back(space, &chosen)?;
        drop(chosen);
        if representatives.len() > self.build.config.scope {
            connect::link_randomly(&mut graph, &representatives, self.build.config.seed);
            let chosen = self.choose_again(space, &graph, &entries, &representatives)?;
            drop(graph);
            graph = self.link_back(space, &chosen)?;
        }
        connect::chain_repeats(&mut graph, &repeats);
        connect::bridge(&mut graph, &entries, &representatives);
        connect::link_randomly(&mut graph, &representatives, self.build.config.seed);
        Ok((graph, entries))
    }

    /// The links that each representative chooses.
    fn choose(&self, space: &Space, representatives: &[u32]) -> Result<Graph, BuildError> {
        let config = &self.build.config;
        let neighbors = Neighbors::new(space, representatives, config.beam, config.scope);
        let done = AtomicUsize::new(0);
        let clusters = neighbors.for_each_cluster(|rows, nearest| {
            let mut pruner = Pruner::new(space, config.degree, config.alpha);
            let (mut near, mut chosen) = (Vec::new(), Vec::new());
            let mut links = Graph::new(rows.len(), config.degree);
            for (index, (&row, nearest)) in rows.iter().zip(nearest).enumerate() {
                nearest.positions(&mut near);
                pruner.choose(row, &near, config.beam, &mut chosen);
                links.set(index as u32, &chosen);
            }
            let done = done.fetch_add(rows.len(), Ordering::Relaxed) + rows.len();
            self.proceed(Stage::Neighbors, done)?;
            Ok(links)
        })?;
        drop(neighbors);
        Ok(self.gather(space, representatives, clusters))
    }

    /// The links that each representative chooses after walking a first graph.
    fn choose_again(
        &self,
        space: &Space,
        first: &Graph,
        entries: &[u32],
        representatives: &[u32],
    ) -> Result<Graph, BuildError> {
        let config = &self.build.config;
        let done = AtomicUsize::new(0);
        let blocks: Vec<Graph> = representatives
            .par_chunks(BLOCK)
            .map(|rows| {
                let mut refiner = Refiner::new(space, first, entries, config.walk_beam);
                let mut pruner = Pruner::new(space, config.degree, config.alpha);
                let (mut near, mut chosen) = (Vec::new(), Vec::new());
                let mut links = Graph::new(rows.len(), config.degree);
                for (index, &row) in rows.iter().enumerate() {
                    refiner.neighbors(row, &mut near);
                    pruner.choose(row, &near, config.walk_beam, &mut chosen);
                    links.set(index as u32, &chosen);
                }
                let done = done.fetch_add(rows.len(), Ordering::Relaxed) + rows.len();
                self.proceed(Stage::Refine, done)?;
                Ok(links)
            })
            .collect::<Result<_, BuildError>>()?;
        Ok(self.gather(space, representatives, blocks))
    }

    /// One graph, by position, of the links of stretches of representatives.
    fn gather(&self, space: &Space, representatives: &[u32], stretches: Vec<Graph>) -> Graph {
        let mut chosen = Graph::new(space.matrix.rows(), self.build.config.degree);
        let mut rows = representatives.iter();
        for links in stretches {
            for index in 0..links.rows() as u32 {
                if let Some(&row) = rows.next() {
                    chosen.set(row, links.links(index));
                }
            }
        }
        chosen
    }

    /// The graph with links in the other direction too, pruned again where they are too many, and room for a few more.
    fn link_back(&self, space: &Space, chosen: &Graph) -> Result<Graph, BuildError> {
        let back = Back::of(chosen);
        let config = &self.build.config;
        let room = config.degree + connect::EXTRA_LINKS;
        let mut graph = Graph::new(chosen.rows(), room);
        let done = AtomicUsize::new(0);
        graph
            .links_mut()
            .par_chunks_mut(BLOCK * room)
            .enumerate()
            .try_for_each(|(block, rooms)| {
                let mut pruner = Pruner::new(space, config.degree, config.alpha);
                let (mut all, mut candidates) = (Vec::new(), Vec::new());
                for (index, links) in rooms.chunks_exact_mut(room).enumerate() {
                    let row = (block * BLOCK + index) as u32;
                    all.clear();
                    all.extend_from_slice(chosen.links(row));
                    all.extend_from_slice(back.to(row));
                    all.sort_unstable();
                    all.dedup();
                    if all.len() > config.degree {
                        std::mem::swap(&mut all, &mut candidates);
                        pruner.choose(row, &candidates, 2 * config.beam, &mut all);
                    }
                    links[..all.len()].copy_from_slice(&all);
                }
                let rows = rooms.len() / room;
                let done = done.fetch_add(rows, Ordering::Relaxed) + rows;
                self.proceed(Stage::Link, done)
            })?;
        Ok(graph)
    }

    /// BLAKE3 over everything given that the segment's answers depend on.
    fn fingerprint(&self) -> [u8; 32] {
        let build = self.build;
        let mut fingerprint = Fingerprint::new();
        let mut bytes = Vec::with_capacity(build.dim * 4);
        let mut vector = vec![0.0; build.dim];
        for (index, row_id) in build.rows.iter().enumerate() {
            build.vectors.copy_to(index, &mut vector);
            bytes.clear();
            bytes.extend(vector.iter().flat_map(|value| value.to_le_bytes()));
            fingerprint.indexed(*row_id, &bytes);
        }
        for row_id in build.undefined {
            fingerprint.undefined(*row_id);
        }
        for attribute in &build.attributes {
            fingerprint.attribute(&attribute.name, &attribute.column);
        }
        fingerprint.finish()
    }
}

/// Where the vectors of rows are read, as they are coded.
pub(super) trait Source: Sync {
    /// Writes the vector of a row to `vector`, whose length is the dimension.
    fn read_row(&self, row_id: i64, vector: &mut [f32]);
}

impl Source for Builder<'_, '_> {
    fn read_row(&self, row_id: i64, vector: &mut [f32]) {
        // Every row of a segment is one of its build, and all of them have been read without an error.
        let read = (self.build.rows.binary_search(&row_id))
            .is_ok_and(|row| self.read(row, vector).is_ok());
        debug_assert!(read, "a row of the segment is not one of its build");
    }
}

/// Who links to each row.
struct Back {
    /// Where the rows of each begin, and the end of all.
    starts: Vec<u32>,
    from: Vec<u32>,
}

impl Back {
    fn of(graph: &Graph) -> Self {
        let rows = 0..graph.rows() as u32;
        let mut starts = vec![0u32; graph.rows() + 1];
        for &link in rows.clone().flat_map(|row| graph.links(row)) {
            starts[link as usize + 1] += 1;
        }
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        let mut ends = starts.clone();
        let mut from = vec![0; starts.last().map_or(0, |&all| all as usize)];
        for row in rows {
            for &link in graph.links(row) {
                let end = &mut ends[link as usize];
                from[*end as usize] = row;
                *end += 1;
            }
        }
        Self { starts, from }
    }

    fn to(&self, row: u32) -> &[u32] {
        let (start, end) = (self.starts[row as usize], self.starts[row as usize + 1]);
        &self.from[start as usize..end as usize]
    }
}

/// All rows in codes.
struct Coded {
    matrix: Matrix,
    beside: Vec<Beside>,
}

/// What is known of a row beside its codes.
#[derive(Clone, Copy, Default)]
struct Beside {
    /// How far the row is from what its codes stand for.
    residual: f32,
    /// The component that makes all rows equally long, in steps; zero but for inner product.
    extra: f32,
}

/// The length of the longest row of codes, in component units, rounded up.
fn longest_codes(lengths: &[i32], codes: &ScalarCodes) -> f32 {
    let squared = f64::from(lengths.iter().copied().max().unwrap_or(0));
    let longest = (squared.sqrt() * f64::from(codes.scale)) as f32;
    longest.next_up().min(f32::MAX)
}

/// What all vectors have in common.
struct Profile {
    center: Vec<f32>,
    longest: f64,
}

fn length(vector: &[f32]) -> f64 {
    vector
        .iter()
        .map(|&value| f64::from(value) * f64::from(value))
        .sum::<f64>()
        .sqrt()
}
