//! Transactions against a map, on a disk that fails and loses power: what is found afterwards is what the last commit that
//! returned left, or, where a commit was cut, what that one would have left.

use std::collections::BTreeMap;
use std::sync::Arc;

use citadel_txn::{Cursor, Database, Result, TreeId, TreeOptions, View, WriteTxn};

use crate::disk::Disk;
use crate::input::Input;
use crate::template;

/// Transactions of one input, at most.
const TRANSACTIONS_MAX: usize = 40;
/// Changes of one transaction, at most.
const CHANGES_MAX: u8 = 40;
/// The tree that inputs change.
const TREE: TreeId = TreeId::new(3);

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// Runs one input: the shape of the tree, then transactions.
pub fn run(bytes: &[u8]) {
    citadel_core::fuzzing::reseed(5);
    let mut input = Input::new(bytes);
    let disk = Disk::default();
    let mut database = create(&disk, 1 + u16::from(input.byte() % 3));
    let mut map = Map::new();
    for _ in 0..TRANSACTIONS_MAX {
        if input.is_empty() {
            break;
        }
        let end = input.byte();
        if end % 4 == 1 {
            disk.fail_in(u32::from(input.byte() % 12));
        }
        let mut after = map.clone();
        let done = transact(&database, &mut input, &mut after, end % 4 == 2);
        let mut before = None;
        match &done {
            Ok(committed) if *committed => map = after,
            Ok(_) => {}
            Err(error) => {
                assert!(error.is_io(), "{error}");
                before = Some(std::mem::replace(&mut map, after));
            }
        }
        if done.is_err() || end % 4 == 3 {
            // The handle may want to close its file; nothing of that arrives.
            disk.fail_in(0);
            drop(database);
            disk.lose_power(input.long());
            database = open(&disk);
            map = found(&database, [Some(map), before]);
        }
        disk.mend();
    }
    drop(database);
    let database = open(&disk);
    found(&database, [Some(map), None]);
}

fn create(disk: &Disk, leaf_pages: u16) -> Database {
    let database = Database::create(
        Arc::new(disk.clone()),
        &template::key(),
        template::options(),
    )
    .expect("an empty disk");
    let mut write = database.begin_write().expect("no other writer");
    let options = TreeOptions {
        leaf_pages,
        ..TreeOptions::default()
    };
    write.create_tree_at(TREE, options).expect("a new tree");
    write.commit().expect("a disk that works");
    database
}

fn open(disk: &Disk) -> Database {
    Database::open(
        Arc::new(disk.clone()),
        &template::key(),
        template::options(),
    )
    .expect("a file that was torn by power alone")
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
            2 | 3 => remove(&mut write, &key(input), map)?,
            4 => {
                let key = key(input);
                let found = write.get(TREE, &key)?;
                assert_eq!(found.as_deref(), map.get(&key).map(Vec::as_slice));
            }
            _ => insert(&mut write, key(input), value(input), map)?,
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
fn key(input: &mut Input<'_>) -> Vec<u8> {
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
fn found(database: &Database, states: [Option<Map>; 2]) -> Map {
    let report = database.check().expect("a disk that works");
    assert!(report.is_ok(), "{report:?}");
    let read = database.begin_read().expect("a disk that works");
    let map = read_all(&read).expect("a file that was checked");
    assert_eq!(read.tree_len(TREE).expect("the tree"), map.len() as u64);
    assert!(
        states.iter().flatten().any(|state| *state == map),
        "what is found is neither before the commit nor after it"
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
    let four = vec![
        0, 0, 9, 5, 1, 0x40, 0x9c, 0, 5, 2, 0x48, 0x9c, 1, 2, 1, 5, 3, 1, 1, 4, 2, 0, 5, 2, 3, 1,
        0, 0, 0,
    ];
    vec![one, two, three, four]
}
