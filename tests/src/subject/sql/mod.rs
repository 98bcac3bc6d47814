//! SQL on a disk: tables, indexes, large values, and vectors under an ann index.
//!
//! A workload is a list of texts, each of which becomes durable, or rolls back, as a whole. What a reader sees is found by asking
//! for all tables; where a vector index serves a query it must say what the exact plan says.

mod reader;
mod scripts;

use std::sync::Arc;

use citadel_sql::{Connection, Database, Error, Kdf, Key, Options, PageSize, Result};

use super::{Reading, Refusal, State, Stop, Subject};
use crate::sim::SimDisk;
use reader::ASIDE;

/// Bytes of a large value.
const LARGE: usize = 5_000;
/// A step that closes the database and opens it again.
const REOPEN: &str = "-- reopen";

/// A workload of SQL.
#[derive(Clone, Copy, Debug)]
pub struct SqlSubject {
    name: &'static str,
    steps: &'static [&'static str],
    page_size: u32,
    large: usize,
}

impl SqlSubject {
    /// The scripted workloads.
    pub fn all(page_size: u32) -> Vec<Self> {
        let subject = |(name, steps): &(&'static str, &'static [&'static str])| Self {
            name,
            steps,
            page_size,
            large: LARGE,
        };
        scripts::SCRIPTS.iter().map(subject).collect()
    }

    /// One of them.
    ///
    /// # Panics
    /// Where there is none of this name.
    pub fn named(name: &str, page_size: u32) -> Self {
        let mut all = Self::all(page_size).into_iter();
        all.find(|subject| subject.name == name)
            .unwrap_or_else(|| panic!("no workload is called {name}"))
    }

    /// The first of its steps only.
    #[must_use]
    pub fn first(mut self, steps: usize) -> Self {
        self.steps = &self.steps[..steps.min(self.steps.len())];
        self
    }

    /// The same with large values of so many bytes.
    #[must_use]
    pub fn large(mut self, bytes: usize) -> Self {
        self.large = bytes;
        self
    }

    /// How many steps there are.
    pub fn steps(&self) -> usize {
        self.steps.len()
    }

    fn options(&self) -> Options {
        Options::default()
            .page_size(PageSize::new(self.page_size).expect("a page size"))
            .cache_bytes(256 << 10)
            .kdf(Kdf::lightest())
    }

    fn key() -> Key {
        Key::raw([9; 32])
    }

    fn create(&self, disk: &SimDisk) -> Result<Connection> {
        let disk = Arc::new(disk.clone());
        Ok(Database::create_on(disk, &Self::key(), self.options())?.connect())
    }

    fn open(&self, disk: &SimDisk) -> Result<Connection> {
        let disk = Arc::new(disk.clone());
        Ok(Database::open_on(disk, &Self::key(), self.options())?.connect())
    }

    fn text(&self, step: &str) -> String {
        step.replace("{LARGE}", &"5a".repeat(self.large))
            .replace("{SMALL}", &"c3".repeat(40))
    }
}

impl Subject for SqlSubject {
    fn name(&self) -> &str {
        self.name
    }

    fn page_size(&self) -> u32 {
        self.page_size
    }

    fn run(&self, disk: &SimDisk, states: &mut Vec<State>) -> std::result::Result<(), Stop> {
        disk.attempt(0);
        states.push(State::new());
        let mut connection = self.create(disk)?;
        disk.acknowledge(0);
        for step in self.steps {
            if *step == REOPEN {
                drop(connection);
                connection = self.open(disk)?;
                continue;
            }
            let number = states.len();
            disk.attempt(number);
            // A statement that must fail is a step too: it leaves the state as it was.
            let (text, must_fail) = match step.strip_prefix("FAILS: ") {
                Some(text) => (text, true),
                None => (*step, false),
            };
            let done = connection.execute_batch(&self.text(text));
            match done {
                Err(error) if must_fail && error.is_constraint() => {}
                Err(error) => return Err(refused(error, &connection)),
                Ok(_) if must_fail => {
                    return Err(Refusal::Other(format!("no failure: {text}")).into());
                }
                Ok(_) => {}
            }
            disk.acknowledge(number);
            states
                .push(reader::state_of(&connection).map_err(|error| refused(error, &connection))?);
        }
        Ok(())
    }

    fn read(&self, disk: &SimDisk) -> Reading {
        let connection = match self.open(disk) {
            Ok(connection) => connection,
            Err(error) => return Reading::refused(error.into()),
        };
        Reading {
            state: reader::state_of(&connection).map_err(Refusal::from),
            check: check(&connection),
        }
    }

    fn go_on(
        &self,
        disk: &SimDisk,
        commits: usize,
        states: &mut Vec<State>,
    ) -> std::result::Result<(), Stop> {
        disk.attempt(0);
        let connection = self.open(disk)?;
        states.push(reader::state_of(&connection)?);
        disk.acknowledge(0);
        for number in 1..=commits {
            disk.attempt(number);
            let done = connection.execute_batch(&self.text(
                "BEGIN; \
                 CREATE TABLE IF NOT EXISTS more (id INTEGER PRIMARY KEY, body BLOB); \
                 CREATE INDEX IF NOT EXISTS more_body ON more (body); \
                 INSERT INTO more (body) VALUES (x'{SMALL}'), (x'00'), (NULL); \
                 COMMIT",
            ));
            done.map_err(|error| refused(error, &connection))?;
            disk.acknowledge(number);
            states.push(reader::state_of(&connection)?);
        }
        Ok(())
    }
}

/// The end of a run; whether the handle could go on nevertheless.
fn refused(error: Error, connection: &Connection) -> Stop {
    // A transaction that the failure left open is not committed.
    _ = connection.execute_batch("ROLLBACK");
    let aside = format!("CREATE TABLE IF NOT EXISTS {ASIDE} (a INTEGER)");
    let more = format!("INSERT INTO {ASIDE} VALUES (1)");
    let commits = |text: &str| connection.execute_batch(text).is_ok();
    Stop {
        refusal: error.into(),
        committed_later: commits(&aside) && commits(&more),
    }
}

fn check(connection: &Connection) -> std::result::Result<(), Refusal> {
    let report = connection.check()?;
    if report.is_ok() {
        Ok(())
    } else {
        Err(Refusal::Damaged(report.faults().join("; ")))
    }
}
