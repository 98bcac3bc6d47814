//! Promise: an exact vector search gives the same rows, distances and errors on any number of threads, whatever the rows, the
//! filter, the order and the transaction; and it can be interrupted on all of them.

use std::num::NonZero;
use std::time::Duration;

use proptest::prelude::*;

use crate::{Connection, Result, Row, Value, params};

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        self.0 >> 33
    }

    /// Few values for each component, so that there are ties.
    fn vector(&mut self, dim: usize) -> Vec<f32> {
        (0..dim).map(|_| (self.next() % 3) as f32 - 1.0).collect()
    }
}

/// Rows with gaps between their ids; one in nine has no vector, and some are zero.
fn load(dim: usize, rows: i64, seed: u64) -> Connection {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(&format!(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, part INTEGER, v VECTOR({dim})); BEGIN"
    ))
    .unwrap();
    let mut random = Random(seed);
    let mut insert = db.prepare("INSERT INTO t VALUES (?1, ?2, ?3)").unwrap();
    let mut id = -3 * rows / 2;
    for _ in 0..rows {
        id += 1 + (random.next() % 5) as i64;
        let part = (random.next() % 10) as i64;
        let vector = match random.next() % 9 {
            0 => None,
            1 => Some(vec![0.0; dim]),
            _ => Some(random.vector(dim)),
        };
        insert.execute(params![id, part, vector]).unwrap();
    }
    drop(insert);
    db.execute_batch("COMMIT").unwrap();
    db
}

/// What a query gives, as text.
fn answer(db: &Connection, sql: &str, query: &[f32], threads: usize) -> String {
    db.set_threads(NonZero::new(threads));
    let read = |row: &Row<'_>| Ok((row.get::<_, Value>(0)?, row.get::<_, Value>(1)?));
    let mut statement = db.prepare(sql).unwrap();
    let rows: Result<Vec<_>> = statement
        .query_map(params![query], read)
        .and_then(Iterator::collect);
    match rows {
        Ok(rows) => format!("{rows:?}"),
        Err(error) => error.to_string(),
    }
}

const QUERIES: [&str; 10] = [
    "SELECT id, v <-> ?1 FROM t ORDER BY v <-> ?1 LIMIT 10",
    "SELECT id, v <=> ?1 FROM t ORDER BY v <=> ?1 LIMIT 700",
    "SELECT id, v <#> ?1 FROM t ORDER BY v <#> ?1 DESC LIMIT 25 OFFSET 5",
    "SELECT id, v <+> ?1 FROM t ORDER BY v <+> ?1 NULLS FIRST LIMIT 1000",
    "SELECT id, v <=> ?1 FROM t ORDER BY v <=> ?1 DESC NULLS FIRST LIMIT 2000",
    "SELECT id, v <-> ?1 FROM t WHERE v <-> ?1 < 9.5 ORDER BY v <-> ?1 LIMIT 50",
    "SELECT id, v <-> ?1 FROM t WHERE part < 4 ORDER BY v <-> ?1 LIMIT 33",
    "SELECT id, v <=> ?1 FROM t WHERE part = 7 AND id > -100 ORDER BY v <=> ?1 LIMIT 2000",
    "SELECT id, part FROM t WHERE part = 99 ORDER BY v <-> ?1 LIMIT 5",
    // Fails for the first row that has this part, and there is one in each range.
    "SELECT id, part FROM t WHERE 1000 / (part - 5) < 0 ORDER BY v <-> ?1 LIMIT 5",
];

fn all_agree(db: &Connection, query: &[f32]) {
    for sql in QUERIES {
        let alone = answer(db, sql, query, 1);
        for threads in 2..=4 {
            assert_eq!(answer(db, sql, query, threads), alone, "{threads}: {sql}");
        }
    }
}

fn is_shared(db: &Connection, sql: &str, query: &[f32]) -> bool {
    let mut explain = db.prepare(&format!("EXPLAIN {sql}")).unwrap();
    let lines = explain.query_map(params![query], |row| row.get::<_, String>(0));
    let lines: Result<Vec<_>> = lines.and_then(Iterator::collect);
    lines
        .unwrap()
        .iter()
        .any(|line| line.contains("Threads: up to"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn any_number_of_threads_gives_the_same(
        (dim, rows) in prop_oneof![Just((40, 8000i64)), Just((300, 3000)), Just((3, 12_000))],
        seed: u64,
        steps in prop::collection::vec((0u8..4, -5000i64..5000), 1..4),
    ) {
        let db = load(dim, rows, seed);
        let mut random = Random(seed ^ 1);
        let query = random.vector(dim);
        prop_assert!(is_shared(&db, QUERIES[0], &query) && is_shared(&db, QUERIES[6], &query));
        all_agree(&db, &query);
        // What an open transaction has changed is read by all threads.
        db.execute_batch("BEGIN").unwrap();
        for (step, at) in steps {
            let vector = random.vector(dim);
            let changed = match step {
                0 => db.execute("DELETE FROM t WHERE id BETWEEN ?1 AND ?1 + 900", params![at]),
                1 => db.execute("UPDATE t SET v = ?2 WHERE id % 3 = ?1 % 3", params![at, vector]),
                2 => db.execute("UPDATE t SET v = NULL WHERE id > ?1", params![at]),
                _ => db.execute(
                    "INSERT INTO t SELECT id + 100000, part, ?2 FROM t WHERE id < ?1",
                    params![at, vector],
                ),
            };
            prop_assert!(changed.is_ok() || step == 3, "{changed:?}");
            all_agree(&db, &query);
        }
        db.execute_batch("COMMIT").unwrap();
        all_agree(&db, &query);
    }
}

#[test]
fn a_distance_that_is_no_number_is_the_same_error() {
    let db = load(40, 8000, 5);
    let huge = vec![f32::MAX; 40];
    db.execute("UPDATE t SET v = ?1 WHERE id % 1000 = 0", params![huge])
        .unwrap();
    let query = vec![-f32::MAX; 40];
    let alone = answer(&db, QUERIES[0], &query, 1);
    assert!(alone.contains("out of range"), "{alone}");
    for threads in 2..=4 {
        assert_eq!(answer(&db, QUERIES[0], &query, threads), alone);
    }
    let wrong = answer(&db, QUERIES[0], &[1.0; 39], 2);
    assert!(wrong.contains("39") && wrong == answer(&db, QUERIES[0], &[1.0; 39], 1));
}

#[test]
fn small_tables_and_few_keys_are_not_shared() {
    let db = load(40, 1000, 5);
    db.set_threads(NonZero::new(4));
    let query = [1.0; 40];
    assert!(!is_shared(&db, QUERIES[0], &query) && !is_shared(&db, QUERIES[6], &query));
    let db = load(40, 8000, 5);
    db.set_threads(NonZero::new(4));
    assert!(is_shared(&db, QUERIES[0], &query));
    let keys = "SELECT id FROM t WHERE id IN (3, 4, 5) ORDER BY v <-> ?1 LIMIT 3";
    assert!(!is_shared(&db, keys, &query));
    db.set_threads(NonZero::new(1));
    assert!(!is_shared(&db, QUERIES[0], &query));
}

#[test]
fn a_search_tells_what_it_did_on_how_many_threads() {
    let db = load(40, 8000, 5);
    db.execute_batch("PRAGMA threads = 3").unwrap();
    let query = vec![1.0f32; 40];
    for (sql, rows) in [
        (QUERIES[0], "SELECT count(*) FROM t WHERE v IS NOT NULL"),
        (
            QUERIES[6],
            "SELECT count(*) FROM t WHERE part < 4 AND v IS NOT NULL",
        ),
    ] {
        let vectors: i64 = db.query_value(rows, ()).unwrap();
        let mut analyze = db.prepare(&format!("EXPLAIN ANALYZE {sql}")).unwrap();
        let lines = analyze.query_map(params![query], |row| row.get::<_, String>(0));
        let lines: Result<Vec<_>> = lines.and_then(Iterator::collect);
        let text = lines.unwrap().join("\n");
        // Other tests may have the helpers.
        assert!(
            text.contains(&format!("Measured: {vectors} vectors")),
            "{text}"
        );
    }
}

#[test]
fn the_setting_is_of_the_connection() {
    let db = Connection::open_in_memory().unwrap();
    let default: i64 = db.query_value("PRAGMA threads", ()).unwrap();
    assert!(default >= 1);
    db.execute_batch("SET threads = 3").unwrap();
    assert_eq!(db.query_value::<i64, _>("SHOW threads", ()).unwrap(), 3);
    assert_eq!(db.threads(), 3);
    let other = db.database().connect();
    assert_eq!(other.threads() as i64, default);
    db.execute_batch("RESET threads").unwrap();
    assert_eq!(db.threads() as i64, default);
    for wrong in ["0", "-1", "many", "1.5"] {
        assert!(
            db.execute_batch(&format!("PRAGMA threads = {wrong}"))
                .is_err()
        );
    }
}

#[test]
fn an_interrupt_stops_all_threads() {
    let db = load(300, 6000, 5);
    db.set_threads(NonZero::new(4));
    let handle = db.interrupt_handle();
    let query = vec![1.0f32; 300];
    let stopper = std::thread::spawn(move || {
        for _ in 0..200 {
            std::thread::sleep(Duration::from_millis(1));
            handle.interrupt();
        }
    });
    let mut stopped = 0;
    while !stopper.is_finished() {
        for sql in [QUERIES[0], QUERIES[6]] {
            let answer = answer(&db, sql, &query, 4);
            stopped += u64::from(answer.contains("interrupted"));
        }
    }
    stopper.join().unwrap();
    assert!(stopped > 0);
    assert!(!answer(&db, QUERIES[0], &query, 4).contains("interrupted"));
}
