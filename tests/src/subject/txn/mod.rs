//! The transaction layer on a disk: trees of byte strings, at small pages so that little data makes deep trees.
//!
//! A workload is a script over a [`Stage`], which keeps beside the database a model of what it must hold.

mod keys;
mod light;
mod modes;
mod random;
mod replaced;
mod rows;
mod space;
mod stage;
mod trees;
mod vacuum;

use std::sync::Arc;

use citadel_txn::{
    Cursor, Database, Durability, Error, Kdf, Key, MemoryStorage, Options, PageSize, Quiet, Result,
    Storage, TreeId, TreeOptions, View,
};

use super::copy::{Copying, Source, meanwhile};
use super::keys::{KEYS, key, open_with_any, push_fitting};
use super::{Reading, Refusal, State, Stop, Subject, Survives};
use crate::sim::{Random, SimDisk};
use stage::Stage;

/// The tree that takes what is no part of any state.
const ASIDE: TreeId = TreeId::new(9);
/// Ids above this one are not looked for.
const TREE_ID_MAX: u64 = 64;
/// The tree that [`Subject::go_on`] writes into.
const MORE: TreeId = TreeId::new(8);

/// Bytes of the page cache.
const CACHE_BYTES: usize = 64 << 10;
/// Bytes of changes that a transaction keeps in memory; a larger one writes ahead of its commit.
const DIRTY_BYTES: usize = 48 << 10;

/// A script: what happens after the database was created.
type Script = fn(&mut Stage<'_>) -> std::result::Result<(), Stop>;

/// A workload of the transaction layer.
#[derive(Clone, Copy, Debug)]
pub struct TxnSubject {
    name: &'static str,
    script: Script,
    page_size: u32,
    seed: u64,
    durability: Durability,
    dirty_bytes: usize,
    /// Whether the keys that open the file are part of a state.
    with_keys: bool,
}

impl TxnSubject {
    /// The scripted workloads.
    pub fn all(page_size: u32) -> Vec<Self> {
        let scripts: Vec<(&str, Script)> = [
            rows::SCRIPTS,
            light::SCRIPTS,
            trees::SCRIPTS,
            space::SCRIPTS,
            modes::SCRIPTS,
            keys::SCRIPTS,
            vacuum::SCRIPTS,
            random::SCRIPTS,
            replaced::SCRIPTS,
        ]
        .concat();
        scripts
            .into_iter()
            .map(|(name, script)| Self {
                name,
                script,
                page_size,
                seed: 1,
                durability: durability_of(name),
                dirty_bytes: dirty_bytes_of(name),
                with_keys: is_among(keys::SCRIPTS, name),
            })
            .collect()
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

    /// The same, drawn from another seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    fn options(&self) -> Options {
        Options {
            page_size: PageSize::new(self.page_size).expect("a page size"),
            cache_bytes: CACHE_BYTES,
            dirty_bytes: Some(self.dirty_bytes),
            durability: self.durability,
            kdf: Kdf::lightest(),
            ..Options::default()
        }
    }

    fn create(&self, disk: &SimDisk) -> Result<Database> {
        Database::create(Arc::new(disk.clone()), &key(KEYS[0]), self.options())
    }

    fn open(&self, disk: &SimDisk) -> Result<Database> {
        let open = |key: &Key| Database::open(Arc::new(disk.clone()), key, self.options());
        open_with_any(open, |error| self.with_keys && error.is_wrong_key())
    }

    fn state_of(&self, disk: &SimDisk, database: &Database) -> Result<State> {
        let mut state = State::new();
        if self.with_keys {
            push_fitting(disk, &self.options(), &mut state)?;
        }
        push_all(database, &mut state)?;
        Ok(state)
    }
}

impl Subject for TxnSubject {
    fn name(&self) -> &str {
        self.name
    }

    fn page_size(&self) -> u32 {
        self.page_size
    }

    fn survives(&self) -> Survives {
        match self.durability {
            Durability::Off => Survives::ProcessDeath,
            _ => Survives::PowerLoss,
        }
    }

    fn run(&self, disk: &SimDisk, states: &mut Vec<State>) -> std::result::Result<(), Stop> {
        let mut stage = Stage::create(self, disk, states)?;
        (self.script)(&mut stage)
    }

    fn read(&self, disk: &SimDisk) -> Reading {
        let database = match self.open(disk) {
            Ok(database) => database,
            Err(error) => return Reading::refused(error.into()),
        };
        Reading {
            state: self.state_of(disk, &database).map_err(Refusal::from),
            check: check(&database),
        }
    }

    fn go_on(
        &self,
        disk: &SimDisk,
        commits: usize,
        states: &mut Vec<State>,
    ) -> std::result::Result<(), Stop> {
        disk.attempt(0);
        let database = self.open(disk)?;
        database.set_durability(Durability::Full);
        if database.rekey_state().is_some() {
            database.rekey_resume(&mut Quiet)?;
        }
        states.push(self.state_of(disk, &database)?);
        disk.acknowledge(0);
        for number in 1..=commits {
            let mut write = database.begin_write()?;
            if !write.tree_exists(MORE)? {
                write.create_tree_at(MORE, TreeOptions::default())?;
            }
            for entry in 0u32..30 {
                let at = entry * 7 + number as u32;
                write.insert(MORE, &at.to_be_bytes(), &[entry as u8; 90])?;
            }
            disk.attempt(number);
            let done = write.commit();
            done.map_err(|error| refused(error, &database))?;
            disk.acknowledge(number);
            states.push(self.state_of(disk, &database)?);
        }
        Ok(())
    }
}

fn durability_of(name: &str) -> Durability {
    match name {
        modes::NORMAL => Durability::Normal,
        modes::OFF => Durability::Off,
        _ => Durability::Full,
    }
}

fn dirty_bytes_of(name: &str) -> usize {
    if is_among(light::SCRIPTS, name) {
        light::DIRTY_BYTES
    } else {
        DIRTY_BYTES
    }
}

fn is_among(scripts: &[(&str, Script)], name: &str) -> bool {
    scripts.iter().any(|(other, _)| *other == name)
}

/// The end of a run; whether the handle could go on nevertheless.
fn refused(error: Error, database: &Database) -> Stop {
    Stop {
        refusal: error.into(),
        committed_later: commit_aside(database).is_ok(),
    }
}

/// Tries to commit something that is no part of any state.
fn commit_aside(database: &Database) -> Result<()> {
    let mut write = database.begin_write()?;
    if !write.tree_exists(ASIDE)? {
        write.create_tree_at(ASIDE, TreeOptions::default())?;
    }
    write.insert(ASIDE, b"later", b"1")?;
    write.commit().map(drop)
}

/// All entries of all trees.
fn push_all(database: &Database, state: &mut State) -> Result<()> {
    let read = database.begin_read()?;
    for number in (0..TREE_ID_MAX).filter(|number| *number != ASIDE.get()) {
        let id = TreeId::new(number);
        if !read.tree_exists(id)? {
            continue;
        }
        stage::push_tree(state, number);
        let mut cursor = Cursor::new(id);
        while cursor.next(&read)? {
            stage::push_entry(state, cursor.key(), &cursor.value(&read)?);
        }
    }
    Ok(())
}

fn check(database: &Database) -> std::result::Result<(), Refusal> {
    let report = database.check()?;
    if report.is_ok() {
        Ok(())
    } else {
        Err(Refusal::Damaged(report.problems.join("; ")))
    }
}

impl Source for TxnSubject {
    fn copy(
        &self,
        copying: Copying,
        from: MemoryStorage,
        to: Arc<dyn Storage>,
        commits: usize,
    ) -> std::result::Result<(), Stop> {
        let source = Database::open(Arc::new(from), &key(KEYS[0]), self.options())?;
        let other = source.clone();
        let mut progress = meanwhile(commits, || {
            commit_meanwhile(&other).expect("nothing fails on the source");
        });
        match copying {
            Copying::Backup => source.backup(to, &mut progress).map(drop)?,
            Copying::Vacuum => source.vacuum_into(to, &mut progress).map(drop)?,
        }
        Ok(())
    }
}

/// One commit that frees pages and takes others.
fn commit_meanwhile(source: &Database) -> Result<()> {
    let mut write = source.begin_write()?;
    let tree = write.create_tree(TreeOptions::default())?;
    for entry in 0u32..20 {
        write.insert(tree, &entry.to_be_bytes(), &[1; 60])?;
    }
    write.commit().map(drop)
}
