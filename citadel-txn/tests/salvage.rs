//! Promise: whatever page is damaged, every entry that lies elsewhere is read, nothing is read that was never committed,
//! and each entry that is missing lies in a range that is named.

use std::collections::BTreeMap;
use std::sync::Arc;

use citadel_txn::{Database, Key, MemoryStorage, Options, PageSize, Salvage, TreeId, TreeOptions};

const PAGE: usize = 512;
const TREES: [TreeId; 2] = [TreeId::new(1), TreeId::new(2)];

type Entries = BTreeMap<Vec<u8>, Vec<u8>>;
/// All values that a key ever had.
type History = BTreeMap<Vec<u8>, Vec<Vec<u8>>>;

fn key() -> Key {
    Key::raw([9; 32])
}

fn options() -> Options {
    Options {
        page_size: PageSize::new(PAGE as u32).unwrap(),
        ..Options::default()
    }
}

fn value(number: u32, round: u32) -> Vec<u8> {
    let len = if number.is_multiple_of(40) { 3000 } else { 24 };
    vec![(number + round) as u8; len]
}

/// A file, its entries, and all values that a key ever had.
fn sample() -> (Vec<u8>, [Entries; 2], History) {
    let storage = MemoryStorage::new();
    let database = Database::create(Arc::new(storage.clone()), &key(), options()).unwrap();
    let mut now = [Entries::new(), Entries::new()];
    let mut ever = History::new();
    for round in 0..6u32 {
        let mut write = database.begin_write().unwrap();
        for (which, tree) in TREES.into_iter().enumerate() {
            if round == 0 {
                write.create_tree_at(tree, TreeOptions::default()).unwrap();
            }
            for number in (round..200).step_by(1 + round as usize) {
                let (key, value) = (number.to_be_bytes().to_vec(), value(number, round));
                write.insert(tree, &key, &value).unwrap();
                ever.entry(key.clone()).or_default().push(value.clone());
                now[which].insert(key, value);
            }
        }
        write.commit().unwrap();
    }
    drop(database);
    (storage.snapshot(), now, ever)
}

fn open(bytes: Vec<u8>) -> citadel_txn::Result<Salvage> {
    Salvage::open(Arc::new(MemoryStorage::from_bytes(bytes)), &key())
}

#[test]
fn a_sound_file_is_salvaged_whole() {
    let (bytes, now, _) = sample();
    let salvage = open(bytes).unwrap();
    assert_eq!(salvage.trees().len(), 2);
    for (tree, expected) in TREES.into_iter().zip(now) {
        let found: Entries = salvage
            .entries(tree)
            .map(|entry| (entry.key, entry.value))
            .collect();
        assert_eq!(found, expected);
    }
    let losses = salvage.losses();
    assert!(losses.is_none(), "{losses}");
    assert_eq!(losses.entries_read, 400);
}

#[test]
fn a_damaged_page_costs_what_lies_in_it_and_nothing_else() {
    let (bytes, now, ever) = sample();
    let (mut read_whole, mut stood_in) = (0, 0);
    for page in 48..bytes.len() / PAGE {
        let mut damaged = bytes.clone();
        damaged[page * PAGE + 100] ^= 0x40;
        let salvage = open(damaged).unwrap();
        let mut missing = 0;
        for (tree, expected) in TREES.into_iter().zip(&now) {
            let mut last = None;
            let mut found = Entries::new();
            for entry in salvage.entries(tree) {
                assert!(last.as_ref().is_none_or(|last| *last < entry.key));
                assert!(ever[&entry.key].contains(&entry.value), "page {page}");
                last = Some(entry.key.clone());
                found.insert(entry.key, entry.value);
            }
            let losses = salvage.losses();
            for (key, value) in expected {
                if found.get(key) == Some(value) || !salvage.passed_over().is_empty() {
                    continue;
                }
                missing += usize::from(!found.contains_key(key));
                let named = losses.spelt_out.iter().any(|loss| {
                    loss.tree.is_none_or(|lost| lost == tree)
                        && *key >= loss.from
                        && loss.to.as_ref().is_none_or(|to| key < to)
                        || loss.tree.is_none()
                });
                assert!(named, "page {page}, key {key:?} is not named:\n{losses}");
            }
        }
        let losses = salvage.losses();
        if salvage.passed_over().is_empty() {
            assert_eq!(400 - missing as u64, losses.entries_read, "page {page}");
        }
        read_whole += usize::from(losses.is_none());
        stood_in += usize::from(losses.entries_read_from_older > 0);
    }
    assert!(read_whole > 10, "free pages");
    assert!(stood_in > 0, "older commits stand in");
}

#[test]
fn a_damaged_record_is_passed_over() {
    let (bytes, now, ever) = sample();
    for record in [8192, 16384] {
        let mut damaged = bytes.clone();
        damaged[record + 50] ^= 1;
        let salvage = open(damaged).unwrap();
        let read = salvage.entries(TREES[0]).inspect(|entry| {
            assert!(ever[&entry.key].contains(&entry.value));
        });
        assert_eq!(read.count(), now[0].len());
    }
    let mut without = bytes;
    without[8192 + 50] ^= 1;
    without[16384 + 50] ^= 1;
    assert!(
        Database::open(
            Arc::new(MemoryStorage::from_bytes(without.clone())),
            &key(),
            options()
        )
        .is_err()
    );
    let salvage = open(without).unwrap();
    let found: Entries = salvage
        .entries(TREES[0])
        .map(|entry| (entry.key, entry.value))
        .collect();
    assert_eq!(found, now[0], "the records among the pages are found");
}

#[test]
fn a_truncated_file_gives_what_is_left() {
    let (bytes, _, ever) = sample();
    let mut in_part = 0;
    for pages in (48..bytes.len() / PAGE).step_by(5) {
        let salvage = open(bytes[..pages * PAGE].to_vec()).unwrap();
        let mut read = 0;
        for tree in TREES {
            for entry in salvage.entries(tree) {
                assert!(ever[&entry.key].contains(&entry.value));
                read += 1;
            }
        }
        assert!(read == 400 || !salvage.losses().is_none(), "{read} read");
        in_part += usize::from(read > 0 && !salvage.losses().is_none());
    }
    assert!(in_part > 0);
}

#[test]
fn a_wrong_key_salvages_nothing() {
    let (bytes, _, _) = sample();
    let storage = MemoryStorage::from_bytes(bytes);
    let refused = Salvage::open(Arc::new(storage), &Key::raw([1; 32]));
    assert!(refused.err().unwrap().is_wrong_key());
}
