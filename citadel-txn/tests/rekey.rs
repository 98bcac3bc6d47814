//! Promise: after a rekey nothing in the file opens with what was known before, and at every moment on the way the new
//! key opens everything.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use citadel_txn::{
    Cursor, Database, Durability, Kdf, Key, MemoryStorage, Options, PageSize, Phase, Quiet, Step,
    TreeId, TreeOptions, View,
};

const PAGE: usize = 512;
const TREE: TreeId = TreeId::new(1);

type Entries = Vec<(Vec<u8>, Vec<u8>)>;

fn old_key() -> Key {
    Key::raw([1; 32])
}

fn new_key() -> Key {
    Key::raw([2; 32])
}

fn options() -> Options {
    Options {
        page_size: PageSize::new(PAGE as u32).unwrap(),
        busy_timeout: Duration::from_millis(30),
        ..Options::default()
    }
}

/// A database with several trees, large values, and free pages.
fn sample() -> (Database, MemoryStorage) {
    sample_with(options())
}

fn sample_with(options: Options) -> (Database, MemoryStorage) {
    let storage = MemoryStorage::new();
    let database = Database::create(Arc::new(storage.clone()), &old_key(), options).unwrap();
    let mut write = database.begin_write().unwrap();
    write.create_tree_at(TREE, TreeOptions::default()).unwrap();
    for _ in 0..40 {
        let tree = write.create_tree(TreeOptions::default()).unwrap();
        write.insert(tree, b"key", b"value").unwrap();
    }
    write.commit().unwrap();
    for round in 0..4u32 {
        let mut write = database.begin_write().unwrap();
        for number in (round..600).step_by(1 + round as usize * 2) {
            let len = if number.is_multiple_of(100) {
                40_000
            } else {
                30
            };
            let value = vec![(number + round) as u8; len];
            write.insert(TREE, &number.to_be_bytes(), &value).unwrap();
        }
        write.commit().unwrap();
    }
    let mut write = database.begin_write().unwrap();
    for number in 100..300u32 {
        write.remove(TREE, &number.to_be_bytes()).unwrap();
    }
    write.commit().unwrap();
    (database, storage)
}

fn entries(database: &Database) -> Entries {
    let read = database.begin_read().unwrap();
    let mut cursor = Cursor::new(TREE);
    let mut all = Vec::new();
    while cursor.next(&read).unwrap() {
        let value = cursor.value(&read).unwrap().into_owned();
        all.push((cursor.key().to_vec(), value));
    }
    all
}

fn open(bytes: Vec<u8>, key: &Key) -> citadel_txn::Result<Database> {
    Database::open(Arc::new(MemoryStorage::from_bytes(bytes)), key, options())
}

/// The last bytes of each page that holds anything: nonce and tag.
fn seals(bytes: &[u8]) -> HashSet<Vec<u8>> {
    let pages = bytes[24_576..].chunks(PAGE);
    let seals = pages.map(|page| page[page.len() - 40..].to_vec());
    seals
        .filter(|seal| seal.iter().any(|byte| *byte != 0))
        .collect()
}

#[test]
fn nothing_is_left_under_the_old_key() {
    let (database, storage) = sample();
    let before = storage.snapshot();
    let expected = entries(&database);
    let report = database
        .rekey(&new_key(), &Kdf::default(), &mut Quiet)
        .unwrap();
    assert!(report.pages_proven > 100 && report.pages_resealed > 100);
    assert!(report.pages_scrubbed > 100);
    assert_eq!(database.rekey_state(), None);
    assert_eq!(entries(&database), expected);
    let check = database.check().unwrap();
    assert!(check.is_ok(), "{check}");
    drop(database);
    let after = storage.snapshot();
    assert_eq!(seals(&before).intersection(&seals(&after)).count(), 0);
    let records = |bytes: &[u8]| {
        bytes[8192..24_576]
            .chunks(8192)
            .map(<[u8]>::to_vec)
            .collect()
    };
    let (old, new): (HashSet<_>, HashSet<_>) = (records(&before), records(&after));
    assert!(old.is_disjoint(&new));
    assert!(open(after.clone(), &old_key()).unwrap_err().is_wrong_key());
    let reopened = open(after, &new_key()).unwrap();
    assert_eq!(entries(&reopened), expected);
    assert!(reopened.check().unwrap().is_ok());
}

#[test]
fn it_ends_in_every_mode_of_durability() {
    for durability in [Durability::Full, Durability::Normal, Durability::Off] {
        let (database, storage) = sample_with(Options {
            durability,
            ..options()
        });
        let expected = entries(&database);
        database
            .rekey(&new_key(), &Kdf::default(), &mut Quiet)
            .unwrap();
        // As a crash leaves it.
        let reopened = open(storage.snapshot(), &new_key()).unwrap();
        assert_eq!(entries(&reopened), expected, "{durability:?}");
        assert!(reopened.check().unwrap().is_ok());
        database.vacuum(&mut Quiet).unwrap();
        let reopened = open(storage.snapshot(), &new_key()).unwrap();
        assert_eq!(entries(&reopened), expected, "{durability:?}");
        assert!(reopened.check().unwrap().is_ok());
    }
}

#[test]
fn others_write_meanwhile() {
    let (database, storage) = sample();
    let mut number = 10_000u32;
    let mut dropped = 16;
    let report = database
        .rekey(&new_key(), &Kdf::default(), &mut |_: Step| {
            let mut write = database.begin_write().unwrap();
            number += 1;
            write
                .insert(TREE, &number.to_be_bytes(), &[7; 700])
                .unwrap();
            write.remove(TREE, &(number - 9_900).to_be_bytes()).unwrap();
            if write.tree_exists(TreeId::new(dropped)).unwrap() {
                write.drop_tree(TreeId::new(dropped)).unwrap();
                dropped += 1;
            }
            write.commit().unwrap();
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(report.pages_proven > 0 && number > 10_010);
    let expected = entries(&database);
    assert!(database.check().unwrap().is_ok());
    drop(database);
    let reopened = open(storage.snapshot(), &new_key()).unwrap();
    assert_eq!(entries(&reopened), expected);
}

#[test]
fn an_interrupted_rekey_goes_on_after_reopening() {
    let (database, storage) = sample();
    let expected = entries(&database);
    let mut stop_after = 0u32;
    let stop = database
        .rekey(&new_key(), &Kdf::default(), &mut |_: Step| {
            ControlFlow::Break(())
        })
        .unwrap_err();
    assert!(stop.is_interrupted());
    drop(database);
    let mut bytes = storage.snapshot();
    let mut phases = HashSet::new();
    loop {
        stop_after += 1;
        let storage = MemoryStorage::from_bytes(bytes);
        let database = Database::open(Arc::new(storage.clone()), &new_key(), options()).unwrap();
        assert!(database.rekey_state().is_some());
        assert_eq!(entries(&database), expected);
        let mut left = stop_after;
        let ended = database.rekey_resume(&mut |step: Step| {
            phases.insert(step.phase);
            left -= 1;
            match left {
                0 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        });
        drop(database);
        bytes = storage.snapshot();
        match ended {
            Ok(_) => break,
            Err(error) => assert!(error.is_interrupted(), "{error}"),
        }
        if stop_after > 20 {
            stop_after *= 2;
        }
    }
    for phase in [Phase::Reseal, Phase::Prove, Phase::Scrub] {
        assert!(phases.contains(&phase), "{phase:?}");
    }
    let database = open(bytes, &new_key()).unwrap();
    assert_eq!(database.rekey_state(), None);
    assert_eq!(entries(&database), expected);
    assert!(database.check().unwrap().is_ok());
    assert!(database.rekey_resume(&mut Quiet).unwrap_err().is_misuse());
}

#[test]
fn a_reader_delays_the_end_and_keeps_its_snapshot() {
    let (database, _) = sample();
    let read = database.begin_read().unwrap();
    let error = database
        .rekey(&new_key(), &Kdf::default(), &mut Quiet)
        .unwrap_err();
    assert!(error.is_busy(), "{error}");
    assert!(database.rekey_state().is_some());
    assert!(read.get(TREE, &5u32.to_be_bytes()).unwrap().is_some());
    drop(read);
    database.rekey_resume(&mut Quiet).unwrap();
    assert_eq!(database.rekey_state(), None);
}
