//! Promise: what `commit` acknowledged survives a crash at any write; what it did not is there as a whole or not at all.
//!
//! Failure model: the disk keeps everything up to the last completed sync. Of the writes after it, any prefix or any
//! subset may have reached the medium, the last one perhaps only in part.

mod support;

use std::sync::Arc;

use citadel_txn::{
    Cursor, Database, Durability, Kdf, Key, MemoryStorage, Options, PageSize, TreeId, TreeOptions,
    View,
};
use support::{Op, Recorder};

const TREE: TreeId = TreeId::new(1);
/// The commit that writes very much.
const WIDE: u64 = 23;

/// All entries, in order.
type State = Vec<(Vec<u8>, Vec<u8>)>;

fn options() -> Options {
    Options {
        page_size: PageSize::MIN,
        kdf: Kdf::lightest(),
        cache_bytes: 1 << 20,
        ..Options::default()
    }
}

fn key() -> Key {
    Key::raw([9; 32])
}

fn value(commit: u64, len: usize) -> Vec<u8> {
    vec![commit as u8; len]
}

/// Commit `n` writes entry `n`, overwrites one of those before, and now and then removes one or writes a large value.
fn do_commit(database: &Database, number: u64) {
    let mut txn = database.begin_write().unwrap();
    let len = if number.is_multiple_of(5) { 3000 } else { 40 };
    txn.insert(TREE, &number.to_be_bytes(), &value(number, len))
        .unwrap();
    txn.insert(TREE, &(number / 2).to_be_bytes(), &value(number, 70))
        .unwrap();
    if number.is_multiple_of(3) {
        txn.remove(TREE, &(number / 3).to_be_bytes()).unwrap();
    }
    if number == WIDE {
        // Too many runs for the list in the record: the pages are synced before it.
        for entry in 0..400u64 {
            txn.insert(TREE, &(5000 + entry).to_be_bytes(), &value(number, 200))
                .unwrap();
        }
    }
    txn.insert(TREE, b"last", &number.to_be_bytes()).unwrap();
    txn.commit().unwrap();
}

fn contents(view: &dyn View) -> State {
    let mut cursor = Cursor::new(TREE);
    let mut all = Vec::new();
    while cursor.next(view).unwrap() {
        all.push((
            cursor.key().to_vec(),
            cursor.value(view).unwrap().into_owned(),
        ));
    }
    all
}

/// Opens a crash image; it must be one of the states from `least` on. Then it must take another commit.
fn recovers(image: Vec<u8>, states: &[State], least: usize, what: &str) {
    let storage = MemoryStorage::from_bytes(image);
    let database = Database::open(Arc::new(storage.clone()), &key(), options())
        .unwrap_or_else(|error| panic!("{what}: {error}"));
    let found = contents(&database.begin_read().unwrap());
    let state = states
        .iter()
        .position(|state| *state == found)
        .unwrap_or_else(|| panic!("{what}: no state of the past"));
    assert!(
        state >= least,
        "{what}: state {state}, acknowledged {least}"
    );
    let report = database.check().unwrap();
    assert!(report.is_ok(), "{what}: {report}");
    do_commit(&database, 1000);
    assert!(database.check().unwrap().is_ok(), "{what}");
    drop(database);
    let database = Database::open(Arc::new(storage), &key(), options()).unwrap();
    assert_eq!(
        database
            .begin_read()
            .unwrap()
            .get(TREE, b"last")
            .unwrap()
            .as_deref(),
        Some(&1000u64.to_be_bytes()[..]),
        "{what}"
    );
    assert!(database.check().unwrap().is_ok(), "{what}");
}

/// Where a record is lost besides, the commit before it must still be whole.
fn loses_one_commit_at_most(
    durable: &[u8],
    kept: &[&Op],
    states: &[State],
    least: usize,
    what: &str,
) {
    let mut image = durable.to_vec();
    kept.iter().for_each(|op| op.apply(&mut image));
    recovers(image, states, least.saturating_sub(1), what);
}

/// A recorded workload: the operations, the states after each commit, and how many operations each took.
struct Workload {
    ops: Vec<Op>,
    states: Vec<State>,
    acknowledged: Vec<usize>,
}

fn workload(commits: u64) -> Workload {
    let recorder = Recorder::over(MemoryStorage::new());
    let database = Database::create(recorder.storage(), &key(), options()).unwrap();
    let mut txn = database.begin_write().unwrap();
    txn.create_tree_at(TREE, TreeOptions::default()).unwrap();
    txn.commit().unwrap();
    let mut states = vec![Vec::new()];
    let mut acknowledged = vec![recorder.ops().len()];
    for number in 1..=commits {
        do_commit(&database, number);
        states.push(contents(&database.begin_read().unwrap()));
        acknowledged.push(recorder.ops().len());
    }
    drop(database);
    Workload {
        ops: recorder.ops(),
        states,
        acknowledged,
    }
}

#[test]
fn a_crash_at_any_write_leaves_an_acknowledged_state() {
    let Workload {
        ops,
        states,
        acknowledged,
    } = workload(24);
    for (number, span) in (1..).zip(acknowledged.windows(2)) {
        let syncs = ops[span[0]..span[1]]
            .iter()
            .filter(|op| matches!(op, Op::Sync))
            .count();
        assert_eq!(syncs, if number == WIDE { 2 } else { 1 }, "commit {number}");
    }
    let mut durable = Vec::new();
    let mut pending: Vec<&Op> = Vec::new();
    let mut images = 0;
    for (at, op) in ops.iter().enumerate() {
        if at >= acknowledged[1] {
            let least = acknowledged.iter().rposition(|count| *count <= at).unwrap();
            let mut check = |kept: &[&Op], what: &str| {
                let mut image: Vec<u8> = durable.clone();
                kept.iter().for_each(|op| op.apply(&mut image));
                recovers(image, &states, least, &format!("operation {at}, {what}"));
                images += 1;
            };
            check(&pending, "all");
            check(&[], "none");
            for slot in [8192, 16_384] {
                let wiped = Op::Write(slot, vec![0; 8192]);
                let kept: Vec<&Op> = pending.iter().copied().chain([&wiped]).collect();
                loses_one_commit_at_most(
                    &durable,
                    &kept,
                    &states,
                    least,
                    &format!("operation {at}, record at {slot} lost"),
                );
            }
            for lost in 0..pending.len() {
                let kept: Vec<&Op> = pending
                    .iter()
                    .enumerate()
                    .filter(|(n, _)| *n != lost)
                    .map(|(_, op)| *op)
                    .collect();
                check(&kept, &format!("without {lost}"));
                check(&pending[lost..=lost], &format!("only {lost}"));
            }
            if let Some(Op::Write(offset, bytes)) = pending.last() {
                let mut kept = pending[..pending.len() - 1].to_vec();
                let torn = Op::Write(*offset, bytes[..bytes.len() / 2].to_vec());
                kept.push(&torn);
                check(&kept, "torn");
            }
        }
        if matches!(op, Op::Sync) {
            pending.iter().for_each(|op| op.apply(&mut durable));
            pending.clear();
        } else {
            pending.push(op);
        }
    }
    assert!(images > 200, "only {images} images");
}

#[test]
fn after_a_failed_write_or_sync_nothing_commits() {
    let Workload {
        ops,
        states,
        acknowledged,
    } = workload(6);
    for fail_from in acknowledged[0]..*acknowledged.last().unwrap() {
        let recorder = Recorder::over(MemoryStorage::new());
        let database = Database::create(recorder.storage(), &key(), options()).unwrap();
        let mut txn = database.begin_write().unwrap();
        txn.create_tree_at(TREE, TreeOptions::default()).unwrap();
        txn.commit().unwrap();
        recorder.fail_from(Some(fail_from));
        let failed = (1..=6u64).find(|number| {
            let mut txn = database.begin_write().unwrap();
            txn.insert(TREE, &number.to_be_bytes(), &value(*number, 3000))
                .unwrap();
            txn.commit().is_err()
        });
        assert!(failed.is_some() || fail_from > recorder.ops().len());
        let Some(failed) = failed else { continue };
        recorder.fail_from(None);
        let error = database.begin_write().map(|_| ()).unwrap_err();
        assert!(error.is_io(), "{error}");
        assert_eq!(
            database.begin_read().unwrap().tree_len(TREE).unwrap(),
            failed - 1,
            "readers go on"
        );
    }
    assert!(!ops.is_empty() && !states.is_empty());
}

fn writes_and_syncs(ops: &[Op]) -> (usize, usize) {
    let syncs = ops.iter().filter(|op| matches!(op, Op::Sync)).count();
    let writes = ops.iter().filter(|op| matches!(op, Op::Write(..))).count();
    (writes, syncs)
}

fn insert(database: &Database, number: u64, durability: Durability) {
    let mut txn = database.begin_write().unwrap();
    txn.set_durability(durability);
    txn.insert(TREE, &number.to_be_bytes(), &value(number, 40))
        .unwrap();
    txn.commit().unwrap();
    let read = database.begin_read().unwrap();
    assert!(read.get(TREE, &number.to_be_bytes()).unwrap().is_some());
}

#[test]
fn a_small_commit_is_one_write_and_one_sync() {
    let recorder = Recorder::over(MemoryStorage::new());
    let options = Options {
        page_size: PageSize::DEFAULT,
        ..options()
    };
    let database = Database::create(recorder.storage(), &key(), options).unwrap();
    let mut txn = database.begin_write().unwrap();
    txn.create_tree_at(TREE, TreeOptions::default()).unwrap();
    txn.commit().unwrap();
    for number in 0..400 {
        insert(&database, number, Durability::Full);
    }
    let mut single = 0;
    for number in 400..500 {
        let before = recorder.ops().len();
        insert(&database, number, Durability::Full);
        let (writes, syncs) = writes_and_syncs(&recorder.ops()[before..]);
        assert_eq!(syncs, 1, "commit {number}");
        single += usize::from(writes == 1);
    }
    assert!(
        single > 80,
        "checkpoints and jumps apart, one write: {single}"
    );
}

#[test]
fn commits_that_are_not_full_are_seen_at_once_and_synced_later() {
    let recorder = Recorder::over(MemoryStorage::new());
    let database = Database::create(recorder.storage(), &key(), options()).unwrap();
    let mut txn = database.begin_write().unwrap();
    txn.create_tree_at(TREE, TreeOptions::default()).unwrap();
    txn.commit().unwrap();
    let mut synced = writes_and_syncs(&recorder.ops()).1;
    let mut since = |what: &str, expected: std::ops::RangeInclusive<usize>| {
        let now = writes_and_syncs(&recorder.ops()).1;
        let syncs = now - std::mem::replace(&mut synced, now);
        assert!(expected.contains(&syncs), "{what}: {syncs} syncs");
    };
    (0..40).for_each(|number| insert(&database, number, Durability::Normal));
    since("forty normal commits", 0..=0);
    insert(&database, 40, Durability::Full);
    since("a full one after them", 1..=1);
    (41..400).for_each(|number| insert(&database, number, Durability::Normal));
    since("very many normal commits", 4..=8);
    (400..700).for_each(|number| insert(&database, number, Durability::Off));
    since("commits without durability", 0..=0);
    drop(database);
    since("closing, which may also shorten the file", 1..=200);
    let database = Database::open(recorder.storage(), &key(), options()).unwrap();
    assert_eq!(database.begin_read().unwrap().tree_len(TREE).unwrap(), 700);
    assert!(database.check().unwrap().is_ok());
}

#[test]
fn what_a_power_loss_leaves_of_normal_commits_is_a_prefix() {
    let recorder = Recorder::over(MemoryStorage::new());
    let database = Database::create(recorder.storage(), &key(), options()).unwrap();
    let mut txn = database.begin_write().unwrap();
    txn.create_tree_at(TREE, TreeOptions::default()).unwrap();
    txn.commit().unwrap();
    let durable = recorder.ops().len();
    (0..30).for_each(|number| insert(&database, number, Durability::Normal));
    let ops = recorder.ops();
    for lost in durable..ops.len() {
        let mut image = Vec::new();
        let kept = ops.iter().enumerate().filter(|(at, _)| *at != lost);
        kept.for_each(|(_, op)| op.apply(&mut image));
        let storage = MemoryStorage::from_bytes(image);
        let database = Database::open(Arc::new(storage), &key(), options()).unwrap();
        let read = database.begin_read().unwrap();
        let len = read.tree_len(TREE).unwrap();
        for number in 0..len {
            let found = read.get(TREE, &number.to_be_bytes()).unwrap();
            assert_eq!(found.as_deref(), Some(&value(number, 40)[..]));
        }
        assert!(database.check().unwrap().is_ok(), "without {lost}");
    }
}
