//! Changes in WITH: run once, together, and told by EXPLAIN.

use std::collections::{BTreeMap, BTreeSet};

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
    // Row 50 is 50 above none, and row 9000 below none.
    assert_eq!(sums, "4500 4500 4499");
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

/// A part of a statement over `t (id, n)`, in SQL and as what it means.
#[derive(Clone, Copy, Debug)]
struct Part {
    action: &'static str,
    /// It is for rows whose `id` has this rest when divided by that.
    rest: i64,
    by: i64,
    /// It is only for rows that this part before it gave.
    after: Option<usize>,
}

impl Part {
    fn sql(&self) -> String {
        let among = |part: usize| format!(" AND id IN (SELECT id FROM p{part})");
        let condition = format!(
            "id % {} = {}{}",
            self.by,
            self.rest,
            self.after.map(among).unwrap_or_default()
        );
        match self.action {
            "DELETE" => format!("DELETE FROM t WHERE {condition} RETURNING id, n"),
            "UPDATE" => format!("UPDATE t SET n = n + 1000 WHERE {condition} RETURNING id, n"),
            _ => format!(
                "INSERT INTO t SELECT id + {}, n + 7 FROM t WHERE {condition} RETURNING id, n",
                self.by * 10_000
            ),
        }
    }
}

/// What the parts make of the rows, and the ids and the sum that each gives.
fn model(
    rows: &BTreeMap<i64, i64>,
    parts: &[Part],
) -> (BTreeMap<i64, i64>, Vec<BTreeMap<i64, i64>>) {
    let (mut after, mut touched) = (rows.clone(), BTreeSet::new());
    let mut given: Vec<BTreeMap<i64, i64>> = Vec::new();
    for part in parts {
        let mut own = BTreeMap::new();
        for (id, n) in rows {
            let is_among = part
                .after
                .is_none_or(|before| given[before].contains_key(id));
            if id % part.by != part.rest || !is_among {
                continue;
            }
            if part.action == "INSERT" {
                let row = (id + part.by * 10_000, n + 7);
                after.insert(row.0, row.1);
                own.insert(row.0, row.1);
            } else if touched.insert(*id) {
                let new = if part.action == "UPDATE" {
                    n + 1_000
                } else {
                    *n
                };
                match part.action {
                    "UPDATE" => drop(after.insert(*id, new)),
                    _ => drop(after.remove(id)),
                }
                own.insert(*id, new);
            }
        }
        given.push(own);
    }
    (after, given)
}

#[test]
fn all_parts_see_the_rows_that_were_there_before() {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER); CREATE INDEX t_n ON t (n)",
    )
    .unwrap();
    let table = || -> BTreeMap<i64, i64> {
        let mut all = db.prepare("SELECT id, n FROM t").unwrap();
        let rows = all
            .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    let mut state = 5u64;
    let mut below = |end: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(99);
        (state >> 33) % end
    };
    for _ in 0..200 {
        db.execute_batch(
            "DELETE FROM t; INSERT INTO t SELECT n, n * 3 FROM generate_series(1, 40) AS s (n)",
        )
        .unwrap();
        // Two that insert take other ids.
        let mut parts = Vec::new();
        let count = usize::try_from(below(3) + 1).unwrap();
        for (at, by) in [2, 3, 5].into_iter().enumerate().take(count) {
            parts.push(Part {
                action: ["DELETE", "UPDATE", "INSERT"][usize::try_from(below(3)).unwrap()],
                by,
                rest: i64::try_from(below(2)).unwrap(),
                after: (at > 0 && below(2) == 0).then(|| at - 1),
            });
        }
        let before = table();
        let (after, given) = model(&before, &parts);
        let names = parts.iter().enumerate();
        let with: Vec<String> = names
            .map(|(at, p)| format!("p{at} AS ({})", p.sql()))
            .collect();
        let sums: Vec<String> = (0..parts.len())
            .map(|at| format!("(SELECT coalesce(sum(id + n), 0) FROM p{at})"))
            .collect();
        let sql = format!(
            "WITH {} SELECT (SELECT sum(n) FROM t) || ' ' || (SELECT count(*) FROM t JOIN p0 ON p0.id = t.id) || ' ' || {}",
            with.join(", "),
            sums.join(" || ' ' || ")
        );
        let mut expected = vec![
            before.values().sum::<i64>().to_string(),
            given[0]
                .keys()
                .filter(|id| before.contains_key(*id))
                .count()
                .to_string(),
        ];
        expected.extend(
            given
                .iter()
                .map(|rows| rows.iter().map(|(id, n)| id + n).sum::<i64>().to_string()),
        );
        let told: String = db.query_value(&sql, ()).unwrap();
        assert_eq!(told, expected.join(" "), "{sql}");
        assert_eq!(table(), after, "{sql}");
    }
    assert!(db.check().unwrap().is_ok());
}
