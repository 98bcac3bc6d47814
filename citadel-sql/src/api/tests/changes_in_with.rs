//! Changes in WITH: run once, together, and told by EXPLAIN.

use super::{count, sample};
use crate::{Connection, Value};

fn strings(db: &Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(sql).unwrap();
    let rows = statement.query_map((), |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_prepared_one_runs_again_with_other_parameters() {
    let db = sample();
    db.execute_batch("CREATE TABLE log (id INTEGER, name TEXT)")
        .unwrap();
    let mut moving = db
        .prepare("WITH d AS (DELETE FROM t WHERE id = ?1 RETURNING *) INSERT INTO log SELECT id + ?2, name FROM d")
        .unwrap();
    for id in [1, 3, 9] {
        let moved = moving.execute([id, 10]).unwrap();
        assert_eq!(moved, usize::from(id != 9));
    }
    assert_eq!(count(&db), 1);
    let names = strings(&db, "SELECT id || name FROM log ORDER BY id");
    assert_eq!(names, ["11one", "13three"]);
}

#[test]
fn it_is_done_whether_or_not_its_rows_are_read() {
    let db = sample();
    let mut select = db
        .prepare("WITH d AS (DELETE FROM t RETURNING id) SELECT id FROM d ORDER BY id")
        .unwrap();
    {
        let mut rows = select.query(()).unwrap();
        assert_eq!(rows.next().unwrap().unwrap().get::<_, i64>(0).unwrap(), 1);
    }
    assert_eq!(count(&db), 0);
    assert!(select.query(()).unwrap().next().unwrap().is_none());
}

#[test]
fn a_failure_in_any_part_takes_all_parts_back() {
    let mut db = sample();
    let tx = db.transaction().unwrap();
    tx.execute("DELETE FROM t WHERE id = 3", ()).unwrap();
    let failing = [
        "WITH d AS (DELETE FROM t RETURNING id) SELECT 1 / (id - 2) FROM d",
        "WITH d AS (DELETE FROM t) INSERT INTO t VALUES (7, 'x'), (7, 'y')",
        "WITH i AS (INSERT INTO t VALUES (8, 'x') RETURNING id) UPDATE t SET id = 1 FROM i WHERE t.id = 2",
    ];
    for sql in failing {
        let mut statement = tx.prepare(sql).unwrap();
        let read = statement.query(()).and_then(|mut rows| {
            while rows.next()?.is_some() {}
            Ok(())
        });
        assert!(read.is_err(), "{sql}");
        let left: i64 = tx.query_value("SELECT sum(id) FROM t", ()).unwrap();
        assert_eq!(left, 3, "{sql}");
    }
    tx.commit().unwrap();
    assert_eq!(count(&db), 2);
}

#[test]
fn many_rows_go_through_it() {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER);
         CREATE TABLE b (id INTEGER PRIMARY KEY, n INTEGER);
         CREATE INDEX a_n ON a (n);
         INSERT INTO a SELECT n, n % 100 FROM generate_series(1, 9000) AS s (n);
         WITH d AS (DELETE FROM a WHERE n < 50 RETURNING *),
              i AS (INSERT INTO b SELECT * FROM d RETURNING id)
         UPDATE a SET n = n + 1000 FROM i WHERE a.id = i.id + 50",
    )
    .unwrap();
    let sums: String = db
        .query_value(
            "SELECT count(*) || ' ' || (SELECT count(*) FROM b) || ' ' || (SELECT count(*) FROM a WHERE n >= 1000) FROM a",
            (),
        )
        .unwrap();
    assert_eq!(sums, "4500 4500 4500");
    assert!(db.check().unwrap().is_ok());
}

#[test]
fn explain_analyze_tells_of_each_part() {
    let db = sample();
    let lines = strings(
        &db,
        "EXPLAIN ANALYZE WITH d AS (DELETE FROM t WHERE id < 3 RETURNING id), u AS (UPDATE t SET name = 'u' WHERE id NOT IN (SELECT id FROM d) RETURNING id)
         SELECT d.id FROM d, u",
    );
    let rows_of = |title: &str| {
        let line = lines.iter().find(|line| line.contains(title));
        let line = line.unwrap_or_else(|| panic!("{title} is not in {lines:#?}"));
        let (_, rows) = line.split_once("actual rows=").expect("measured");
        rows.split(' ').next().unwrap().parse::<u64>().unwrap()
    };
    assert_eq!(rows_of("Delete on t"), 2);
    assert_eq!(rows_of("Update on t"), 1);
    assert_eq!(rows_of("NestedLoopJoin"), 2);
    assert_eq!(rows_of("SeqScan on t"), 3);
    // It ran.
    assert_eq!(count(&db), 1);
}

#[test]
fn a_snapshot_does_not_take_it() {
    let db = sample();
    db.execute_batch("BEGIN READ ONLY").unwrap();
    let sql = "WITH d AS (DELETE FROM t RETURNING id) SELECT count(*) FROM d";
    assert!(db.query_value::<i64, _>(sql, ()).is_err());
    db.execute_batch("ROLLBACK").unwrap();
    assert_eq!(
        db.query_value::<Value, _>(sql, ()).unwrap(),
        Value::Integer(3)
    );
}
