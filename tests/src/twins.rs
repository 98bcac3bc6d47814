//! The same random databases in this engine and in SQLite.

use std::ops::RangeInclusive;

use citadel_sql::{Connection, Value};
use rusqlite::types::Value as Theirs;

use crate::text::rows_shown;

/// Seeds of the databases that a test makes: so many, as many as `WORLDS` says, or the one that `WORLD` names.
pub fn worlds(many: u64) -> RangeInclusive<u64> {
    let given = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    match given("WORLD") {
        Some(world) => world..=world,
        None => 1..=given("WORLDS").unwrap_or(many),
    }
}

/// What a statement gives here: its rows, each value as `show` writes it, between bars.
///
/// # Errors
/// The statement fails.
pub fn our_rows(
    connection: &Connection,
    sql: &str,
    show: fn(&Value) -> String,
) -> citadel_sql::Result<Vec<String>> {
    rows_shown(&mut connection.prepare(sql)?, (), show)
}

/// What it gives in SQLite, written in the same way.
///
/// # Errors
/// The statement fails.
pub fn sqlite_rows(
    connection: &rusqlite::Connection,
    sql: &str,
    show: fn(&Value) -> String,
) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let rows = statement.query_map((), |row| {
        let values = (0..columns).map(|at| row.get(at).map(|value| show(&ours(value))));
        Ok(values.collect::<rusqlite::Result<Vec<_>>>()?.join(" | "))
    });
    rows?.collect()
}

fn ours(value: Theirs) -> Value {
    match value {
        Theirs::Null => Value::Null,
        Theirs::Integer(v) => Value::Integer(v),
        Theirs::Real(v) => Value::Real(v),
        Theirs::Text(v) => Value::Text(v),
        Theirs::Blob(v) => Value::Blob(v),
    }
}
