//! Folding in the background.

use std::sync::Arc;
use std::time::Duration;

use super::fixture::{Fixture, insert, vector};
use crate::ann::{DEFAULT_MERGE_BYTES, Merger};
use crate::schema::Metric;

const LONG: Duration = Duration::from_secs(60);

fn merger(fixture: &Fixture, bytes_max: usize) -> Merger {
    Merger::new(Arc::clone(&fixture.cache), true, bytes_max)
}

#[test]
fn a_delta_past_its_threshold_is_folded_and_a_small_one_is_not() {
    let fixture = Fixture::with_rows(Metric::L2, 999);
    let merger = merger(&fixture, DEFAULT_MERGE_BYTES);
    merger.commit(&fixture.database);
    assert!(!merger.wait_for(1, Duration::from_millis(300)));
    assert_eq!(fixture.delta().len(), 999);

    fixture.write(|txn, table| insert(txn, table, 1_000, Some(vector(1_000))));
    merger.commit(&fixture.database);
    assert!(merger.wait_for(1, LONG));
    assert!(fixture.delta().is_empty());
    assert_eq!(fixture.status().segments[0].rows, 1_000);
    assert_eq!(fixture.check(), [""; 0]);
}

#[test]
fn what_was_turned_off_or_takes_too_much_memory_stays_as_it_is() {
    let fixture = Fixture::with_rows(Metric::L2, 1_000);
    let small = merger(&fixture, 1_000);
    small.commit(&fixture.database);
    assert!(!small.wait_for(1, Duration::from_millis(200)));
    drop(small);

    let merger = merger(&fixture, DEFAULT_MERGE_BYTES);
    merger.enable(false, &fixture.database);
    merger.commit(&fixture.database);
    assert!(!merger.wait_for(1, Duration::from_millis(200)));
    assert_eq!(fixture.delta().len(), 1_000);
    merger.enable(true, &fixture.database);
    assert!(merger.wait_for(1, LONG));
    assert!(fixture.delta().is_empty());
}

#[test]
fn the_last_handle_ends_the_thread_whatever_it_does() {
    for wait_ms in [0, 1, 5, 20] {
        let fixture = Fixture::with_rows(Metric::L2, 3_000);
        let merger = merger(&fixture, DEFAULT_MERGE_BYTES);
        merger.commit(&fixture.database);
        std::thread::sleep(Duration::from_millis(wait_ms));
        drop(merger);
        let folded = fixture.delta().is_empty();
        assert_eq!(fixture.status().segments.len(), usize::from(folded));
        assert_eq!(fixture.check(), [""; 0]);
    }
}
