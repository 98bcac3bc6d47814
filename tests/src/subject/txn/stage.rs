//! A database and the model of what it must hold, changed together.

use std::collections::BTreeMap;
use std::hash::Hasher;

use citadel_txn::{Database, Durability, PendingCommit, Result, TreeId, TreeOptions, WriteTxn};
use parking_lot::Mutex;
use rustc_hash::FxHasher;

use super::{KEYS, Random, SimDisk, State, Stop, TxnSubject, refused};

/// Trees by the number of their id.
pub(super) type Model = BTreeMap<u64, BTreeMap<Vec<u8>, Vec<u8>>>;

/// Where a script plays.
#[derive(Debug)]
pub(super) struct Stage<'s> {
    subject: &'s TxnSubject,
    disk: &'s SimDisk,
    states: &'s mut Vec<State>,
    /// None only between closing and opening.
    database: Option<Database>,
    /// The last commit that was not waited for.
    pending: Option<PendingCommit>,
    /// The keys that open it.
    pub(super) keys: Vec<u8>,
    pub(super) model: Model,
    pub(super) random: Random,
}

/// Goes into a state: a tree.
pub(super) fn push_tree(state: &mut State, number: u64) {
    state.say(&format!("tree {number}"));
}

/// Goes into a state: an entry, as its key and what tells its value.
pub(super) fn push_entry(state: &mut State, key: &[u8], value: &[u8]) {
    let mut hasher = FxHasher::default();
    hasher.write(value);
    let mut line = Vec::with_capacity(key.len() + 16);
    line.extend_from_slice(key);
    line.extend_from_slice(&(value.len() as u64).to_be_bytes());
    line.extend_from_slice(&hasher.finish().to_be_bytes());
    state.push(line);
}

impl<'s> Stage<'s> {
    /// Creates the database: state 0.
    pub(super) fn create(
        subject: &'s TxnSubject,
        disk: &'s SimDisk,
        states: &'s mut Vec<State>,
    ) -> std::result::Result<Self, Stop> {
        let mut stage = Self {
            subject,
            disk,
            states,
            database: None,
            pending: None,
            keys: vec![KEYS[0]],
            model: Model::new(),
            random: Random::new(subject.seed),
        };
        let number = stage.attempt();
        stage.database = Some(subject.create(disk)?);
        disk.acknowledge(number);
        Ok(stage)
    }

    /// Marks that what model and keys say now is about to be there; its number.
    fn attempt(&mut self) -> usize {
        let number = self.states.len();
        let mut state = State::new();
        if self.subject.with_keys {
            state.say_keys(&self.keys);
        }
        push_model(&mut state, &self.model);
        self.states.push(state);
        self.disk.attempt(number);
        number
    }

    /// The newest state is durable now.
    pub(super) fn acknowledge(&mut self) {
        self.disk.acknowledge(self.states.len() - 1);
    }

    pub(super) fn page_size(&self) -> usize {
        self.subject.page_size as usize
    }

    pub(super) fn database(&self) -> &Database {
        self.database
            .as_ref()
            .expect("it is only shut while it is opened anew")
    }

    /// Closes the database and opens it again. All is made durable before: who closes learns nothing of an error.
    pub(super) fn reopen(&mut self) -> std::result::Result<(), Stop> {
        let database = self.database().clone();
        database.sync().map_err(|error| refused(error, &database))?;
        drop(database);
        self.pending = None;
        self.database = None;
        self.database = Some(self.subject.open(self.disk)?);
        // A sync and an opening leave nothing that a loss of power could take.
        self.acknowledge();
        Ok(())
    }

    /// Work on the database that changes no entry, but maybe the keys.
    pub(super) fn maintain(
        &mut self,
        keys: &[u8],
        work: impl FnOnce(&Database) -> Result<()>,
    ) -> std::result::Result<(), Stop> {
        let database = self.database().clone();
        self.keys = keys.to_vec();
        let number = self.attempt();
        work(&database).map_err(|error| refused(error, &database))?;
        self.disk.acknowledge(number);
        Ok(())
    }

    /// One transaction that is committed.
    pub(super) fn commit(
        &mut self,
        script: impl FnOnce(&mut Change<'_>) -> Result<()>,
    ) -> std::result::Result<(), Stop> {
        self.commit_as(self.subject.durability, script)
    }

    /// The same, with a durability of its own.
    pub(super) fn commit_as(
        &mut self,
        durability: Durability,
        script: impl FnOnce(&mut Change<'_>) -> Result<()>,
    ) -> std::result::Result<(), Stop> {
        let database = self.database().clone();
        let done = self.transact(&database, durability, script, |stage, write| {
            write.commit()?;
            if durability != Durability::Normal {
                stage.acknowledge();
            }
            Ok(())
        });
        done.map_err(|error| refused(error, &database))
    }

    /// One transaction that is committed and not waited for: it is durable with the next one that is, or at the next closing.
    pub(super) fn commit_later(
        &mut self,
        script: impl FnOnce(&mut Change<'_>) -> Result<()>,
    ) -> std::result::Result<(), Stop> {
        let database = self.database().clone();
        let durability = self.subject.durability;
        let done = self.transact(&database, durability, script, |stage, write| {
            stage.pending = Some(write.commit_later()?);
            Ok(())
        });
        done.map_err(|error| refused(error, &database))
    }

    /// Waits for the commit that was not waited for last.
    pub(super) fn wait(&mut self) -> std::result::Result<(), Stop> {
        let database = self.database().clone();
        if let Some(pending) = self.pending.take() {
            pending.wait().map_err(|error| refused(error, &database))?;
            self.acknowledge();
        }
        Ok(())
    }

    /// One transaction that is rolled back.
    pub(super) fn roll_back(
        &mut self,
        script: impl FnOnce(&mut Change<'_>) -> Result<()>,
    ) -> std::result::Result<(), Stop> {
        let database = self.database().clone();
        let mut model = self.model.clone();
        let done = database.begin_write().and_then(|mut write| {
            let mut change = Change {
                write: &mut write,
                model: &mut model,
            };
            script(&mut change)?;
            write.rollback();
            Ok(())
        });
        done.map_err(|error| refused(error, &database))
    }

    /// Commits of several threads at once, which may share a sync: the first one is held until all others have written. Each does what
    /// `script` says of its number in the order of their turns.
    pub(super) fn commit_together(
        &mut self,
        threads: u32,
        script: impl Fn(&mut Change<'_>, u32) -> Result<()> + Sync,
    ) -> std::result::Result<(), Stop> {
        let database = self.database().clone();
        let first = self.states.len();
        let disk = self.disk;
        disk.hold_next_sync(threads as usize);
        let stage = Mutex::new(&mut *self);
        let commit = || -> Result<()> {
            let mut write = database.begin_write()?;
            let number = {
                let mut stage = stage.lock();
                let nth = (stage.states.len() - first) as u32;
                let mut model = stage.model.clone();
                let mut change = Change {
                    write: &mut write,
                    model: &mut model,
                };
                script(&mut change, nth)?;
                stage.model = model;
                stage.attempt()
            };
            write.commit()?;
            disk.acknowledge(number);
            Ok(())
        };
        let done = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(commit)).collect();
            let ends = workers
                .into_iter()
                .map(|worker| worker.join().expect("a thread of the workload"));
            ends.fold(Ok(()), std::result::Result::and)
        });
        disk.hold_next_sync(0);
        done.map_err(|error| refused(error, &database))
    }

    fn transact(
        &mut self,
        database: &Database,
        durability: Durability,
        script: impl FnOnce(&mut Change<'_>) -> Result<()>,
        commit: impl FnOnce(&mut Self, WriteTxn) -> Result<()>,
    ) -> Result<()> {
        let mut write = database.begin_write()?;
        write.set_durability(durability);
        let mut model = self.model.clone();
        let mut change = Change {
            write: &mut write,
            model: &mut model,
        };
        script(&mut change)?;
        if model == self.model && write.is_unchanged() {
            write.rollback();
            return Ok(());
        }
        self.model = model;
        self.attempt();
        commit(self, write)
    }
}

fn push_model(state: &mut State, model: &Model) {
    for (number, tree) in model {
        push_tree(state, *number);
        tree.iter()
            .for_each(|(key, value)| push_entry(state, key, value));
    }
}

/// A transaction and the model, changed together.
#[derive(Debug)]
pub(super) struct Change<'a> {
    write: &'a mut WriteTxn,
    pub(super) model: &'a mut Model,
}

impl Change<'_> {
    pub(super) fn create_tree(&mut self, leaf_pages: u16) -> Result<TreeId> {
        let id = self.write.create_tree(TreeOptions { leaf_pages })?;
        self.model.insert(id.get(), BTreeMap::new());
        Ok(id)
    }

    pub(super) fn drop_tree(&mut self, id: TreeId) -> Result<()> {
        self.model.remove(&id.get());
        self.write.drop_tree(id)
    }

    pub(super) fn insert(&mut self, tree: TreeId, key: &[u8], value: &[u8]) -> Result<()> {
        let entries = self.model.entry(tree.get()).or_default();
        entries.insert(key.to_vec(), value.to_vec());
        self.write.insert(tree, key, value).map(drop)
    }

    pub(super) fn remove(&mut self, tree: TreeId, key: &[u8]) -> Result<()> {
        self.model.entry(tree.get()).or_default().remove(key);
        self.write.remove(tree, key).map(drop)
    }

    /// Puts entries of numbers in, each with a value of `len` bytes made of `salt`.
    pub(super) fn fill(
        &mut self,
        tree: TreeId,
        keys: impl IntoIterator<Item = u32>,
        len: usize,
        salt: u8,
    ) -> Result<()> {
        for key in keys {
            self.insert(tree, &key.to_be_bytes(), &value(key, len, salt))?;
        }
        Ok(())
    }

    /// Takes entries of numbers out.
    pub(super) fn clear(
        &mut self,
        tree: TreeId,
        keys: impl IntoIterator<Item = u32>,
    ) -> Result<()> {
        for key in keys {
            self.remove(tree, &key.to_be_bytes())?;
        }
        Ok(())
    }

    /// Runs `script` under a savepoint, and takes it back if `keep` is not set.
    pub(super) fn savepoint(
        &mut self,
        keep: bool,
        script: impl FnOnce(&mut Change<'_>) -> Result<()>,
    ) -> Result<()> {
        let before = self.model.clone();
        let savepoint = self.write.savepoint();
        script(&mut Change {
            write: self.write,
            model: self.model,
        })?;
        if !keep {
            self.write.rollback_to(&savepoint)?;
            *self.model = before;
        }
        self.write.release(savepoint)
    }
}

/// A value that tells its key and salt in every part.
pub(super) fn value(key: u32, len: usize, salt: u8) -> Vec<u8> {
    let pattern = (key.wrapping_mul(0x9E37_79B9) ^ u32::from(salt)).to_le_bytes();
    pattern.into_iter().cycle().take(len).collect()
}
