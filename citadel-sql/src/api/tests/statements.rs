//! Preparing, binding, executing.

use super::sample;
use crate::{Connection, OptionalExtension, Value, named_params, params};

#[test]
fn execute_counts_the_rows_it_changed() {
    let db = sample();
    assert_eq!(
        db.execute("INSERT INTO t (name) VALUES (?), (?)", ("a", "b"))
            .unwrap(),
        2
    );
    assert_eq!(db.last_insert_rowid(), 5);
    assert_eq!(
        db.execute("UPDATE t SET name = name || '!' WHERE id > ?", [3])
            .unwrap(),
        2
    );
    assert_eq!(db.execute("DELETE FROM t", ()).unwrap(), 5);
    assert_eq!(db.changes(), 5);
    assert_eq!(db.total_changes(), 3 + 2 + 2 + 5);
    assert_eq!(db.execute("DROP TABLE t", ()).unwrap(), 0);
}

#[test]
fn execute_refuses_rows_and_more_than_one_statement() {
    let db = sample();
    assert!(db.execute("SELECT * FROM t", ()).unwrap_err().is_misuse());
    let two = db.execute("DELETE FROM t; DELETE FROM t", ()).unwrap_err();
    assert!(two.is_misuse(), "{two}");
    assert!(db.prepare(" -- nothing\n").unwrap_err().is_misuse());
    assert_eq!(super::count(&db), 3);
    db.execute("DELETE FROM t WHERE id = 1; -- that is all", ())
        .unwrap();
}

#[test]
fn a_text_prepared_again_has_the_columns_of_the_schema_as_it_is_now() {
    let db = sample();
    let select = "SELECT * FROM other";
    db.execute_batch("CREATE TABLE other (a INTEGER, b INTEGER)")
        .unwrap();
    assert_eq!(db.prepare(select).unwrap().column_count(), 2);
    db.execute_batch("DROP TABLE other").unwrap();
    assert!(db.prepare(select).is_err());
    db.execute_batch("CREATE TABLE other (a INTEGER)").unwrap();
    assert_eq!(db.prepare(select).unwrap().column_count(), 1);
}

#[test]
fn parameters_are_bound_by_position_and_name() {
    let db = sample();
    let name = |id: i64| -> Option<String> {
        db.query_row("SELECT name FROM t WHERE id = ?1", [id], |row| row.get(0))
            .optional()
            .unwrap()
    };
    assert_eq!(name(2).as_deref(), Some("two"));
    assert_eq!(name(9), None);
    let sql = "SELECT id FROM t WHERE name = :name OR id = @id ORDER BY id";
    let ids = db
        .query_map(sql, named_params! { ":name": "three", "@id": 1 }, |row| {
            row.get::<_, i64>(0)
        })
        .unwrap();
    assert_eq!(ids, [1, 3]);
    let statement = db.prepare(sql).unwrap();
    assert_eq!(statement.parameter_count(), 2);
    assert_eq!(statement.parameter_name(0), Some(":name"));
    assert_eq!(statement.parameter_index("@id"), Some(1));
    assert!(
        db.query_map(sql, params!["three"], |_| Ok(()))
            .unwrap_err()
            .is_misuse()
    );
}

#[test]
fn every_type_comes_back_as_it_went_in() {
    let db = Connection::open_in_memory().unwrap();
    db.execute(
        "CREATE TABLE v (i INTEGER, r REAL, t TEXT, b BLOB, f BOOLEAN, e VECTOR(3), n TEXT)",
        (),
    )
    .unwrap();
    let values = [
        Value::Integer(i64::MIN),
        Value::Real(0.1),
        Value::Text("gr\u{fc}n".to_owned()),
        Value::Blob(vec![0, 255]),
        Value::Boolean(true),
        Value::Vector(vec![1.0, -0.5, 3.25]),
        Value::Null,
    ];
    db.execute("INSERT INTO v VALUES (?, ?, ?, ?, ?, ?, ?)", &values[..])
        .unwrap();
    let back = db
        .query_row("SELECT * FROM v", (), |row| {
            (0..7)
                .map(|i| row.get::<_, Value>(i))
                .collect::<crate::Result<Vec<_>>>()
        })
        .unwrap();
    assert_eq!(back, values);
}

#[test]
fn vectors_are_bound_from_slices_and_arrays_and_checked() {
    let db = Connection::open_in_memory().unwrap();
    db.execute("CREATE TABLE v (e VECTOR(2))", ()).unwrap();
    let array = [1.0_f32, 2.0];
    db.execute("INSERT INTO v VALUES (?)", [array]).unwrap();
    db.execute("INSERT INTO v VALUES (?)", [&array[..]])
        .unwrap();
    db.execute("INSERT INTO v VALUES (?)", (array.to_vec(),))
        .unwrap();
    let all = db
        .query_map("SELECT e FROM v", (), |row| row.get::<_, [f32; 2]>("e"))
        .unwrap();
    assert_eq!(all, [array; 3]);
    assert!(
        db.execute("INSERT INTO v VALUES (?)", [[1.0_f32; 3]])
            .is_err()
    );
    assert!(
        db.execute("INSERT INTO v VALUES (?)", [[f32::NAN, 0.0]])
            .is_err()
    );
    assert_eq!(
        db.query_value::<i64, _>("SELECT COUNT(*) FROM v", ())
            .unwrap(),
        3
    );
}

#[test]
fn a_prepared_statement_follows_the_schema() {
    let db = sample();
    let mut by_name = db.prepare("SELECT id FROM t WHERE name = ?").unwrap();
    let mut id = |name: &str| by_name.query_row([name], |row| row.get::<_, i64>(0));
    assert_eq!(id("two").unwrap(), 2);
    db.execute_batch(
        "DROP TABLE t; CREATE TABLE t (name TEXT, id INTEGER);
         INSERT INTO t VALUES ('two', 22);",
    )
    .unwrap();
    assert_eq!(id("two").unwrap(), 22);
    db.execute("DROP TABLE t", ()).unwrap();
    assert_eq!(id("two").unwrap_err().sqlstate().unwrap().as_str(), "42P01");
}

#[test]
fn create_if_not_exists_is_judged_when_it_runs() {
    let db = sample();
    let sql = "CREATE TABLE IF NOT EXISTS t (id INTEGER)";
    db.execute(sql, ()).unwrap();
    db.execute("DROP TABLE t", ()).unwrap();
    db.execute(sql, ()).unwrap();
    assert_eq!(super::count(&db), 0);
}

#[test]
fn a_batch_that_does_not_parse_runs_nothing() {
    let db = sample();
    assert!(db.execute_batch("DELETE FROM t; SELEKT 1").is_err());
    assert_eq!(super::count(&db), 3);
    assert!(
        db.execute_batch("DELETE FROM t WHERE id = 1; SELECT 1 / 0; DELETE FROM t")
            .is_err()
    );
    assert_eq!(super::count(&db), 2);
}

#[test]
fn an_error_says_where() {
    let db = sample();
    let error = db.prepare("SELECT id,\n  nonsense FROM t").unwrap_err();
    let at = error.position().unwrap();
    assert_eq!((at.line, at.column), (2, 3));
    assert!(error.message().contains("nonsense"));
}

#[test]
fn call_persist_reports_and_may_be_executed() {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE v (e VECTOR(2)); CREATE INDEX ve ON v USING ann (e);
         INSERT INTO v VALUES ('[1,0]'), ('[0,1]');",
    )
    .unwrap();
    let rows: i64 = db
        .query_row("CALL persist_ann_index('v', 'e')", (), |row| {
            row.get("rows")
        })
        .unwrap();
    assert_eq!(rows, 2);
    db.execute("INSERT INTO v VALUES ('[1,1]')", ()).unwrap();
    assert_eq!(db.ann_index_status("v", "e").unwrap().delta_rows, 1);
    db.execute("CALL persist_ann_index('v', 'e')", ()).unwrap();
    let status = db.ann_index_status("v", "e").unwrap();
    assert_eq!((status.delta_rows, status.segments[0].rows), (0, 3));
    assert!(db.persist_ann_index("v", "nothing").is_err());
}
