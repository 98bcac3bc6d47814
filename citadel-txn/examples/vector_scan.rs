//! How fast all vectors of a tree are read: `cargo run --release -p citadel-txn --example vector_scan [FILE]`.
//! Without a file, the database lies in memory. Beside each figure stands a plain sum over the same bytes in one array.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use citadel_txn::{
    Cursor, Database, FileStorage, Key, MemoryStorage, Options, ReadTxn, Result, Storage, TreeId,
    TreeOptions,
};

const BYTES: usize = 192 << 20;
const ROUNDS: usize = 5;

fn main() -> Result<()> {
    for dimension in [384, 768, 1024, 1536] {
        let storage: Arc<dyn Storage> = match std::env::args().nth(1) {
            Some(path) => Arc::new(FileStorage::create(format!("{path}.{dimension}"))?),
            None => Arc::new(MemoryStorage::new()),
        };
        measure(storage, dimension)?;
    }
    Ok(())
}

fn measure(storage: Arc<dyn Storage>, dimension: usize) -> Result<()> {
    let options = Options {
        cache_bytes: 2 * BYTES,
        ..Options::default()
    };
    let key = Key::raw([1; 32]);
    let database = Database::create(Arc::clone(&storage), &key, options.clone())?;
    let vector = vec![1u8; dimension * size_of::<f32>()];
    let rows = BYTES / vector.len();
    let mut txn = database.begin_write()?;
    let leaf = TreeOptions::for_values(txn.page_size(), size_of::<u64>(), vector.len());
    let tree = txn.create_tree(leaf)?;
    txn.bulk_load(
        tree,
        (0..rows as u64).map(|row| Ok((row.to_be_bytes(), &vector))),
    )?;
    txn.commit()?;
    let pages = database.check()?.pages;
    drop(database);

    let database = Database::open(storage, &key, options)?;
    let bytes = rows * vector.len();
    let read = database.begin_read()?;
    let cold = gb_per_s(bytes, 1, || sum_tree(&read, tree))?;
    let cached = gb_per_s(bytes, ROUNDS, || sum_tree(&read, tree))?;
    let plain = vec![1u8; bytes];
    let memory = gb_per_s(bytes, ROUNDS, || Ok(sum(&plain)))?;
    let wasted = 100.0 - 100.0 * bytes as f64 / (pages.leaves * 8192) as f64;
    println!(
        "{dimension:>5} dimensions: cold {cold:.2} GB/s, cached {cached:.2} GB/s, a plain sum {memory:.2} GB/s; \
         leaves of {} pages waste {wasted:.1} %",
        leaf.leaf_pages
    );
    Ok(())
}

fn sum_tree(read: &ReadTxn, tree: TreeId) -> Result<u64> {
    let mut cursor = Cursor::new(tree);
    let mut total = 0;
    while cursor.next(read)? {
        total += sum(&cursor.value(read)?);
    }
    Ok(total)
}

fn sum(bytes: &[u8]) -> u64 {
    bytes
        .as_chunks()
        .0
        .iter()
        .map(|word| u64::from_le_bytes(*word))
        .fold(0, u64::wrapping_add)
}

/// The best of so many rounds.
fn gb_per_s(bytes: usize, rounds: usize, mut act: impl FnMut() -> Result<u64>) -> Result<f64> {
    let mut best = 0f64;
    for _ in 0..rounds {
        let start = Instant::now();
        black_box(act()?);
        best = best.max(bytes as f64 / start.elapsed().as_secs_f64() / 1e9);
    }
    Ok(best)
}
