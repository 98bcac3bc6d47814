//! Several writers: every acknowledged append is in the table, once.

use std::thread;

use crate::support::{counts, definition, once, rows};
use citadel_lake::{LakeError, LakeStore, LakeTable};

const WRITERS: i64 = 8;
const APPENDS: i64 = 50;

/// Threads append at once through handles of their own; all rows are there once, and the history is one line.
fn eight_writers(store: &LakeStore) {
    LakeTable::create(store, "db/t", definition()).unwrap();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn(move || {
                let table = LakeTable::open(store, "db/t").unwrap();
                for append in 0..APPENDS {
                    let first = (writer * APPENDS + append) * 10;
                    table.append(&[rows(first..first + 10)]).unwrap();
                }
            });
        }
    });
    let table = LakeTable::open(store, "db/t").unwrap();
    assert_eq!(counts(&table), once(0..WRITERS * APPENDS * 10));
    let snapshots = table.snapshots().unwrap();
    assert_eq!(snapshots.len() as i64, WRITERS * APPENDS);
    for pair in snapshots.windows(2) {
        assert_eq!(pair[1].parent, Some(pair[0].id));
        assert_eq!(pair[1].sequence, pair[0].sequence + 1);
    }
    let last = &snapshots.last().unwrap().summary;
    assert_eq!(last["total-records"], (WRITERS * APPENDS * 10).to_string());
    let paths = table.files().unwrap().into_iter().map(|file| file.path);
    let distinct: std::collections::HashSet<_> = paths.collect();
    assert_eq!(distinct.len() as i64, WRITERS * APPENDS);
}

#[test]
fn eight_writers_on_one_table_in_memory_lose_nothing() {
    eight_writers(&LakeStore::memory());
}

#[test]
fn eight_writers_on_one_table_in_a_folder_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    eight_writers(&LakeStore::local(folder.path()).unwrap());
}

#[test]
fn two_tables_in_one_warehouse_share_nothing() {
    let store = LakeStore::memory();
    let first = LakeTable::create(&store, "db/a", definition()).unwrap();
    let second = LakeTable::create(&store, "db/b", definition()).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| (0..20).for_each(|id| assert!(first.append(&[rows([id])]).is_ok())));
        scope.spawn(|| (100..120).for_each(|id| assert!(second.append(&[rows([id])]).is_ok())));
    });
    assert_eq!(counts(&first), once(0..20));
    assert_eq!(counts(&second), once(100..120));
}

#[test]
fn a_second_session_adds_to_what_the_first_wrote() {
    let folder = tempfile::tempdir().unwrap();
    for session in 0..3 {
        let store = LakeStore::local(folder.path()).unwrap();
        let table = match session {
            0 => LakeTable::create(&store, "t", definition()).unwrap(),
            _ => LakeTable::open(&store, "t").unwrap(),
        };
        table
            .append(&[rows(session * 100..session * 100 + 100)])
            .unwrap();
    }
    let store = LakeStore::local(folder.path()).unwrap();
    assert_eq!(counts(&LakeTable::open(&store, "t").unwrap()), once(0..300));
}

#[test]
fn one_of_two_who_create_the_same_table_does() {
    for _ in 0..20 {
        let store = LakeStore::memory();
        let made: Vec<bool> = thread::scope(|scope| {
            let make = || LakeTable::create(&store, "t", definition());
            let threads: Vec<_> = (0..2).map(|_| scope.spawn(make)).collect();
            let made = threads
                .into_iter()
                .map(|thread| match thread.join().unwrap() {
                    Ok(_) => true,
                    Err(LakeError::TableExists { .. }) => false,
                    Err(error) => panic!("{error}"),
                });
            made.collect()
        });
        assert_eq!(made.iter().filter(|made| **made).count(), 1);
    }
}

#[test]
fn the_same_batch_from_two_writers_is_stored_once() {
    let store = LakeStore::memory();
    let table = LakeTable::create(&store, "t", definition()).unwrap();
    for batch in 0..30 {
        let answers: Vec<_> = thread::scope(|scope| {
            let append = || {
                let id = format!("batch {batch}");
                table
                    .append_idempotent(&id, &[rows(batch * 5..batch * 5 + 5)])
                    .unwrap()
            };
            let threads: Vec<_> = (0..3).map(|_| scope.spawn(append)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert_eq!(answers.iter().filter(|answer| !answer.repeated).count(), 1);
        assert_eq!(answers.iter().map(|answer| answer.rows).sum::<u64>(), 5);
        assert!(
            answers
                .iter()
                .all(|answer| answer.snapshot_id == answers[0].snapshot_id)
        );
    }
    assert_eq!(counts(&table), once(0..150));
    assert_eq!(table.snapshots().unwrap().len(), 30);
}

#[test]
fn of_two_appends_on_the_same_parent_one_is_a_conflict() {
    let store = LakeStore::memory();
    let table = LakeTable::create(&store, "t", definition()).unwrap();
    let first = table.append_on(None, &[rows(0..3)]).unwrap();
    assert!(
        table
            .append_on(None, &[rows(3..6)])
            .unwrap_err()
            .is_conflict()
    );
    let second = table.append_on(first.snapshot_id, &[rows(3..6)]).unwrap();
    let error = table
        .append_on(first.snapshot_id, &[rows(6..9)])
        .unwrap_err();
    assert!(error.is_conflict(), "{error}");
    assert_eq!(table.current_snapshot().unwrap(), second.snapshot_id);
    assert_eq!(counts(&table), once(0..6));
    thread::scope(|scope| {
        let append = || table.append_on(second.snapshot_id, &[rows(6..9)]);
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(append)).collect();
        let answers = threads.into_iter().map(|thread| thread.join().unwrap());
        assert_eq!(answers.filter(Result::is_ok).count(), 1);
    });
    assert_eq!(counts(&table), once(0..9));
}
