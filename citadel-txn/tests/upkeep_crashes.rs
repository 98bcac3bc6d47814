//! Promise: wherever a vacuum, a rekey, a backup or a compact copy is cut off, the database opens with every entry, its
//! pages are accounted for, and the work can be begun or continued; a copy that is cut off does not open.
//!
//! Failure model: the disk keeps a prefix of the writes, the last one perhaps only its first half. The simulated disk of
//! the workspace's tests does worse; this one is quick and stands beside the code.

mod support;

use std::sync::Arc;

use citadel_txn::{
    Cursor, Database, Kdf, Key, MemoryStorage, Options, PageSize, Quiet, Storage, TreeId,
    TreeOptions,
};
use support::{Op, Recorder};

const TREE: TreeId = TreeId::new(1);

type Entries = Vec<(Vec<u8>, Vec<u8>)>;

/// What an upkeep does to a storage that holds `bytes`; the bytes after each of its operations, and with half of each write.
fn images_of(bytes: Vec<u8>, partial: bool, upkeep: impl FnOnce(Arc<dyn Storage>)) -> Vec<Vec<u8>> {
    let below = match partial {
        true => MemoryStorage::partial(bytes.clone()),
        false => MemoryStorage::from_bytes(bytes.clone()),
    };
    let recorder = Recorder::over(below);
    upkeep(recorder.storage());
    let mut bytes = bytes;
    let mut images = vec![bytes.clone()];
    for op in recorder.ops() {
        if let Op::Write(offset, data) = &op {
            let mut torn = bytes.clone();
            let half = data[..data.len() / 2].to_vec();
            Op::Write(*offset, half).apply(&mut torn);
            images.push(torn);
        }
        op.apply(&mut bytes);
        images.push(bytes.clone());
    }
    images.dedup();
    images
}

fn key(number: u8) -> Key {
    Key::raw([number; 32])
}

fn options() -> Options {
    Options {
        page_size: PageSize::new(512).unwrap(),
        ..Options::default()
    }
}

/// A closed file with free pages, large values and two trees.
fn sample() -> (Vec<u8>, Entries) {
    let storage = MemoryStorage::new();
    let database = Database::create(Arc::new(storage.clone()), &key(1), options()).unwrap();
    let mut write = database.begin_write().unwrap();
    write.create_tree_at(TREE, TreeOptions::default()).unwrap();
    let other = write.create_tree(TreeOptions { leaf_pages: 2 }).unwrap();
    for number in 0..400u32 {
        let len = if number.is_multiple_of(60) { 5_000 } else { 90 };
        write
            .insert(TREE, &number.to_be_bytes(), &vec![number as u8; len])
            .unwrap();
        write
            .insert(other, &number.to_be_bytes(), b"other")
            .unwrap();
    }
    write.commit().unwrap();
    let mut write = database.begin_write().unwrap();
    for number in (0..400u32).filter(|number| !number.is_multiple_of(6)) {
        write.remove(TREE, &number.to_be_bytes()).unwrap();
        write.remove(other, &number.to_be_bytes()).unwrap();
    }
    write.commit().unwrap();
    let entries = entries(&database);
    drop(database);
    (storage.snapshot(), entries)
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

fn open(bytes: &[u8], key: &Key) -> citadel_txn::Result<Database> {
    let storage = MemoryStorage::from_bytes(bytes.to_vec());
    Database::open(Arc::new(storage), key, options())
}

/// The database as it must be, and still fit to be written.
fn require_whole(database: &Database, expected: &Entries, image: usize) {
    assert_eq!(entries(database), *expected, "image {image}");
    let check = database.check().unwrap();
    assert!(check.is_ok(), "image {image}: {check}");
    let mut write = database.begin_write().unwrap();
    write.insert(TREE, b"later", &[1; 900]).unwrap();
    write.commit().unwrap();
    let check = database.check().unwrap();
    assert!(check.is_ok(), "image {image}, after a commit: {check}");
}

#[test]
fn a_vacuum_that_is_cut_off_loses_nothing() {
    let (bytes, expected) = sample();
    let images = images_of(bytes, false, |storage| {
        let database = Database::open(storage, &key(1), options()).unwrap();
        let report = database.vacuum(&mut Quiet).unwrap();
        assert!(report.pages_after < report.pages_before, "{report:?}");
    });
    assert!(images.len() > 20);
    for (number, image) in images.iter().enumerate() {
        let database = open(image, &key(1)).unwrap();
        require_whole(&database, &expected, number);
    }
}

#[test]
fn a_rekey_that_is_cut_off_goes_on() {
    let (bytes, expected) = sample();
    let images = images_of(bytes, false, |storage| {
        let database = Database::open(storage, &key(1), options()).unwrap();
        let kdf = Kdf::default();
        database.rekey(&key(2), &kdf, &mut Quiet).unwrap();
    });
    let (mut before, mut both, mut during, mut after) = (0, 0, 0, 0);
    for (number, image) in images.iter().enumerate() {
        let Ok(database) = open(image, &key(2)) else {
            require_whole(&open(image, &key(1)).unwrap(), &expected, number);
            before += 1;
            continue;
        };
        // Between the two copies of the header, both keys open.
        if let Ok(database) = open(image, &key(1)) {
            require_whole(&database, &expected, number);
            both += 1;
        }
        match database.rekey_state() {
            Some(_) => {
                assert_eq!(entries(&database), expected, "image {number}");
                if number.is_multiple_of(5) {
                    database.rekey_resume(&mut Quiet).unwrap();
                    assert_eq!(database.rekey_state(), None);
                }
                during += 1;
            }
            None => after += 1,
        }
        require_whole(&database, &expected, number);
    }
    assert!(both <= 2, "{both} images open with the old key too");
    assert!(
        before > 0 && during > 20 && after > 0,
        "{before} {during} {after}"
    );
}

/// A copy that is cut off does not open, or is whole; made again into the same place, it is whole.
fn require_copies(make: impl Fn(&Database, Arc<dyn Storage>)) {
    let (bytes, expected) = sample();
    let database = open(&bytes, &key(1)).unwrap();
    let images = images_of(Vec::new(), true, |target| make(&database, target));
    let mut whole = 0;
    for (number, image) in images.into_iter().enumerate() {
        if let Ok(copy) = open(&image, &key(1)) {
            require_whole(&copy, &expected, number);
            whole += 1;
        }
        let again = MemoryStorage::partial(image);
        make(&database, Arc::new(again.clone()));
        let copy = open(&again.snapshot(), &key(1)).unwrap();
        require_whole(&copy, &expected, number);
    }
    assert!(whole > 0);
}

#[test]
fn a_backup_that_is_cut_off_is_continued() {
    require_copies(|database, target| {
        database.backup(target, &mut Quiet).unwrap();
    });
}

#[test]
fn a_compact_copy_that_is_cut_off_is_made_anew() {
    require_copies(|database, target| {
        database.vacuum_into(target, &mut Quiet).unwrap();
    });
}
