//! Nothing is sealed twice under one nonce, and nothing is in the clear.

use std::collections::HashSet;

use super::*;

/// Every nonce that ever reached the medium, over many openings of one file and of a copy of it, with the failed writes
/// and the records among them.
#[test]
fn no_nonce_is_used_twice_across_openings_and_copies() {
    let (file, recorder, memory) = recorded(&small());
    drop(file);
    let mut ledger = HashSet::new();
    let mut seals = 0;
    for opening in 0..20u64 {
        let copy = MemoryStorage::from_bytes(memory.snapshot());
        let recorder = if opening % 2 == 0 {
            recorder.clone()
        } else {
            Arc::new(Recorder::new(copy))
        };
        let mut file = SealedFile::open(recorder.clone(), &key(), &OpenOptions::default()).unwrap();
        file.sealer.set_seals_per_prefix(7);
        recorder.take();
        for i in 0..20 {
            write(&file, run(&file, i % 3, 1), opening, 1);
            file.write_record(RecordSlot::BOTH[(i % 2) as usize], b"the same body")
                .unwrap();
        }
        seals += file.seals();
        for change in recorder.take() {
            let Change::Write { offset, bytes } = change else {
                continue;
            };
            // These records take one sector of their slot.
            let is_record = offset < crate::format::PAGES_OFFSET;
            let sealed = if is_record { 512 } else { bytes.len() };
            let nonce = &bytes[sealed - SEAL_BYTES..][..24];
            assert!(ledger.insert(nonce.to_vec()), "a nonce was repeated");
        }
    }
    assert_eq!(ledger.len() as u64, seals);
    assert_eq!(seals, 800);
}

#[test]
fn what_is_stored_shows_nothing_of_what_was_written() {
    let (file, _, memory) = recorded(&small());
    let marker = b"a canary of thirty-two bytes....";
    let mut content = body(&file, 2, 0);
    content[100..132].copy_from_slice(marker);
    let mut batch = file.batch(Generation::new(1));
    batch
        .seal(run(&file, 0, 2), PageKind::Extent, content)
        .unwrap();
    batch.write().unwrap();
    file.write_record(RecordSlot::A, marker).unwrap();
    assert!(
        memory
            .snapshot()
            .windows(8)
            .all(|window| !marker.windows(8).any(|part| part == window))
    );
}
