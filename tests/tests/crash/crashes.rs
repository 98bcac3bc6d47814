//! Crashes in every workload.

use citadel_tests::promise::{Effort, Outcome, Tried, crash, fault, restart, stray};
use citadel_tests::subject::{CopySubject, SqlSubject, Subject, TxnSubject, all};

use crate::slice;

/// Every `nth` workload of one page size from number `first` on.
fn each(
    page_size: u32,
    first: usize,
    nth: usize,
    promise: impl Fn(&dyn Subject) -> Outcome,
) -> Tried {
    let subjects = all(page_size);
    let mut sum = Outcome::default();
    for subject in subjects.iter().skip(first).step_by(nth) {
        sum += promise(subject.as_ref());
    }
    sum.kept()
}

fn survives(page_size: u32, first: usize, nth: usize) {
    let tried = each(page_size, first, nth, |subject| {
        crash::everywhere(slice(subject))
    });
    assert!(tried.boundaries > 100, "{tried:?}");
    assert!(tried.images > 3 * tried.boundaries, "{tried:?}");
    assert!(tried.early > 50 && tried.rolled_back > 50, "{tried:?}");
    assert!(tried.nested > 10 && tried.nested_images > 20, "{tried:?}");
    assert!(tried.written > 50 && tried.one_sync > 25, "{tried:?}");
}

#[test]
fn nothing_acknowledged_is_lost_at_512_byte_pages() {
    survives(512, 0, 2);
}

#[test]
fn nothing_acknowledged_is_lost_at_512_byte_pages_either() {
    survives(512, 1, 2);
}

#[test]
fn nothing_acknowledged_is_lost_at_4096_byte_pages() {
    survives(4096, 0, 4);
}

#[test]
fn nothing_acknowledged_is_lost_at_8192_byte_pages() {
    survives(8192, 2, 6);
}

#[test]
fn every_recovery_of_a_small_workload_may_be_interrupted_everywhere() {
    let subject = TxnSubject::named("create", 512);
    let mut case = slice(&subject);
    case.effort = Effort::SLICE.exhaustive_recovery();
    case.effort.places = 1;
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
fn a_copy_that_another_process_takes_up_is_whole() {
    for subject in CopySubject::all(512) {
        let mut case = slice(&subject);
        case.effort.stride = 3;
        let tried = restart::everywhere(case).kept();
        assert!(tried.restarts > 2, "{}: {tried:?}", subject.name());
        case.effort.stride = 7;
        let tried = fault::everywhere(case).kept();
        assert!(tried.restarts > 20, "{}: {tried:?}", subject.name());
    }
}

#[test]
fn a_write_that_went_astray_is_found_out() {
    let tried = each(512, 0, 2, |subject| stray::everywhere(slice(subject)));
    assert!(tried.refused > 50 && tried.harmless > 50, "{tried:?}");
}
