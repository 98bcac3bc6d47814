//! Triggers fire on every way in which rows change, and what they do is part of the statement.

use super::{message, opened, rows};
use crate::{Connection, SqlState, Value};

/// A table whose changes are written down.
const LOGGED: &str = "
    CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, s TEXT);
    CREATE TABLE log (n INTEGER PRIMARY KEY, what TEXT);
    CREATE TRIGGER t_i AFTER INSERT ON t BEGIN
        INSERT INTO log (what) VALUES ('+' || NEW.id || ':' || coalesce(NEW.a, 0));
    END;
    CREATE TRIGGER t_u AFTER UPDATE ON t BEGIN
        INSERT INTO log (what) VALUES (OLD.id || ':' || coalesce(OLD.a, 0) || '>' || NEW.id || ':' || coalesce(NEW.a, 0));
    END;
    CREATE TRIGGER t_d AFTER DELETE ON t BEGIN
        INSERT INTO log (what) VALUES ('-' || OLD.id);
    END;";

/// What was written down since the last time.
fn log(db: &Connection) -> String {
    let all: Vec<String> = db
        .query_map("SELECT what FROM log ORDER BY n", (), |row| row.get(0))
        .unwrap();
    db.execute("DELETE FROM log", ()).unwrap();
    all.join(" ")
}

fn state(db: &Connection, sql: &str) -> SqlState {
    db.execute_batch(sql).unwrap_err().sqlstate().unwrap()
}

#[test]
fn every_change_fires_them() {
    let db = opened(LOGGED);
    db.execute("INSERT INTO t VALUES (1, 10, 'x'), (2, 20, 'y')", ())
        .unwrap();
    assert_eq!(log(&db), "+1:10 +2:20");
    db.execute("INSERT INTO t (a) SELECT a + 1 FROM t", ())
        .unwrap();
    assert_eq!(log(&db), "+3:11 +4:21");
    db.execute("UPDATE t SET a = a + 1 WHERE id < 3", ())
        .unwrap();
    assert_eq!(log(&db), "1:10>1:11 2:20>2:21");
    db.execute("UPDATE t SET id = id + 10 WHERE id = 4", ())
        .unwrap();
    assert_eq!(log(&db), "4:21>14:21");
    db.execute(
        "INSERT INTO t VALUES (1, 0, NULL), (5, 5, NULL) ON CONFLICT (id) DO UPDATE SET a = 7",
        (),
    )
    .unwrap();
    assert_eq!(log(&db), "1:11>1:7 +5:5");
    db.execute("INSERT OR REPLACE INTO t VALUES (5, 6, NULL)", ())
        .unwrap();
    assert_eq!(log(&db), "-5 +5:6");
    db.execute("INSERT OR IGNORE INTO t VALUES (5, 7, NULL)", ())
        .unwrap();
    assert_eq!(log(&db), "");
    db.execute(
        "MERGE INTO t USING (VALUES (1, 1), (2, 2), (6, 6)) AS s (id, a) ON t.id = s.id
         WHEN MATCHED AND s.a = 1 THEN DELETE
         WHEN MATCHED THEN UPDATE SET a = s.a
         WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.a, NULL)",
        (),
    )
    .unwrap();
    assert_eq!(log(&db), "-1 2:21>2:2 +6:6");
    db.execute(
        "UPDATE t SET a = v.a FROM (VALUES (2, 9)) AS v (id, a) WHERE v.id = t.id",
        (),
    )
    .unwrap();
    assert_eq!(log(&db), "2:2>2:9");
    db.execute(
        "DELETE FROM t USING (VALUES (2)) AS v (id) WHERE v.id = t.id",
        (),
    )
    .unwrap();
    assert_eq!(log(&db), "-2");
    db.execute(
        "WITH gone AS (DELETE FROM t WHERE id = 3 RETURNING *) INSERT INTO t SELECT id + 30, a, s FROM gone",
        (),
    )
    .unwrap();
    assert_eq!(log(&db), "-3 +33:11");
    let mut text = "40\t1\tx\n41\t2\ty\n".as_bytes();
    db.copy_in("COPY t FROM STDIN", &mut text).unwrap();
    assert_eq!(log(&db), "+40:1 +41:2");
    let mut appender = db.appender("t").unwrap();
    appender.append_row((50, 1, "x")).unwrap();
    appender.append_row((51, 2, "y")).unwrap();
    appender.finish().unwrap();
    assert_eq!(log(&db), "+50:1 +51:2");
    db.execute("TRUNCATE t", ()).unwrap();
    assert_eq!(log(&db), "");
}

#[test]
fn only_the_statement_itself_is_counted() {
    let db = opened(LOGGED);
    let n = db
        .execute("INSERT INTO t VALUES (7, 1, 'x'), (8, 2, 'y')", ())
        .unwrap();
    assert_eq!((n, db.changes(), db.last_insert_rowid()), (2, 2, 8));
    db.execute("UPDATE t SET a = 0", ()).unwrap();
    assert_eq!((db.changes(), db.last_insert_rowid()), (2, 8));
}

#[test]
fn before_triggers_change_new_and_leave_rows_alone() {
    let db = opened(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER NOT NULL CHECK (a < 100), twice INTEGER GENERATED ALWAYS AS (a * 2) STORED,
                         s VARCHAR(5) DEFAULT 'none');
         CREATE TRIGGER t_1 BEFORE INSERT OR UPDATE ON t BEGIN
             SET NEW.a = coalesce(NEW.a, 0) + 1, NEW.s = upper(NEW.s);
             SELECT RAISE(IGNORE) WHERE NEW.a = 14;
             SELECT RAISE(ABORT, 'too much: ' || NEW.a) WHERE NEW.a > 50;
         END;
         CREATE TRIGGER t_2 BEFORE INSERT ON t WHEN (NEW.a = 8) BEGIN
             SET NEW.a = 9;
             SET NEW.s = NEW.s || NEW.a;
         END;",
    );
    let returned = rows(
        &db,
        "INSERT INTO t (a, s) VALUES (NULL, 'x'), (13, 'y'), (7, 'z') RETURNING id, a, twice, s",
    );
    let all = rows(&db, "SELECT id, a, twice, s FROM t ORDER BY id");
    let row = |id, a, s: &str| {
        [id, a, 2 * a]
            .map(Value::Integer)
            .into_iter()
            .chain([Value::Text(s.into())])
            .collect::<Vec<_>>()
    };
    assert_eq!(all, [row(1, 1, "X"), row(2, 9, "Z9")]);
    assert_eq!(returned, all);
    assert_eq!(db.changes(), 2);
    let error = db.execute("INSERT INTO t (a) VALUES (1), (60)", ());
    assert_eq!(message(error), "too much: 61");
    // An UPDATE that names other columns changes those that the trigger sets.
    let returned = rows(&db, "UPDATE t SET s = 'q' RETURNING id, a, twice, s, old.a");
    let shown: Vec<Vec<Value>> = returned.iter().map(|row| row[..4].to_vec()).collect();
    assert_eq!(shown, [row(1, 2, "Q"), row(2, 10, "Q")]);
    assert_eq!(returned[1][4], Value::Integer(9));
    db.execute("UPDATE t SET a = a + 3", ()).unwrap();
    assert_eq!(db.changes(), 1);
    assert_eq!(
        rows(&db, "SELECT id, a, twice, s FROM t ORDER BY id"),
        [row(1, 6, "Q"), row(2, 10, "Q")]
    );
    assert_eq!(
        state(&db, "INSERT INTO t VALUES (3, 49, DEFAULT, 'abcdef')").as_str(),
        "22001"
    );
    db.execute(
        "INSERT INTO t (id, a) VALUES (1, 20) ON CONFLICT (id) DO UPDATE SET a = excluded.a",
        (),
    )
    .unwrap();
    // BEFORE INSERT has made 21 of it, BEFORE UPDATE 22.
    assert_eq!(
        rows(&db, "SELECT a FROM t WHERE id = 1"),
        [[Value::Integer(22)]]
    );
}

#[test]
fn rows_that_before_triggers_keep_are_neither_deleted_nor_told() {
    let db = opened(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER);
         INSERT INTO t VALUES (1, 1), (2, 2), (3, 3), (4, 4);
         CREATE TRIGGER keep BEFORE DELETE ON t WHEN (OLD.a % 2 = 0) BEGIN SELECT RAISE(IGNORE); END;
         CREATE TRIGGER still BEFORE UPDATE ON t WHEN (OLD.a = 2) BEGIN SELECT RAISE(IGNORE); END;",
    );
    let told = rows(&db, "DELETE FROM t WHERE id < 4 RETURNING id");
    assert_eq!(told, [[Value::Integer(1)], [Value::Integer(3)]]);
    assert_eq!(db.changes(), 2);
    let told = rows(
        &db,
        "MERGE INTO t USING (VALUES (2), (4), (5), (6)) AS s (id) ON t.id = s.id
         WHEN MATCHED AND s.id = 4 THEN DELETE
         WHEN MATCHED THEN UPDATE SET a = 0
         WHEN NOT MATCHED AND s.id = 5 THEN INSERT VALUES (5, 5)
         WHEN NOT MATCHED THEN INSERT VALUES (6, 6)
         RETURNING merge_action(), s.id",
    );
    let inserted = |id| [Value::Text("INSERT".into()), Value::Integer(id)];
    assert_eq!(told, [inserted(5), inserted(6)]);
    assert_eq!(
        message(db.execute("INSERT OR REPLACE INTO t VALUES (2, 0)", ())),
        "duplicate key value violates unique constraint \"t_pkey\": key (id)=(2) already exists"
    );
}

#[test]
fn statements_fire_their_own_and_rows_come_as_tables() {
    let db = opened(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER);
         CREATE TABLE log (n INTEGER PRIMARY KEY, what TEXT);
         CREATE TRIGGER b BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH STATEMENT BEGIN
             INSERT INTO log (what) VALUES ('before');
         END;
         CREATE TRIGGER i AFTER INSERT ON t REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT BEGIN
             INSERT INTO log (what) SELECT 'new ' || count(*) || ' ' || coalesce(sum(a), 0) FROM fresh;
         END;
         CREATE TRIGGER u AFTER UPDATE ON t REFERENCING OLD TABLE AS was NEW TABLE AS now FOR EACH STATEMENT BEGIN
             INSERT INTO log (what) SELECT was.a || '>' || now.a FROM was JOIN now USING (id) ORDER BY id;
         END;
         CREATE TRIGGER d AFTER DELETE ON t REFERENCING OLD TABLE gone FOR EACH ROW BEGIN
             INSERT INTO log (what) SELECT OLD.id || ' of ' || count(*) FROM gone;
         END;",
    );
    db.execute("INSERT INTO t VALUES (1, 10), (2, 20)", ())
        .unwrap();
    assert_eq!(log(&db), "before new 2 30");
    db.execute("INSERT INTO t SELECT * FROM t WHERE id > 9", ())
        .unwrap();
    assert_eq!(log(&db), "before new 0 0");
    db.execute("UPDATE t SET a = a + 1", ()).unwrap();
    assert_eq!(log(&db), "before 10>11 20>21");
    db.execute("UPDATE t SET a = 0 WHERE id > 9", ()).unwrap();
    assert_eq!(log(&db), "before");
    db.execute(
        "INSERT INTO t VALUES (2, 0), (3, 30) ON CONFLICT (id) DO UPDATE SET a = 22",
        (),
    )
    .unwrap();
    assert_eq!(log(&db), "before before 21>22 new 1 30");
    db.execute("DELETE FROM t WHERE id < 3", ()).unwrap();
    assert_eq!(log(&db), "before 1 of 2 2 of 2");
}

#[test]
fn actions_of_foreign_keys_fire_the_triggers_of_the_tables_that_they_change() {
    let db = opened(
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE, n INTEGER DEFAULT 0);
         CREATE TABLE g (c INTEGER REFERENCES c ON DELETE SET NULL, n INTEGER DEFAULT 0);
         CREATE TABLE log (n INTEGER PRIMARY KEY, what TEXT);
         CREATE TRIGGER c_s BEFORE DELETE ON c FOR EACH STATEMENT BEGIN INSERT INTO log (what) VALUES ('c'); END;
         CREATE TRIGGER c_b BEFORE DELETE ON c BEGIN INSERT INTO log (what) VALUES ('b' || OLD.id); END;
         CREATE TRIGGER c_a AFTER DELETE ON c BEGIN INSERT INTO log (what) VALUES ('a' || OLD.id); END;
         CREATE TRIGGER c_u BEFORE UPDATE OF p ON c BEGIN SET NEW.n = NEW.p * 10; END;
         CREATE TRIGGER g_u AFTER UPDATE OF c ON g BEGIN INSERT INTO log (what) VALUES ('g' || coalesce(NEW.c, 0)); END;
         INSERT INTO p VALUES (1), (2), (3);
         INSERT INTO c VALUES (1, 1), (2, 1), (3, 2), (4, 3);
         INSERT INTO g VALUES (1), (3);",
    );
    db.execute("DELETE FROM p WHERE id = 1", ()).unwrap();
    assert_eq!(log(&db), "c b1 b2 a1 a2 g0");
    db.execute("UPDATE p SET id = 20 WHERE id = 2", ()).unwrap();
    assert_eq!(
        rows(&db, "SELECT id, p, n FROM c ORDER BY id"),
        [[3, 20, 200], [4, 3, 0]].map(|row| row.map(Value::Integer))
    );
    // A row that its trigger keeps must refer to one that there is.
    db.execute_batch("CREATE TRIGGER c_keep BEFORE DELETE ON c WHEN (OLD.id = 4) BEGIN SELECT RAISE(IGNORE); END")
        .unwrap();
    assert_eq!(state(&db, "DELETE FROM p WHERE id = 3").as_str(), "23503");
    db.execute("DELETE FROM p WHERE id = 20", ()).unwrap();
    assert_eq!(log(&db), "c b3 a3 g0");
}

#[test]
fn a_failing_trigger_undoes_its_statement_alone() {
    let mut db = opened(
        "CREATE TABLE t (a INTEGER);
         CREATE TABLE log (a INTEGER);
         CREATE TRIGGER t_i AFTER INSERT ON t BEGIN
             INSERT INTO log VALUES (NEW.a);
             SELECT RAISE(ABORT, 'no') WHERE NEW.a = 3;
         END;",
    );
    let tx = db.transaction().unwrap();
    tx.execute("INSERT INTO t VALUES (1)", ()).unwrap();
    let error = tx
        .execute("INSERT INTO t VALUES (2), (3), (4)", ())
        .unwrap_err();
    assert_eq!(error.sqlstate().unwrap().as_str(), "P0001");
    assert_eq!(error.to_string(), "no");
    tx.execute("INSERT INTO t VALUES (5)", ()).unwrap();
    tx.commit().unwrap();
    let both = "SELECT (SELECT sum(a) FROM t), (SELECT sum(a) FROM log)";
    assert_eq!(rows(&db, both), [[6, 6].map(Value::Integer)]);
}

#[test]
fn triggers_that_fire_one_another_end_somewhere() {
    let db = opened(
        "CREATE TABLE t (n INTEGER);
         CREATE TRIGGER down AFTER INSERT ON t WHEN (NEW.n > 0) BEGIN INSERT INTO t VALUES (NEW.n - 1); END;",
    );
    db.execute("INSERT INTO t VALUES (60)", ()).unwrap();
    assert_eq!(rows(&db, "SELECT count(*) FROM t"), [[Value::Integer(61)]]);
    assert_eq!(state(&db, "INSERT INTO t VALUES (1000)").as_str(), "54001");
    assert_eq!(rows(&db, "SELECT count(*) FROM t"), [[Value::Integer(61)]]);
}

#[test]
fn rows_that_a_before_trigger_changes_behind_the_statement_are_an_error() {
    let db = opened(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER);
         INSERT INTO t VALUES (1, 1), (2, 2);
         CREATE TRIGGER u BEFORE UPDATE OF a ON t WHEN (NEW.a = 5) BEGIN UPDATE t SET a = 0 WHERE id = 2; END;
         CREATE TRIGGER d BEFORE DELETE ON t BEGIN DELETE FROM t WHERE id = OLD.id + 1; END;",
    );
    assert_eq!(state(&db, "UPDATE t SET a = 5").as_str(), "27000");
    db.execute("UPDATE t SET a = 5 WHERE id = 1", ()).unwrap();
    assert_eq!(
        rows(&db, "SELECT id, a FROM t ORDER BY id"),
        [[1, 5], [2, 0]].map(|row| row.map(Value::Integer))
    );
    assert_eq!(state(&db, "DELETE FROM t").as_str(), "27000");
    db.execute("DELETE FROM t WHERE id = 1", ()).unwrap();
    assert_eq!(rows(&db, "SELECT count(*) FROM t"), [[Value::Integer(0)]]);
}

#[test]
fn a_trigger_may_take_the_number_that_a_row_was_to_have() {
    let db = opened(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER);
         CREATE TRIGGER twin BEFORE INSERT ON t WHEN (NEW.a > 0) BEGIN INSERT INTO t (a) VALUES (-NEW.a); END;",
    );
    db.execute("INSERT INTO t (a) VALUES (7), (8)", ()).unwrap();
    assert_eq!(
        rows(&db, "SELECT id, a FROM t ORDER BY id"),
        [[1, -7], [2, 7], [3, -8], [4, 8]].map(|row| row.map(Value::Integer))
    );
}

#[test]
fn views_change_as_their_triggers_say() {
    let db = opened(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER);
         CREATE VIEW v AS SELECT id, a * 10 AS ten FROM t;
         CREATE TRIGGER v_i INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (NEW.id, NEW.ten / 10); END;
         CREATE TRIGGER v_u INSTEAD OF UPDATE ON v BEGIN UPDATE t SET a = NEW.ten / 10, id = NEW.id WHERE id = OLD.id; END;
         CREATE TRIGGER v_d INSTEAD OF DELETE ON v BEGIN
             SELECT RAISE(IGNORE) WHERE OLD.id = 3;
             DELETE FROM t WHERE id = OLD.id;
         END;",
    );
    let n = db
        .execute(
            "INSERT INTO v (ten, id) VALUES (10, 1), (20, 2), (30, 3)",
            (),
        )
        .unwrap();
    assert_eq!(n, 3);
    let n = db
        .execute("UPDATE v AS w SET ten = w.ten + 40 WHERE id < 3", ())
        .unwrap();
    assert_eq!(n, 2);
    db.execute(
        "UPDATE v SET id = 9, ten = s.n FROM (VALUES (2, 90)) AS s (id, n) WHERE s.id = v.id",
        (),
    )
    .unwrap();
    let n = db.execute("DELETE FROM v WHERE ten < 70", ()).unwrap();
    assert_eq!(n, 1);
    assert_eq!(
        rows(&db, "SELECT id, a FROM t ORDER BY id"),
        [[3, 3], [9, 9]].map(|row| row.map(Value::Integer))
    );
    assert_eq!(state(&db, "DELETE FROM v RETURNING id").as_str(), "0A000");
}

#[test]
fn sequences_serve_triggers() {
    let db = opened(
        "CREATE TABLE t (a INTEGER);
         CREATE TABLE log (n SERIAL, a INTEGER);
         CREATE TRIGGER t_i AFTER INSERT ON t BEGIN INSERT INTO log (a) VALUES (NEW.a); END;
         INSERT INTO t VALUES (5), (6);",
    );
    let mut appender = db.appender("t").unwrap();
    appender.append_row([7]).unwrap();
    appender.finish().unwrap();
    assert_eq!(
        rows(&db, "SELECT n, a FROM log ORDER BY n"),
        [[1, 5], [2, 6], [3, 7]].map(|row| row.map(Value::Integer))
    );
}

#[test]
fn what_triggers_leave_to_be_checked_is_checked_at_commit() {
    let mut db = opened(
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE c (p INTEGER REFERENCES p DEFERRABLE INITIALLY DEFERRED);
         CREATE TABLE t (a INTEGER);
         CREATE TRIGGER t_i AFTER INSERT ON t BEGIN INSERT INTO c VALUES (NEW.a); END;",
    );
    assert_eq!(state(&db, "INSERT INTO t VALUES (1)").as_str(), "23503");
    let tx = db.transaction().unwrap();
    tx.execute("INSERT INTO t VALUES (1)", ()).unwrap();
    assert!(tx.commit().unwrap_err().is_constraint());
    let tx = db.transaction().unwrap();
    tx.execute("INSERT INTO t VALUES (1)", ()).unwrap();
    tx.execute("INSERT INTO p VALUES (1)", ()).unwrap();
    tx.commit().unwrap();
}

#[test]
fn a_prepared_statement_fires_what_there_is_when_it_runs() {
    let db =
        opened("CREATE TABLE t (a INTEGER); CREATE TABLE log (n INTEGER PRIMARY KEY, what TEXT);");
    let mut insert = db.prepare("INSERT INTO t VALUES (?)").unwrap();
    insert.execute([1]).unwrap();
    db.execute_batch("CREATE TRIGGER t_i AFTER INSERT ON t BEGIN INSERT INTO log (what) VALUES (NEW.a || ''); END")
        .unwrap();
    insert.execute([2]).unwrap();
    insert.execute([3]).unwrap();
    assert_eq!(log(&db), "2 3");
    db.execute_batch("ALTER TABLE t DISABLE TRIGGER t_i")
        .unwrap();
    insert.execute([4]).unwrap();
    assert_eq!(log(&db), "");
    db.execute_batch(
        "ALTER TABLE t ENABLE TRIGGER ALL;
         CREATE OR REPLACE TRIGGER t_i AFTER INSERT ON t BEGIN INSERT INTO log (what) VALUES ('-' || NEW.a); END",
    )
    .unwrap();
    insert.execute([5]).unwrap();
    assert_eq!(log(&db), "-5");
    db.execute_batch("DROP TRIGGER t_i").unwrap();
    insert.execute([6]).unwrap();
    assert_eq!(log(&db), "");
}

#[test]
fn triggers_go_with_their_table_and_keep_what_they_use() {
    let db = opened(
        "CREATE TABLE t (a INTEGER, b INTEGER);
         CREATE TABLE log (a INTEGER);
         CREATE TRIGGER \"t i\" AFTER INSERT ON t BEGIN INSERT INTO log VALUES (NEW.a); END;",
    );
    assert_eq!(state(&db, "DROP TABLE log").as_str(), "2BP01");
    assert_eq!(state(&db, "ALTER TABLE log RENAME TO l").as_str(), "2BP01");
    assert_eq!(state(&db, "ALTER TABLE t RENAME a TO x").as_str(), "2BP01");
    assert_eq!(state(&db, "ALTER TABLE t DROP a").as_str(), "2BP01");
    db.execute_batch(
        "ALTER TABLE t DROP COLUMN b;
         ALTER TABLE t RENAME TO \"the t\";
         ALTER TRIGGER \"t i\" ON \"the t\" RENAME TO other;
         INSERT INTO \"the t\" VALUES (1);",
    )
    .unwrap();
    assert_eq!(rows(&db, "SELECT a FROM log"), [[Value::Integer(1)]]);
    let trigger = &db.triggers().unwrap()[0];
    assert_eq!(trigger.table, "the t");
    assert_eq!(
        trigger.sql,
        "CREATE TRIGGER \"other\" AFTER INSERT ON \"the t\" BEGIN INSERT INTO log VALUES (NEW.a); END"
    );
    db.execute_batch("DROP TABLE log CASCADE").unwrap();
    assert!(db.triggers().unwrap().is_empty());
    db.execute_batch(
        "CREATE TRIGGER last AFTER INSERT ON \"the t\" BEGIN SELECT 1; END;
         DROP TABLE \"the t\";",
    )
    .unwrap();
    assert!(db.triggers().unwrap().is_empty());
    assert!(db.check().unwrap().faults().is_empty());
}

#[test]
fn row_ids_are_seen_behind_old_and_new() {
    let db = opened(
        "CREATE TABLE t (a TEXT);
         CREATE TABLE log (n INTEGER PRIMARY KEY, what TEXT);
         CREATE TRIGGER t_i AFTER INSERT ON t BEGIN INSERT INTO log (what) VALUES ('+' || NEW.rowid); END;
         CREATE TRIGGER t_d AFTER DELETE ON t BEGIN INSERT INTO log (what) VALUES ('-' || OLD.rowid); END;
         INSERT INTO t VALUES ('x'), ('y');
         DELETE FROM t WHERE a = 'y';",
    );
    assert_eq!(log(&db), "+1 +2 -2");
}

#[test]
fn wide_vectors_reach_triggers() {
    let db = opened(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, emb VECTOR(300));
         CREATE TABLE log (n INTEGER PRIMARY KEY, what TEXT);
         CREATE TRIGGER t_u AFTER UPDATE ON t BEGIN INSERT INTO log (what) VALUES (vector_dims(OLD.emb) || ':' || (OLD.emb <-> NEW.emb)); END;
         CREATE TRIGGER t_b BEFORE INSERT ON t BEGIN SET NEW.emb = l2_normalize(NEW.emb); END;",
    );
    let mut emb = vec![0.0_f32; 300];
    emb[0] = 2.0;
    db.execute("INSERT INTO t VALUES (1, ?)", [emb.clone()])
        .unwrap();
    db.execute("UPDATE t SET emb = ?", [emb]).unwrap();
    assert_eq!(log(&db), "300:1");
}

#[test]
fn wrong_triggers_are_refused_when_they_are_made() {
    let db = opened(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, g INTEGER GENERATED ALWAYS AS (a + 1) STORED);
         CREATE VIEW v AS SELECT a FROM t;
         CREATE TRIGGER there AFTER INSERT ON t BEGIN SELECT 1; END;",
    );
    let wrong = [
        ("42710", "there AFTER INSERT ON t BEGIN SELECT 1; END"),
        ("0A000", "f AFTER INSERT ON t EXECUTE FUNCTION f()"),
        (
            "0A000",
            "f AFTER INSERT ON t WHEN (NEW.a > 0) EXECUTE FUNCTION f()",
        ),
        ("0A000", "f AFTER TRUNCATE ON t BEGIN SELECT 1; END"),
        ("42P01", "f AFTER INSERT ON nosuch BEGIN SELECT 1; END"),
        ("42P01", "f AFTER INSERT ON t BEGIN DELETE FROM nosuch; END"),
        ("42703", "f AFTER INSERT ON t BEGIN SELECT NEW.nosuch; END"),
        ("42P01", "f AFTER INSERT ON t BEGIN SELECT OLD.a; END"),
        (
            "42P01",
            "f AFTER INSERT ON t FOR EACH STATEMENT BEGIN SELECT NEW.a; END",
        ),
        ("42703", "f AFTER UPDATE OF nosuch ON t BEGIN SELECT 1; END"),
        ("42701", "f AFTER UPDATE OF a, A ON t BEGIN SELECT 1; END"),
        (
            "42804",
            "f AFTER INSERT ON t WHEN (NEW.a) BEGIN SELECT 1; END",
        ),
        ("42P16", "f AFTER INSERT ON t BEGIN SET NEW.a = 1; END"),
        (
            "42P16",
            "f BEFORE INSERT OR DELETE ON t BEGIN SET NEW.a = 1; END",
        ),
        ("428C9", "f BEFORE INSERT ON t BEGIN SET NEW.g = 1; END"),
        (
            "42P16",
            "f BEFORE INSERT ON t WHEN (NEW.g > 1) BEGIN SELECT 1; END",
        ),
        ("42601", "f BEFORE INSERT ON t BEGIN SET OLD.a = 1; END"),
        (
            "0A000",
            "f BEFORE INSERT ON t BEGIN CREATE TABLE u (a INTEGER); END",
        ),
        ("0A000", "f BEFORE INSERT ON t BEGIN SELECT ?; END"),
        ("42601", "f BEFORE INSERT ON t BEGIN END"),
        ("42601", "f BEFORE INSERT ON t BEGIN SELECT 1 END"),
        ("42601", "f BEFORE INSERT ON t BEGIN SELECT 1;"),
        (
            "42601",
            "f BEFORE INSERT OR INSERT ON t BEGIN SELECT 1; END",
        ),
        ("42809", "f INSTEAD OF INSERT ON t BEGIN SELECT 1; END"),
        ("42809", "f AFTER INSERT ON v BEGIN SELECT 1; END"),
        (
            "42P16",
            "f INSTEAD OF INSERT ON v FOR EACH STATEMENT BEGIN SELECT 1; END",
        ),
        (
            "42P16",
            "f BEFORE INSERT ON t REFERENCING NEW TABLE AS x BEGIN SELECT 1; END",
        ),
        (
            "42P16",
            "f AFTER INSERT ON t REFERENCING OLD TABLE AS x BEGIN SELECT 1; END",
        ),
        (
            "42P16",
            "f AFTER INSERT OR UPDATE ON t REFERENCING NEW TABLE x BEGIN SELECT 1; END",
        ),
        (
            "0A000",
            "f AFTER INSERT ON t BEGIN SELECT RAISE(FAIL, 'x'); END",
        ),
        (
            "0A000",
            "f AFTER INSERT ON t BEGIN SELECT RAISE(ROLLBACK, 'x'); END",
        ),
        (
            "0A000",
            "f AFTER INSERT ON t BEGIN INSERT INTO t (a) SELECT RAISE(IGNORE); END",
        ),
        ("42601", "f AFTER INSERT ON t BEGIN SELECT RAISE('x'); END"),
    ];
    let mut others = Vec::new();
    for (code, trigger) in wrong {
        let sql = format!("CREATE TRIGGER {trigger}");
        let error = db.execute_batch(&sql).expect_err(&sql);
        if error.sqlstate().map(SqlState::as_str) != Some(code) {
            others.push(format!("{sql}: {:?} {error}", error.sqlstate()));
        }
    }
    assert_eq!(others, Vec::<String>::new());
    assert_eq!(state(&db, "SELECT RAISE(ABORT, 'x')").as_str(), "42601");
    assert_eq!(state(&db, "DROP TRIGGER nosuch").as_str(), "42704");
    assert_eq!(state(&db, "INSERT INTO v VALUES (1)").as_str(), "42809");
    db.execute_batch(
        "DROP TRIGGER IF EXISTS nosuch;
         DROP TRIGGER IF EXISTS there ON nosuch;
         CREATE TRIGGER IF NOT EXISTS there BEFORE INSERT ON t BEGIN SELECT 1; END;",
    )
    .unwrap();
    assert_eq!(db.triggers().unwrap().len(), 1);
}

#[test]
fn triggers_are_told_among_definitions_and_in_plans() {
    let db = opened(
        "CREATE TABLE t (a INTEGER);
         CREATE VIEW v AS SELECT a FROM t;
         CREATE TRIGGER two BEFORE UPDATE OF a OR INSERT ON t BEGIN SELECT 1; END;
         CREATE TRIGGER one BEFORE UPDATE ON t BEGIN SELECT 1; END;
         CREATE TRIGGER off AFTER UPDATE ON t FOR EACH STATEMENT BEGIN SELECT 1; END;
         ALTER TABLE t DISABLE TRIGGER off;
         CREATE TRIGGER v_d INSTEAD OF DELETE ON v BEGIN SELECT 1; END;",
    );
    let texts = |sql: &str| -> Vec<String> {
        db.query_map(sql, (), |row| row.get::<_, String>(0))
            .unwrap()
    };
    assert_eq!(
        texts(
            "SELECT name || ' ' || tbl_name FROM sqlite_schema WHERE type = 'trigger' ORDER BY 1"
        ),
        ["off t", "one t", "two t", "v_d v"]
    );
    assert_eq!(
        texts(
            "SELECT trigger_name || ' ' || event_manipulation || ' ' || action_order FROM information_schema.triggers
             WHERE action_timing = 'BEFORE' ORDER BY 1"
        ),
        ["one UPDATE 1", "two INSERT 1", "two UPDATE 2"]
    );
    let plan = texts("EXPLAIN UPDATE t SET a = 1");
    let fired: Vec<&str> = plan
        .iter()
        .filter_map(|l| l.trim().strip_prefix("Trigger: "))
        .collect();
    assert_eq!(fired, ["one BEFORE UPDATE ROW", "two BEFORE UPDATE ROW"]);
    assert_eq!(texts("EXPLAIN DELETE FROM v")[0], "Instead of DELETE on v");
    let off = db.triggers().unwrap();
    let off = off.iter().find(|trigger| trigger.name == "off").unwrap();
    assert_eq!(
        off.disabled.as_deref(),
        Some("ALTER TABLE \"t\" DISABLE TRIGGER \"off\"")
    );
}
