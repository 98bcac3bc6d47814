//! Measures this crate by itself: `cargo run --release -p citadel-txn --example tree_rates [FILE]`.
//! Without a file, the database lies in memory.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use citadel_txn::{
    Cursor, Database, Durability, FileStorage, Key, MemoryStorage, Options, Result, Storage,
    TreeId, TreeOptions, View,
};

const ROWS: u64 = 100_000;
const COMMITS: u64 = 2_000;

fn main() -> Result<()> {
    let storage: Arc<dyn Storage> = match std::env::args().nth(1) {
        Some(path) => Arc::new(FileStorage::create(path)?),
        None => Arc::new(MemoryStorage::new()),
    };
    let database = Database::create(storage, &Key::raw([1; 32]), Options::default())?;
    let mut txn = database.begin_write()?;
    let tree = txn.create_tree(TreeOptions::default())?;
    per("sequential insert", ROWS, || {
        (0..ROWS).try_for_each(|n| txn.insert(tree, &key(n), &[7; 60]).map(drop))
    })?;
    per("commit of them", ROWS, || txn.commit().map(drop))?;

    let read = database.begin_read()?;
    per("point get", ROWS, || {
        (0..ROWS).try_for_each(|n| {
            black_box(read.get(tree, &key(shuffled(n)))?);
            Ok(())
        })
    })?;
    per("scan", ROWS, || {
        let mut cursor = Cursor::new(tree);
        while cursor.next(&read)? {
            black_box((cursor.key(), cursor.value(&read)?));
        }
        Ok(())
    })?;
    per("scan backwards", ROWS, || {
        let mut cursor = Cursor::new(tree);
        while cursor.prev(&read)? {
            black_box(cursor.key());
        }
        Ok(())
    })?;
    per("seek", ROWS, || {
        let mut cursor = Cursor::new(tree);
        (0..ROWS).try_for_each(|n| cursor.seek(&read, &key(shuffled(n))).map(drop))
    })?;

    let mut txn = database.begin_write()?;
    per("random overwrite", ROWS, || {
        (0..ROWS).try_for_each(|n| txn.insert(tree, &key(shuffled(n)), &[8; 60]).map(drop))
    })?;
    per("the same again", ROWS, || {
        (0..ROWS).try_for_each(|n| txn.insert(tree, &key(shuffled(n)), &[9; 60]).map(drop))
    })?;
    let savepoint = txn.savepoint();
    per("again with a savepoint", ROWS, || {
        (0..ROWS).try_for_each(|n| txn.insert(tree, &key(shuffled(n)), &[8; 60]).map(drop))
    })?;
    per("rolled back", ROWS, || txn.rollback_to(&savepoint))?;
    per("random get in it", ROWS, || {
        (0..ROWS).try_for_each(|n| {
            black_box(txn.get(tree, &key(shuffled(n)))?);
            Ok(())
        })
    })?;
    per("remove half", ROWS / 2, || {
        (0..ROWS / 2).try_for_each(|n| txn.remove(tree, &key(shuffled(n * 2))).map(drop))
    })?;
    per("commit of them", ROWS, || txn.commit().map(drop))?;

    per("durable commit of one", COMMITS, || {
        (0..COMMITS).try_for_each(|n| {
            let mut txn = database.begin_write()?;
            txn.insert(tree, &key(ROWS + n), &[7; 60])?;
            txn.commit().map(drop)
        })
    })?;
    per("random durable commit", COMMITS, || {
        (0..COMMITS).try_for_each(|n| {
            let mut txn = database.begin_write()?;
            txn.insert(tree, &key(shuffled(n)), &[7; 60])?;
            txn.commit().map(drop)
        })
    })?;
    for threads in [1, 8] {
        shared(&database, tree, threads, Durability::Full)?;
    }
    for durability in [Durability::Normal, Durability::Off] {
        shared(&database, tree, 1, durability)?;
    }
    per("begin read and get", ROWS, || {
        (0..ROWS).try_for_each(|n| {
            black_box(database.begin_read()?.get(tree, &key(shuffled(n)))?);
            Ok(())
        })
    })?;
    println!("{}", database.check()?);
    Ok(())
}

/// One-row commits of several threads at once.
fn shared(database: &Database, tree: TreeId, threads: u64, durability: Durability) -> Result<()> {
    database.set_durability(durability);
    let commits = COMMITS * threads.min(4);
    let start = Instant::now();
    std::thread::scope(|scope| {
        let each = |thread: u64| {
            (0..commits / threads).try_for_each(|n| {
                let mut txn = database.begin_write()?;
                txn.insert(tree, &key(ROWS + thread * commits + n), &[7; 60])?;
                txn.commit().map(drop)
            })
        };
        let running: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(move || each(thread)))
            .collect();
        running
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or(Ok(())))
    })?;
    println!(
        "{threads} threads, {durability:?}: {:.0} commits/s",
        commits as f64 / start.elapsed().as_secs_f64()
    );
    database.set_durability(Durability::Full);
    Ok(())
}

fn per(what: &str, count: u64, act: impl FnOnce() -> Result<()>) -> Result<()> {
    let start = Instant::now();
    act()?;
    println!(
        "{what:<24} {:>9.0} ns",
        start.elapsed().as_nanos() as f64 / count as f64
    );
    Ok(())
}

fn key(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

/// A permutation of `0..ROWS`.
fn shuffled(number: u64) -> u64 {
    number * 61_803 % ROWS
}
