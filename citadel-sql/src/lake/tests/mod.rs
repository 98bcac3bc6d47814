//! Lake tables through SQL: over a database file and a folder.

mod commits;
mod definitions;
mod embedded;
mod encrypted;
mod history;
mod interrupts;
mod queries;
mod rest;
#[path = "../../../../citadel-lake/tests/lake/support/rest_server.rs"]
#[expect(dead_code, reason = "the tests of citadel-lake ask it for more")]
mod rest_server;
mod searches;
mod types;

use std::path::PathBuf;

use tempfile::TempDir;

use crate::error::Result;
use crate::lake::commit::Step;
use crate::types::Value;
use crate::{Connection, Database, Key};

/// A database and a lake, in a folder of their own.
pub(super) struct Lab {
    dir: TempDir,
    pub(super) database: Option<Database>,
}

impl Lab {
    pub(super) fn new() -> Self {
        let mut lab = Self {
            dir: TempDir::new().unwrap(),
            database: None,
        };
        lab.reopen();
        lab
    }

    /// A lab after some statements, in which `{lake}` stands for the lake's folder.
    pub(super) fn after(sql: &str) -> (Self, Connection) {
        let lab = Self::new();
        let db = lab.connect();
        db.execute_batch(&lab.sql(sql)).unwrap();
        (lab, db)
    }

    /// The same with all of its tables encrypted.
    pub(super) fn after_encrypted(sql: &str) -> (Self, Connection) {
        Self::after(&sql.replace("WITH (", "WITH (encryption = 'parquet', "))
    }

    /// The same with all of its tables kept by a server of their own.
    pub(super) fn after_on_server(sql: &str) -> (Self, Connection) {
        let server = rest_server::Server::start();
        Self::after(&sql.replace("WITH (", &rest::with(&server, "")))
    }

    /// The file is let go, as by a process that ends, and opened again.
    pub(super) fn reopen(&mut self) {
        self.database = None;
        let path = self.dir.path().join("t.citadel");
        self.database = Some(Database::open(path, Key::raw([7; 32])).unwrap());
    }

    pub(super) fn connect(&self) -> Connection {
        self.database.as_ref().unwrap().connect()
    }

    pub(super) fn lake(&self) -> PathBuf {
        self.dir.path().join("lake")
    }

    /// A file beside the lake.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The text with the lake's folder in it.
    pub(super) fn sql(&self, sql: &str) -> String {
        sql.replace("{lake}", self.lake().to_str().unwrap())
    }

    /// Commits end at a step from now on.
    pub(super) fn crash_at(&self, step: Step) {
        let shared = self.database.as_ref().unwrap().shared();
        *shared.lakes.crash.lock() = Some(step);
    }

    /// The data files of a table, those included that nothing names.
    pub(super) fn data_files(&self, table: &str) -> usize {
        let Ok(entries) = std::fs::read_dir(self.lake().join(table).join("data")) else {
            return 0;
        };
        entries.count()
    }
}

/// The rows of a query as text: columns with `|`.
pub(super) fn rows(db: &Connection, sql: &str) -> Vec<String> {
    try_rows(db, sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

pub(super) fn try_rows(db: &Connection, sql: &str) -> Result<Vec<String>> {
    let mut statement = db.prepare(sql)?;
    let width = statement.column_count();
    let read = statement.query_map((), |row| {
        let cells = (0..width).map(|at| Ok(text(&row.get::<_, Value>(at)?)));
        Ok(cells.collect::<Result<Vec<String>>>()?.join("|"))
    })?;
    read.collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        value => crate::plan::value_text(value),
    }
}

/// The message of a statement that fails.
pub(super) fn error(db: &Connection, sql: &str) -> String {
    match db.execute_batch(sql) {
        Ok(()) => panic!("{sql} did not fail"),
        Err(error) => error.to_string(),
    }
}
