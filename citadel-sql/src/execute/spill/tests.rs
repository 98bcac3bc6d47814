//! A query gives the same, however little memory it has.

use crate::api::{Connection, Row};
use crate::error::Result;
use crate::types::Value;

/// Rows of the larger table.
const ROWS: i64 = 20_000;

fn database() -> Result<Connection> {
    let db = Connection::open_in_memory()?;
    db.execute_batch(&format!(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, k INTEGER, r REAL, s TEXT, b BLOB, emb VECTOR(3));
         INSERT INTO t
           SELECT n, CASE WHEN n % 11 = 0 THEN NULL ELSE n * 7919 % 9973 END, n / 3.0,
                  CASE WHEN n % 13 = 0 THEN NULL ELSE 'text number ' || n * 31 % 5003 END,
                  CASE n % 3 WHEN 0 THEN X'00ff' WHEN 1 THEN X'' ELSE NULL END,
                  CAST('[' || n % 7 || ',1,2]' AS VECTOR(3))
           FROM generate_series(1, {ROWS}) AS g (n);
         CREATE TABLE u (k INTEGER, v TEXT);
         INSERT INTO u
           SELECT CASE WHEN n % 17 = 0 THEN NULL ELSE n * 3 % 12000 END, 'the value of ' || n
           FROM generate_series(1, 9000) AS g (n);",
    ))?;
    Ok(db)
}

fn rows(db: &Connection, sql: &str) -> Result<Vec<Vec<Value>>> {
    let mut statement = db.prepare(sql)?;
    let columns = statement.column_count();
    let read = |row: &Row<'_>| (0..columns).map(|at| row.get::<_, Value>(at)).collect();
    statement.query(())?.mapped(read).collect()
}

fn unordered(mut rows: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    rows.sort_by_cached_key(|row| format!("{row:?}"));
    rows
}

/// Whether EXPLAIN ANALYZE says that rows were written away.
fn spills(db: &Connection, sql: &str) -> Result<bool> {
    let plan = rows(db, &format!("EXPLAIN ANALYZE {sql}"))?;
    Ok(format!("{plan:?}").contains("Spilled"))
}

#[test]
fn little_memory_changes_no_answer() {
    let db = database().unwrap();
    for (sql, is_ordered) in [
        ("SELECT * FROM t ORDER BY s, id", true),
        ("SELECT id, k FROM t ORDER BY k DESC NULLS FIRST, id", true),
        ("SELECT r, b, emb FROM t ORDER BY r DESC", true),
        (
            "SELECT k, count(*), sum(id), min(s), max(r) FROM t GROUP BY k",
            false,
        ),
        (
            "SELECT s, b, count(DISTINCT k), avg(r) FROM t GROUP BY s, b",
            false,
        ),
        (
            "SELECT k, string_agg(s, ',' ORDER BY id) FROM t GROUP BY k",
            false,
        ),
        ("SELECT count(DISTINCT k), sum(DISTINCT id), count(DISTINCT r) FROM t", true),
        ("SELECT id % 3, count(DISTINCT s), count(DISTINCT id) FROM t GROUP BY id % 3", false),
        ("SELECT id % 7, length(array_agg(id)::TEXT), md5(array_agg(k)::TEXT) FROM t GROUP BY id % 7", false),
        ("SELECT id % 50, string_agg(s, ',') FROM t GROUP BY id % 50", false),
        ("SELECT id % 50, string_agg(DISTINCT s, ',' ORDER BY s DESC) FROM t GROUP BY id % 50", false),
        ("SELECT id % 50, group_concat(DISTINCT s) FROM t GROUP BY id % 50", false),
        ("SELECT id % 90, array_agg(k ORDER BY r DESC) FROM t GROUP BY id % 90", false),
        (
            "SELECT percentile_cont(0.3) WITHIN GROUP (ORDER BY r), percentile_disc(ARRAY[0, 0.5, 0.99, 1]) WITHIN GROUP (ORDER BY s),
                    mode() WITHIN GROUP (ORDER BY k), median(id) FROM t",
            true,
        ),
        (
            "SELECT b, percentile_cont(ARRAY[0.25, 0.5]) WITHIN GROUP (ORDER BY k DESC), mode() WITHIN GROUP (ORDER BY s) FROM t GROUP BY b",
            false,
        ),
        (
            "SELECT id % 2, count(DISTINCT k), string_agg(DISTINCT b::TEXT, '/'), median(r) FROM t GROUP BY ROLLUP (id % 2)",
            false,
        ),
        (
            "WITH RECURSIVE w (n, s) AS (SELECT id, s FROM t WHERE id <= 5000
               UNION ALL SELECT n + 5000, s FROM w WHERE n <= 15000)
             SELECT * FROM w",
            true,
        ),
        ("SELECT DISTINCT s, k FROM t", false),
        (
            "SELECT s, k % 100, count(*) FROM t GROUP BY ROLLUP (s, k % 100)",
            false,
        ),
        ("SELECT t.id, u.v FROM t JOIN u ON t.k = u.k", false),
        (
            "SELECT t.id, u.v FROM t LEFT JOIN u ON t.k = u.k AND u.v > 'the value of 5'",
            false,
        ),
        ("SELECT t.id, u.v FROM u LEFT JOIN t ON t.k = u.k", false),
        (
            "SELECT t.id, u.v FROM t FULL JOIN u ON t.k = u.k AND t.id % 2 = 0",
            false,
        ),
        (
            "SELECT a.id, b.id FROM t a JOIN t b ON a.s = b.s AND a.id < b.id WHERE a.k < 300",
            false,
        ),
        (
            "SELECT k, s FROM t INTERSECT SELECT k, s FROM t WHERE id % 2 = 0",
            false,
        ),
        ("SELECT k FROM t EXCEPT ALL SELECT k FROM u", false),
        ("SELECT k, v FROM u UNION SELECT k, s FROM t", false),
        ("SELECT k FROM t INTERSECT ALL SELECT k FROM u", false),
    ] {
        db.set_work_mem(None);
        let plenty = rows(&db, sql).unwrap();
        assert!(!spills(&db, sql).unwrap(), "{sql}");
        db.set_work_mem(Some(0));
        let little = rows(&db, sql).unwrap();
        assert!(spills(&db, sql).unwrap(), "{sql}");
        match is_ordered {
            true => assert_eq!(little, plenty, "{sql}"),
            false => assert_eq!(unordered(little), unordered(plenty), "{sql}"),
        }
    }
}

#[test]
fn one_key_that_does_not_fit_is_joined_all_the_same() {
    let db = database().unwrap();
    db.execute_batch("CREATE TABLE one AS SELECT 1 AS k, s || ' and some more' AS s FROM t")
        .unwrap();
    db.set_work_mem(Some(0));
    let sql = "SELECT count(*) FROM (VALUES (1), (2)) AS v (k) FULL JOIN one ON v.k = one.k";
    assert_eq!(rows(&db, sql).unwrap(), [[Value::Integer(ROWS + 1)]]);
}

#[test]
fn one_value_that_does_not_fit_is_an_error_that_names_the_memory() {
    let db = database().unwrap();
    db.set_work_mem(Some(0));
    for (sql, name) in [
        ("SELECT string_agg(s, ',') FROM t", "string_agg"),
        (
            "SELECT id % 2, array_agg(s ORDER BY id) FROM t GROUP BY id % 2",
            "array_agg",
        ),
    ] {
        let error = rows(&db, sql).unwrap_err();
        let told = format!("one value of {name} takes more than work_mem (64 kB)");
        assert_eq!(error.message(), told, "{sql}");
        assert_eq!(
            error.sqlstate().map(|state| state.to_string()),
            Some("53200".to_owned())
        );
    }
    db.set_work_mem(None);
    rows(&db, "SELECT string_agg(s, ',') FROM t").unwrap();
}

#[test]
fn a_sort_of_many_runs_keeps_rows_that_are_alike_as_they_came() {
    let db = Connection::open_in_memory().unwrap();
    db.set_work_mem(Some(0));
    let sql = "SELECT n FROM (SELECT n, n % 3 AS k, 'some text to fill memory with ' || n AS s
                              FROM generate_series(1, 300000) AS g (n)) AS q ORDER BY k";
    let given = rows(&db, sql).unwrap();
    let expected = (0..3).flat_map(|k| (1..=300_000i64).filter(move |n| n % 3 == k));
    let given = given.into_iter().map(|row| match row.as_slice() {
        [Value::Integer(n)] => *n,
        other => panic!("{other:?}"),
    });
    assert!(given.eq(expected));
}

#[test]
fn the_setting_has_units_and_a_least() {
    let db = Connection::open_in_memory().unwrap();
    let shown = |db: &Connection| rows(db, "SHOW work_mem").unwrap()[0][0].clone();
    assert_eq!(shown(&db), Value::Text("65536kB".to_owned()));
    for (set, told) in [
        ("SET work_mem = 128", "128kB"),
        ("SET work_mem = '2MB'", "2048kB"),
        ("SET work_mem TO '1 GB'", "1048576kB"),
        ("RESET work_mem", "65536kB"),
    ] {
        db.execute_batch(set).unwrap();
        assert_eq!(shown(&db), Value::Text(told.to_owned()), "{set}");
    }
    for wrong in ["63", "'1 TB'", "'much'", "-1", "''", "'99999999999999GB'"] {
        let error = db.execute_batch(&format!("SET work_mem = {wrong}"));
        assert!(error.is_err(), "{wrong}");
    }
}
