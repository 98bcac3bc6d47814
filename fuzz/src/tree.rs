//! Transactions against a map, on a disk that fails and loses power, with a keeper who vacuums, rekeys and copies between
//! them. What is found afterwards is what the last durable commit left, or a later one, and the file is whole.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use citadel_txn::{
    Cursor, Database, Durability, Kdf, Key, MemoryStorage, Quiet, Result, Step, Storage, TreeId,
    TreeOptions, View, WriteTxn,
};

use crate::disk::Disk;
use crate::input::Input;
use crate::marks;
use crate::template;

/// Steps of one input, at most.
const STEPS_MAX: usize = 40;
/// Changes of one transaction, at most.
const CHANGES_MAX: u8 = 40;
/// The tree that inputs change.
const TREE: TreeId = TreeId::new(3);

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// Runs one input: the shape of the tree, then transactions and what a keeper does.
pub fn run(bytes: &[u8]) {
    citadel_core::fuzzing::reseed(5);
    let mut input = Input::new(bytes);
    let leaf_pages = 1 + u16::from(input.byte() % 3);
    let mut subject = Subject::create(leaf_pages);
    for _ in 0..STEPS_MAX {
        if input.is_empty() {
            break;
        }
        subject.step(&mut input);
    }
    subject.lose_power(u32::MAX);
}

/// A database, and what is known of it.
struct Subject {
    disk: Disk,
    /// None between a loss of power and the next opening.
    database: Option<Database>,
    map: Map,
    /// What may be found after a loss of power: what was last made durable, and all that was committed, or began to be,
    /// since.
    possible: Vec<Map>,
    /// The keys of which one opens the file, the likeliest last.
    keys: Vec<u8>,
}

impl Subject {
    fn create(leaf_pages: u16) -> Self {
        let disk = Disk::default();
        let storage = Arc::new(disk.clone());
        let database =
            Database::create(storage, &key(0), template::options()).expect("an empty disk");
        let mut write = database.begin_write().expect("no other writer");
        let options = TreeOptions {
            leaf_pages,
            ..TreeOptions::default()
        };
        write.create_tree_at(TREE, options).expect("a new tree");
        write.commit().expect("a disk that works");
        Self {
            disk,
            database: Some(database),
            map: Map::new(),
            possible: vec![Map::new()],
            keys: vec![0],
        }
    }

    fn database(&self) -> &Database {
        self.database.as_ref().expect("it is open")
    }

    /// A transaction or a keeper's task, on a disk that may fail, and perhaps a loss of power.
    fn step(&mut self, input: &mut Input<'_>) {
        let step = input.byte();
        if step % 4 == 1 {
            self.disk.fail_in(u32::from(input.byte() % 24));
        }
        let done = match step / 4 % 10 {
            6 => self.vacuum(input),
            7 => self.rekey(input),
            8 => {
                self.database().set_durability(match input.byte() % 2 {
                    0 => Durability::Full,
                    _ => Durability::Normal,
                });
                Ok(())
            }
            9 => self.backup(),
            _ => self.transact(input, step % 4 == 2),
        };
        if let Err(error) = &done {
            assert!(error.is_io() || error.is_interrupted(), "{error}");
        }
        let failed = done.is_err_and(|error| error.is_io());
        if failed {
            marks::hit("failures");
        }
        if failed || step % 4 == 3 {
            self.lose_power(input.long());
        }
        self.disk.mend();
    }

    fn transact(&mut self, input: &mut Input<'_>, rolls_back: bool) -> Result<()> {
        let mut after = self.map.clone();
        let full = self.database().durability() == Durability::Full;
        match transact(self.database(), input, &mut after, rolls_back) {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            Err(error) => {
                self.possible.push(after);
                return Err(error);
            }
        }
        marks::hit("commits");
        if full {
            self.possible.clear();
        }
        self.possible.push(after.clone());
        self.map = after;
        Ok(())
    }

    fn vacuum(&mut self, input: &mut Input<'_>) -> Result<()> {
        self.database().vacuum(&mut until(input.byte()))?;
        marks::hit("vacuums");
        Ok(())
    }

    /// A new root key, under another key of ours; or more of one that was begun.
    fn rekey(&mut self, input: &mut Input<'_>) -> Result<()> {
        let mut progress = until(input.byte());
        if self.database().rekey_state().is_some() {
            self.database().rekey_resume(&mut progress)?;
            marks::hit("rekeys resumed");
            return Ok(());
        }
        let next = input.byte();
        self.keys.push(next);
        self.database()
            .rekey(&key(next), &Kdf::default(), &mut progress)?;
        marks::hit("rekeys");
        self.keys = vec![next];
        Ok(())
    }

    /// A copy that opens and holds the same.
    fn backup(&mut self) -> Result<()> {
        let copy = MemoryStorage::new();
        self.database().backup(Arc::new(copy.clone()), &mut Quiet)?;
        let database = open(Arc::new(copy), &self.keys);
        found(&database, std::slice::from_ref(&self.map));
        marks::hit("copies");
        Ok(())
    }

    fn lose_power(&mut self, survivors: u32) {
        marks::hit("losses of power");
        // The handle may want to close its file; nothing of that arrives.
        self.disk.fail_in(0);
        self.database = None;
        self.disk.lose_power(survivors);
        let database = open(Arc::new(self.disk.clone()), &self.keys);
        self.map = found(&database, &self.possible);
        self.possible = vec![self.map.clone()];
        self.database = Some(database);
    }
}

/// Stops after so many steps; 0 for never.
fn until(steps: u8) -> impl FnMut(Step) -> ControlFlow<()> {
    let mut left = if steps == 0 {
        u64::MAX
    } else {
        u64::from(steps)
    };
    move |_| {
        left -= 1;
        match left {
            0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }
}

fn key(number: u8) -> Key {
    Key::raw([number; 32])
}

fn open(storage: Arc<dyn Storage>, keys: &[u8]) -> Database {
    for number in keys.iter().rev() {
        match Database::open(Arc::clone(&storage), &key(*number), template::options()) {
            Err(error) if error.is_wrong_key() => {}
            opened => return opened.expect("a file that was torn by power alone"),
        }
    }
    panic!("no key opens the file")
}

/// One transaction; whether it was committed.
fn transact(
    database: &Database,
    input: &mut Input<'_>,
    map: &mut Map,
    rolls_back: bool,
) -> Result<bool> {
    let mut write = database.begin_write()?;
    let mut saved = None;
    for _ in 0..input.byte() % CHANGES_MAX {
        match input.byte() % 8 {
            0 => {
                saved = Some((write.savepoint(), map.clone()));
            }
            1 => {
                if let Some((savepoint, then)) = saved.take() {
                    write.rollback_to(&savepoint)?;
                    *map = then;
                }
            }
            2 | 3 => remove(&mut write, &tree_key(input), map)?,
            4 => {
                let key = tree_key(input);
                let found = write.get(TREE, &key)?;
                assert_eq!(found.as_deref(), map.get(&key).map(Vec::as_slice));
            }
            _ => insert(&mut write, tree_key(input), value(input), map)?,
        }
    }
    if rolls_back {
        write.rollback();
        return Ok(false);
    }
    write.commit()?;
    Ok(true)
}

fn insert(write: &mut WriteTxn, key: Vec<u8>, value: Vec<u8>, map: &mut Map) -> Result<()> {
    let replaced = write.insert(TREE, &key, &value)?;
    assert_eq!(replaced, map.insert(key, value).is_some());
    Ok(())
}

fn remove(write: &mut WriteTxn, key: &[u8], map: &mut Map) -> Result<()> {
    let removed = write.remove(TREE, key)?;
    assert_eq!(removed, map.remove(key).is_some());
    Ok(())
}

/// One of some hundred keys; some share long beginnings.
fn tree_key(input: &mut Input<'_>) -> Vec<u8> {
    let choice = input.byte();
    let mut key = vec![b'k'; usize::from(choice >> 5) * 8];
    key.push(choice);
    key
}

/// A value of few bytes, or of a page and more, or of many pages.
fn value(input: &mut Input<'_>) -> Vec<u8> {
    let word = input.word();
    let len = match word % 8 {
        0 => usize::from(word >> 3) % 20_000,
        1 | 2 => usize::from(word >> 3) % 1_000,
        _ => usize::from(word >> 3) % 60,
    };
    vec![word as u8; len]
}

/// What is in the file, which must be one of these, and whole.
fn found(database: &Database, states: &[Map]) -> Map {
    let report = database.check().expect("a disk that works");
    assert!(report.is_ok(), "{report:?}");
    let read = database.begin_read().expect("a disk that works");
    let map = read_all(&read).expect("a file that was checked");
    assert_eq!(read.tree_len(TREE).expect("the tree"), map.len() as u64);
    assert!(
        states.contains(&map),
        "what is found is none of {} states that may be",
        states.len()
    );
    map
}

fn read_all(view: &dyn View) -> Result<Map> {
    let mut map = Map::new();
    let mut cursor = Cursor::new(TREE);
    while cursor.next(view)? {
        map.insert(cursor.key().to_vec(), cursor.value(view)?.into_owned());
    }
    Ok(map)
}

/// Some histories: growing, shrinking, large values, failures at several places.
pub fn seeds() -> Vec<Vec<u8>> {
    let inserts = |end: u8, from: u8, count: u8| {
        let mut bytes = vec![end];
        if end % 4 == 1 {
            bytes.push(from % 12);
        }
        bytes.push(count);
        for number in 0..count {
            bytes.extend([
                5,
                from.wrapping_add(number.wrapping_mul(7)),
                number.wrapping_mul(9),
                number,
            ]);
        }
        if end % 4 == 1 || end % 4 == 3 {
            bytes.extend([0b1010_0101, from, !from, 0x0f]);
        }
        bytes
    };
    let removes = |end: u8, from: u8, count: u8| {
        let mut bytes = vec![end, count];
        for number in 0..count {
            bytes.extend([2, from.wrapping_add(number.wrapping_mul(7))]);
        }
        bytes
    };
    let one = [
        vec![0],
        inserts(0, 0, 39),
        inserts(0, 90, 39),
        removes(0, 3, 30),
    ]
    .concat();
    let two = [
        vec![1],
        inserts(0, 0, 20),
        inserts(1, 7, 10),
        inserts(3, 40, 12),
        inserts(0, 5, 5),
    ]
    .concat();
    let three = [
        vec![2],
        inserts(3, 0, 39),
        removes(0, 0, 39),
        inserts(2, 9, 9),
        inserts(1, 3, 30),
        inserts(1, 11, 30),
    ]
    .concat();
    // Vacuum, rekey (stopped, and resumed), copy, and commits that are not synced at once.
    let five = [
        vec![0],
        inserts(0, 0, 39),
        removes(0, 0, 25),
        vec![24, 0, 28, 3, 9],
        inserts(0, 60, 20),
        vec![28, 0, 36],
        vec![32, 1],
        inserts(0, 7, 9),
        inserts(3, 8, 9),
        vec![25, 7, 0, 0b0101_0101, 1, 2, 3],
        vec![29, 9, 0, 4, 0xf0, 1, 2, 3],
        removes(0, 0, 39),
    ]
    .concat();
    let four = vec![
        0, 0, 9, 5, 1, 0x40, 0x9c, 0, 5, 2, 0x48, 0x9c, 1, 2, 1, 5, 3, 1, 1, 4, 2, 0, 5, 2, 3, 1,
        0, 0, 0,
    ];
    vec![one, two, three, four, five]
}
