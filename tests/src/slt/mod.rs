//! The sqllogictest runner: scripts of records, each a statement and what it must give, run against an engine.
//!
//! Two kinds of script are read. Those of SQLite's C driver (`.test`) list one value a line, formatted by the type letters of the
//! query, or only a hash of them. All others list one row a line, its values divided by tabs, and are compared by value:
//! `2` is `2.0000`, `t` is `true` is `1`.
//!
//! Each file runs in a process of its own ([`run_file`] behind [`Campaign`]), which tells the outcome of every record as it goes: a file that is
//! stopped by the time limit, or a process that dies, loses only the records after that point. A record that fails does not end its file.
//! What queries, statements and expected errors come to is counted apart, as an engine that can do nothing passes every expected
//! error; a wrong answer (it ran and gave other rows) is counted apart from an error.

mod campaign;
mod child;
mod engine;
mod expected;
mod format;
mod outcome;
mod record;
mod tally;

pub use campaign::Campaign;
pub use child::run_file;
pub use engine::EngineName;
pub use tally::Tally;
