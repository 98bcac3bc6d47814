//! Indexes that are built with an append, or after it by a thread.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use citadel_lake::{IndexState, LakeError, LakeStore, LakeTable, Search};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use crate::support::fault::{Fate, Faulty};
use crate::support::{Form, counts, definition, once, spread, spread_rows};

fn states(table: &LakeTable) -> Vec<IndexState> {
    let indexes = table.indexes().unwrap().into_iter();
    indexes.map(|index| index.state).collect()
}

fn ids(search: Search) -> Vec<i64> {
    let found = search.columns(&["id"]).run().unwrap();
    found
        .column(0)
        .as_primitive::<Int64Type>()
        .values()
        .to_vec()
}

/// A search through indexes finds about what an exact one does.
fn check(table: &LakeTable) {
    let mut hits = 0;
    for query in 0..20 {
        let query = spread(-1 - query);
        let exact = ids(table.search("emb", &query).exact());
        let found = ids(table.search("emb", &query));
        hits += found.iter().filter(|id| exact.contains(id)).count();
    }
    assert!(hits >= 190, "{hits} of 200");
}

#[test]
fn an_append_with_indexes_commits_both_at_once() {
    Form::each(rows_and_indexes_are_committed_at_once_in);
}

fn rows_and_indexes_are_committed_at_once_in(form: Form) {
    let definition = form.define(definition());
    let table = LakeTable::create(&LakeStore::memory(), "t", definition).unwrap();
    for start in [0, 3_000] {
        let batch = spread_rows(start..start + 3_000);
        let appended = table.appending().indexed().commit(&[batch]).unwrap();
        assert_eq!(appended.rows, 3_000);
        assert!(
            states(&table)
                .iter()
                .all(|state| *state == IndexState::Ready)
        );
    }
    table
        .appending()
        .indexed()
        .commit(&[spread_rows(6_000..6_010)])
        .unwrap();
    let expected = [IndexState::Ready, IndexState::Ready, IndexState::Small];
    assert_eq!(states(&table), expected);
    assert_eq!(table.snapshots().unwrap().len(), 3);
    assert_eq!(table.build_indexes().unwrap(), 0);
    let (_, report) = table.search("emb", &spread(-1)).run_reporting().unwrap();
    assert_eq!((report.files_indexed, report.files_scanned), (2, 1));
    check(&table);
}

#[test]
fn appends_with_indexes_that_race_keep_all_indexes() {
    let table = LakeTable::create(&LakeStore::memory(), "t", definition()).unwrap();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let table = table.clone();
            scope.spawn(move || {
                for append in 0..3 {
                    let first = (writer * 3 + append) * 1_000;
                    let batch = spread_rows(first..first + 1_000);
                    table.appending().indexed().commit(&[batch]).unwrap();
                }
            });
        }
    });
    assert_eq!(states(&table), vec![IndexState::Ready; 12]);
    assert_eq!(counts(&table), once(0..12_000));
    check(&table);
}

#[test]
fn a_crash_at_any_write_of_an_append_with_indexes_leaves_the_table_before_or_after() {
    let mut crash = 0;
    loop {
        let inner = Arc::new(InMemory::new());
        let faulty = Faulty::over(Arc::clone(&inner));
        let store = LakeStore::new(Arc::clone(&faulty) as Arc<dyn ObjectStore>, "memory://x");
        let table = LakeTable::create(&store, "t", definition()).unwrap();
        table.append(&[spread_rows(0..3)]).unwrap();
        faulty.plan(move |number, _| match number < crash {
            true => Fate::Done,
            false => Fate::Lost,
        });
        let answer = table.appending().indexed().commit(&[spread_rows(3..1_500)]);
        let writes = faulty.writes();
        let store = LakeStore::new(inner as Arc<dyn ObjectStore>, "memory://x");
        let after = LakeTable::open(&store, "t").unwrap();
        match answer {
            Ok(_) => {
                assert_eq!(counts(&after), once(0..1_500));
                assert_eq!(states(&after), [IndexState::Small, IndexState::Ready]);
            }
            Err(error) => {
                assert!(error.is_io(), "{error}");
                assert_eq!(counts(&after), once(0..3), "write {crash}");
            }
        }
        if writes <= crash {
            break;
        }
        crash += 1;
    }
    assert!(
        crash >= 6,
        "data, index, list of indexes, manifest, manifest list, metadata"
    );
}

#[test]
fn a_deferred_append_is_there_at_once_and_indexed_in_time() {
    let table = LakeTable::create(&LakeStore::memory(), "t", definition()).unwrap();
    let mut jobs = Vec::new();
    for start in [0, 2_000, 4_000] {
        let deferred = table
            .append_deferred(&[spread_rows(start..start + 2_000)])
            .unwrap();
        assert_eq!(deferred.appended.rows, 2_000);
        assert_eq!(counts(&table), once(0..start + 2_000));
        jobs.push(deferred.job);
    }
    // The first of them was asked before anything was built.
    let built: Vec<u64> = jobs.into_iter().map(|job| job.wait().unwrap()).collect();
    assert!(built[0] >= 1 && built[2] <= 3, "{built:?}");
    assert_eq!(states(&table), vec![IndexState::Ready; 3]);
    check(&table);
    let again = table.index_job();
    assert_eq!(again.wait().unwrap(), 0);
}

#[test]
fn a_deferred_index_is_built_after_a_crash() {
    let inner = Arc::new(InMemory::new());
    let faulty = Faulty::over(Arc::clone(&inner));
    let store = LakeStore::new(Arc::clone(&faulty) as Arc<dyn ObjectStore>, "memory://x");
    let table = LakeTable::create(&store, "t", definition()).unwrap();
    // The process dies with the first index that it would write.
    faulty.plan(|_, name| match name.contains("index") {
        true => Fate::Lost,
        false => Fate::Done,
    });
    let deferred = table.append_deferred(&[spread_rows(0..2_000)]).unwrap();
    let error = deferred.job.wait().unwrap_err();
    assert!(matches!(error, LakeError::Indexing(_)), "{error}");
    assert_eq!(states(&table), [IndexState::Indexing]);
    // Another one takes up the work, with nothing to go by but the table.
    let store = LakeStore::new(Arc::clone(&inner) as Arc<dyn ObjectStore>, "memory://x");
    let after = LakeTable::open(&store, "t").unwrap();
    assert_eq!(counts(&after), once(0..2_000));
    assert_eq!(after.index_job().wait().unwrap(), 1);
    assert_eq!(states(&after), [IndexState::Ready]);
    check(&after);
}

#[test]
fn a_table_of_another_catalog_is_read_by_its_metadata_and_not_changed() {
    let inner = Arc::new(InMemory::new());
    let store = LakeStore::new(Arc::clone(&inner) as Arc<dyn ObjectStore>, "memory://x");
    let table = LakeTable::create(&store, "t", definition()).unwrap();
    table.append(&[spread_rows(0..1_200)]).unwrap();
    table.build_indexes().unwrap();
    let older = table.metadata_location().unwrap();
    table.append(&[spread_rows(1_200..1_300)]).unwrap();
    // As PyIceberg names it.
    let newest = table.metadata_location().unwrap();
    let path = Path::from(newest.trim_start_matches("memory://x/"));
    let foreign = "t/metadata/00004-3f.metadata.json";
    let copy = async {
        let bytes = inner.get(&path).await.unwrap().bytes().await.unwrap();
        inner.put(&Path::from(foreign), bytes.into()).await.unwrap();
    };
    futures::executor::block_on(copy);
    let opened = LakeTable::open_metadata(&store, foreign).unwrap();
    assert_eq!(
        opened.metadata_location().unwrap(),
        format!("memory://x/{foreign}")
    );
    assert_eq!(counts(&opened), once(0..1_300));
    check(&opened);
    let then = LakeTable::open_metadata(&store, &older).unwrap();
    assert_eq!(counts(&then), once(0..1_200));
    for error in [
        opened.append(&[spread_rows(0..1)]).unwrap_err(),
        opened.compact().unwrap_err(),
        opened
            .delete_where(&citadel_lake::Filter::equal("id", 1))
            .unwrap_err(),
    ] {
        assert!(error.is_unsupported(), "{error}");
    }
    assert_eq!(counts(&table), once(0..1_300));
    let none = LakeTable::open_metadata(&store, "t/metadata/none.json").unwrap_err();
    assert!(none.is_no_table(), "{none}");
}
