//! What a page costs: sealing, opening, a hit in the cache. Run it by hand:
//! `cargo run --release -p citadel-core --example page_costs`.

#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use citadel_core::{
    CreateOptions, Generation, Key, MemoryStorage, PageKind, PagePtr, PageRun, Result, SealedFile,
    body_len,
};

const PAGES: u64 = 1000;
const ROUNDS: u32 = 20;

fn main() -> Result<()> {
    let options = CreateOptions::default();
    let file = SealedFile::create(Arc::new(MemoryStorage::new()), &Key::raw([7; 32]), &options)?;
    report("seal and write, a batch of 1000", PAGES, || {
        write(&file, 2, PAGES).map(drop)
    })?;
    report("seal and write, batches of 10", PAGES, || {
        (0..PAGES / 10).try_for_each(|_| write(&file, 2, 10).map(drop))
    })?;
    let ptrs = write(&file, 3, PAGES)?;
    report("open, past the cache", PAGES, || {
        ptrs.iter()
            .try_for_each(|ptr| file.read_uncached(ptr, PageKind::TreeNode).map(drop))
    })?;
    report("open one page again and again", PAGES, || {
        (0..PAGES).try_for_each(|_| file.read_uncached(&ptrs[0], PageKind::TreeNode).map(drop))
    })?;
    report("hit in the cache", PAGES, || {
        ptrs.iter()
            .try_for_each(|ptr| file.read(black_box(ptr), PageKind::TreeNode).map(drop))
    })?;
    report("hit on one page", PAGES, || hit(&file, &ptrs[0]))?;
    report("hit on one page, two threads at once", PAGES, || {
        std::thread::scope(|scope| {
            let other = scope.spawn(|| (0..100).try_for_each(|_| hit(&file, &ptrs[0])));
            (0..100).try_for_each(|_| hit(&file, &ptrs[0]))?;
            other.join().unwrap_or(Ok(()))
        })
    })?;
    println!("(the last: per 100 hits of each thread)");
    println!("{:?}", file.cache_stats());
    Ok(())
}

/// Asks for the same page again and again.
fn hit(file: &SealedFile, ptr: &PagePtr) -> Result<()> {
    (0..PAGES).try_for_each(|_| file.read(black_box(ptr), PageKind::TreeNode).map(drop))
}

/// Writes so many pages in one batch.
fn write(file: &SealedFile, generation: u64, pages: u64) -> Result<Vec<PagePtr>> {
    let mut batch = file.batch(Generation::new(generation));
    let bodies = (0..pages).map(|i| {
        let body = vec![i as u8; body_len(file.page_size(), 1)];
        batch.seal(
            PageRun::single(file.first_page().offset(i)),
            PageKind::TreeNode,
            body,
        )
    });
    let ptrs = bodies.collect::<Result<_>>()?;
    batch.write()?;
    Ok(ptrs)
}

/// Prints the best round, per page.
fn report(what: &str, pages: u64, mut round: impl FnMut() -> Result<()>) -> Result<()> {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        round()?;
        best = best.min(start.elapsed());
    }
    println!("{what}: {:.0} ns", best.as_nanos() as f64 / pages as f64);
    Ok(())
}
