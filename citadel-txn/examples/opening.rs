//! How long it takes to open a file that was not closed: `cargo run --release -p citadel-txn --example opening FILE` opens
//! FILE, or makes it where it is not there, as a loss of power would leave it.
#![allow(clippy::print_stdout)]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use citadel_txn::{Database, FileStorage, Key, Options, Result, TreeId, TreeOptions};

/// Entries of 1 KiB in the file.
const ENTRIES: u64 = 200_000;
/// Commits of one entry after that.
const COMMITS: u64 = 1_000;
const TREE: TreeId = TreeId::new(1);

fn main() -> Result<()> {
    let Some(path) = std::env::args().nth(1) else {
        println!("which file?");
        return Ok(());
    };
    match Path::new(&path).exists() {
        true => open(&path),
        false => make(&path),
    }
}

fn make(path: &str) -> Result<()> {
    let live = format!("{path}.live");
    let storage = Arc::new(FileStorage::create(&live)?);
    let database = Database::create(storage, &Key::raw([1; 32]), Options::default())?;
    let mut txn = database.begin_write()?;
    txn.create_tree_at(TREE, TreeOptions::default())?;
    let entries = (0..ENTRIES).map(|number| Ok((number.to_be_bytes(), [number as u8; 1000])));
    txn.bulk_load(TREE, entries)?;
    txn.commit()?;
    for number in 0..COMMITS {
        let mut txn = database.begin_write()?;
        let key = (number * 7919 % ENTRIES).to_be_bytes();
        txn.insert(TREE, &key, &[7; 100])?;
        txn.commit()?;
    }
    match std::fs::copy(&live, path).and_then(|_| std::fs::remove_file(&live)) {
        Ok(()) => println!("made; now open it"),
        Err(error) => println!("{error}"),
    }
    Ok(())
}

fn open(path: &str) -> Result<()> {
    let storage = Arc::new(FileStorage::open(path)?);
    let since = Instant::now();
    let database = Database::open(storage, &Key::raw([1; 32]), Options::default())?;
    let ms = since.elapsed().as_secs_f64() * 1e3;
    println!("opened in {ms:.1} ms");
    drop(database);
    Ok(())
}
