//! The transaction layer.

use citadel_tests::promise::tamper::Target;
use citadel_tests::promise::{Case, Effort};
use citadel_tests::sim::{Image, Operation, SimDisk};
use citadel_tests::subject::{Subject, TxnSubject};

fn case(subject: &TxnSubject) -> Case<'_> {
    Case {
        subject,
        seed: 1,
        effort: Effort::SLICE,
        only: None,
    }
}

fn subject() -> TxnSubject {
    TxnSubject::named("savepoints", 512)
}

fn file(subject: &TxnSubject) -> Image {
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
    // Each bit in its turn; `cargo xtask crash --tamper` flips all of them.
    target.flip_bytes(0, 5);
    let tried = target.take_tried();
    assert_eq!(tried.tampered, target.len().div_ceil(5));
    assert!(tried.refused > 1_000 && tried.harmless > 1_600, "{tried:?}");
    assert_eq!(tried.last_lost, 0);
}

#[test]
fn a_file_that_was_not_closed_loses_its_last_commit_at_most() {
    let subject = subject();
    let disk = SimDisk::new();
    let mut states = Vec::new();
    subject.run(&disk, &mut states).unwrap();
    let trace = disk.trace();
    let last = |operation: &Operation| matches!(operation, Operation::Acknowledge(_));
    let at = trace.operations().iter().rposition(last).unwrap();
    let file = trace.moment(at).visible().clone();
    let before = states[states.len() - 2].clone();
    let mut target = Target::left_open(case(&subject), file, before);
    target.flip_bytes(8192, 5);
    target.wipe_places();
    let tried = target.take_tried();
    assert!(tried.refused > 500 && tried.harmless > 500, "{tried:?}");
    assert!(tried.last_lost > 10, "{tried:?}");
}

#[test]
fn exchanged_places_are_refused_or_harmless() {
    let subject = TxnSubject::named("updates", 512);
    let mut target = Target::closed(case(&subject), file(&subject));
    target.exchange_places(5);
    let tried = target.take_tried();
    assert!(
        // Most places of so small a file at such small pages are of records, or free.
        tried.tampered > 120 && tried.refused > tried.tampered / 20,
        "{tried:?}"
    );
}

#[test]
fn every_older_version_of_a_place_is_refused_or_harmless() {
    // One history: the same disk, closed after each step.
    let subject = subject();
    let disk = SimDisk::new();
    subject.run(&disk, &mut Vec::new()).unwrap();
    let mut versions = vec![disk.image()];
    for _ in 0..4 {
        subject.go_on(&disk, 1, &mut Vec::new()).unwrap();
        versions.push(disk.image());
    }
    let newest = versions.pop().unwrap();
    let mut target = Target::closed(case(&subject), newest);
    for (version, older) in versions.iter().enumerate() {
        target.replay(older, version);
    }
    let tried = target.take_tried();
    assert!(tried.tampered > 50 && tried.refused > 10, "{tried:?}");
}

#[test]
fn places_of_another_file_under_the_same_key_are_refused_or_harmless() {
    let subject = subject();
    let mut target = Target::closed(case(&subject), file(&subject));
    for version in 0..3 {
        target.replay(&file(&subject), version);
    }
    let tried = target.take_tried();
    assert!(tried.refused > 50, "{tried:?}");
}

#[test]
fn wiped_places_and_other_lengths_are_refused_or_harmless() {
    let subject = subject();
    let mut target = Target::closed(case(&subject), file(&subject));
    target.wipe_places();
    target.change_length();
    let tried = target.take_tried();
    assert!(tried.refused > 50 && tried.harmless >= 3, "{tried:?}");
}
