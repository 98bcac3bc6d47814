//! How precisely an index knows its vectors: less is read, and the answer is that of the stored vectors.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema};
use citadel_lake::{
    IndexKind, LakeStore, LakeTable, Metric, Precision, TableDefinition, VectorColumn,
};
use futures::TryStreamExt;
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};

use crate::support::{DIMENSION, Form, spread, spread_rows};

const PROPERTY: &str = "citadel.vector.3.precision";
const PRECISIONS: [Precision; 3] = [Precision::I8, Precision::F16, Precision::F32];
const METRICS: [Metric; 3] = [Metric::Cosine, Metric::L2, Metric::InnerProduct];

fn table(
    form: Form,
    metric: Metric,
    kind: IndexKind,
    precision: Option<Precision>,
) -> (Arc<InMemory>, LakeTable) {
    let element = Arc::new(Field::new("item", DataType::Float32, true));
    let schema = Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new("text", DataType::Utf8, true),
        Field::new("emb", DataType::FixedSizeList(element, DIMENSION), true),
    ]);
    let mut vector = VectorColumn::new("emb", DIMENSION as usize, metric).index(kind);
    if let Some(precision) = precision {
        vector = vector.precision(precision);
    }
    let inner = Arc::new(InMemory::new());
    let definition = form.define(TableDefinition::new(schema).vector(vector));
    let table = LakeTable::create(&store(&inner), "t", definition).unwrap();
    table.append(&[spread_rows(0..3_000)]).unwrap();
    table.append(&[spread_rows(3_000..5_000)]).unwrap();
    assert_eq!(table.build_indexes().unwrap(), 2);
    (inner, table)
}

fn store(inner: &Arc<InMemory>) -> LakeStore {
    LakeStore::new(Arc::clone(inner) as Arc<dyn ObjectStore>, "memory://x")
}

/// What forty searches give, how many stored vectors they read, and the share of the exact answers that is among it.
fn search(table: &LakeTable) -> (Vec<RecordBatch>, usize, f64) {
    let (mut found, mut read, mut hits) = (Vec::new(), 0, 0);
    for query in 0..40 {
        let query = spread(-1 - query);
        let search = || table.search("emb", &query).columns(&["id"]);
        let (rows, report) = search().run_reporting().unwrap();
        assert_eq!((report.files_indexed, report.files_scanned), (2, 0));
        let exact = search().exact().run().unwrap();
        assert_eq!(rows.num_rows(), exact.num_rows());
        hits += (0..rows.num_rows())
            .filter(|row| {
                let hit = rows.slice(*row, 1);
                (0..exact.num_rows()).any(|at| exact.slice(at, 1) == hit)
            })
            .count();
        found.push(rows);
        read += report.vectors_read;
    }
    (found, read, hits as f64 / 400.0)
}

/// The bytes of all index files of the data files.
fn index_bytes(inner: &Arc<InMemory>) -> u64 {
    let listed: Vec<_> = futures::executor::block_on(inner.list(None).try_collect()).unwrap();
    let indexes = listed
        .iter()
        .filter(|object| object.location.as_ref().ends_with(".puffin"));
    indexes.map(|object| object.size).sum()
}

#[test]
fn the_more_precise_an_index_is_the_fewer_vectors_are_read() {
    for kind in [IndexKind::Prism, IndexKind::IvfPq] {
        for metric in METRICS {
            let (inner, plain) = table(Form::Clear, metric, kind, None);
            assert!(!plain.properties().unwrap().contains_key(PROPERTY));
            assert_eq!(plain.vectors().unwrap()[0].precision, None);
            let (_, mut most, least_recall) = search(&plain);
            let mut size = index_bytes(&inner);
            for precision in PRECISIONS {
                let (inner, table) = table(Form::Clear, metric, kind, Some(precision));
                let told = format!("{kind} {metric} {precision}");
                assert_eq!(
                    table.properties().unwrap().get(PROPERTY),
                    Some(&precision.to_string())
                );
                let again = LakeTable::open(&store(&inner), "t").unwrap();
                assert_eq!(again.vectors().unwrap()[0].precision, Some(precision));
                let (_, read, recall) = search(&again);
                assert!(recall >= least_recall, "{told}: {recall} of {least_recall}");
                let bytes = index_bytes(&inner);
                if kind == IndexKind::Prism && precision == Precision::I8 {
                    // Its own codes are that; ids of snapshots are of some digits more or less.
                    assert_eq!(read, most, "{told}");
                    assert!(bytes.abs_diff(size) < 2_000, "{told}: {bytes} after {size}");
                    continue;
                }
                assert!(read <= most, "{told}: {read} of {most}");
                // With four components, a step and a byte for each are as long as two bytes for each.
                let is_as_long = kind == IndexKind::IvfPq && precision == Precision::F16;
                assert!(
                    bytes > size || (is_as_long && bytes.abs_diff(size) < 2_000),
                    "{told}: {bytes} after {size}"
                );
                (most, size) = (read, bytes);
            }
            // Of the first file the ten nearest, of the other what is nearer than those.
            assert!(most < 40 * 20, "{kind} {metric}: {most}");
        }
    }
}

#[test]
fn copies_are_sealed_and_bound_as_the_rest_of_an_index_is() {
    for form in [Form::Clear, Form::Encrypted] {
        let (inner, table) = table(form, Metric::L2, IndexKind::Prism, Some(Precision::F32));
        let (found, _, recall) = search(&table);
        assert!(recall >= 0.95, "{recall}");
        let fresh = form.open(&store(&inner)).unwrap();
        assert_eq!(search(&fresh).0, found);
        // A changed byte of a copy, the last blob of the file: its data file is scanned.
        let listed: Vec<_> = futures::executor::block_on(inner.list(None).try_collect()).unwrap();
        let vector = spread(1);
        let bytes: Vec<u8> = vector.iter().flat_map(|c| c.to_le_bytes()).collect();
        let mut changed = 0;
        for object in listed {
            if !object.location.as_ref().ends_with(".puffin") {
                continue;
            }
            let read = futures::executor::block_on(async {
                let got = inner.get(&object.location).await.unwrap();
                got.bytes().await.unwrap()
            });
            let at = read.windows(bytes.len()).position(|window| window == bytes);
            let at = match (form, at) {
                (Form::Clear, Some(at)) => at,
                // The other file's rows do not have it.
                (Form::Clear, None) => continue,
                (Form::Encrypted, Some(_)) => panic!("a vector in the clear"),
                (Form::Encrypted, None) => read.len() / 2,
            };
            let mut damaged = read.to_vec();
            damaged[at] ^= 1;
            let put = inner.put(&object.location, PutPayload::from(damaged));
            futures::executor::block_on(put).unwrap();
            changed += 1;
        }
        assert!(changed > 0);
        let fresh = form.open(&store(&inner)).unwrap();
        let (rows, report) = fresh
            .search("emb", &spread(-1))
            .columns(&["id"])
            .run_reporting()
            .unwrap();
        assert_eq!(report.files_scanned, changed, "{form:?}");
        let exact = fresh
            .search("emb", &spread(-1))
            .columns(&["id"])
            .exact()
            .run()
            .unwrap();
        assert_eq!(rows, exact);
    }
}
