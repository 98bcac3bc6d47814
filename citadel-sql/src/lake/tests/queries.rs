//! A lake table answers as a local one does, whatever the lake checks of WHERE.

use super::{Lab, error, rows};

const ROWS: &str = "
    (1, 10, 0.5, 'a', TRUE, X'01'), (2, 20, -0.0, 'b', FALSE, X'02'), (3, NULL, 0.0, 'ab', NULL, X'00ff'),
    (4, -2147483648, 1e300, '', TRUE, NULL), (5, 2147483647, -1.5, NULL, FALSE, X''), (NULL, 7, NULL, 'é', TRUE, X'ff'),
    (9007199254740993, 0, 9007199254740992.0, 'z', FALSE, X'0102')";

const CONDITIONS: [&str; 46] = [
    "TRUE",
    "id = 3",
    "id <> 3",
    "id < 3",
    "NOT id < 3",
    "3 <= id",
    "id > 2.5",
    "id = 2.5",
    "id <> 2.5",
    "id >= 2.0",
    "id = NULL",
    "id IN (1, 3, NULL)",
    "id NOT IN (1, 3)",
    "id NOT IN (1, NULL)",
    "id IS NULL",
    "id IS NOT NULL",
    "NOT (id IS NULL)",
    "id BETWEEN 2 AND 4",
    "id NOT BETWEEN 2 AND 4",
    "id = 9007199254740993",
    "id > 9007199254740992.0",
    "small = 3000000000",
    "small <> 3000000000",
    "small < 3000000000",
    "small >= -3000000000",
    "small > -2147483648",
    "NOT small = 3000000000",
    "x = 0",
    "x = 0.0",
    "x < 0.0",
    "x <= -0.0",
    "x > 0",
    "x >= 0",
    "x <> 0.0",
    "x < 9007199254740993",
    "x = 9007199254740993",
    "s = 'a'",
    "s < 'b'",
    "s >= ''",
    "s IN ('a', 'é')",
    "ok",
    "NOT ok",
    "ok = FALSE",
    "b > X'01'",
    "id = 1 OR s = 'b' AND NOT ok",
    "NOT (id = 1 OR s = 'b')",
];

const RECHECKED: [&str; 4] = [
    "length(s) = 1",
    "s LIKE 'a%'",
    "id + 1 = 3 AND ok",
    "id = 1 OR upper(s) = 'B'",
];

#[test]
fn conditions_mean_the_same_in_a_lake() {
    let (_lab, db) = Lab::after(&format!(
        "CREATE TABLE here (id INTEGER, small INT4, x REAL, s TEXT, ok BOOLEAN, b BLOB);
         CREATE TABLE there (id INTEGER, small INT4, x REAL, s TEXT, ok BOOLEAN, b BLOB)
           USING iceberg WITH (location = '{{lake}}/t');
         INSERT INTO here VALUES {ROWS};
         INSERT INTO there VALUES {ROWS};"
    ));
    for condition in CONDITIONS.iter().chain(&RECHECKED) {
        let of = |table: &str| {
            rows(
                &db,
                &format!("SELECT * FROM {table} WHERE {condition} ORDER BY id, small"),
            )
        };
        assert_eq!(of("there"), of("here"), "{condition}");
        let count = |table: &str| {
            rows(
                &db,
                &format!("SELECT count(*) FROM {table} WHERE {condition}"),
            )
        };
        assert_eq!(count("there"), count("here"), "{condition}");
    }
    for condition in CONDITIONS {
        let plan = rows(
            &db,
            &format!("EXPLAIN SELECT id FROM there WHERE {condition}"),
        )
        .join("\n");
        assert!(!plan.contains("\n  Filter"), "{condition}\n{plan}");
    }
}

#[test]
fn deletes_mean_the_same_in_a_lake() {
    for condition in CONDITIONS {
        let (_lab, db) = Lab::after(&format!(
            "CREATE TABLE here (id INTEGER, small INT4, x REAL, s TEXT, ok BOOLEAN, b BLOB);
             CREATE TABLE there (id INTEGER, small INT4, x REAL, s TEXT, ok BOOLEAN, b BLOB)
               USING iceberg WITH (location = '{{lake}}/t');
             INSERT INTO here VALUES {ROWS};
             INSERT INTO there VALUES {ROWS};"
        ));
        let deleted = |table: &str| {
            db.execute(&format!("DELETE FROM {table} WHERE {condition}"), ())
                .unwrap()
        };
        assert_eq!(deleted("there"), deleted("here"), "{condition}");
        let left = |table: &str| rows(&db, &format!("SELECT * FROM {table} ORDER BY id, small"));
        assert_eq!(left("there"), left("here"), "{condition}");
    }
}

#[test]
fn lake_tables_join_local_ones() {
    let (_lab, db) = Lab::after(
        "CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT);
         INSERT INTO names VALUES (1, 'one'), (2, 'two'), (3, 'three');
         CREATE TABLE t (id INTEGER, n INTEGER) USING iceberg WITH (location = '{lake}/t');
         INSERT INTO t VALUES (1, 10), (2, 20), (2, 21), (4, 40);",
    );
    let sql = "SELECT name, n FROM t JOIN names USING (id) WHERE n > 10 ORDER BY n";
    assert_eq!(rows(&db, sql), ["two|20", "two|21"]);
    assert_eq!(
        rows(
            &db,
            "SELECT names.id, count(t.n) FROM names LEFT JOIN t ON t.id = names.id GROUP BY 1 ORDER BY 1"
        ),
        ["1|1", "2|2", "3|0"]
    );
    assert_eq!(
        rows(
            &db,
            "SELECT n FROM t WHERE id IN (SELECT id FROM names WHERE name = 'one')"
        ),
        ["10"]
    );
    assert_eq!(
        rows(
            &db,
            "SELECT name FROM names WHERE EXISTS (SELECT 1 FROM t WHERE t.id = names.id AND n > 20)"
        ),
        ["two"]
    );
    assert_eq!(
        rows(
            &db,
            "SELECT a.n FROM t a JOIN t b ON a.id = b.id WHERE b.n = 21 ORDER BY 1"
        ),
        ["20", "21"]
    );
    assert_eq!(
        rows(&db, "SELECT n FROM t ORDER BY n LIMIT 2 OFFSET 1"),
        ["20", "21"]
    );
}

#[test]
fn explain_tells_what_the_lake_checks() {
    let (_lab, db) = Lab::after(
        "CREATE TABLE t (id INTEGER, s TEXT) USING iceberg WITH (location = '{lake}/t');",
    );
    assert_eq!(
        rows(
            &db,
            "EXPLAIN SELECT s FROM t WHERE id > 5 AND length(s) = 2 AND id IN (6, 7)"
        ),
        [
            "LakeScan on t  (rows=7)",
            "  Lake Filter: id > 5 AND id IN (6, 7)",
            "  Filter: length(s) = 2",
        ]
        .map(str::to_owned)
    );
    assert_eq!(
        rows(&db, "EXPLAIN DELETE FROM t WHERE id = 5"),
        ["LakeDelete on t", "  Lake Filter: id = 5"].map(str::to_owned)
    );
}

#[test]
fn an_interrupt_ends_a_scan() {
    let (_lab, db) = Lab::after(
        "CREATE TABLE t (id INTEGER) USING iceberg WITH (location = '{lake}/t');
         INSERT INTO t SELECT generate_series FROM generate_series(1, 5000);",
    );
    let handle = db.interrupt_handle();
    let mut statement = db.prepare("SELECT id FROM t").unwrap();
    let mut read = statement.query(()).unwrap();
    assert!(read.next().unwrap().is_some());
    handle.interrupt();
    let ended = loop {
        match read.next() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the scan was not ended"),
            Err(error) => break error,
        }
    };
    assert!(ended.is_interrupted(), "{ended}");
}

#[test]
fn a_table_that_is_gone_says_so() {
    let (lab, db) =
        Lab::after("CREATE TABLE t (id INTEGER) USING iceberg WITH (location = '{lake}/t');");
    std::fs::remove_dir_all(lab.lake().join("t")).unwrap();
    let told = error(&db, "SELECT * FROM t");
    assert!(told.contains("there is no table at"), "{told}");
    db.execute_batch("DROP TABLE t").unwrap();
}
