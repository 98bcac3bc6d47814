//! Promise: a filter that keeps no near row costs no recall.
//!
//! At the distance at which most rows are, many are as near to the query as codes are off. A search that ranked a fixed number of
//! rows by its finer codes, and measured a fixed number of those, missed up to half of the true neighbours.

use std::sync::atomic::AtomicBool;

use citadel_vector::{
    Build, BuildConfig, Metric, PositionSet, Query, RowMajor, Scratch, SearchParams, Segment, TopK,
};

/// Enough for four-bit codes to lead.
const DIM: usize = 128;
const ROWS: usize = 8_000;

/// Numbers that look like chance.
fn unit(state: &mut u64) -> f32 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 40) as f32 / (1 << 24) as f32
}

/// Rows of which a few directions tell most, as those of embeddings do.
fn vectors(rows: usize, seed: u64) -> Vec<f32> {
    let state = &mut 0x9e37_79b9_7f4a_7c15;
    let directions: Vec<f32> = (0..12 * DIM).map(|_| unit(state) - 0.5).collect();
    let state = &mut (seed * 2 + 1);
    let mut vectors = Vec::with_capacity(rows * DIM);
    for _ in 0..rows {
        let weights: Vec<f32> = (0..12).map(|_| unit(state) - 0.5).collect();
        vectors.extend((0..DIM).map(|at| {
            let along = weights.iter().zip(directions[at..].iter().step_by(DIM));
            along.map(|(weight, value)| weight * value).sum::<f32>() + 0.05 * unit(state)
        }));
    }
    vectors
}

#[test]
fn rows_beyond_a_distance_are_found_at_every_share() {
    let vectors = vectors(ROWS, 1);
    let row = |row: i64| &vectors[row as usize * DIM..][..DIM];
    let ids: Vec<i64> = (0..ROWS as i64).collect();
    for metric in [Metric::L2, Metric::Cosine, Metric::InnerProduct] {
        let segment = Segment::build(Build {
            metric,
            dim: DIM,
            config: BuildConfig::default(),
            column: "v",
            generation: 1,
            rows: &ids,
            vectors: &RowMajor::new(&vectors, DIM),
            undefined: &[],
            attributes: Vec::new(),
            progress: &|_| {},
            cancel: &AtomicBool::new(false),
        })
        .unwrap();
        for kept in [80, 400, 1_600, 4_000, 6_400] {
            for k in [10, 50] {
                let recall = recall(&segment, metric, row, kept, k);
                assert!(
                    recall >= 0.95,
                    "{metric:?}, {kept} of {ROWS}, {k}: {recall}"
                );
            }
        }
    }
}

/// The recall of the `k` nearest among the `kept` farthest rows.
fn recall<'v>(
    segment: &Segment,
    metric: Metric,
    row: impl Fn(i64) -> &'v [f32],
    kept: usize,
    k: usize,
) -> f64 {
    let queries = vectors(12, 77);
    let mut scratch = Scratch::new();
    let (mut found, mut wanted) = (0, 0);
    for vector in queries.chunks(DIM) {
        let query = Query::new(metric, vector);
        let distance = |id| query.distance(row(id)).unwrap();
        let mut sorted: Vec<(f32, i64)> = (0..ROWS as i64).map(|id| (distance(id), id)).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let far = &sorted[ROWS - kept..];
        let allowed: PositionSet = segment.positions_of(far.iter().map(|&(_, id)| id));
        let params = SearchParams::for_k(k);
        let mut search = segment
            .search(vector, Some(&allowed), params, &mut scratch)
            .unwrap();
        let mut top = TopK::new(k);
        for candidate in search.next(params.rerank(k)) {
            assert!(allowed.contains(candidate.position));
            top.push(Some(distance(candidate.row_id)), candidate.row_id);
        }
        let last = far[k - 1].0;
        let nearest: Vec<_> = top.drain_sorted().collect();
        assert_eq!(nearest.len(), k);
        wanted += k;
        found += nearest
            .iter()
            .filter(|row| row.distance <= Some(last))
            .count();
    }
    found as f64 / wanted as f64
}
