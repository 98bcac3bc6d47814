//! What a header must survive, and what it must refuse.

use proptest::prelude::*;

use super::*;
use crate::format::SUPERBLOCK_BYTES;
use crate::superblock::{SlotIndex, SlotKind};

const KEY: [u8; 32] = [7; 32];
const DIGEST_AT: usize = SUPERBLOCK_BYTES - 32;

fn raw(byte: u8) -> Key {
    Key::raw([byte; 32])
}

fn created() -> Vec<u8> {
    let storage = MemoryStorage::new();
    SealedFile::create(
        Arc::new(storage.clone()),
        &Key::raw(KEY),
        &CreateOptions::default(),
    )
    .unwrap();
    storage.snapshot()
}

fn read_only(bytes: Vec<u8>, key: &Key) -> Result<SealedFile> {
    let options = OpenOptions::default().read_only(true).cache_bytes(0);
    SealedFile::open(Arc::new(MemoryStorage::from_bytes(bytes)), key, &options)
}

/// Makes the digest of both copies fit again, as a forger could.
fn redigest(bytes: &mut [u8]) {
    for copy in bytes[..2 * SUPERBLOCK_BYTES].chunks_exact_mut(SUPERBLOCK_BYTES) {
        let digest = blake3::hash(&copy[..DIGEST_AT]);
        copy[DIGEST_AT..].copy_from_slice(digest.as_bytes());
    }
}

#[test]
fn one_damaged_copy_does_no_harm_and_two_are_an_error() {
    let sound = created();
    for at in 0..SUPERBLOCK_BYTES {
        for copy in [0, SUPERBLOCK_BYTES] {
            let mut bytes = sound.clone();
            bytes[copy + at] ^= 1 << (at % 8);
            read_only(bytes, &Key::raw(KEY))
                .unwrap_or_else(|error| panic!("byte {at} of one copy: {error}"));
        }
        let mut bytes = sound.clone();
        bytes[at] ^= 0x10;
        bytes[SUPERBLOCK_BYTES + at] ^= 0x10;
        let error = read_only(bytes, &Key::raw(KEY)).expect_err("both copies are damaged");
        match at {
            0..16 => assert!(matches!(error, Error::NotADatabase), "byte {at}: {error}"),
            _ => assert!(
                matches!(error, Error::DamagedHeader { .. }),
                "byte {at}: {error}"
            ),
        }
    }
}

#[test]
fn no_byte_can_be_forged_with_a_fitting_digest() {
    let sound = created();
    for at in 0..DIGEST_AT {
        let mut bytes = sound.clone();
        bytes[at] ^= 0x01;
        bytes[SUPERBLOCK_BYTES + at] ^= 0x01;
        redigest(&mut bytes);
        let error = read_only(bytes, &Key::raw(KEY)).expect_err("the forger has no key");
        assert!(!error.is_io() && !error.is_misuse(), "byte {at}: {error}");
    }
}

#[test]
fn faults_of_a_file_have_five_different_names() {
    let sound = created();
    let open = |bytes: Vec<u8>, key: &Key| read_only(bytes, key).unwrap_err();
    assert!(open(sound.clone(), &raw(8)).is_wrong_key());
    assert!(open(sound.clone(), &Key::passphrase("x")).is_wrong_key());
    for len in [16, 4095, 4096, 8192, PAGES_OFFSET as usize - 1] {
        let error = open(sound[..len].to_vec(), &Key::raw(KEY));
        assert!(
            matches!(error, Error::Truncated { len: found, .. } if found == len as u64),
            "{len}: {error}"
        );
    }
    for foreign in [
        vec![],
        vec![0; 15],
        b"SQLite format 3\0".repeat(4096),
        vec![0; 100_000],
        vec![0xff; 30_000],
    ] {
        assert!(matches!(open(foreign, &Key::raw(KEY)), Error::NotADatabase));
    }
    let mut newer = sound.clone();
    newer[16] = 2;
    newer[SUPERBLOCK_BYTES + 16] = 2;
    redigest(&mut newer);
    assert!(matches!(
        open(newer, &Key::raw(KEY)),
        Error::UnsupportedVersion {
            found: 2,
            supported: 1
        }
    ));
    let mut suite = sound.clone();
    suite[40] = 9;
    suite[SUPERBLOCK_BYTES + 40] = 9;
    redigest(&mut suite);
    assert!(open(suite, &Key::raw(KEY)).is_unsupported());
    assert!(matches!(
        open(sound, &Key::passphrase("")),
        Error::EmptyPassphrase
    ));
}

#[test]
fn a_writer_heals_a_damaged_copy_and_a_reader_does_not() {
    let sound = created();
    for copy in [0, SUPERBLOCK_BYTES] {
        let mut bytes = sound.clone();
        bytes[copy + 100..copy + 200].fill(0xee);
        let storage = MemoryStorage::from_bytes(bytes.clone());
        let open = |read_only| {
            let options = OpenOptions::default().read_only(read_only);
            SealedFile::open(Arc::new(storage.clone()), &Key::raw(KEY), &options).map(drop)
        };
        open(true).unwrap();
        assert_eq!(storage.snapshot(), bytes);
        open(false).unwrap();
        assert_eq!(storage.snapshot(), sound);
    }
}

#[test]
fn hostile_derivation_parameters_are_refused_before_they_run() {
    let storage = MemoryStorage::new();
    let options = CreateOptions::default().kdf(Kdf::lightest());
    drop(SealedFile::create(Arc::new(storage.clone()), &Key::passphrase("x"), &options).unwrap());
    // Memory, passes and lanes of slot 0: each alone asks for more than any machine gives in a test's time.
    for (at, value) in [
        (132, u32::MAX),
        (136, u32::MAX),
        (140, u32::MAX),
        (132, 0),
        (136, 0),
        (140, 0),
    ] {
        let mut bytes = storage.snapshot();
        for copy in [0, SUPERBLOCK_BYTES] {
            bytes[copy + at..copy + at + 4].copy_from_slice(&value.to_le_bytes());
        }
        redigest(&mut bytes);
        let error = read_only(bytes, &Key::passphrase("x")).unwrap_err();
        assert!(matches!(error, Error::DamagedHeader { .. }), "{error}");
    }
}

#[test]
fn passphrases_and_raw_keys_open_the_same_file() {
    let storage = MemoryStorage::new();
    let create = CreateOptions::default().kdf(Kdf::lightest());
    let file = SealedFile::create(
        Arc::new(storage.clone()),
        &Key::passphrase("first"),
        &create,
    )
    .unwrap();
    let second = file.add_slot(&raw(2), &Kdf::default()).unwrap();
    let third = file
        .add_slot(
            &Key::passphrase("third"),
            &Kdf::Pbkdf2Sha256 {
                iterations: 100_000,
            },
        )
        .unwrap();
    assert_eq!((second.get(), third.get()), (1, 2));
    let kinds: Vec<SlotKind> = file.list_slots().iter().map(|slot| slot.kind).collect();
    assert!(matches!(
        kinds[..],
        [
            SlotKind::Passphrase(Kdf::Argon2id { .. }),
            SlotKind::RawKey,
            SlotKind::Passphrase(Kdf::Pbkdf2Sha256 { .. })
        ]
    ));
    for key in [Key::passphrase("first"), raw(2), Key::passphrase("third")] {
        read_only(storage.snapshot(), &key).unwrap();
    }
    let text = file.superblock_info().unwrap().to_string();
    for part in [
        "key slot 0      passphrase, argon2id m=8192 KiB t=1 p=1",
        "key slot 1      raw key",
        "page size       8192",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(text, SuperblockInfo::read(&storage).unwrap().to_string());
}

#[test]
fn a_removed_key_opens_nothing_and_the_last_one_stays() {
    let storage = MemoryStorage::new();
    let file = SealedFile::create(
        Arc::new(storage.clone()),
        &raw(1),
        &CreateOptions::default(),
    )
    .unwrap();
    assert!(matches!(
        file.remove_slot(SlotIndex::new(0).unwrap()),
        Err(Error::LastSlot)
    ));
    assert!(matches!(
        file.remove_slot(SlotIndex::new(5).unwrap()),
        Err(Error::NoSuchSlot { index: 5 })
    ));
    assert!(SlotIndex::new(8).is_err());
    let second = file.add_slot(&raw(2), &Kdf::default()).unwrap();
    file.remove_slot(SlotIndex::new(0).unwrap()).unwrap();
    assert!(
        read_only(storage.snapshot(), &raw(1))
            .unwrap_err()
            .is_wrong_key()
    );
    file.change_slot(second, &raw(3), &Kdf::default()).unwrap();
    assert!(
        read_only(storage.snapshot(), &raw(2))
            .unwrap_err()
            .is_wrong_key()
    );
    read_only(storage.snapshot(), &raw(3)).unwrap();
    while file.list_slots().len() < 8 {
        file.add_slot(&raw(9), &Kdf::default()).unwrap();
    }
    assert!(matches!(
        file.add_slot(&raw(9), &Kdf::default()),
        Err(Error::SlotsFull)
    ));
}

/// Both copies of the superblock never say the wrong thing at once: cut the writes of a change anywhere, and the file
/// opens with the old key or with the new one, never with both, and only with the new one once the change is done.
#[test]
fn a_change_of_keys_is_atomic_wherever_it_is_cut() {
    let memory = MemoryStorage::new();
    let recorder = Arc::new(Recorder::new(memory.clone()));
    let file = SealedFile::create(recorder.clone(), &raw(1), &CreateOptions::default()).unwrap();
    let before = memory.snapshot();
    recorder.take();
    file.change_slot(SlotIndex::new(0).unwrap(), &raw(2), &Kdf::default())
        .unwrap();
    let mut durable = before;
    let mut seen = [0; 2];
    for change in recorder.take() {
        let Change::Write { offset, bytes } = change else {
            continue;
        };
        for torn in (0..=bytes.len()).step_by(64) {
            let mut image = durable.clone();
            image[offset as usize..][..torn].copy_from_slice(&bytes[..torn]);
            let opened = [1, 2].map(|key| read_only(image.clone(), &raw(key)).is_ok());
            assert!(
                opened[0] != opened[1],
                "torn at {offset}+{torn}: {opened:?}"
            );
            seen[usize::from(opened[1])] += 1;
        }
        durable[offset as usize..][..bytes.len()].copy_from_slice(&bytes);
    }
    assert!(
        seen[0] > 0 && seen[1] > 0,
        "cuts before and after the change took effect: {seen:?}"
    );
    assert!(read_only(durable, &raw(1)).unwrap_err().is_wrong_key());
}

/// A process may have died between writing a copy and its sync, so that a loss of power can still tear it: the other copy is not
/// written before a sync, neither when a process repairs what it finds nor when it finds two that are alike.
#[test]
fn a_copy_is_written_only_when_the_other_is_on_the_medium() {
    let (file, recorder, memory) = recorded(&small());
    recorder.take();
    let before = memory.snapshot();
    file.change_slot(SlotIndex::FIRST, &raw(2), &Kdf::lightest())
        .unwrap();
    drop(file);
    let changes = recorder.take();
    let first = changes.iter().find_map(|change| match change {
        Change::Write { offset, bytes } => Some((*offset as usize, bytes)),
        _ => None,
    });
    let (offset, bytes) = first.unwrap();
    let mut half = before;
    half[offset..][..bytes.len()].copy_from_slice(bytes);
    for image in [half, memory.snapshot()] {
        let recorder = Arc::new(Recorder::new(MemoryStorage::from_bytes(image)));
        let file = SealedFile::open(recorder.clone(), &raw(2), &OpenOptions::default()).unwrap();
        file.change_slot(SlotIndex::FIRST, &raw(3), &Kdf::lightest())
            .unwrap();
        let mut is_safe = false;
        for change in recorder.take() {
            match change {
                Change::Sync => is_safe = true,
                Change::Write { offset, .. } if offset < PAGES_OFFSET => {
                    assert!(is_safe, "a write at {offset} follows no sync");
                    is_safe = false;
                }
                _ => {}
            }
        }
    }
}

/// However large the file is: a new passphrase costs two copies of the superblock, and a page sealed before still opens.
/// So that a crash while a writer heals the header does not take back a change that could be read before.
#[test]
fn of_two_copies_that_differ_the_one_that_counts_is_written_last() {
    let before = created();
    let memory = MemoryStorage::from_bytes(before.clone());
    let options = OpenOptions::default();
    let file = SealedFile::open(Arc::new(memory.clone()), &raw(7), &options).unwrap();
    file.add_slot(&raw(8), &Kdf::lightest()).unwrap();
    drop(file);
    let after = memory.snapshot();
    for older in [0, SUPERBLOCK_BYTES] {
        let mut bytes = after.clone();
        let copy = older..older + SUPERBLOCK_BYTES;
        bytes[copy.clone()].copy_from_slice(&before[copy]);
        let recorder = Arc::new(Recorder::new(MemoryStorage::from_bytes(bytes)));
        SealedFile::open(recorder.clone(), &raw(8), &options).unwrap();
        let changes = recorder.take();
        let offset = |change: &Change| match change {
            Change::Write { offset, .. } => Some(*offset as usize),
            _ => None,
        };
        let written: Vec<usize> = changes.iter().filter_map(offset).collect();
        assert_eq!(written, [older, SUPERBLOCK_BYTES - older]);
    }
}

#[test]
fn a_change_of_the_passphrase_writes_the_superblock_alone() {
    let (file, recorder, memory) = recorded(&small());
    let ptr = write(&file, run(&file, 0, 1), 1, 1);
    recorder.take();
    file.change_slot(
        SlotIndex::FIRST,
        &Key::passphrase("the next"),
        &Kdf::lightest(),
    )
    .unwrap();
    let written: Vec<(u64, usize)> = (recorder.take().iter())
        .filter_map(|change| match change {
            Change::Write { offset, bytes } => Some((*offset, bytes.len())),
            _ => None,
        })
        .collect();
    assert_eq!(written.len(), 2);
    assert!(
        written
            .iter()
            .all(|(offset, len)| *offset < PAGES_OFFSET && *len == SUPERBLOCK_BYTES)
    );
    let file = read_only(memory.snapshot(), &Key::passphrase("the next")).unwrap();
    assert_eq!(file.read(&ptr, PageKind::TreeNode).unwrap()[0], 1);
}

#[test]
fn a_failed_change_of_keys_poisons_and_keeps_the_old_key() {
    let memory = MemoryStorage::new();
    let recorder = Arc::new(Recorder::new(memory.clone()));
    let file = SealedFile::create(recorder.clone(), &raw(1), &CreateOptions::default()).unwrap();
    recorder.fail_after(0);
    assert!(file.add_slot(&raw(2), &Kdf::default()).unwrap_err().is_io());
    recorder.fail_after(u64::MAX);
    assert!(matches!(
        file.add_slot(&raw(2), &Kdf::default()),
        Err(Error::Poisoned)
    ));
    assert_eq!(file.list_slots().len(), 1);
    read_only(memory.snapshot(), &raw(1)).unwrap();
}

#[test]
fn the_root_key_is_nowhere_in_the_file() {
    let storage = MemoryStorage::new();
    SealedFile::create(
        Arc::new(storage.clone()),
        &Key::raw(KEY),
        &CreateOptions::default(),
    )
    .unwrap();
    assert!(!storage.is_empty().unwrap());
    assert!(storage.snapshot().windows(32).all(|window| window != KEY));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever stands in the fields and slots, behind digests that fit: an error, and no panic.
    #[test]
    fn arbitrary_headers_are_refused(
        patches in prop::collection::vec((16..DIGEST_AT, prop::collection::vec(any::<u8>(), 1..200)), 1..6),
    ) {
        let mut bytes = created();
        let sound = bytes.clone();
        for (at, patch) in patches {
            let end = DIGEST_AT.min(at + patch.len());
            for copy in [0, SUPERBLOCK_BYTES] {
                bytes[copy + at..copy + end].copy_from_slice(&patch[..end - at]);
            }
        }
        redigest(&mut bytes);
        prop_assert_eq!(read_only(bytes.clone(), &Key::raw(KEY)).is_ok(), bytes == sound);
        // The dump shows what it can, or says what is wrong.
        let _ = SuperblockInfo::read(&MemoryStorage::from_bytes(bytes)).map(|info| info.to_string());
    }
}
