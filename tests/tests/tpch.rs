//! Promise: the questions of `golden/tpch.sql` have the same answers here as in SQLite, whatever is known of the tables, and
//! however little memory there is.

use std::fs;
use std::path::Path;

use citadel_sql::{Connection, Value};
use citadel_tests::golden::statements;
use citadel_tests::twins::{our_rows, sqlite_rows};

fn script() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/tpch.sql");
    statements(&fs::read_to_string(path).unwrap())
}

/// A number, whatever it is kept as, or a text.
fn shown(value: &Value) -> String {
    let number = match value {
        Value::Integer(number) => *number as f64,
        Value::Real(number) => *number,
        Value::Numeric(number) => number.to_string().parse().unwrap(),
        other => return citadel_tests::text::value(other),
    };
    // SQLite adds up in floating point.
    format!("{number:.6}")
}

#[test]
fn sqlite_gives_the_same() {
    let theirs = rusqlite::Connection::open_in_memory().unwrap();
    theirs
        .execute_batch("PRAGMA case_sensitive_like = ON")
        .unwrap();
    let ours = Connection::open_in_memory().unwrap();
    let (questions, data): (Vec<String>, Vec<String>) = script()
        .into_iter()
        .filter(|sql| !sql.starts_with("EXPLAIN") && !sql.starts_with("ANALYZE"))
        .partition(|sql| sql.starts_with("SELECT"));
    assert_eq!(questions.len(), 10);
    for sql in &data {
        ours.execute_batch(sql).unwrap();
        theirs.execute_batch(sql).unwrap();
    }
    for (analyzed, memory) in [(false, None), (true, None), (true, Some(0))] {
        if analyzed {
            ours.execute_batch("ANALYZE").unwrap();
        }
        ours.set_work_mem(memory);
        for sql in &questions {
            let found = our_rows(&ours, sql, shown).unwrap();
            let expected = sqlite_rows(&theirs, sql, shown).unwrap();
            assert!(!found.is_empty(), "{sql}");
            assert_eq!(found, expected, "{sql}");
        }
    }
}
