//! What a program is told of while a connection works.

use std::sync::{Arc, Mutex};

use crate::{Connection, RowAction, SqlState};

/// What was told, one word each.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn note(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

fn listening(db: &Connection) -> Told {
    let told = Told::default();
    let (commit, rollback, update) = (told.clone(), told.clone(), told.clone());
    db.commit_hook(Some(move || {
        commit.note("commit");
        false
    }));
    db.rollback_hook(Some(move || rollback.note("rollback")));
    db.update_hook(Some(move |action, table: &str, id| {
        let sign = match action {
            RowAction::Insert => '+',
            RowAction::Update => '=',
            _ => '-',
        };
        update.note(format!("{sign}{table}{id}"));
    }));
    told
}

fn database() -> (Connection, Told) {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE p (id INTEGER PRIMARY KEY, a INTEGER);
         CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE);
         CREATE TABLE log (n INTEGER);
         CREATE TRIGGER noted AFTER UPDATE OF a ON p BEGIN INSERT INTO log VALUES (NEW.a); END;",
    )
    .unwrap();
    let told = listening(&db);
    (db, told)
}

#[test]
fn each_row_is_told_of_and_each_end_of_a_transaction() {
    let (db, told) = database();
    db.execute_batch("INSERT INTO p VALUES (1, 10), (2, 20)")
        .unwrap();
    assert_eq!(told.take(), ["+p1", "+p2", "commit"]);
    db.execute_batch("INSERT INTO c VALUES (7, 1)").unwrap();
    told.take();
    db.execute_batch("UPDATE p SET a = a + 1 WHERE id = 2")
        .unwrap();
    assert_eq!(
        told.take(),
        ["=p2", "+log1", "commit"],
        "a trigger's rows count"
    );
    db.execute_batch("UPDATE p SET id = 5 WHERE id = 1")
        .unwrap();
    assert_eq!(
        told.take(),
        ["=p5", "=c7", "commit"],
        "so do those of actions"
    );
    db.execute_batch("DELETE FROM p WHERE id = 5").unwrap();
    assert_eq!(told.take(), ["-p5", "-c7", "commit"]);
    db.execute_batch("INSERT INTO p VALUES (2, 0) ON CONFLICT (id) DO UPDATE SET a = 3")
        .unwrap();
    assert_eq!(told.take(), ["=p2", "+log2", "commit"]);
    let mut appender = db.appender("p").unwrap();
    appender.append_row((8, 80)).unwrap();
    appender.finish().unwrap();
    assert_eq!(told.take(), ["+p8", "commit"]);
    db.execute_batch("BEGIN; INSERT INTO p VALUES (9, 9); ROLLBACK")
        .unwrap();
    assert_eq!(told.take(), ["+p9", "rollback"]);
    db.execute_batch("INSERT INTO p VALUES (8, 8)").unwrap_err();
    assert_eq!(told.take(), ["rollback"]);
    db.execute_batch("BEGIN; SELECT 1; COMMIT; SELECT * FROM p")
        .unwrap();
    assert_eq!(told.take(), [""; 0], "what only reads commits nothing");
    db.update_hook(None::<fn(RowAction, &str, i64)>);
    db.execute_batch("DELETE FROM p").unwrap();
    assert_eq!(told.take(), ["commit"]);
}

#[test]
fn a_commit_hook_refuses_a_commit() {
    let (db, told) = database();
    db.commit_hook(Some(|| true));
    let refused = Some(SqlState::TRANSACTION_ROLLBACK);
    let error = db.execute("INSERT INTO p VALUES (1, 1)", ()).unwrap_err();
    assert_eq!(error.sqlstate(), refused);
    assert_eq!(told.take(), ["+p1", "rollback"]);
    db.execute_batch("BEGIN; INSERT INTO p VALUES (1, 1)")
        .unwrap();
    let error = db.execute_batch("COMMIT").unwrap_err();
    assert_eq!(error.sqlstate(), refused);
    assert_eq!(told.take(), ["+p1", "rollback"]);
    assert!(db.is_autocommit());
    assert_eq!(
        db.query_value::<i64, _>("SELECT count(*) FROM p", ())
            .unwrap(),
        0
    );
    db.commit_hook(None::<fn() -> bool>);
    db.execute_batch("INSERT INTO p VALUES (1, 1)").unwrap();
}

#[test]
fn a_handler_stops_reads_and_writes() {
    let (db, told) = database();
    db.execute_batch("INSERT INTO p SELECT n, n FROM generate_series(1, 20000) AS s (n)")
        .unwrap();
    told.take();
    db.update_hook(None::<fn(RowAction, &str, i64)>);
    db.progress_handler(1, Some(|| true));
    for sql in [
        "SELECT count(*) FROM p a, p b WHERE a.a < b.a",
        "UPDATE p SET a = 0",
        "DELETE FROM p",
    ] {
        assert!(db.execute_batch(sql).unwrap_err().is_interrupted(), "{sql}");
    }
    db.progress_handler(1, None::<fn() -> bool>);
    let sum: i64 = db.query_value("SELECT sum(a) FROM p", ()).unwrap();
    assert_eq!(sum, 20_000 * 20_001 / 2);
}
