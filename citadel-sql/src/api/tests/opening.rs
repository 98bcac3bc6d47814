//! Opening and creating files.

use tempfile::TempDir;

use crate::{Connection, Error, Key, Options};

fn key() -> Key {
    Key::raw([7; 32])
}

fn dir() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn refused(result: Result<Connection, Error>) -> Error {
    result.expect_err("it must not open")
}

#[test]
fn what_was_committed_is_there_after_opening_again() {
    let dir = dir();
    let path = dir.path().join("a.citadel");
    let db = Connection::open(&path, key()).unwrap();
    db.execute_batch("CREATE TABLE t (x INTEGER); INSERT INTO t VALUES (1), (2)")
        .unwrap();
    drop(db);
    let db = Connection::open(&path, key()).unwrap();
    assert_eq!(
        db.query_value::<i64, _>("SELECT SUM(x) FROM t", ())
            .unwrap(),
        3
    );
    assert!(db.check().unwrap().is_ok());
}

#[test]
fn the_memory_path_makes_no_file() {
    let db = Connection::open(":memory:", key()).unwrap();
    db.execute("CREATE TABLE t (x INTEGER)", ()).unwrap();
    assert!(!std::path::Path::new(":memory:").exists());
}

#[test]
fn a_missing_file_is_made_only_where_that_is_wanted() {
    let dir = dir();
    let path = dir.path().join("a.citadel");
    for options in [
        Options::default().create(false),
        Options::default().read_only(true),
    ] {
        assert!(refused(Connection::open_with(&path, key(), options)).is_io());
        assert!(!path.exists());
    }
}

#[test]
fn a_wrong_key_and_a_foreign_file_are_told_apart() {
    let dir = dir();
    let path = dir.path().join("a.citadel");
    let db = Connection::open(&path, key()).unwrap();
    drop(db);
    let wrong = refused(Connection::open(&path, Key::raw([8; 32])));
    assert!(wrong.is_wrong_key() && !wrong.is_corrupt(), "{wrong}");
    let foreign = dir.path().join("foreign");
    std::fs::write(&foreign, vec![b'x'; 100_000]).unwrap();
    let foreign = refused(Connection::open(&foreign, key()));
    assert!(!foreign.is_wrong_key() && !foreign.is_busy(), "{foreign}");
}

#[test]
fn an_empty_passphrase_leaves_no_file_behind() {
    let dir = dir();
    let path = dir.path().join("a.citadel");
    refused(Connection::open(&path, Key::passphrase("")));
    assert!(!path.exists());
}

#[test]
fn a_read_only_connection_reads_beside_a_writer_and_does_not_write() {
    let dir = dir();
    let path = dir.path().join("a.citadel");
    let writer = Connection::open(&path, key()).unwrap();
    writer.execute("CREATE TABLE t (x INTEGER)", ()).unwrap();
    let options = Options::default().read_only(true);
    let reader = Connection::open_with(&path, key(), options).unwrap();
    let count = "SELECT COUNT(*) FROM t";
    assert_eq!(reader.query_value::<i64, _>(count, ()).unwrap(), 0);
    writer.execute("INSERT INTO t VALUES (1)", ()).unwrap();
    assert_eq!(reader.query_value::<i64, _>(count, ()).unwrap(), 1);
    assert!(
        reader
            .execute("INSERT INTO t VALUES (2)", ())
            .unwrap_err()
            .is_misuse()
    );
}
