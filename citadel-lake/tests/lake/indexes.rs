//! Indexes beside data files: faster, and never another answer than that of the rows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int64Type};
use citadel_lake::{Filter, IndexState, LakeStore, LakeTable, Search};
use futures::TryStreamExt;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};

use crate::support::fault::{Fate, Faulty};
use crate::support::{Form, counts, definition, once, spread, spread_rows};

/// A table of two files with indexes and one that is too small for one, and its store.
fn table(form: Form) -> (Arc<InMemory>, LakeTable) {
    let inner = Arc::new(InMemory::new());
    let table = LakeTable::create(&store(&inner), "t", form.define(definition())).unwrap();
    table.append(&[spread_rows(0..3_000)]).unwrap();
    table.append(&[spread_rows(3_000..5_000)]).unwrap();
    table.append(&[spread_rows(5_000..5_100)]).unwrap();
    assert_eq!(table.build_indexes().unwrap(), 2);
    (inner, table)
}

fn store(inner: &Arc<InMemory>) -> LakeStore {
    LakeStore::new(Arc::clone(inner) as Arc<dyn ObjectStore>, "memory://x")
}

fn run(search: Search) -> Vec<(i64, f32)> {
    let batch = search.run().unwrap();
    let ids = batch
        .column_by_name("id")
        .unwrap()
        .as_primitive::<Int64Type>();
    let distances = batch
        .column_by_name("_distance")
        .unwrap()
        .as_primitive::<Float32Type>();
    assert_eq!(distances.null_count(), 0);
    ids.values()
        .iter()
        .copied()
        .zip(distances.values().iter().copied())
        .collect()
}

/// The share of the exact answers that searches through indexes give, over some queries. Whatever they give must satisfy `holds`.
fn recall(search: impl Fn(&[f32]) -> Search, holds: impl Fn(i64) -> bool) -> f64 {
    let (mut hits, mut all) = (0, 0);
    for query in 0..40 {
        let query = spread(-1 - query);
        let exact = run(search(&query).exact());
        let found = run(search(&query));
        assert_eq!(found.len(), exact.len(), "as many rows as there are");
        assert!(found.iter().all(|(id, _)| holds(*id)));
        assert!(found.windows(2).all(|pair| pair[0].1 <= pair[1].1));
        hits += found.iter().filter(|hit| exact.contains(hit)).count();
        all += exact.len();
    }
    hits as f64 / all.max(1) as f64
}

fn states(table: &LakeTable) -> Vec<IndexState> {
    table
        .indexes()
        .unwrap()
        .into_iter()
        .map(|index| index.state)
        .collect()
}

fn objects(inner: &Arc<InMemory>, end: &str) -> Vec<Path> {
    let listed: Vec<_> = futures::executor::block_on(inner.list(None).try_collect()).unwrap();
    let paths = listed.into_iter().map(|object| object.location);
    paths.filter(|path| path.as_ref().ends_with(end)).collect()
}

#[test]
fn searches_through_indexes_find_the_nearest_live_rows_of_their_snapshot() {
    Form::each(searches_find_the_nearest_in);
}

fn searches_find_the_nearest_in(form: Form) {
    let (_, table) = table(form);
    assert_eq!(
        states(&table),
        [IndexState::Ready, IndexState::Ready, IndexState::Small]
    );
    assert_eq!(table.build_indexes().unwrap(), 0);
    let before = table.current_snapshot().unwrap().unwrap();
    assert!(recall(|query| table.search("emb", query), |_| true) >= 0.95);
    let low = Filter::less("id", 200);
    let filtered = |query: &[f32]| table.search("emb", query).filter(low.clone());
    assert!(recall(filtered, |id| id < 200) >= 0.95);
    let one = Filter::equal("id", 4_321);
    assert_eq!(run(table.search("emb", &spread(7)).filter(one))[0].0, 4_321);
    table.delete_where(&Filter::less("id", 2_950)).unwrap();
    assert!(recall(|query| table.search("emb", query).k(60), |id| id >= 2_950) >= 0.95);
    // A delete took nothing from the indexes, and the rows are still there for those who look back.
    assert_eq!(states(&table)[0], IndexState::Ready);
    let back = |query: &[f32]| table.search("emb", query).snapshot(before);
    assert!(recall(back, |_| true) >= 0.95);
    assert_eq!(
        run(table.search("emb", &spread(100)).snapshot(before))[0].0,
        100
    );
    assert!(run(table.search("emb", &[0.0; 4])).is_empty());
}

#[test]
fn an_index_that_is_missing_cut_damaged_or_of_another_file_changes_no_answer() {
    Form::each(a_bad_index_changes_no_answer_in);
}

fn a_bad_index_changes_no_answer_in(form: Form) {
    let (inner, table) = table(form);
    let expected: Vec<_> = (0..20)
        .map(|query| run(table.search("emb", &spread(-query)).exact()))
        .collect();
    let check = |what: &str| {
        // A fresh handle: nothing is in memory.
        let table = form.open(&store(&inner)).unwrap();
        for (query, expected) in expected.iter().enumerate() {
            assert_eq!(
                &run(table.search("emb", &spread(-(query as i64)))),
                expected,
                "{what}"
            );
        }
    };
    let files = objects(&inner, ".puffin");
    assert_eq!(files.len(), 2);
    let read = |path: &Path| {
        futures::executor::block_on(async { inner.get(path).await.unwrap().bytes().await.unwrap() })
    };
    let put = |path: &Path, bytes: bytes::Bytes| {
        futures::executor::block_on(inner.put(path, PutPayload::from(bytes))).unwrap();
    };
    let (first, second) = (read(&files[0]), read(&files[1]));
    put(&files[0], second.clone());
    put(&files[1], first.clone());
    check("exchanged");
    put(&files[0], first.slice(..first.len() - 1));
    put(&files[1], second.slice(..100));
    check("cut");
    for at in [0, 200, first.len() / 2, first.len() - 40] {
        let mut damaged = first.to_vec();
        damaged[at] ^= 0x40;
        put(&files[0], damaged.into());
        put(&files[1], vec![0; second.len()].into());
        check("damaged");
    }
    for file in &files {
        futures::executor::block_on(inner.delete(file)).unwrap();
    }
    check("missing");
    for list in objects(&inner, "-indexes.json") {
        put(&list, bytes::Bytes::from_static(b"{\"entries\":["));
    }
    check("without a list");
    assert!(table.build_indexes().unwrap_err().is_corrupt());
}

#[test]
fn a_crash_at_any_write_of_a_build_costs_the_build_alone() {
    for crash in 0.. {
        let inner = Arc::new(InMemory::new());
        let faulty = Faulty::over(Arc::clone(&inner));
        let faulty_store =
            LakeStore::new(Arc::clone(&faulty) as Arc<dyn ObjectStore>, "memory://x");
        let table = LakeTable::create(&faulty_store, "t", definition()).unwrap();
        table.append(&[spread_rows(0..1_200)]).unwrap();
        faulty.plan(move |number, _| match number < crash {
            true => Fate::Done,
            false => Fate::Lost,
        });
        let answer = table.build_indexes();
        let writes = faulty.writes();
        let after = LakeTable::open(&store(&inner), "t").unwrap();
        match answer {
            Ok(_) => assert_eq!(states(&after), [IndexState::Ready]),
            Err(_) => assert_eq!(states(&after), [IndexState::Indexing]),
        }
        assert_eq!(counts(&after), once(0..1_200));
        after.build_indexes().unwrap();
        assert_eq!(states(&after), [IndexState::Ready]);
        after.remove_orphans_before(i64::MAX).unwrap();
        assert_eq!(objects(&inner, ".puffin").len(), 1);
        assert!(recall(|query| after.search("emb", query), |_| true) >= 0.95);
        if crash > writes {
            break;
        }
    }
}

#[test]
fn indexes_are_built_beside_appends_deletes_and_compactions() {
    let table = LakeTable::create(&LakeStore::memory(), "t", definition()).unwrap();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let builder = scope.spawn(|| {
            while !is_over.load(Ordering::SeqCst) {
                table.build_indexes().unwrap();
                let _ = table.compact();
            }
        });
        for start in 0..8 {
            table
                .append(&[spread_rows(start * 1_100..(start + 1) * 1_100)])
                .unwrap();
            table
                .delete_where(&Filter::equal("id", start * 1_100))
                .unwrap();
        }
        is_over.store(true, Ordering::SeqCst);
        builder.join().unwrap();
    });
    table.compact().unwrap();
    table.build_indexes().unwrap();
    assert_eq!(states(&table), [IndexState::Ready]);
    assert_eq!(
        counts(&table),
        once((0..8_800).filter(|id| id % 1_100 != 0))
    );
    assert!(recall(|query| table.search("emb", query), |id| id % 1_100 != 0) >= 0.95);
}

#[test]
fn indexes_of_expired_files_go_and_those_of_live_files_stay() {
    Form::each(indexes_of_live_files_stay_in);
}

fn indexes_of_live_files_stay_in(form: Form) {
    let (inner, table) = table(form);
    table.compact().unwrap();
    assert_eq!(states(&table), [IndexState::Indexing]);
    assert_eq!(table.build_indexes().unwrap(), 1);
    assert_eq!(objects(&inner, ".puffin").len(), 3);
    table.expire_snapshots(i64::MAX, 1).unwrap();
    // The list is written anew with the next index; until then it names those of the expired files.
    table.append(&[spread_rows(10_000..11_500)]).unwrap();
    assert_eq!(table.build_indexes().unwrap(), 1);
    table.remove_orphans_before(i64::MAX).unwrap();
    assert_eq!(objects(&inner, ".puffin").len(), 2);
    let fresh = form.open(&store(&inner)).unwrap();
    assert_eq!(states(&fresh), [IndexState::Ready, IndexState::Ready]);
    assert!(recall(|query| fresh.search("emb", query), |_| true) >= 0.95);
}
