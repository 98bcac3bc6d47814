//! Promises of the API, each on a database in memory.

mod ann_expressions;
mod ann_life;
mod appender;
mod arrays;
mod changes_in_with;
mod concurrency;
mod copy;
mod enums;
mod foreign_keys;
mod keeper;
mod merging;
mod opening;
mod pragmas;
mod recall;
mod reruns;
mod rows;
mod salvage;
mod sharing;
mod statements;
mod threads;
mod transactions;
mod vectors;

use crate::Connection;

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
