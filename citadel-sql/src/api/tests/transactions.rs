//! The states of a connection, and statement atomicity.

use super::{count, sample};
use crate::{DropBehavior, TransactionBehavior};

#[test]
fn a_dropped_transaction_is_rolled_back_and_a_committed_one_stays() {
    let mut db = sample();
    let tx = db.transaction().unwrap();
    tx.execute("DELETE FROM t", ()).unwrap();
    assert_eq!(count(&tx), 0);
    drop(tx);
    assert_eq!(count(&db), 3);
    let tx = db.transaction().unwrap();
    tx.execute("DELETE FROM t WHERE id = 1", ()).unwrap();
    tx.commit().unwrap();
    assert_eq!(count(&db), 2);
    let mut tx = db.transaction().unwrap();
    tx.set_drop_behavior(DropBehavior::Commit);
    tx.execute("DELETE FROM t WHERE id = 2", ()).unwrap();
    drop(tx);
    assert_eq!(count(&db), 1);
}

#[test]
fn a_failed_statement_leaves_no_trace_and_the_transaction_goes_on() {
    let mut db = sample();
    let tx = db.transaction().unwrap();
    tx.execute("INSERT INTO t VALUES (4, 'four')", ()).unwrap();
    let error = tx
        .execute("INSERT INTO t VALUES (5, 'five'), (6, 'one')", ())
        .unwrap_err();
    assert!(error.is_constraint(), "{error}");
    assert_eq!(count(&tx), 4);
    assert!(tx.execute("UPDATE t SET name = 'same'", ()).is_err());
    tx.execute("INSERT INTO t VALUES (5, 'five')", ()).unwrap();
    tx.commit().unwrap();
    assert_eq!(count(&db), 5);
    assert!(db.check().unwrap().is_ok());
}

#[test]
fn a_failed_statement_on_its_own_leaves_no_trace() {
    let db = sample();
    assert!(
        db.execute("INSERT INTO t VALUES (4, 'four'), (5, 'one')", ())
            .is_err()
    );
    assert!(db.execute("UPDATE t SET id = 10 / (id - 2)", ()).is_err());
    assert_eq!(count(&db), 3);
    assert!(db.is_autocommit());
}

#[test]
fn definitions_are_part_of_the_transaction() {
    let mut db = sample();
    let tx = db.transaction().unwrap();
    tx.execute_batch("CREATE TABLE u (x INTEGER); INSERT INTO u VALUES (1); DROP TABLE t")
        .unwrap();
    assert!(tx.table_exists("u").unwrap() && !tx.table_exists("t").unwrap());
    assert!(tx.execute("CREATE TABLE u (y INTEGER)", ()).is_err());
    assert_eq!(tx.query_value::<i64, _>("SELECT x FROM u", ()).unwrap(), 1);
    drop(tx);
    assert!(!db.table_exists("u").unwrap());
    assert_eq!(count(&db), 3);
}

#[test]
fn begin_and_commit_are_checked() {
    let db = sample();
    assert_eq!(
        db.execute("COMMIT", ())
            .unwrap_err()
            .sqlstate()
            .unwrap()
            .as_str(),
        "25P01"
    );
    db.execute("BEGIN", ()).unwrap();
    assert!(!db.is_autocommit());
    assert_eq!(
        db.execute("BEGIN", ())
            .unwrap_err()
            .sqlstate()
            .unwrap()
            .as_str(),
        "25001"
    );
    db.execute("ROLLBACK", ()).unwrap();
    assert!(db.is_autocommit());
}

#[test]
fn a_transaction_ended_by_sql_is_over() {
    let mut db = sample();
    let tx = db.transaction().unwrap();
    tx.execute("DELETE FROM t", ()).unwrap();
    tx.execute("COMMIT", ()).unwrap();
    assert!(tx.commit().is_err());
    assert_eq!(count(&db), 0);
}

#[test]
fn a_transaction_sees_one_snapshot_and_cannot_write_past_another_commit() {
    let mut db = sample();
    let other = db.database().connect();
    let tx = db.transaction().unwrap();
    assert_eq!(count(&tx), 3);
    other.execute("DELETE FROM t WHERE id = 1", ()).unwrap();
    assert_eq!(count(&tx), 3);
    let error = tx.execute("DELETE FROM t WHERE id = 2", ()).unwrap_err();
    assert!(error.is_busy(), "{error}");
    assert_eq!(error.sqlstate().unwrap().as_str(), "40001");
    drop(tx);
    assert_eq!(count(&db), 2);
}

#[test]
fn a_transaction_that_only_wrote_after_reading_goes_through() {
    let mut db = sample();
    let tx = db.transaction().unwrap();
    let before = count(&tx);
    tx.execute("INSERT INTO t (name) VALUES ('more')", ())
        .unwrap();
    assert_eq!(count(&tx), before + 1);
    tx.commit().unwrap();
}

#[test]
fn a_read_only_transaction_does_not_write() {
    let mut db = sample();
    let tx = db
        .transaction_with_behavior(TransactionBehavior::ReadOnly)
        .unwrap();
    let error = tx.execute("DELETE FROM t", ()).unwrap_err();
    assert_eq!(error.sqlstate().unwrap().as_str(), "25006");
    assert_eq!(count(&tx), 3);
}

#[test]
fn rows_of_a_snapshot_outlive_what_is_written_meanwhile() {
    let db = sample();
    let mut statement = db.prepare("SELECT id FROM t ORDER BY id").unwrap();
    let mut rows = statement.query(()).unwrap();
    assert!(rows.next().unwrap().is_some());
    db.execute("DELETE FROM t", ()).unwrap();
    let mut left = 0;
    while rows.next().unwrap().is_some() {
        left += 1;
    }
    assert_eq!(left, 2);
}

#[test]
fn rows_of_a_write_transaction_end_with_it() {
    let db = sample();
    db.execute("BEGIN IMMEDIATE", ()).unwrap();
    for id in 4..200 {
        db.execute("INSERT INTO t (id) VALUES (?)", [id]).unwrap();
    }
    let mut statement = db.prepare("SELECT id FROM t").unwrap();
    let mut rows = statement.query(()).unwrap();
    assert!(rows.next().unwrap().is_some());
    db.execute("ROLLBACK", ()).unwrap();
    let error = loop {
        match rows.next() {
            Ok(row) => assert!(
                row.is_some(),
                "the rows of a lost transaction came to an end"
            ),
            Err(error) => break error,
        }
    };
    assert!(error.is_misuse(), "{error}");
}
