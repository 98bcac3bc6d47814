//! Older states, what a table tells of itself, and the care of its files.

use super::{Lab, error, rows};

#[test]
fn older_states_are_read() {
    let (_lab, db) = Lab::after(
        "CREATE TABLE t (id INTEGER) USING iceberg WITH (location = '{lake}/t');
         INSERT INTO t VALUES (1);
         INSERT INTO t VALUES (2);
         DELETE FROM t WHERE id = 1;",
    );
    let snapshots = rows(
        &db,
        "SELECT snapshot_id FROM lake_snapshots('t') ORDER BY sequence",
    );
    assert_eq!(snapshots.len(), 3);
    let at = |at: &str| {
        rows(
            &db,
            &format!("SELECT id FROM t FOR SYSTEM_VERSION AS OF {at} ORDER BY id"),
        )
    };
    assert_eq!(at(&snapshots[0]), ["1"]);
    assert_eq!(at(&snapshots[1]), ["1", "2"]);
    assert_eq!(at(&snapshots[2]), ["2"]);
    let query = format!(
        "SELECT now.id, old.id FROM t AS now FULL JOIN t FOR SYSTEM_VERSION AS OF {} AS old ON now.id = old.id",
        snapshots[0]
    );
    assert_eq!(rows(&db, &query).len(), 2);
    let first = rows(
        &db,
        "SELECT time_ms FROM lake_history('t') ORDER BY time_ms LIMIT 1",
    )
    .remove(0);
    assert_eq!(
        rows(
            &db,
            &format!("SELECT id FROM t FOR SYSTEM_TIME AS OF {first}")
        ),
        ["1"]
    );
    assert_eq!(
        rows(
            &db,
            "SELECT id FROM t FOR SYSTEM_TIME AS OF '2999-01-01 00:00'"
        ),
        ["2"]
    );
    for (sql, wanted) in [
        (
            "SELECT * FROM t FOR SYSTEM_VERSION AS OF 5",
            "no snapshot 5",
        ),
        (
            "SELECT * FROM t FOR SYSTEM_TIME AS OF '1990-01-01'",
            "no snapshot is known",
        ),
        (
            "SELECT * FROM t FOR SYSTEM_TIME AS OF 'yesterday'",
            "a time is written",
        ),
    ] {
        let told = error(&db, sql);
        assert!(told.contains(wanted), "{told}");
    }
    let found = db.query_value::<i64, _>(
        "SELECT count(*) FROM t FOR SYSTEM_VERSION AS OF ?",
        [snapshots[1].parse::<i64>().unwrap()],
    );
    assert_eq!(found.unwrap(), 2);
}

#[test]
fn files_are_joined_and_old_states_expire() {
    let (lab, db) = Lab::after(
        "CREATE TABLE t (id INTEGER) USING iceberg WITH (location = '{lake}/t');
         INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); INSERT INTO t VALUES (3);",
    );
    assert_eq!(
        rows(&db, "SELECT sum(rows), count(*) FROM lake_files('t')"),
        ["3|3"]
    );
    let report = rows(&db, "CALL lake_compact('t')");
    assert!(report[0].ends_with("|3|1"), "{report:?}");
    assert_eq!(
        rows(&db, "SELECT content, rows FROM lake_files('t')"),
        ["rows|3"]
    );
    assert_eq!(rows(&db, "SELECT id FROM t ORDER BY id"), ["1", "2", "3"]);
    assert_eq!(rows(&db, "CALL lake_expire('t')"), ["0"]);
    assert_eq!(rows(&db, "CALL lake_expire('t', '2999-01-01', 1)"), ["3"]);
    assert_eq!(rows(&db, "SELECT count(*) FROM lake_snapshots('t')"), ["1"]);
    assert_eq!(rows(&db, "CALL lake_remove_orphans('t')"), ["0"]);
    assert_eq!(lab.data_files("t"), 4);
    let told = error(&db, "CALL lake_remove_orphans('t', 0)");
    assert!(told.contains("younger than 60 minutes"), "{told}");
    db.execute_batch("BEGIN").unwrap();
    let told = error(&db, "CALL lake_compact('t')");
    assert!(told.contains("inside a transaction"), "{told}");
}
