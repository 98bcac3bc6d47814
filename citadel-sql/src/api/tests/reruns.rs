//! A statement that runs again is as if it ran for the first time.

use super::sample;
use crate::{Connection, Error, OptionalExtension, params};

fn name(db: &Connection, id: impl crate::ToSql) -> Option<String> {
    let sql = "SELECT name FROM t WHERE id = ?";
    db.query_row(sql, [id], |row| row.get(0))
        .optional()
        .unwrap()
}

#[test]
fn parameters_of_any_kind_follow_each_other() {
    let db = sample();
    for _ in 0..2 {
        assert_eq!(name(&db, 1).as_deref(), Some("one"));
        assert_eq!(name(&db, 2.5), None);
        assert_eq!(name(&db, "2").as_deref(), Some("two"));
        assert_eq!(name(&db, None::<i64>), None);
        assert_eq!(name(&db, 3.0).as_deref(), Some("three"));
    }
}

#[test]
fn a_filter_beside_the_key_takes_the_new_parameters() {
    let db = sample();
    let mut select = db
        .prepare("SELECT name || ?3 FROM t WHERE id = ?1 AND name <> ?2")
        .unwrap();
    let mut ask = |id: i64, other: &str, end: &str| -> Option<String> {
        select
            .query_row(params![id, other, end], |row| row.get(0))
            .optional()
            .unwrap()
    };
    assert_eq!(ask(1, "two", "!").as_deref(), Some("one!"));
    assert_eq!(ask(1, "one", "!"), None);
    assert_eq!(ask(2, "one", "?").as_deref(), Some("two?"));
}

#[test]
fn one_text_may_be_read_twice_at_once() {
    let db = sample();
    let sql = "SELECT name FROM t WHERE id = ?";
    let (mut a, mut b) = (db.prepare(sql).unwrap(), db.prepare(sql).unwrap());
    let mut outer = a.query([1]).unwrap();
    let first: String = outer.next().unwrap().unwrap().get(0).unwrap();
    let second: String = b.query_row([2], |row| row.get(0)).unwrap();
    assert_eq!((first.as_str(), second.as_str()), ("one", "two"));
    assert!(outer.next().unwrap().is_none());
    assert!(outer.next().unwrap().is_none());
    drop(outer);
    assert_eq!(name(&db, 3).as_deref(), Some("three"));
}

#[test]
fn a_failed_run_leaves_nothing_to_the_next() {
    let db = sample();
    let mut insert = db.prepare("INSERT INTO t VALUES (?, ?)").unwrap();
    insert.execute(params![10, "ten"]).unwrap();
    for _ in 0..2 {
        let error = insert.execute(params![10, "again"]).unwrap_err();
        assert!(error.is_constraint(), "{error}");
        assert!(matches!(
            insert.execute(params!["x", "y"]),
            Err(Error::Sql(_))
        ));
    }
    insert.execute(params![None::<i64>, "eleven"]).unwrap();
    assert_eq!(name(&db, 10).as_deref(), Some("ten"));
    assert_eq!(name(&db, 11).as_deref(), Some("eleven"));
}

#[test]
fn what_another_statement_did_in_between_is_known() {
    let db = sample();
    let mut insert = db.prepare("INSERT INTO t (name) VALUES (?)").unwrap();
    assert_eq!(insert.insert(["four"]).unwrap(), 4);
    db.execute("INSERT INTO t VALUES (40, 'forty')", ())
        .unwrap();
    assert_eq!(insert.insert(["next"]).unwrap(), 41);
    db.execute("DELETE FROM t WHERE id > 3", ()).unwrap();
    assert_eq!(insert.insert(["four"]).unwrap(), 4);
    db.execute_batch(
        "DROP TABLE t; CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, more INTEGER DEFAULT 7)",
    )
    .unwrap();
    assert_eq!(insert.insert(["one"]).unwrap(), 1);
    let more: i64 = db
        .query_row("SELECT more FROM t WHERE id = ?", [1], |row| row.get(0))
        .unwrap();
    assert_eq!(more, 7);
}

#[test]
fn updates_and_deletes_take_the_new_parameters() {
    let db = sample();
    let mut update = db.prepare("UPDATE t SET name = ?2 WHERE id = ?1").unwrap();
    let mut delete = db.prepare("DELETE FROM t WHERE id = ?").unwrap();
    for id in 1..=3 {
        assert_eq!(update.execute(params![id, format!("n{id}")]).unwrap(), 1);
    }
    assert_eq!(update.execute(params![9, "none"]).unwrap(), 0);
    assert_eq!(delete.execute([2]).unwrap(), 1);
    assert_eq!(delete.execute([2]).unwrap(), 0);
    assert_eq!(delete.execute([3]).unwrap(), 1);
    assert_eq!(name(&db, 1).as_deref(), Some("n1"));
    assert_eq!(super::count(&db), 1);
}

#[test]
fn a_run_that_rests_holds_no_snapshot() {
    let db = sample();
    let other = db.database().connect();
    let read = |connection: &Connection| name(connection, 1);
    assert_eq!(read(&other).as_deref(), Some("one"));
    db.execute("UPDATE t SET name = 'uno' WHERE id = 1", ())
        .unwrap();
    assert_eq!(read(&other).as_deref(), Some("uno"));
    assert_eq!(read(&db).as_deref(), Some("uno"));
}
