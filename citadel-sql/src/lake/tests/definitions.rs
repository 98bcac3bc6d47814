//! CREATE and DROP, and what is refused with its name.

use super::{Lab, error, rows};

#[test]
fn a_table_is_made_forgotten_and_opened_again() {
    let (mut lab, db) = Lab::after(
        "CREATE TABLE t (id INTEGER NOT NULL, ok BOOLEAN, x REAL, s TEXT, b BLOB, small INT4, v VECTOR(2))
           USING iceberg WITH (location = '{lake}/t', metric = 'cosine', catalog = 'filesystem', precision = 'f32');
         INSERT INTO t VALUES (1, TRUE, 0.5, 'é', X'00ff', -7, '[1, 2]'), (2, NULL, NULL, NULL, NULL, NULL, NULL);",
    );
    let expected = [
        "1|TRUE|0.5|é|X'00FF'|-7|'[1,2]'",
        "2|NULL|NULL|NULL|NULL|NULL|NULL",
    ];
    assert_eq!(rows(&db, "SELECT * FROM t ORDER BY id"), expected);
    db.execute_batch("DROP TABLE t").unwrap();
    assert_eq!(lab.data_files("t"), 1);
    // Without columns: those that are there.
    db.execute_batch(&lab.sql("CREATE TABLE u USING iceberg WITH (location = '{lake}/t')"))
        .unwrap();
    assert_eq!(rows(&db, "SELECT * FROM u ORDER BY id"), expected);
    drop(db);
    lab.reopen();
    let db = lab.connect();
    assert_eq!(rows(&db, "SELECT * FROM u ORDER BY id"), expected);
    let told = error(&db, "INSERT INTO u (id, small) VALUES (3, 3000000000)");
    assert!(told.contains("out of range"), "{told}");
}

#[test]
fn tables_are_made_of_queries_and_back() {
    let (lab, db) = Lab::after(
        "CREATE TABLE here (a INTEGER, b TEXT); INSERT INTO here VALUES (1, 'x'), (2, 'y');",
    );
    db.execute_batch(&lab.sql(
        "CREATE TABLE there USING iceberg WITH (location = '{lake}/t') AS SELECT b, a FROM here;
         CREATE TABLE back AS SELECT a, b FROM there WHERE a > 1;",
    ))
    .unwrap();
    assert_eq!(
        rows(&db, "SELECT a, b FROM there ORDER BY a"),
        ["1|x", "2|y"]
    );
    assert_eq!(rows(&db, "SELECT * FROM back"), ["2|y"]);
    // It is there now, with its columns in another order than the query's.
    db.execute_batch(&lab.sql(
        "CREATE TABLE again USING iceberg WITH (location = '{lake}/t') AS SELECT 3 AS a, 'z' AS b",
    ))
    .unwrap();
    assert_eq!(
        rows(&db, "SELECT b, a FROM there ORDER BY a"),
        ["x|1", "y|2", "z|3"]
    );
}

#[test]
fn partitions_are_files_of_their_own() {
    let (lab, db) = Lab::after(
        "CREATE TABLE t (id INTEGER, kind TEXT) USING iceberg WITH (location = '{lake}/t', partition_by = 'kind');
         INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'a');",
    );
    assert_eq!(rows(&db, "SELECT count(*) FROM lake_files('t')"), ["2"]);
    assert_eq!(
        rows(&db, "SELECT id FROM t WHERE kind = 'a' ORDER BY id"),
        ["1", "3"]
    );
    drop(lab);
}

#[test]
fn what_is_not_done_is_an_error_that_names_it() {
    let (lab, db) = Lab::after(
        "CREATE TABLE here (a INTEGER);
         CREATE TABLE t (id INTEGER, s TEXT, v VECTOR(2)) USING iceberg WITH (location = '{lake}/t');",
    );
    let with = |options: &str| {
        lab.sql(&format!(
            "CREATE TABLE n (id INTEGER) USING iceberg WITH ({options})"
        ))
    };
    for (sql, wanted) in [
        (with(""), "location"),
        (with("location = 's3://bucket/t'"), "scheme s3"),
        (with("location = '{lake}/n', catalog = 'hive'"), "catalog = 'hive'"),
        (with("location = '{lake}/n', metadata = '{lake}/n/metadata/x.metadata.json'"), "is for catalog = 'embedded'"),
        (with("location = '{lake}/n', catalog = 'embedded', metadata = '{lake}/m/metadata/x.metadata.json'"), "is not below"),
        (with("location = '{lake}/n', catalog = 'embedded', metadata = 's3://b/n/metadata/x.metadata.json'"), "scheme s3"),
        (with("location = '{lake}/t', catalog = 'embedded'"), "there is a table at"),
        (lab.sql("CREATE TABLE n USING iceberg WITH (location = '{lake}/n', catalog = 'embedded')"), "needs columns"),
        (with("location = '{lake}/n', precision = 'bf16'"), "no precision of an index"),
        (lab.sql("CREATE TABLE n USING iceberg WITH (location = '{lake}/t', precision = 'i8')"), "is that of their kind, not i8"),
        (with("location = '{lake}/n', encryption = 'aes'"), "encryption = 'aes'"),
        (with("location = '{lake}/n', encryption = 'parquet', partition_by = 'id'"), "encrypted table with partitions"),
        (with("location = '{lake}/n', bloom_filters = 'nothing'"), "bloom_filters names a column \"nothing\""),
        (with("location = '{lake}/n', encryption = 'parquet', bloom_filters = 'id'"), "would lie in the clear"),
        (with("location = '{lake}/n', encryption_key = '00'"), "no key of a table"),
        (with("location = '{lake}/n', metric = 'jaccard'"), "no metric"),
        (with("location = '{lake}/n', partition_by = 'week(id)'"), "partition"),
        (lab.sql("CREATE TABLE n USING iceberg WITH (location = '{lake}/none')"), "no table at"),
        (lab.sql("CREATE TABLE n (id TEXT, s TEXT, v VECTOR(2)) USING iceberg WITH (location = '{lake}/t')"), "\"id\" is INTEGER in the lake"),
        (lab.sql("CREATE TABLE n (id INTEGER) USING iceberg WITH (location = '{lake}/t')"), "as well"),
        (lab.sql("CREATE TABLE n (id INTEGER PRIMARY KEY) USING iceberg WITH (location = '{lake}/n')"), "PRIMARY KEY"),
        (lab.sql("CREATE TABLE n (id INTEGER CHECK (id > 0)) USING iceberg WITH (location = '{lake}/n')"), "CHECK"),
        (lab.sql("CREATE TABLE n (v VECTOR(2, i8)) USING iceberg WITH (location = '{lake}/n')"), "\"v\""),
        ("CREATE TABLE n (id INTEGER) USING parquet".to_owned(), "USING parquet"),
        ("UPDATE t SET id = 1".to_owned(), "UPDATE"),
        ("ALTER TABLE t ADD COLUMN x TEXT".to_owned(), "ALTER TABLE"),
        ("TRUNCATE t".to_owned(), "TRUNCATE"),
        ("CREATE INDEX i ON t (id)".to_owned(), "CREATE INDEX"),
        ("INSERT INTO t (id) VALUES (1) ON CONFLICT DO NOTHING".to_owned(), "ON CONFLICT"),
        ("DELETE FROM t WHERE length(s) = 1".to_owned(), "this condition in DELETE"),
        ("DELETE FROM t WHERE id = 1 RETURNING id".to_owned(), "RETURNING"),
        ("SELECT rowid FROM t".to_owned(), "rowid"),
        ("SELECT * FROM here FOR SYSTEM_VERSION AS OF 1".to_owned(), "no table in a lake"),
        ("SELECT a FOR SYSTEM_TIME AS OF 1 FROM here".to_owned(), "AS OF"),
        ("CALL lake_compact('here')".to_owned(), "no table in a lake"),
        ("CALL lake_compact('t', 'id')".to_owned(), "no vector column \"id\""),
        ("CALL lake_compact('t', 3)".to_owned(), "lake_compact"),
        ("SELECT * FROM lake_files('here')".to_owned(), "no table in a lake"),
    ] {
        let told = error(&db, &sql);
        assert!(told.contains(wanted), "{sql}: {told}");
    }
    assert!(!lab.lake().join("n").exists());
}
