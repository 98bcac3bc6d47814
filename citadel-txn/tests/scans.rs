//! Promise: a scan of pages that are not in memory asks the medium for many leaves at once, reads no leaf twice, and sees
//! every entry; what is in memory is not read again, and a lookup reads nothing ahead.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use citadel_txn::{
    Cursor, Database, Key, MemoryStorage, Options, Storage, TreeId, TreeOptions, View,
};

/// Counts reads.
#[derive(Clone)]
struct Counting {
    inner: MemoryStorage,
    reads: Arc<AtomicU64>,
    bytes: Arc<AtomicU64>,
}

impl Storage for Counting {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(buf.len() as u64, Ordering::Relaxed);
        self.inner.read_at(offset, buf)
    }

    fn write_at(&self, offset: u64, buf: &[u8]) -> io::Result<()> {
        self.inner.write_at(offset, buf)
    }

    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.inner.set_len(len)
    }

    fn sync(&self) -> io::Result<()> {
        self.inner.sync()
    }

    fn try_lock_writer(&self) -> io::Result<bool> {
        self.inner.try_lock_writer()
    }

    fn unlock_writer(&self) {
        self.inner.unlock_writer();
    }
}

const ROWS: u64 = 40_000;

/// A database that was closed and opened again: nothing of its tree is in memory.
fn cold(storage: &Counting, options: &Options) -> (Database, TreeId) {
    let key = Key::raw([1; 32]);
    let database = Database::create(Arc::new(storage.clone()), &key, options.clone()).unwrap();
    let mut txn = database.begin_write().unwrap();
    let tree = txn.create_tree(TreeOptions::default()).unwrap();
    let entries = (0..ROWS).map(|number| Ok((number.to_be_bytes(), [number as u8; 90])));
    assert_eq!(txn.bulk_load(tree, entries).unwrap(), ROWS);
    txn.commit().unwrap();
    drop(database);
    let database = Database::open(Arc::new(storage.clone()), &key, options.clone()).unwrap();
    storage.reads.store(0, Ordering::Relaxed);
    storage.bytes.store(0, Ordering::Relaxed);
    (database, tree)
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

#[test]
fn a_cold_scan_reads_many_leaves_at_once_and_a_warm_one_none() {
    let storage = Counting {
        inner: MemoryStorage::new(),
        reads: Arc::default(),
        bytes: Arc::default(),
    };
    let (database, tree) = cold(&storage, &Options::default());
    let leaves = database.check().unwrap().pages.leaves;
    assert_eq!(
        leaves,
        ROWS.div_ceil(79),
        "79 entries fill a leaf to the edge"
    );
    storage.reads.store(0, Ordering::Relaxed);
    storage.bytes.store(0, Ordering::Relaxed);
    scan(&database, tree);
    let reads = storage.reads.load(Ordering::Relaxed);
    assert!(reads < leaves / 10, "{reads} reads for {leaves} leaves");
    let pages = storage.bytes.load(Ordering::Relaxed) / 8192;
    assert!(pages < leaves + leaves / 20, "{pages} pages for {leaves}");
    scan(&database, tree);
    assert_eq!(
        storage.reads.load(Ordering::Relaxed),
        reads,
        "now it is warm"
    );
}

#[test]
fn a_lookup_reads_nothing_ahead_and_a_small_cache_stays_small() {
    let storage = Counting {
        inner: MemoryStorage::new(),
        reads: Arc::default(),
        bytes: Arc::default(),
    };
    let options = Options {
        cache_bytes: 256 << 10,
        ..Options::default()
    };
    let (database, tree) = cold(&storage, &options);
    let read = database.begin_read().unwrap();
    assert!(read.get(tree, &77u64.to_be_bytes()).unwrap().is_some());
    let mut cursor = Cursor::new(tree);
    assert!(cursor.seek(&read, &20_000u64.to_be_bytes()).unwrap());
    let pages = storage.bytes.load(Ordering::Relaxed) / 8192;
    assert!(pages <= 6, "{pages} pages for two lookups");
    scan(&database, tree);
    let stats = database.cache_stats();
    assert!(stats.bytes <= stats.capacity_bytes, "{stats:?}");
}
