//! One file, opened several times by one process.

use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use crate::{Connection, Key, Options};

fn key() -> Key {
    Key::raw([7; 32])
}

fn dir() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn open(path: &Path) -> Connection {
    Connection::open(path, key()).unwrap()
}

#[test]
fn a_second_opening_is_the_same_database() {
    let dir = dir();
    let path = dir.path().join("a.citadel");
    let first = open(&path);
    first.execute("CREATE TABLE t (x INTEGER)", ()).unwrap();
    let link = dir.path().join("link.citadel");
    std::fs::hard_link(&path, &link).unwrap();
    let second = open(&link);
    second.execute("INSERT INTO t VALUES (1)", ()).unwrap();
    let count = "SELECT COUNT(*) FROM t";
    assert_eq!(first.query_value::<i64, _>(count, ()).unwrap(), 1);
    first.execute_batch("BEGIN IMMEDIATE").unwrap();
    second.busy_timeout(Duration::from_millis(10));
    let waiting = second.execute("INSERT INTO t VALUES (2)", ()).unwrap_err();
    assert!(waiting.is_busy(), "{waiting}");
    drop(first);
    second.execute("INSERT INTO t VALUES (2)", ()).unwrap();
    drop(second);
    assert_eq!(open(&path).query_value::<i64, _>(count, ()).unwrap(), 2);
}

#[test]
fn a_second_opening_takes_a_key_of_the_file() {
    let dir = dir();
    let path = dir.path().join("a.citadel");
    let first = open(&path);
    let other = Key::raw([8; 32]);
    let wrong = Connection::open(&path, Key::raw([8; 32])).unwrap_err();
    assert!(wrong.is_wrong_key(), "{wrong}");
    first.add_key(&other, &crate::Kdf::default()).unwrap();
    assert!(Connection::open(&path, other).is_ok());
}

#[test]
fn a_second_opening_has_its_own_settings_and_anchor() {
    let dir = dir();
    let path = dir.path().join("a.citadel");
    let first = open(&path);
    let old = first.database().anchor();
    first.execute("CREATE TABLE t (x INTEGER)", ()).unwrap();
    let options = Options::default()
        .busy_timeout(Duration::from_millis(7))
        .expect(old);
    let second = Connection::open_with(&path, key(), options).unwrap();
    let timeout = |db: &Connection| db.query_value::<i64, _>("PRAGMA busy_timeout", ()).unwrap();
    assert_eq!((timeout(&first), timeout(&second)), (5_000, 7));

    let elsewhere = open(&dir.path().join("b.citadel"));
    elsewhere
        .execute_batch("CREATE TABLE t (x INTEGER); CREATE TABLE u (x INTEGER)")
        .unwrap();
    let options = Options::default().expect(elsewhere.database().anchor());
    assert!(Connection::open_with(&path, key(), options).is_err());
}

#[test]
fn threads_that_open_a_new_file_at_once_share_it() {
    let dir = dir();
    let path = dir.path().join("a.citadel");
    let path = path.as_path();
    for round in 0..20 {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(move || {
                    let db = open(path);
                    db.execute("CREATE TABLE IF NOT EXISTS t (x INTEGER)", ())
                        .unwrap();
                    db.execute("INSERT INTO t VALUES (1)", ()).unwrap();
                });
            }
        });
        let rows: i64 = open(path)
            .query_value("SELECT COUNT(*) FROM t", ())
            .unwrap();
        assert_eq!(rows, (round + 1) * 4);
    }
}

#[test]
fn a_file_that_could_not_be_opened_can_be_tried_again() {
    let dir = dir();
    let path = dir.path().join("a.citadel");
    drop(open(&path));
    for _ in 0..3 {
        assert!(
            Connection::open(&path, Key::raw([8; 32]))
                .unwrap_err()
                .is_wrong_key()
        );
    }
    drop(open(&path));
    std::fs::remove_file(&path).unwrap();
    let fresh = open(&path);
    assert!(fresh.tables().unwrap().is_empty());
}
