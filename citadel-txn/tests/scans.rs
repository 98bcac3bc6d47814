//! Promise: a scan of pages that are not in memory asks the medium for many leaves at once, reads no leaf twice, and sees
//! every entry; what is in memory is not read again, and a lookup reads nothing ahead.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use citadel_txn::{
    Cursor, Database, Key, Leaves, MemoryStorage, Options, TreeId, TreeOptions, View, split,
};
use support::{Op, Tapped};

/// Reads of a storage.
#[derive(Default)]
struct Reads {
    calls: AtomicU64,
    bytes: AtomicU64,
}

impl Reads {
    fn forget(&self) {
        self.calls.store(0, Ordering::Relaxed);
        self.bytes.store(0, Ordering::Relaxed);
    }

    fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    fn pages(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed) / 8192
    }
}

const ROWS: u64 = 40_000;

/// A database that was closed and opened again: nothing of its tree is in memory. What is read from then on is counted.
fn cold(options: &Options) -> (Database, TreeId, Arc<Reads>) {
    let key = Key::raw([1; 32]);
    let storage = MemoryStorage::new();
    let database = Database::create(Arc::new(storage.clone()), &key, options.clone()).unwrap();
    let mut txn = database.begin_write().unwrap();
    let tree = txn.create_tree(TreeOptions::default()).unwrap();
    let entries = (0..ROWS).map(|number| Ok((number.to_be_bytes(), [number as u8; 90])));
    assert_eq!(txn.bulk_load(tree, entries).unwrap(), ROWS);
    txn.commit().unwrap();
    drop(database);
    let reads = Arc::new(Reads::default());
    let counted = Arc::clone(&reads);
    let counting = Tapped::new(storage, move |op| {
        if let Op::Read(_, len) = op {
            counted.calls.fetch_add(1, Ordering::Relaxed);
            counted.bytes.fetch_add(len as u64, Ordering::Relaxed);
        }
        Ok(())
    });
    let database = Database::open(Arc::new(counting), &key, options.clone()).unwrap();
    reads.forget();
    (database, tree, reads)
}

fn scan(database: &Database, tree: TreeId) {
    let read = database.begin_read().unwrap();
    let mut cursor = Cursor::new(tree);
    for number in 0..ROWS {
        assert!(cursor.next(&read).unwrap());
        assert_eq!(cursor.key(), number.to_be_bytes());
    }
    assert!(!cursor.next(&read).unwrap());
}

fn scan_by_leaves(database: &Database, tree: TreeId) {
    let read = database.begin_read().unwrap();
    let mut leaves = Leaves::new(&read, tree).unwrap();
    let mut number: u64 = 0;
    while let Some(leaf) = leaves.next().unwrap() {
        let check = |key: &[u8], _: &[u8]| {
            assert_eq!(key, number.to_be_bytes());
            number += 1;
            Ok::<_, citadel_txn::Error>(())
        };
        leaf.for_each(check).unwrap();
    }
    assert_eq!(number, ROWS);
}

#[test]
fn a_cold_scan_reads_many_leaves_at_once_and_a_warm_one_none() {
    reads_many_at_once(scan);
    reads_many_at_once(scan_by_leaves);
    reads_many_at_once(scan_by_parts);
}

#[test]
fn parts_of_a_tree_are_about_as_large() {
    let (database, tree, _) = cold(&Options::default());
    let read = database.begin_read().unwrap();
    for parts in [2, 3, 16, 64] {
        let cuts = split(&read, tree, parts).unwrap();
        assert_eq!(cuts.len(), parts - 1);
        // A cut may be shorter than a key.
        let cut = |cut: &Vec<u8>| {
            let bytes = std::array::from_fn(|at| cut.get(at).copied().unwrap_or(0));
            u64::from_be_bytes(bytes)
        };
        let ends: Vec<u64> = cuts.iter().map(cut).chain([ROWS]).collect();
        let mut start = 0;
        for end in ends {
            let (share, rows) = (ROWS / parts as u64, end - start);
            assert!(rows.abs_diff(share) <= share / 4, "{rows} for {share}");
            start = end;
        }
    }
}

/// What is read ahead of a part ends with the part.
fn scan_by_parts(database: &Database, tree: TreeId) {
    let read = database.begin_read().unwrap();
    let mut cuts = split(&read, tree, 4).unwrap();
    cuts.insert(0, Vec::new());
    // The last first: nothing of it is there yet.
    for (at, from) in cuts.iter().enumerate().rev() {
        let until = cuts.get(at + 1).map(Vec::as_slice);
        let mut leaves = Leaves::within(&read, tree, from, until).unwrap();
        while leaves.next().unwrap().is_some() {}
    }
}

fn reads_many_at_once(scan: fn(&Database, TreeId)) {
    let (database, tree, reads) = cold(&Options::default());
    let leaves = database.check().unwrap().pages.leaves;
    assert_eq!(
        leaves,
        ROWS.div_ceil(79),
        "79 entries fill a leaf to the edge"
    );
    reads.forget();
    scan(&database, tree);
    let calls = reads.calls();
    assert!(calls < leaves / 10, "{calls} reads for {leaves} leaves");
    let pages = reads.pages();
    assert!(pages < leaves + leaves / 20, "{pages} pages for {leaves}");
    scan(&database, tree);
    assert_eq!(reads.calls(), calls, "now it is warm");
}

#[test]
fn a_lookup_reads_nothing_ahead_and_a_small_cache_stays_small() {
    let options = Options {
        cache_bytes: 256 << 10,
        ..Options::default()
    };
    let (database, tree, reads) = cold(&options);
    let read = database.begin_read().unwrap();
    assert!(read.get(tree, &77u64.to_be_bytes()).unwrap().is_some());
    let mut cursor = Cursor::new(tree);
    assert!(cursor.seek(&read, &20_000u64.to_be_bytes()).unwrap());
    let pages = reads.pages();
    assert!(pages <= 6, "{pages} pages for two lookups");
    for scan in [scan, scan_by_leaves] {
        scan(&database, tree);
        let stats = database.cache_stats();
        assert!(stats.bytes <= stats.capacity_bytes, "{stats:?}");
    }
}
