//! Measures backup, compact copy, vacuum and rekey of a real file, in MB/s of pages: `cargo run --release -p citadel-txn
//! --example upkeep [rows]`. The file lies below `target/`.
#![allow(clippy::print_stdout, reason = "it tells what it measured")]

use std::sync::Arc;
use std::time::Instant;

use citadel_txn::{
    Database, FileStorage, Kdf, Key, Options, Phase, Quiet, Result, Step, TreeId, TreeOptions,
};

const TREE: TreeId = TreeId::new(1);

fn key(number: u64) -> [u8; 8] {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()
}

fn fill(database: &Database, rows: u64) -> Result<()> {
    let mut write = database.begin_write()?;
    write.create_tree_at(TREE, TreeOptions::default())?;
    for number in 0..rows {
        write.insert(TREE, &key(number), &[number as u8; 200])?;
    }
    write.commit()?;
    let mut write = database.begin_write()?;
    for number in (0..rows).filter(|number| !number.is_multiple_of(3)) {
        write.remove(TREE, &key(number))?;
    }
    write.commit().map(drop)
}

/// Runs a piece of work and tells its rate over so many pages.
fn measure(database: &Database, what: &str, work: impl FnOnce() -> Result<u64>) -> Result<()> {
    let begin = Instant::now();
    let pages = work()?;
    let seconds = begin.elapsed().as_secs_f64();
    let megabytes = pages as f64 * database.page_size().bytes() as f64 / 1e6;
    println!(
        "{what}: {megabytes:.0} MB in {seconds:.2} s, {:.0} MB/s",
        megabytes / seconds
    );
    Ok(())
}

fn main() -> Result<()> {
    let rows = std::env::args()
        .nth(1)
        .and_then(|rows| rows.parse().ok())
        .unwrap_or(1_000_000);
    let directory = tempfile::tempdir_in("target").map_err(io)?;
    let path = |name: &str| directory.path().join(name);
    let storage = FileStorage::create(path("database"))?;
    let database = Database::create(Arc::new(storage), &Key::raw([1; 32]), Options::default())?;
    fill(&database, rows)?;
    println!("{} rows left of {rows}", rows / 3);
    measure(&database, "backup", || {
        let target = Arc::new(FileStorage::create_partial(path("backup"))?);
        Ok(database.backup(target, &mut Quiet)?.pages)
    })?;
    measure(&database, "compact copy", || {
        let target = Arc::new(FileStorage::create_partial(path("copy"))?);
        Ok(database.vacuum_into(target, &mut Quiet)?.pages_after)
    })?;
    let mut phases: Vec<(Phase, Instant)> = Vec::new();
    let mut note = |step: Step| {
        if phases.last().is_none_or(|(phase, _)| *phase != step.phase) {
            phases.push((step.phase, Instant::now()));
        }
        std::ops::ControlFlow::Continue(())
    };
    measure(&database, "vacuum", || {
        let report = database.vacuum(&mut note)?;
        println!("{report:?}");
        Ok(report.pages_moved)
    })?;
    for pair in phases.windows(2) {
        println!(
            "  {:?} {:.2} s",
            pair[0].0,
            (pair[1].1 - pair[0].1).as_secs_f64()
        );
    }
    measure(&database, "rekey", || {
        let report = database.rekey(&Key::raw([2; 32]), &Kdf::default(), &mut Quiet)?;
        Ok(report.pages_resealed)
    })
}

fn io(source: std::io::Error) -> citadel_txn::Error {
    let action = "make a directory";
    citadel_txn::FileError::Io { action, source }.into()
}
