//! Segments that are not what they must be.

use crate::schema::Metric;
use citadel_txn::{Database, View};
use citadel_vector::SectionTag;

use super::super::SegmentState;
use super::super::cache::Fetched;
use super::super::chunks;
use super::super::segment_key::Key;
use super::fixture::{Fixture, definitions, update, update_cat};
use crate::store::delta;

/// Changes one value of the segment tree, as only a fault of this crate or someone with the key could.
fn damage(database: &Database, which: impl Fn(&Key) -> bool, change: impl Fn(&mut Vec<u8>)) {
    let mut txn = database.begin_write().unwrap();
    let (_, _, index) = definitions(&txn);
    let keys = chunks::keys(&txn, &index).unwrap();
    let is_it = |key: &&Vec<u8>| Key::decode(key).is_some_and(|key| which(&key));
    let key = keys.iter().find(is_it).expect("such a key");
    let mut value = txn.get(index.segments, key).unwrap().unwrap().to_vec();
    change(&mut value);
    txn.insert(index.segments, key, &value).unwrap();
    txn.commit().unwrap();
}

/// Flips a bit of a segment of the index `t_v`.
pub(crate) fn damage_a_chunk(database: &Database) {
    let is_chunk = |key: &Key| matches!(key, Key::Chunk { .. });
    damage(database, is_chunk, |value| value[0] ^= 1);
}

/// Flips a bit of every block of links of the index `t_v`.
pub(crate) fn damage_links(database: &Database) {
    let section = u32::from(SectionTag::Graph.number());
    let mut txn = database.begin_write().unwrap();
    let (_, _, index) = definitions(&txn);
    for key in chunks::keys(&txn, &index).unwrap() {
        match Key::decode(&key) {
            Some(Key::Chunk { section: of, .. }) if of == section => {
                let mut value = txn.get(index.segments, &key).unwrap().unwrap().to_vec();
                value[5] ^= 1;
                txn.insert(index.segments, &key, &value).unwrap();
            }
            _ => {}
        }
    }
    txn.commit().unwrap();
}

fn refused(fixture: &Fixture) -> String {
    let fixture = fixture.reopen();
    let Fetched::Refused(reason) = fixture.fetch() else {
        panic!("the segment was not refused");
    };
    let SegmentState::Refused(shown) = fixture.status().segments[0].state.clone() else {
        panic!("the status does not show the refusal");
    };
    assert_eq!(shown, reason.to_string());
    assert!(!fixture.check().is_empty());
    shown
}

#[test]
fn a_changed_chunk_is_refused_with_a_reason() {
    let fixture = Fixture::with_rows(Metric::L2, 30);
    fixture.persist().unwrap();
    damage(
        &fixture.database,
        |key| matches!(key, Key::Chunk { .. }),
        |value| value[0] ^= 1,
    );
    assert!(!refused(&fixture).is_empty());
}

#[test]
fn a_changed_header_is_refused() {
    let fixture = Fixture::with_rows(Metric::L2, 30);
    fixture.persist().unwrap();
    damage(
        &fixture.database,
        |key| matches!(key, Key::Header(_)),
        |value| value[20] ^= 4,
    );
    assert!(!refused(&fixture).is_empty());
}

#[test]
fn a_cut_chunk_is_refused() {
    let fixture = Fixture::with_rows(Metric::L2, 30);
    fixture.persist().unwrap();
    damage(
        &fixture.database,
        |key| matches!(key, Key::Chunk { .. }),
        |value| value.truncate(3),
    );
    assert!(refused(&fixture).contains("length"));
}

#[test]
fn a_segment_of_another_index_is_refused() {
    let other = Fixture::with_rows(Metric::L2, 31);
    other.persist().unwrap();
    let fixture = Fixture::with_rows(Metric::L2, 30);
    fixture.persist().unwrap();
    let header = {
        let read = other.database.begin_read().unwrap();
        let (_, _, index) = definitions(&read);
        chunks::read_header(&read, &index, super::fixture::live(&read)[0].id).unwrap()
    };
    damage(
        &fixture.database,
        |key| matches!(key, Key::Header(_)),
        |value| value.clone_from(&header),
    );
    refused(&fixture);
}

#[test]
fn a_changed_manifest_is_an_error_of_the_index_not_a_panic() {
    let fixture = Fixture::with_rows(Metric::L2, 30);
    fixture.persist().unwrap();
    damage(
        &fixture.database,
        |key| *key == Key::Manifest,
        |value| value[0] = 99,
    );
    assert!(!fixture.check().is_empty());
}

#[test]
fn folding_replaces_a_refused_segment() {
    let fixture = Fixture::with_rows(Metric::L2, 30);
    fixture.persist().unwrap();
    damage(
        &fixture.database,
        |key| matches!(key, Key::Chunk { .. }),
        |value| value[0] ^= 1,
    );
    let fixture = fixture.reopen();
    assert!(matches!(fixture.fetch(), Fetched::Refused(_)));
    fixture.persist().unwrap();
    assert!(matches!(fixture.fetch(), Fetched::Segment(_)));
    assert_eq!(fixture.check(), [""; 0]);
}

#[test]
fn the_check_compares_filter_columns_and_vectors_with_rows() {
    let fixture = Fixture::with_rows(Metric::L2, 30);
    fixture.persist().unwrap();
    assert_eq!(fixture.check(), [""; 0]);
    // Rows change as only a fault could: the index is not told.
    fixture.write(|txn, table| {
        update(txn, table, 4, None);
        update_cat(txn, table, 5, 2000);
        let (_, _, index) = definitions(txn);
        delta::forget_through(txn, &index, txn.generation()).unwrap();
    });
    let findings = fixture.check();
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(findings[0].contains("row 4 on v"), "{findings:?}");
    assert!(findings[1].contains("row 5 on cat"), "{findings:?}");
}

/// Blocks that no query reads are read by the check.
#[test]
fn the_check_finds_damaged_blocks_of_a_segment_that_is_served() {
    let fixture = Fixture::with_rows(Metric::L2, 30);
    fixture.persist().unwrap();
    damage_links(&fixture.database);
    let findings = fixture.check();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].contains("Graph"), "{findings:?}");
}
