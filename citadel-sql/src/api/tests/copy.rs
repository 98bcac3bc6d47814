//! COPY: what goes out comes in again, and what does not fit is told with its line.

use super::*;
use crate::SqlState;

/// A table of all kinds of columns, with values that are hard to write.
const KINDS: &str = "
    CREATE TYPE mood AS ENUM ('sad', 'it''s, \"ok\"');
    CREATE TABLE t (
        id INTEGER PRIMARY KEY, b BOOLEAN, r REAL, n NUMERIC(30, 5), s TEXT, x BLOB, u UUID, d DATE, c TIME,
        z TIMESTAMPTZ, l TIMESTAMP, i INTERVAL, m mood, a TEXT[], k INTEGER[], v VECTOR(2), w VECTOR(9, bit),
        h VECTOR(2, i8), g INTEGER GENERATED ALWAYS AS (id * 2) STORED);
    INSERT INTO t (id) VALUES (1);
    INSERT INTO t (id, b, r, n, s, x, u, d, c, z, l, i, m, a, k, v, w, h) VALUES
      (2, TRUE, 1e300, 1234567890123456789012345.67891, 'a,\"b\"' || chr(10) || chr(13) || chr(9) || '\\N', x'00ff',
       'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '0044-03-15 BC', '24:00', '2024-02-29 12:00:00.5+02', 'infinity',
       '1 year -3 days 04:05', 'it''s, \"ok\"', ARRAY['x', NULL, 'a\"\\,{}', ''], '[0:1][1:2]={{1,2},{3,NULL}}',
       '[0.1,-1e-7]', '101010101', '[-128,127]'),
      (3, FALSE, -0.0, -0.00001, '', x'', NULL, 'infinity', '00:00', '-infinity', '0001-01-01', '0', 'sad', '{}', '{}', '[0,0]',
       '000000000', '[0,0]');";

const FORMATS: [&str; 4] = [
    "FORMAT text",
    "FORMAT csv, HEADER match",
    "FORMAT csv, DELIMITER ';', QUOTE '''', ESCAPE '!', NULL 'no', FORCE_QUOTE *",
    "FORMAT json",
];

#[test]
fn values_of_every_type_go_out_and_come_in_again() {
    for format in FORMATS {
        let from = opened(KINDS);
        let mut text = Vec::new();
        let copied = from.copy_out(&format!("COPY t TO STDOUT ({format})"), &mut text);
        assert_eq!(copied.unwrap(), 3);
        let to = opened(KINDS);
        to.execute("DELETE FROM t", ()).unwrap();
        let sql = format!("COPY t FROM STDIN ({format})");
        let copied = to.copy_in(&sql, &text[..]);
        assert_eq!(copied.unwrap(), 3, "{format}");
        assert_eq!(to.changes(), 3);
        let all = "SELECT * FROM t ORDER BY id";
        assert_eq!(
            rows(&to, all),
            rows(&from, all),
            "{format}\n{}",
            String::from_utf8_lossy(&text)
        );
    }
}

#[test]
fn files_are_written_whole_and_their_names_tell_the_format() {
    let folder = tempfile::tempdir().unwrap();
    for (name, first) in [
        ("rows.csv", "1,one\n"),
        ("rows.jsonl", "{\"id\":1,\"name\":\"one\"}\n"),
        ("rows.txt", "1\tone\n"),
    ] {
        let path = folder.path().join(name);
        let path = path.to_str().unwrap();
        let db = sample();
        let out = format!("COPY (SELECT id, name FROM t ORDER BY id) TO '{path}'");
        assert_eq!(db.execute(&out, ()).unwrap(), 3);
        assert_eq!(db.execute("DELETE FROM t", ()).unwrap(), 3);
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.starts_with(first), "{text}");
        let sql = format!("COPY t FROM '{path}'");
        assert_eq!(db.execute(&sql, ()).unwrap(), 3, "{name}");
        assert_eq!(count(&db), 3);
        // A COPY that fails leaves the file that was there.
        let failing = format!("COPY (SELECT 1 / (id - 3) FROM t ORDER BY id) TO '{path}'");
        assert!(message(db.execute(&failing, ())).contains("zero"));
        assert_eq!(std::fs::read_to_string(path).unwrap(), text);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    let path = folder.path().join("given.csv");
    let db = sample();
    let given = [path.to_str().unwrap()];
    assert!(message(db.execute("COPY t TO ?", given)).contains("FORMAT"));
    db.execute("COPY t TO ? (FORMAT csv)", given).unwrap();
    db.execute("DELETE FROM t", ()).unwrap();
    db.execute("COPY t FROM ? (FORMAT csv)", given).unwrap();
    assert_eq!(count(&db), 3);
    let missing = message(sample().execute("COPY t FROM '/nowhere/rows.csv'", ()));
    assert!(missing.contains("open \"/nowhere/rows.csv\""), "{missing}");
}

#[test]
fn a_row_that_does_not_fit_is_told_with_its_line_and_nothing_is_left() {
    let db = sample();
    let copy = |format: &str, rows: &[u8]| {
        message(db.copy_in(&format!("COPY t FROM STDIN (FORMAT {format})"), rows))
    };
    for (rows, told) in [
        ("4,four\n\"5\nx\",five\n", "line 2, column \"id\""),
        ("4,four\n5\n", "line 2: no value for column \"name\""),
        ("4,four\n5,five,V\n", "line 2: 3 values for 2 columns"),
        ("4,four\n5,\"five\n", "line 2: the quotes of a field are"),
        ("4,four\n5,one\n", "line 2: "),
        ("4,four\n4,five\n", "line 2: "),
    ] {
        let error = copy("csv", rows.as_bytes());
        assert!(error.starts_with(told), "{error}");
        assert_eq!(count(&db), 3, "{rows:?}");
    }
    assert!(copy("csv", b"4,\xff\n").contains("UTF-8"));
    let unknown = copy("json", b"{\"id\": 4}\n\n{\"nom\": 1}\n");
    assert!(unknown.starts_with("line 3: there is no column \"nom\""));
    let list = copy("json", b"{\"id\": 4}\n[1]\n");
    assert!(list.starts_with("line 2: no JSON object"));
    assert_eq!(count(&db), 3);
}

#[test]
fn rows_that_do_not_fit_are_left_out_where_that_is_asked_for() {
    let db = sample();
    let rows = b"4,four\nx,bad\n5\n6,six\n";
    let copied = db.copy_in("COPY t FROM STDIN (FORMAT csv, ON_ERROR ignore)", &rows[..]);
    assert_eq!(copied.unwrap(), 2);
    assert_eq!((count(&db), db.rejected_count()), (5, 2));
    let rejected = db.rejected_rows();
    assert_eq!((rejected[0].line, rejected[0].text.as_str()), (2, "x,bad"));
    assert_eq!(rejected[0].column.as_deref(), Some("id"));
    assert_eq!((rejected[1].line, &rejected[1].column), (3, &None));
    db.execute("DELETE FROM t WHERE id > 3", ()).unwrap();
    let limited = "COPY t FROM STDIN (FORMAT csv, ON_ERROR ignore, REJECT_LIMIT 1)";
    let error = message(db.copy_in(limited, &rows[..]));
    assert!(
        error.contains("line 3") && error.contains("REJECT_LIMIT"),
        "{error}"
    );
    assert_eq!(count(&db), 3);
    // A constraint is none of the types.
    let copied = db.copy_in(
        "COPY t FROM STDIN (FORMAT csv, ON_ERROR ignore)",
        &b"9,three\n"[..],
    );
    let state = copied.unwrap_err().sqlstate();
    assert_eq!(state, Some(SqlState::UNIQUE_VIOLATION));
}

#[test]
fn columns_defaults_and_limits_are_those_of_insert() {
    let db = opened(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(3), n INTEGER DEFAULT 7, s SERIAL,
                         up TEXT GENERATED ALWAYS AS (upper(v)) STORED, CHECK (n <> 8))",
    );
    let copied = db.copy_in("COPY t (v) FROM STDIN (FORMAT csv)", &b"a\nb\n"[..]);
    assert_eq!(copied.unwrap(), 2);
    let found = rows(&db, "SELECT id, v, n, s, up FROM t ORDER BY id");
    assert_eq!(
        format!("{:?}", found[1]),
        r#"[Integer(2), Text("b"), Integer(7), Integer(2), Text("B")]"#
    );
    for (sql, rows, told) in [
        ("COPY t (v) FROM STDIN", "abcd\n", "line 1"),
        ("COPY t (v, n) FROM STDIN", "a\t7\na\t8\n", "line 2"),
        ("COPY t (up) FROM STDIN", "", "is computed"),
        ("COPY t (nope) FROM STDIN", "", "has no column"),
        ("COPY nope FROM STDIN", "", "does not exist"),
        ("COPY t FROM STDIN (FORMAT xml)", "", "format xml"),
        ("COPY t FROM STDIN (FORMAT json, NULL 'x')", "", "NULL"),
        ("COPY t FROM STDIN (DELIMITER 'ab')", "", "one sign"),
        ("COPY t FROM STDIN (HEADER, HEADER)", "", "more than once"),
        ("COPY t FROM STDIN (FREEZE)", "", "FREEZE"),
        ("COPY t FROM STDIN WHERE v = 'a'", "", "WHERE of COPY"),
    ] {
        let error = message(db.copy_in(sql, rows.as_bytes()));
        assert!(error.contains(told), "{sql}: {error}");
    }
    let refused = db.copy_out("COPY t TO STDOUT (ON_ERROR ignore)", Vec::new());
    assert!(message(refused).contains("ON_ERROR"));
    assert!(message(db.execute("COPY t FROM STDIN", ())).contains("copy_in"));
    assert!(message(db.execute("COPY t TO STDOUT", ())).contains("copy_out"));
    let mut old = Vec::new();
    let sql = "COPY t (v, n) TO STDOUT WITH CSV HEADER DELIMITER AS '|'";
    db.copy_out(sql, &mut old).unwrap();
    assert_eq!(String::from_utf8(old).unwrap(), "v|n\na|7\nb|7\n");
}

#[test]
fn many_rows_stream_through() {
    let db = opened("CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT)");
    let mut csv = Vec::new();
    let sql = "COPY (SELECT x, 'row ' || x FROM generate_series(1, 50000) AS g (x))
               TO STDOUT (FORMAT csv)";
    assert_eq!(db.copy_out(sql, &mut csv).unwrap(), 50_000);
    let copied = db.copy_in("COPY t FROM STDIN (FORMAT csv)", &csv[..]);
    assert_eq!(copied.unwrap(), 50_000);
    assert_eq!(count(&db), 50_000);
    let last: String = db
        .query_value("SELECT s FROM t WHERE id = 50000", ())
        .unwrap();
    assert_eq!(last, "row 50000");
}
