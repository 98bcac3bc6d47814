//! Citadel, through SQL, as a program uses it: one database, a connection for each thread, prepared statements.

use std::path::Path;

use citadel_sql::{Connection, Database, Key, Options, Statement, ValueRef, params};

use super::{
    BUSY_TIMEOUT, CACHE_BYTES, CREATE_TABLE, DELETE, INSERT, Open, SCAN, SELECT, Session, Step,
    Store, UPDATE, missing,
};
use crate::Result;
use crate::row::{Sum, value};

/// An encrypted file, full durability.
pub(crate) struct Citadel;

impl Citadel {
    /// Opens or creates the file.
    pub(crate) fn database(path: &Path) -> Result<Database> {
        let options = Options::default()
            .cache_bytes(CACHE_BYTES)
            .busy_timeout(BUSY_TIMEOUT);
        Ok(Database::open_with(path, Key::raw([42; 32]), options)?)
    }
}

impl Store for Citadel {
    fn name(&self) -> &'static str {
        "citadel"
    }

    fn params(&self) -> &'static str {
        "SQL, encrypted, durable"
    }

    fn create(&self, path: &Path) -> Result<Box<dyn Open>> {
        let database = Self::database(path)?;
        database.connect().execute_batch(CREATE_TABLE)?;
        Ok(Box::new(database))
    }

    fn open(&self, path: &Path) -> Result<Box<dyn Open>> {
        Ok(Box::new(Self::database(path)?))
    }
}

impl Open for Database {
    fn session(&self) -> Result<Box<dyn Session>> {
        Ok(Box::new(self.connect()))
    }
}

impl Session for Connection {
    fn insert_each(&mut self, ids: &[i64]) -> Result<()> {
        let mut insert = self.prepare(INSERT)?;
        for id in ids {
            insert.execute(params![*id, value(*id, 0)])?;
        }
        Ok(())
    }

    fn insert_all(&mut self, ids: &mut dyn Iterator<Item = i64>, version: u32) -> Result<()> {
        let transaction = self.transaction()?;
        {
            let mut insert = transaction.prepare(INSERT)?;
            for id in ids {
                insert.execute(params![id, value(id, version)])?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn delete_all(&mut self, ids: &mut dyn Iterator<Item = i64>) -> Result<()> {
        let transaction = self.transaction()?;
        {
            let mut delete = transaction.prepare(DELETE)?;
            for id in ids {
                delete.execute([id])?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn read_each(&mut self, ids: &[i64]) -> Result<Sum> {
        let mut select = self.prepare(SELECT)?;
        let mut sum = Sum::default();
        for id in ids {
            read(&mut select, *id, &mut sum)?;
        }
        Ok(sum)
    }

    fn scan(&mut self) -> Result<Sum> {
        let mut select = self.prepare(SCAN)?;
        let mut rows = select.query(())?;
        let mut sum = Sum::default();
        while let Some(row) = rows.next()? {
            match (row.get_ref(0)?, row.get_ref(1)?) {
                (ValueRef::Integer(id), ValueRef::Blob(value)) => sum.add(id, value),
                _ => return Err("a row of other types".into()),
            }
        }
        Ok(sum)
    }

    fn mix(&mut self, steps: &[Step]) -> Result<u64> {
        let mut select = self.prepare(SELECT)?;
        let mut update = self.prepare(UPDATE)?;
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
    match row.get_ref(0)? {
        ValueRef::Blob(value) => sum.add(id, value),
        _ => return Err("a row of other types".into()),
    }
    Ok(())
}
