//! The nearest rows: exactly those, of one snapshot.

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int64Type};
use citadel_lake::{Filter, LakeError, LakeStore, LakeTable, PartitionBy, Search};

use crate::support::{DIMENSION, definition, rows, vector};

const QUERY: [f32; DIMENSION as usize] = [3.0, -1.0, 2.0, 9.0];

fn cosine(id: i64) -> f64 {
    let (a, b) = (vector(id), QUERY);
    let dot = |a: &[f32], b: &[f32]| {
        a.iter()
            .zip(b)
            .map(|(x, y)| f64::from(*x) * f64::from(*y))
            .sum::<f64>()
    };
    1.0 - dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt()
}

fn found(search: Search) -> (Vec<i64>, Vec<f32>) {
    let batch = search.run().unwrap();
    let ids = batch
        .column_by_name("id")
        .unwrap()
        .as_primitive::<Int64Type>()
        .values()
        .to_vec();
    let distances = batch.column_by_name("_distance").unwrap();
    (
        ids,
        distances.as_primitive::<Float32Type>().values().to_vec(),
    )
}

/// The nearest of the ids by arithmetic of our own.
fn expected(ids: impl IntoIterator<Item = i64>, k: usize) -> Vec<f64> {
    let mut distances: Vec<f64> = ids.into_iter().map(cosine).collect();
    distances.sort_by(f64::total_cmp);
    distances.truncate(k);
    distances
}

fn check(search: Search, ids: impl IntoIterator<Item = i64> + Clone, k: usize) {
    let (found, distances) = found(search.k(k));
    let expected = expected(ids.clone(), k);
    assert_eq!(found.len(), expected.len());
    let allowed: std::collections::BTreeSet<i64> = ids.into_iter().collect();
    let distinct: std::collections::BTreeSet<i64> = found.iter().copied().collect();
    assert_eq!(distinct.len(), found.len());
    for ((id, distance), expected) in found.iter().zip(distances).zip(expected) {
        assert!(allowed.contains(id), "row {id} must not be found");
        assert!((f64::from(distance) - expected).abs() < 1e-5, "row {id}");
        assert!((cosine(*id) - expected).abs() < 1e-5, "row {id}");
    }
}

#[test]
fn the_nearest_rows_of_all_files_are_found_in_their_order() {
    let table = LakeTable::create(&LakeStore::memory(), "t", definition()).unwrap();
    assert_eq!(table.search("emb", &QUERY).run().unwrap().num_rows(), 0);
    for start in [0, 10_000, 20_000] {
        table.append(&[rows(start..start + 9_000)]).unwrap();
    }
    let first = table.snapshots().unwrap()[0].id;
    let all = || (0..9_000).chain(10_000..19_000).chain(20_000..29_000);
    for k in [1, 10, 500] {
        check(table.search("emb", &QUERY), all(), k);
    }
    let some = Filter::less("id", 12_000).and(Filter::greater("id", 8_990));
    check(
        table.search("emb", &QUERY).filter(some),
        (8_991..9_000).chain(10_000..12_000),
        20,
    );
    check(table.search("emb", &QUERY).snapshot(first), 0..9_000, 10);
    table.delete_where(&Filter::less("id", 15_000)).unwrap();
    let left = || (15_000..19_000).chain(20_000..29_000);
    check(table.search("emb", &QUERY), left(), 50);
    table.compact().unwrap();
    check(table.search("emb", &QUERY), left(), 50);
    check(table.search("emb", &QUERY).snapshot(first), 0..9_000, 10);
    assert_eq!(
        table.search("emb", &QUERY).k(0).run().unwrap().num_rows(),
        0
    );
    check(
        table
            .search("emb", &QUERY)
            .filter(Filter::equal("id", 15_000)),
        [15_000],
        10,
    );
}

#[test]
fn a_search_sees_all_partitions_and_only_the_columns_that_are_wanted() {
    let definition = definition().partition_by(PartitionBy::Bucket("id".into(), 3));
    let table = LakeTable::create(&LakeStore::memory(), "t", definition).unwrap();
    table.append(&[rows(0..600)]).unwrap();
    check(
        table.search("emb", &QUERY).columns(&["text", "id"]),
        0..600,
        25,
    );
    let batch: RecordBatch = table
        .search("emb", &QUERY)
        .columns(&["text"])
        .run()
        .unwrap();
    let schema = batch.schema();
    let names: Vec<_> = schema
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    assert_eq!(names, ["text", "_distance"]);
}

#[test]
fn a_query_that_is_no_vector_of_the_column_is_refused() {
    let table = LakeTable::create(&LakeStore::memory(), "t", definition()).unwrap();
    table.append(&[rows(0..3)]).unwrap();
    for query in [
        &[1.0; 3][..],
        &[],
        &[1.0; 5],
        &[1.0, f32::NAN, 0.0, 0.0],
        &[f32::INFINITY; 4],
    ] {
        let error = table.search("emb", query).run().unwrap_err();
        assert!(matches!(error, LakeError::Vector { .. }), "{error}");
    }
    assert!(table.search("text", &QUERY).run().unwrap_err().is_misuse());
    assert!(
        table
            .search("emb", &QUERY)
            .columns(&["z"])
            .run()
            .unwrap_err()
            .is_misuse()
    );
    // No direction: nothing has a distance.
    assert_eq!(table.search("emb", &[0.0; 4]).run().unwrap().num_rows(), 0);
}
