//! The cache of segments.

use std::sync::Arc;

use citadel_vector::Segment;

use crate::schema::Metric;

use super::super::cache::Fetched;
use super::super::{SegmentCache, SegmentState};
use super::fixture::{Fixture, delete, fetch, live, update, vector};

fn segment(fetched: Fetched) -> Arc<Segment> {
    match fetched {
        Fetched::Segment(segment) => segment,
        Fetched::Refused(reason) => panic!("refused: {reason}"),
    }
}

#[test]
fn built_then_loaded_and_the_same() {
    let fixture = Fixture::with_rows(Metric::L2, 40);
    fixture.persist().unwrap();
    let state = |fixture: &Fixture| fixture.status().segments[0].state.clone();
    assert!(matches!(state(&fixture), SegmentState::Built { .. }));
    let built = segment(fixture.fetch());

    let reopened = fixture.reopen();
    assert_eq!(state(&reopened), SegmentState::NotLoaded);
    let loaded = segment(reopened.fetch());
    assert!(matches!(state(&reopened), SegmentState::Loaded { .. }));
    assert_eq!(built.fingerprint(), loaded.fingerprint());
    assert!(Arc::ptr_eq(&loaded, &segment(reopened.fetch())));
}

#[test]
fn an_old_reader_loads_the_segment_of_its_snapshot() {
    let fixture = Fixture::with_rows(Metric::L2, 40);
    fixture.persist().unwrap();
    let old = fixture.database.begin_read().unwrap();
    let before = segment(fetch(&old, &fixture.cache));
    fixture.write(|txn, table| {
        update(txn, table, 1, Some(vector(100)));
        delete(txn, table, 2);
    });
    fixture.persist().unwrap();
    let after = segment(fixture.fetch());
    assert_ne!(before.fingerprint(), after.fingerprint());
    assert_ne!(live(&old), live(&fixture.database.begin_read().unwrap()));

    // Its bytes are still there, though they are dead for newer readers and were forgotten.
    let again = segment(fetch(&old, &SegmentCache::default()));
    assert_eq!(before.fingerprint(), again.fingerprint());
}

#[test]
fn many_readers_load_once() {
    let fixture = Fixture::with_rows(Metric::L2, 200);
    fixture.persist().unwrap();
    let fixture = fixture.reopen();
    let segments: Vec<_> = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| segment(fixture.fetch())))
            .collect();
        readers.into_iter().map(|r| r.join().unwrap()).collect()
    });
    assert!(segments.iter().all(|s| Arc::ptr_eq(s, &segments[0])));
}

#[test]
fn a_segment_larger_than_the_bound_serves_and_is_not_kept() {
    let mut fixture = Fixture::with_rows(Metric::L2, 40);
    fixture.persist().unwrap();
    fixture.cache = std::sync::Arc::new(SegmentCache::new(10));
    let first = segment(fixture.fetch());
    assert!(!Arc::ptr_eq(&first, &segment(fixture.fetch())));
    assert_eq!(fixture.status().segments[0].state, SegmentState::NotLoaded);
}

#[test]
fn the_least_recently_used_goes_first() {
    let mut fixture = Fixture::with_rows(Metric::L2, 40);
    fixture.persist().unwrap();
    let one = segment(fixture.fetch());
    fixture.cache = std::sync::Arc::new(SegmentCache::new(one.bytes_in_memory() * 2 + 100));
    let mut readers = Vec::new();
    for round in 0..3 {
        fixture.write(|txn, table| update(txn, table, 1, Some(vector(100 + round))));
        fixture.persist().unwrap();
        readers.push(fixture.database.begin_read().unwrap());
    }
    // Folding forgets what is dead; older readers bring it back, within the bound.
    let load = |at: usize| segment(fetch(&readers[at], &fixture.cache));
    let kept: Vec<_> = [0, 1, 0, 2].map(load).into_iter().collect();
    assert!(Arc::ptr_eq(&kept[0], &kept[2]));
    assert!(Arc::ptr_eq(&kept[0], &load(0)));
    assert!(Arc::ptr_eq(&kept[3], &load(2)));
    assert!(!Arc::ptr_eq(&kept[1], &load(1)));
}
