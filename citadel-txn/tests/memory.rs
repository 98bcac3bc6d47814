//! Promise: memory stays below the cache's bound and a constant, whatever a transaction writes and whatever is read: a bulk
//! load of ten times the cache, inserts in any order, one statement's worth of undo, values of many megabytes, a scan.
//!
//! All of it is one test: the allocator counts for the whole process.

use std::sync::Arc;

use citadel_txn::{Cursor, Database, FileStorage, Key, Options, Quiet, TreeId, TreeOptions, View};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const CACHE_BYTES: usize = 2 << 20;
/// Changed pages, the batch that is being sealed, its sealed bytes, and what describes free space.
const CONSTANT_BYTES: usize = 7 << 20;
const ROWS: u64 = 200_000;

fn key(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

/// A permutation of `0..ROWS`.
fn shuffled(number: u64) -> u64 {
    number * 7_919 % ROWS
}

/// Runs `act`, and proves that no more memory was in use meanwhile than `before`, the cache and the constant.
fn bounded<T>(before: usize, what: &str, act: impl FnOnce() -> T) -> T {
    MEMORY.reset_peak_usage();
    let result = act();
    let taken = MEMORY.peak_usage().saturating_sub(before);
    #[allow(clippy::print_stderr, reason = "figures for whoever asks for them")]
    let () = eprintln!("{what}: {} KiB", taken >> 10);
    assert!(
        taken <= CACHE_BYTES + CONSTANT_BYTES,
        "{what} took {taken} bytes"
    );
    result
}

#[test]
fn memory_stays_below_the_cache_and_a_constant() {
    let directory = tempfile::tempdir().unwrap();
    let before = MEMORY.current_usage();
    let storage = FileStorage::create(directory.path().join("database")).unwrap();
    let options = Options {
        cache_bytes: CACHE_BYTES,
        ..Options::default()
    };
    let database = Database::create(Arc::new(storage), &Key::raw([1; 32]), options).unwrap();
    let tree = bounded(before, "bulk load", || bulk_load(&database));
    bounded(before, "scan", || scan(&database, tree));
    bounded(before, "inserts in any order", || {
        insert_shuffled(&database)
    });
    bounded(before, "an update below a savepoint", || {
        update_and_take_back(&database, tree);
    });
    bounded(before, "large values", || large_values(&database));
    bounded(before, "backup", || {
        let target = FileStorage::create_partial(directory.path().join("backup")).unwrap();
        database.backup(Arc::new(target), &mut Quiet).unwrap();
    });
    // It has two caches: its source's, and a small one.
    bounded(before + (1 << 20), "compact copy", || {
        let target = FileStorage::create_partial(directory.path().join("copy")).unwrap();
        database.vacuum_into(Arc::new(target), &mut Quiet).unwrap();
    });
    bounded(before, "vacuum", || {
        database.vacuum(&mut Quiet).unwrap();
    });
    bounded(before, "check", || {
        assert!(database.check().unwrap().problems.is_empty())
    });
}

fn bulk_load(database: &Database) -> TreeId {
    let mut txn = database.begin_write().unwrap();
    let tree = txn.create_tree(TreeOptions::default()).unwrap();
    let mut load = txn.bulk(tree).unwrap();
    for number in 0..ROWS {
        load.push(&key(number), &[number as u8; 90]).unwrap();
    }
    assert_eq!(load.entries(), ROWS);
    txn.commit().unwrap();
    tree
}

fn scan(database: &Database, tree: TreeId) {
    let read = database.begin_read().unwrap();
    let mut cursor = Cursor::new(tree);
    let mut number = 0;
    while cursor.next(&read).unwrap() {
        assert_eq!(cursor.key(), key(number));
        number += 1;
    }
    assert_eq!(number, ROWS);
}

fn insert_shuffled(database: &Database) {
    let mut txn = database.begin_write().unwrap();
    let tree = txn.create_tree(TreeOptions::default()).unwrap();
    for number in 0..ROWS / 4 {
        txn.insert(tree, &key(shuffled(number)), &[3; 90]).unwrap();
    }
    assert_eq!(txn.tree_len(tree).unwrap(), ROWS / 4);
    txn.commit().unwrap();
}

fn update_and_take_back(database: &Database, tree: TreeId) {
    let mut txn = database.begin_write().unwrap();
    let savepoint = txn.savepoint();
    for number in 0..ROWS / 2 {
        txn.insert(tree, &key(number), &[9; 80]).unwrap();
    }
    txn.rollback_to(&savepoint).unwrap();
    let value = txn.get(tree, &key(ROWS / 3)).unwrap().unwrap().to_vec();
    assert_eq!(value, [(ROWS / 3) as u8; 90]);
    for number in 0..ROWS / 2 {
        txn.insert(tree, &key(number), &[9; 80]).unwrap();
    }
    txn.release(savepoint).unwrap();
    txn.commit().unwrap();
}

fn large_values(database: &Database) {
    let value = vec![5; 1 << 20];
    let mut txn = database.begin_write().unwrap();
    let tree = txn.create_tree(TreeOptions::default()).unwrap();
    for number in 0..40 {
        txn.insert(tree, &key(number), &value).unwrap();
    }
    txn.commit().unwrap();
    let read = database.begin_read().unwrap();
    for number in 0..40 {
        let found = read.get(tree, &key(number)).unwrap().unwrap();
        assert_eq!(found.len(), value.len());
    }
}
