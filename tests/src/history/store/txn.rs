//! The transaction layer: a tree of lists and a tree of registers.

use std::sync::Arc;

use citadel_txn::{
    Cursor, Database, Durability, Error, Key as FileKey, Options, PageSize, ReadTxn, TreeId,
    TreeOptions, View, WriteTxn,
};

use super::{Contents, Failure, Intent, Session, Setup, Store};
use crate::history::disk::PowerDisk;
use crate::history::event::{Key, Value};

const LISTS: TreeId = TreeId::new(2);
const REGISTERS: TreeId = TreeId::new(3);

/// A database of the transaction layer.
pub(in crate::history) struct TxnStore {
    database: Database,
}

/// A transaction at a time of it.
pub(in crate::history) struct TxnSession {
    database: Database,
    state: State,
}

enum State {
    None,
    Reading(ReadTxn),
    Writing(Box<WriteTxn>),
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
    FileKey::raw([5; 32])
}

fn options(setup: Setup, read_only: bool) -> Options {
    Options {
        page_size: PageSize::new(setup.page_size).expect("a page size"),
        cache_bytes: 256 << 10,
        read_only,
        durability: setup.durability,
        busy_timeout: std::time::Duration::from_secs(60),
        ..Options::default()
    }
}

impl Store for TxnStore {
    type Session = TxnSession;

    fn create(disk: &PowerDisk, setup: Setup) -> Result<Self, Failure> {
        let database =
            Database::create(Arc::new(disk.clone()), &file_key(), options(setup, false))?;
        let mut write = database.begin_write()?;
        write.create_tree_at(LISTS, TreeOptions::default())?;
        write.create_tree_at(REGISTERS, TreeOptions::default())?;
        write.commit()?;
        Ok(Self { database })
    }

    fn open(disk: &PowerDisk, setup: Setup) -> Result<Self, Failure> {
        let database = Database::open(Arc::new(disk.clone()), &file_key(), options(setup, false))?;
        Ok(Self { database })
    }

    fn follow(disk: &PowerDisk, setup: Setup) -> Result<Self, Failure> {
        let database = Database::open(Arc::new(disk.clone()), &file_key(), options(setup, true))?;
        Ok(Self { database })
    }

    fn session(&self) -> TxnSession {
        TxnSession {
            database: self.database.clone(),
            state: State::None,
        }
    }

    fn contents(&self) -> Result<Contents, Failure> {
        let read = self.database.begin_read()?;
        let mut contents = Contents::default();
        let mut cursor = Cursor::new(LISTS);
        while cursor.next(&read)? {
            let values = decode(&cursor.value(&read)?);
            contents.lists.insert(key_of(cursor.key())?, values);
        }
        let mut cursor = Cursor::new(REGISTERS);
        while cursor.next(&read)? {
            if let Some(value) = decode(&cursor.value(&read)?).first() {
                contents.registers.insert(key_of(cursor.key())?, *value);
            }
        }
        Ok(contents)
    }

    fn problems(&self) -> Result<Vec<String>, Failure> {
        Ok(self.database.check()?.problems)
    }
}

impl TxnSession {
    fn get(&self, tree: TreeId, key: Key) -> Result<Vec<Value>, Failure> {
        let view: &dyn View = match &self.state {
            State::Reading(read) => read,
            State::Writing(write) => &**write,
            State::None => return Err(outside()),
        };
        let entry = view.get(tree, &key.0.to_be_bytes())?;
        Ok(entry.map_or_else(Vec::new, |entry| decode(&entry)))
    }

    fn put(&mut self, tree: TreeId, key: Key, values: &[Value]) -> Result<(), Failure> {
        let State::Writing(write) = &mut self.state else {
            return Err(outside());
        };
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.0.to_le_bytes()).collect();
        write.insert(tree, &key.0.to_be_bytes(), &bytes)?;
        Ok(())
    }
}

impl Session for TxnSession {
    fn begin(&mut self, intent: Intent, durability: Durability) -> Result<(), Failure> {
        self.state = match intent {
            Intent::Read => State::Reading(self.database.begin_read()?),
            Intent::Write | Intent::Upgrade => {
                let mut write = self.database.begin_write()?;
                write.set_durability(durability);
                State::Writing(Box::new(write))
            }
        };
        Ok(())
    }

    fn append(&mut self, key: Key, value: Value) -> Result<(), Failure> {
        let mut values = self.get(LISTS, key)?;
        values.push(value);
        self.put(LISTS, key, &values)
    }

    fn list(&mut self, key: Key) -> Result<Vec<Value>, Failure> {
        self.get(LISTS, key)
    }

    fn write(&mut self, key: Key, value: Value) -> Result<(), Failure> {
        self.put(REGISTERS, key, &[value])
    }

    fn register(&mut self, key: Key) -> Result<Option<Value>, Failure> {
        Ok(self.get(REGISTERS, key)?.first().copied())
    }

    fn commit(&mut self) -> Result<(), Failure> {
        match std::mem::replace(&mut self.state, State::None) {
            State::Writing(write) => write.commit().map(drop).map_err(Failure::from),
            State::Reading(_) => Ok(()),
            State::None => Err(outside()),
        }
    }

    fn roll_back(&mut self) {
        self.state = State::None;
    }
}

fn outside() -> Failure {
    Failure::Broken("no such transaction".to_owned())
}

fn key_of(bytes: &[u8]) -> Result<Key, Failure> {
    let bytes = bytes
        .try_into()
        .map_err(|_| Failure::Broken("a key of another length".to_owned()))?;
    Ok(Key(u32::from_be_bytes(bytes)))
}

fn decode(bytes: &[u8]) -> Vec<Value> {
    let (values, _) = bytes.as_chunks::<8>();
    values
        .iter()
        .map(|v| Value(u64::from_le_bytes(*v)))
        .collect()
}
