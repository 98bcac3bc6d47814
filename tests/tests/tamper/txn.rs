//! The transaction layer.

use citadel_tests::promise::tamper::Target;
use citadel_tests::sim::SimDisk;
use citadel_tests::subject::{Subject, TxnSubject};

const SUBJECT: TxnSubject = TxnSubject {
    seed: 11,
    transactions: 7,
    page_size: 512,
    value_len_max: 3_000,
    bulk: None,
};

/// The file after each of the first transactions, closed each time.
fn versions() -> Vec<Vec<u8>> {
    (1..=SUBJECT.transactions)
        .map(|transactions| TxnSubject {
            transactions,
            ..SUBJECT
        })
        .map(|subject| file(&subject))
        .collect()
}

fn file(subject: &TxnSubject) -> Vec<u8> {
    let disk = SimDisk::new();
    subject
        .run(&disk, &mut Vec::new())
        .expect("nothing fails on this disk");
    disk.bytes()
}

fn target() -> Target<'static, TxnSubject> {
    Target::new(&SUBJECT, file(&SUBJECT), 512)
}

#[test]
fn every_flipped_byte_is_refused_or_harmless() {
    let mut target = target();
    target.flip_bytes(0, 1);
    let tried = target.take_tried();
    assert_eq!(tried.files, target.len());
    assert!(
        tried.refused > 5_000 && tried.harmless >= 24_576,
        "{tried:?}"
    );
}

#[test]
fn every_exchange_of_places_is_refused_or_harmless() {
    let mut target = target();
    target.exchange_places();
    let tried = target.take_tried();
    assert!(
        tried.files > 600 && tried.refused > tried.files / 3,
        "{tried:?}"
    );
}

#[test]
fn every_older_version_of_a_place_is_refused_or_harmless() {
    // One history: the same disk, closed after each step.
    let disk = SimDisk::new();
    SUBJECT.run(&disk, &mut Vec::new()).unwrap();
    let mut versions = vec![disk.bytes()];
    for _ in 0..4 {
        SUBJECT.write(&disk).unwrap();
        versions.push(disk.bytes());
    }
    let newest = versions.pop().unwrap();
    let mut target = Target::new(&SUBJECT, newest, 512);
    for (version, older) in versions.iter().enumerate() {
        target.replay(older, version);
    }
    let tried = target.take_tried();
    assert!(tried.files > 50 && tried.refused > 10, "{tried:?}");
}

#[test]
fn places_of_another_file_under_the_same_key_are_refused_or_harmless() {
    let mut target = target();
    for (version, other) in versions().iter().enumerate() {
        target.replay(other, version);
    }
    let tried = target.take_tried();
    assert!(tried.refused > 50, "{tried:?}");
}

#[test]
fn wiped_places_and_other_lengths_are_refused_or_harmless() {
    let mut target = target();
    target.wipe_places();
    target.change_length();
    let tried = target.take_tried();
    assert!(tried.refused > 50 && tried.harmless >= 3, "{tried:?}");
}
