//! Lists of codes against exact answers.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::kmeans::Random;
use super::{Codebook, IvfBuild, IvfError, IvfSegment, TrainConfig, TrainError};
use crate::filter::{Attribute, AttributeColumn, AttributeValue, PositionSet, Predicate};
use crate::metric::{Metric, Query};
use crate::top_k::TopK;

const METRICS: [Metric; 3] = [Metric::L2, Metric::InnerProduct, Metric::Cosine];
const DIM: usize = 24;

/// Vectors in clumps, as embeddings are.
fn vectors(rows: usize, seed: u64) -> Vec<f32> {
    let mut random = Random(seed);
    let mut next = move || (random.next() >> 40) as f32 / (1 << 23) as f32 - 1.0;
    let mut clumps = Random(99);
    let mut clump = move || (clumps.next() >> 40) as f32 / (1 << 23) as f32 - 1.0;
    let centres: Vec<f32> = (0..40 * DIM).map(|_| clump() * 2.0).collect();
    (0..rows)
        .flat_map(|row| {
            let at = (row * 7) % 40 * DIM;
            (0..DIM)
                .map(|part| centres[at + part] + next())
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Nobody cancels.
static NEVER: AtomicBool = AtomicBool::new(false);

fn book(metric: Metric, residual: bool, vectors: &[f32]) -> Arc<Codebook> {
    let config = TrainConfig {
        lists: 32,
        residual,
        parts: 12,
        ..TrainConfig::for_rows(vectors.len() / DIM, DIM)
    };
    Arc::new(Codebook::train(metric, DIM, vectors, config, &NEVER).unwrap())
}

fn segment(book: &Arc<Codebook>, vectors: &[f32]) -> IvfSegment {
    let rows: Vec<i64> = (0..(vectors.len() / DIM) as i64)
        .map(|row| row * 3)
        .collect();
    let undefined = [1, 4, 7];
    let colors = rows.iter().chain(&undefined).map(|row| match row % 5 {
        4 => AttributeValue::Null,
        color => AttributeValue::Integer(color),
    });
    let attributes = vec![Attribute {
        name: "color".to_owned(),
        column: AttributeColumn::from_values(colors).unwrap(),
    }];
    IvfSegment::build(IvfBuild {
        codebook: Arc::clone(book),
        rows: &rows,
        vectors,
        undefined: &undefined,
        attributes,
        cancel: &NEVER,
    })
    .unwrap()
}

/// The share of the ten nearest rows that a search finds, among rows whose id has a remainder by five.
fn recall(segment: &IvfSegment, vectors: &[f32], color: Option<i64>) -> f64 {
    let allowed = color.map(|color| {
        let predicate = Predicate::Eq(0, AttributeValue::Integer(color));
        segment.matching(&predicate).unwrap()
    });
    let queries = self::vectors(50, 1234);
    let mut hits = 0;
    for query in queries.chunks_exact(DIM) {
        let measured = Query::new(segment.metric(), query);
        let mut top = TopK::new(10);
        for (row, vector) in vectors.chunks_exact(DIM).enumerate() {
            let id = row as i64 * 3;
            if color.is_none_or(|color| id % 5 == color) {
                top.push(measured.distance(vector), id);
            }
        }
        let found = segment.search(query, 10, allowed.as_ref()).unwrap();
        assert!(
            found
                .windows(2)
                .all(|pair| pair[0].approx <= pair[1].approx)
        );
        let ids: Vec<i64> = found.iter().map(|candidate| candidate.row_id).collect();
        assert!(
            ids.iter()
                .all(|id| id % 3 == 0 && color.is_none_or(|color| id % 5 == color))
        );
        hits += top
            .drain_sorted()
            .filter(|near| ids.contains(&near.row_id))
            .count();
    }
    hits as f64 / 500.0
}

#[test]
fn searches_find_what_is_near_under_every_metric_and_filter() {
    let vectors = vectors(4_000, 7);
    for metric in METRICS {
        for residual in [false, true] {
            let segment = segment(&book(metric, residual, &vectors), &vectors);
            for color in [None, Some(2)] {
                let recall = recall(&segment, &vectors, color);
                assert!(recall > 0.9, "{metric:?} {residual} {color:?}: {recall}");
            }
        }
    }
}

#[test]
fn approximate_distances_are_those_of_the_metric_and_compare_across_segments() {
    let vectors = vectors(3_000, 7);
    for metric in METRICS {
        let book = book(metric, true, &vectors);
        let halves = [&vectors[..1_500 * DIM], &vectors[1_500 * DIM..]];
        for half in halves {
            let segment = segment(&book, half);
            let query = &vectors[..DIM];
            let measured = Query::new(metric, query);
            let (mut off, mut scale) = (0.0, 0.0);
            let found = segment.search_with(query, 1_500, 32, None).unwrap();
            assert_eq!(found.len(), 1_500);
            for candidate in found {
                let at = candidate.row_id as usize / 3 * DIM;
                let exact = measured.distance(&half[at..at + DIM]).unwrap();
                off += (exact - candidate.approx).abs();
                scale += exact.abs();
            }
            assert!(off < scale * 0.15, "{metric:?}: off by {off} of {scale}");
        }
    }
}

#[test]
fn an_answer_is_never_short() {
    let vectors = vectors(2_000, 3);
    let segment = segment(&book(Metric::L2, true, &vectors), &vectors);
    // Rows all over the lists, few enough that the nearest lists have none.
    let some: PositionSet = segment.positions_of((0..2_000).step_by(97).map(|row| row * 3));
    let found = segment
        .search_with(&vectors[..DIM], 10, 1, Some(&some))
        .unwrap();
    assert_eq!(found.len(), 10);
    let found = segment
        .search_with(&vectors[..DIM], 100, 1, Some(&some))
        .unwrap();
    assert_eq!(found.len(), some.len());
    let all = segment
        .search_with(&vectors[..DIM], 5_000, 1, None)
        .unwrap();
    assert_eq!((all.len(), segment.len()), (2_000, 2_003));
    let undefined = segment.positions_of([1, 4]);
    assert!(
        segment
            .search(&vectors[..DIM], 3, Some(&undefined))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let vectors = vectors(1_500, 3);
    let build = || {
        let book = book(Metric::Cosine, true, &vectors);
        (book.encode(), segment(&book, &vectors).encode())
    };
    let one = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let many = rayon::ThreadPoolBuilder::new()
        .num_threads(5)
        .build()
        .unwrap();
    assert!(one.install(build) == many.install(build));
}

#[test]
fn bytes_come_back_whole_or_are_refused() {
    let vectors = vectors(300, 3);
    let book = book(Metric::InnerProduct, false, &vectors);
    let segment = segment(&book, &vectors);
    let (book_bytes, bytes) = (book.encode(), segment.encode());
    let read = Arc::new(Codebook::decode(&book_bytes).unwrap());
    assert_eq!(read, book);
    let again = IvfSegment::decode(&bytes, &read).unwrap();
    assert!(again.encode() == bytes);
    let query = &vectors[..DIM];
    assert_eq!(again.search(query, 5, None), segment.search(query, 5, None));
    for at in (0..bytes.len()).step_by(bytes.len() / 61) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        assert!(IvfSegment::decode(&changed, &book).is_err(), "byte {at}");
        assert!(
            IvfSegment::decode(&bytes[..at], &book).is_err(),
            "cut at {at}"
        );
    }
    for at in (0..book_bytes.len()).step_by(book_bytes.len() / 61) {
        let mut changed = book_bytes.clone();
        changed[at] ^= 0x10;
        assert!(Codebook::decode(&changed).is_err(), "byte {at}");
        assert!(Codebook::decode(&book_bytes[..at]).is_err(), "cut at {at}");
    }
    let other = self::book(Metric::InnerProduct, true, &vectors);
    let error = IvfSegment::decode(&bytes, &other).unwrap_err();
    assert_eq!(error, IvfError::OtherCodebook);
}

#[test]
fn what_cannot_be_is_refused() {
    let vectors = vectors(100, 3);
    let config = TrainConfig::for_rows(100, DIM);
    let none = Codebook::train(Metric::Cosine, DIM, &[0.0; DIM], config, &NEVER);
    assert_eq!(none.unwrap_err(), TrainError::Empty);
    let parts = TrainConfig {
        parts: DIM + 1,
        ..config
    };
    assert!(Codebook::train(Metric::L2, DIM, &vectors, parts, &NEVER).is_err());
    let book = book(Metric::Cosine, true, &vectors);
    let build = |rows: &[i64], vectors: &[f32]| {
        let build = IvfBuild {
            codebook: Arc::clone(&book),
            rows,
            vectors,
            undefined: &[5],
            attributes: Vec::new(),
            cancel: &NEVER,
        };
        IvfSegment::build(build).unwrap_err()
    };
    assert!(matches!(
        build(&[1, 2], &vectors[..DIM]),
        IvfError::Count { .. }
    ));
    assert_eq!(build(&[2, 1], &vectors[..2 * DIM]), IvfError::Order(1));
    assert_eq!(build(&[5], &vectors[..DIM]), IvfError::Order(5));
    assert_eq!(build(&[1], &[0.0; DIM]), IvfError::Zero);
    assert_eq!(build(&[1], &[f32::NAN; DIM]), IvfError::NotFinite);
    let segment = segment(&book, &vectors);
    assert!(segment.search(&[1.0; 3], 1, None).is_err());
    assert_eq!(segment.search(&[0.0; DIM], 1, None), Err(IvfError::Zero));
    // An empty one is a segment like others.
    let empty = IvfBuild {
        codebook: Arc::clone(&book),
        rows: &[],
        vectors: &[],
        undefined: &[],
        attributes: Vec::new(),
        cancel: &NEVER,
    };
    let empty = IvfSegment::build(empty).unwrap();
    assert!(empty.is_empty() && empty.search(&vectors[..DIM], 3, None).unwrap().is_empty());
}

#[test]
fn what_is_cancelled_gives_nothing() {
    let vectors = vectors(100, 3);
    let cancel = AtomicBool::new(true);
    let config = TrainConfig::for_rows(100, DIM);
    let trained = Codebook::train(Metric::L2, DIM, &vectors, config, &cancel);
    assert_eq!(trained.unwrap_err(), TrainError::Cancelled);
    let build = IvfBuild {
        codebook: book(Metric::L2, true, &vectors),
        rows: &[1, 2],
        vectors: &vectors[..2 * DIM],
        undefined: &[],
        attributes: Vec::new(),
        cancel: &cancel,
    };
    assert_eq!(IvfSegment::build(build).unwrap_err(), IvfError::Cancelled);
}
