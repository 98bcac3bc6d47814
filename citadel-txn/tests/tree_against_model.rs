//! Promise: a database reads as a sorted map does, through any sequence of inserts, overwrites that grow or shrink,
//! removals, savepoints, rollbacks, commits and reopenings, whatever the page size, and however little memory a transaction
//! has before it spills; and after each commit and each
//! reopening every page of the file is accounted for.

use std::collections::BTreeMap;
use std::sync::Arc;

use citadel_txn::{
    Cursor, Database, Kdf, Key, Leaves, MemoryStorage, Options, PageSize, TreeId, TreeOptions,
    View, WriteTxn, get_several, split,
};
use proptest::prelude::*;

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

#[derive(Clone, Debug)]
enum Step {
    Insert(u16, usize),
    Remove(u16),
    Bulk(u8, usize),
    Savepoint,
    RollbackTo(usize),
    Release(usize),
    Commit,
    Rollback,
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let len = prop_oneof![8 => 0usize..60, 3 => 60usize..400, 1 => 400usize..70_000];
    let step = prop_oneof![
        60 => (0u16..700, len).prop_map(|(key, len)| Step::Insert(key, len)),
        40 => (0u16..700).prop_map(Step::Remove),
        1 => (0u8..100, 0usize..60).prop_map(|(count, len)| Step::Bulk(count, len)),
        4 => Just(Step::Savepoint),
        3 => (0usize..4).prop_map(Step::RollbackTo),
        2 => (0usize..4).prop_map(Step::Release),
        5 => Just(Step::Commit),
        1 => Just(Step::Rollback),
        2 => Just(Step::Reopen),
    ];
    proptest::collection::vec(step, 1..500)
}

/// Keys of three families: short ones, ones that share a long beginning, and ones that differ early and are long.
fn key(number: u16) -> Vec<u8> {
    match number % 3 {
        0 => number.to_be_bytes().to_vec(),
        1 => format!(
            "a beginning that many keys of one index share/{:05}",
            number / 2
        )
        .into_bytes(),
        _ => {
            let mut key = number.swap_bytes().to_be_bytes().to_vec();
            key.extend(std::iter::repeat_n(b'k', usize::from(number % 90)));
            key
        }
    }
}

fn value(seed: usize, len: usize) -> Vec<u8> {
    (0..len)
        .map(|at| (at * 31 + seed * 7 + at / 251) as u8)
        .collect()
}

fn options(page_size: u32, dirty_bytes: Option<usize>) -> Options {
    Options {
        dirty_bytes,
        page_size: PageSize::new(page_size).unwrap(),
        kdf: Kdf::lightest(),
        cache_bytes: 1 << 20,
        ..Options::default()
    }
}

const TREE: TreeId = TreeId::new(3);

fn agree(view: &dyn View, model: &Model) {
    assert_eq!(view.tree_len(TREE).unwrap(), model.len() as u64);
    let mut cursor = Cursor::new(TREE);
    for (key, value) in model {
        assert!(cursor.next(view).unwrap());
        assert_eq!(cursor.key(), &key[..]);
        assert_eq!(&cursor.value(view).unwrap()[..], &value[..]);
    }
    assert!(!cursor.next(view).unwrap());
    for (key, value) in model.iter().rev() {
        assert!(cursor.prev(view).unwrap());
        assert_eq!(cursor.key(), &key[..]);
        assert_eq!(view.get(TREE, key).unwrap().as_deref(), Some(&value[..]));
    }
    assert!(!cursor.prev(view).unwrap());
    agree_by_leaves(view, model);
    for parts in [1, 3, 1000] {
        agree_by_parts(view, model, parts);
    }
    agree_together(view, model);
}

/// Whole leaves give every entry once, in order.
fn agree_by_leaves(view: &dyn View, model: &Model) {
    let mut leaves = Leaves::new(view, TREE).unwrap();
    let mut expected = model.iter();
    while let Some(leaf) = leaves.next().unwrap() {
        assert!(!leaf.is_empty() || model.is_empty());
        let agree = |key: &[u8], value: &[u8]| {
            let (model_key, model_value) = expected.next().unwrap();
            assert_eq!((key, value), (&model_key[..], &model_value[..]));
            Ok::<_, citadel_txn::Error>(())
        };
        leaf.for_each(agree).unwrap();
    }
    assert!(expected.next().is_none());
    assert!(leaves.next().unwrap().is_none() && leaves.ahead().is_empty());
}

/// The parts that a tree is cut into have every entry once, in order.
fn agree_by_parts(view: &dyn View, model: &Model, parts: usize) {
    let cuts = split(view, TREE, parts).unwrap();
    assert!(cuts.len() < parts && cuts.is_sorted_by(|a, b| a < b));
    let mut expected = model.iter().peekable();
    for part in 0..=cuts.len() {
        let from = part
            .checked_sub(1)
            .map_or(&[][..], |cut| cuts[cut].as_slice());
        let until = cuts.get(part).map(Vec::as_slice);
        let mut leaves = Leaves::within(view, TREE, from, until).unwrap();
        while let Some(leaf) = leaves.next().unwrap() {
            let agree = |key: &[u8], value: &[u8]| {
                assert!(key >= from && until.is_none_or(|until| key < until));
                let (model_key, model_value) = expected.next().unwrap();
                assert_eq!((key, value), (&model_key[..], &model_value[..]));
                Ok::<_, citadel_txn::Error>(())
            };
            leaf.for_each(agree).unwrap();
        }
        agree_within(view, model, from, until);
    }
    assert!(expected.next().is_none());
}

/// Of a range that is no run of leaves, all entries come, in order, among others beside them.
fn agree_within(view: &dyn View, model: &Model, from: &[u8], until: Option<&[u8]>) {
    let longer = |key: &[u8]| [key, &[1]].concat();
    let (from, until) = (longer(from), until.map(longer));
    let mut leaves = Leaves::within(view, TREE, &from, until.as_deref()).unwrap();
    let mut found = Vec::new();
    while let Some(leaf) = leaves.next().unwrap() {
        let find = |key: &[u8], _: &[u8]| {
            found.push(key.to_vec());
            Ok::<_, citadel_txn::Error>(())
        };
        leaf.for_each(find).unwrap();
    }
    assert!(found.is_sorted_by(|a, b| a < b));
    let is_wanted = |key: &Vec<u8>| *key >= from && until.as_ref().is_none_or(|until| key < until);
    found.retain(is_wanted);
    assert!(found.iter().eq(model.keys().filter(|key| is_wanted(key))));
}

/// Keys looked up together give what each gives alone, in any order, twice, and where they are not there.
fn agree_together(view: &dyn View, model: &Model) {
    let mut keys: Vec<Vec<u8>> = (0..700).step_by(7).map(key).collect();
    keys.extend(model.keys().cloned());
    for _ in 0..2 {
        let found = get_several(view, TREE, &keys).unwrap();
        assert_eq!(found.len(), keys.len());
        for (key, found) in keys.iter().zip(found) {
            assert_eq!(found.as_deref(), model.get(key).map(|value| &value[..]));
        }
        keys.sort();
    }
    assert!(get_several::<Vec<u8>>(view, TREE, &[]).unwrap().is_empty());
}

fn agree_after_seeks(view: &dyn View, model: &Model, at: &[u8]) {
    let mut cursor = Cursor::new(TREE);
    let found = cursor.seek(view, at).unwrap();
    assert_eq!(
        found.then(|| cursor.key().to_vec()),
        model
            .range(at.to_vec()..)
            .next()
            .map(|(key, _)| key.clone())
    );
    let found = cursor.seek_last_before(view, at).unwrap();
    assert_eq!(
        found.then(|| cursor.key().to_vec()),
        model
            .range(..at.to_vec())
            .next_back()
            .map(|(key, _)| key.clone())
    );
}

fn sound(database: &Database) {
    let report = database.check().unwrap();
    assert!(report.problems.is_empty(), "{:?}", report.problems);
}

/// Appends entries behind the last one.
fn bulk(txn: &mut WriteTxn, model: &mut Model, number: usize, count: u8, len: usize) {
    let last = model
        .last_key_value()
        .map_or(vec![], |(key, _)| key.clone());
    let mut load = txn.bulk(TREE).unwrap();
    for at in 0..count {
        let mut key = last[..last.len().min(20)].to_vec();
        key.extend([0xff, 0xff, at]);
        if model.last_key_value().is_some_and(|(last, _)| *last >= key) {
            assert!(load.push(&key, b"too small").unwrap_err().is_misuse());
            continue;
        }
        let value = value(number + usize::from(at), len);
        load.push(&key, &value).unwrap();
        model.insert(key, value);
    }
}

fn run(page_size: u32, leaf_pages: u16, dirty_bytes: Option<usize>, steps: &[Step]) {
    let storage = MemoryStorage::new();
    let mut database = Database::create(
        Arc::new(storage.clone()),
        &Key::raw([1; 32]),
        options(page_size, dirty_bytes),
    )
    .unwrap();
    let mut txn = database.begin_write().unwrap();
    txn.create_tree_at(TREE, TreeOptions { leaf_pages })
        .unwrap();
    txn.commit().unwrap();
    let mut committed = Model::new();
    let mut model = Model::new();
    let mut open: Option<WriteTxn> = None;
    let mut savepoints = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let txn = open.get_or_insert_with(|| database.begin_write().unwrap());
        match step {
            Step::Insert(at, len) => {
                let value = value(number, *len);
                let replaced = txn.insert(TREE, &key(*at), &value).unwrap();
                assert_eq!(replaced, model.insert(key(*at), value).is_some());
            }
            Step::Remove(at) => {
                assert_eq!(
                    txn.remove(TREE, &key(*at)).unwrap(),
                    model.remove(&key(*at)).is_some()
                );
                agree_after_seeks(txn, &model, &key(*at));
            }
            Step::Bulk(count, len) => bulk(txn, &mut model, number, *count, *len),
            Step::Savepoint => savepoints.push((txn.savepoint(), model.clone())),
            Step::RollbackTo(back) if *back < savepoints.len() => {
                savepoints.truncate(savepoints.len() - back);
                let (savepoint, at) = savepoints.last().unwrap();
                txn.rollback_to(savepoint).unwrap();
                model = at.clone();
                agree(txn, &model);
            }
            Step::Release(back) if *back < savepoints.len() => {
                let (savepoint, _) = savepoints.swap_remove(savepoints.len() - 1 - back);
                savepoints.truncate(savepoints.len() - back);
                txn.release(savepoint).unwrap();
            }
            Step::RollbackTo(_) | Step::Release(_) => {}
            Step::Commit => {
                agree(txn, &model);
                open.take().unwrap().commit().unwrap();
                savepoints.clear();
                committed = model.clone();
                sound(&database);
                agree(&database.begin_read().unwrap(), &committed);
            }
            Step::Rollback => {
                open = None;
                savepoints.clear();
                model = committed.clone();
            }
            Step::Reopen => {
                open = None;
                savepoints.clear();
                model = committed.clone();
                drop(database);
                database = Database::open(
                    Arc::new(storage.clone()),
                    &Key::raw([1; 32]),
                    options(page_size, dirty_bytes),
                )
                .unwrap();
                sound(&database);
                agree(&database.begin_read().unwrap(), &committed);
            }
        }
    }
    if let Some(txn) = open {
        agree(&txn, &model);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn small_pages(steps in steps()) {
        run(512, 1, None, &steps);
    }

    #[test]
    fn small_pages_long_leaves(steps in steps()) {
        run(512, 3, None, &steps);
    }

    #[test]
    fn usual_pages(steps in steps()) {
        run(8192, 1, None, &steps);
    }
    #[test]
    fn spilling_after_each_change(steps in steps()) {
        run(512, 1, Some(0), &steps);
    }

    #[test]
    fn spilling_now_and_then(steps in steps()) {
        run(512, 3, Some(20_000), &steps);
    }
}
