//! A vector index larger than memory: the answers are those of one that is in memory, whatever the cache holds, and damage of what
//! is read during a query is found out.

use std::sync::{Arc, OnceLock};

use citadel_sql::{Connection, Database, Key, MemoryStorage, Options, Value};
use proptest::prelude::*;

const DIM: usize = 32;
const ROWS: i64 = 4_000;

/// Caches: none; for row ids only; for the codes that lead; for everything.
const CACHES: [usize; 4] = [0, 250 << 10, 420 << 10, 32 << 20];

fn key() -> Key {
    Key::raw([5; 32])
}

fn vector(seed: i64) -> Vec<f32> {
    let mut state = (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    let center = seed % 40;
    (0..DIM)
        .map(|at| ((center * 7 + at as i64) as f32).sin() + 0.5 * next())
        .collect()
}

/// The bytes of a file with a table and its index.
fn file() -> &'static [u8] {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| {
        let storage = MemoryStorage::new();
        let options = Options::default().ann_auto_merge(false);
        let database = Database::create_on(Arc::new(storage.clone()), &key(), options).unwrap();
        let db = database.connect();
        db.execute_batch(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, cat INTEGER, name TEXT, v VECTOR(32)); BEGIN",
        )
        .unwrap();
        let mut insert = db.prepare("INSERT INTO t VALUES (?, ?, ?, ?)").unwrap();
        for id in 0..ROWS {
            let name = format!("n{}", id % 900);
            insert.execute((id, id % 11, name, vector(id))).unwrap();
        }
        drop(insert);
        db.execute_batch("COMMIT; CREATE INDEX t_v ON t USING ann (v) WITH (filters = 'cat,name')")
            .unwrap();
        // Closed, so that opening it proves nothing anew.
        drop((db, database));
        storage.snapshot()
    })
}

fn open_bytes(bytes: Vec<u8>, cache: usize) -> citadel_sql::Result<Connection> {
    let options = Options::default().cache_bytes(cache).ann_auto_merge(false);
    let storage = Arc::new(MemoryStorage::from_bytes(bytes));
    Ok(Database::open_on(storage, &key(), options)?.connect())
}

fn open(cache: usize) -> Connection {
    open_bytes(file().to_vec(), cache).unwrap()
}

fn rows(
    db: &Connection,
    sql: &str,
    params: impl citadel_sql::Params,
) -> citadel_sql::Result<Vec<(i64, f64)>> {
    let mut statement = db.prepare(sql)?;
    let rows = statement.query_map(params, |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

fn text(db: &Connection, sql: &str) -> String {
    let mut statement = db.prepare(sql).unwrap();
    let lines = statement
        .query_map((), |row| row.get::<_, Value>(0))
        .unwrap();
    let lines: Vec<String> = lines.map(|line| format!("{:?}", line.unwrap())).collect();
    lines.join("\n")
}

const NEAREST: &str = "SELECT id, v <-> ?1 AS d FROM t ORDER BY d LIMIT 10";

#[test]
fn the_status_tells_where_an_index_is_and_memory_is_within_the_bound() {
    let states = CACHES.map(|cache| {
        let db = open(cache);
        assert_eq!(rows(&db, NEAREST, (vector(3),)).unwrap().len(), 10);
        let status = db.ann_index_status("t", "v").unwrap();
        let held = status.segments[0].state.memory_bytes();
        assert!(held <= cache as u64 / 8 * 7, "{held} of {cache}");
        let explained = text(
            &db,
            &format!(
                "EXPLAIN ANALYZE SELECT id FROM t ORDER BY v <-> '{:?}' LIMIT 10",
                vector(3)
            ),
        );
        let reads = explained.contains("blocks read");
        assert_eq!(reads, cache < 32 << 20, "{cache}: {explained}");
        text(&db, "SELECT state FROM ann_index_status('t', 'v')")
    });
    let words = ["not loaded", "paged", "paged", "loaded"];
    for (state, word) in states.iter().zip(words) {
        assert!(state.contains(word), "{states:?}");
    }
}

const FILTERS: [&str; 7] = [
    "true",
    "cat = 3",
    "cat IN (1, 2, 5, 7, 8)",
    "cat < 10 AND name >= 'n5'",
    "name = 'n77'",
    "id % 3 = 1",
    "cat = 4 OR id < 900",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn what_the_cache_holds_changes_no_answer(
        asked in prop::collection::vec(
            (0i64..9_000, 0usize..FILTERS.len(), 1i64..60, prop::option::of(1.0f64..5.0), 0usize..3),
            8,
        ),
        touched in prop::collection::vec((0i64..ROWS + 200, any::<bool>()), 0..150),
    ) {
        let all = CACHES.map(open);
        for db in &all {
            db.execute_batch("BEGIN").unwrap();
            for (id, keep) in &touched {
                db.execute("DELETE FROM t WHERE id = ?", (*id,)).unwrap();
                if *keep {
                    db.execute("INSERT INTO t VALUES (?, ?, 'new', ?)", (*id, id % 11, vector(id + 50_000))).unwrap();
                }
            }
        }
        // In the transaction that wrote, and after it.
        for committed in [false, true] {
            for (seed, filter, limit, radius, recall) in &asked {
                let recall = ["0.9", "0.98", "1"][*recall];
                let recall = format!("SET ann_recall = {recall}");
                all.iter().for_each(|db| db.execute_batch(&recall).unwrap());
                let within = radius.map_or(String::new(), |radius| format!(" AND v <-> ?1 < {radius}"));
                let filter = FILTERS[*filter];
                let sql = format!("SELECT id, v <-> ?1 AS d FROM t WHERE {filter}{within} ORDER BY d, id LIMIT {limit}");
                let answers = all.each_ref().map(|db| rows(db, &sql, (vector(*seed),)).unwrap());
                for answer in &answers {
                    prop_assert_eq!(answer, &answers[3], "{}", &sql);
                }
            }
            if !committed {
                all.iter().for_each(|db| db.execute_batch("COMMIT").unwrap());
            }
        }
        for db in &all {
            let found = text(db, "PRAGMA integrity_check");
            prop_assert!(found.contains("ok"), "{}", found);
        }
    }
}

#[test]
fn many_threads_share_a_cache_that_holds_little() {
    let whole = open(CACHES[3]);
    let expected: Vec<_> = (0..40)
        .map(|seed| rows(&whole, NEAREST, (vector(seed * 31),)).unwrap())
        .collect();
    for cache in [CACHES[0], CACHES[2]] {
        let storage = Arc::new(MemoryStorage::from_bytes(file().to_vec()));
        let options = Options::default().cache_bytes(cache);
        let database = Database::open_on(storage, &key(), options).unwrap();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (db, expected) = (database.connect(), &expected);
                scope.spawn(move || {
                    for at in 0..expected.len() {
                        let at = (at + thread * 9) % expected.len();
                        let found = rows(&db, NEAREST, (vector(at as i64 * 31),)).unwrap();
                        assert_eq!(found, expected[at]);
                    }
                });
            }
        });
    }
}

/// Whichever page is damaged: the right answer, or an error that says so.
#[test]
fn damage_anywhere_never_makes_a_wrong_answer() {
    const PAGE: usize = 8_192;
    let sql = "SELECT id, v <-> ?1 AS d FROM t WHERE cat < 9 ORDER BY d, id LIMIT 10";
    let whole = open(CACHES[3]);
    let expected = [5, 700].map(|seed| rows(&whole, sql, (vector(seed),)).unwrap());
    let (mut refused, mut failed) = (0, 0);
    for page in (2..file().len() / PAGE).step_by(2) {
        let mut bytes = file().to_vec();
        bytes[page * PAGE + 1_000] ^= 0x10;
        let Ok(db) = open_bytes(bytes, CACHES[2]) else {
            failed += 1;
            continue;
        };
        for (seed, expected) in [5, 700].into_iter().zip(&expected) {
            match rows(&db, sql, (vector(seed),)) {
                Ok(found) => assert_eq!(&found, expected, "page {page}"),
                Err(error) => {
                    assert!(error.is_tampered() || error.is_corrupt(), "{error}");
                    failed += 1;
                }
            }
        }
        let status = db.ann_index_status("t", "v");
        refused += usize::from(status.is_ok_and(|status| status.refusal().is_some()));
    }
    assert!(
        refused > 3 && failed > 3,
        "{refused} refused, {failed} failed"
    );
}
