//! INSERT, UPDATE and DELETE.

use super::Db;
use crate::types::Value;

fn numbers() -> Db {
    Db::after(
        "CREATE TABLE n (id INTEGER PRIMARY KEY, a INTEGER, b REAL DEFAULT 0.5, c TEXT UNIQUE);
         INSERT INTO n (a, c) VALUES (1, 'x'), (2, 'y'), (3, 'z')",
    )
}

#[test]
fn inserts_defaults_and_row_ids() {
    let db = numbers();
    assert_eq!(
        db.rows("SELECT * FROM n"),
        ["1|1|0.5|x", "2|2|0.5|y", "3|3|0.5|z"]
    );
    let answer = db
        .all("INSERT INTO n (id, b) VALUES (10, 3), (NULL, 4)")
        .unwrap();
    assert_eq!((answer.changed, answer.last_rowid), (2, Some(11)));
    assert_eq!(
        db.rows("SELECT id, b, c FROM n WHERE id > 9"),
        ["10|3|NULL", "11|4|NULL"]
    );
    db.all("INSERT INTO n DEFAULT VALUES").unwrap();
    assert_eq!(
        db.rows("SELECT id, a, b FROM n WHERE id = 12"),
        ["12|NULL|0.5"]
    );
}

#[test]
fn stores_numbers_losslessly_or_not_at_all() {
    let db = numbers();
    db.all("INSERT INTO n (a, b) VALUES (2.0, 7)").unwrap();
    assert_eq!(db.rows("SELECT a, b FROM n WHERE id = 4"), ["2|7"]);
    assert!(db.all("INSERT INTO n (a) VALUES (2.5)").is_err());
    assert!(
        db.all("INSERT INTO n (b) VALUES (9007199254740993)")
            .is_err()
    );
    assert!(db.all("UPDATE n SET a = a / 2.0").is_err());
    db.all("UPDATE n SET a = b + 0.5, b = a WHERE id < 4")
        .unwrap();
    assert_eq!(db.rows("SELECT a, b FROM n WHERE id = 3"), ["1|3"]);
}

#[test]
fn inserts_from_itself_without_meeting_its_own_rows() {
    let db = numbers();
    let answer = db.all("INSERT INTO n (a) SELECT a + 10 FROM n").unwrap();
    assert_eq!(answer.changed, 3);
    assert_eq!(db.rows("SELECT a FROM n WHERE a > 9"), ["11", "12", "13"]);
}

#[test]
fn updates_keys_of_all_rows_at_once() {
    let db = numbers();
    assert_eq!(db.all("UPDATE n SET id = id + 1").unwrap().changed, 3);
    assert_eq!(db.rows("SELECT id, c FROM n"), ["2|x", "3|y", "4|z"]);
    db.all("UPDATE n SET c = CASE c WHEN 'x' THEN 'y' WHEN 'y' THEN 'x' ELSE c END")
        .unwrap();
    assert_eq!(db.rows("SELECT c FROM n ORDER BY id"), ["y", "x", "z"]);
    assert!(db.error("UPDATE n SET c = 'q'").contains("duplicate key"));
}

#[test]
fn conditions_hold_whatever_the_access_path() {
    let db = numbers();
    assert_eq!(
        db.all("UPDATE n SET a = 100 WHERE id = 3 AND c = 'nomatch'")
            .unwrap()
            .changed,
        0
    );
    assert_eq!(
        db.all("UPDATE n SET a = 7 WHERE id BETWEEN 1 AND 3 AND c = 'y'")
            .unwrap()
            .changed,
        1
    );
    assert_eq!(
        db.all("DELETE FROM n WHERE id IN (1, 2) AND a = 7")
            .unwrap()
            .changed,
        1
    );
    assert_eq!(db.rows("SELECT id FROM n"), ["1", "3"]);
    assert_eq!(
        db.all("DELETE FROM n WHERE id = 1 AND 1 = 0")
            .unwrap()
            .changed,
        0
    );
    assert_eq!(db.all("DELETE FROM n").unwrap().changed, 2);
}

#[test]
fn a_statement_that_fails_leaves_no_trace() {
    let db = numbers();
    assert!(
        db.error("INSERT INTO n (id, c) VALUES (7, 'new'), (8, 'x')")
            .contains("duplicate key")
    );
    assert!(
        db.error("UPDATE n SET a = 1 / (id - 3)")
            .contains("division by zero")
    );
    assert_eq!(
        db.rows("SELECT * FROM n"),
        ["1|1|0.5|x", "2|2|0.5|y", "3|3|0.5|z"]
    );
}

#[test]
fn parameters_are_values_of_the_execution() {
    let db = numbers();
    let given = [Value::Integer(9), Value::Text("it's".to_owned())];
    db.with("INSERT INTO n (a, c) VALUES ($1, $2)", &given)
        .unwrap();
    let found = db
        .with("SELECT a FROM n WHERE c = $1", &given[1..])
        .unwrap();
    assert_eq!(found.rows, [[Value::Integer(9)]]);
}

#[test]
fn definitions_come_and_go() {
    let db = numbers();
    db.all("CREATE INDEX n_a ON n (a); INSERT INTO n (a) VALUES (3)")
        .unwrap();
    assert_eq!(db.rows("SELECT id FROM n WHERE a = 3"), ["3", "4"]);
    db.all("DROP INDEX n_a").unwrap();
    assert_eq!(db.rows("SELECT id FROM n WHERE a = 3"), ["3", "4"]);
    db.all("DROP TABLE n; DROP TABLE IF EXISTS n").unwrap();
    assert!(db.error("SELECT 1 FROM n").contains('n'));
}
