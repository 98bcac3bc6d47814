//! The transaction layer on a disk: trees of byte strings, at small pages so that little data makes deep trees.

use std::collections::BTreeMap;
use std::sync::Arc;

use citadel_txn::{
    Cursor, Database, Error, Kdf, Key, Options, PageSize, Result, TreeId, TreeOptions, View,
    WriteTxn,
};

use super::{Reading, Refusal, Stop, Subject};
use crate::sim::{Random, SimDisk};

type Tree = BTreeMap<Vec<u8>, Vec<u8>>;
/// Trees by the number of their id.
type Model = BTreeMap<u64, Tree>;

/// The tree that takes what is no part of any state.
const ASIDE: TreeId = TreeId::new(9);
/// Ids above this one are not looked for.
const TREE_ID_MAX: u64 = 64;

/// Random transactions from a seed.
#[derive(Clone, Copy, Debug)]
pub struct TxnSubject {
    /// What the transactions are drawn from.
    pub seed: u64,
    /// How many transactions.
    pub transactions: usize,
    /// Bytes of a page.
    pub page_size: u32,
    /// The largest value, in bytes.
    pub value_len_max: usize,
    /// The transaction that writes more pages than a commit record can list.
    pub bulk: Option<usize>,
}

impl TxnSubject {
    fn options(&self) -> Options {
        Options {
            page_size: PageSize::new(self.page_size).expect("a page size"),
            cache_bytes: 64 << 10,
            kdf: Kdf::lightest(),
            ..Options::default()
        }
    }

    fn key() -> Key {
        Key::raw([7; 32])
    }

    fn open(&self, disk: &SimDisk) -> Result<Database> {
        Database::open(Arc::new(disk.clone()), &Self::key(), self.options())
    }
}

impl Subject for TxnSubject {
    type State = Model;

    fn run(&self, disk: &SimDisk, states: &mut Vec<Model>) -> std::result::Result<(), Stop> {
        let mut random = Random::new(self.seed);
        disk.attempt(0);
        let mut database =
            Database::create(Arc::new(disk.clone()), &Self::key(), self.options()).map_err(stop)?;
        disk.acknowledge(0);
        states.push(Model::new());
        let mut model = Model::new();
        for _ in 0..self.transactions {
            if random.one_in(8) {
                drop(database);
                database = self.open(disk).map_err(stop)?;
            }
            let mut next = model.clone();
            match transact(self, &database, &mut next, &mut random, disk, states.len()) {
                Ok(true) => {
                    model = next.clone();
                    states.push(next);
                }
                Ok(false) => {}
                Err(error) => {
                    return Err(Stop {
                        refusal: error.into(),
                        committed_later: commit_aside(&database).is_ok(),
                    });
                }
            }
        }
        Ok(())
    }

    fn read(&self, disk: &SimDisk) -> Reading<Model> {
        let database = match self.open(disk) {
            Ok(database) => database,
            Err(error) => return Reading::refused(error.into()),
        };
        Reading {
            state: read_all(&database).map_err(Refusal::from),
            check: check(&database),
        }
    }

    fn write(&self, disk: &SimDisk) -> std::result::Result<Model, Refusal> {
        let database = self.open(disk)?;
        let mut model = read_all(&database)?;
        let mut write = database.begin_write()?;
        let tree = write.create_tree(TreeOptions::default())?;
        let entries: Tree = (0u32..40)
            .map(|n| (n.to_be_bytes().to_vec(), vec![n as u8; 90]))
            .collect();
        for (key, value) in &entries {
            write.insert(tree, key, value)?;
        }
        write.commit()?;
        model.insert(tree.get(), entries);
        Ok(model)
    }
}

fn stop(error: Error) -> Stop {
    Stop {
        refusal: error.into(),
        committed_later: false,
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

/// One random transaction; true where it was committed.
fn transact(
    subject: &TxnSubject,
    database: &Database,
    model: &mut Model,
    random: &mut Random,
    disk: &SimDisk,
    number: usize,
) -> Result<bool> {
    let mut write = database.begin_write()?;
    let before = model.clone();
    let most = if random.one_in(6) { 120 } else { 12 };
    let steps = 1 + random.below(most);
    for _ in 0..steps {
        step(subject, &mut write, model, random)?;
    }
    if subject.bulk == Some(number) {
        add_many(&mut write, model)?;
    }
    if random.one_in(4) {
        let kept = model.clone();
        let savepoint = write.savepoint();
        for _ in 0..8 {
            step(subject, &mut write, model, random)?;
        }
        if random.one_in(2) {
            write.rollback_to(&savepoint)?;
            *model = kept;
        }
        write.release(savepoint)?;
    }
    if random.one_in(9) || *model == before {
        write.rollback();
        return Ok(false);
    }
    disk.attempt(number);
    write.commit()?;
    disk.acknowledge(number);
    Ok(true)
}

/// Adds so much that the list of what the commit writes does not fit its record.
fn add_many(write: &mut WriteTxn, model: &mut Model) -> Result<()> {
    let id = write.create_tree(TreeOptions::default())?;
    let tree = model.entry(id.get()).or_default();
    for number in 0u32..400 {
        let (key, value) = (number.to_be_bytes().to_vec(), vec![number as u8; 300]);
        write.insert(id, &key, &value)?;
        tree.insert(key, value);
    }
    Ok(())
}

/// One random change.
fn step(
    subject: &TxnSubject,
    write: &mut WriteTxn,
    model: &mut Model,
    random: &mut Random,
) -> Result<()> {
    if model.is_empty() || (model.len() < 5 && random.one_in(15)) {
        let leaf_pages = [1, 1, 4][random.below(3)];
        let id = write.create_tree(TreeOptions { leaf_pages })?;
        model.insert(id.get(), Tree::new());
        return Ok(());
    }
    let number = *model
        .keys()
        .nth(random.below(model.len()))
        .expect("below the length");
    let id = TreeId::new(number);
    if model.len() > 2 && random.one_in(60) {
        model.remove(&number);
        return write.drop_tree(id);
    }
    let key = vec![random.below(200) as u8; 1 + random.below(20)];
    let tree = model.entry(number).or_default();
    if random.one_in(3) {
        let existing = tree.range(key.clone()..).next().map(|(key, _)| key.clone());
        let key = existing.unwrap_or(key);
        tree.remove(&key);
        return write.remove(id, &key).map(drop);
    }
    let len = match random.below(12) {
        0 => random.below(subject.value_len_max),
        1..=3 => random.below(900.min(subject.value_len_max)),
        _ => random.below(80),
    };
    let mut value = vec![0; len];
    random.fill(&mut value);
    write.insert(id, &key, &value)?;
    tree.insert(key, value);
    Ok(())
}

fn read_all(database: &Database) -> Result<Model> {
    let read = database.begin_read()?;
    let mut model = Model::new();
    for number in (0..TREE_ID_MAX).filter(|number| *number != ASIDE.get()) {
        let id = TreeId::new(number);
        if !read.tree_exists(id)? {
            continue;
        }
        let tree = model.entry(number).or_default();
        let mut cursor = Cursor::new(id);
        while cursor.next(&read)? {
            tree.insert(cursor.key().to_vec(), cursor.value(&read)?.into_owned());
        }
    }
    Ok(model)
}

fn check(database: &Database) -> std::result::Result<(), Refusal> {
    let report = database.check()?;
    if report.problems.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Damaged(report.problems.join("; ")))
    }
}
