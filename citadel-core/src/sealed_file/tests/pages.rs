//! A page opens under its pointer, and under no other.

use proptest::prelude::*;

use super::*;

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

#[test]
fn what_is_read_ahead_is_there_and_damage_in_it_waits_for_its_reader() {
    let (file, _, memory) = recorded(&small());
    let mut batch = file.batch(Generation::new(1));
    let ptrs: Vec<PagePtr> = (0..10)
        .map(|at| {
            let body = body(&file, 1, at as u8);
            let run = run(&file, at, 1);
            batch.seal(run, PageKind::TreeNode, body).unwrap()
        })
        .collect();
    batch.write().unwrap();
    let mut bytes = memory.snapshot();
    bytes[(ptrs[6].run.first.get() * u64::from(SMALL)) as usize] ^= 1;
    let file = reopen(bytes);
    let first = file
        .read_with_next(&ptrs[2], PageKind::TreeNode, Readers::All, || {
            ptrs[3..].to_vec()
        })
        .unwrap();
    assert_eq!(first[0], 2);
    assert_eq!(file.cache_stats().frames, 4, "up to the damaged one");
    for at in [3, 4, 5, 7] {
        let frame = file.read_with_next(&ptrs[at], PageKind::TreeNode, Readers::All, Vec::new);
        assert_eq!(frame.unwrap()[0], at as u8);
    }
    let damaged = file.read_with_next(&ptrs[6], PageKind::TreeNode, Readers::All, || {
        ptrs[7..].to_vec()
    });
    assert!(damaged.unwrap_err().is_tampered());
    let apart = file.read_with_next(&ptrs[0], PageKind::TreeNode, Readers::All, || vec![ptrs[9]]);
    assert_eq!(apart.unwrap()[0], 0);
    let before = file.read_with_next(&ptrs[8], PageKind::TreeNode, Readers::All, || vec![ptrs[1]]);
    assert_eq!(before.unwrap()[0], 8);
}

#[test]
fn a_long_stretch_is_opened_by_all_cores_as_by_one() {
    let memory = MemoryStorage::new();
    let options = CreateOptions::default();
    let file = SealedFile::create(Arc::new(memory.clone()), &key(), &options).unwrap();
    let mut batch = file.batch(Generation::new(1));
    let mut ptrs = Vec::new();
    let mut at = 0;
    for fill in 0..150_u8 {
        let pages = 1 + u16::from(fill % 3);
        let body = body(&file, pages, fill);
        let ptr = batch.seal(run(&file, at, pages), PageKind::TreeNode, body);
        ptrs.push(ptr.unwrap());
        at += u64::from(pages);
    }
    batch.write().unwrap();
    let mut bytes = memory.snapshot();
    bytes[(ptrs[77].run.first.get() * u64::from(file.page_size().get())) as usize] ^= 1;
    drop(file);
    for round in 0..20 {
        let file = reopen(bytes.clone());
        let (readers, least) = match round % 2 {
            0 => (Readers::All, 100),
            // One reader stops at the damaged run in a longer part.
            _ => (Readers::One, 50),
        };
        let first = file.read_with_next(&ptrs[round], PageKind::TreeNode, readers, || {
            ptrs[round + 1..].to_vec()
        });
        assert_eq!(first.unwrap()[0], round as u8);
        let there = file.cache_stats().frames;
        assert!(
            there > least,
            "{there} frames of a stretch that is damaged once"
        );
        for (fill, ptr) in ptrs.iter().enumerate().skip(round) {
            match file.read(ptr, PageKind::TreeNode) {
                Ok(frame) => assert_eq!(frame[9], fill as u8),
                Err(error) => assert!(fill == 77 && error.is_tampered(), "{fill}: {error}"),
            }
        }
        assert_eq!(file.cache_stats().frames, 149 - round as u64);
    }
}
