//! Damage to a small file that has a bit of everything. What `check` calls whole can be read and written; all else is an
//! error, and a salvage goes through.
//!
//! An input is a list of patches (`page u16 | place in it u16 | length - 1 | bytes`), or, where its first byte is 0xff, the whole
//! file.

use std::sync::{Arc, LazyLock};

use citadel_core::{MemoryStorage, SuperblockInfo};
use citadel_txn::{Cursor, Database, Result, Salvage, TreeId, TreeOptions, View};

use crate::input::Input;
use crate::marks;
use crate::template::{self, PAGE_BYTES};

/// Entries that are read of a tree, at most: a damaged tree may seem endless, but not for ever.
const ENTRIES_MAX: usize = 10_000;
/// Ids that are looked for.
const TREES_MAX: u64 = 40;

static TEMPLATE: LazyLock<Vec<u8>> = LazyLock::new(template::closed);

/// Runs one input.
pub fn run(bytes: &[u8]) {
    let storage = MemoryStorage::from_bytes(damaged(bytes));
    citadel_core::fuzzing::reseed(6);
    if let Ok(info) = SuperblockInfo::read(&storage) {
        _ = info.to_string();
    }
    salvage(&storage);
    let opened = Database::open(
        Arc::new(storage.clone()),
        &template::key(),
        template::options(),
    );
    let Ok(database) = opened else {
        marks::hit("refused");
        return;
    };
    let whole = database.check().is_ok_and(|report| report.is_ok());
    marks::hit(if whole { "whole" } else { "damaged" });
    assert!(
        whole || !bytes.is_empty(),
        "the file without damage is whole"
    );
    _ = database.inspect();
    let read = read_all(&database);
    let written = write(&database);
    drop(database);
    if written.is_ok() {
        marks::hit("written");
    }
    if whole {
        read.expect("what was checked is read");
        written.expect("what was checked is written");
        let again = Database::open(Arc::new(storage), &template::key(), template::options());
        let report = again.expect("it was written").check().expect("memory");
        assert!(report.is_ok(), "{report:?}");
    }
}

fn damaged(bytes: &[u8]) -> Vec<u8> {
    if let Some((0xff, file)) = bytes.split_first() {
        return file.to_vec();
    }
    let mut file = TEMPLATE.clone();
    let mut input = Input::new(bytes);
    while !input.is_empty() {
        let page = usize::from(input.word()) % (file.len() / PAGE_BYTES);
        let at = page * PAGE_BYTES + usize::from(input.word()) % PAGE_BYTES;
        let len = 1 + usize::from(input.byte() % 16);
        let patch = input.take(len);
        for (byte, new) in file.iter_mut().skip(at).zip(patch) {
            *byte = *new;
        }
    }
    file
}

fn salvage(storage: &MemoryStorage) {
    let copy = MemoryStorage::from_bytes(storage.snapshot());
    let Ok(salvage) = Salvage::open(Arc::new(copy), &template::key()) else {
        return;
    };
    for tree in salvage.trees() {
        let entries = salvage.entries(tree.id);
        _ = entries.take(ENTRIES_MAX).count();
    }
    _ = salvage.losses();
}

/// Reads every tree forwards and backwards; both see the same number of entries.
fn read_all(database: &Database) -> Result<()> {
    let read = database.begin_read()?;
    for id in (0..TREES_MAX).map(TreeId::new) {
        if !read.tree_exists(id)? {
            continue;
        }
        let mut cursor = Cursor::new(id);
        let mut entries = 0;
        while entries < ENTRIES_MAX && cursor.next(&read)? {
            let value = cursor.value(&read)?.into_owned();
            let found = read.get(id, cursor.key())?;
            _ = found.map(|found| *found == *value);
            entries += 1;
        }
        let mut cursor = Cursor::new(id);
        let mut more = cursor.last(&read)?;
        while more && entries > 0 {
            entries -= 1;
            more = cursor.prev(&read)?;
        }
    }
    Ok(())
}

/// Changes every tree a little, and commits.
fn write(database: &Database) -> Result<()> {
    let mut write = database.begin_write()?;
    for id in (16..TREES_MAX).map(TreeId::new) {
        if !write.tree_exists(id)? {
            continue;
        }
        write.insert(id, b"new", &[1; 100])?;
        write.insert(id, &50_u16.to_be_bytes(), &[2; 3000])?;
        write.remove(id, &3_u16.to_be_bytes())?;
        write.remove(id, b"one extent")?;
    }
    let tree = write.create_tree(TreeOptions::default())?;
    write.insert(tree, b"key", b"value")?;
    write.commit()?;
    Ok(())
}

/// No damage, and damage to each sort of page.
pub fn seeds() -> Vec<Vec<u8>> {
    let pages = TEMPLATE.len() / PAGE_BYTES;
    let mut seeds = vec![Vec::new()];
    // Superblock, records, and some twenty pages: a byte of its head, and some of its middle.
    let some = (48..pages).step_by(pages.div_ceil(20));
    for page in [0, 8, 16, 17, 32, 33].into_iter().chain(some) {
        let [low, high] = (page as u16).to_le_bytes();
        let head = [low, high, 2, 0, 0, 9];
        let middle = [low, high, 100, 0, 3, 1, 2, 3, 4];
        seeds.push([&head[..], &middle].concat());
    }
    seeds
}
