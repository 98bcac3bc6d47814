//! redb: an unencrypted key-value store in Rust.

use std::path::Path;
use std::sync::Arc;

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

use super::{CACHE_BYTES, Open, Session, Step, Store, missing};
use crate::Result;
use crate::row::{Sum, value};

const TABLE: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("t");

/// A file, full durability, which is its default.
pub(crate) struct Redb;

/// An open file.
#[derive(Clone)]
struct Opened(Arc<Database>);

impl Store for Redb {
    fn name(&self) -> &'static str {
        "redb"
    }

    fn params(&self) -> &'static str {
        "key-value, durable"
    }

    fn create(&self, path: &Path) -> Result<Box<dyn Open>> {
        let database = Database::builder()
            .set_cache_size(CACHE_BYTES)
            .create(path)?;
        let txn = database.begin_write()?;
        txn.open_table(TABLE)?;
        txn.commit()?;
        Ok(Box::new(Opened(Arc::new(database))))
    }

    fn open(&self, path: &Path) -> Result<Box<dyn Open>> {
        let database = Database::builder().set_cache_size(CACHE_BYTES).open(path)?;
        Ok(Box::new(Opened(Arc::new(database))))
    }
}

impl Open for Opened {
    fn session(&self) -> Result<Box<dyn Session>> {
        Ok(Box::new(self.clone()))
    }
}

impl Opened {
    fn read(&self, id: i64, sum: &mut Sum) -> Result<()> {
        let table = self.0.begin_read()?.open_table(TABLE)?;
        let found = table.get(id as u64)?;
        sum.add(id, found.ok_or_else(|| missing(id))?.value());
        Ok(())
    }
}

impl Session for Opened {
    fn insert_each(&mut self, ids: &[i64]) -> Result<()> {
        for id in ids {
            self.insert_all(&mut std::iter::once(*id), 0)?;
        }
        Ok(())
    }

    fn insert_all(&mut self, ids: &mut dyn Iterator<Item = i64>, version: u32) -> Result<()> {
        let txn = self.0.begin_write()?;
        {
            let mut table = txn.open_table(TABLE)?;
            for id in ids {
                table.insert(id as u64, value(id, version))?;
            }
        }
        Ok(txn.commit()?)
    }

    fn delete_all(&mut self, ids: &mut dyn Iterator<Item = i64>) -> Result<()> {
        let txn = self.0.begin_write()?;
        {
            let mut table = txn.open_table(TABLE)?;
            for id in ids {
                table.remove(id as u64)?;
            }
        }
        Ok(txn.commit()?)
    }

    fn read_each(&mut self, ids: &[i64]) -> Result<Sum> {
        let mut sum = Sum::default();
        for id in ids {
            self.read(*id, &mut sum)?;
        }
        Ok(sum)
    }

    fn scan(&mut self) -> Result<Sum> {
        let table = self.0.begin_read()?.open_table(TABLE)?;
        let mut sum = Sum::default();
        for row in table.iter()? {
            let (id, value) = row?;
            sum.add(id.value() as i64, value.value());
        }
        Ok(sum)
    }

    fn mix(&mut self, steps: &[Step]) -> Result<u64> {
        let mut sum = Sum::default();
        for step in steps {
            match *step {
                Step::Read(id) => self.read(id, &mut sum)?,
                Step::Update(id, version) => {
                    self.insert_all(&mut std::iter::once(id), version)?;
                }
            }
        }
        Ok(sum.rows)
    }
}
