//! A small file that has a bit of everything: deep trees, a tree of long leaves, large values in one extent and in several,
//! free pages, a log. The same bytes each time.

use std::sync::Arc;

use citadel_core::{Key, MemoryStorage, PageSize};
use citadel_txn::{Database, Options, Result, TreeOptions};

/// Bytes of a page of the file.
pub(crate) const PAGE_BYTES: usize = 512;
/// What the file's random bytes are drawn from.
const SEED: u64 = 0xc17a_de11;

/// The key of the file.
pub(crate) fn key() -> Key {
    Key::raw([7; 32])
}

/// How files are opened here.
pub(crate) fn options() -> Options {
    Options {
        page_size: PageSize::new(PAGE_BYTES as u32).expect("a page size"),
        cache_bytes: 64 << 10,
        ..Options::default()
    }
}

/// The bytes of the file, closed.
pub(crate) fn closed() -> Vec<u8> {
    citadel_core::fuzzing::reseed(SEED);
    let storage = MemoryStorage::new();
    fill(&storage).expect("memory");
    storage.snapshot()
}

fn fill(storage: &MemoryStorage) -> Result<()> {
    let database = Database::create(Arc::new(storage.clone()), &key(), options())?;
    let mut write = database.begin_write()?;
    let (small, wide) = (
        write.create_tree(TreeOptions::default())?,
        write.create_tree(TreeOptions {
            leaf_pages: 3,
            ..TreeOptions::default()
        })?,
    );
    for number in 0..160_u16 {
        write.insert(small, &number.to_be_bytes(), &[number as u8; 24])?;
    }
    write.commit()?;
    let mut write = database.begin_write()?;
    for number in 0..6_u16 {
        write.insert(wide, &number.to_be_bytes(), &[number as u8; 400])?;
    }
    write.insert(small, b"one extent", &[0x11; 3000])?;
    write.insert(small, b"several extents", &[0x22; 40_000])?;
    write.commit()?;
    let mut write = database.begin_write()?;
    for number in (40..120_u16).step_by(3) {
        write.remove(small, &number.to_be_bytes())?;
    }
    write.remove(small, b"several extents")?;
    write.commit()?;
    Ok(())
}
