//! PRAGMA: what it tells and sets.

use std::time::Duration;

use crate::Connection;

fn number(db: &Connection, pragma: &str) -> i64 {
    db.query_value(pragma, ()).unwrap()
}

#[test]
fn numbers_are_told() {
    let db = Connection::open_in_memory().unwrap();
    let before = number(&db, "PRAGMA data_version");
    db.execute("CREATE TABLE t (x INTEGER)", ()).unwrap();
    assert!(number(&db, "PRAGMA data_version") > before);
    assert_eq!(number(&db, "PRAGMA page_size"), 8192);
    assert!(number(&db, "pragma main.page_count;") > 3);
    assert!(number(&db, "PRAGMA freelist_count") >= 0);
    let statement = db.prepare("PRAGMA page_count").unwrap();
    assert_eq!(statement.column_names(), ["page_count"]);
    assert!(statement.is_read_only());
}

#[test]
fn a_sound_database_is_ok() {
    let db = Connection::open_in_memory().unwrap();
    for pragma in [
        "PRAGMA integrity_check",
        "PRAGMA integrity_check(10)",
        "PRAGMA quick_check",
    ] {
        assert_eq!(db.query_value::<String, _>(pragma, ()).unwrap(), "ok");
    }
}

#[test]
fn findings_are_rows_of_text() {
    let db = Connection::open_in_memory().unwrap();
    let below = &db.database().shared().storage;
    let mut txn = below.begin_write().unwrap();
    for _ in 0..3 {
        txn.create_tree(citadel_txn::TreeOptions::default())
            .unwrap();
    }
    txn.commit().unwrap();
    let read = |pragma: &str| {
        db.query_map(pragma, (), |row| row.get::<_, String>(0))
            .unwrap()
    };
    assert_eq!(read("PRAGMA integrity_check").len(), 3);
    assert_eq!(read("PRAGMA integrity_check = 2").len(), 2);
    assert!(read("PRAGMA quick_check")[0].contains("belongs to no table"));
}

#[test]
fn settings_are_the_connections_own() {
    let db = Connection::open_in_memory().unwrap();
    let other = db.database().connect();
    assert_eq!(number(&db, "PRAGMA busy_timeout"), 5_000);
    db.execute_batch("PRAGMA busy_timeout = 250; PRAGMA synchronous = NORMAL")
        .unwrap();
    assert_eq!(number(&db, "PRAGMA busy_timeout"), 250);
    assert_eq!(number(&db, "PRAGMA synchronous"), 1);
    assert_eq!(number(&other, "PRAGMA busy_timeout"), 5_000);
    assert_eq!(number(&other, "PRAGMA synchronous"), 2);
    db.busy_timeout(Duration::from_secs(1));
    assert_eq!(number(&db, "PRAGMA busy_timeout"), 1_000);
    for (word, mode) in [("'off'", 0), ("1", 1), ("full", 2), ("0", 0)] {
        db.execute(&format!("PRAGMA synchronous = {word}"), ())
            .unwrap();
        assert_eq!(number(&db, "PRAGMA synchronous"), mode);
    }
    db.execute_batch("BEGIN").unwrap();
    let inside = db.execute("PRAGMA synchronous = FULL", ()).unwrap_err();
    assert_eq!(inside.sqlstate().unwrap().as_str(), "25001");
}

#[test]
fn what_is_not_understood_is_named() {
    let db = Connection::open_in_memory().unwrap();
    for (pragma, named, hint) in [
        (
            "PRAGMA journal_mode = WAL",
            "PRAGMA journal_mode",
            "no journal",
        ),
        ("PRAGMA pagecount", "PRAGMA pagecount", "page_count"),
        ("PRAGMA key = 'secret'", "PRAGMA key", "opened"),
        ("PRAGMA page_size = 4096", "setting PRAGMA page_size", ""),
    ] {
        let error = db.prepare(pragma).unwrap_err();
        assert!(error.is_unsupported(), "{error}");
        assert!(error.message().contains(named), "{error}");
        assert!(
            error.hint_text().unwrap_or_default().contains(hint),
            "{error}"
        );
        assert!(error.position().is_some());
    }
    for pragma in [
        "PRAGMA",
        "PRAGMA synchronous = ",
        "PRAGMA synchronous (1",
        "PRAGMA synchronous 1",
        "PRAGMA synchronous = 1 2",
    ] {
        let error = db.prepare(pragma).unwrap_err();
        assert_eq!(
            error.sqlstate().unwrap().as_str(),
            "42601",
            "{pragma}: {error}"
        );
    }
    for pragma in ["PRAGMA synchronous = 7", "PRAGMA busy_timeout = -1"] {
        let error = db.prepare(pragma).unwrap_err();
        assert_eq!(
            error.sqlstate().unwrap().as_str(),
            "22023",
            "{pragma}: {error}"
        );
    }
}
