//! Compaction by nearness: the same rows, in files of which a search leaves most out.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use citadel_lake::{
    Filter, LakeStore, LakeTable, Metric, PartitionBy, TableDefinition, VectorColumn,
};

use crate::support::{DIMENSION, Form, counts, once, spread, vectors_of};

const CLUMPS: i64 = 12;
const ROWS: i64 = 6_000;
const METRICS: [Metric; 3] = [Metric::Cosine, Metric::L2, Metric::InnerProduct];

fn definition(metric: Metric) -> TableDefinition {
    let element = Arc::new(Field::new("item", DataType::Float32, true));
    let schema = Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new("part", DataType::Int64, false),
        Field::new("emb", DataType::FixedSizeList(element, DIMENSION), true),
    ]);
    TableDefinition::new(schema)
        .vector(VectorColumn::new("emb", DIMENSION as usize, metric))
        .property("write.target-file-size-bytes", "12000")
}

/// Rows of all clumps by turns; some without a vector, some with a zero one.
fn rows(ids: std::ops::Range<i64>) -> RecordBatch {
    let ids: Vec<i64> = ids.collect();
    let vectors = ids.iter().map(|id| match id % 101 {
        0 => None,
        1 => Some(vec![0.0; DIMENSION as usize]),
        _ => Some(near(id % CLUMPS, *id)),
    });
    let columns: [(&str, ArrayRef); 3] = [
        ("emb", vectors_of(vectors)),
        (
            "part",
            Arc::new(Int64Array::from_iter_values(ids.iter().map(|id| id % 2))),
        ),
        ("id", Arc::new(Int64Array::from(ids))),
    ];
    RecordBatch::try_from_iter_with_nullable(
        columns.map(|(name, column)| (name, column, name == "emb")),
    )
    .unwrap()
}

/// A vector of a clump.
fn near(clump: i64, id: i64) -> Vec<f32> {
    let centre = spread(-1_000 - clump);
    let parts = centre.iter().zip(spread(id));
    parts.map(|(c, offset)| c * 10.0 + offset * 0.1).collect()
}

fn filled(form: Form, definition: TableDefinition) -> LakeTable {
    let store = LakeStore::memory();
    let table = LakeTable::create(&store, "t", form.define(definition)).unwrap();
    for start in (0..ROWS).step_by(1_000) {
        table.append(&[rows(start..start + 1_000)]).unwrap();
    }
    table
}

/// The ids that some searches find, and the share of the files that they leave out.
fn searched(table: &LakeTable) -> (Vec<Vec<i64>>, f64) {
    let (mut found, mut pruned, mut files) = (Vec::new(), 0, 0);
    for query in 0..24 {
        let query = near(query % CLUMPS, -7 - query);
        let (rows, report) = table.search("emb", &query).run_reporting().unwrap();
        let ids = rows.column_by_name("id").unwrap();
        let mut ids = ids.as_primitive::<Int64Type>().values().to_vec();
        // Of equal distances the order of writing decides, which is another one now.
        ids.sort_unstable();
        found.push(ids);
        pruned += report.files_pruned;
        files += report.files_pruned + report.files_scanned;
        assert_eq!(report.files_indexed, 0);
    }
    (found, pruned as f64 / files as f64)
}

#[test]
fn near_rows_come_together_and_a_search_leaves_the_other_files_out() {
    let all = METRICS.map(|metric| (Form::Clear, metric));
    for (form, metric) in all.into_iter().chain([(Form::Encrypted, Metric::Cosine)]) {
        let table = filled(form, definition(metric));
        table.delete_where(&Filter::less("id", 50)).unwrap();
        let (expected, before) = searched(&table);
        let done = table.compact_by("emb").unwrap();
        assert_eq!(done.replaced, 6);
        // The deletes are applied, and their files gone.
        let files = table.files().unwrap().len();
        assert_eq!(files, done.written);
        let (found, after) = searched(&table);
        assert_eq!(found, expected, "{form:?} {metric}");
        assert_eq!(counts(&table), once(50..ROWS));
        // A file of mixed rows can hardly be left out; of files with a neighbourhood each, most can.
        assert!(before < 0.2, "{form:?} {metric}: {before}");
        assert!(after > 0.6, "{form:?} {metric}: {after} of {files} files");
    }
}

#[test]
fn each_partition_is_put_in_order_by_itself() {
    let by = definition(Metric::L2).partition_by(PartitionBy::Identity("part".to_owned()));
    let table = filled(Form::Clear, by);
    let (expected, _) = searched(&table);
    table.compact_by("emb").unwrap();
    let (found, after) = searched(&table);
    assert_eq!(found, expected);
    assert!(after > 0.6, "{after}");
    assert_eq!(counts(&table), once(0..ROWS));
    let files = [0_i64, 1].map(|part| {
        let rows = table.scan().filter(Filter::equal("part", part));
        rows.read().unwrap().files()
    });
    assert_eq!(files.iter().sum::<usize>(), table.files().unwrap().len());
    assert!(files.iter().all(|files| *files > 2), "{files:?}");
}

#[test]
fn what_cannot_be_put_in_order_is_told_or_left() {
    let table = filled(Form::Clear, definition(Metric::L2));
    let told = table.compact_by("part").unwrap_err();
    assert!(told.is_misuse(), "{told}");
    // Less than a file of the target size: there is nothing to bring together.
    let definition = definition(Metric::L2).property("write.target-file-size-bytes", "100000000");
    let small = LakeTable::create(&LakeStore::memory(), "t", definition).unwrap();
    assert_eq!(small.compact_by("emb").unwrap().written, 0);
    small.append(&[rows(0..100)]).unwrap();
    let before = small.current_snapshot().unwrap();
    let done = small.compact_by("emb").unwrap();
    assert_eq!((done.snapshot_id, done.replaced), (before, 0));
    small.append(&[rows(100..200)]).unwrap();
    let done = small.compact_by("emb").unwrap();
    assert_eq!((done.replaced, done.written), (2, 1));
    assert_eq!(counts(&small), once(0..200));
}
