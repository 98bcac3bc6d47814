//! Golden scripts: statements and what they gave, in one text.
//!
//! ```text
//! -- Blank lines and comments between statements stay as they are.
//! SELECT 1 AS one, NULL AS nothing;
//! ----
//! one | nothing
//! 1 | NULL
//!
//! connection b
//! INSERT INTO t VALUES (1);
//! ----
//! ok, 1 row
//!
//! SELECT nosuch FROM t;
//! ----
//! error 42703 at 1:8: column "nosuch" does not exist
//! ```
//!
//! A statement ends with the line that ends in `;`. What it gave follows a line of four dashes and ends at a blank line.
//! `connection NAME` goes on as another connection to the same database, `quiet` leaves out what the next statement
//! gives if it does not fail, and `reopen` closes all connections and opens the database anew.
//!
//! [`replay()`] runs a script and writes it anew with what the statements gave now: a script passes where that is the
//! same text. Every script is a file named for its case, and runs in a database of its own.

mod replay;
mod script;

pub use replay::replay;

/// The statements of a script, without what they gave.
#[must_use]
pub fn statements(script: &str) -> Vec<String> {
    let items = script::parse(script).into_iter();
    let statements = items.filter_map(|item| match item {
        script::Item::Statement(sql) => Some(sql),
        _ => None,
    });
    statements.collect()
}
