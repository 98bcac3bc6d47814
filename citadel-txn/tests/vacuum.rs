//! Promise: a vacuum gives back what is free and changes no entry, whoever reads and writes meanwhile.

use std::ops::ControlFlow;
use std::sync::Arc;

use citadel_txn::{
    Cursor, Database, Key, MemoryStorage, Options, PageSize, Quiet, Step, TreeId, TreeOptions, View,
};

const PAGE: usize = 512;
const TREES: [TreeId; 2] = [TreeId::new(1), TreeId::new(2)];

type Entries = Vec<(Vec<u8>, Vec<u8>)>;

fn key() -> Key {
    Key::raw([6; 32])
}

fn options() -> Options {
    Options {
        page_size: PageSize::new(PAGE as u32).unwrap(),
        ..Options::default()
    }
}

fn value(number: u32) -> Vec<u8> {
    let len = if number.is_multiple_of(97) { 9_000 } else { 40 };
    vec![number as u8; len]
}

/// A database whose trees were filled, and then emptied but for one entry in seven.
fn sample() -> (Database, MemoryStorage) {
    let storage = MemoryStorage::new();
    let database = Database::create(Arc::new(storage.clone()), &key(), options()).unwrap();
    let mut write = database.begin_write().unwrap();
    for (tree, leaf_pages) in TREES.into_iter().zip([1, 3]) {
        write
            .create_tree_at(tree, TreeOptions { leaf_pages })
            .unwrap();
    }
    let extra = write.create_tree(TreeOptions::default()).unwrap();
    write.insert(extra, b"a", b"b").unwrap();
    write.commit().unwrap();
    for from in (0..3000u32).step_by(300) {
        let mut write = database.begin_write().unwrap();
        for number in from..from + 300 {
            for tree in TREES {
                write
                    .insert(tree, &number.to_be_bytes(), &value(number))
                    .unwrap();
            }
        }
        write.commit().unwrap();
    }
    let mut write = database.begin_write().unwrap();
    for number in (0..3000u32).filter(|number| !number.is_multiple_of(7)) {
        for tree in TREES {
            write.remove(tree, &number.to_be_bytes()).unwrap();
        }
    }
    write.commit().unwrap();
    (database, storage)
}

fn entries(database: &Database) -> [Entries; 2] {
    let read = database.begin_read().unwrap();
    TREES.map(|tree| {
        let mut cursor = Cursor::new(tree);
        let mut all = Vec::new();
        while cursor.next(&read).unwrap() {
            let value = cursor.value(&read).unwrap().into_owned();
            all.push((cursor.key().to_vec(), value));
        }
        all
    })
}

fn open(bytes: Vec<u8>) -> citadel_txn::Result<Database> {
    Database::open(
        Arc::new(MemoryStorage::from_bytes(bytes)),
        &key(),
        options(),
    )
}

#[test]
fn a_compact_copy_is_dense_and_equal() {
    let (database, _) = sample();
    let expected = entries(&database);
    let target = MemoryStorage::new();
    let report = database
        .vacuum_into(Arc::new(target.clone()), &mut Quiet)
        .unwrap();
    assert!(report.pages_after * 4 < report.pages_before, "{report:?}");
    let copy = open(target.snapshot()).unwrap();
    assert_eq!(entries(&copy), expected);
    let check = copy.check().unwrap();
    assert!(check.is_ok(), "{check}");
    assert!(copy.generation() > database.generation());
    let space = copy.space(&mut Quiet).unwrap();
    assert!(space.tree(TREES[0]).unwrap().fill() > 0.85);
    let mut write = copy.begin_write().unwrap();
    let fresh = write.create_tree(TreeOptions::default()).unwrap();
    assert_eq!(fresh.get(), 17, "ids go on");
    write.commit().unwrap();
    assert!(copy.check().unwrap().is_ok());
}

#[test]
fn an_interrupted_copy_does_not_open_and_is_begun_anew() {
    let (database, _) = sample();
    let target = MemoryStorage::partial(Vec::new());
    for stop_after in [1, 50, 150] {
        let mut left = stop_after;
        let error = database
            .vacuum_into(Arc::new(target.clone()), &mut |_: Step| {
                left -= 1;
                match left {
                    0 => ControlFlow::Break(()),
                    _ => ControlFlow::Continue(()),
                }
            })
            .unwrap_err();
        assert!(error.is_interrupted());
        assert!(open(target.snapshot()).is_err());
    }
    database
        .vacuum_into(Arc::new(target.clone()), &mut Quiet)
        .unwrap();
    let copy = open(target.snapshot()).unwrap();
    assert_eq!(entries(&copy), entries(&database));
    assert!(copy.check().unwrap().is_ok());
}

#[test]
fn a_copy_is_of_one_commit() {
    let (database, _) = sample();
    let expected = entries(&database);
    let target = MemoryStorage::new();
    let mut number = 50_000u32;
    database
        .vacuum_into(Arc::new(target.clone()), &mut |_: Step| {
            number += 1;
            if number.is_multiple_of(20) {
                let mut write = database.begin_write().unwrap();
                write
                    .insert(TREES[0], &number.to_be_bytes(), b"new")
                    .unwrap();
                write
                    .remove(TREES[1], &(number % 3000).to_be_bytes())
                    .unwrap();
                write.commit().unwrap();
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(entries(&open(target.snapshot()).unwrap()), expected);
}

#[test]
fn a_vacuum_in_place_gives_back_what_is_free() {
    let (database, storage) = sample();
    let expected = entries(&database);
    let before = storage.snapshot().len();
    let report = database.vacuum(&mut Quiet).unwrap();
    let compact = database
        .vacuum_into(Arc::new(MemoryStorage::new()), &mut Quiet)
        .unwrap();
    assert!(
        report.pages_after <= compact.pages_after * 5 / 4 + 40,
        "{report:?}, dense {}",
        compact.pages_after
    );
    assert!(storage.snapshot().len() * 3 < before);
    let space = database.space(&mut Quiet).unwrap();
    assert!(space.tree(TREES[0]).unwrap().depth >= 3);
    for tree in TREES {
        let fill = space.tree(tree).unwrap().fill();
        assert!(fill > 0.75, "tree {tree} is {fill} full");
    }
    assert_eq!(entries(&database), expected);
    let check = database.check().unwrap();
    assert!(check.is_ok(), "{check}");
    drop(database);
    let reopened = open(storage.snapshot()).unwrap();
    assert_eq!(entries(&reopened), expected);
    let check = reopened.check().unwrap();
    assert!(check.is_ok(), "{check}");
}

#[test]
fn a_vacuum_can_be_stopped_at_every_step() {
    let (database, storage) = sample();
    let expected = entries(&database);
    let mut stop_after = 1;
    loop {
        let mut left = stop_after;
        let ended = database.vacuum(&mut |_: Step| {
            left -= 1;
            match left {
                0 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        });
        assert_eq!(entries(&database), expected);
        let check = database.check().unwrap();
        assert!(check.is_ok(), "{check}");
        match ended {
            Ok(_) => break,
            Err(error) => assert!(error.is_interrupted(), "{error}"),
        }
        // What a crash would leave now is sound too.
        let crashed = open(storage.snapshot()).unwrap();
        assert_eq!(entries(&crashed), expected);
        assert!(crashed.check().unwrap().is_ok());
        stop_after += 1;
    }
    assert!(stop_after > 4, "{stop_after}");
}

#[test]
fn others_read_and_write_during_a_vacuum() {
    let (database, storage) = sample();
    let read = database.begin_read().unwrap();
    let old: Vec<_> = (0..3000u32)
        .map(|number| read.get(TREES[0], &number.to_be_bytes()).unwrap().is_some())
        .collect();
    let mut number = 70_000u32;
    database
        .vacuum(&mut |_: Step| {
            let mut write = database.begin_write().unwrap();
            number += 1;
            write
                .insert(TREES[0], &number.to_be_bytes(), &[1; 2_000])
                .unwrap();
            write
                .remove(TREES[1], &((number - 70_000) * 7).to_be_bytes())
                .unwrap();
            write.commit().unwrap();
            ControlFlow::Continue(())
        })
        .unwrap();
    for (number, was) in old.iter().enumerate() {
        let key = (number as u32).to_be_bytes();
        assert_eq!(read.get(TREES[0], &key).unwrap().is_some(), *was);
    }
    drop(read);
    let expected = entries(&database);
    let before = database.space(&mut Quiet).unwrap().pages_total;
    database.vacuum(&mut Quiet).unwrap();
    assert!(database.space(&mut Quiet).unwrap().pages_total < before);
    assert_eq!(entries(&database), expected);
    assert!(database.check().unwrap().is_ok());
    drop(database);
    assert_eq!(entries(&open(storage.snapshot()).unwrap()), expected);
}

#[test]
fn deleting_and_reloading_does_not_grow_the_file() {
    let (database, _) = sample();
    let mut sizes = Vec::new();
    for _ in 0..40 {
        let mut write = database.begin_write().unwrap();
        for number in 0..3000u32 {
            write
                .insert(TREES[0], &number.to_be_bytes(), &value(number))
                .unwrap();
        }
        write.commit().unwrap();
        let mut write = database.begin_write().unwrap();
        for number in (0..3000u32).filter(|number| number.is_multiple_of(2)) {
            write.remove(TREES[0], &number.to_be_bytes()).unwrap();
        }
        write.commit().unwrap();
        sizes.push(database.space(&mut Quiet).unwrap().pages_total);
    }
    assert_eq!(sizes[20], sizes[39], "{sizes:?}");
    assert!(sizes[39] * 10 <= sizes[3] * 11, "{sizes:?}");
}
