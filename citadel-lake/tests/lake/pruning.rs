//! Files that cannot hold a nearer row are left out, and nothing else is.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int64Type};
use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use citadel_lake::{
    Filter, LakeStore, LakeTable, Metric, Search, SearchReport, TableDefinition, VectorColumn,
};
use std::sync::Arc;

use crate::support::{DIMENSION, spread, vectors_of};

const FILES: i64 = 12;
const ROWS: i64 = 1_200;

/// Rows of a file around a place of its own; some have no vector, some a zero one.
fn clustered(file: i64, spread_by: f32) -> RecordBatch {
    let centre: Vec<f32> = spread(-1_000 - file).iter().map(|c| c * 10.0).collect();
    let ids: Vec<i64> = (file * ROWS..(file + 1) * ROWS).collect();
    let vectors = ids.iter().map(|id| match id % 97 {
        0 => None,
        1 => Some(vec![0.0; DIMENSION as usize]),
        _ => {
            let offset = spread(*id);
            let parts = centre.iter().zip(offset);
            Some(parts.map(|(c, o)| c + o * spread_by).collect())
        }
    });
    let columns: [(&str, ArrayRef); 2] = [
        ("emb", vectors_of(vectors)),
        ("id", Arc::new(Int64Array::from(ids))),
    ];
    RecordBatch::try_from_iter_with_nullable(
        columns.map(|(name, column)| (name, column, name == "emb")),
    )
    .unwrap()
}

fn table(metric: Metric, spread_by: f32) -> LakeTable {
    let element = Arc::new(Field::new("item", DataType::Float32, true));
    let schema = Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new("emb", DataType::FixedSizeList(element, DIMENSION), true),
    ]);
    let vector = VectorColumn::new("emb", DIMENSION as usize, metric);
    let definition = TableDefinition::new(schema).vector(vector);
    let table = LakeTable::create(&LakeStore::memory(), "t", definition).unwrap();
    for file in 0..FILES {
        table.append(&[clustered(file, spread_by)]).unwrap();
    }
    table
}

fn run(search: Search) -> (Vec<(i64, f32)>, SearchReport) {
    let (batch, report) = search.run_reporting().unwrap();
    let ids = batch.column_by_name("id").unwrap();
    let distances = batch.column_by_name("_distance").unwrap();
    let pairs = ids.as_primitive::<Int64Type>().values().iter().copied();
    let distances = distances.as_primitive::<Float32Type>().values();
    (pairs.zip(distances.iter().copied()).collect(), report)
}

/// All rows with their distances, near ones first, from a scan.
fn expected(table: &LakeTable, metric: Metric, query: &[f32], k: usize) -> Vec<(i64, f32)> {
    let measured = match metric {
        Metric::Cosine => citadel_vector::Metric::Cosine,
        Metric::L2 => citadel_vector::Metric::L2,
        _ => citadel_vector::Metric::InnerProduct,
    };
    let mut all = Vec::new();
    for batch in table.scan().columns(&["id", "emb"]).collect().unwrap() {
        let lists = batch.column(1).as_list::<i32>();
        for (row, id) in batch
            .column(0)
            .as_primitive::<Int64Type>()
            .values()
            .iter()
            .enumerate()
        {
            if arrow_array::Array::is_null(lists, row) {
                continue;
            }
            let vector = lists.value(row);
            let vector = vector.as_primitive::<Float32Type>().values();
            let distance = citadel_vector::distance(measured, query, vector);
            all.extend(distance.map(|distance| (*id, distance)));
        }
    }
    all.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    all.truncate(k);
    all
}

#[test]
fn a_search_leaves_out_far_files_and_finds_the_same() {
    for metric in [Metric::Cosine, Metric::L2, Metric::InnerProduct] {
        let (mut pruned, mut files) = (0, 0);
        for spread_by in [0.1, 20.0] {
            let table = table(metric, spread_by);
            for query in 0..12 {
                let query: Vec<f32> = spread(-1_000 - query).iter().map(|c| c * 10.0).collect();
                for k in [1, 10, 3_000] {
                    let (found, report) = run(table.search("emb", &query).k(k));
                    assert_eq!(found, expected(&table, metric, &query, k), "{metric} {k}");
                    assert_eq!(report.files_indexed, 0);
                    assert_eq!(report.files_scanned + report.files_pruned, FILES as usize);
                    if spread_by < 1.0 && k <= 10 {
                        pruned += report.files_pruned;
                        files += FILES as usize;
                    }
                }
            }
        }
        assert!(pruned * 2 > files, "{metric}: {pruned} of {files} files");
    }
}

#[test]
fn an_indexed_file_is_left_out_by_the_list_alone() {
    let table = table(Metric::L2, 0.1);
    assert_eq!(table.build_indexes().unwrap(), FILES as usize);
    let query: Vec<f32> = spread(-1_003).iter().map(|c| c * 10.0).collect();
    let (found, report) = run(table.search("emb", &query));
    let nearest = expected(&table, Metric::L2, &query, 10);
    // The zero vectors, far from all others, make codes coarse.
    let hits = nearest.iter().filter(|row| found.contains(row)).count();
    assert!(found.len() == 10 && hits >= 5, "{hits}: {found:?}");
    assert_eq!((report.files_indexed, report.files_scanned), (1, 0));
    assert_eq!(report.files_pruned, FILES as usize - 1);
}

#[test]
fn deleted_and_filtered_rows_do_not_make_a_file_leave_out_others() {
    let table = table(Metric::L2, 0.1);
    let query: Vec<f32> = spread(-1_003).iter().map(|c| c * 10.0).collect();
    // The nearest file has no row left, and of the next ones only few satisfy the filter.
    let near = Filter::compare("id", citadel_lake::Operator::GreaterOrEqual, 3 * ROWS)
        .and(Filter::less("id", 4 * ROWS));
    table.delete_where(&near).unwrap();
    let (found, _) = run(table.search("emb", &query).k(20));
    assert_eq!(found, expected(&table, Metric::L2, &query, 20));
    let few = Filter::In(
        "id".into(),
        (0..FILES).map(|file| (file * ROWS + 7).into()).collect(),
    );
    let (found, _) = run(table.search("emb", &query).k(20).filter(few));
    let ids: Vec<i64> = found.iter().map(|(id, _)| *id).collect();
    assert_eq!(found.len(), FILES as usize - 1, "{ids:?}");
    assert!(found.windows(2).all(|pair| pair[0].1 <= pair[1].1));
}
