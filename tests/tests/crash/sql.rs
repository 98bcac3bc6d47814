//! SQL: rows, indexes, large values and ann segments.

use citadel_tests::promise::{crash, fault};
use citadel_tests::sim::SimDisk;
use citadel_tests::subject::SqlSubject;

#[test]
fn a_crash_loses_no_statement_that_returned() {
    let subject = SqlSubject {
        page_size: 512,
        steps: SqlSubject::STEPS,
        large: 5_000,
    };
    let tried = crash::everywhere(&subject, &SimDisk::new(), 21);
    assert!(tried.boundaries > SqlSubject::STEPS, "{tried:?}");
    assert!(tried.images > 200, "{tried:?}");
    assert!(tried.early > 10 && tried.rolled_back > 10, "{tried:?}");
    assert!(tried.nested > 5 && tried.one_sync > 10, "{tried:?}");
}

#[test]
fn a_failing_disk_ends_a_statement_with_its_own_error() {
    let subject = SqlSubject {
        page_size: 512,
        steps: 13,
        large: 2_000,
    };
    let tried = fault::everywhere(&subject, 3);
    assert!(tried.faults > 50 && tried.stopped > 30, "{tried:?}");
}
