//! SQL on a disk: tables, indexes, large values, and vectors under an ann index.
//!
//! A workload is a list of texts, each of which becomes durable, or rolls back, as a whole. What a reader sees is found by asking
//! for all tables; where a vector index serves a query it must say what the exact plan says.

mod reader;
mod scripts;

use std::ops::ControlFlow;
use std::sync::Arc;

use citadel_sql::{
    Connection, Database, Error, Kdf, Key, MemoryStorage, Options, PageSize, Progress, Quiet,
    Result, Step, Storage,
};

use super::copy::{Copying, Source, meanwhile};
use super::keys::{KEYS, key, open_with_any, push_fitting};
use super::{Reading, Refusal, State, Stop, Subject};
use crate::sim::SimDisk;
use reader::ASIDE;

/// Bytes of a large value.
const LARGE: usize = 5_000;
/// Between the parts of a step.
const PART: &str = " | ";
/// Components of a wide vector: more than 1 KiB.
const WIDE: usize = 300;
/// How many wide vectors there are to name in a script.
const WIDE_VECTORS: usize = 7;
/// A step that closes the database and opens it again.
const REOPEN: &str = "-- reopen";
/// A step that gives the file another root key and another key to open it with.
const REKEY: &str = "-- rekey";
/// A step that begins to do that, and stops soon.
const REKEY_BEGIN: &str = "-- rekey, stopped";
/// A step that goes on with it.
const REKEY_RESUME: &str = "-- rekey, resumed";

/// A transaction that is no part of a workload.
const MORE: &str = "BEGIN; \
    CREATE TABLE IF NOT EXISTS more (id INTEGER PRIMARY KEY, body BLOB); \
    CREATE INDEX IF NOT EXISTS more_body ON more (body); \
    INSERT INTO more (body) VALUES (x'{SMALL}'), (x'00'), (NULL); \
    COMMIT";

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

    fn create(&self, disk: &SimDisk) -> Result<Connection> {
        let disk = Arc::new(disk.clone());
        Ok(Database::create_on(disk, &key(KEYS[0]), self.options())?.connect())
    }

    fn open(&self, disk: &SimDisk) -> Result<Connection> {
        let open = |key: &Key| self.open_storage(Arc::new(disk.clone()), key);
        open_with_any(open, |error| self.with_keys() && error.is_wrong_key())
    }

    fn open_storage(&self, storage: Arc<dyn Storage>, key: &Key) -> Result<Connection> {
        Ok(Database::open_on(storage, key, self.options())?.connect())
    }

    /// Whether the keys that open the file are part of a state.
    fn with_keys(&self) -> bool {
        self.steps.iter().any(|step| step.starts_with(REKEY))
    }

    fn state_of(&self, disk: &SimDisk, connection: &Connection) -> Result<State> {
        let mut state = State::new();
        if self.with_keys() {
            let options = citadel_txn::Options {
                page_size: PageSize::new(self.page_size).expect("a page size"),
                ..citadel_txn::Options::default()
            };
            push_fitting(disk, &options, &mut state)?;
        }
        reader::push_all(connection, &mut state)?;
        Ok(state)
    }

    /// One step that is no opening anew.
    fn step(&self, connection: &Connection, step: &str) -> std::result::Result<(), Stop> {
        let done = match step {
            REKEY => rekey(connection, &mut Quiet),
            REKEY_BEGIN => match rekey(connection, &mut |_: Step| ControlFlow::Break(())) {
                Err(error) if error.is_interrupted() => Ok(()),
                other => other,
            },
            REKEY_RESUME => connection.rekey_resume(&mut Quiet).map(drop),
            _ => return self.statements(connection, step),
        };
        done.map_err(|error| refused(error, connection))
    }

    fn statements(&self, connection: &Connection, step: &str) -> std::result::Result<(), Stop> {
        step.split(PART)
            .try_for_each(|part| self.part(connection, part))
    }

    fn part(&self, connection: &Connection, part: &str) -> std::result::Result<(), Stop> {
        // A statement that must fail leaves the state as it was, in a transaction too.
        let (text, must_fail) = match part.strip_prefix("FAILS: ") {
            Some(text) => (text, true),
            None => (part, false),
        };
        match connection.execute_batch(&self.text(text)) {
            Err(error) if must_fail && error.is_constraint() => Ok(()),
            Err(error) => Err(refused(error, connection)),
            Ok(_) if must_fail => Err(Refusal::Other(format!("no failure: {text}")).into()),
            Ok(_) => Ok(()),
        }
    }

    fn text(&self, step: &str) -> String {
        let text = step
            .replace("{LARGE}", &"5a".repeat(self.large))
            .replace("{SMALL}", &"c3".repeat(40));
        (1..=WIDE_VECTORS).fold(text, |text, number| {
            text.replace(&format!("{{V{number}}}"), &wide_vector(number))
        })
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
        let mut empty = State::new();
        if self.with_keys() {
            empty.say_keys(&KEYS[..1]);
        }
        states.push(empty);
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
            self.step(&connection, step)?;
            disk.acknowledge(number);
            let state = self.state_of(disk, &connection);
            states.push(state.map_err(|error| refused(error, &connection))?);
        }
        Ok(())
    }

    fn read(&self, disk: &SimDisk) -> Reading {
        let connection = match self.open(disk) {
            Ok(connection) => connection,
            Err(error) => return Reading::refused(error.into()),
        };
        Reading {
            state: self.state_of(disk, &connection).map_err(Refusal::from),
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
        if connection.rekey_state().is_some() {
            connection.rekey_resume(&mut Quiet)?;
        }
        states.push(self.state_of(disk, &connection)?);
        disk.acknowledge(0);
        for number in 1..=commits {
            disk.attempt(number);
            let done = connection.execute_batch(&self.text(MORE));
            done.map_err(|error| refused(error, &connection))?;
            disk.acknowledge(number);
            states.push(self.state_of(disk, &connection)?);
        }
        Ok(())
    }
}

impl Source for SqlSubject {
    fn copy(
        &self,
        copying: Copying,
        from: MemoryStorage,
        to: Arc<dyn Storage>,
        commits: usize,
    ) -> std::result::Result<(), Stop> {
        let connection = self.open_storage(Arc::new(from), &key(KEYS[0]))?;
        let other = connection.database().connect();
        let mut progress = meanwhile(commits, || {
            let done = other.execute_batch(&self.text(MORE));
            done.expect("nothing fails on the source");
        });
        match copying {
            Copying::Backup => connection.backup_to(to, &mut progress).map(drop)?,
            Copying::Vacuum => connection
                .vacuum_into_storage(to, &mut progress)
                .map(drop)?,
        }
        Ok(())
    }
}

/// Wide vector number `number`.
fn wide_vector(number: usize) -> String {
    let component = |at: usize| ((at * 7 + number * 13) % 19).to_string();
    let components: Vec<String> = (0..WIDE).map(component).collect();
    format!("[{}]", components.join(","))
}

/// Gives the file a new root key, and the second of the keys to open it with.
fn rekey(connection: &Connection, progress: &mut dyn Progress) -> Result<()> {
    let report = connection.rekey(&key(KEYS[1]), &Kdf::lightest(), progress);
    report.map(drop)
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
