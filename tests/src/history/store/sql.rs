//! SQL: a list is the rows of its key, found by an index; a register is a row.

use std::sync::Arc;

use citadel_sql::{
    Connection, Database, Error, Kdf, Key as FileKey, OptionalExtension, Options, PageSize, params,
};
use citadel_txn::Durability;

use super::{Contents, Failure, Intent, Session, Setup, Store};
use crate::history::disk::PowerDisk;
use crate::history::event::{Key, Value};

const SCHEMA: &str = "
    CREATE TABLE items (id INTEGER PRIMARY KEY, k INTEGER NOT NULL, v INTEGER NOT NULL);
    CREATE INDEX items_k ON items (k);
    CREATE TABLE registers (k INTEGER PRIMARY KEY, v INTEGER NOT NULL);";

/// A connection that knows what it last told the database of durability.
pub(in crate::history) struct SqlSession {
    connection: Connection,
    durability: Option<Durability>,
}

/// A SQL database.
pub(in crate::history) struct SqlStore {
    database: Database,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        if error.is_busy() {
            Self::Conflict
        } else {
            Self::Broken(error.to_string())
        }
    }
}

fn file_key() -> FileKey {
    FileKey::raw([6; 32])
}

fn options(setup: Setup) -> Options {
    Options::default()
        .page_size(PageSize::new(setup.page_size).expect("a page size"))
        .cache_bytes(256 << 10)
        .busy_timeout(std::time::Duration::from_secs(60))
        .kdf(Kdf::lightest())
}

impl Store for SqlStore {
    type Session = SqlSession;

    fn create(disk: &PowerDisk, setup: Setup) -> Result<Self, Failure> {
        let database = Database::create_on(Arc::new(disk.clone()), &file_key(), options(setup))?;
        database.connect().execute_batch(SCHEMA)?;
        Ok(Self { database })
    }

    fn open(disk: &PowerDisk, setup: Setup) -> Result<Self, Failure> {
        let database = Database::open_on(Arc::new(disk.clone()), &file_key(), options(setup))?;
        Ok(Self { database })
    }

    fn follow(disk: &PowerDisk, setup: Setup) -> Result<Self, Failure> {
        let options = options(setup).read_only(true);
        let database = Database::open_on(Arc::new(disk.clone()), &file_key(), options)?;
        Ok(Self { database })
    }

    fn session(&self) -> SqlSession {
        SqlSession {
            connection: self.database.connect(),
            durability: None,
        }
    }

    fn contents(&self) -> Result<Contents, Failure> {
        let connection = self.database.connect();
        connection.execute_batch("BEGIN READ ONLY")?;
        let mut contents = Contents::default();
        for (key, value) in pairs(&connection, "SELECT k, v FROM items ORDER BY id")? {
            contents.lists.entry(key).or_default().push(value);
        }
        contents
            .registers
            .extend(pairs(&connection, "SELECT k, v FROM registers")?);
        connection.execute_batch("COMMIT")?;
        Ok(contents)
    }

    fn problems(&self) -> Result<Vec<String>, Failure> {
        let report = self.database.connect().check()?;
        Ok(report.faults().iter().map(ToString::to_string).collect())
    }
}

fn pairs(connection: &Connection, sql: &str) -> Result<Vec<(Key, Value)>, Failure> {
    let rows = connection.query_map(sql, (), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let pair = |(key, value): (i64, i64)| (Key(key as u32), Value(value as u64));
    Ok(rows.into_iter().map(pair).collect())
}

impl Session for SqlSession {
    fn begin(&mut self, intent: Intent, durability: Durability) -> Result<(), Failure> {
        if self.durability.replace(durability) != Some(durability) {
            self.connection.execute_batch(match durability {
                Durability::Full => "PRAGMA synchronous = full",
                Durability::Normal => "PRAGMA synchronous = normal",
                Durability::Off => "PRAGMA synchronous = off",
            })?;
        }
        self.connection.execute_batch(match intent {
            Intent::Read => "BEGIN READ ONLY",
            Intent::Write => "BEGIN IMMEDIATE",
            Intent::Upgrade => "BEGIN",
        })?;
        Ok(())
    }

    fn append(&mut self, key: Key, value: Value) -> Result<(), Failure> {
        self.connection.execute(
            "INSERT INTO items (k, v) VALUES (?, ?)",
            params![i64::from(key.0), value.0 as i64],
        )?;
        Ok(())
    }

    fn list(&mut self, key: Key) -> Result<Vec<Value>, Failure> {
        let values = self.connection.query_map(
            "SELECT v FROM items WHERE k = ? ORDER BY id",
            params![i64::from(key.0)],
            |row| row.get::<_, i64>(0),
        )?;
        Ok(values.into_iter().map(|v| Value(v as u64)).collect())
    }

    fn write(&mut self, key: Key, value: Value) -> Result<(), Failure> {
        let (key, value) = (i64::from(key.0), value.0 as i64);
        let update = "UPDATE registers SET v = ? WHERE k = ?";
        if self.connection.execute(update, params![value, key])? == 0 {
            self.connection
                .execute("INSERT INTO registers VALUES (?, ?)", params![key, value])?;
        }
        Ok(())
    }

    fn register(&mut self, key: Key) -> Result<Option<Value>, Failure> {
        let value = self
            .connection
            .query_row(
                "SELECT v FROM registers WHERE k = ?",
                params![i64::from(key.0)],
                |row| row.get::<_, i64>(0),
            )
            .optional()?;
        Ok(value.map(|v| Value(v as u64)))
    }

    fn commit(&mut self) -> Result<(), Failure> {
        Ok(self.connection.execute_batch("COMMIT")?)
    }

    fn roll_back(&mut self) {
        if !self.connection.is_autocommit() {
            // It fails only where nothing is left to roll back.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}
