//! The transaction layer.

use citadel_tests::promise::{crash, fault};
use citadel_tests::sim::SimDisk;
use citadel_tests::subject::TxnSubject;

fn subject(seed: u64, page_size: u32, transactions: usize) -> TxnSubject {
    TxnSubject {
        seed,
        transactions,
        page_size,
        value_len_max: 36_000,
        bulk: (page_size == 512).then_some(transactions * 2 / 3),
    }
}

fn survives(subject: TxnSubject) {
    let tried = crash::everywhere(&subject, &SimDisk::new(), subject.seed);
    assert!(tried.boundaries > subject.transactions, "{tried:?}");
    assert!(tried.images > 3 * tried.boundaries, "{tried:?}");
    assert!(tried.early > 10 && tried.rolled_back > 10, "{tried:?}");
    assert!(tried.nested > 10, "{tried:?}");
    assert!(tried.one_sync >= 10, "{tried:?}");
    if subject.page_size == 512 {
        assert!(tried.more_syncs > 1, "more than the creation: {tried:?}");
    }
}

#[test]
fn a_crash_loses_nothing_acknowledged_at_512_byte_pages() {
    survives(subject(1, 512, 36));
}

#[test]
fn a_crash_loses_nothing_acknowledged_at_4096_byte_pages() {
    survives(subject(2, 4096, 18));
}

#[test]
#[should_panic(expected = "crash before operation")]
fn a_disk_that_lies_about_sync_is_found_out() {
    crash::everywhere(&subject(4, 512, 20), &SimDisk::lying(), 4);
}

#[test]
fn a_failing_disk_is_named_and_ends_all_writing() {
    let tried = fault::everywhere(&subject(3, 512, 10), 1);
    assert!(
        tried.faults > 200 && tried.stopped > 150 && tried.survived > 2,
        "{tried:?}"
    );
}
