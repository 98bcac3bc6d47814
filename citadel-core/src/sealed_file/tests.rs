//! The promises of a sealed file.

mod batches;
mod header;
mod nonces;
mod opening;
mod pages;
mod poison;
mod records;
mod rekey;
#[cfg(target_os = "linux")]
mod residue;

use std::sync::Arc;

use super::*;
use crate::crypto::Kdf;
use crate::id::Generation;
use crate::page::{PageKind, PagePtr, PageRun, SEAL_BYTES, body_len};
use crate::storage::recorder::{Change, Recorder};
use crate::storage::{FileStorage, MemoryStorage};

const SMALL: u32 = 512;

fn key() -> Key {
    Key::raw([7; 32])
}

fn small() -> CreateOptions {
    CreateOptions::default().page_size(PageSize::new(SMALL).unwrap())
}

fn recorded(options: &CreateOptions) -> (SealedFile, Arc<Recorder>, MemoryStorage) {
    let memory = MemoryStorage::new();
    let recorder = Arc::new(Recorder::new(memory.clone()));
    let file = SealedFile::create(recorder.clone(), &key(), options).unwrap();
    recorder.take();
    (file, recorder, memory)
}

fn reopen(bytes: Vec<u8>) -> SealedFile {
    SealedFile::open(
        Arc::new(MemoryStorage::from_bytes(bytes)),
        &key(),
        &OpenOptions::default(),
    )
    .unwrap()
}

/// The `i`-th run of `pages` pages, counted in pages from the first.
fn run(file: &SealedFile, i: u64, pages: u16) -> PageRun {
    PageRun::new(file.first_page().offset(i), pages)
}

fn body(file: &SealedFile, pages: u16, fill: u8) -> Vec<u8> {
    vec![fill; body_len(file.page_size(), pages)]
}

/// Seals and writes one run in a batch of its own.
fn write(file: &SealedFile, run: PageRun, generation: u64, fill: u8) -> PagePtr {
    let mut batch = file.batch(Generation::new(generation));
    let ptr = batch
        .seal(run, PageKind::TreeNode, body(file, run.pages, fill))
        .unwrap();
    batch.write().unwrap();
    ptr
}
