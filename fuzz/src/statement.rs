//! Any text as SQL: it runs, or its error has a place inside of the text.

use std::cell::RefCell;

use citadel_sql::Connection;

const SCHEMA: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, r REAL, s TEXT, b BLOB, o BOOLEAN, v VECTOR(2));
    CREATE INDEX t_a ON t (a);
    INSERT INTO t VALUES (1, 2, 3.5, 'x', x'00', TRUE, '[1,2]'), (2, NULL, NULL, NULL, NULL, NULL, NULL);
    CREATE INDEX t_v ON t USING ann (v)";

thread_local! {
    static DATABASE: RefCell<Connection> = RefCell::new(fresh());
}

fn fresh() -> Connection {
    let connection = Connection::open_in_memory().expect("memory");
    connection.execute_batch(SCHEMA).expect("the schema");
    connection
}

/// Runs one input. What it changes is rolled back.
pub fn run(bytes: &[u8]) {
    let Ok(sql) = std::str::from_utf8(bytes) else {
        return;
    };
    DATABASE.with_borrow_mut(|connection| {
        if connection.execute_batch("BEGIN").is_err() {
            *connection = fresh();
            return;
        }
        if let Err(error) = connection.execute_batch(sql)
            && let Some(at) = error.position()
        {
            assert!(at.offset <= sql.len(), "{sql:?}: {error}");
        }
        if connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_err() {
            *connection = fresh();
        }
    });
}

/// Statements of each sort.
pub fn seeds() -> Vec<Vec<u8>> {
    [
        "SELECT a, count(*), sum(r) FROM t WHERE s LIKE 'x%' GROUP BY a HAVING count(*) > 0 ORDER BY 2 DESC LIMIT 3 OFFSET 1",
        "SELECT id FROM t ORDER BY v <-> '[1,0]' LIMIT 5",
        "SELECT id, v <=> '[0.5,2]' AS d FROM t WHERE a IN (1, 2, NULL) AND o ORDER BY d",
        "SELECT x.id, y.s FROM t x JOIN t AS y ON x.a = y.id LEFT JOIN t z USING (id) WHERE x.r BETWEEN -1e3 AND 4.5",
        "INSERT INTO t (a, s, v) VALUES (9223372036854775807, 'it''s', '[3,4]') RETURNING id",
        "INSERT INTO t SELECT id + 100, a, r, s, b, NOT o, v FROM t",
        "UPDATE t SET a = a + 1, r = r / 0, v = NULL WHERE id = 1",
        "DELETE FROM t WHERE s IS NOT NULL OR b = x'00'",
        "CREATE TABLE u (k TEXT PRIMARY KEY, n INTEGER NOT NULL DEFAULT 7, UNIQUE (n)); DROP TABLE IF EXISTS u",
        "CREATE INDEX i ON t USING ann (v) INCLUDE (a) WITH (metric = 'cosine'); REINDEX i",
        "SAVEPOINT p; INSERT INTO t (id) VALUES (3); ROLLBACK TO p; RELEASE p",
        "EXPLAIN ANALYZE SELECT * FROM t WHERE a = 2 AND CAST(s AS INTEGER) > 1",
        "SELECT CASE WHEN a > 1 THEN 'y' ELSE s END, coalesce(a, id), abs(-r), upper(s) || 'z', length(b) FROM t -- end",
        "WITH c AS (SELECT 1 AS n UNION ALL SELECT 2) SELECT * FROM c /* a /* nested */ comment */",
        "WITH d AS (DELETE FROM t WHERE id < 3 RETURNING *), i AS (INSERT INTO t SELECT * FROM d RETURNING id) SELECT i.id, t.a FROM i, t",
        "MERGE INTO t USING (VALUES (1, 2)) AS s (k, n) ON id = k WHEN MATCHED AND n > 1 THEN UPDATE SET a = n WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id) VALUES (k) RETURNING merge_action(), old.a, new.a",
        "PRAGMA integrity_check; SET ann_exact = on",
    ]
    .iter()
    .map(|sql| sql.as_bytes().to_vec())
    .collect()
}
