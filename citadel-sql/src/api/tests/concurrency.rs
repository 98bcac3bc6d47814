//! Threads, and stopping what runs.

use std::time::Duration;

use super::{count, sample};
use crate::{Connection, Database, InterruptHandle};

#[test]
fn handles_go_where_they_promise() {
    fn is_send<T: Send>() {}
    fn is_sync<T: Sync>() {}
    is_send::<Connection>();
    is_send::<Database>();
    is_sync::<Database>();
    is_send::<InterruptHandle>();
    is_sync::<InterruptHandle>();
}

#[test]
fn connections_of_one_database_see_what_the_others_commit() {
    let db = sample();
    let database = db.database().clone();
    std::thread::scope(|scope| {
        for thread in 0..4_i64 {
            let database = &database;
            scope.spawn(move || {
                let db = database.connect();
                for i in 0..25 {
                    db.execute("INSERT INTO t (id) VALUES (?)", [100 + thread * 25 + i])
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(count(&db), 103);
}

#[test]
fn a_writer_waits_no_longer_than_it_was_told() {
    let db = sample();
    let other = db.database().connect();
    other.busy_timeout(Duration::ZERO);
    db.execute("BEGIN IMMEDIATE", ()).unwrap();
    assert!(other.execute("DELETE FROM t", ()).unwrap_err().is_busy());
    assert_eq!(count(&other), 3);
    db.execute("COMMIT", ()).unwrap();
    assert_eq!(other.execute("DELETE FROM t", ()).unwrap(), 3);
}

#[test]
fn an_interrupt_stops_a_statement_and_not_the_next() {
    let db = sample();
    let tx = db.unchecked_transaction().unwrap();
    for id in 4..1_000 {
        tx.execute("INSERT INTO t (id) VALUES (?)", [id]).unwrap();
    }
    tx.commit().unwrap();
    let handle = db.interrupt_handle();
    let stopper = std::thread::spawn(move || {
        // Pressed until it is heard: the statement may not have begun yet.
        for _ in 0..10_000 {
            handle.interrupt();
            std::thread::sleep(Duration::from_millis(1));
            if std::sync::Arc::strong_count(handle.shared()) == 1 {
                return;
            }
        }
    });
    let sql = "SELECT COUNT(*) FROM t a JOIN t b ON a.id <> b.id JOIN t c ON c.id <> b.id";
    let error = db.query_value::<i64, _>(sql, ()).unwrap_err();
    assert!(error.is_interrupted(), "{error}");
    drop(db);
    stopper.join().unwrap();

    let db = sample();
    db.interrupt_handle().interrupt();
    assert_eq!(count(&db), 3);
}
