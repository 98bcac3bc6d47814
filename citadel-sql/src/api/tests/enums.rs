//! ENUM types between Rust and SQL, and in connections that do not know of each other.

use crate::{Connection, Database, EnumValue, Result, Value, params};

const MOOD: &str = "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
    CREATE TABLE p (id INTEGER PRIMARY KEY, m mood, all_of mood[]);
    CREATE INDEX p_m ON p (m);";

#[test]
fn labels_are_strings_in_rust() -> Result<()> {
    let db = Connection::open_in_memory()?;
    db.execute_batch(MOOD)?;
    db.execute(
        "INSERT INTO p VALUES (1, ?, ?)",
        params!["ok", vec!["sad", "happy"]],
    )?;
    let (label, all): (String, Vec<String>) =
        db.query_row("SELECT m, all_of FROM p WHERE m = ?", ["ok"], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    assert_eq!(
        (label.as_str(), all.join(" ")),
        ("ok", "sad happy".to_owned())
    );
    let value: Value = db.query_row("SELECT m FROM p", [], |row| row.get(0))?;
    let Value::Enum(value) = value else {
        panic!("{value:?}");
    };
    let labels: Vec<&str> = value.enum_type().labels().collect();
    assert_eq!((EnumValue::label(value), labels.len()), ("ok", 3));
    let count: i64 = db.query_row(
        "SELECT count(*) FROM p WHERE m >= ?",
        [Value::Enum(value)],
        |row| row.get(0),
    )?;
    assert_eq!(count, 1);
    assert!(
        db.execute("INSERT INTO p VALUES (2, ?, NULL)", ["angry"])
            .is_err()
    );
    Ok(())
}

#[test]
fn another_connection_sees_a_new_label_and_old_statements_go_on() -> Result<()> {
    let database = Database::open_in_memory()?;
    let (one, two) = (database.connect(), database.connect());
    one.execute_batch(MOOD)?;
    let mut insert = two.prepare("INSERT INTO p (id, m) VALUES (?, ?)")?;
    insert.execute(params![1, "happy"])?;
    one.execute("ALTER TYPE mood ADD VALUE 'fine' BEFORE 'happy'", [])?;
    insert.execute(params![2, "fine"])?;
    let order: Vec<String> = two
        .prepare("SELECT m FROM p ORDER BY m")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_>>()?;
    assert_eq!(order, ["fine", "happy"]);
    let checked: String = one.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    assert_eq!(checked, "ok");
    Ok(())
}

#[test]
fn values_survive_sorting_beyond_memory() -> Result<()> {
    let db = Connection::open_in_memory()?;
    db.execute_batch(MOOD)?;
    db.execute_batch("PRAGMA work_mem = '64kB'")?;
    db.execute(
        "INSERT INTO p SELECT n, (enum_range(NULL::mood))[n % 3 + 1], CASE n % 2 WHEN 0 THEN NULL ELSE enum_range(NULL::mood) END
         FROM generate_series(1, 20000) AS n",
        [],
    )?;
    let sorted: Vec<(String, Option<String>)> = db
        .prepare("SELECT m, all_of[2] FROM p ORDER BY m DESC, all_of, id")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_>>()?;
    assert_eq!(sorted.len(), 20_000);
    assert_eq!(sorted[0], ("happy".to_owned(), Some("ok".to_owned())));
    assert_eq!(sorted[19_999], ("sad".to_owned(), None));
    Ok(())
}
