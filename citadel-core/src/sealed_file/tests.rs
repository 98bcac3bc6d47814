//! The promises of a sealed file.

use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;

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

#[test]
fn what_was_written_is_read_by_the_next_opening() {
    for size in [512, 4096, 8192, 65_536] {
        let options = CreateOptions::default().page_size(PageSize::new(size).unwrap());
        let (file, _, memory) = recorded(&options);
        let one = write(&file, run(&file, 0, 1), 1, 0xaa);
        let three = write(&file, run(&file, 1, 3), 1, 0xbb);
        file.sync().unwrap();
        drop(file);
        let file = reopen(memory.snapshot());
        assert_eq!(file.page_size().get(), size);
        assert_eq!(
            **file.read(&one, PageKind::TreeNode).unwrap(),
            body(&file, 1, 0xaa)
        );
        assert_eq!(
            **file.read(&three, PageKind::TreeNode).unwrap(),
            body(&file, 3, 0xbb)
        );
        assert_eq!(
            *file.read_uncached(&three, PageKind::TreeNode).unwrap(),
            body(&file, 3, 0xbb)
        );
    }
}

#[test]
fn creating_in_a_storage_that_holds_anything_touches_nothing() {
    let storage = MemoryStorage::from_bytes(b"precious".to_vec());
    let error = SealedFile::create(Arc::new(storage.clone()), &key(), &small()).unwrap_err();
    assert!(matches!(error, Error::AlreadyExists { .. }));
    assert_eq!(storage.snapshot(), b"precious");
}

#[test]
fn what_cannot_be_created_leaves_no_file_behind() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.citadel");
    let storage = Arc::new(FileStorage::create(&path).unwrap());
    let error = SealedFile::create(storage, &Key::passphrase(""), &small()).unwrap_err();
    assert!(matches!(error, Error::EmptyPassphrase));
    assert!(!path.exists());
    let weak = small().kdf(Kdf::Pbkdf2Sha256 { iterations: 1 });
    let storage = Arc::new(FileStorage::create(&path).unwrap());
    assert!(
        SealedFile::create(storage, &Key::passphrase("x"), &weak)
            .unwrap_err()
            .is_misuse()
    );
    assert!(!path.exists());
}

#[test]
fn one_writer_and_any_readers() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.citadel");
    let open = |options: &OpenOptions| {
        SealedFile::open(Arc::new(FileStorage::open(&path).unwrap()), &key(), options)
    };
    let writer = SealedFile::create(
        Arc::new(FileStorage::create(&path).unwrap()),
        &key(),
        &small(),
    )
    .unwrap();
    let ptr = write(&writer, run(&writer, 0, 1), 1, 5);
    let second = open(&OpenOptions::default()).unwrap_err();
    assert!(second.is_busy(), "{second}");
    let reader = open(&OpenOptions::default().read_only(true)).unwrap();
    assert_eq!(reader.read(&ptr, PageKind::TreeNode).unwrap()[0], 5);
    let later = write(&writer, run(&writer, 9, 1), 2, 6);
    assert_eq!(
        reader.read(&later, PageKind::TreeNode).unwrap()[0],
        6,
        "a follower sees the file grow"
    );
    assert!(matches!(reader.sync(), Err(Error::ReadOnly)));
    assert!(matches!(
        reader.write_record(RecordSlot::A, b"x"),
        Err(Error::ReadOnly)
    ));
    assert!(matches!(
        reader.add_slot(&key(), &Kdf::default()),
        Err(Error::ReadOnly)
    ));
    let refused = reader.batch(Generation::new(3)).seal(
        run(&reader, 0, 1),
        PageKind::TreeNode,
        body(&reader, 1, 0),
    );
    assert!(matches!(refused, Err(Error::ReadOnly)));
    assert_eq!(reader.seals(), 0);
    drop(writer);
    open(&OpenOptions::default()).unwrap();
}

#[test]
fn a_page_opens_only_under_its_own_pointer() {
    let (file, _, memory) = recorded(&small());
    let old = write(&file, run(&file, 0, 1), 1, 1);
    let stale = memory.snapshot();
    let new = write(&file, run(&file, 0, 1), 2, 2);
    let neighbour = write(&file, run(&file, 1, 1), 2, 3);
    let refused = |file: &SealedFile, ptr: &PagePtr, kind| {
        for error in [
            file.read(ptr, kind).unwrap_err(),
            file.read_uncached(ptr, kind).unwrap_err(),
        ] {
            assert!(error.is_corrupt() && error.is_tampered(), "{error}");
        }
    };
    let fresh = reopen(memory.snapshot());
    refused(&fresh, &old, PageKind::TreeNode);
    refused(&fresh, &new, PageKind::Extent);
    refused(
        &fresh,
        &PagePtr {
            tag: neighbour.tag,
            ..new
        },
        PageKind::TreeNode,
    );
    refused(
        &fresh,
        &PagePtr {
            run: neighbour.run,
            ..new
        },
        PageKind::TreeNode,
    );
    refused(
        &fresh,
        &PagePtr {
            generation: Generation::new(3),
            ..new
        },
        PageKind::TreeNode,
    );
    refused(
        &fresh,
        &PagePtr {
            run: PageRun::new(new.run.first, 2),
            ..new
        },
        PageKind::TreeNode,
    );
    refused(&reopen(stale), &new, PageKind::TreeNode);
    // The cache answers no otherwise than the medium does.
    file.read(&new, PageKind::TreeNode).unwrap();
    refused(
        &file,
        &PagePtr {
            tag: neighbour.tag,
            ..new
        },
        PageKind::TreeNode,
    );
    refused(&file, &new, PageKind::Extent);
}

#[test]
fn no_byte_of_a_page_can_change_and_no_two_can_be_swapped() {
    let (file, _, memory) = recorded(&small());
    let ptrs = [0, 1].map(|i| write(&file, run(&file, i, 1), 1, i as u8));
    let sound = memory.snapshot();
    let start = ptrs[0].run.first.get() as usize * SMALL as usize;
    let page = SMALL as usize;
    for at in 0..page {
        let mut bytes = sound.clone();
        bytes[start + at] ^= 1 << (at % 8);
        let file = reopen(bytes);
        assert!(
            file.read(&ptrs[0], PageKind::TreeNode)
                .unwrap_err()
                .is_tampered(),
            "byte {at}"
        );
        file.read(&ptrs[1], PageKind::TreeNode).unwrap();
    }
    let mut bytes = sound.clone();
    let (left, right) = bytes[start..].split_at_mut(page);
    left.swap_with_slice(&mut right[..page]);
    let file = reopen(bytes);
    ptrs.iter().for_each(|ptr| {
        assert!(
            file.read(ptr, PageKind::TreeNode)
                .unwrap_err()
                .is_tampered()
        )
    });
    let mut zeroed = sound;
    zeroed[start..start + page].fill(0);
    assert!(
        reopen(zeroed)
            .read(&ptrs[0], PageKind::TreeNode)
            .unwrap_err()
            .is_tampered()
    );
}

#[test]
fn a_page_of_another_file_does_not_open_even_under_the_same_key() {
    let (a, _, memory_a) = recorded(&small());
    let (b, _, memory_b) = recorded(&small());
    let ptr = write(&a, run(&a, 0, 1), 1, 1);
    write(&b, run(&b, 0, 1), 1, 1);
    let start = ptr.run.first.get() as usize * SMALL as usize;
    let mut bytes = memory_b.snapshot();
    bytes[start..start + 512].copy_from_slice(&memory_a.snapshot()[start..start + 512]);
    assert!(
        reopen(bytes)
            .read(&ptr, PageKind::TreeNode)
            .unwrap_err()
            .is_tampered()
    );
}

#[test]
fn pointers_to_nowhere_are_errors_and_take_no_memory() {
    let (file, ..) = recorded(&CreateOptions::default().page_size(PageSize::MAX));
    let ptr = write(&file, run(&file, 0, 1), 1, 1);
    let at = |first: u64, pages: u16| PagePtr {
        run: PageRun::new(PageNo::new(first), pages),
        ..ptr
    };
    for nowhere in [
        at(0, 1),
        at(1, 0),
        at(1, u16::MAX),
        at(2, 1),
        at(PageNo::MAX.get(), 1),
        at(u64::MAX, u16::MAX),
    ] {
        assert!(
            file.read(&nowhere, PageKind::TreeNode)
                .unwrap_err()
                .is_corrupt(),
            "{nowhere}"
        );
    }
}

#[test]
fn contiguous_runs_are_written_at_once() {
    let (file, recorder, _) = recorded(&small());
    let first = file.first_page().get() * u64::from(SMALL);
    let writes = |order: &[(u64, u16)]| {
        let mut batch = file.batch(Generation::new(1));
        for (at, pages) in order {
            batch
                .seal(
                    run(&file, *at, *pages),
                    PageKind::Extent,
                    body(&file, *pages, *at as u8),
                )
                .unwrap();
        }
        batch.write().unwrap();
        let relative = recorder
            .take_writes()
            .into_iter()
            .map(|(offset, len)| ((offset - first) / 512, len / 512));
        relative.collect::<Vec<_>>()
    };
    assert_eq!(writes(&[(0, 1), (1, 2), (3, 1)]), [(0, 4)], "in order");
    assert_eq!(
        writes(&[(3, 1), (1, 2), (0, 1)]),
        [(0, 4)],
        "in another order"
    );
    assert_eq!(
        writes(&[(9, 1), (0, 1), (1, 1), (8, 1)]),
        [(0, 2), (8, 2)],
        "two stretches"
    );
    assert_eq!(writes(&[]), []);
    let many: Vec<(u64, u16)> = (0..9000).map(|at| (at, 1)).collect();
    assert_eq!(writes(&many).len(), 2, "very long stretches are cut");
}

#[test]
fn gathered_runs_end_up_where_their_pointers_say() {
    let (file, _, memory) = recorded(&small());
    let mut batch = file.batch(Generation::new(1));
    let order = [5, 2, 0, 4, 1, 3, 8];
    let ptrs = order.map(|at| {
        batch
            .seal(
                run(&file, at, 1),
                PageKind::Extent,
                body(&file, 1, at as u8),
            )
            .unwrap()
    });
    batch.write().unwrap();
    let file = reopen(memory.snapshot());
    for (at, ptr) in order.iter().zip(&ptrs) {
        assert_eq!(file.read(ptr, PageKind::Extent).unwrap()[0], *at as u8);
    }
}

#[test]
fn a_batch_refuses_what_cannot_be_and_then_writes_nothing() {
    let (file, recorder, _) = recorded(&small());
    let mut batch = file.batch(Generation::new(1));
    let mut seal = |run, body| batch.seal(run, PageKind::TreeNode, body).map(drop);
    assert!(
        seal(run(&file, 0, 1), vec![0; 511])
            .unwrap_err()
            .is_misuse(),
        "a body of another length"
    );
    assert!(
        seal(PageRun::single(PageNo::new(47)), body(&file, 1, 0))
            .unwrap_err()
            .is_misuse(),
        "in the header"
    );
    assert!(
        seal(run(&file, 0, 0), vec![]).unwrap_err().is_misuse(),
        "an empty run"
    );
    seal(run(&file, 0, 3), body(&file, 3, 0)).unwrap();
    seal(run(&file, 2, 1), body(&file, 1, 0)).unwrap();
    assert_eq!(batch.len(), 2);
    assert!(batch.write().unwrap_err().is_misuse(), "runs that overlap");
    assert!(recorder.take().is_empty());
    assert!(!file.is_poisoned());
}

#[test]
fn a_batch_that_is_dropped_leaves_no_trace() {
    let (file, recorder, _) = recorded(&small());
    let mut batch = file.batch(Generation::new(1));
    let ptr = batch
        .seal(run(&file, 0, 1), PageKind::TreeNode, body(&file, 1, 1))
        .unwrap();
    drop(batch);
    assert!(recorder.take().is_empty());
    assert!(
        file.read(&ptr, PageKind::TreeNode)
            .unwrap_err()
            .is_corrupt(),
        "nothing was cached"
    );
}

#[test]
fn any_failed_change_poisons_and_reads_go_on() {
    type Change = fn(&SealedFile) -> Result<()>;
    let changes: [(&str, Change); 5] = [
        ("sync", |file| file.sync()),
        ("set_len", |file| file.set_len(file.first_page().offset(50))),
        ("ensure_len", |file| {
            file.ensure_len(file.first_page().offset(500))
        }),
        ("record", |file| file.write_record(RecordSlot::B, b"body")),
        ("batch", |file| {
            let mut batch = file.batch(Generation::new(2));
            batch.seal(run(file, 5, 1), PageKind::TreeNode, body(file, 1, 2))?;
            batch.write()
        }),
    ];
    for (name, change) in changes {
        let (file, recorder, _) = recorded(&small());
        let ptr = write(&file, run(&file, 0, 1), 1, 9);
        recorder.fail_after(0);
        assert!(matches!(change(&file), Err(Error::Io { .. })), "{name}");
        assert!(file.is_poisoned(), "{name}");
        recorder.fail_after(u64::MAX);
        for (later, change) in changes {
            assert!(
                matches!(change(&file), Err(Error::Poisoned)),
                "{later} after a failed {name}"
            );
        }
        assert_eq!(file.read(&ptr, PageKind::TreeNode).unwrap()[0], 9);
        assert_eq!(file.read_uncached(&ptr, PageKind::TreeNode).unwrap()[0], 9);
    }
}

#[test]
fn records_survive_and_a_torn_one_says_so() {
    let (file, recorder, memory) = recorded(&small());
    for slot in RecordSlot::BOTH {
        assert!(file.read_record(slot).unwrap().is_none());
    }
    assert_ne!(
        RecordSlot::of(Generation::new(4)),
        RecordSlot::of(Generation::new(5))
    );
    let longest = vec![0x77; RECORD_BODY_MAX];
    for content in [&b""[..], b"generation one", &longest] {
        file.write_record(RecordSlot::A, content).unwrap();
        assert_eq!(file.read_record(RecordSlot::A).unwrap().unwrap(), content);
    }
    assert!(
        file.write_record(RecordSlot::A, &[0; RECORD_BODY_MAX + 1])
            .unwrap_err()
            .is_misuse()
    );
    assert!(file.read_record(RecordSlot::B).unwrap().is_none());
    recorder.take();
    let before = memory.snapshot();
    file.write_record(RecordSlot::A, b"the next").unwrap();
    let [Change::Write { offset, bytes }] = &recorder.take()[..] else {
        panic!("one write")
    };
    for torn in (1..bytes.len()).step_by(509) {
        let mut image = before.clone();
        image[*offset as usize..][..torn].copy_from_slice(&bytes[..torn]);
        assert!(
            reopen(image)
                .read_record(RecordSlot::A)
                .unwrap_err()
                .is_tampered(),
            "torn at {torn}"
        );
    }
    let mut moved = before.clone();
    moved.copy_within(8192..16_384, 16_384);
    assert!(
        reopen(moved)
            .read_record(RecordSlot::B)
            .unwrap_err()
            .is_tampered(),
        "a record of the other slot"
    );
}

#[test]
fn growing_writes_what_later_commits_overwrite() {
    let (file, recorder, _) = recorded(&small());
    let pages_end = file.first_page().offset(3);
    file.ensure_len(pages_end).unwrap();
    let written: usize = recorder.take_writes().iter().map(|(_, len)| len).sum();
    let len = file.file_len().unwrap();
    assert!(written > 0 && len >= 24_576 + 16 * 512);
    assert_eq!(len % 512, 0);
    file.ensure_len(pages_end).unwrap();
    file.ensure_len(PageNo::new(len / 512)).unwrap();
    assert!(recorder.take().is_empty(), "there is room already");
    let far = file.first_page().offset(40_000);
    file.ensure_len(far).unwrap();
    write(&file, PageRun::single(PageNo::new(far.get() - 1)), 1, 1);
    assert!(file.file_len().unwrap() >= far.get() * 512);
    file.set_len(pages_end).unwrap();
    assert_eq!(file.file_len().unwrap(), pages_end.get() * 512);
    assert!(file.set_len(PageNo::new(3)).unwrap_err().is_misuse());
    assert!(
        file.ensure_len(PageNo::new(u64::MAX))
            .unwrap_err()
            .is_misuse()
    );
}

#[test]
fn hits_do_not_touch_the_storage() {
    let (file, recorder, memory) = recorded(&small());
    let ptr = write(&file, run(&file, 0, 1), 1, 1);
    let before = recorder.reads();
    file.read(&ptr, PageKind::TreeNode).unwrap();
    assert_eq!(recorder.reads(), before, "what was written is cached");
    let file = reopen(memory.snapshot());
    for _ in 0..10 {
        file.read(&ptr, PageKind::TreeNode).unwrap();
    }
    let stats = file.cache_stats();
    assert_eq!((stats.hits, stats.misses, stats.frames), (9, 1, 1));
    file.read_uncached(&ptr, PageKind::TreeNode).unwrap();
    assert_eq!(file.cache_stats(), stats);
}

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
            file.write_record(RecordSlot::of(Generation::new(i)), b"the same body")
                .unwrap();
        }
        seals += file.seals();
        for change in recorder.take() {
            let Change::Write { bytes, .. } = change else {
                continue;
            };
            let nonce = &bytes[bytes.len() - SEAL_BYTES..][..24];
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

#[test]
fn threads_read_and_seal_side_by_side() {
    let (file, ..) = recorded(&small().cache_bytes(20_000));
    std::thread::scope(|scope| {
        for thread in 0..4u64 {
            let file = &file;
            scope.spawn(move || {
                for i in 0..200 {
                    let fill = (thread * 64 + i % 64) as u8;
                    let ptr = write(file, run(file, thread * 64 + i % 64, 1), i + 1, fill);
                    assert_eq!(file.read(&ptr, PageKind::TreeNode).unwrap()[0], fill);
                    assert_eq!(
                        file.read_uncached(&ptr, PageKind::TreeNode).unwrap()[0],
                        fill
                    );
                }
            });
        }
    });
    assert_eq!(file.seals(), 800);
    let stats = file.cache_stats();
    assert!(stats.bytes <= stats.capacity_bytes);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any order of writes and rewrites: after reopening, the newest pointer of a run reads its bytes, older ones are
    /// refused.
    #[test]
    fn only_the_newest_sealing_of_a_run_opens(steps in prop::collection::vec((0usize..6, any::<u8>()), 1..40)) {
        let (file, _, memory) = recorded(&small().cache_bytes(3000));
        let mut newest: Vec<Option<(PagePtr, u8)>> = vec![None; 6];
        let mut older = Vec::new();
        for (generation, (at, fill)) in (1..).zip(steps) {
            let ptr = write(&file, run(&file, at as u64 * 2, 2), generation, fill);
            older.extend(newest[at].replace((ptr, fill)));
        }
        drop(file);
        let file = reopen(memory.snapshot());
        for (ptr, fill) in newest.iter().flatten() {
            prop_assert_eq!(file.read(ptr, PageKind::TreeNode).unwrap()[3], *fill);
        }
        for (ptr, _) in older {
            prop_assert!(file.read(&ptr, PageKind::TreeNode).unwrap_err().is_tampered());
        }
    }

    /// Any bytes behind a header: errors, never a panic, whatever the pointer.
    #[test]
    fn arbitrary_bytes_are_refused(tail in prop::collection::vec(any::<u8>(), 0..4000), ptr: [u8; 32], near in 0u64..9, pages in 1u16..9) {
        let (file, _, memory) = recorded(&small());
        drop(file);
        let mut bytes = memory.snapshot();
        bytes.extend(tail);
        let file = reopen(bytes);
        if let Ok(ptr) = PagePtr::decode(&ptr) {
            prop_assert!(file.read(&ptr, PageKind::Extent).is_err());
            let near = PagePtr { run: run(&file, near, pages), ..ptr };
            prop_assert!(file.read(&near, PageKind::Extent).is_err());
        }
    }
}
