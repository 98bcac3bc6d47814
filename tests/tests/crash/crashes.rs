//! Crashes in every workload.

use citadel_tests::promise::{Effort, Outcome, Tried, crash, restart, stray};
use citadel_tests::subject::{SqlSubject, Subject, TxnSubject, all};

use crate::slice;

/// All workloads of one page size, shared out to two tests of about the same length.
fn each(page_size: u32, half: usize, promise: impl Fn(&dyn Subject) -> Outcome) -> Tried {
    let subjects = all(page_size);
    let mut sum = Outcome::default();
    for subject in subjects.iter().skip(half).step_by(2) {
        sum += promise(subject.as_ref());
    }
    sum.kept()
}

fn survives(page_size: u32, half: usize) {
    let tried = each(page_size, half, |subject| crash::everywhere(slice(subject)));
    assert!(tried.boundaries > 200, "{tried:?}");
    assert!(tried.images > 3 * tried.boundaries, "{tried:?}");
    assert!(tried.early > 100 && tried.rolled_back > 100, "{tried:?}");
    assert!(tried.nested > 20 && tried.nested_images > 50, "{tried:?}");
    assert!(tried.written > 100 && tried.one_sync > 50, "{tried:?}");
}

#[test]
fn nothing_acknowledged_is_lost_at_512_byte_pages() {
    survives(512, 0);
}

#[test]
fn nothing_acknowledged_is_lost_at_512_byte_pages_either() {
    survives(512, 1);
}

#[test]
fn nothing_acknowledged_is_lost_at_4096_byte_pages() {
    survives(4096, 0);
}

#[test]
fn every_recovery_of_a_small_workload_may_be_interrupted_everywhere() {
    let subject = TxnSubject::named("create", 512);
    let mut case = slice(&subject);
    case.effort = Effort::SLICE.exhaustive_recovery();
    let tried = crash::everywhere(case).kept();
    assert!(tried.nested > tried.images / 3, "{tried:?}");
    assert!(tried.nested_images > tried.nested, "{tried:?}");
}

#[test]
fn a_second_process_does_not_build_on_what_is_not_durable() {
    for name in ["updates", "big-transaction", "checkpoints"] {
        let tried = restart::everywhere(slice(&TxnSubject::named(name, 512))).kept();
        assert!(tried.restarts > 2, "{name}: {tried:?}");
    }
    let tried = restart::everywhere(slice(&SqlSubject::named("sql-rows", 512))).kept();
    assert!(tried.restarts > 2, "{tried:?}");
}

#[test]
fn a_write_that_went_astray_is_found_out() {
    let tried = each(512, 0, |subject| stray::everywhere(slice(subject)));
    assert!(tried.refused > 50 && tried.harmless > 50, "{tried:?}");
}
