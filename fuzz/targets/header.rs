//! Any bytes as a file: opening is refused or succeeds, whatever the superblock and the records say.
#![no_main]

use std::sync::Arc;

use citadel_txn::{Database, Key, MemoryStorage, Options};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let storage = Arc::new(MemoryStorage::from_bytes(bytes.to_vec()));
    if let Ok(database) = Database::open(storage, &Key::raw([7; 32]), Options::default()) {
        _ = database.check();
    }
});
