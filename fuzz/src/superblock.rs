//! Any bytes as a superblock, in both copies or in one, behind a digest that fits.

use std::sync::Arc;

use citadel_core::{
    Generation, Kdf, Key, MemoryStorage, OpenOptions, SealedFile, SlotIndex, SuperblockInfo,
};

use crate::input::Input;
use crate::marks;
use crate::template;

const COPY_BYTES: usize = 4096;
const DIGEST_AT: usize = COPY_BYTES - 32;
/// What of a copy is not always zero, up to the MAC.
const FIELDS_BYTES: usize = 1228;

/// Runs one input: which copies, then the bytes of a copy.
pub fn run(bytes: &[u8]) {
    citadel_core::fuzzing::reseed(3);
    let mut input = Input::new(bytes);
    let which = input.byte();
    let mut file = template::closed();
    let mut copy = [0; COPY_BYTES];
    let fields = input.take(DIGEST_AT);
    copy[..fields.len()].copy_from_slice(fields);
    let digest = blake3::hash(&copy[..DIGEST_AT]);
    copy[DIGEST_AT..].copy_from_slice(digest.as_bytes());
    for at in [0, COPY_BYTES] {
        if which % 3 == 2 || usize::from(which % 3) * COPY_BYTES == at {
            file[at..at + COPY_BYTES].copy_from_slice(&copy);
        }
    }
    let storage = MemoryStorage::from_bytes(file);
    if let Ok(info) = SuperblockInfo::read(&storage) {
        _ = info.to_string();
    }
    let read_only = OpenOptions::default().read_only(true).cache_bytes(0);
    let reads = SealedFile::open(Arc::new(storage.clone()), &template::key(), &read_only).is_ok();
    let options = OpenOptions::default().cache_bytes(0);
    match SealedFile::open(Arc::new(storage.clone()), &template::key(), &options) {
        Err(error) => assert!(!reads, "opens for reading, and not for writing: {error}"),
        Ok(file) => {
            marks::hit("opened");
            serve(&file, &storage);
        }
    }
}

/// What opens can have its keys changed, and opens with the new one.
fn serve(file: &SealedFile, storage: &MemoryStorage) {
    let new = Key::raw([8; 32]);
    let first = file.list_slots()[0].index;
    if file.rekey_state().is_some() {
        file.finish_rekey().expect("memory");
    }
    // A sequence that cannot count on is refused.
    if file.change_slot(first, &new, &Kdf::default()).is_err() {
        return;
    }
    _ = file.begin_rekey(&new, &Kdf::default(), Generation::new(9));
    let options = OpenOptions::default().read_only(true).cache_bytes(0);
    let again = SealedFile::open(Arc::new(storage.clone()), &new, &options).expect("the new key");
    assert_eq!(again.rekey_state(), file.rekey_state());
}

/// The superblock of a file with keys of each sort, and of one that is being rekeyed.
pub fn seeds() -> Vec<Vec<u8>> {
    let storage = MemoryStorage::from_bytes(template::closed());
    let options = OpenOptions::default().cache_bytes(0);
    let file = SealedFile::open(Arc::new(storage.clone()), &template::key(), &options)
        .expect("the template");
    let fields = |which| {
        let mut seed = vec![which];
        seed.extend_from_slice(&storage.snapshot()[..FIELDS_BYTES]);
        seed
    };
    let mut seeds = vec![fields(0), fields(2)];
    let pbkdf2 = Kdf::Pbkdf2Sha256 {
        iterations: 100_000,
    };
    for kdf in [Kdf::lightest(), pbkdf2] {
        file.add_slot(&Key::passphrase("x"), &kdf).expect("memory");
    }
    seeds.push(fields(2));
    file.remove_slot(SlotIndex::new(1).expect("1"))
        .expect("memory");
    file.begin_rekey(&template::key(), &Kdf::default(), Generation::new(4))
        .expect("memory");
    seeds.push(fields(2));
    seeds.push(fields(1));
    seeds
}
