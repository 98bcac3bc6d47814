//! SQL: rows, indexes, large values and ann segments.

use citadel_tests::promise::tamper::{PAGES, Target};
use citadel_tests::sim::SimDisk;
use citadel_tests::subject::{SqlSubject, Subject};

const SUBJECT: SqlSubject = SqlSubject {
    page_size: 512,
    steps: 15,
    large: 1_200,
};

fn file(steps: usize) -> Vec<u8> {
    let disk = SimDisk::new();
    let subject = SqlSubject { steps, ..SUBJECT };
    subject
        .run(&disk, &mut Vec::new())
        .expect("nothing fails on this disk");
    disk.bytes()
}

fn target() -> Target<'static, SqlSubject> {
    Target::new(&SUBJECT, file(SUBJECT.steps), 512)
}

#[test]
fn flipped_bytes_are_refused_or_harmless() {
    let mut target = target();
    target.flip_bytes(0, 61);
    target.flip_bytes(PAGES, 13);
    let tried = target.take_tried();
    assert!(tried.refused > 500 && tried.harmless > 100, "{tried:?}");
}

#[test]
fn exchanged_and_wiped_places_are_refused_or_harmless() {
    let mut target = target();
    target.wipe_places();
    target.change_length();
    let tried = target.take_tried();
    assert!(tried.refused > 20, "{tried:?}");
}

#[test]
fn places_as_they_were_after_each_earlier_statement_are_refused_or_harmless() {
    let disk = SimDisk::new();
    SUBJECT.run(&disk, &mut Vec::new()).unwrap();
    let older = disk.bytes();
    SUBJECT.write(&disk).unwrap();
    let mut target = Target::new(&SUBJECT, disk.bytes(), 512);
    target.replay(&older, 0);
    for steps in (1..SUBJECT.steps).step_by(3) {
        target.replay(&file(steps), steps);
    }
    let tried = target.take_tried();
    assert!(tried.refused > 50, "{tried:?}");
}
