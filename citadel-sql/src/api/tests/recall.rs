//! Recall as a setting: of a session, of an index, and what EXPLAIN tells of it.

use crate::{Connection, Recall, Value};

/// Enough rows that walking beats scoring all of them.
const ROWS: i64 = 6_000;
/// Components: so many that neighbours are hard to find.
const DIM: i64 = 24;

fn nearest(limit: usize) -> String {
    let middle = vec!["0.5"; DIM as usize].join(",");
    format!("SELECT id FROM t ORDER BY emb <-> '[{middle}]' LIMIT {limit}")
}

/// Numbers that look random, the same in every run.
fn noise(seed: i64) -> f32 {
    let mut state = (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bd1_e995;
    state = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ state >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((state ^ state >> 31) >> 40) as f32 / (1u64 << 24) as f32
}

fn table(options: &str) -> Connection {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, emb VECTOR(24)); BEGIN")
        .unwrap();
    let mut insert = db.prepare("INSERT INTO t VALUES (?, ?, ?)").unwrap();
    for id in 0..ROWS {
        let vector: Vec<f32> = (0..DIM).map(|at| noise(id * DIM + at)).collect();
        insert.execute((id, id % 2, vector)).unwrap();
    }
    db.execute_batch(&format!(
        "COMMIT; CREATE INDEX t_emb ON t USING ann (emb) INCLUDE (n) {options}"
    ))
    .unwrap();
    db
}

fn lines(db: &Connection, sql: &str) -> String {
    let lines: Vec<String> = db.query_map(sql, (), |row| row.get(0)).unwrap();
    lines.join("\n")
}

fn analyzed(db: &Connection) -> String {
    lines(db, &format!("EXPLAIN ANALYZE {}", nearest(10)))
}

/// The effort that EXPLAIN ANALYZE tells.
fn effort(db: &Connection) -> u64 {
    let text = analyzed(db);
    let after = text.split("effort ").nth(1);
    let number = after.and_then(|after| after.split(' ').next());
    let parsed = number.and_then(|number| number.parse().ok());
    parsed.unwrap_or_else(|| panic!("no effort in\n{text}"))
}

fn shown(db: &Connection, name: &str) -> Value {
    let show: Value = db.query_value(&format!("SHOW {name}"), ()).unwrap();
    let pragma: Value = db.query_value(&format!("PRAGMA {name}"), ()).unwrap();
    assert_eq!(show, pragma);
    show
}

#[test]
fn settings_are_of_the_session() {
    let db = Connection::open_in_memory().unwrap();
    let other = db.database().connect();
    assert_eq!(shown(&db, "ann_recall"), Value::Real(0.98));
    assert_eq!(shown(&db, "ann_exact"), Value::Boolean(false));
    for (set, value) in [
        ("SET ann_recall = 0.9", Value::Real(0.9)),
        ("SET SESSION ann_recall TO '0.95'", Value::Real(0.95)),
        ("PRAGMA ann_recall = 1", Value::Real(1.0)),
        ("SET ann_recall = DEFAULT", Value::Real(0.98)),
        ("PRAGMA ann_recall(0.5)", Value::Real(0.5)),
        ("RESET ann_recall", Value::Real(0.98)),
    ] {
        db.execute_batch(set).unwrap();
        assert_eq!(shown(&db, "ann_recall"), value, "{set}");
    }
    for (set, value) in [
        ("on", true),
        ("off", false),
        ("1", true),
        ("DEFAULT", false),
    ] {
        db.execute_batch(&format!("SET ann_exact = {set}")).unwrap();
        assert_eq!(shown(&db, "ann_exact"), Value::Boolean(value), "{set}");
        assert_eq!(db.ann_exact(), value);
    }
    db.set_ann_recall(Recall::new(0.75));
    assert_eq!(shown(&db, "ann_recall"), Value::Real(0.75));
    assert_eq!(shown(&other, "ann_recall"), Value::Real(0.98));
}

#[test]
fn nonsense_is_refused_and_changes_nothing() {
    let db = Connection::open_in_memory().unwrap();
    for wrong in [
        "SET ann_recall = 0",
        "SET ann_recall = 1.5",
        "SET ann_recall = -0.5",
        "SET ann_recall = high",
        "SET ann_recall",
        "SET ann_exact = maybe",
        "SET nosuch = 1",
        "SET page_size = 512",
        "SHOW page_size",
        "RESET busy_timeout",
        "CREATE TABLE x (v VECTOR(2)); CREATE INDEX i ON x USING ann (v) WITH (recall = 2)",
        "CREATE INDEX i ON x USING ann (v) WITH (recall = 0.9, recall = 0.9)",
    ] {
        assert!(db.execute_batch(wrong).is_err(), "{wrong}");
    }
    assert_eq!(shown(&db, "ann_recall"), Value::Real(0.98));
    db.execute_batch("SET busy_timeout = 17").unwrap();
    assert_eq!(shown(&db, "busy_timeout"), Value::Integer(17));
}

#[test]
fn more_recall_takes_more_effort() {
    let db = table("");
    let usual = effort(&db);
    assert!(analyzed(&db).contains("for recall 0.98 (calibrated 0.9"));
    let mut last = 0;
    for recall in [0.7, 0.9, 0.98] {
        db.set_ann_recall(Recall::new(recall));
        assert!(effort(&db) >= last, "{recall}");
        last = effort(&db);
    }
    assert_eq!(last, usual);
    db.set_ann_recall(Recall::new(0.7));
    assert!(effort(&db) < usual);

    // More rows take more effort, and so does a filter.
    let few = effort(&db);
    let more = lines(&db, &format!("EXPLAIN ANALYZE {}", nearest(40)));
    assert!(!more.contains(&format!("effort {few} ")), "{more}");
}

#[test]
fn an_index_has_a_recall_of_its_own() {
    let db = table("WITH (recall = 0.7)");
    assert!(lines(&db, &format!("EXPLAIN {}", nearest(10))).contains("Recall: 0.7"));
    let low = effort(&db);
    db.execute_batch("SET ann_recall = 0.98").unwrap();
    assert!(effort(&db) > low);
    assert!(!lines(&db, &format!("EXPLAIN {}", nearest(10))).contains("Recall"));
    db.execute_batch("RESET ann_recall").unwrap();
    assert_eq!(effort(&db), low);
}

#[test]
fn exact_is_exact() {
    let db = table("");
    db.execute_batch("SET ann_exact = on").unwrap();
    let explained = lines(&db, &format!("EXPLAIN {}", nearest(10)));
    assert!(explained.contains("Exact: ann_exact is on"), "{explained}");
    let text = analyzed(&db);
    assert!(text.contains("Exact Plan: ann_exact is on"), "{text}");
    assert!(
        text.contains(&format!("Measured: {ROWS} vectors")),
        "{text}"
    );

    db.execute_batch("SET ann_exact = off; SET ann_recall = 1")
        .unwrap();
    let explained = lines(&db, &format!("EXPLAIN {}", nearest(10)));
    assert!(explained.contains("Recall: 1"), "{explained}");
    assert!(explained.contains("Exact: from codes"), "{explained}");
    let text = analyzed(&db);
    assert!(
        text.contains(&format!("Segment: ExactFromCodes: {ROWS} rows")),
        "{text}"
    );
}

#[test]
fn conditions_that_only_rows_can_tell_are_told_before_bounds_are() {
    let db = table("");
    for condition in ["n + id > 900", "n = 1 AND id % 3 = 1", "id % 400 = 7"] {
        let sql =
            format!("SELECT id, emb <-> ?1 FROM t WHERE {condition} ORDER BY emb <-> ?1 LIMIT 10");
        let ask = || -> Vec<(i64, f64)> {
            let query = [0.25_f32; DIM as usize];
            let read = |row: &crate::Row<'_>| Ok((row.get(0)?, row.get(1)?));
            db.query_map(&sql, [query], read).unwrap()
        };
        db.execute_batch("SET ann_recall = 1; SET ann_exact = off")
            .unwrap();
        let by_codes = ask();
        db.execute_batch("SET ann_exact = on").unwrap();
        assert_eq!(by_codes, ask(), "{condition}");
        assert!(!by_codes.is_empty());
    }
}

#[test]
fn the_status_is_a_row() {
    let db = table("WITH (recall = 0.9)");
    let status = "SELECT index_name, metric, filters, table_rows, segments, segment_rows, delta_rows, state, recall_asked,
         recall_bound, effort, length(blake3), length(merged_at), refusal FROM ann_index_status('t', ?)";
    let values = |name: &str| -> Vec<Value> {
        let read = |row: &crate::Row<'_>| (0..14).map(|at| row.get(at)).collect();
        db.query_row(status, [name], read).unwrap()
    };
    let row = values("emb");
    let text = |text: &str| Value::Text(text.into());
    let known = [
        (0, text("t_emb")),
        (1, text("l2")),
        (2, text("n")),
        (3, Value::Integer(ROWS)),
        (4, Value::Integer(1)),
        (5, Value::Integer(ROWS)),
        (6, Value::Integer(0)),
        (7, text("built")),
        (8, Value::Real(0.9)),
        (10, Value::Integer(effort(&db) as i64)),
        (11, Value::Integer(64)),
        (12, Value::Integer(20)),
        (13, Value::Null),
    ];
    for (at, value) in known {
        assert_eq!(row[at], value, "column {at}");
    }
    let Value::Real(bound) = row[9] else {
        panic!("{row:?}");
    };
    assert!((0.9..1.0).contains(&bound));
    assert_eq!(values("t_emb"), row);

    db.execute("DELETE FROM t WHERE id < 3", ()).unwrap();
    db.set_ann_recall(Recall::new(0.5));
    let row = values("emb");
    assert_eq!(row[6], Value::Integer(3));
    assert_eq!(row[8], Value::Real(0.5));
}

#[test]
fn a_status_joins_like_a_table() {
    let db = table("");
    let joined: (i64, String) = db
        .query_row(
            "SELECT count(*), min(s.state) FROM t JOIN ann_index_status('t', 'emb') AS s ON t.id < s.segments + 2",
            (),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!(joined, (3, "built".to_owned()));
    for wrong in [
        "SELECT * FROM ann_index_status('t')",
        "SELECT * FROM ann_index_status('t', 'n')",
        "SELECT * FROM ann_index_status('nosuch', 'emb')",
        "SELECT * FROM ann_index_state('t', 'emb')",
        "SELECT nosuch FROM ann_index_status('t', 'emb')",
    ] {
        assert!(db.query_map(wrong, (), |_| Ok(())).is_err(), "{wrong}");
    }
    let none = db.query_map("SELECT 1 FROM ann_index_status('t', NULL)", (), |_| Ok(()));
    assert!(none.unwrap().is_empty());
}
