//! The same random databases in this engine and in SQLite.

use std::ops::RangeInclusive;

use citadel_sql::{Connection, Value};
use rusqlite::types::Value as Theirs;

use crate::text::{rows_shown, value};

/// The same database here and in SQLite: every statement is run on both, which must say alike whether it holds.
#[derive(Debug)]
pub struct Twins {
    /// The one here.
    pub ours: Connection,
    /// SQLite's.
    pub theirs: rusqlite::Connection,
    seed: u64,
    log: Vec<String>,
    refused: usize,
}

impl Twins {
    /// Empty ones, SQLite's with these settings; the seed is told when they differ.
    ///
    /// # Panics
    /// One cannot be opened, or SQLite does not take the settings.
    #[must_use]
    pub fn new(seed: u64, settings: &str) -> Self {
        let theirs = rusqlite::Connection::open_in_memory().expect("SQLite opens in memory");
        theirs.execute_batch(settings).expect("SQLite's settings");
        Self {
            ours: Connection::open_in_memory().expect("a database opens in memory"),
            theirs,
            seed,
            log: Vec::new(),
            refused: 0,
        }
    }

    /// Runs a statement on both. True: it holds.
    ///
    /// # Panics
    /// It holds on one alone.
    pub fn both(&mut self, sql: &str) -> bool {
        self.log.push(sql.to_owned());
        let ours = self.ours.execute_batch(sql);
        let theirs = self.theirs.execute_batch(sql);
        assert_eq!(
            ours.is_ok(),
            theirs.is_ok(),
            "{ours:?} {theirs:?} {}",
            self.told()
        );
        self.refused += usize::from(ours.is_err());
        ours.is_ok()
    }

    /// Compares the rows of a query.
    ///
    /// # Panics
    /// They differ, or it fails.
    pub fn same(&self, sql: &str) {
        let ours = our_rows(&self.ours, sql, value).expect(sql);
        let theirs = sqlite_rows(&self.theirs, sql, value).expect(sql);
        assert_eq!(ours, theirs, "{sql}, {}", self.told());
    }

    /// Finds nothing wrong with the database here.
    ///
    /// # Panics
    /// There is something wrong.
    pub fn check(&self) {
        let sound: Option<String> = self.ours.query_value("PRAGMA integrity_check", ()).ok();
        assert_eq!(sound.as_deref(), Some("ok"), "{}", self.told());
    }

    /// How many statements both have refused.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.refused
    }

    fn told(&self) -> String {
        format!("seed {}:\n{}", self.seed, self.log.join(";\n"))
    }
}

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
