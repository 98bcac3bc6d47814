//! The layer below Citadel's SQL: trees of byte strings, as key-value stores offer them.

use std::path::Path;
use std::sync::Arc;

use citadel_txn::{Cursor, Database, FileStorage, Key, Options, TreeId, TreeOptions, View};

use super::{BUSY_TIMEOUT, CACHE_BYTES, Open, Session, Step, Store, missing};
use crate::Result;
use crate::row::{Sum, value};

/// The tree that the rows are in.
const TREE: TreeId = TreeId::new(1);

/// An encrypted file, full durability.
pub(crate) struct CitadelKv;

impl CitadelKv {
    fn options() -> Options {
        Options {
            cache_bytes: CACHE_BYTES,
            busy_timeout: BUSY_TIMEOUT,
            ..Options::default()
        }
    }

    fn key() -> Key {
        Key::raw([42; 32])
    }

    /// Opens a file that is there.
    pub(crate) fn database(path: &Path) -> Result<Database> {
        let storage = Arc::new(FileStorage::open(path)?);
        Ok(Database::open(storage, &Self::key(), Self::options())?)
    }
}

impl Store for CitadelKv {
    fn name(&self) -> &'static str {
        "citadel_kv"
    }

    fn params(&self) -> &'static str {
        "trees, encrypted, durable"
    }

    fn create(&self, path: &Path) -> Result<Box<dyn Open>> {
        let storage = Arc::new(FileStorage::create(path)?);
        let database = Database::create(storage, &Self::key(), Self::options())?;
        let mut txn = database.begin_write()?;
        txn.create_tree_at(TREE, TreeOptions::default())?;
        txn.commit()?;
        Ok(Box::new(database))
    }

    fn open(&self, path: &Path) -> Result<Box<dyn Open>> {
        Ok(Box::new(Self::database(path)?))
    }
}

impl Open for Database {
    fn session(&self) -> Result<Box<dyn Session>> {
        Ok(Box::new(self.clone()))
    }
}

impl Session for Database {
    fn insert_each(&mut self, ids: &[i64]) -> Result<()> {
        for id in ids {
            self.insert_all(&mut std::iter::once(*id), 0)?;
        }
        Ok(())
    }

    fn insert_all(&mut self, ids: &mut dyn Iterator<Item = i64>, version: u32) -> Result<()> {
        let mut txn = self.begin_write()?;
        for id in ids {
            txn.insert(TREE, &id.to_be_bytes(), value(id, version))?;
        }
        txn.commit()?;
        Ok(())
    }

    fn delete_all(&mut self, ids: &mut dyn Iterator<Item = i64>) -> Result<()> {
        let mut txn = self.begin_write()?;
        for id in ids {
            txn.remove(TREE, &id.to_be_bytes())?;
        }
        txn.commit()?;
        Ok(())
    }

    fn read_each(&mut self, ids: &[i64]) -> Result<Sum> {
        let mut sum = Sum::default();
        for id in ids {
            read(self, *id, &mut sum)?;
        }
        Ok(sum)
    }

    fn scan(&mut self) -> Result<Sum> {
        let txn = self.begin_read()?;
        let mut cursor = Cursor::new(TREE);
        let mut sum = Sum::default();
        while cursor.next(&txn)? {
            let key = cursor.key().first_chunk().ok_or("a short key")?;
            sum.add(i64::from_be_bytes(*key), &cursor.value(&txn)?);
        }
        Ok(sum)
    }

    fn mix(&mut self, steps: &[Step]) -> Result<u64> {
        let mut sum = Sum::default();
        for step in steps {
            match *step {
                Step::Read(id) => read(self, id, &mut sum)?,
                Step::Update(id, version) => {
                    self.insert_all(&mut std::iter::once(id), version)?;
                }
            }
        }
        Ok(sum.rows)
    }
}

fn read(database: &Database, id: i64, sum: &mut Sum) -> Result<()> {
    let txn = database.begin_read()?;
    let value = txn.get(TREE, &id.to_be_bytes())?;
    sum.add(id, &value.ok_or_else(|| missing(id))?);
    Ok(())
}
