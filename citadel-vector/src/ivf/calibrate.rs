//! How many lists and candidates a search needs, measured against exact answers when the segment is built.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::kmeans::{Random, sample};
use super::segment::IvfSegment;
use crate::metric::Query;
use crate::top_k::TopK;

/// The share of the ten nearest rows that searches should find, on average.
const RECALL: f64 = 0.97;
const QUERIES: usize = 64;
const NEAREST: usize = 10;
/// Candidates for each wanted row, the cheapest first.
const RERANK: [u32; 5] = [4, 8, 16, 32, 64];

/// Sets the effort of a segment: the least that finds enough, of rows of its own as queries (without these rows themselves).
/// Once `cancel` is set, it is any.
pub(super) fn run(segment: &mut IvfSegment, ids: &[i64], vectors: &[f32], cancel: &AtomicBool) {
    let dim = segment.dim();
    let mut random = Random(ids.len() as u64);
    let rows = sample(ids.len(), QUERIES, &mut random);
    let vector = |row: usize| &vectors[row * dim..(row + 1) * dim];
    let exact: Vec<Vec<i64>> = rows
        .par_iter()
        .map(|&row| match cancel.load(Ordering::Relaxed) {
            false => nearest(segment, ids, vectors, vector(row), ids[row]),
            true => Vec::new(),
        })
        .collect();
    let lists = segment.codebook.lists() as u32;
    let all: usize = exact.iter().map(Vec::len).sum();
    let recall = |segment: &IvfSegment| {
        let hits = rows.par_iter().zip(&exact).map(|(&row, exact)| {
            let found = segment.search(vector(row), NEAREST + 1, None);
            let found = found.unwrap_or_default();
            exact
                .iter()
                .filter(|id| found.iter().any(|found| found.row_id == **id))
                .count()
        });
        hits.sum::<usize>() as f64 / all.max(1) as f64
    };
    // With as many candidates as there may be, the lists alone decide; then with these lists, the candidates.
    segment.rerank = RERANK[RERANK.len() - 1];
    segment.probes = 1;
    while segment.probes < lists && !cancel.load(Ordering::Relaxed) && recall(segment) < RECALL {
        segment.probes = (segment.probes * 2).min(lists);
    }
    let reached = recall(segment);
    for rerank in RERANK {
        if cancel.load(Ordering::Relaxed) {
            return;
        }
        segment.rerank = rerank;
        if recall(segment) >= RECALL.min(reached) - 0.005 {
            return;
        }
    }
}

/// The nearest rows to a row's vector, without the row itself.
fn nearest(
    segment: &IvfSegment,
    ids: &[i64],
    vectors: &[f32],
    query: &[f32],
    itself: i64,
) -> Vec<i64> {
    let query = Query::new(segment.metric(), query);
    let mut top = TopK::new(NEAREST);
    for (id, vector) in ids.iter().zip(vectors.chunks_exact(segment.dim())) {
        if *id != itself {
            top.push(query.distance(vector), *id);
        }
    }
    top.drain_sorted().map(|neighbor| neighbor.row_id).collect()
}
