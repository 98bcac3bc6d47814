//! SQLite, and SQLCipher where this program is built with it.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Statement, params};

use super::{
    BUSY_TIMEOUT, CACHE_BYTES, CREATE_TABLE, DELETE, INSERT, Open, SCAN, SELECT, Session, Step,
    Store, UPDATE, missing,
};
use crate::Result;
use crate::row::{Sum, value};

/// How SQLite keeps what it commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SqliteMode {
    /// A write-ahead log, synced at each commit.
    WalFull,
    /// No journal, no sync: a crash may destroy the file.
    Off,
    /// SQLCipher, otherwise as [`WalFull`](Self::WalFull).
    Cipher,
}

/// A file.
pub(crate) struct Sqlite {
    mode: SqliteMode,
}

/// A file that connections are made to.
struct Opened {
    mode: SqliteMode,
    path: PathBuf,
}

impl Sqlite {
    pub(crate) fn new(mode: SqliteMode) -> Self {
        Self { mode }
    }

    /// What is linked: SQLCipher says its version, SQLite nothing.
    pub(crate) fn build() -> Result<String> {
        let connection = Connection::open_in_memory()?;
        let cipher = connection
            .query_row("PRAGMA cipher_version", (), |row| row.get::<_, String>(0))
            .ok();
        let version = rusqlite::version();
        Ok(match cipher {
            Some(cipher) => format!("SQLCipher {cipher} (SQLite {version}) for all SQLite engines"),
            None => format!("SQLite {version}; no SQLCipher in this build"),
        })
    }

    fn opened(&self, path: &Path) -> Opened {
        Opened {
            mode: self.mode,
            path: path.to_owned(),
        }
    }
}

impl Store for Sqlite {
    fn name(&self) -> &'static str {
        match self.mode {
            SqliteMode::WalFull => "sqlite_wal_full",
            SqliteMode::Off => "sqlite_off",
            SqliteMode::Cipher => "sqlcipher",
        }
    }

    fn params(&self) -> &'static str {
        match self.mode {
            SqliteMode::WalFull => "journal_mode=WAL synchronous=FULL",
            SqliteMode::Off => "journal_mode=OFF synchronous=OFF",
            SqliteMode::Cipher => "raw key, journal_mode=WAL synchronous=FULL",
        }
    }

    fn create(&self, path: &Path) -> Result<Box<dyn Open>> {
        let opened = self.opened(path);
        opened.connect()?.execute_batch(CREATE_TABLE)?;
        Ok(Box::new(opened))
    }

    fn open(&self, path: &Path) -> Result<Box<dyn Open>> {
        Ok(Box::new(self.opened(path)))
    }
}

impl Opened {
    fn connect(&self) -> Result<Connection> {
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        if self.mode == SqliteMode::Cipher {
            let key = "2a".repeat(32);
            connection.execute_batch(&format!("PRAGMA key = \"x'{key}'\""))?;
        }
        let (journal, synchronous) = match self.mode {
            SqliteMode::WalFull | SqliteMode::Cipher => ("WAL", "FULL"),
            SqliteMode::Off => ("OFF", "OFF"),
        };
        connection.execute_batch(&format!(
            "PRAGMA journal_mode = {journal}; PRAGMA synchronous = {synchronous}; PRAGMA cache_size = -{}",
            CACHE_BYTES / 1024
        ))?;
        Ok(connection)
    }
}

impl Open for Opened {
    fn session(&self) -> Result<Box<dyn Session>> {
        Ok(Box::new(self.connect()?))
    }
}

impl Session for Connection {
    fn insert_each(&mut self, ids: &[i64]) -> Result<()> {
        let mut insert = self.prepare_cached(INSERT)?;
        for id in ids {
            insert.execute(params![id, value(*id, 0)])?;
        }
        Ok(())
    }

    fn insert_all(&mut self, ids: &mut dyn Iterator<Item = i64>, version: u32) -> Result<()> {
        let transaction = self.transaction()?;
        {
            let mut insert = transaction.prepare_cached(INSERT)?;
            for id in ids {
                insert.execute(params![id, value(id, version)])?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn delete_all(&mut self, ids: &mut dyn Iterator<Item = i64>) -> Result<()> {
        let transaction = self.transaction()?;
        {
            let mut delete = transaction.prepare_cached(DELETE)?;
            for id in ids {
                delete.execute([id])?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn read_each(&mut self, ids: &[i64]) -> Result<Sum> {
        let mut select = self.prepare_cached(SELECT)?;
        let mut sum = Sum::default();
        for id in ids {
            read(&mut select, *id, &mut sum)?;
        }
        Ok(sum)
    }

    fn scan(&mut self) -> Result<Sum> {
        let mut select = self.prepare_cached(SCAN)?;
        let mut rows = select.query(())?;
        let mut sum = Sum::default();
        while let Some(row) = rows.next()? {
            sum.add(row.get_ref(0)?.as_i64()?, row.get_ref(1)?.as_blob()?);
        }
        Ok(sum)
    }

    fn mix(&mut self, steps: &[Step]) -> Result<u64> {
        let mut select = self.prepare_cached(SELECT)?;
        let mut update = self.prepare_cached(UPDATE)?;
        let mut sum = Sum::default();
        for step in steps {
            match *step {
                Step::Read(id) => read(&mut select, id, &mut sum)?,
                Step::Update(id, version) => {
                    update.execute(params![id, value(id, version)])?;
                }
            }
        }
        Ok(sum.rows)
    }
}

fn read(select: &mut Statement<'_>, id: i64, sum: &mut Sum) -> Result<()> {
    let mut rows = select.query([id])?;
    let row = rows.next()?.ok_or_else(|| missing(id))?;
    sum.add(id, row.get_ref(0)?.as_blob()?);
    Ok(())
}
