//! Nothing twice, nothing lost: wherever a commit ends, and whoever finds what is left of it.

use super::{Lab, error, rows};
use crate::lake::commit::Step;

const TABLES: &str = "
    CREATE TABLE here (id INTEGER PRIMARY KEY);
    CREATE TABLE a (id INTEGER, name TEXT) USING iceberg WITH (location = '{lake}/a');
    CREATE TABLE b (id INTEGER) USING iceberg WITH (location = '{lake}/b');
    INSERT INTO a VALUES (1, 'one'), (2, 'two');";

const CHANGE: &str = "
    BEGIN;
    INSERT INTO here VALUES (10);
    DELETE FROM a WHERE id = 1;
    INSERT INTO a VALUES (3, 'three');
    INSERT INTO b VALUES (4), (5);
    COMMIT;";

fn state(db: &crate::Connection) -> (Vec<String>, Vec<String>, Vec<String>) {
    (
        rows(db, "SELECT id FROM here"),
        rows(db, "SELECT id FROM a ORDER BY id"),
        rows(db, "SELECT id FROM b ORDER BY id"),
    )
}

#[test]
fn a_commit_that_ends_anywhere_is_done_once_or_not_at_all() {
    commits_that_end_anywhere(Lab::after);
    commits_that_end_anywhere(Lab::after_encrypted);
    commits_that_end_anywhere(Lab::after_on_server);
}

fn commits_that_end_anywhere(lab_after: fn(&str) -> (Lab, crate::Connection)) {
    let owned = |rows: &[&str]| rows.iter().map(|row| (*row).to_owned()).collect::<Vec<_>>();
    let before = (owned(&[]), owned(&["1", "2"]), owned(&[]));
    let after = (owned(&["10"]), owned(&["2", "3"]), owned(&["4", "5"]));
    for (step, expected) in [
        (Step::Staged, &before),
        (Step::Committed, &after),
        (Step::Between, &after),
        (Step::Carried, &after),
    ] {
        let (mut lab, db) = lab_after(TABLES);
        lab.crash_at(step);
        let failed = db.execute_batch(CHANGE).unwrap_err();
        assert!(failed.to_string().contains("the process ends"), "{failed}");
        drop(db);
        lab.reopen();
        let db = lab.connect();
        assert_eq!(state(&db), *expected, "{step:?}");
        // Found again, it is known to be done.
        drop(db);
        lab.reopen();
        let db = lab.connect();
        assert_eq!(state(&db), *expected, "{step:?}");
        assert_eq!(rows(&db, "PRAGMA integrity_check"), ["ok"]);
        db.execute_batch("INSERT INTO a VALUES (1, 'again'); DELETE FROM a WHERE id = 2")
            .unwrap();
        let last = rows(&db, "SELECT id FROM a ORDER BY id");
        assert!(last.contains(&"1".to_owned()), "{step:?}");
    }
}

#[test]
fn a_reader_finishes_what_another_connection_has_left() {
    let (lab, db) = Lab::after(TABLES);
    let other = lab.connect();
    lab.crash_at(Step::Committed);
    assert!(db.execute_batch(CHANGE).is_err());
    assert_eq!(rows(&other, "SELECT count(*) FROM b"), ["2"]);
    assert_eq!(rows(&other, "SELECT id FROM a ORDER BY id"), ["2", "3"]);
    assert_eq!(rows(&db, "SELECT id FROM a ORDER BY id"), ["2", "3"]);
}

#[test]
fn what_waits_is_told_and_done_when_the_lake_is_back() {
    let (lab, db) = Lab::after(TABLES);
    // The lake goes between the local commit and its own: what is staged goes with it.
    lab.crash_at(Step::Committed);
    assert!(db.execute_batch("INSERT INTO b VALUES (7)").is_err());
    let (here, away) = (lab.lake().join("b"), lab.lake().join("away"));
    std::fs::rename(&here, &away).unwrap();
    let told = error(&db, "SELECT * FROM b");
    assert!(
        told.contains("cannot be read before what was committed"),
        "{told}"
    );
    std::fs::rename(&away, &here).unwrap();
    assert_eq!(rows(&db, "SELECT id FROM b"), ["7"]);
}

#[test]
fn a_lake_that_cannot_be_reached_fails_the_whole_commit() {
    let (lab, db) = Lab::after(TABLES);
    std::fs::rename(lab.lake().join("b"), lab.lake().join("away")).unwrap();
    db.execute_batch("BEGIN; INSERT INTO here VALUES (1); INSERT INTO b VALUES (1)")
        .unwrap();
    let told = error(&db, "COMMIT");
    assert!(told.contains("lake:"), "{told}");
    assert!(rows(&db, "SELECT id FROM here").is_empty());
    std::fs::rename(lab.lake().join("away"), lab.lake().join("b")).unwrap();
    assert!(rows(&db, "SELECT id FROM b").is_empty());
    assert_eq!(lab.data_files("b"), 0);
}

#[test]
fn rollback_and_savepoints_leave_no_trace() {
    let (lab, db) = Lab::after(TABLES);
    let files = lab.data_files("a");
    db.execute_batch("BEGIN; INSERT INTO a VALUES (8, 'no'); ROLLBACK")
        .unwrap();
    db.execute_batch("BEGIN; DELETE FROM a; ROLLBACK").unwrap();
    assert_eq!(lab.data_files("a"), files);
    assert_eq!(rows(&db, "SELECT id FROM a ORDER BY id"), ["1", "2"]);
    db.execute_batch(
        "BEGIN; INSERT INTO a VALUES (3, 'yes'); SAVEPOINT s; INSERT INTO a VALUES (4, 'no');
         ROLLBACK TO s; INSERT INTO a VALUES (5, 'yes'); COMMIT",
    )
    .unwrap();
    assert_eq!(
        rows(&db, "SELECT id FROM a ORDER BY id"),
        ["1", "2", "3", "5"]
    );
    assert_eq!(rows(&db, "SELECT count(*) FROM lake_snapshots('a')"), ["2"]);
}

#[test]
fn a_statement_that_fails_leaves_no_rows_waiting() {
    let (_lab, db) = Lab::after(
        "CREATE TABLE a (id INTEGER NOT NULL) USING iceberg WITH (location = '{lake}/a');",
    );
    db.execute_batch("BEGIN; INSERT INTO a VALUES (1)").unwrap();
    let told = error(&db, "INSERT INTO a VALUES (2), (NULL)");
    assert!(told.contains("not-null"), "{told}");
    db.execute_batch("COMMIT").unwrap();
    assert_eq!(rows(&db, "SELECT id FROM a"), ["1"]);
}

#[test]
fn a_transaction_sees_its_own_rows_and_one_snapshot() {
    let (lab, db) = Lab::after(TABLES);
    let other = lab.connect();
    db.execute_batch("BEGIN; INSERT INTO a VALUES (3, 'mine')")
        .unwrap();
    assert_eq!(rows(&db, "SELECT id FROM a ORDER BY id"), ["1", "2", "3"]);
    assert_eq!(rows(&db, "SELECT name FROM a WHERE id > 2"), ["mine"]);
    assert_eq!(rows(&other, "SELECT id FROM a ORDER BY id"), ["1", "2"]);
    db.execute_batch("COMMIT").unwrap();
    assert_eq!(rows(&other, "SELECT count(*) FROM a"), ["3"]);

    other.execute_batch("BEGIN READ ONLY").unwrap();
    assert_eq!(rows(&other, "SELECT count(*) FROM a"), ["3"]);
    db.execute_batch("INSERT INTO a VALUES (4, 'later')")
        .unwrap();
    assert_eq!(rows(&other, "SELECT count(*) FROM a"), ["3"]);
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(rows(&other, "SELECT count(*) FROM a"), ["4"]);
}

#[test]
fn a_batch_is_stored_once() {
    let (_lab, db) = Lab::after(TABLES);
    for _ in 0..3 {
        db.execute_batch("SET lake_batch_id = 'monday'; INSERT INTO b VALUES (1)")
            .unwrap();
        // It named one transaction.
        assert_eq!(rows(&db, "SHOW lake_batch_id"), ["NULL"]);
    }
    assert_eq!(rows(&db, "SELECT id FROM b"), ["1"]);
    db.execute_batch("INSERT INTO b VALUES (2)").unwrap();
    assert_eq!(rows(&db, "SELECT count(*) FROM b"), ["2"]);
}

#[test]
fn many_rows_are_one_snapshot() {
    let (lab, db) = Lab::after(TABLES);
    db.execute_batch("INSERT INTO b SELECT g FROM generate_series(1, 10000)")
        .unwrap_err();
    db.execute_batch("INSERT INTO b SELECT generate_series FROM generate_series(1, 10000)")
        .unwrap();
    assert_eq!(
        rows(&db, "SELECT count(*), sum(id) FROM b"),
        ["10000|50005000"]
    );
    assert_eq!(rows(&db, "SELECT count(*) FROM lake_snapshots('b')"), ["1"]);
    assert_eq!(lab.data_files("b"), 1);
    assert_eq!(rows(&db, "PRAGMA integrity_check"), ["ok"]);
}

#[test]
fn what_cannot_be_told_apart_is_refused() {
    let (_lab, db) = Lab::after(TABLES);
    db.execute_batch("BEGIN; INSERT INTO a VALUES (9, 'x')")
        .unwrap();
    let told = error(&db, "DELETE FROM a WHERE id = 9");
    assert!(
        told.contains("after an INSERT of the same transaction"),
        "{told}"
    );
    let told = error(&db, "DROP TABLE a");
    assert!(
        told.contains("after a change of the same transaction"),
        "{told}"
    );
    db.execute_batch("ROLLBACK; BEGIN; DELETE FROM a WHERE id = 1")
        .unwrap();
    let told = error(&db, "DROP TABLE a");
    assert!(
        told.contains("after a change of the same transaction"),
        "{told}"
    );
    db.execute_batch("COMMIT").unwrap();
    assert_eq!(rows(&db, "SELECT id FROM a"), ["2"]);
}

#[test]
fn a_transaction_sees_as_gone_what_it_has_deleted() {
    for catalog in ["filesystem", "embedded"] {
        let (lab, db) = Lab::after(&format!(
            "CREATE TABLE t (id INTEGER, name TEXT, v VECTOR(2)) USING iceberg WITH (location = '{{lake}}/t', catalog = '{catalog}');
             INSERT INTO t VALUES (1, 'one', '[1, 0]'), (2, NULL, '[2, 0]'), (3, 'three', '[3, 0]'), (4, 'four', '[4, 0]');"
        ));
        let all = "SELECT id FROM t ORDER BY id";
        let nearest = "SELECT id FROM t ORDER BY v <-> '[0, 0]' LIMIT 2";
        let first = rows(&db, "SELECT snapshot_id FROM lake_snapshots('t')").remove(0);
        db.execute_batch("BEGIN").unwrap();
        assert_eq!(
            db.execute("DELETE FROM t WHERE name = 'one'", ()).unwrap(),
            1
        );
        // Of a row without a name it is not true that it is called so.
        assert_eq!(rows(&db, all), ["2", "3", "4"]);
        assert_eq!(rows(&db, "SELECT count(*) FROM t"), ["3"]);
        assert_eq!(
            rows(&db, "SELECT id FROM t WHERE name < 'z' ORDER BY id"),
            ["3", "4"]
        );
        assert_eq!(rows(&db, nearest), ["2", "3"]);
        let plan = rows(&db, &format!("EXPLAIN ANALYZE {nearest}")).join("\n");
        assert!(plan.contains("LakeTopKPlan"), "{plan}");
        // It is gone once.
        db.execute_batch("SAVEPOINT s").unwrap();
        assert_eq!(db.execute("DELETE FROM t WHERE id <= 3", ()).unwrap(), 2);
        assert_eq!(rows(&db, all), ["4"]);
        db.execute_batch("INSERT INTO t VALUES (1, 'one', '[9, 0]')")
            .unwrap();
        assert_eq!(rows(&db, all), ["1", "4"]);
        assert_eq!(rows(&db, nearest), ["4", "1"]);
        db.execute_batch("ROLLBACK TO s").unwrap();
        assert_eq!(rows(&db, all), ["2", "3", "4"]);
        // The state before is what it was, and others still see it.
        let old = format!("SELECT count(*) FROM t FOR SYSTEM_VERSION AS OF {first}");
        assert_eq!(rows(&db, &old), ["4"]);
        assert_eq!(rows(&lab.connect(), "SELECT count(*) FROM t"), ["4"]);
        db.execute_batch("INSERT INTO t SELECT id + 10, name, v FROM t; COMMIT")
            .unwrap();
        let left = ["2", "3", "4", "12", "13", "14"];
        assert_eq!(rows(&db, all), left, "{catalog}");
    }
}
