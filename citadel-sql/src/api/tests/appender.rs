//! Rows that are appended are rows that were inserted.

use super::{count, sample};
use crate::{Connection, SqlState, Value};

#[test]
fn appended_rows_are_inserted_rows() {
    let ways: [fn(&Connection); 2] = [
        |db| {
            let mut insert = db.prepare("INSERT INTO t VALUES (?, ?, ?, ?)").unwrap();
            for row in 0..3_000i64 {
                let id = (row % 3 != 0).then_some(row * 2);
                insert
                    .execute((id, row as f64, format!("{row}"), [row as f32, 0.5]))
                    .unwrap();
            }
        },
        |db| {
            let mut rows = db.appender("T").unwrap();
            for row in 0..3_000i64 {
                let id = (row % 3 != 0).then_some(row * 2);
                rows.append_row((id, row, format!("{row}"), format!("[{row}, 0.5]")))
                    .unwrap();
            }
            assert_eq!(rows.finish().unwrap(), 3_000);
            assert_eq!(db.changes(), 3_000 % 1_024);
        },
    ];
    let tables = ways.map(|fill| {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, x REAL, name TEXT UNIQUE, emb VECTOR(2));
             CREATE INDEX t_x ON t (x);
             CREATE INDEX t_emb ON t USING ann (emb)",
        )
        .unwrap();
        fill(&db);
        assert_eq!(
            db.query_value::<String, _>("PRAGMA integrity_check", ())
                .unwrap(),
            "ok"
        );
        let read = |row: &crate::Row<'_>| (0..4).map(|at| row.get(at)).collect();
        let rows: Vec<Vec<Value>> = db
            .query_map("SELECT * FROM t ORDER BY id", (), read)
            .unwrap();
        (rows, db.last_insert_rowid(), count(&db))
    });
    assert_eq!(tables[0], tables[1]);
    assert_eq!(tables[0].2, 3_000);
}

#[test]
fn a_refused_batch_leaves_no_trace() {
    let mut db = sample();
    let tx = db.transaction().unwrap();
    let mut rows = tx.appender("t").unwrap();
    rows.append_row((10, "ten")).unwrap();
    rows.flush().unwrap();
    rows.append_row((11, "eleven")).unwrap();
    rows.append_row((12, "two")).unwrap();
    let refused = rows.flush().unwrap_err();
    assert!(refused.is_constraint(), "{refused}");
    rows.append_row((13, "thirteen")).unwrap();
    assert_eq!(rows.finish().unwrap(), 2);
    tx.commit().unwrap();
    let ids: Vec<i64> = db
        .query_map("SELECT id FROM t ORDER BY id", (), |row| row.get(0))
        .unwrap();
    assert_eq!(ids, [1, 2, 3, 10, 13]);
}

#[test]
fn a_row_of_other_values_is_not_taken() {
    let db = sample();
    let mut rows = db.appender("t").unwrap();
    assert!(rows.append_row((4,)).unwrap_err().is_misuse());
    assert!(rows.append_row((4, "four", 4)).unwrap_err().is_misuse());
    assert!(rows.append_row(("four", 4)).is_err());
    rows.append_row((4, "four")).unwrap();
    // Dropped: what waits is written.
    drop(rows);
    assert_eq!(count(&db), 4);
    let missing = db.appender("nowhere").unwrap_err();
    assert_eq!(missing.sqlstate(), Some(SqlState::UNDEFINED_TABLE));
}

#[test]
fn a_rolled_back_transaction_takes_appended_rows_with_it() {
    let mut db = sample();
    let tx = db.transaction().unwrap();
    let mut rows = tx.appender("t").unwrap();
    rows.append_rows((4..2_000).map(|id| (id, None::<String>)))
        .unwrap();
    rows.finish().unwrap();
    assert_eq!(count(&tx), 1_999);
    tx.rollback().unwrap();
    assert_eq!(count(&db), 3);
}

#[test]
fn a_table_may_get_an_index_but_no_column_meanwhile() {
    let db = sample();
    let mut rows = db.appender("t").unwrap();
    rows.append_row((4, "four")).unwrap();
    db.execute_batch("CREATE INDEX t_name ON t (name)").unwrap();
    rows.flush().unwrap();
    let found: i64 = db
        .query_value("SELECT id FROM t WHERE name = 'four'", ())
        .unwrap();
    assert_eq!(found, 4);
    rows.append_row((5, "five")).unwrap();
    db.execute_batch("DROP TABLE t; CREATE TABLE t (a TEXT)")
        .unwrap();
    assert!(rows.flush().unwrap_err().is_misuse());
    assert_eq!(count(&db), 0);
}
