//! Promise: whatever is done to the bytes of a closed file, a reader gets an error or the right answers; never wrong
//! ones, never a panic. Of a file that was not closed, no more than the last commit can be taken away in silence.

use std::sync::Arc;

use citadel_txn::{
    Anchor, CheckReport, Cursor, Database, Kdf, Key, MemoryStorage, Options, PageSize, Result,
    TreeId, TreeOptions,
};

const TREE: TreeId = TreeId::new(1);
const PAGES_OFFSET: usize = 24_576;
type Rows = Vec<(Vec<u8>, Vec<u8>)>;

fn options() -> Options {
    Options {
        page_size: PageSize::MIN,
        kdf: Kdf::lightest(),
        cache_bytes: 1 << 20,
        ..Options::default()
    }
}

fn key() -> Key {
    Key::raw([5; 32])
}

fn open(bytes: &[u8]) -> Result<Database> {
    Database::open(
        Arc::new(MemoryStorage::from_bytes(bytes.to_vec())),
        &key(),
        options(),
    )
}

fn rows(database: &Database) -> Result<Rows> {
    let read = database.begin_read()?;
    let mut cursor = Cursor::new(TREE);
    let mut rows = Vec::new();
    while cursor.next(&read)? {
        rows.push((cursor.key().to_vec(), cursor.value(&read)?.into_owned()));
    }
    Ok(rows)
}

fn write(database: &Database, round: u8) {
    let mut txn = database.begin_write().unwrap();
    for number in 0..40u8 {
        let len = if number == 7 { 900 } else { 20 };
        txn.insert(TREE, &[number], &vec![round; len]).unwrap();
    }
    txn.commit().unwrap();
}

/// A small closed file after each of a few commits, with the rows of the last.
fn history() -> (Vec<Vec<u8>>, Rows) {
    let storage = MemoryStorage::new();
    let database = Database::create(Arc::new(storage.clone()), &key(), options()).unwrap();
    let mut txn = database.begin_write().unwrap();
    txn.create_tree_at(TREE, TreeOptions::default()).unwrap();
    txn.commit().unwrap();
    drop(database);
    let mut images = Vec::new();
    let mut last = Vec::new();
    for round in 1..=6 {
        let database = Database::open(Arc::new(storage.clone()), &key(), options()).unwrap();
        write(&database, round);
        last = rows(&database).unwrap();
        drop(database);
        images.push(storage.snapshot());
    }
    (images, last)
}

/// Gives true where the damage was noticed.
fn error_or_right(bytes: &[u8], expected: &Rows, what: &str) -> bool {
    let Ok(database) = open(bytes) else {
        return true;
    };
    let found = rows(&database);
    let report = database.check();
    match found {
        Ok(rows) => assert_eq!(rows, *expected, "{what}"),
        Err(error) => {
            assert!(error.is_corrupt() || error.is_io(), "{what}: {error}");
            assert!(
                !report.as_ref().is_ok_and(CheckReport::is_ok),
                "{what}: unreadable, and the check says ok"
            );
        }
    }
    !report.is_ok_and(|report| report.is_ok())
}

#[test]
fn flipped_bytes() {
    let (images, expected) = history();
    let image = images.last().unwrap();
    let mut noticed = 0;
    // The superblock's own tests flip all of its bytes; a record is sealed as one, and so is a page.
    let header = (0..8192)
        .step_by(33)
        .chain((8192..PAGES_OFFSET).step_by(13));
    for at in header.chain((PAGES_OFFSET..image.len()).step_by(5)) {
        let mut damaged = image.clone();
        damaged[at] ^= 1 << (at % 8);
        noticed += usize::from(error_or_right(
            &damaged,
            &expected,
            &format!("byte {at} flipped"),
        ));
    }
    assert!(noticed > 400, "{noticed} of {} flips noticed", image.len());
}

#[test]
fn every_pair_of_pages_swapped() {
    let (images, expected) = history();
    let image = images.last().unwrap();
    let pages = (image.len() - PAGES_OFFSET) / 512;
    for one in 0..pages {
        for other in 0..one {
            let mut damaged = image.clone();
            for at in 0..512 {
                damaged.swap(
                    PAGES_OFFSET + one * 512 + at,
                    PAGES_OFFSET + other * 512 + at,
                );
            }
            error_or_right(
                &damaged,
                &expected,
                &format!("pages {one} and {other} swapped"),
            );
        }
    }
}

/// A pair can lie on the records of the two newest commits at once.
#[test]
fn every_pair_of_pages_swapped_in_a_file_that_was_not_closed() {
    let storage = MemoryStorage::new();
    let database = Database::create(Arc::new(storage.clone()), &key(), options()).unwrap();
    let mut txn = database.begin_write().unwrap();
    txn.create_tree_at(TREE, TreeOptions::default()).unwrap();
    txn.commit().unwrap();
    let mut history = Vec::new();
    for round in 1..=5 {
        write(&database, round);
        history.push(rows(&database).unwrap());
    }
    // Two small ones, whose records carry them.
    for round in 6..=7u8 {
        let mut txn = database.begin_write().unwrap();
        txn.insert(TREE, &[round], &[round; 500]).unwrap();
        txn.commit().unwrap();
        history.push(rows(&database).unwrap());
    }
    let image = storage.snapshot();
    let [.., before, last] = &history[..] else {
        panic!("commits")
    };
    let (mut noticed, mut rolled_back) = (0, 0);
    let pages = image.len() / 512;
    for one in 16..pages {
        for other in 16..one {
            let mut damaged = image.clone();
            let (front, back) = damaged.split_at_mut(one * 512);
            front[other * 512..][..512].swap_with_slice(&mut back[..512]);
            let Ok(found) = open(&damaged).and_then(|database| rows(&database)) else {
                noticed += 1;
                continue;
            };
            rolled_back += usize::from(found == *before);
            assert!(
                found == *last || found == *before,
                "pages {one} and {other} swapped"
            );
        }
    }
    assert!(
        noticed > 100 && rolled_back > 10,
        "{noticed}, {rolled_back}"
    );
}

#[test]
fn every_page_replaced_by_each_older_version() {
    let (images, expected) = history();
    let image = images.last().unwrap();
    for older in &images[..images.len() - 1] {
        for start in (0..older.len().min(image.len())).step_by(512) {
            let mut damaged = image.clone();
            let end = (start + 512).min(older.len());
            damaged[start..end].copy_from_slice(&older[start..end]);
            error_or_right(&damaged, &expected, &format!("byte {start} on replaced"));
        }
    }
}

#[test]
fn truncated_anywhere() {
    let (images, expected) = history();
    let image = images.last().unwrap();
    for len in (0..image.len()).step_by(97) {
        error_or_right(&image[..len], &expected, &format!("cut to {len} bytes"));
    }
}

#[test]
fn an_older_copy_is_refused_where_an_anchor_is_known() {
    let (images, _) = history();
    let anchors: Vec<Anchor> = images
        .iter()
        .map(|image| open(image).unwrap().anchor())
        .collect();
    for (at, anchor) in anchors.iter().enumerate() {
        assert_eq!(Anchor::from_bytes(&anchor.to_bytes()), *anchor);
        for (copy, image) in images.iter().enumerate() {
            let options = Options {
                expect: Some(*anchor),
                ..options()
            };
            let opened = Database::open(
                Arc::new(MemoryStorage::from_bytes(image.clone())),
                &key(),
                options,
            );
            match opened {
                Ok(_) => assert!(copy >= at, "copy {copy} passed for {at}"),
                Err(error) => assert!(copy < at && error.is_rolled_back(), "{error}"),
            }
        }
    }
}
