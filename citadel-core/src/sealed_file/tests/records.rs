//! Commit records in their two slots, and among the pages.

use super::*;

#[test]
fn records_survive_and_a_torn_one_says_so() {
    let (file, recorder, memory) = recorded(&small());
    for slot in RecordSlot::BOTH {
        assert!(file.read_record(slot).unwrap().is_none());
    }
    assert_ne!(RecordSlot::A, RecordSlot::A.other());
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
    for torn in (1..bytes.len()).step_by(73) {
        let mut image = before.clone();
        image[*offset as usize..][..torn].copy_from_slice(&bytes[..torn]);
        let read = reopen(image).read_record(RecordSlot::A);
        match torn < 512 {
            true => assert!(read.unwrap_err().is_tampered(), "torn at {torn}"),
            // All of the record is there; what lies behind its sector means nothing.
            false => assert_eq!(read.unwrap().unwrap(), b"the next"),
        }
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
fn a_record_among_the_pages_opens_at_its_place_only() {
    let (file, recorder, memory) = recorded(&small());
    let first = file.first_page().offset(2);
    assert!(
        file.read_record_at(first).unwrap().is_none(),
        "past the end"
    );
    let mut batch = file.batch(Generation::new(9));
    let run = batch.seal_record(first, b"the record").unwrap();
    let behind = PageRun::single(run.end());
    let body = vec![3; body_len(file.page_size(), 1)];
    let ptr = batch.seal(behind, PageKind::TreeNode, body).unwrap();
    recorder.take();
    batch.write().unwrap();
    assert_eq!(recorder.take().len(), 1, "one write for both");
    assert_eq!(file.read(&ptr, PageKind::TreeNode).unwrap()[0], 3);
    let found = file.read_record_at(first).unwrap();
    assert_eq!(found.as_deref(), Some(&b"the record"[..]));
    for elsewhere in [first.offset(1), file.first_page()] {
        assert!(file.read_record_at(elsewhere).unwrap().is_none());
    }
    let alone = behind.first.offset(1);
    let mut batch = file.batch(Generation::new(9));
    batch.seal_record(alone, b"a short one").unwrap();
    batch.write().unwrap();
    let at = alone.get() as usize * file.page_size().bytes();
    assert_eq!(memory.snapshot().len(), at + 4096);
    let found = file.read_record_at(alone).unwrap();
    assert_eq!(found.as_deref(), Some(&b"a short one"[..]));
    let at = first.get() as usize * file.page_size().bytes();
    let len = usize::from(run.pages) * file.page_size().bytes();
    let mut image = memory.snapshot();
    image.resize(image.len().next_multiple_of(len), 0);
    image.extend_from_within(at..at + len);
    let end = PageNo::new(((image.len() - len) / file.page_size().bytes()) as u64);
    assert!(
        reopen(image.clone()).read_record_at(end).unwrap().is_none(),
        "moved"
    );
    image[at] ^= 1;
    assert!(reopen(image).read_record_at(first).unwrap().is_none());
    let mut batch = file.batch(Generation::new(9));
    let long = [0; RECORD_BODY_MAX + 1];
    assert!(batch.seal_record(first, &long).unwrap_err().is_misuse());
    let header = PageNo::new(0);
    assert!(batch.seal_record(header, b"x").unwrap_err().is_misuse());
}

#[test]
fn a_record_takes_the_sectors_that_it_needs() {
    let (file, recorder, memory) = recorded(&small());
    let first = file.first_page().offset(2);
    let at = first.get() as usize * file.page_size().bytes();
    let in_head = RECORD_HEAD_BODY_MAX;
    assert_eq!(in_head, 512 - 8 - 4 - 16 - SEAL_BYTES);
    for body in [
        0,
        in_head,
        in_head + 1,
        SHORT_RECORD_BODY_MAX,
        SHORT_RECORD_BODY_MAX + 1,
        RECORD_BODY_MAX,
    ] {
        let content = vec![0x5a; body];
        let mut batch = file.batch(Generation::new(9));
        batch.seal_record(first, &content).unwrap();
        recorder.take();
        batch.write().unwrap();
        let [Change::Write { bytes, .. }] = &recorder.take()[..] else {
            panic!("one write")
        };
        let sealed = match body.checked_sub(in_head) {
            None | Some(0) => 512,
            Some(behind) => 512 + (behind + SEAL_BYTES).next_multiple_of(512),
        };
        assert_eq!(bytes.len(), if sealed <= 4096 { 4096 } else { 8192 });
        assert!(bytes[sealed..].iter().all(|byte| *byte == 0));
        assert!(
            !bytes[sealed - SEAL_BYTES..sealed]
                .iter()
                .all(|byte| *byte == 0)
        );
        let opens = |image| reopen(image).read_record_at(first).unwrap() == Some(content.clone());
        // Any bit of its sectors counts, and none behind them.
        for byte in (0..bytes.len()).step_by(211).chain([sealed - 1]) {
            let mut image = memory.snapshot();
            image[at + byte] ^= 0x10;
            assert_eq!(opens(image), byte >= sealed, "byte {byte} of {sealed}");
        }
    }
}

#[test]
fn a_head_tells_of_its_record_even_if_the_rest_is_damaged() {
    let (file, _, memory) = recorded(&small());
    let first = file.first_page().offset(2);
    let at = first.get() * u64::from(file.page_size().get());
    let content: Vec<u8> = (0..2000).map(|i| i as u8).collect();
    let mut batch = file.batch(Generation::new(9));
    batch.seal_record(first, &content).unwrap();
    batch.write().unwrap();
    let whole = memory.snapshot();
    let found = |image: Vec<u8>| {
        let mut found = Vec::new();
        let file = reopen(image);
        assert!(file.read_record_at(first).unwrap().is_none());
        file.find_records(0..u64::MAX, |record| found.push(record))
            .unwrap();
        found
    };
    let beginning = |offset| FoundRecord {
        offset,
        written_for: at,
        body: content[..RECORD_HEAD_BODY_MAX].to_vec(),
        is_whole: false,
    };
    let end = at as usize + 512;
    let mut damaged = whole.clone();
    damaged[end + 700] ^= 1;
    assert_eq!(found(damaged), [beginning(at)], "damaged");
    assert_eq!(found(whole[..end].to_vec()), [beginning(at)], "cut off");
    // The head exchanged with a sector of the rest.
    let mut exchanged = whole.clone();
    let (before, behind) = exchanged.split_at_mut(end + 1024);
    before[at as usize..end].swap_with_slice(&mut behind[..512]);
    assert_eq!(found(exchanged), [beginning(end as u64 + 1024)]);
    // The rest of one record does not do for another.
    let mut batch = file.batch(Generation::new(9));
    batch.seal_record(first, &content).unwrap();
    batch.write().unwrap();
    let mut mixed = memory.snapshot();
    mixed[end..].copy_from_slice(&whole[end..]);
    assert_eq!(found(mixed), [beginning(at)]);
}

#[test]
fn records_are_found_wherever_they_lie() {
    for page_bytes in [512, 8192, 16_384] {
        let page_size = PageSize::new(page_bytes).unwrap();
        let (file, _, memory) = recorded(&CreateOptions {
            page_size,
            ..small()
        });
        let first = file.first_page().offset(3);
        let mut batch = file.batch(Generation::new(9));
        batch.seal_record(first, b"the record").unwrap();
        batch.write().unwrap();
        file.write_record(RecordSlot::B, b"a slot").unwrap();
        let page_bytes = page_bytes as usize;
        let place = first.get() as usize * page_bytes;
        let (len, slot) = (4096, 16_384..24_576);
        let mut image = memory.snapshot();
        assert_eq!(image.len(), place + len);
        // One sector further, and up to the end of the file.
        image.resize(place + 3 * len, 0);
        image.copy_within(place..place + len, place + len + 512);
        image.extend_from_within(slot.start..slot.start + 512);
        let copied = image.len() as u64 - 512;
        let file = reopen(image);
        let mut found = Vec::new();
        let look =
            |range, found: &mut Vec<_>| file.find_records(range, |record| found.push(record));
        look(0..u64::MAX, &mut found).unwrap();
        let expected = [
            (16_384, 16_384, &b"a slot"[..]),
            (place as u64, place as u64, b"the record"),
            ((place + len + 512) as u64, place as u64, b"the record"),
            (copied, 16_384, b"a slot"),
        ];
        let expected = expected.map(|(offset, written_for, body)| FoundRecord {
            offset,
            written_for,
            body: body.to_vec(),
            is_whole: true,
        });
        assert_eq!(found, expected);
        let in_place = found.iter().map(FoundRecord::is_in_place);
        assert_eq!(in_place.collect::<Vec<_>>(), [true, true, false, false]);
        assert!(found[3].is_of_slot() && !found[2].is_of_slot());
        found.clear();
        look(place as u64 + 1..copied, &mut found).unwrap();
        assert_eq!(found, expected[2..3]);
    }
}
