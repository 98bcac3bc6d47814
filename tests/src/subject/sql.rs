//! SQL on a disk: tables, indexes, large values, and vectors under an ann index.

use std::sync::Arc;

use citadel_sql::{Connection, Database, Error, Kdf, Key, Options, PageSize, Result};

use super::{Reading, Refusal, Stop, Subject};
use crate::sim::SimDisk;
use crate::text;

/// Tables that the workload may have made.
const TABLES: [&str; 4] = ["plain", "large", "docs", "gone"];
/// Where the nearest rows are asked for.
const PLACES: [&str; 3] = ["[0,0,0]", "[5,1,-3]", "[9,9,9]"];

/// Each becomes durable, or rolls back, as a whole.
const STEPS: [&str; 22] = [
    "CREATE TABLE plain (id INTEGER PRIMARY KEY, name TEXT NOT NULL, size REAL, ok BOOLEAN)",
    "INSERT INTO plain (name, size, ok) VALUES ('a', 1.5, TRUE), ('b', NULL, FALSE), ('c', -2, NULL)",
    "CREATE UNIQUE INDEX plain_name ON plain (name)",
    "BEGIN; UPDATE plain SET size = size + 1 WHERE id < 3; INSERT INTO plain VALUES (10, 'd', 0, TRUE); COMMIT",
    "BEGIN; DELETE FROM plain; ROLLBACK",
    "CREATE TABLE large (id INTEGER PRIMARY KEY, body BLOB)",
    "INSERT INTO large VALUES (1, x'{LARGE}'), (2, x'{SMALL}')",
    "CREATE TABLE docs (id INTEGER PRIMARY KEY, topic TEXT, emb VECTOR(3))",
    "INSERT INTO docs VALUES (1,'x','[0,0,1]'), (2,'y','[1,2,3]'), (3,'x','[5,1,-3]'), (4,'y',NULL), (5,'x','[9,8,7]'), (6,'y','[-1,4,2]')",
    "CREATE INDEX docs_emb ON docs USING ann (emb) WITH (metric = 'l2', filters = 'topic')",
    "CALL persist_ann_index('docs', 'emb')",
    "UPDATE docs SET emb = '[9,9,9]' WHERE id = 2",
    "BEGIN; DELETE FROM docs WHERE id = 5; INSERT INTO docs VALUES (7,'z','[5,1,-2]'); UPDATE docs SET topic = 'z' WHERE id = 1; COMMIT",
    "UPDATE large SET body = x'{SMALL}' WHERE id = 1",
    "CALL persist_ann_index('docs', 'emb')",
    "CREATE TABLE gone (k TEXT PRIMARY KEY, v INTEGER)",
    "INSERT INTO gone VALUES ('p', 1), ('q', 2)",
    "BEGIN; DROP TABLE gone; INSERT INTO large VALUES (3, x'{LARGE}'); COMMIT",
    "DELETE FROM docs WHERE topic = 'y'",
    "DROP INDEX plain_name",
    "INSERT INTO plain (name, size) SELECT name, id FROM plain WHERE id <= 3",
    "BEGIN; DROP INDEX docs_emb; DELETE FROM large WHERE id = 2; COMMIT",
];

/// The scripted workload; its first `steps` steps.
#[derive(Clone, Copy, Debug)]
pub struct SqlSubject {
    /// Bytes of a page.
    pub page_size: u32,
    /// How many of the steps.
    pub steps: usize,
    /// Bytes of a large value.
    pub large: usize,
}

impl SqlSubject {
    /// All steps.
    pub const STEPS: usize = STEPS.len();

    fn options(&self) -> Options {
        Options::default()
            .page_size(PageSize::new(self.page_size).expect("a page size"))
            .cache_bytes(256 << 10)
            .kdf(Kdf::lightest())
    }

    fn open(&self, disk: &SimDisk) -> Result<Connection> {
        let database = Database::open_on(Arc::new(disk.clone()), &key(), self.options())?;
        Ok(database.connect())
    }

    fn sql(&self, step: usize) -> String {
        STEPS[step]
            .replace("{LARGE}", &"5a".repeat(self.large))
            .replace("{SMALL}", &"c3".repeat(40))
    }

    /// Closes in the middle, so that later steps run on a file that was opened.
    fn reopens_before(step: usize) -> bool {
        step % 9 == 8
    }
}

fn key() -> Key {
    Key::raw([9; 32])
}

impl Subject for SqlSubject {
    type State = Vec<String>;

    fn run(&self, disk: &SimDisk, states: &mut Vec<Self::State>) -> std::result::Result<(), Stop> {
        let stop = |error: Error, connection: Option<&Connection>| Stop {
            refusal: error.into(),
            committed_later: connection
                .is_some_and(|c| c.execute_batch("CREATE TABLE later (a INTEGER)").is_ok()),
        };
        disk.attempt(0);
        let database = Database::create_on(Arc::new(disk.clone()), &key(), self.options());
        let mut connection = database.map_err(|error| stop(error, None))?.connect();
        disk.acknowledge(0);
        let observe = states.is_empty();
        if observe {
            states.push(read_all(&connection).map_err(|error| stop(error, None))?);
        }
        for step in 0..self.steps {
            if Self::reopens_before(step) {
                drop(connection);
                connection = self.open(disk).map_err(|error| stop(error, None))?;
            }
            disk.attempt(step + 1);
            connection
                .execute_batch(&self.sql(step))
                .map_err(|error| stop(error, Some(&connection)))?;
            disk.acknowledge(step + 1);
            if observe {
                states.push(read_all(&connection).map_err(|error| stop(error, None))?);
            }
        }
        Ok(())
    }

    fn read(&self, disk: &SimDisk) -> Reading<Self::State> {
        let connection = match self.open(disk) {
            Ok(connection) => connection,
            Err(error) => return Reading::refused(error.into()),
        };
        Reading {
            state: read_all(&connection).map_err(Refusal::from),
            check: check(&connection),
        }
    }

    fn write(&self, disk: &SimDisk) -> std::result::Result<Self::State, Refusal> {
        let connection = self.open(disk)?;
        if table_exists(&connection, "docs")? {
            connection.execute_batch("INSERT INTO docs VALUES (99, 'w', '[1,1,1]')")?;
        } else {
            connection.execute_batch(
                "BEGIN; CREATE TABLE docs (id INTEGER PRIMARY KEY); INSERT INTO docs VALUES (1); COMMIT",
            )?;
        }
        Ok(read_all(&connection)?)
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

fn table_exists(connection: &Connection, table: &str) -> Result<bool> {
    match connection.prepare(&format!("SELECT * FROM {table}")) {
        Ok(_) => Ok(true),
        Err(error) if error.sqlstate().is_some_and(|s| s.as_str() == "42P01") => Ok(false),
        Err(error) => Err(error),
    }
}

/// All rows, and the nearest ones by whatever plan serves them; where that is an index, it must agree with the exact
/// plan.
fn read_all(connection: &Connection) -> Result<Vec<String>> {
    let mut state = Vec::new();
    for table in TABLES {
        if !table_exists(connection, table)? {
            continue;
        }
        state.push(format!("table {table}"));
        state.extend(text::rows(
            connection,
            &format!("SELECT * FROM {table} ORDER BY 1"),
        )?);
    }
    if state.iter().any(|line| line == "table docs")
        && connection.prepare("SELECT emb FROM docs").is_ok()
    {
        for place in PLACES {
            state.extend(nearest(connection, place)?);
        }
    }
    Ok(state)
}

fn nearest(connection: &Connection, place: &str) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for condition in ["", "WHERE topic = 'x' "] {
        let distance = format!("emb <-> '{place}'");
        let select = format!("SELECT id, {distance} FROM docs {condition}ORDER BY");
        let served = text::rows(connection, &format!("{select} {distance} LIMIT 4"))?;
        let exact = text::rows(
            connection,
            &format!("{select} ({distance}) + 0, id LIMIT 4"),
        )?;
        if served != exact {
            lines.push(format!(
                "nearest to {place} {condition}: {served:?} is not {exact:?}"
            ));
        }
        lines.extend(served);
    }
    Ok(lines)
}
