//! Promise: a reader sees one commit for its whole life, whatever is committed meanwhile; it costs the pages that it
//! pins, and only as long as it lives. A process that only reads follows the writer, or says that it fell behind.

use std::sync::Arc;
use std::time::Duration;

use citadel_txn::{
    Cursor, Database, Kdf, Key, MemoryStorage, Options, PageSize, ReadTxn, TreeId, TreeOptions,
    View,
};

const TREE: TreeId = TreeId::new(1);

fn options() -> Options {
    Options {
        page_size: PageSize::MIN,
        kdf: Kdf::lightest(),
        cache_bytes: 64 << 10,
        busy_timeout: Duration::from_millis(20),
        ..Options::default()
    }
}

fn key() -> Key {
    Key::raw([2; 32])
}

fn database() -> (MemoryStorage, Database) {
    let storage = MemoryStorage::new();
    let database = Database::create(Arc::new(storage.clone()), &key(), options()).unwrap();
    let mut txn = database.begin_write().unwrap();
    txn.create_tree_at(TREE, TreeOptions::default()).unwrap();
    txn.commit().unwrap();
    (storage, database)
}

fn number_of(commit: u64, slot: u16) -> Vec<u8> {
    commit
        .wrapping_mul(slot.into())
        .to_le_bytes()
        .repeat(1 + usize::from(slot % 3))
}

/// Every slot gets a value that tells the commit.
fn fill(database: &Database, commit: u64) {
    let mut txn = database.begin_write().unwrap();
    for slot in 0..200u16 {
        txn.insert(TREE, &slot.to_be_bytes(), &number_of(commit, slot))
            .unwrap();
    }
    let large = vec![commit as u8; 5000];
    txn.insert(TREE, b"large", &large).unwrap();
    txn.commit().unwrap();
}

fn shows(read: &ReadTxn, commit: u64) {
    let mut cursor = Cursor::new(TREE);
    for slot in 0..200u16 {
        assert!(cursor.next(read).unwrap());
        assert_eq!(cursor.key(), slot.to_be_bytes());
        assert_eq!(
            cursor.value(read).unwrap(),
            number_of(commit, slot),
            "commit {commit}, slot {slot}"
        );
    }
    assert_eq!(
        read.get(TREE, b"large").unwrap().unwrap()[..],
        vec![commit as u8; 5000]
    );
}

#[test]
fn a_snapshot_stays_exact_through_hundreds_of_commits() {
    let (_, database) = database();
    fill(&database, 1);
    let first = database.begin_read().unwrap();
    let mut others = Vec::new();
    for commit in 2..300 {
        fill(&database, commit);
        if commit % 60 == 0 {
            others.push((commit, database.begin_read().unwrap()));
        }
        if commit % 90 == 0 {
            shows(&first, 1);
        }
    }
    shows(&first, 1);
    for (commit, read) in &others {
        shows(read, *commit);
    }
    let report = database.check().unwrap();
    assert!(report.is_ok(), "{report}");
    let with_snapshots = report.pages.total - report.pages.records;
    assert!(
        with_snapshots < 1600,
        "snapshots pin what they reach and no more: {report}"
    );
    drop(first);
    drop(others);
    fill(&database, 300);
    fill(&database, 301);
    let report = database.check().unwrap();
    assert!(report.is_ok(), "{report}");
    let pages = report.pages;
    let reachable = pages.branches + pages.leaves + pages.extents + pages.free_map;
    assert!(
        pages.retired <= 2 * reachable + pages.records,
        "nothing stays pinned: {report}"
    );
}

#[test]
fn readers_and_the_writer_do_not_wait_for_each_other() {
    let (_, database) = database();
    fill(&database, 1);
    let writing = database.begin_write().unwrap();
    shows(&database.begin_read().unwrap(), 1);
    drop(writing);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..30 {
                    let read = database.begin_read().unwrap();
                    let large = read.get(TREE, b"large").unwrap().unwrap();
                    shows(&read, u64::from(large[0]));
                }
            });
        }
        for commit in 2..60 {
            fill(&database, commit);
        }
    });
}

#[test]
fn a_second_writer_waits_and_then_is_told_that_it_is_busy() {
    let (_, database) = database();
    let first = database.begin_write().unwrap();
    assert!(database.begin_write().map(|_| ()).unwrap_err().is_busy());
    drop(first);
    database.begin_write().unwrap().rollback();
}

#[test]
fn deleting_and_reloading_does_not_grow_the_file() {
    let (storage, database) = database();
    let mut sizes = Vec::new();
    for round in 0..300u64 {
        fill(&database, round);
        let mut txn = database.begin_write().unwrap();
        for slot in (0..200u16).filter(|slot| round % 2 == 0 || slot % 2 == 0) {
            txn.remove(TREE, &slot.to_be_bytes()).unwrap();
        }
        txn.commit().unwrap();
        if round % 10 == 0 {
            assert!(database.check().unwrap().is_ok());
        }
        sizes.push(storage.snapshot().len());
    }
    // Until then the places of records are laid out. It may be longer by one step, which is an eighth and a bit.
    let (early, late) = (sizes[150], sizes[299]);
    assert!(late * 7 <= early * 8, "{sizes:?}");
}

#[test]
fn free_maps_come_and_go_without_a_page_lost() {
    let (storage, mut database) = database();
    fill(&database, 0);
    let mut maps = 0;
    for commit in 1..1200u64 {
        let mut txn = database.begin_write().unwrap();
        for part in 0..4 {
            let slot = (commit.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (8 * part)) as u16 % 3000;
            if part == 3 {
                txn.remove(TREE, &slot.to_be_bytes()).unwrap();
            } else {
                txn.insert(TREE, &slot.to_be_bytes(), &number_of(commit, slot))
                    .unwrap();
            }
        }
        txn.commit().unwrap();
        if commit.is_multiple_of(100) {
            let report = database.check().unwrap();
            assert!(report.is_ok(), "{report}");
            maps += u64::from(report.pages.free_map > 0);
        }
        if commit.is_multiple_of(300) {
            drop(database);
            database = Database::open(Arc::new(storage.clone()), &key(), options()).unwrap();
        }
    }
    assert!(maps > 0, "a map was written");
}

#[test]
fn a_dropped_tree_gives_all_its_pages_back() {
    let (_, database) = database();
    let mut txn = database.begin_write().unwrap();
    let tree = txn.create_tree(TreeOptions { leaf_pages: 2 }).unwrap();
    for number in 0..2000u32 {
        let len = if number.is_multiple_of(100) {
            40_000
        } else {
            30
        };
        txn.insert(tree, &number.to_be_bytes(), &vec![1; len])
            .unwrap();
    }
    txn.commit().unwrap();
    let before = database.check().unwrap();
    let mut txn = database.begin_write().unwrap();
    txn.drop_tree(tree).unwrap();
    assert!(txn.get(tree, b"x").is_err());
    txn.commit().unwrap();
    fill(&database, 1);
    fill(&database, 2);
    let after = database.check().unwrap();
    assert!(after.is_ok(), "{after}");
    assert_eq!(after.trees + 1, before.trees);
    assert!(
        after.pages.extents < 20 && after.pages.free > before.pages.extents,
        "{before}\n{after}"
    );
}

#[test]
fn rolling_back_to_a_savepoint_restores_trees() {
    let (_, database) = database();
    fill(&database, 1);
    let mut txn = database.begin_write().unwrap();
    let savepoint = txn.savepoint();
    let created = txn.create_tree(TreeOptions::default()).unwrap();
    txn.insert(created, b"a", &vec![1; 9000]).unwrap();
    txn.insert(TREE, b"large", b"now small").unwrap();
    txn.drop_tree(TREE).unwrap();
    txn.create_tree_at(TREE, TreeOptions::default()).unwrap();
    txn.insert(TREE, b"b", b"c").unwrap();
    txn.rollback_to(&savepoint).unwrap();
    assert!(!txn.tree_exists(created).unwrap());
    txn.release(savepoint.clone()).unwrap();
    assert!(txn.release(savepoint).unwrap_err().is_misuse());
    txn.insert(TREE, b"d", b"e").unwrap();
    txn.remove(TREE, b"d").unwrap();
    txn.commit().unwrap();
    shows(&database.begin_read().unwrap(), 1);
    let report = database.check().unwrap();
    assert!(report.is_ok(), "{report}");
}

#[test]
fn many_trees_outgrow_the_record_and_stay() {
    let (storage, database) = database();
    let mut trees = Vec::new();
    for _ in 0..70 {
        let mut txn = database.begin_write().unwrap();
        let tree = txn.create_tree(TreeOptions::default()).unwrap();
        txn.insert(tree, b"id", &tree.get().to_be_bytes()).unwrap();
        txn.commit().unwrap();
        trees.push(tree);
    }
    let report = database.check().unwrap();
    assert!(report.is_ok() && report.trees == 71, "{report}");
    drop(database);
    let database = Database::open(Arc::new(storage), &key(), options()).unwrap();
    let read = database.begin_read().unwrap();
    for tree in trees {
        assert_eq!(
            read.get(tree, b"id").unwrap().as_deref(),
            Some(&tree.get().to_be_bytes()[..])
        );
    }
    assert!(database.inspect().unwrap().contains("tree 85: 1 entries"));
}

#[test]
fn a_process_that_only_reads_follows_the_writer() {
    let (storage, writer) = database();
    fill(&writer, 1);
    let reader = Database::open(
        Arc::new(storage),
        &key(),
        Options {
            read_only: true,
            ..options()
        },
    )
    .unwrap();
    assert!(reader.begin_write().map(|_| ()).unwrap_err().is_misuse());
    let old = reader.begin_read().unwrap();
    shows(&old, 1);
    for commit in 2..40 {
        fill(&writer, commit);
        shows(&reader.begin_read().unwrap(), commit);
    }
    let error = (0..200u16).find_map(|slot| old.get(TREE, &slot.to_be_bytes()).err());
    let mut cursor = Cursor::new(TREE);
    let error = error.or_else(|| {
        loop {
            match cursor.next(&old) {
                Ok(true) => {}
                Ok(false) => break None,
                Err(error) => break Some(error),
            }
        }
    });
    assert!(
        error.is_some_and(|error| error.is_busy()),
        "pages of the old snapshot were used anew"
    );
    shows(&reader.begin_read().unwrap(), 39);
    assert!(reader.check().unwrap().is_ok());
}

#[test]
fn a_cursor_finds_its_way_after_writes() {
    let (_, database) = database();
    fill(&database, 1);
    let mut txn = database.begin_write().unwrap();
    let mut cursor = Cursor::new(TREE);
    let mut seen = 0u16;
    while cursor.next(&txn).unwrap() && cursor.key().len() == 2 {
        assert_eq!(cursor.key(), seen.to_be_bytes());
        let key = cursor.key().to_vec();
        txn.remove(TREE, &key).unwrap();
        txn.insert(TREE, &[&key[..], b"+"].concat(), b"x").unwrap();
        assert!(cursor.next(&txn).unwrap());
        assert_eq!(cursor.key(), [&key[..], b"+"].concat());
        seen += 1;
    }
    assert_eq!(seen, 200);
}
