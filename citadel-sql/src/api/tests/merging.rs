//! MERGE keeps what hangs on rows, as other changes do.

use crate::{Connection, params};

fn vector(n: i64) -> String {
    format!("[{}, {}]", n % 17, n % 23)
}

#[test]
fn indexes_and_vector_indexes_follow() {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE docs (id INTEGER PRIMARY KEY, k INTEGER UNIQUE, kind TEXT, e VECTOR(2));
         CREATE INDEX docs_kind ON docs (kind);
         CREATE INDEX docs_e ON docs USING ann (e) INCLUDE (kind);
         CREATE TABLE fresh (k INTEGER, kind TEXT, e VECTOR(2));",
    )
    .unwrap();
    for n in 0..2_000i64 {
        let row = params![n, if n % 2 == 0 { "a" } else { "b" }, vector(n)];
        db.execute("INSERT INTO docs (k, kind, e) VALUES (?, ?, ?)", row)
            .unwrap();
    }
    db.execute_batch("REINDEX docs_e").unwrap();
    for n in 1_500..2_500i64 {
        let row = params![n, "c", vector(n + 5)];
        db.execute("INSERT INTO fresh VALUES (?, ?, ?)", row)
            .unwrap();
    }
    let mut merge = db
        .prepare(
            "MERGE INTO docs USING fresh ON docs.k = fresh.k
             WHEN MATCHED AND docs.k % 10 = 0 THEN DELETE
             WHEN MATCHED THEN UPDATE SET kind = fresh.kind, e = fresh.e
             WHEN NOT MATCHED THEN INSERT (k, kind, e) VALUES (fresh.k, fresh.kind, fresh.e)
             WHEN NOT MATCHED BY SOURCE AND docs.k < 100 THEN UPDATE SET kind = 'd'",
        )
        .unwrap();
    assert_eq!(merge.execute(()).unwrap(), 500 + 500 + 100);
    assert!(db.check().unwrap().is_ok());
    let count = |kind: &str| -> i64 {
        db.query_value("SELECT count(*) FROM docs WHERE kind = ?", [kind])
            .unwrap()
    };
    assert_eq!((count("c"), count("d")), (450 + 500, 100));
    let nearest = |exact: &str| -> String {
        db.execute_batch(&format!("SET ann_exact = {exact}"))
            .unwrap();
        db.query_value(
            "SELECT string_agg(d::TEXT, ' ') FROM (SELECT e <-> '[3, 4]' AS d FROM docs WHERE kind = 'c' ORDER BY 1 LIMIT 20)",
            (),
        )
        .unwrap()
    };
    assert_eq!(nearest("on"), nearest("off"));
    // Once more: what was deleted comes back, and the rest is updated.
    assert_eq!(merge.execute(()).unwrap(), 100 + 900 + 100);
    assert!(db.check().unwrap().is_ok());
}

#[test]
fn a_small_source_looks_the_rows_of_a_large_table_up() {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER);
         INSERT INTO t SELECT n, n FROM generate_series(1, 5000) AS s (n)",
    )
    .unwrap();
    let sql = "MERGE INTO t USING (VALUES (1, 2), (6000, 3)) AS v (k, m) ON id = k
               WHEN MATCHED THEN UPDATE SET n = n + m WHEN NOT MATCHED THEN INSERT VALUES (k, m)";
    let mut explain = db.prepare(&format!("EXPLAIN {sql}")).unwrap();
    let lines = explain
        .query_map((), |row| row.get::<_, String>(0))
        .unwrap();
    let plan: Vec<String> = lines.collect::<Result<_, _>>().unwrap();
    assert!(
        plan.iter()
            .any(|line| line.contains("LookupJoin left with t")),
        "{plan:#?}"
    );
    assert_eq!(db.execute(sql, ()).unwrap(), 2);
    let sum: i64 = db.query_value("SELECT sum(n) FROM t", ()).unwrap();
    assert_eq!(sum, 5_000 * 5_001 / 2 + 2 + 3);
    assert_eq!(db.last_insert_rowid(), 6_000);
}

#[test]
fn parameters_stand_in_all_its_parts() {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)")
        .unwrap();
    let mut merge = db
        .prepare(
            "MERGE INTO t USING (SELECT ?1 AS k) AS s ON id = s.k
             WHEN MATCHED AND n > ?2 THEN UPDATE SET n = n - ?2
             WHEN MATCHED THEN DELETE
             WHEN NOT MATCHED THEN INSERT VALUES (s.k, ?3) RETURNING merge_action() || coalesce(new.n, -1)",
        )
        .unwrap();
    let mut run = || -> String { merge.query_row([1, 10, 25], |row| row.get(0)).unwrap() };
    assert_eq!(run(), "INSERT25");
    assert_eq!(run(), "UPDATE15");
    assert_eq!(run(), "UPDATE5");
    assert_eq!(run(), "DELETE-1");
    assert_eq!(run(), "INSERT25");
}
