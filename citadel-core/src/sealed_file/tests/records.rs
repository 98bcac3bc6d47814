//! Commit records in their two slots.

use super::*;

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
