//! Promises of the API, each on a database in memory.

mod ann_expressions;
mod ann_life;
mod appender;
mod arrays;
mod changes_in_with;
mod concurrency;
mod copy;
mod enums;
mod extensions;
mod foreign_keys;
mod hooks;
mod keeper;
mod merging;
mod opening;
#[cfg(feature = "lake")]
mod parquet;
mod pragmas;
mod recall;
mod reruns;
mod rows;
mod salvage;
mod sharing;
mod statements;
mod statistics;
mod table_sample;
mod threads;
mod transactions;
mod triggers;
mod vectors;

use crate::{Connection, Result, Value};

/// A database with a table of numbers and names.
fn sample() -> Connection {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
         INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, 'three');",
    )
    .unwrap();
    db
}

/// How many rows the table has, as the connection sees it.
fn count(db: &Connection) -> i64 {
    db.query_value("SELECT COUNT(*) FROM t", ()).unwrap()
}

/// A database that a script has made.
fn opened(sql: &str) -> Connection {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(sql).unwrap();
    db
}

/// The rows of a query, as values.
fn rows(db: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let read = |row: &crate::Row<'_>| {
        let values = 0..row.column_count();
        Ok(values
            .map(|at| row.get_ref(at).unwrap().to_owned())
            .collect())
    };
    db.query_map(sql, (), read).unwrap()
}

/// What an error says; nothing, where there is none.
fn message<T>(result: Result<T>) -> String {
    result
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}
