//! Promise: deleting half of a table and loading it again, over and over, does not make the file grow.

use std::sync::Arc;

use citadel_txn::{Database, Key, MemoryStorage, Options, TreeId, TreeOptions, View};

const TREE: TreeId = TreeId::new(1);
const ENTRIES: u32 = 30_000;

fn key() -> Key {
    Key::raw([8; 32])
}

fn fill(database: &Database, numbers: impl Iterator<Item = u32>) {
    let mut write = database.begin_write().unwrap();
    for number in numbers {
        let value = [number as u8; 100];
        write.insert(TREE, &number.to_be_bytes(), &value).unwrap();
    }
    write.commit().unwrap();
}

fn churn(options: Options) -> (u64, Vec<u64>, u64) {
    let storage = MemoryStorage::new();
    let database = Database::create(Arc::new(storage.clone()), &key(), options).unwrap();
    let mut write = database.begin_write().unwrap();
    write.create_tree_at(TREE, TreeOptions::default()).unwrap();
    write.commit().unwrap();
    fill(&database, 0..ENTRIES);
    let loaded = storage.snapshot().len() as u64;
    let mut rounds = Vec::new();
    for round in 0..20u32 {
        let half = || (0..ENTRIES).filter(move |number| number % 2 == round % 2);
        let mut write = database.begin_write().unwrap();
        for number in half() {
            write.remove(TREE, &number.to_be_bytes()).unwrap();
        }
        write.commit().unwrap();
        fill(&database, half());
        rounds.push(storage.snapshot().len() as u64);
    }
    let read = database.begin_read().unwrap();
    assert_eq!(read.tree_len(TREE).unwrap(), u64::from(ENTRIES));
    drop(read);
    drop(database);
    let closed = storage.snapshot().len() as u64;
    let database = Database::open(Arc::new(storage), &key(), Options::default()).unwrap();
    assert!(database.check().unwrap().is_ok());
    (loaded, rounds, closed)
}

#[test]
fn delete_and_reload_does_not_grow_the_file() {
    let (loaded, rounds, closed) = churn(Options::default());
    let (early, last) = (rounds[5], rounds[19]);
    assert_eq!(early, last, "{rounds:?}");
    assert!(closed <= loaded + loaded / 10, "{loaded} became {closed}");
}

#[test]
fn who_asks_for_it_closes_without_a_vacuum() {
    let options = Options {
        vacuum_on_close: false,
        ..Options::default()
    };
    let (_, rounds, closed) = churn(options);
    assert_eq!(closed, rounds[19]);
}
