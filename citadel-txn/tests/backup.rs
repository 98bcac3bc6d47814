//! Promise: a backup is the database as one commit left it, whatever is written meanwhile; a target that is not finished
//! does not open, and is continued where it stopped.

use std::ops::ControlFlow;
use std::sync::Arc;

use citadel_txn::{
    Cursor, Database, Key, MemoryStorage, Options, PageSize, Phase, Quiet, Step, TreeId,
    TreeOptions,
};

const TREE: TreeId = TreeId::new(1);

fn key() -> Key {
    Key::raw([3; 32])
}

fn options() -> Options {
    Options {
        page_size: PageSize::new(512).unwrap(),
        cache_bytes: 64 << 10,
        ..Options::default()
    }
}

fn value(number: u32) -> Vec<u8> {
    let len = if number.is_multiple_of(50) {
        90_000
    } else {
        20
    };
    vec![number as u8; len]
}

/// A database of a few hundred entries, some of them large, written by several commits.
fn sample() -> (Database, MemoryStorage) {
    let storage = MemoryStorage::new();
    let database = Database::create(Arc::new(storage.clone()), &key(), options()).unwrap();
    for round in 0..5u32 {
        let mut write = database.begin_write().unwrap();
        if round == 0 {
            write.create_tree_at(TREE, TreeOptions::default()).unwrap();
        }
        for number in (round * 100)..(round * 100 + 100) {
            write
                .insert(TREE, &number.to_be_bytes(), &value(number))
                .unwrap();
        }
        write.commit().unwrap();
    }
    (database, storage)
}

fn entries(database: &Database) -> Vec<(Vec<u8>, Vec<u8>)> {
    let read = database.begin_read().unwrap();
    let mut cursor = Cursor::new(TREE);
    let mut all = Vec::new();
    while cursor.next(&read).unwrap() {
        all.push((
            cursor.key().to_vec(),
            cursor.value(&read).unwrap().into_owned(),
        ));
    }
    all
}

fn open(bytes: Vec<u8>) -> citadel_txn::Result<Database> {
    Database::open(
        Arc::new(MemoryStorage::from_bytes(bytes)),
        &key(),
        options(),
    )
}

#[test]
fn a_backup_is_the_commit_that_it_began_at() {
    let (database, _) = sample();
    let expected = entries(&database);
    let target = MemoryStorage::new();
    let mut steps = 0u32;
    let report = database
        .backup(Arc::new(target.clone()), &mut |_: Step| {
            steps += 1;
            if steps.is_multiple_of(7) {
                let mut write = database.begin_write().unwrap();
                for number in 0..20u32 {
                    write
                        .remove(TREE, &(steps * 20 + number).to_be_bytes())
                        .unwrap();
                    write
                        .insert(TREE, &(steps + 100_000).to_be_bytes(), b"new")
                        .unwrap();
                }
                write.commit().unwrap();
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(steps > 100);
    assert_ne!(entries(&database), expected);
    assert_eq!(report.pages, report.pages_copied);
    assert_eq!(report.bytes, target.snapshot().len() as u64);
    let copy = open(target.snapshot()).unwrap();
    let check = copy.check().unwrap();
    assert!(check.is_ok(), "{check}");
    assert_eq!(entries(&copy), expected);
    let mut write = copy.begin_write().unwrap();
    write.insert(TREE, b"later", b"yes").unwrap();
    write.commit().unwrap();
    let check = copy.check().unwrap();
    assert!(check.is_ok(), "{check}");
}

#[test]
fn an_interrupted_backup_does_not_open_and_goes_on() {
    let (database, _) = sample();
    let expected = entries(&database);
    let target = MemoryStorage::partial(Vec::new());
    let mut limit = 0;
    let report = loop {
        limit += 40;
        let mut left = limit;
        let ended = database.backup(Arc::new(target.clone()), &mut |step: Step| {
            left -= 1;
            if left == 0 && step.phase == Phase::Copy {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        match ended {
            Ok(report) => break report,
            Err(error) => assert!(error.is_interrupted(), "{error}"),
        }
        assert!(open(target.snapshot()).is_err());
    };
    assert!(report.pages_copied < report.pages);
    let copy = open(target.snapshot()).unwrap();
    assert!(copy.check().unwrap().is_ok());
    assert_eq!(entries(&copy), expected);
}

#[test]
fn a_damaged_source_is_not_backed_up() {
    let (database, storage) = sample();
    let mut bytes = storage.snapshot();
    let middle = bytes.len() / 3;
    bytes[middle] ^= 1;
    let damaged = open(bytes).unwrap();
    let target = MemoryStorage::new();
    let error = damaged
        .backup(Arc::new(target.clone()), &mut Quiet)
        .unwrap_err();
    assert!(error.is_tampered(), "{error}");
    assert!(open(target.snapshot()).is_err());
    drop(database);
}

#[test]
fn a_file_gets_its_name_at_the_end() {
    let (database, _) = sample();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("copy.citadel");
    let target = citadel_txn::FileStorage::create_partial(&path).unwrap();
    let mut unnamed = true;
    database
        .backup(Arc::new(target), &mut |_: Step| {
            unnamed &= !path.exists();
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(unnamed);
    let file = citadel_txn::FileStorage::open(&path).unwrap();
    let copy = Database::open(Arc::new(file), &key(), options()).unwrap();
    assert_eq!(entries(&copy), entries(&database));
}

#[test]
fn the_space_report_counts_every_page_once() {
    let (database, _) = sample();
    let report = database.space(&mut Quiet).unwrap();
    let check = database.check().unwrap();
    let tree = report.tree(TREE).unwrap();
    assert_eq!(tree.entries, 500);
    assert_eq!(tree.large_values, 10);
    assert_eq!(
        tree.leaf_pages + report.catalog.leaf_pages,
        check.pages.leaves
    );
    assert_eq!(tree.extent_pages, check.pages.extents);
    assert!(tree.fill() > 0.8, "{}", tree.fill());
    assert!(tree.depth > 1);
    assert_eq!(report.pages_records, check.pages.records);
    let booked = tree.pages() + report.catalog.pages() + report.pages_free_map;
    assert_eq!(
        report.pages_total,
        booked + report.pages_free + report.pages_retired + report.pages_records
    );
}
