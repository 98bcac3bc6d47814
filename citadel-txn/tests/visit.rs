//! Reading a value in its place: the same bytes as a copy, whatever it lies in, and the cache keeps what it is told to.

use std::sync::Arc;

use citadel_txn::{
    Again, Database, Key, MemoryStorage, Options, PageSize, TreeId, TreeOptions, View,
};

const TREE: TreeId = TreeId::new(1);

fn value(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at % 251) as u8).collect()
}

fn visited(view: &dyn View, key: &[u8], again: Again) -> Option<Vec<u8>> {
    let mut found = Vec::new();
    let there = view.visit(TREE, key, again, &mut |bytes| found.push(bytes.to_vec()));
    assert_eq!(
        usize::from(there.unwrap()),
        found.len(),
        "once, or not at all"
    );
    found.pop()
}

#[test]
fn a_value_is_the_same_wherever_it_lies() {
    let options = Options {
        page_size: PageSize::new(1024).unwrap(),
        ..Options::default()
    };
    let storage = Arc::new(MemoryStorage::new());
    let database = Database::create(storage, &Key::raw([3; 32]), options).unwrap();
    // Inline, one extent of a page, of many, and several extents.
    let lens = [0_usize, 100, 900, 40_000, 64 * 1024, 200_000];
    let mut txn = database.begin_write().unwrap();
    txn.create_tree_at(TREE, TreeOptions::default()).unwrap();
    for len in lens {
        txn.insert(TREE, &len.to_be_bytes(), &value(len)).unwrap();
    }
    let check = |view: &dyn View| {
        for len in lens {
            for again in [Again::Likely, Again::No] {
                let found = visited(view, &len.to_be_bytes(), again);
                assert!(found == Some(value(len)), "{len} bytes, {again:?}");
            }
        }
        assert_eq!(visited(view, b"none", Again::Likely), None);
    };
    check(&txn);
    txn.commit().unwrap();
    check(&database.begin_read().unwrap());
    check(&database.begin_write().unwrap());
}

#[test]
fn the_cache_keeps_what_may_be_read_again() {
    let storage = Arc::new(MemoryStorage::new());
    let key = Key::raw([3; 32]);
    let database = Database::create(storage.clone(), &key, Options::default()).unwrap();
    let mut txn = database.begin_write().unwrap();
    txn.create_tree_at(TREE, TreeOptions::default()).unwrap();
    for key in [1, 2] {
        txn.insert(TREE, &[key], &value(8_000)).unwrap();
    }
    txn.commit().unwrap();
    drop(database);
    let database = Database::open(storage, &key, Options::default()).unwrap();
    let read = database.begin_read().unwrap();
    let bytes = || database.cache_stats().bytes;
    visited(&read, &[1], Again::No);
    let before = bytes();
    visited(&read, &[1], Again::No);
    assert_eq!(bytes(), before);
    visited(&read, &[2], Again::Likely);
    assert!(bytes() >= before + 8_000);
}
