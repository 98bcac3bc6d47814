//! IVF-PQ indexes: lists of codes under a codebook that the files of a table share.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_schema::{DataType, Field, Schema};
use citadel_lake::{
    Filter, IndexKind, IndexState, LakeStore, LakeTable, Metric, Search, TableDefinition,
    VectorColumn,
};
use futures::TryStreamExt;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};

use crate::support::{DIMENSION, Form, counts, once, spread, spread_rows};

const CODEBOOK: &str = "citadel.codebook.3";

fn definition(metric: Metric) -> TableDefinition {
    let element = Arc::new(Field::new("item", DataType::Float32, true));
    let schema = Schema::new(vec![
        Field::new("id", DataType::Int64, false),
        Field::new("text", DataType::Utf8, true),
        Field::new("emb", DataType::FixedSizeList(element, DIMENSION), true),
    ]);
    let vector = VectorColumn::new("emb", DIMENSION as usize, metric).index(IndexKind::IvfPq);
    TableDefinition::new(schema)
        .vector(vector)
        .index_filter("text")
}

fn table(metric: Metric) -> (Arc<InMemory>, LakeTable) {
    table_in(Form::Clear, metric)
}

fn table_in(form: Form, metric: Metric) -> (Arc<InMemory>, LakeTable) {
    let inner = Arc::new(InMemory::new());
    let store = LakeStore::new(Arc::clone(&inner) as Arc<dyn ObjectStore>, "memory://x");
    let definition = form.define(definition(metric));
    let table = LakeTable::create(&store, "t", definition).unwrap();
    (inner, table)
}

fn ids(search: Search) -> Vec<i64> {
    let found = search.columns(&["id"]).run().unwrap();
    found
        .column(0)
        .as_primitive::<Int64Type>()
        .values()
        .to_vec()
}

fn recall(search: impl Fn(&[f32]) -> Search) -> f64 {
    let (mut hits, mut all) = (0, 0);
    for query in 0..30 {
        let query = spread(-1 - query);
        let (exact, found) = (ids(search(&query).exact()), ids(search(&query)));
        assert_eq!(found.len(), exact.len(), "as many rows as there are");
        hits += found.iter().filter(|id| exact.contains(id)).count();
        all += exact.len();
    }
    hits as f64 / f64::from(all.max(1) as u32)
}

fn codebook(table: &LakeTable) -> Option<String> {
    table.properties().unwrap().get(CODEBOOK).cloned()
}

#[test]
fn files_share_one_codebook_and_are_searched_through_their_lists() {
    for (form, metric) in [
        (Form::Clear, Metric::Cosine),
        (Form::Clear, Metric::L2),
        (Form::Clear, Metric::InnerProduct),
        (Form::Encrypted, Metric::Cosine),
    ] {
        let (_, table) = table_in(form, metric);
        table.append(&[spread_rows(0..2_000)]).unwrap();
        assert_eq!(table.build_indexes().unwrap(), 1);
        let first = codebook(&table).unwrap();
        table.append(&[spread_rows(2_000..5_000)]).unwrap();
        assert_eq!(table.build_indexes().unwrap(), 1);
        table
            .appending()
            .indexed()
            .commit(&[spread_rows(5_000..6_500)])
            .unwrap();
        assert_eq!(codebook(&table).unwrap(), first);
        let states: Vec<_> = table
            .indexes()
            .unwrap()
            .into_iter()
            .map(|i| i.state)
            .collect();
        assert_eq!(states, vec![IndexState::Ready; 3]);
        let (_, report) = table.search("emb", &spread(-1)).run_reporting().unwrap();
        assert_eq!(report.files_scanned, 0);
        assert!(
            recall(|query| table.search("emb", query)) >= 0.95,
            "{metric}"
        );
        let some = || {
            Filter::In(
                "text".into(),
                (0..6_500)
                    .step_by(9)
                    .map(|id| format!("row {id}").as_str().into())
                    .collect(),
            )
        };
        assert!(recall(|query| table.search("emb", query).filter(some())) >= 0.95);
        table.delete_where(&Filter::less("id", 3_000)).unwrap();
        assert!(
            recall(|query| table.search("emb", query)) >= 0.95,
            "{metric}"
        );
        assert!(
            ids(table.search("emb", &spread(-1)).k(100))
                .iter()
                .all(|id| *id >= 3_000)
        );
    }
}

#[test]
fn a_compaction_of_a_grown_table_lets_it_be_trained_anew() {
    let (_, table) = table(Metric::Cosine);
    table.append(&[spread_rows(0..1_000)]).unwrap();
    table.build_indexes().unwrap();
    let first = codebook(&table).unwrap();
    table.append(&[spread_rows(1_000..2_000)]).unwrap();
    table.compact().unwrap();
    assert_eq!(codebook(&table).unwrap(), first);
    table.append(&[spread_rows(2_000..6_000)]).unwrap();
    let before = table.current_snapshot().unwrap().unwrap();
    table.build_indexes().unwrap();
    table.compact().unwrap();
    assert_eq!(codebook(&table), None);
    // What was built with the old one is searched by it.
    assert!(recall(|query| table.search("emb", query).snapshot(before)) >= 0.95);
    table.build_indexes().unwrap();
    assert_ne!(codebook(&table).unwrap(), first);
    assert!(recall(|query| table.search("emb", query)) >= 0.95);
    table.expire_snapshots(i64::MAX, 1).unwrap();
    table.remove_orphans_before(i64::MAX).unwrap();
    assert!(recall(|query| table.search("emb", query)) >= 0.95);
    assert_eq!(counts(&table), once(0..6_000));
}

#[test]
fn builders_that_race_take_one_codebook() {
    let (inner, table) = table(Metric::L2);
    for file in 0..4 {
        table
            .append(&[spread_rows(file * 1_000..(file + 1) * 1_000)])
            .unwrap();
    }
    std::thread::scope(|scope| {
        for _ in 0..3 {
            let table = table.clone();
            scope.spawn(move || table.build_indexes().unwrap());
        }
    });
    let store = LakeStore::new(inner as Arc<dyn ObjectStore>, "memory://x");
    let fresh = LakeTable::open(&store, "t").unwrap();
    fresh.remove_orphans_before(i64::MAX).unwrap();
    let (_, report) = fresh.search("emb", &spread(-1)).run_reporting().unwrap();
    assert_eq!((report.files_scanned, report.files_pruned), (0, 0));
    assert!(recall(|query| fresh.search("emb", query)) >= 0.95);
}

#[test]
fn a_codebook_or_list_that_is_damaged_or_missing_changes_no_answer() {
    Form::each(a_bad_list_changes_no_answer_in);
}

fn a_bad_list_changes_no_answer_in(form: Form) {
    let (inner, table) = table_in(form, Metric::Cosine);
    table.append(&[spread_rows(0..1_500)]).unwrap();
    table.build_indexes().unwrap();
    let exact: Vec<_> = (0..20)
        .map(|at| ids(table.search("emb", &spread(-at)).exact()))
        .collect();
    let listed: Vec<_> = futures::executor::block_on(inner.list(None).try_collect()).unwrap();
    let paths = listed.into_iter().map(|object| object.location);
    let files: Vec<Path> = paths
        .filter(|path| path.as_ref().ends_with(".puffin"))
        .collect();
    assert_eq!(files.len(), 2);
    let mut whole = HashMap::new();
    for file in &files {
        let read = async { inner.get(file).await.unwrap().bytes().await.unwrap() };
        whole.insert(file.clone(), futures::executor::block_on(read));
    }
    for file in &files {
        let bytes = &whole[file];
        let mut damaged = bytes.to_vec();
        damaged[bytes.len() / 2] ^= 0x20;
        for changed in [Some(damaged), Some(bytes[..bytes.len() / 2].to_vec()), None] {
            let change = async {
                match changed {
                    Some(changed) => {
                        drop(inner.put(file, PutPayload::from(changed)).await.unwrap())
                    }
                    None => inner.delete(file).await.unwrap(),
                }
            };
            futures::executor::block_on(change);
            let store = LakeStore::new(Arc::clone(&inner) as Arc<dyn ObjectStore>, "memory://x");
            let fresh = form.open(&store).unwrap();
            for (at, exact) in exact.iter().enumerate() {
                assert_eq!(&ids(fresh.search("emb", &spread(-(at as i64)))), exact);
            }
        }
        let whole = PutPayload::from(whole[file].clone());
        futures::executor::block_on(inner.put(file, whole)).unwrap();
    }
}
