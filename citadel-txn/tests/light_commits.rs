//! Commits that write no pages: what they leave is what whole commits would leave.

use std::collections::BTreeMap;
use std::sync::Arc;

use citadel_txn::{
    Cursor, Database, Key, MemoryStorage, Options, PageSize, Result, TreeId, TreeOptions, View,
};
use proptest::prelude::*;
use support::{Op, Recorder};

mod support;

const TREE: TreeId = TreeId::new(1);

type Entries = BTreeMap<Vec<u8>, Vec<u8>>;

fn key() -> Key {
    Key::raw([3; 32])
}

fn options() -> Options {
    Options {
        cache_bytes: 4 << 20,
        page_size: PageSize::new(4096).unwrap(),
        ..Options::default()
    }
}

fn database() -> (MemoryStorage, Database) {
    let storage = MemoryStorage::new();
    let database = Database::create(Arc::new(storage.clone()), &key(), options()).unwrap();
    let mut txn = database.begin_write().unwrap();
    txn.create_tree_at(TREE, TreeOptions::default()).unwrap();
    for id in 0..500u32 {
        txn.insert(TREE, &id.to_be_bytes(), &[1; 50]).unwrap();
    }
    txn.insert(TREE, b"large", &[2; 9000]).unwrap();
    txn.commit().unwrap();
    (storage, database)
}

fn entries(view: &dyn View) -> Entries {
    let mut cursor = Cursor::new(TREE);
    let mut entries = Entries::new();
    while cursor.next(view).unwrap() {
        let value = cursor.value(view).unwrap().to_vec();
        entries.insert(cursor.key().to_vec(), value);
    }
    entries
}

/// The file as a crash would leave it now, opened anew.
fn reopened(storage: &MemoryStorage) -> Database {
    let copy = MemoryStorage::from_bytes(storage.snapshot());
    Database::open(Arc::new(copy), &key(), options()).unwrap()
}

fn put(database: &Database, name: &[u8], value: &[u8]) {
    let mut txn = database.begin_write().unwrap();
    txn.insert(TREE, name, value).unwrap();
    txn.commit().unwrap();
}

/// The checkpoints, which are written now and then, are not counted.
fn pages_that_differ(before: &[u8], after: &[u8]) -> usize {
    let pages = before.chunks(4096).zip(after.chunks(4096)).skip(6);
    pages.filter(|(before, after)| before != after).count()
}

#[test]
fn a_small_commit_writes_its_record_only() {
    let (storage, database) = database();
    put(&database, b"first", b"x");
    for id in 0..8u32 {
        let before = storage.snapshot();
        put(&database, &(id * 60).to_be_bytes(), b"changed");
        let after = storage.snapshot();
        // A short record.
        assert_eq!(pages_that_differ(&before, &after), 1);
    }
    assert_eq!(
        entries(&reopened(&storage).begin_read().unwrap()).len(),
        502
    );
}

#[test]
fn commits_that_are_waited_for_together_are_one_record() {
    let (storage, database) = database();
    put(&database, b"first", b"x");
    let before = storage.snapshot();
    let mut last = None;
    for id in 0..5u32 {
        let mut txn = database.begin_write().unwrap();
        assert_eq!(entries(&txn).len(), 502, "each stands on the one before");
        txn.insert(TREE, &(id * 60).to_be_bytes(), b"changed")
            .unwrap();
        last = Some(txn.commit_later().unwrap());
    }
    assert_eq!(storage.snapshot(), before, "nothing is written yet");
    let seen = |database: &Database| {
        let entries = entries(&database.begin_read().unwrap());
        entries
            .values()
            .filter(|value| *value == b"changed")
            .count()
    };
    assert_eq!(
        seen(&database),
        0,
        "nothing is published that is not durable"
    );
    last.unwrap().wait().unwrap();
    assert_eq!(pages_that_differ(&before, &storage.snapshot()), 1);
    assert_eq!(seen(&database), 5);
    assert_eq!(seen(&reopened(&storage)), 5);
    put(&database, b"after", b"y");
    assert_eq!(seen(&reopened(&storage)), 5);
}

/// Now and then a light commit writes the free map with its record: another one's record cannot be for it.
#[test]
fn whatever_is_waited_for_is_found_however_long_the_log_of_free_space() {
    let (storage, database) = database();
    for round in 0..250u32 {
        let mut last = None;
        for id in 0..3u32 {
            let mut txn = database.begin_write().unwrap();
            let value = (round * 3 + id).to_be_bytes();
            txn.insert(TREE, &(round * 3 + id).to_be_bytes(), &value)
                .unwrap();
            last = Some(txn.commit_later().unwrap());
        }
        last.unwrap().wait().unwrap();
        let read = reopened(&storage).begin_read().unwrap();
        for id in round * 3..round * 3 + 3 {
            let value = read.get(TREE, &id.to_be_bytes()).unwrap();
            assert_eq!(value.as_deref(), Some(&id.to_be_bytes()[..]), "{id}");
        }
    }
}

#[test]
fn a_commit_that_nobody_waits_for_is_durable_with_the_next_one() {
    let (storage, database) = database();
    put(&database, b"first", b"x");
    for (name, value) in [(b"second", vec![1; 10]), (b"third!", vec![2; 9000])] {
        let mut txn = database.begin_write().unwrap();
        txn.insert(TREE, name, &value).unwrap();
        drop(txn.commit_later().unwrap());
        put(&database, b"other", &value);
        let read = reopened(&storage).begin_read().unwrap();
        assert_eq!(read.get(TREE, name).unwrap().as_deref(), Some(&value[..]));
    }
    let mut txn = database.begin_write().unwrap();
    txn.insert(TREE, b"last", b"z").unwrap();
    drop(txn.commit_later().unwrap());
    drop(database);
    let read = reopened(&storage).begin_read().unwrap();
    assert!(read.get(TREE, b"last").unwrap().is_some(), "closing waits");
}

#[test]
fn the_commit_that_writes_what_is_afloat_is_one_write_too() {
    let recorder = Recorder::over(MemoryStorage::new());
    let database = Database::create(recorder.storage(), &key(), options()).unwrap();
    let mut txn = database.begin_write().unwrap();
    txn.create_tree_at(TREE, TreeOptions::default()).unwrap();
    txn.commit().unwrap();
    let (mut whole, mut in_pieces) = (0, 0);
    for id in 0..400u32 {
        let before = recorder.ops().len();
        put(&database, &id.to_be_bytes(), &[7; 100]);
        let ops = recorder.ops().split_off(before);
        // Checkpoints, and zeros at the end of the file, are not of the commit.
        let of_commit = |op: &&Op| match op {
            Op::Write(offset, bytes) => *offset >= 6 * 4096 && bytes.iter().any(|byte| *byte != 0),
            _ => false,
        };
        let writes: Vec<_> = ops.iter().filter(of_commit).collect();
        let len: usize = writes.iter().map(|op| op.len()).sum();
        whole += usize::from(len > 8192);
        in_pieces += usize::from(writes.len() > 1);
    }
    // At the end of a free run, records walk on elsewhere, and there may be no room behind the last one.
    assert!(whole > 5, "{whole} commits wrote pages");
    assert!(in_pieces * 3 <= whole, "{in_pieces} of {whole} in pieces");
}

#[test]
fn a_snapshot_between_light_commits_stays_as_it_is() {
    let (storage, database) = database();
    let mut seen = Vec::new();
    for id in 0..100u32 {
        put(&database, &(id * 7).to_be_bytes(), &id.to_be_bytes());
        let read = database.begin_read().unwrap();
        let now = entries(&read);
        assert_eq!(
            now[id.wrapping_mul(7).to_be_bytes().as_slice()],
            id.to_be_bytes()
        );
        seen.push((read, now));
    }
    for (read, then) in &seen {
        assert_eq!(entries(read), *then);
    }
    let (_, last) = seen.last().unwrap();
    assert_eq!(entries(&reopened(&storage).begin_read().unwrap()), *last);
}

#[test]
fn a_rollback_on_top_of_a_light_commit_leaves_it_alone() {
    let (storage, database) = database();
    put(&database, b"kept", b"1");
    let then = entries(&database.begin_read().unwrap());
    let mut txn = database.begin_write().unwrap();
    txn.insert(TREE, b"kept", b"2").unwrap();
    txn.remove(TREE, &5u32.to_be_bytes()).unwrap();
    txn.rollback();
    assert_eq!(entries(&database.begin_read().unwrap()), then);
    put(&database, b"other", b"3");
    assert_eq!(
        database
            .begin_read()
            .unwrap()
            .get(TREE, b"kept")
            .unwrap()
            .as_deref(),
        Some(&b"1"[..])
    );
    assert_eq!(
        reopened(&storage)
            .begin_read()
            .unwrap()
            .tree_len(TREE)
            .unwrap(),
        503
    );
}

#[test]
fn a_savepoint_that_was_returned_to_is_not_in_the_log() {
    let (storage, database) = database();
    let mut txn = database.begin_write().unwrap();
    txn.insert(TREE, b"stays", b"1").unwrap();
    let savepoint = txn.savepoint();
    txn.insert(TREE, b"goes", b"2").unwrap();
    txn.rollback_to(&savepoint).unwrap();
    txn.commit().unwrap();
    let found = entries(&reopened(&storage).begin_read().unwrap());
    assert!(found.contains_key(&b"stays"[..]) && !found.contains_key(&b"goes"[..]));
}

#[test]
fn a_large_value_that_a_light_commit_replaces_gives_its_pages_back() {
    let (storage, database) = database();
    put(&database, b"large", b"small");
    for database in [&database, &reopened(&storage)] {
        // Enough for a whole commit.
        for id in 0..200u32 {
            put(database, &id.to_be_bytes(), &[id as u8; 50]);
        }
        let report = database.check().unwrap();
        assert!(report.is_ok(), "{report}");
        assert_eq!((report.large_values, report.entries), (0, 501));
    }
}

#[test]
fn a_large_value_that_its_own_transaction_replaces_is_not_in_the_log() {
    let (storage, database) = database();
    let mut txn = database.begin_write().unwrap();
    txn.insert(TREE, b"k", &[1; 3000]).unwrap();
    txn.insert(TREE, b"k", b"small").unwrap();
    txn.commit().unwrap();
    put(&database, b"other", b"1");
    let found = entries(&reopened(&storage).begin_read().unwrap());
    assert_eq!(found[&b"k"[..]], b"small");
}

#[test]
fn a_reader_in_another_process_sees_light_commits() {
    let (storage, database) = database();
    let reading = Options {
        read_only: true,
        ..options()
    };
    let reader = Database::open(Arc::new(storage.clone()), &key(), reading).unwrap();
    for id in 0..150u32 {
        put(&database, &(id * 3).to_be_bytes(), b"new");
        assert_eq!(
            entries(&reader.begin_read().unwrap()),
            entries(&database.begin_read().unwrap())
        );
    }
}

/// What a step does to the entry of a number.
#[derive(Clone, Debug)]
enum Step {
    Put(u16, usize),
    Remove(u16),
    Commit,
    RollBack,
    Crash,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0u16..60, prop_oneof![9 => 0usize..120, 1 => 1000usize..9000]).prop_map(|(id, len)| Step::Put(id, len)),
        3 => (0u16..60).prop_map(Step::Remove),
        6 => Just(Step::Commit),
        1 => Just(Step::RollBack),
        1 => Just(Step::Crash),
    ]
}

fn run(steps: &[Step]) -> Result<()> {
    let (mut storage, mut database) = database();
    let mut committed = entries(&database.begin_read()?);
    let (mut txn, mut changed) = (database.begin_write()?, committed.clone());
    for step in steps {
        match step {
            Step::Put(id, len) => {
                txn.insert(TREE, &id.to_be_bytes(), &vec![*id as u8; *len])?;
                changed.insert(id.to_be_bytes().to_vec(), vec![*id as u8; *len]);
            }
            Step::Remove(id) => {
                let was_there = changed.remove(&id.to_be_bytes()[..]).is_some();
                assert_eq!(txn.remove(TREE, &id.to_be_bytes())?, was_there);
            }
            Step::Commit => {
                txn.commit()?;
                committed = changed.clone();
                txn = database.begin_write()?;
            }
            Step::RollBack => {
                txn.rollback();
                changed = committed.clone();
                txn = database.begin_write()?;
            }
            Step::Crash => {
                drop(txn);
                storage = MemoryStorage::from_bytes(storage.snapshot());
                database = Database::open(Arc::new(storage.clone()), &key(), options())?;
                let report = database.check()?;
                assert!(report.is_ok(), "{report}");
                assert_eq!(report.entries, committed.len() as u64);
                changed = committed.clone();
                txn = database.begin_write()?;
            }
        }
        assert_eq!(entries(&database.begin_read()?), committed);
    }
    assert_eq!(entries(&txn), changed);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn light_and_whole_commits_leave_the_same(steps in proptest::collection::vec(step(), 1..80)) {
        run(&steps).unwrap();
    }
}
