//! Folding delta and segments into one segment.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::schema::Metric;

use super::super::{persist, persist_within};
use super::fixture::{Fixture, definitions, delete, insert, live, update, vector};
use crate::schema::Catalog;
use crate::store;

#[test]
fn all_rows_move_from_the_delta_into_one_segment() {
    let fixture = Fixture::with_rows(Metric::L2, 40);
    assert_eq!(fixture.delta().len(), 40);
    let report = fixture.persist().unwrap();
    assert_eq!((report.rows, report.segments), (40, 1));
    let status = fixture.status();
    assert_eq!((status.rows, status.delta_rows), (40, 0));
    assert_eq!(status.segments.len(), 1);
    assert_eq!(Some(status.segments[0].blake3), report.blake3);
    assert_eq!(status.segments[0].bytes, report.bytes);
    assert_eq!(fixture.check(), [""; 0]);
}

#[test]
fn an_empty_table_has_no_segment() {
    let fixture = Fixture::new(Metric::Cosine);
    let report = fixture.persist().unwrap();
    assert_eq!((report.rows, report.segments, report.blake3), (0, 0, None));
    fixture.write(|txn, table| insert(txn, table, 1, Some(vector(1))));
    fixture.persist().unwrap();
    fixture.write(|txn, table| delete(txn, table, 1));
    assert_eq!(fixture.persist().unwrap().segments, 0);
    assert!(fixture.status().segments.is_empty());
    assert_eq!(fixture.check(), [""; 0]);
}

#[test]
fn rows_without_a_distance_are_in_the_segment_too() {
    let fixture = Fixture::with_rows(Metric::Cosine, 10);
    fixture.write(|txn, table| {
        insert(txn, table, 11, None);
        insert(txn, table, 12, Some([0.0; 4]));
    });
    assert_eq!(fixture.persist().unwrap().rows, 12);
    assert_eq!(fixture.check(), [""; 0]);
}

#[test]
fn every_change_puts_its_row_into_the_delta() {
    let fixture = Fixture::with_rows(Metric::L2, 30);
    fixture.persist().unwrap();
    fixture.write(|txn, table| {
        insert(txn, table, 31, Some(vector(31)));
        update(txn, table, 5, Some(vector(500)));
        delete(txn, table, 9);
    });
    assert_eq!(fixture.delta(), [5, 9, 31]);
    assert_eq!(fixture.check(), [""; 0]);
    assert_eq!(fixture.persist().unwrap().rows, 30);
    assert_eq!(fixture.delta(), [0; 0]);
    assert_eq!(fixture.status().segments[0].id, 2);
    assert_eq!(fixture.check(), [""; 0]);
}

#[test]
fn what_changes_while_the_segment_is_built_stays_in_the_delta() {
    let fixture = Fixture::with_rows(Metric::L2, 30);
    let once = AtomicBool::new(false);
    fixture
        .persist_during(&|_| {
            if !once.swap(true, Ordering::SeqCst) {
                fixture.write(|txn, table| {
                    update(txn, table, 3, Some(vector(300)));
                    delete(txn, table, 4);
                    insert(txn, table, 31, Some(vector(31)));
                });
            }
        })
        .unwrap();
    assert!(once.into_inner());
    assert_eq!(fixture.delta(), [3, 4, 31]);
    assert_eq!(fixture.check(), [""; 0]);
}

#[test]
fn two_folds_at_once_do_not_lose_a_row() {
    let fixture = Fixture::with_rows(Metric::L2, 30);
    let once = AtomicBool::new(false);
    let never = AtomicBool::new(false);
    let result = fixture.persist_during(&|_| {
        if !once.swap(true, Ordering::SeqCst) {
            fixture.write(|txn, table| {
                update(txn, table, 3, Some(vector(300)));
                let catalog = Catalog::load(txn).unwrap();
                persist_within(txn, &catalog, &fixture.cache, "t", "t_v", &|_| {}, &never).unwrap();
            });
        }
    });
    assert!(result.unwrap_err().is_busy());
    assert_eq!(fixture.delta(), [0; 0]);
    assert_eq!(fixture.check(), [""; 0]);
}

#[test]
fn a_rollback_takes_the_segment_back() {
    let fixture = Fixture::with_rows(Metric::L2, 20);
    fixture.persist().unwrap();
    let never = AtomicBool::new(false);
    let mut txn = fixture.database.begin_write().unwrap();
    let (table, _, _) = definitions(&txn);
    update(&mut txn, &table, 7, Some(vector(70)));
    let catalog = Catalog::load(&txn).unwrap();
    persist_within(
        &mut txn,
        &catalog,
        &fixture.cache,
        "t",
        "v",
        &|_| {},
        &never,
    )
    .unwrap();
    let rolled_back = live(&txn)[0];
    txn.rollback();
    assert_eq!(fixture.status().segments[0].id, 1);

    // The next segment takes the id that the rolled-back one had, and is another one.
    fixture.write(|txn, table| update(txn, table, 8, Some(vector(80))));
    fixture.persist().unwrap();
    let status = fixture.status();
    assert_eq!(status.segments[0].id, rolled_back.id.0);
    assert_ne!(status.segments[0].blake3, rolled_back.blake3);
    assert_eq!(fixture.check(), [""; 0]);
}

#[test]
fn cancelled_changes_nothing() {
    let fixture = Fixture::with_rows(Metric::L2, 20);
    let now = AtomicBool::new(true);
    let result = persist(&fixture.database, &fixture.cache, "t", "v", &|_| {}, &now);
    assert!(result.unwrap_err().is_interrupted());
    assert_eq!(fixture.delta().len(), 20);
    assert!(fixture.status().segments.is_empty());
}

#[test]
fn an_index_dropped_meanwhile_is_an_error() {
    let fixture = Fixture::with_rows(Metric::L2, 20);
    let once = AtomicBool::new(false);
    let result = fixture.persist_during(&|_| {
        if !once.swap(true, Ordering::SeqCst) {
            fixture.write(|txn, table| {
                store::drop_index(txn, &table.indexes[0].clone()).unwrap();
            });
        }
    });
    assert!(result.unwrap_err().to_string().contains("dropped"));
}

#[test]
fn the_same_rows_give_the_same_segment() {
    let identity = || {
        let fixture = Fixture::with_rows(Metric::L2, 50);
        fixture.persist().unwrap().blake3
    };
    assert_eq!(identity(), identity());
}
