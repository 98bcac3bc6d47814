//! Promise: a transaction that is larger than its memory is a transaction like any other. Rolled back, it leaves nothing and
//! the file does not grow by the next one; nobody sees it before it commits, and snapshots stay exact; if a write fails
//! under it, it cannot commit, and the file still holds what was committed before.

mod support;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use citadel_txn::{
    Cursor, Database, Key, MemoryStorage, Options, PageSize, Storage, TreeId, TreeOptions, View,
    WriteTxn,
};
use support::{Op, Tapped};

const ROWS: u64 = 3_000;

/// Memory in which writes fail once a countdown has run out.
#[derive(Clone)]
struct Failing {
    storage: Tapped,
    writes_left: Arc<AtomicU64>,
}

impl Failing {
    fn new() -> Self {
        let writes_left = Arc::new(AtomicU64::new(u64::MAX));
        let left = Arc::clone(&writes_left);
        let storage = Tapped::new(MemoryStorage::new(), move |op| match op {
            Op::Write(..) if left.load(Ordering::Relaxed) == 0 => {
                Err(io::ErrorKind::StorageFull.into())
            }
            Op::Write(..) => {
                left.fetch_sub(1, Ordering::Relaxed);
                Ok(())
            }
            _ => Ok(()),
        });
        Self {
            storage,
            writes_left,
        }
    }

    fn storage(&self) -> Arc<Tapped> {
        Arc::new(self.storage.clone())
    }

    fn len(&self) -> u64 {
        self.storage.len().unwrap()
    }
}

fn options() -> Options {
    Options {
        page_size: PageSize::new(512).unwrap(),
        cache_bytes: 64 << 10,
        dirty_bytes: Some(16 << 10),
        ..Options::default()
    }
}

fn create(storage: &Failing) -> (Database, TreeId) {
    let database = Database::create(storage.storage(), &secret(), options()).unwrap();
    let mut txn = database.begin_write().unwrap();
    let tree = txn.create_tree(TreeOptions::default()).unwrap();
    fill(&mut txn, tree, 1);
    txn.commit().unwrap();
    (database, tree)
}

fn secret() -> Key {
    Key::raw([1; 32])
}

/// Short values, and some that lie in extents.
fn value(number: u64, version: u8) -> Vec<u8> {
    let len = if number.is_multiple_of(50) { 3_000 } else { 20 };
    vec![version ^ number as u8; len]
}

/// Writes all rows, in no order.
fn fill(txn: &mut WriteTxn, tree: TreeId, version: u8) {
    for step in 0..ROWS {
        let number = step * 1_009 % ROWS;
        txn.insert(tree, &number.to_be_bytes(), &value(number, version))
            .unwrap();
    }
}

fn holds(view: &dyn View, tree: TreeId, version: u8) {
    let mut cursor = Cursor::new(tree);
    for number in 0..ROWS {
        assert!(cursor.next(view).unwrap());
        assert_eq!(cursor.key(), number.to_be_bytes());
        assert_eq!(*cursor.value(view).unwrap(), value(number, version));
    }
    assert!(!cursor.next(view).unwrap());
}

fn sound(database: &Database) {
    let report = database.check().unwrap();
    assert!(report.problems.is_empty(), "{:?}", report.problems);
}

#[test]
fn rolled_back_it_leaves_nothing_and_its_pages_are_used_again() {
    let storage = Failing::new();
    let (database, tree) = create(&storage);
    let mut len = 0;
    for version in 2..8 {
        let mut txn = database.begin_write().unwrap();
        fill(&mut txn, tree, version);
        holds(&txn, tree, version);
        drop(txn);
        holds(&database.begin_read().unwrap(), tree, 1);
        sound(&database);
        if version > 2 {
            assert_eq!(storage.len(), len, "the file grew");
        }
        len = storage.len();
    }
    let mut txn = database.begin_write().unwrap();
    fill(&mut txn, tree, 9);
    txn.commit().unwrap();
    drop(database);
    let database = Database::open(storage.storage(), &secret(), options()).unwrap();
    holds(&database.begin_read().unwrap(), tree, 9);
    sound(&database);
}

#[test]
fn writing_the_same_rows_again_and_again_takes_no_more_pages() {
    let storage = Failing::new();
    let (database, tree) = create(&storage);
    let before = storage.len();
    let mut txn = database.begin_write().unwrap();
    for version in 2..12 {
        fill(&mut txn, tree, version);
    }
    txn.commit().unwrap();
    sound(&database);
    holds(&database.begin_read().unwrap(), tree, 11);
    let after = storage.len();
    assert!(after < before * 3, "{before} bytes became {after}");
}

#[test]
fn nobody_sees_it_before_it_commits() {
    let storage = Failing::new();
    let (database, tree) = create(&storage);
    let before = database.begin_read().unwrap();
    for version in 2..6 {
        let mut txn = database.begin_write().unwrap();
        fill(&mut txn, tree, version);
        holds(&database.begin_read().unwrap(), tree, version - 1);
        holds(&before, tree, 1);
        txn.commit().unwrap();
        holds(&database.begin_read().unwrap(), tree, version);
    }
    holds(&before, tree, 1);
    sound(&database);
}

#[test]
fn a_failed_write_under_it_leaves_what_was_committed() {
    for writes in [0, 1, 3, 10, 40] {
        let storage = Failing::new();
        let (database, tree) = create(&storage);
        let mut txn = database.begin_write().unwrap();
        storage.writes_left.store(writes, Ordering::Relaxed);
        let failed = (0..ROWS).find_map(|number| {
            let key = number.to_be_bytes();
            txn.insert(tree, &key, &value(number, 2)).err()
        });
        assert!(failed.is_some_and(|error| error.is_io()));
        assert!(txn.commit().is_err(), "half a transaction cannot commit");
        assert!(database.begin_write().is_err(), "the handle is poisoned");
        drop(database);
        storage.writes_left.store(u64::MAX, Ordering::Relaxed);
        let database = Database::open(storage.storage(), &secret(), options()).unwrap();
        holds(&database.begin_read().unwrap(), tree, 1);
        sound(&database);
        let mut txn = database.begin_write().unwrap();
        fill(&mut txn, tree, 3);
        txn.commit().unwrap();
        sound(&database);
    }
}

#[test]
fn savepoints_and_dropped_trees_spill_and_come_back() {
    let storage = Failing::new();
    let (database, tree) = create(&storage);
    let mut txn = database.begin_write().unwrap();
    fill(&mut txn, tree, 2);
    let outer = txn.savepoint();
    fill(&mut txn, tree, 3);
    let inner = txn.savepoint();
    txn.drop_tree(tree).unwrap();
    let other = txn.create_tree(TreeOptions::default()).unwrap();
    fill(&mut txn, other, 4);
    holds(&txn, other, 4);
    txn.rollback_to(&inner).unwrap();
    holds(&txn, tree, 3);
    assert!(!txn.tree_exists(other).unwrap());
    txn.rollback_to(&outer).unwrap();
    holds(&txn, tree, 2);
    txn.release(outer).unwrap();
    txn.commit().unwrap();
    holds(&database.begin_read().unwrap(), tree, 2);
    sound(&database);
}

/// Bytes of a file that one transaction has filled with rows, in the order that `number_of` gives them.
fn bytes_after(rows: u64, number_of: impl Fn(u64) -> u64) -> u64 {
    let storage = Failing::new();
    let database = Database::create(storage.storage(), &secret(), options()).unwrap();
    let mut txn = database.begin_write().unwrap();
    let tree = txn.create_tree(TreeOptions::default()).unwrap();
    for step in 0..rows {
        let key = number_of(step).to_be_bytes();
        txn.insert(tree, &key, &[step as u8; 60]).unwrap();
    }
    txn.commit().unwrap();
    sound(&database);
    assert_eq!(database.begin_read().unwrap().tree_len(tree).unwrap(), rows);
    storage.len()
}

#[test]
fn in_no_order_it_takes_less_than_twice_what_it_takes_in_order() {
    let rows = 20_000;
    let in_order = bytes_after(rows, |step| step);
    // Every number once, far from the one before it.
    let in_no_order = bytes_after(rows, |step| step * 7_919 % rows);
    // Nodes that are split in the middle are about two thirds full, and those at the edge are full.
    let ratio = in_no_order as f64 / in_order as f64;
    assert!((1.2..2.0).contains(&ratio), "{ratio:.2} times as much");
}
