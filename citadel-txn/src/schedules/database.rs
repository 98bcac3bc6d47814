//! Whole databases: writers, readers, and pages that are used anew.
//!
//! The pages are small and nothing is cached, so that trees are deep and each look of a reader goes to the disk: a page that was
//! written over while its snapshot reaches it does not open.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use citadel_core::{Key, PageSize};
use shuttle::thread;

use super::disk::Disk;
use super::explore;
use crate::cursor::Cursor;
use crate::database::Database;
use crate::options::{Durability, Options};
use crate::tree::TreeOptions;
use crate::tree_id::TreeId;
use crate::view::View;

const TREE: TreeId = TreeId::new(1);
/// Entries that are there from the start: a few leaves full.
const ENTRIES: u64 = 24;
/// Commits beside a reader, enough to come round to pages that earlier ones have left.
const COMMITS: u64 = 16;
/// Looks of a reader at one snapshot.
const LOOKS: usize = 6;
/// The entry that counts commits.
const COUNT: &[u8] = b"count";

fn key() -> Key {
    Key::raw([3; 32])
}

fn options(read_only: bool) -> Options {
    Options {
        page_size: PageSize::new(512).expect("a page size"),
        cache_bytes: 0,
        read_only,
        busy_timeout: Duration::MAX,
        ..Options::default()
    }
}

/// The same file for every schedule.
static FILE: OnceLock<Vec<u8>> = OnceLock::new();

/// A database with some entries, on a disk of its own. To be called where a scheduler runs.
fn open() -> (Database, Disk) {
    let bytes = FILE.get_or_init(|| {
        let disk = Disk::default();
        let database = Database::create(Arc::new(disk.clone()), &key(), options(false)).unwrap();
        let mut write = database.begin_write().unwrap();
        write.create_tree_at(TREE, TreeOptions::default()).unwrap();
        for number in 0..ENTRIES {
            let value = vec![number as u8; 40];
            write.insert(TREE, &number.to_be_bytes(), &value).unwrap();
        }
        write.insert(TREE, COUNT, &0u64.to_le_bytes()).unwrap();
        write.commit().unwrap();
        drop(database);
        disk.visible()
    });
    let disk = Disk::from_bytes(bytes);
    let database = Database::open(Arc::new(disk.clone()), &key(), options(false)).unwrap();
    (database, disk)
}

fn count(view: &dyn View) -> u64 {
    let entry = view.get(TREE, COUNT).unwrap().expect("it was put there");
    u64::from_le_bytes((*entry).try_into().unwrap())
}

/// Adds one to the count, and changes an entry with it.
fn step(database: &Database, number: u64, durability: Durability) -> u64 {
    let mut write = database.begin_write().unwrap();
    write.set_durability(durability);
    let next = count(&write) + 1;
    write.insert(TREE, COUNT, &next.to_le_bytes()).unwrap();
    let value = vec![next as u8; 40 + number as usize];
    write
        .insert(TREE, &(number % ENTRIES).to_be_bytes(), &value)
        .unwrap();
    write.commit().unwrap();
    next
}

/// All entries of a snapshot.
fn entries(view: &dyn View) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut entries = Vec::new();
    let mut cursor = Cursor::new(TREE);
    while cursor.next(view).unwrap() {
        let value = cursor.value(view).unwrap().into_owned();
        entries.push((cursor.key().to_vec(), value));
    }
    entries
}

/// What would be found after a loss of power now.
fn count_after_power_cut(disk: &Disk) -> u64 {
    let left = Disk::from_bytes(&disk.durable());
    let found = Database::open(Arc::new(left), &key(), options(true)).unwrap();
    count(&found.begin_read().unwrap())
}

fn spawn<T: Send + 'static>(
    world: &(Database, Disk),
    act: impl FnOnce(&Database, &Disk) -> T + Send + 'static,
) -> thread::JoinHandle<T> {
    let (database, disk) = (world.0.clone(), world.1.clone());
    thread::spawn(move || act(&database, &disk))
}

#[test]
fn a_snapshot_stands_still_while_pages_are_used_anew() {
    explore(|| {
        let world = open();
        let reader = spawn(&world, |database, _| {
            let mut newest = 0;
            for _ in 0..2 {
                let read = database.begin_read().unwrap();
                let first = entries(&read);
                for _ in 0..LOOKS {
                    thread::yield_now();
                    assert_eq!(entries(&read), first, "the snapshot moved");
                }
                let seen = count(&read);
                assert!(seen >= newest, "{seen} after {newest}");
                newest = seen;
            }
        });
        let writer = spawn(&world, |database, _| {
            for number in 0..COMMITS {
                step(database, number * 5, Durability::Full);
            }
        });
        reader.join().unwrap();
        writer.join().unwrap();
        assert!(world.0.check().unwrap().problems.is_empty());
    });
}

#[test]
fn readers_see_what_is_durable_and_nobody_loses_an_update() {
    explore(|| {
        let world = open();
        let writers: Vec<_> = (0..3)
            .map(|number| {
                spawn(&world, move |database, disk| {
                    for _ in 0..2 {
                        let mine = step(database, number, Durability::Full);
                        let found = count_after_power_cut(disk);
                        assert!(found >= mine, "{mine} was acknowledged, {found} is durable");
                        let seen = count(&database.begin_read().unwrap());
                        assert!(seen >= mine, "{mine} was acknowledged, {seen} is seen");
                    }
                })
            })
            .collect();
        let reader = spawn(&world, |database, disk| {
            for _ in 0..3 {
                let seen = count(&database.begin_read().unwrap());
                let found = count_after_power_cut(disk);
                assert!(found >= seen, "{seen} is seen, {found} is durable");
            }
        });
        for writer in writers {
            writer.join().unwrap();
        }
        reader.join().unwrap();
        assert_eq!(count(&world.0.begin_read().unwrap()), 6);
        assert!(world.0.check().unwrap().problems.is_empty());
    });
}

#[test]
fn a_transaction_that_changes_nothing_has_read_what_is_durable() {
    explore(|| {
        let world = open();
        let writer = spawn(&world, |database, _| {
            _ = step(database, 1, Durability::Full)
        });
        let looker = spawn(&world, |database, disk| {
            let write = database.begin_write().unwrap();
            let seen = count(&write);
            write.commit().unwrap();
            let found = count_after_power_cut(disk);
            assert!(
                found >= seen,
                "{seen} was read and acknowledged, {found} is durable"
            );
            let later = count(&database.begin_read().unwrap());
            assert!(later >= seen, "{seen} was read, and {later} later");
        });
        writer.join().unwrap();
        looker.join().unwrap();
    });
}

#[test]
fn a_full_commit_makes_all_before_it_durable() {
    explore(|| {
        let world = open();
        let lazy = spawn(&world, |database, disk| {
            let mine = step(database, 1, Durability::Normal);
            let seen = count(&database.begin_read().unwrap());
            assert!(seen >= mine, "a normal commit is seen at once");
            assert!(count_after_power_cut(disk) <= 3);
        });
        let full = spawn(&world, |database, disk| {
            for number in 2..4 {
                let mine = step(database, number, Durability::Full);
                let found = count_after_power_cut(disk);
                assert!(found >= mine, "{mine} was acknowledged, {found} is durable");
            }
        });
        lazy.join().unwrap();
        full.join().unwrap();
        let (database, disk) = world;
        drop(database);
        assert_eq!(count_after_power_cut(&disk), 3, "closing makes all durable");
    });
}
