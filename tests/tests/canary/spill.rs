//! What a query writes away for want of memory.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use citadel_sql::{Database, Key, MemoryStorage, Options, Storage, params};

use super::assert_clean;
use super::markers;

/// A database in memory that keeps a hand on the scratch files that are made beside it.
#[derive(Default)]
struct Watched {
    inner: MemoryStorage,
    scratches: Arc<Mutex<Vec<MemoryStorage>>>,
}

impl Storage for Watched {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<()> {
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

    fn scratch(&self) -> io::Result<Box<dyn Storage>> {
        let scratch = MemoryStorage::new();
        self.scratches.lock().unwrap().push(scratch.clone());
        Ok(Box::new(scratch))
    }
}

#[test]
fn what_a_query_writes_away_is_sealed() {
    let storage = Watched::default();
    let scratches = Arc::clone(&storage.scratches);
    let options = Options::default().work_mem(0);
    let database = Database::create_on(Arc::new(storage), &Key::raw([7; 32]), options).unwrap();
    let db = database.connect();
    db.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT, b BLOB, emb VECTOR(8))")
        .unwrap();
    let mut appender = db.appender("t").unwrap();
    for id in 0..5_000i64 {
        let text = format!("{} {}", markers::ROW, id % 2_500);
        let row = params![id, text, markers::BLOB.as_bytes(), markers::VECTOR];
        appender.append_row(row).unwrap();
    }
    appender.finish().unwrap();
    let queries = [
        "SELECT * FROM t ORDER BY s DESC",
        "SELECT s, emb, count(*) FROM t GROUP BY s, emb",
        "SELECT a.id, b.b FROM t a JOIN t b ON a.s = b.s",
        "SELECT s, b, emb FROM t EXCEPT SELECT s, b, emb FROM t WHERE id > 4000",
        "SELECT count(DISTINCT s) FROM t",
        "SELECT id % 50, string_agg(s, ',') FROM t GROUP BY id % 50",
        "SELECT id % 50, array_agg(s ORDER BY b, id DESC) FROM t GROUP BY id % 50",
        "SELECT id % 50, group_concat(DISTINCT s) FROM t GROUP BY id % 50",
        "SELECT median(id), mode() WITHIN GROUP (ORDER BY s) FROM t",
        "WITH RECURSIVE w (n, s) AS (SELECT id, s FROM t UNION ALL SELECT n + 5000, s FROM w WHERE n < 9000) SELECT * FROM w",
    ];
    for sql in queries {
        let mut statement = db.prepare(sql).unwrap();
        let mut rows = statement.query(()).unwrap();
        while rows.next().unwrap().is_some() {}
    }
    let folder = tempfile::tempdir().unwrap();
    let scratches = scratches.lock().unwrap();
    // What waits for each aggregate has a file of its own.
    assert!(scratches.len() >= queries.len());
    for (at, scratch) in scratches.iter().enumerate() {
        write(&folder.path().join(format!("scratch {at}")), scratch);
    }
    assert_clean(folder.path(), "after queries with little memory", 4);
}

fn write(path: &Path, scratch: &MemoryStorage) {
    std::fs::write(path, scratch.snapshot()).unwrap();
}
