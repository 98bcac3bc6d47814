//! Any text as SQL: it runs, or its error has a place inside of the text.
#![no_main]

use std::cell::RefCell;

use citadel_sql::Connection;
use libfuzzer_sys::fuzz_target;

const SCHEMA: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, r REAL, s TEXT, b BLOB, o BOOLEAN, v VECTOR(2));
    CREATE INDEX t_a ON t (a);
    INSERT INTO t VALUES (1, 2, 3.5, 'x', x'00', TRUE, '[1,2]'), (2, NULL, NULL, NULL, NULL, NULL, NULL);
    CREATE INDEX t_v ON t USING ann (v)";

thread_local! {
    static DATABASE: RefCell<Connection> = RefCell::new(fresh());
}

fn fresh() -> Connection {
    let connection = Connection::open_in_memory().expect("memory");
    connection.execute_batch(SCHEMA).expect("the schema");
    connection
}

fuzz_target!(|sql: &str| {
    DATABASE.with_borrow_mut(|connection| {
        if connection.execute_batch("BEGIN").is_err() {
            *connection = fresh();
            return;
        }
        if let Err(error) = connection.execute_batch(sql)
            && let Some(at) = error.position()
        {
            assert!(at.offset <= sql.len(), "{sql:?}: {error}");
        }
        if connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_err() {
            *connection = fresh();
        }
    });
});
