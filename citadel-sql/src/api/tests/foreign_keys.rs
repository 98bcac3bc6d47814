//! Rows refer to rows that there are, whichever way they are written.

use citadel_txn::MemoryStorage;
use std::sync::Arc;

use crate::{Connection, Database, Key, Options};

fn tied() -> Connection {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p DEFERRABLE INITIALLY DEFERRED);
         CREATE TABLE now (p INTEGER REFERENCES p ON DELETE CASCADE);
         INSERT INTO p VALUES (1), (2)",
    )
    .unwrap();
    db
}

fn count(db: &Connection, table: &str) -> i64 {
    db.query_value(&format!("SELECT count(*) FROM {table}"), ())
        .unwrap()
}

#[test]
fn appended_rows_refer_to_rows_that_there_are() {
    let db = tied();
    let mut rows = db.appender("now").unwrap();
    (0..3_000).for_each(|at| rows.append_row([1 + at % 2]).unwrap());
    rows.append_row([3]).unwrap();
    assert!(rows.finish().unwrap_err().is_constraint());
    // Each full batch is a write of its own.
    assert_eq!(count(&db, "now"), 2_048);
    let mut rows = db.appender("c").unwrap();
    rows.append_row([1, 9]).unwrap();
    assert!(rows.finish().unwrap_err().is_constraint());
    db.execute("DELETE FROM p WHERE id = 1", ()).unwrap();
    assert_eq!(count(&db, "now"), 1_024);
}

#[test]
fn what_is_deferred_is_checked_by_every_commit() {
    let mut db = tied();
    let tx = db.transaction().unwrap();
    tx.execute("INSERT INTO c VALUES (1, 7)", ()).unwrap();
    assert!(tx.commit().unwrap_err().is_constraint());
    assert!(db.is_autocommit());
    assert_eq!(count(&db, "c"), 0);
    let tx = db.transaction().unwrap();
    tx.execute("INSERT INTO c VALUES (1, 7)", ()).unwrap();
    tx.execute("INSERT INTO p VALUES (7)", ()).unwrap();
    tx.commit().unwrap();
    assert_eq!(count(&db, "c"), 1);
}

#[test]
fn a_prepared_change_goes_on_minding_keys() {
    let db = tied();
    let mut insert = db.prepare("INSERT INTO now VALUES (?)").unwrap();
    for id in [1, 2, 1] {
        insert.execute([id]).unwrap();
    }
    assert!(insert.execute([5]).unwrap_err().is_constraint());
    insert.execute([2]).unwrap();
    // A key that comes later binds what was prepared before it.
    let mut delete = db.prepare("DELETE FROM p WHERE id = ?").unwrap();
    delete.execute([2]).unwrap();
    assert_eq!(count(&db, "now"), 2);
    db.execute("CREATE TABLE more (p INTEGER REFERENCES p)", ())
        .unwrap();
    db.execute("INSERT INTO more VALUES (1)", ()).unwrap();
    assert!(delete.execute([1]).unwrap_err().is_constraint());
}

#[test]
fn definitions_outlive_the_process() {
    let storage = MemoryStorage::new();
    let key = Key::raw([3; 32]);
    let database =
        Database::create_on(Arc::new(storage.clone()), &key, Options::default()).unwrap();
    let db = database.connect();
    db.execute_batch(
        "CREATE SEQUENCE s START 5;
         CREATE TABLE p (id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code TEXT UNIQUE DEFAULT 'n' || nextval('s'));
         CREATE TABLE c (code TEXT REFERENCES p (code) ON UPDATE CASCADE ON DELETE SET NULL);
         INSERT INTO p DEFAULT VALUES; INSERT INTO c VALUES ('n5')",
    )
    .unwrap();
    drop((db, database));
    let again = Arc::new(MemoryStorage::from_bytes(storage.snapshot()));
    let db = Database::open_on(again, &key, Options::default())
        .unwrap()
        .connect();
    db.execute_batch("INSERT INTO p DEFAULT VALUES; UPDATE p SET code = 'x' WHERE id = 1")
        .unwrap();
    let codes = |sql: &str| -> Vec<String> { db.query_map(sql, (), |row| row.get(0)).unwrap() };
    assert_eq!(codes("SELECT code FROM p ORDER BY id"), ["x", "n6"]);
    assert_eq!(codes("SELECT code FROM c"), ["x"]);
    assert!(db.execute("INSERT INTO c VALUES ('n7')", ()).is_err());
    assert!(db.check().unwrap().is_ok());
}

#[test]
fn connections_draw_from_one_sequence_and_know_their_own_numbers() {
    let db = Connection::open_in_memory().unwrap();
    db.execute("CREATE SEQUENCE s", ()).unwrap();
    let other = db.database().connect();
    let draw = |db: &Connection| db.query_value::<i64, _>("SELECT nextval('s')", ()).unwrap();
    let last = |db: &Connection| db.query_value::<i64, _>("SELECT currval('s')", ());
    assert_eq!([draw(&db), draw(&other), draw(&db)], [1, 2, 3]);
    assert_eq!((last(&db).unwrap(), last(&other).unwrap()), (3, 2));
    assert!(last(&db.database().connect()).is_err());
    let mut each = db
        .prepare("SELECT nextval('s') FROM generate_series(1, ?)")
        .unwrap();
    let drawn: Vec<i64> = each
        .query_map([3_000], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(drawn, (4..3_004).collect::<Vec<_>>());
}
