//! SQL: rows, indexes, large values and ann segments.

use citadel_tests::promise::tamper::{PAGES, Target};
use citadel_tests::promise::{Case, Effort};
use citadel_tests::sim::{Image, SimDisk};
use citadel_tests::subject::{SqlSubject, Subject};

/// Steps of the workload that make the file.
const STEPS: usize = 16;

fn subject() -> SqlSubject {
    SqlSubject::named("sql-everything", 512)
        .first(STEPS)
        .large(1_200)
}

fn case(subject: &SqlSubject) -> Case<'_> {
    Case {
        subject,
        seed: 1,
        effort: Effort::SLICE,
        only: None,
    }
}

fn file(subject: &SqlSubject) -> Image {
    let disk = SimDisk::new();
    subject
        .run(&disk, &mut Vec::new())
        .expect("nothing fails on this disk");
    disk.image()
}

#[test]
fn flipped_bytes_are_refused_or_harmless() {
    let subject = subject();
    let mut target = Target::closed(case(&subject), file(&subject));
    target.flip_bytes(0, 151);
    target.flip_bytes(PAGES, 43);
    let tried = target.take_tried();
    assert!(tried.refused > 150 && tried.harmless > 30, "{tried:?}");
}

#[test]
fn exchanged_and_wiped_places_are_refused_or_harmless() {
    let subject = subject();
    let mut target = Target::closed(case(&subject), file(&subject));
    target.wipe_places();
    target.change_length();
    let tried = target.take_tried();
    assert!(tried.refused > 20, "{tried:?}");
}

#[test]
fn places_as_they_were_after_each_earlier_statement_are_refused_or_harmless() {
    let subject = subject();
    let disk = SimDisk::new();
    subject.run(&disk, &mut Vec::new()).unwrap();
    let older = disk.image();
    subject.go_on(&disk, 1, &mut Vec::new()).unwrap();
    let mut target = Target::closed(case(&subject), disk.image());
    target.replay(&older, 0);
    for steps in (1..STEPS).step_by(3) {
        target.replay(&file(&subject.first(steps)), steps);
    }
    let tried = target.take_tried();
    assert!(tried.refused > 20, "{tried:?}");
}
