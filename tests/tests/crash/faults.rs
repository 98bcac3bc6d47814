//! A disk that fails.

use citadel_tests::promise::fault;
use citadel_tests::subject::{SqlSubject, TxnSubject};

use crate::slice;

#[test]
fn a_failing_disk_is_named_and_ends_all_writing() {
    for name in ["updates", "large-values", "reopenings"] {
        let tried = fault::everywhere(slice(&TxnSubject::named(name, 512))).kept();
        assert!(tried.faults > 50 && tried.stopped > 50, "{name}: {tried:?}");
        assert!(tried.restarts > 10, "{name}: {tried:?}");
    }
}

/// Where several commits wait for one sync and that fails, a second process reads what is only in the system's cache. A loss
/// of power before its own first commit has its checkpoint must not look as if acknowledged commits were gone.
#[test]
fn a_second_process_after_a_failed_sync_loses_nothing_that_was_acknowledged() {
    for name in ["light-joined", "normal-mode"] {
        let subject = TxnSubject::named(name, 8192);
        let tried = fault::everywhere(slice(&subject)).kept();
        assert!(tried.restarts > 10, "{name}: {tried:?}");
    }
}

#[test]
fn a_failing_disk_ends_a_statement_with_its_own_error() {
    let subject = SqlSubject::named("sql-everything", 512)
        .first(14)
        .large(2_000);
    let mut case = slice(&subject);
    case.effort.stride = 11;
    let tried = fault::everywhere(case).kept();
    assert!(tried.faults > 50 && tried.stopped > 30, "{tried:?}");
}

/// A new root key of which the last sync failed can be read in the system's cache. What a second process seals under it
/// must open after a loss of power, with the old superblock or the new one.
#[test]
fn a_new_key_that_a_second_process_has_used_is_not_lost() {
    let subject = TxnSubject::named("rekey-interrupted", 512);
    let mut case = slice(&subject);
    case.effort.stride = 3;
    let tried = fault::everywhere(case).kept();
    assert!(tried.restarts > 10, "{tried:?}");
}
