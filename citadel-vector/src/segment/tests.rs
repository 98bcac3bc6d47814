//! Segments end to end: against the exact answer, through bytes, at every edge.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::atomic::AtomicBool;

use crate::*;

mod bytes;
mod paged;

use bytes::reload;

/// Numbers that look random, the same in every run.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut state = self.0;
        state = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ state >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^ state >> 31
    }

    fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }
}

/// Rows in clusters, with a few filter columns.
struct Table {
    metric: Metric,
    dim: usize,
    ids: Vec<i64>,
    vectors: Vec<f32>,
    undefined: Vec<i64>,
    values: Vec<[AttributeValue; 3]>,
}

impl Table {
    fn new(metric: Metric, dim: usize, rows: usize, undefined: usize) -> Self {
        let mut noise = Noise(rows as u64);
        let centers: Vec<f32> = (0..20 * dim).map(|_| noise.unit()).collect();
        let mut vectors = Vec::with_capacity(rows * dim);
        for _ in 0..rows {
            let center = noise.next() as usize % 20;
            let length = 0.5 + noise.unit();
            vectors.extend((0..dim).map(|at| {
                length * (centers[center * dim + at] - 0.5 + 0.3 * (noise.unit() - 0.5))
            }));
        }
        let values = (0..rows + undefined)
            .map(|row| {
                let number = noise.next() % 1_000;
                [
                    AttributeValue::Bytes(vec![b'a' + (number % 7) as u8]),
                    if row % 11 == 0 {
                        AttributeValue::Null
                    } else {
                        AttributeValue::Integer(number as i64)
                    },
                    // One value for each row: it must not break the layout into cells.
                    AttributeValue::Real(row as f64 * 0.5),
                ]
            })
            .collect();
        Self {
            metric,
            dim,
            ids: (0..rows as i64).map(|row| row * 3 - 40).collect(),
            vectors,
            undefined: (0..undefined as i64).map(|row| row * 3 - 39).collect(),
            values,
        }
    }

    /// The fingerprint of a segment over this table's vectors, with the last component of one row moved by `shift`.
    fn fingerprint_of(&self, segment: &Segment, shift: f32) -> [u8; 32] {
        let mut vectors = self.vectors.clone();
        *vectors.last_mut().unwrap() += shift;
        let fetched = segment.fingerprint_with(|row_id, out| {
            let at = self.ids.binary_search(&row_id).map_err(|_| "no such row")?;
            let vector = &vectors[at * self.dim..(at + 1) * self.dim];
            out.extend(vector.iter().flat_map(|value| value.to_le_bytes()));
            Ok::<(), &str>(())
        });
        fetched.unwrap()
    }

    fn build_with(&self, config: BuildConfig) -> Result<Segment, BuildError> {
        let attribute = |index: usize| Attribute {
            name: format!("filter {index}"),
            column: AttributeColumn::from_values(
                self.values.iter().map(|values| values[index].clone()),
            )
            .unwrap(),
        };
        Segment::build(Build {
            metric: self.metric,
            dim: self.dim,
            config,
            column: "embedding",
            generation: 7,
            rows: &self.ids,
            vectors: &RowMajor::new(&self.vectors, self.dim),
            undefined: &self.undefined,
            attributes: (0..3).map(attribute).collect(),
            progress: &|_| {},
            cancel: &AtomicBool::new(false),
        })
    }

    fn build(&self) -> Segment {
        self.build_with(BuildConfig::default()).unwrap()
    }

    fn vector(&self, row_id: i64) -> &[f32] {
        let row = self.ids.binary_search(&row_id).unwrap();
        &self.vectors[row * self.dim..][..self.dim]
    }

    fn exact(
        &self,
        segment: &Segment,
        query: &[f32],
        allowed: &PositionSet,
        k: usize,
    ) -> Vec<Neighbor> {
        let mut top = TopK::new(k);
        for position in allowed
            .iter()
            .filter(|position| (position.0 as usize) < segment.indexed_len())
        {
            let row_id = segment.row_id(position);
            top.push(distance(self.metric, query, self.vector(row_id)), row_id);
        }
        top.drain_sorted().collect()
    }

    /// Share of the exact neighbours that a search with rerank finds, over some queries.
    fn recall(&self, segment: &Segment, predicate: &Predicate, params: SearchParams) -> f64 {
        let (k, queries) = (10, 30);
        let allowed = segment.matching(predicate).unwrap();
        let mut scratch = Scratch::new();
        let (mut hits, mut wanted) = (0, 0);
        for query in 0..queries {
            let query = self.vector(self.ids[query * 97 % self.ids.len()]).to_vec();
            let exact = self.exact(segment, &query, &allowed, k);
            let mut top = TopK::new(k);
            let mut search = segment
                .search(&query, Some(&allowed), params, &mut scratch)
                .unwrap();
            for candidate in search.next(params.rerank(k)) {
                top.push(
                    distance(self.metric, &query, self.vector(candidate.row_id)),
                    candidate.row_id,
                );
            }
            let found: Vec<Neighbor> = top.drain_sorted().collect();
            assert_eq!(found.len(), exact.len(), "as many rows as there are");
            wanted += exact.len();
            hits += found.iter().filter(|row| exact.contains(row)).count();
        }
        hits as f64 / wanted.max(1) as f64
    }
}

/// All candidates of a search, in batches.
fn drain(mut search: Search<'_>, batch: usize) -> Vec<i64> {
    let mut found = Vec::new();
    loop {
        let candidates = search.next(batch);
        if candidates.is_empty() {
            return found;
        }
        assert!(
            candidates.is_sorted_by(|a, b| a.approx <= b.approx),
            "a batch is in order"
        );
        found.extend(candidates.iter().map(|candidate| candidate.row_id));
    }
}

const METRICS: [Metric; 3] = [Metric::L2, Metric::InnerProduct, Metric::Cosine];

fn low_effort() -> SearchParams {
    SearchParams { ef: 8 }
}

#[test]
fn walks_find_the_true_neighbours() {
    for metric in METRICS {
        let table = Table::new(metric, 24, 6_000, 30);
        let segment = table.build();
        let params = SearchParams { ef: 24 };
        let mut scratch = Scratch::new();
        let walk = segment
            .search(table.vector(-40), None, params, &mut scratch)
            .unwrap();
        assert_eq!(walk.explain().regime, Regime::Walk);
        let recall = table.recall(&segment, &Predicate::True, params);
        assert!(recall >= 0.95, "{metric:?}: {recall}");
    }
}

#[test]
fn segments_larger_than_the_scope_lose_no_recall() {
    let table = Table::new(Metric::L2, 24, 6_000, 0);
    let config = BuildConfig {
        scope: 1_000,
        ..BuildConfig::default()
    };
    let segment = table.build_with(config).unwrap();
    let recall = table.recall(&segment, &Predicate::True, SearchParams { ef: 24 });
    assert!(recall >= 0.95, "{recall}");
}

#[test]
fn filters_lose_no_recall_at_any_selectivity() {
    let table = Table::new(Metric::L2, 16, 6_000, 50);
    let segment = table.build();
    for share in [0, 1, 5, 20, 100, 300, 600, 950] {
        let predicate = Predicate::Range {
            column: 1,
            lower: Bound::Unbounded,
            upper: Bound::Excluded(AttributeValue::Integer(share)),
        };
        let recall = table.recall(&segment, &predicate, SearchParams { ef: 20 });
        assert!(share == 0 || recall >= 0.95, "{share}: {recall}");
    }
    let one = Predicate::Eq(2, AttributeValue::Real(700.0));
    assert_eq!(segment.matching(&one).unwrap().len(), 1);
    assert_eq!(table.recall(&segment, &one, low_effort()), 1.0);
}

#[test]
fn bounds_leave_out_no_neighbour() {
    for metric in METRICS {
        for dim in [5, 24, 96] {
            let table = Table::new(metric, dim, 2_000, 20);
            let segment = table.build();
            let mut scratch = Scratch::new();
            for (at, k) in [(3, 1), (50, 10), (77, 200), (90, 5_000)] {
                let query = table.vector(table.ids[at]).to_vec();
                let most = Predicate::Not(Box::new(Predicate::IsNull(1)));
                for predicate in [Predicate::True, most] {
                    let allowed = segment.matching(&predicate).unwrap();
                    let exact = table.exact(&segment, &query, &allowed, k);
                    let bounded = segment
                        .bounded(&query, Some(&allowed), k, &mut scratch)
                        .unwrap();
                    assert!(bounded.is_sorted_by(|a, b| a.at_least <= b.at_least));
                    let mut top = TopK::new(k);
                    let mut measured = 0;
                    for row in bounded {
                        let beyond = |worst: Neighbor| worst.distance < Some(row.at_least);
                        if top.bound().is_some_and(beyond) {
                            break;
                        }
                        let distance = distance(metric, &query, table.vector(row.row_id));
                        assert!(distance >= Some(row.at_least), "{metric:?} {row:?}");
                        top.push(distance, row.row_id);
                        measured += 1;
                    }
                    let found: Vec<Neighbor> = top.drain_sorted().collect();
                    assert_eq!(found, exact, "{metric:?}, {dim}, {k}");
                    assert!(k > 10 || measured < 500, "{metric:?}, {dim}: {measured}");
                }
            }
        }
    }
}

#[test]
fn a_search_goes_on_until_every_allowed_row_was_yielded_once() {
    for metric in METRICS {
        let table = Table::new(metric, 8, 3_000, 40);
        let segment = table.build();
        let mut scratch = Scratch::new();
        for predicate in [
            Predicate::True,
            Predicate::Not(Box::new(Predicate::Eq(
                0,
                AttributeValue::Bytes(b"a".to_vec()),
            ))),
            Predicate::IsNull(1),
            Predicate::Eq(0, AttributeValue::Bytes(b"z".to_vec())),
        ] {
            let allowed = segment.matching(&predicate).unwrap();
            let expected: BTreeSet<i64> = allowed
                .iter()
                .filter(|position| (position.0 as usize) < segment.indexed_len())
                .map(|position| segment.row_id(position))
                .collect();
            for batch in [1, 37, 10_000] {
                let query = table.vector(-40);
                let search = segment
                    .search(query, Some(&allowed), low_effort(), &mut scratch)
                    .unwrap();
                let found = drain(search, batch);
                assert_eq!(
                    found.len(),
                    expected.len(),
                    "{metric:?} {predicate:?} by {batch}"
                );
                assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
            }
        }
    }
}

#[test]
fn a_narrowed_search_goes_on_among_the_rows_that_are_left() {
    let table = Table::new(Metric::L2, 8, 3_000, 40);
    let segment = table.build();
    let below = |column, value: i64| Predicate::Range {
        column,
        lower: Bound::Unbounded,
        upper: Bound::Excluded(AttributeValue::Integer(value)),
    };
    let narrow = segment.matching(&below(1, 200)).unwrap();
    let few = segment.matching(&below(Predicate::ROW_ID, 300)).unwrap();
    let mut scratch = Scratch::new();
    // A walk, a scan of few, and neither begun.
    for (wide, first) in [(None, 30), (None, 0), (Some(&few), 30), (Some(&few), 0)] {
        let mut narrow = narrow.clone();
        if let Some(wide) = wide {
            narrow.intersect(wide);
        }
        let indexed = |position: &Position| (position.0 as usize) < segment.indexed_len();
        let mut expected: BTreeSet<i64> = narrow
            .iter()
            .filter(indexed)
            .map(|position| segment.row_id(position))
            .collect();
        let query = table.vector(table.ids[5]).to_vec();
        let mut search = segment
            .search(&query, wide, low_effort(), &mut scratch)
            .unwrap();
        for candidate in search.next(first) {
            expected.remove(&candidate.row_id);
        }
        search.narrow(&narrow);
        let found = drain(search, 64);
        assert_eq!(found.len(), expected.len());
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
    }
}

#[test]
fn the_first_of_a_continued_search_is_the_nearest() {
    let table = Table::new(Metric::L2, 8, 3_000, 0);
    let segment = table.build();
    let mut scratch = Scratch::new();
    for row in (0..3_000).step_by(331) {
        let query = table.vector(table.ids[row]);
        let mut search = segment
            .search(query, None, SearchParams::default(), &mut scratch)
            .unwrap();
        let first = search.next(1);
        assert_eq!(first[0].row_id, table.ids[row]);
        // And rows that codes cannot tell from it.
        let yielded = first.len();
        assert!(yielded <= 16, "{yielded}");
        assert_eq!(search.explain().yielded, yielded);
    }
}

#[test]
fn the_bytes_do_not_depend_on_threads() {
    for metric in METRICS {
        let table = Table::new(metric, 20, 3_000, 20);
        let encoded = |threads| {
            let config = BuildConfig {
                threads,
                scope: 2_000,
                ..BuildConfig::default()
            };
            bytes::Stored::new(&table.build_with(config).unwrap())
        };
        let one = encoded(1);
        assert_eq!(one, encoded(3));
        assert_eq!(one, encoded(2));
    }
}

#[test]
fn rows_and_positions_are_a_bijection() {
    let table = Table::new(Metric::Cosine, 5, 700, 60);
    let segment = table.build();
    assert_eq!((segment.len(), segment.indexed_len()), (760, 700));
    let mut seen = BTreeSet::new();
    for (row_id, position) in segment.rows() {
        assert!(seen.insert(row_id));
        assert_eq!(segment.row_id(position), row_id);
        assert_eq!(segment.position_of(row_id), Some(position));
        let is_undefined = table.undefined.contains(&row_id);
        assert_eq!(
            segment.undefined().any(|undefined| undefined == position),
            is_undefined
        );
    }
    assert_eq!(seen.len(), 760);
    assert_eq!(segment.position_of(1_000_000), None);
}

#[test]
fn attributes_follow_their_rows() {
    let table = Table::new(Metric::L2, 5, 900, 60);
    let segment = table.build();
    let ids = [table.ids.clone(), table.undefined.clone()].concat();
    for letter in b'a'..=b'h' {
        let value = AttributeValue::Bytes(vec![letter]);
        let expected: BTreeSet<i64> = (ids.iter().zip(&table.values))
            .filter(|(_, values)| values[0] == value)
            .map(|(&row_id, _)| row_id)
            .collect();
        let matching = segment.matching(&Predicate::Eq(0, value)).unwrap();
        let found: BTreeSet<i64> = matching
            .iter()
            .map(|position| segment.row_id(position))
            .collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn equal_vectors_are_all_found() {
    for metric in METRICS {
        let mut table = Table::new(metric, 6, 2_000, 0);
        for vector in table.vectors.chunks_exact_mut(6).take(1_900) {
            vector.copy_from_slice(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        }
        let segment = table.build();
        let mut scratch = Scratch::new();
        let search = segment
            .search(
                &[1.0, 2.0, 3.0, 4.0, 5.0, 6.5],
                None,
                low_effort(),
                &mut scratch,
            )
            .unwrap();
        assert_eq!(drain(search, 100).len(), 2_000);
    }
}

#[test]
fn the_smallest_tables_work() {
    for metric in METRICS {
        for (rows, undefined) in [(0, 0), (1, 0), (0, 3), (2, 1)] {
            for dim in [1, 2, 65_535] {
                let table = Table::new(metric, dim, rows, undefined);
                let segment = table.build();
                let again = reload(&segment);
                let mut scratch = Scratch::new();
                let query = vec![1.0; dim];
                let search = again
                    .search(&query, None, SearchParams::default(), &mut scratch)
                    .unwrap();
                assert_eq!(drain(search, 5).len(), rows);
                assert_eq!(
                    again.matching(&Predicate::True).unwrap().len(),
                    rows + undefined
                );
            }
        }
    }
}

#[test]
fn extreme_values_are_searched_in_order() {
    let mut table = Table::new(Metric::L2, 2, 4, 0);
    table.vectors = vec![3e38, 0.0, -3e38, 0.0, 1e-30, 0.0, 0.0, 1.0];
    let segment = table.build();
    let mut scratch = Scratch::new();
    for query in [[3e38f32, -3e38], [0.0, 0.0], [1e-40, 1.0]] {
        let search = segment
            .search(&query, None, SearchParams::default(), &mut scratch)
            .unwrap();
        assert_eq!(drain(search, 3).len(), 4);
        assert_eq!(
            segment
                .bounded(&query, None, 1, &mut scratch)
                .unwrap()
                .len(),
            4,
            "nothing is known of such numbers"
        );
    }
}

#[test]
fn bad_input_is_an_error_that_names_the_row() {
    let refused = |spoil: &dyn Fn(&mut Table)| {
        let mut table = Table::new(Metric::Cosine, 3, 5, 1);
        spoil(&mut table);
        table.build_with(BuildConfig::default()).unwrap_err()
    };
    assert_eq!(
        refused(&|table| table.vectors[7] = f32::NAN),
        BuildError::NotFinite(-34)
    );
    assert_eq!(
        refused(&|table| table.vectors[0] = f32::INFINITY),
        BuildError::NotFinite(-40)
    );
    assert_eq!(
        refused(&|table| table.vectors[3..6].fill(0.0)),
        BuildError::Zero(-37)
    );
    assert_eq!(refused(&|table| table.ids[1] = -40), BuildError::Order(-40));
    assert_eq!(
        refused(&|table| table.undefined[0] = -40),
        BuildError::Order(-40)
    );
    assert!(matches!(
        refused(&|table| table.vectors.truncate(3)),
        BuildError::Count { .. }
    ));
    assert!(matches!(
        refused(&|table| table.values.truncate(3)),
        BuildError::Count { .. }
    ));
}

#[test]
fn a_cancelled_build_ends() {
    let table = Table::new(Metric::L2, 4, 3_000, 0);
    let cancel = AtomicBool::new(false);
    let stop = |progress: Progress| {
        if progress.stage == Stage::Neighbors {
            cancel.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    };
    let outcome = Segment::build(Build {
        metric: table.metric,
        dim: table.dim,
        config: BuildConfig::default(),
        column: "embedding",
        generation: 7,
        rows: &table.ids,
        vectors: &RowMajor::new(&table.vectors, table.dim),
        undefined: &[],
        attributes: Vec::new(),
        progress: &stop,
        cancel: &cancel,
    });
    assert_eq!(outcome.unwrap_err(), BuildError::Cancelled);
}

#[test]
fn queries_that_cannot_be_answered_are_refused() {
    let segment = Table::new(Metric::Cosine, 3, 50, 0).build();
    let mut scratch = Scratch::new();
    let mut refused = |query: &[f32], allowed| {
        segment
            .search(query, allowed, SearchParams::default(), &mut scratch)
            .unwrap_err()
    };
    assert_eq!(
        refused(&[1.0], None),
        SearchError::Dimension {
            expected: 3,
            found: 1
        }
    );
    assert_eq!(refused(&[1.0, f32::NAN, 0.0], None), SearchError::NotFinite);
    assert_eq!(refused(&[0.0; 3], None), SearchError::Zero);
    let other = PositionSet::all(49);
    assert_eq!(
        refused(&[1.0; 3], Some(&other)),
        SearchError::Universe {
            expected: 50,
            found: 49
        }
    );
}

#[test]
fn scratch_serves_segments_of_all_sizes() {
    let large = Table::new(Metric::L2, 4, 4_000, 0);
    let small = Table::new(Metric::L2, 9, 70, 0);
    let segments = [large.build(), small.build()];
    let mut scratch = Scratch::new();
    for _ in 0..3 {
        for (segment, table) in segments.iter().zip([&large, &small]) {
            let search = segment
                .search(table.vector(-40), None, low_effort(), &mut scratch)
                .unwrap();
            assert_eq!(drain(search, 900).len(), table.ids.len());
        }
    }
}
