//! Rows go into Parquet files and come back as they were.

use super::*;

const KINDS: &str = "
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE TABLE t (
        id INTEGER PRIMARY KEY, b BOOLEAN, small SMALLINT, r REAL, n NUMERIC(30, 5), s VARCHAR(9), x BLOB, u UUID, d DATE, c TIME,
        z TIMESTAMPTZ, l TIMESTAMP, m mood, a TEXT[], k INTEGER[], v VECTOR(2), g INTEGER GENERATED ALWAYS AS (id * 2) STORED,
        given INTEGER DEFAULT 7);
    INSERT INTO t (id, given) VALUES (1, NULL);
    INSERT INTO t (id, b, small, r, n, s, x, u, d, c, z, l, m, a, k, v) VALUES
      (2, TRUE, -5, 1e300, 1234567890123456789012345.67891, 'é,\"', x'00ff', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '0044-03-15 BC',
       '23:59:59.999999', '2024-02-29 12:00:00.5+02', '1969-12-31 23:59', 'ok', ARRAY['x', NULL, ''], '{1,2}', '[0.1,-1e-7]'),
      (3, FALSE, 0, -0.5, -0.00001, '', x'', NULL, '1970-01-01', '00:00', '1970-01-01', '0001-01-01', 'sad', '{}', '{}', '[0,0]');";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }
}

#[test]
fn values_of_every_type_go_out_and_come_in_again() {
    let folder = Folder::new();
    let path = folder.path("t.parquet");
    let from = opened(KINDS);
    let out = from.execute(&format!("COPY t TO '{path}'"), ());
    assert_eq!(out.unwrap(), 3);
    let to = opened(KINDS);
    to.execute("DELETE FROM t", ()).unwrap();
    let copied = to.execute(&format!("COPY t FROM '{path}'"), ());
    assert_eq!(copied.unwrap(), 3);
    let all = "SELECT * FROM t ORDER BY id";
    assert_eq!(rows(&to, all), rows(&from, all));
    assert_eq!(std::fs::read_dir(folder.0.path()).unwrap().count(), 1);
}

#[test]
fn only_the_columns_that_somebody_reads_are_read_of_a_file() {
    let folder = Folder::new();
    let path = folder.path("t.parquet");
    let db = opened(
        "CREATE TABLE t (id INTEGER, big TEXT, small INTEGER);
         INSERT INTO t SELECT g, (SELECT string_agg(md5(CAST(g * 1000 + h AS TEXT)), '') FROM generate_series(1, 40) AS h), g % 7
           FROM generate_series(1, 500) AS g;",
    );
    db.execute(&format!("COPY t TO '{path}'"), ()).unwrap();
    let plan = |sql: &str| {
        let lines = rows(
            &db,
            &format!("EXPLAIN {sql} FROM read_parquet('{path}') AS f"),
        );
        let lines = lines.iter().map(|row| format!("{:?}\n", row[0]));
        lines.collect::<String>()
    };
    assert!(plan("SELECT max(id)").contains("Columns: "));
    assert!(!plan("SELECT max(id)").contains("big"));
    assert!(!plan("SELECT *").contains("Columns: "));
    // Most of the file is the large column: with a byte of it changed, the others are still read.
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    std::fs::write(&path, &bytes).unwrap();
    let from = format!("FROM read_parquet('{path}')");
    let number = |sql: &str| rows(&db, sql).remove(0).remove(0);
    let sum = 500 * 501 / 2;
    assert_eq!(
        number(&format!("SELECT sum(id) {from}")),
        Value::Integer(sum)
    );
    assert_eq!(
        number(&format!("SELECT count(*) {from}")),
        Value::Integer(500)
    );
    assert_eq!(
        number(&format!(
            "SELECT sum(id) {from} WHERE small = 3 AND id < 20"
        )),
        Value::Integer(3 + 10 + 17)
    );
    let numbered = format!("SELECT small, ordinality {from} WITH ORDINALITY ORDER BY 2 LIMIT 2");
    let first = rows(&db, &numbered);
    assert_eq!(first[1], [Value::Integer(2), Value::Integer(2)]);
    let joined = format!("SELECT count(*) {from} AS a JOIN t ON a.id = t.small");
    assert_eq!(
        number(&joined),
        number("SELECT count(*) FROM t WHERE small > 0")
    );
    let union = format!("SELECT id {from} UNION ALL SELECT small {from}");
    assert_eq!(rows(&db, &union).len(), 1_000);
    // Whoever reads the large column meets the change, as another value or as an error.
    let same = format!("SELECT count(*) {from} AS f JOIN t USING (id) WHERE f.big = t.big");
    let same = db.query_row(&same, (), |row| row.get::<_, i64>(0));
    assert!(same.is_err() || same.is_ok_and(|count| count < 500));
}

#[test]
fn a_file_is_a_relation() {
    let folder = Folder::new();
    let path = folder.path("t.parquet");
    let db = opened(KINDS);
    db.execute(&format!("COPY t TO '{path}'"), ()).unwrap();
    let sql = format!(
        "SELECT f.id, f.n, f.m, f.v::VECTOR(2) <-> t.v, f.a FROM read_parquet('{path}') AS f JOIN t USING (id)
         WHERE f.s IS NOT NULL ORDER BY id"
    );
    let found = rows(&db, &sql);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0][2], Value::Text("ok".to_owned()));
    assert_eq!(found[0][3], Value::Real(0.0));
    let same = rows(&db, "SELECT n, a FROM t WHERE id = 2");
    assert_eq!([&found[0][1], &found[0][4]], [&same[0][0], &same[0][1]]);
    let counted = rows(
        &db,
        &format!("SELECT count(*), max(small) FROM read_parquet('{path}')"),
    );
    assert_eq!(counted, [[Value::Integer(3), Value::Integer(0)]]);
    let numbered =
        format!("SELECT o, id FROM read_parquet('{path}') WITH ORDINALITY AS f ORDER BY o");
    assert!(message(db.prepare(&numbered)).contains("\"o\""));
    let made = format!("CREATE TABLE u AS SELECT * FROM read_parquet('{path}')");
    db.execute(&made, ()).unwrap();
    assert_eq!(
        rows(&db, "SELECT k[1] FROM u WHERE id = 2"),
        [[Value::Integer(1)]]
    );
}

#[test]
fn columns_go_by_their_names_and_others_get_their_defaults() {
    let folder = Folder::new();
    let path = folder.path("part.parquet");
    let db = opened(KINDS);
    let out = format!(
        "COPY (SELECT 'x' AS S, id + 10 AS ID, [1, 2]::VECTOR(2) AS v FROM t WHERE id = 1) TO '{path}'"
    );
    let out = out.replace("[1, 2]", "'[1, 2]'");
    db.execute(&out, ()).unwrap();
    db.execute(&format!("COPY t FROM '{path}'"), ()).unwrap();
    let found = rows(&db, "SELECT id, s, v::TEXT, given, g FROM t WHERE id > 10");
    assert_eq!(
        format!("{found:?}"),
        r#"[[Integer(11), Text("x"), Text("[1,2]"), Integer(7), Integer(22)]]"#
    );
    // The same row again, and what does not fit.
    let again = message(db.execute(&format!("COPY t FROM '{path}'"), ()));
    assert!(again.contains("t_pkey"), "{again}");
    let narrow = opened("CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT, v VECTOR(3))");
    let wrong = message(narrow.execute(&format!("COPY t FROM '{path}'"), ()));
    assert!(wrong.contains("2 numbers"), "{wrong}");
    let fewer = opened("CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT)");
    let unknown = message(fewer.execute(&format!("COPY t FROM '{path}'"), ()));
    assert!(unknown.contains("no column \"v\""), "{unknown}");
    let listed = fewer.execute(&format!("COPY t (s, id) FROM '{path}'"), ());
    assert_eq!(listed.unwrap(), 1);
    let missing = message(db.execute(&format!("COPY t (d) FROM '{path}'"), ()));
    assert!(missing.contains("no column \"d\""), "{missing}");
}

#[test]
fn what_is_no_file_or_has_no_place_is_an_error() {
    let folder = Folder::new();
    let db = opened(KINDS);
    let path = folder.path("x.parquet");
    let missing = message(db.execute(&format!("COPY t FROM '{path}'"), ()));
    assert!(missing.contains("parquet: open"), "{missing}");
    std::fs::write(&path, b"PAR1 and nothing").unwrap();
    let broken = db.prepare(&format!("SELECT * FROM read_parquet('{path}')"));
    assert!(message(broken).contains("x.parquet"));
    for (sql, told) in [
        ("COPY (SELECT INTERVAL '1 day' AS i) TO", "INTERVAL"),
        ("COPY (SELECT 1.5::NUMERIC AS n) TO", "NUMERIC(p, s)"),
        ("COPY (SELECT '101'::VECTOR(3, bit) AS w) TO", "\"w\""),
        ("COPY (SELECT '{{1,2},{3,4}}'::INTEGER[] AS k) TO", "\"k\""),
    ] {
        let error = message(db.execute(&format!("{sql} '{path}'"), ()));
        assert!(error.contains(told), "{sql}: {error}");
    }
    assert_eq!(std::fs::read(&path).unwrap(), b"PAR1 and nothing");
    assert!(
        message(db.copy_out("COPY t TO STDOUT (FORMAT parquet)", Vec::new())).contains("stream")
    );
    assert!(message(db.prepare("SELECT * FROM read_parquet(?)")).contains("constant"));
}
