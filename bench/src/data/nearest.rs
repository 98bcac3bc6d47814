//! Exact nearest rows, on all cores.

use std::thread;

use citadel_vector::{Metric, Query, TopK};

use super::{DIM, distance};

/// Rows of a block: they stay in a core's cache while many queries are compared with them.
const BLOCK: usize = 512;
/// Queries that go over the rows together.
const TOGETHER: usize = 64;
/// Candidates by single precision, whose distances are then measured in double precision.
const SPARE: usize = 16;

/// The `k` nearest of the rows that pass, for each query: row and distance, ascending.
pub(crate) fn nearest(
    base: &[f32],
    queries: &[&[f32]],
    k: usize,
    passes: impl Fn(usize, usize) -> bool + Sync,
) -> Vec<Vec<(usize, f64)>> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = queries.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let workers: Vec<_> = queries
            .chunks(share)
            .enumerate()
            .map(|(at, part)| {
                let passes = &passes;
                scope.spawn(move || of_part(base, part, at * share, k, passes))
            })
            .collect();
        let join = |worker: thread::ScopedJoinHandle<'_, _>| worker.join().expect("no panic");
        workers.into_iter().flat_map(join).collect()
    })
}

fn of_part(
    base: &[f32],
    queries: &[&[f32]],
    first: usize,
    k: usize,
    passes: &(impl Fn(usize, usize) -> bool + Sync),
) -> Vec<Vec<(usize, f64)>> {
    let mut found = Vec::with_capacity(queries.len());
    let mut distances = Vec::with_capacity(BLOCK);
    for (group, together) in queries.chunks(TOGETHER).enumerate() {
        let mut nearest: Vec<TopK> = together.iter().map(|_| TopK::new(k + SPARE)).collect();
        for (block, rows) in base.chunks(BLOCK * DIM).enumerate() {
            for (at, (query, nearest)) in together.iter().zip(&mut nearest).enumerate() {
                let number = first + group * TOGETHER + at;
                distances.clear();
                Query::new(Metric::L2, query).distances(rows, &mut distances);
                for (at, distance) in distances.iter().enumerate() {
                    let row = block * BLOCK + at;
                    let bound = nearest.bound().and_then(|worst| worst.distance);
                    let is_near = bound.is_none_or(|bound| distance.is_some_and(|d| d < bound));
                    if is_near && passes(number, row) {
                        nearest.push(*distance, row as i64);
                    }
                }
            }
        }
        for (query, mut nearest) in together.iter().zip(nearest) {
            let rows = nearest.drain_sorted().map(|near| near.row_id as usize);
            let measure = |row: usize| (row, distance(&base[row * DIM..][..DIM], query));
            let mut measured: Vec<(usize, f64)> = rows.map(measure).collect();
            measured.sort_by(|a, b| a.1.total_cmp(&b.1));
            measured.truncate(k);
            found.push(measured);
        }
    }
    found
}
