//! A new root key for a file in use.

use super::*;
use crate::superblock::SlotIndex;

fn raw(byte: u8) -> Key {
    Key::raw([byte; 32])
}

fn open(bytes: Vec<u8>, key: &Key) -> Result<SealedFile> {
    open_on(&MemoryStorage::from_bytes(bytes), key, false)
}

fn open_on(storage: &MemoryStorage, key: &Key, read_only: bool) -> Result<SealedFile> {
    let options = OpenOptions::default().read_only(read_only).cache_bytes(0);
    SealedFile::open(Arc::new(storage.clone()), key, &options)
}

fn reads(file: &SealedFile, ptr: &PagePtr) -> bool {
    file.read_uncached(ptr, PageKind::TreeNode).is_ok()
}

#[test]
fn pages_older_than_the_epoch_open_until_the_rekey_is_finished() {
    let (file, _, memory) = recorded(&small());
    file.add_slot(&raw(8), &Kdf::default()).unwrap();
    let old = write(&file, run(&file, 0, 1), 4, 1);
    file.write_record(RecordSlot::A, b"old").unwrap();
    assert_eq!(file.rekey_state(), None);
    file.begin_rekey(&raw(9), &Kdf::default(), Generation::new(5))
        .unwrap();
    assert_eq!(file.rekey_state(), Some(Generation::new(5)));
    assert_eq!(file.list_slots().len(), 1);
    let new = write(&file, run(&file, 1, 1), 5, 2);
    // A commit that was rolled back by a crash is made again with its old generation.
    let again = write(&file, run(&file, 2, 1), 4, 3);
    file.write_record(RecordSlot::B, b"new").unwrap();
    let all_there = |file: &SealedFile| {
        assert!([&old, &new, &again].iter().all(|ptr| reads(file, ptr)));
        assert_eq!(file.read_record(RecordSlot::A).unwrap().unwrap(), b"old");
        assert_eq!(file.read_record(RecordSlot::B).unwrap().unwrap(), b"new");
    };
    all_there(&file);
    drop(file);
    for gone in [key(), raw(8)] {
        assert!(open(memory.snapshot(), &gone).unwrap_err().is_wrong_key());
    }
    let file = open_on(&memory, &raw(9), false).unwrap();
    assert_eq!(file.rekey_state(), Some(Generation::new(5)));
    let dump = file.superblock_info().unwrap().to_string();
    assert!(dump.contains("rekey           under way, new from generation 5 on"));
    all_there(&file);
    file.add_slot(&raw(10), &Kdf::default()).unwrap();
    file.write_record(RecordSlot::A, b"newer").unwrap();
    file.finish_rekey().unwrap();
    for file in [file, open(memory.snapshot(), &raw(10)).unwrap()] {
        assert_eq!(file.rekey_state(), None);
        assert!(reads(&file, &new));
        assert!(!reads(&file, &old) && !reads(&file, &again));
        assert_eq!(file.read_record(RecordSlot::A).unwrap().unwrap(), b"newer");
    }
}

#[test]
fn steps_out_of_order_are_refused() {
    let (file, _, _) = recorded(&small());
    let begin = |from| file.begin_rekey(&raw(9), &Kdf::default(), Generation::new(from));
    assert!(file.finish_rekey().unwrap_err().is_misuse());
    assert!(begin(0).unwrap_err().is_misuse());
    let empty = file.begin_rekey(&Key::passphrase(""), &Kdf::default(), Generation::new(1));
    assert!(empty.unwrap_err().is_misuse());
    begin(1).unwrap();
    assert!(begin(2).unwrap_err().is_misuse());
    file.finish_rekey().unwrap();
    assert!(file.finish_rekey().unwrap_err().is_misuse());
    begin(2).unwrap();
    file.change_slot(SlotIndex::FIRST, &raw(3), &Kdf::default())
        .unwrap();
    file.finish_rekey().unwrap();
    drop(file);
}

/// Cut the writes of each step anywhere: the file opens with the old key or with the new one, and reads all that it held.
#[test]
fn a_rekey_is_whole_wherever_it_is_cut() {
    let (file, recorder, memory) = recorded(&small());
    let old = write(&file, run(&file, 0, 1), 1, 1);
    let mut durable = memory.snapshot();
    recorder.take();
    file.begin_rekey(&raw(9), &Kdf::default(), Generation::new(2))
        .unwrap();
    let mut seen = [0; 2];
    for change in recorder.take() {
        for image in torn_images(&mut durable, change) {
            let opened = [key(), raw(9)].map(|key| open(image.clone(), &key));
            for (count, file) in seen.iter_mut().zip(&opened) {
                if let Ok(file) = file {
                    assert!(reads(file, &old));
                    *count += 1;
                }
            }
            assert!(opened.iter().any(Result::is_ok));
            // Whichever key came first stays the only one.
            let storage = MemoryStorage::from_bytes(image);
            let first = open_on(&storage, &raw(9), false).is_ok();
            assert_eq!(open_on(&storage, &key(), false).is_err(), first);
        }
    }
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
    let new = write(&file, run(&file, 1, 1), 2, 2);
    durable = memory.snapshot();
    recorder.take();
    file.finish_rekey().unwrap();
    let mut seen = [0; 2];
    for change in recorder.take() {
        for image in torn_images(&mut durable, change) {
            let file = open(image, &raw(9)).unwrap();
            assert!(reads(&file, &new));
            assert_eq!(reads(&file, &old), file.rekey_state().is_some());
            seen[usize::from(reads(&file, &old))] += 1;
        }
    }
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
}

/// What a change may leave on the medium, torn here and there; it is whole in `durable` afterwards.
fn torn_images(durable: &mut [u8], change: Change) -> Vec<Vec<u8>> {
    let Change::Write { offset, bytes } = change else {
        return Vec::new();
    };
    let image = |torn: usize| {
        let mut image = durable.to_vec();
        image[offset as usize..][..torn].copy_from_slice(&bytes[..torn]);
        image
    };
    let images: Vec<_> = (0..=bytes.len()).step_by(64).map(image).collect();
    durable[offset as usize..][..bytes.len()].copy_from_slice(&bytes);
    images
}

#[test]
fn a_failed_step_poisons_and_the_file_opens_as_before() {
    let (file, recorder, memory) = recorded(&small());
    let old = write(&file, run(&file, 0, 1), 1, 1);
    recorder.fail_after(0);
    let begin = || file.begin_rekey(&raw(9), &Kdf::default(), Generation::new(2));
    assert!(begin().unwrap_err().is_io());
    recorder.fail_after(u64::MAX);
    assert!(matches!(begin(), Err(Error::Poisoned)));
    assert!(reads(&file, &old) && file.rekey_state().is_none());
    assert!(reads(&open(memory.snapshot(), &key()).unwrap(), &old));
}

/// A process that only reads holds the old root key; from the rekey on it must be opened anew, and is told so.
#[test]
fn a_reader_learns_that_the_file_was_rekeyed() {
    let (file, _, memory) = recorded(&small());
    let old = write(&file, run(&file, 0, 1), 1, 1);
    let reader = open_on(&memory, &key(), true).unwrap();
    file.begin_rekey(&raw(9), &Kdf::default(), Generation::new(2))
        .unwrap();
    let during = open_on(&memory, &raw(9), true).unwrap();
    let new = write(&file, run(&file, 1, 1), 2, 2);
    file.write_record(RecordSlot::A, b"new").unwrap();
    assert!(reads(&reader, &old), "what is still there");
    let error = reader.read(&new, PageKind::TreeNode).unwrap_err();
    assert!(matches!(error, Error::Rekeyed) && error.is_wrong_key());
    assert!(matches!(
        reader.read_record(RecordSlot::A),
        Err(Error::Rekeyed)
    ));
    let place = file.first_page().offset(2);
    assert!(reader.read_record_at(place).unwrap().is_none());
    let mut batch = file.batch(Generation::new(2));
    batch.seal_record(place, b"next").unwrap();
    batch.write().unwrap();
    let next = reader.read_record_at(place);
    assert!(matches!(next, Err(Error::Rekeyed)));
    file.finish_rekey().unwrap();
    assert!(reads(&during, &new));
    assert!(during.read_record(RecordSlot::A).is_ok());
    let torn = PagePtr {
        generation: Generation::new(3),
        ..new
    };
    let error = during.read(&torn, PageKind::TreeNode).unwrap_err();
    assert!(error.is_tampered(), "no rekey since it was opened");
}
