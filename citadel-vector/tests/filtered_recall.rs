//! Promise: a filter costs no recall and no rows, whatever share of the rows it lets through and however it goes with the
//! distances; and a filter column of one value for each row costs only its bytes.

use std::collections::HashSet;
use std::sync::atomic::AtomicBool;

use citadel_vector::{
    Attribute, AttributeColumn, AttributeValue, Build, BuildConfig, Metric, Neighbor, Position,
    PositionSet, Predicate, RowMajor, Scratch, SearchParams, Segment, TopK, distance,
};

const DIM: usize = 16;
const ROWS: usize = 6_000;
const K: usize = 10;

/// Numbers that look like chance.
fn unit(state: &mut u64) -> f32 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 40) as f32 / (1 << 24) as f32
}

/// Rows around thirty centres.
fn vectors(rows: usize, seed: u64) -> Vec<f32> {
    let state = &mut 0x9e37_79b9_7f4a_7c15;
    let centres: Vec<f32> = (0..30 * DIM).map(|_| unit(state) - 0.5).collect();
    let state = &mut (seed * 2 + 1);
    let mut vectors = Vec::with_capacity(rows * DIM);
    for _ in 0..rows {
        let centre = (unit(state) * 30.0) as usize % 30;
        vectors.extend((0..DIM).map(|at| centres[centre * DIM + at] + (unit(state) - 0.5) * 0.6));
    }
    vectors
}

fn build(vectors: &[f32], attributes: Vec<Attribute>) -> Segment {
    let rows: Vec<i64> = (0..(vectors.len() / DIM) as i64).collect();
    Segment::build(Build {
        metric: Metric::L2,
        dim: DIM,
        config: BuildConfig::default(),
        column: "v",
        generation: 1,
        rows: &rows,
        vectors: &RowMajor::new(vectors, DIM),
        undefined: &[],
        attributes,
        progress: &|_| {},
        cancel: &AtomicBool::new(false),
    })
    .unwrap()
}

struct Rows<'a> {
    vectors: &'a [f32],
    segment: Segment,
}

impl Rows<'_> {
    fn distance(&self, query: &[f32], row: i64) -> f32 {
        let at = row as usize * DIM;
        distance(Metric::L2, query, &self.vectors[at..at + DIM]).unwrap()
    }

    /// All rows, nearest first.
    fn by_distance(&self, query: &[f32]) -> Vec<i64> {
        let mut rows: Vec<i64> = (0..(self.vectors.len() / DIM) as i64).collect();
        rows.sort_by(|&a, &b| self.distance(query, a).total_cmp(&self.distance(query, b)));
        rows
    }

    /// The nearest of some rows as a search with rerank gives them.
    fn nearest(&self, query: &[f32], allowed: Option<&PositionSet>) -> Vec<i64> {
        let params = SearchParams::for_k(K);
        let mut scratch = Scratch::new();
        let mut search = self
            .segment
            .search(query, allowed, params, &mut scratch)
            .unwrap();
        let mut top = TopK::new(K);
        for candidate in search.next(params.rerank(K)) {
            let distance = self.distance(query, candidate.row_id);
            top.push(Some(distance), candidate.row_id);
        }
        top.drain_sorted()
            .map(|Neighbor { row_id, .. }| row_id)
            .collect()
    }
}

#[test]
fn filters_of_any_share_and_any_correlation() {
    let vectors = vectors(ROWS, 1);
    let rows = Rows {
        vectors: &vectors,
        segment: build(&vectors, Vec::new()),
    };
    let queries = self::vectors(20, 77);
    let mut missed = Vec::new();
    // In rows of 10,000: from one in ten thousand to all.
    for share in [1, 10, 50, 100, 300, 1_000, 2_500, 5_000, 9_000, 10_000] {
        let matching = (ROWS * share / 10_000).max(1);
        for correlation in ["independent", "near", "far"] {
            let (mut found, mut wanted) = (0, 0);
            for (at, query) in queries.chunks(DIM).enumerate() {
                let sorted = rows.by_distance(query);
                let allowed: Vec<i64> = match correlation {
                    "near" => sorted[..matching].to_vec(),
                    // The farther, the more of them.
                    "far" => {
                        let (state, most) = (&mut (at as u64 + 9), 2.0 * share as f32 / 10_000.0);
                        let is_taken = |(rank, _): &(usize, &i64)| {
                            unit(state) < most * *rank as f32 / ROWS as f32
                        };
                        let taken = sorted.iter().enumerate().filter(is_taken);
                        taken.map(|(_, &row)| row).collect()
                    }
                    _ => {
                        let step = (0..ROWS).map(|row| (row * 3_571 + at * 17) % ROWS);
                        step.take(matching).map(|row| row as i64).collect()
                    }
                };
                let set = rows.segment.positions_of(allowed.iter().copied());
                assert_eq!(set.len(), allowed.len());
                let allowed: HashSet<i64> = allowed.into_iter().collect();
                let exact: Vec<i64> = sorted
                    .into_iter()
                    .filter(|row| allowed.contains(row))
                    .take(K)
                    .collect();
                let nearest = rows.nearest(query, Some(&set));
                assert_eq!(nearest.len(), exact.len(), "{correlation} {share}");
                wanted += exact.len();
                found += nearest.iter().filter(|row| exact.contains(row)).count();
            }
            let recall = found as f64 / wanted as f64;
            if recall < 0.95 {
                missed.push(format!("{correlation}, {share} of 10,000: {recall:.3}"));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn one_value_for_each_row_costs_its_bytes_and_nothing_else() {
    let vectors = vectors(ROWS, 3);
    let bare = build(&vectors, Vec::new());
    let bare_bytes = bare.bytes_in_memory();
    let columns: [fn(usize) -> AttributeValue; 3] = [
        |row| AttributeValue::Integer((row as i64).wrapping_mul(0x1234_5678_9abc)),
        |row| AttributeValue::Real(row as f64 / 3.0),
        |row| AttributeValue::Bytes(format!("document number {row:06}").into_bytes()),
    ];
    let value_bytes = [8, 8, 22];
    let plain = Rows {
        vectors: &vectors,
        segment: bare,
    };
    for (value, value_bytes) in columns.into_iter().zip(value_bytes) {
        let column = AttributeColumn::from_values((0..ROWS).map(value)).unwrap();
        let attribute = Attribute {
            name: "a".into(),
            column,
        };
        let filtered = Rows {
            vectors: &vectors,
            segment: build(&vectors, vec![attribute]),
        };
        let more = filtered.segment.bytes_in_memory() - bare_bytes;
        assert!(more <= ROWS * (value_bytes + 14), "{more} bytes");
        for query in self::vectors(8, 5).chunks(DIM) {
            assert_eq!(filtered.nearest(query, None), plain.nearest(query, None));
        }
        for row in [0, 17, ROWS - 1] {
            let one = filtered
                .segment
                .matching(&Predicate::Eq(0, value(row)))
                .unwrap();
            let rows: Vec<Position> = one.iter().collect();
            assert_eq!(rows, [filtered.segment.position_of(row as i64).unwrap()]);
        }
    }
}
