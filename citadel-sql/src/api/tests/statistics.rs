//! Statistics are renewed in the background without getting in anyone's way, and plans follow them.

use std::time::Duration;

use crate::{Connection, Database, Options};

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(300);

fn database(auto_analyze: bool) -> Database {
    let storage = std::sync::Arc::new(crate::MemoryStorage::new());
    let options = Options::default().auto_analyze(auto_analyze);
    let database = Database::create_on(storage, &crate::Key::raw([7; 32]), options).unwrap();
    let db = database.connect();
    db.execute_batch(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, kind TEXT);
         CREATE INDEX t_kind ON t (kind);
         INSERT INTO t SELECT n, 'kind ' || n % 100 FROM generate_series(1, 1000) AS g (n);
         ANALYZE t",
    )
    .unwrap();
    database
}

/// The first line of the plan.
fn plan(db: &Connection) -> String {
    db.query_value("EXPLAIN SELECT * FROM t WHERE kind = 'kind 7'", ())
        .unwrap()
}

fn known(db: &Connection) -> Vec<String> {
    let sql = "SELECT most_common_vals[1] FROM pg_stats WHERE attname = 'kind'";
    db.query_map(sql, (), |row| row.get(0)).unwrap()
}

/// Makes nearly all rows of one kind.
fn skew(db: &Connection) {
    db.execute("UPDATE t SET kind = 'kind 7' WHERE id > 20", ())
        .unwrap();
}

#[test]
fn what_has_changed_much_is_looked_at_again() {
    let database = database(true);
    let db = database.connect();
    assert!(plan(&db).starts_with("IndexOnlyScan"), "{}", plan(&db));
    db.execute("UPDATE t SET kind = 'other' WHERE id <= 100", ())
        .unwrap();
    assert!(!database.shared().refresher.wait_for(1, SHORT));
    skew(&db);
    assert!(database.shared().refresher.wait_for(1, LONG));
    assert_eq!(known(&db), ["kind 7"]);
    assert!(plan(&db).starts_with("SeqScan"), "{}", plan(&db));
    // What was counted is counted once.
    db.execute("UPDATE t SET kind = 'other' WHERE id <= 100", ())
        .unwrap();
    assert!(!database.shared().refresher.wait_for(2, SHORT));
}

#[test]
fn it_can_be_turned_off_and_on() {
    let database = database(false);
    let db = database.connect();
    skew(&db);
    assert!(!database.shared().refresher.wait_for(1, SHORT));
    db.execute_batch("PRAGMA auto_analyze = on").unwrap();
    assert!(database.shared().refresher.wait_for(1, LONG));
    assert_eq!(known(&db), ["kind 7"]);
}

#[test]
fn only_what_was_analyzed_is_looked_at() {
    let database = Database::open_in_memory().unwrap();
    let db = database.connect();
    db.execute_batch(
        "CREATE TABLE t (a INTEGER);
         INSERT INTO t SELECT n FROM generate_series(1, 5000) AS g (n)",
    )
    .unwrap();
    let before = database.generation();
    assert!(!database.shared().refresher.wait_for(1, SHORT));
    assert_eq!(database.generation(), before);
}

#[test]
fn a_transaction_that_has_read_writes_after_it() {
    let database = database(false);
    let (db, other) = (database.connect(), database.connect());
    skew(&other);
    db.execute_batch("BEGIN").unwrap();
    let rows = |db: &Connection| -> i64 { db.query_value("SELECT count(*) FROM t", ()).unwrap() };
    assert_eq!(rows(&db), 1000);
    other.execute_batch("PRAGMA auto_analyze = on").unwrap();
    assert!(database.shared().refresher.wait_for(1, LONG));
    db.execute("INSERT INTO t VALUES (5000, 'kind 8')", ())
        .unwrap();
    db.execute_batch("COMMIT; BEGIN").unwrap();
    assert_eq!(rows(&db), 1001);
    // A commit of rows is another matter.
    other
        .execute("INSERT INTO t VALUES (5001, 'kind 8')", ())
        .unwrap();
    let refused = db.execute("INSERT INTO t VALUES (5002, 'kind 8')", ());
    assert!(refused.unwrap_err().is_busy());
}

#[test]
fn plans_are_made_anew_for_statistics_alone() {
    let database = database(false);
    let db = database.connect();
    let mut explain = db
        .prepare("EXPLAIN SELECT * FROM t WHERE kind = 'kind 7'")
        .unwrap();
    let mut line = || -> String {
        let mut rows = explain.query(()).unwrap();
        rows.next().unwrap().unwrap().get(0).unwrap()
    };
    let before = line();
    assert!(before.starts_with("IndexOnlyScan"), "{before}");
    skew(&db);
    db.execute(
        "INSERT INTO t SELECT n, 'x' FROM generate_series(2001, 9000) AS g (n)",
        (),
    )
    .unwrap();
    assert_eq!(line(), before);
    db.execute_batch("BEGIN; ANALYZE t").unwrap();
    assert_ne!(line(), before);
    db.execute_batch("ROLLBACK").unwrap();
    assert!(line().starts_with("IndexOnlyScan"));
    db.execute_batch("ANALYZE t").unwrap();
    assert_ne!(line(), before);
}

#[test]
fn a_parameter_is_taken_for_an_average_value() {
    let database = database(false);
    let db = database.connect();
    skew(&db);
    db.execute_batch("ANALYZE").unwrap();
    let plan = |value: &str| -> String {
        let sql = "EXPLAIN SELECT * FROM t WHERE kind = ?";
        db.query_value(sql, [value]).unwrap()
    };
    assert!(plan("kind 7").starts_with("IndexOnlyScan"));
    assert_eq!(plan("kind 7"), plan("kind 8"));
    let rows = |kind: &str| -> i64 {
        let sql = "SELECT count(*) FROM t WHERE kind = ?";
        db.query_value(sql, [kind]).unwrap()
    };
    assert_eq!((rows("kind 7"), rows("kind 8")), (981, 1));
}

#[test]
fn a_sample_of_a_large_table_tells_nearly_the_truth() {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, few INTEGER, many INTEGER, n TEXT);
         INSERT INTO t SELECT n, n % 7, n * 7919 % 20011, CASE WHEN n % 5 = 0 THEN 'x' END
           FROM generate_series(1, 100000) AS g (n);
         ANALYZE t",
    )
    .unwrap();
    let number = |what: &str, of: &str| -> f64 {
        let sql = format!("SELECT {what} FROM pg_stats WHERE attname = '{of}'");
        db.query_value(&sql, ()).unwrap()
    };
    assert_eq!(number("n_distinct", "id"), -1.0);
    assert_eq!(number("n_distinct", "few"), 7.0);
    let many = number("n_distinct", "many").abs();
    let many = if many <= 1.0 { many * 1e5 } else { many };
    assert!((12_000.0..30_000.0).contains(&many), "{many}");
    let nulls = number("null_frac", "n");
    assert!((0.75..0.85).contains(&nulls), "{nulls}");
    let first = |sql: &str| -> String { db.query_value(&format!("EXPLAIN {sql}"), ()).unwrap() };
    let told = first("SELECT * FROM t WHERE id BETWEEN 40000 AND 60000");
    let rows: f64 = told
        .split("rows=")
        .nth(1)
        .and_then(|rest| rest.split(')').next())
        .unwrap()
        .parse()
        .unwrap();
    assert!((17_000.0..23_000.0).contains(&rows), "{told}");
}
