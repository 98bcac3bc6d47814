//! Rows that changed since the last fold.

use crate::schema::Metric;

use super::harness::*;
use crate::bind::bound::{DistanceMetric, Statement};
use crate::types::Value;

fn ids(rows: &[Vec<Value>]) -> Vec<i64> {
    rows.iter()
        .map(|row| match row[0] {
            Value::Integer(id) => id,
            ref other => panic!("{other:?}"),
        })
        .collect()
}

fn near(harness: &Harness, id: i64) -> Value {
    Value::Vector(vector(harness.dim, id))
}

#[test]
fn an_insert_an_update_and_a_delete_are_seen_at_once_through_the_index() {
    let harness = Harness::new(8, Metric::L2);
    harness.fill(1..=400);
    harness.persist();
    let query = harness.nearest(DistanceMetric::L2, None, 1);
    let first = |at: i64| ids(&harness.query(&query, &[near(&harness, at)]).unwrap());
    assert_eq!(first(5), [5]);

    harness.write(|txn| delete(txn, 5));
    assert_ne!(first(5), [5]);
    harness.write(|txn| insert(txn, 1000, &harness.row(5)));
    assert_eq!(first(5), [1000]);
    harness.write(|txn| update(txn, 7, &harness.row(2000)));
    assert_ne!(first(7), [7]);
    assert_eq!(first(2000), [7]);

    let plan = harness.explain(&query, &[near(&harness, 5)], true);
    assert!(plan.contains("AnnTopKPlan on t using t_v"), "{plan}");
    assert!(plan.contains("Delta: 3 rows, 2 measured"), "{plan}");
    assert!(!plan.contains("Exact Plan"), "{plan}");
}

#[test]
fn a_change_of_a_filter_column_counts_too() {
    let harness = Harness::new(8, Metric::L2);
    harness.fill(1..=400);
    harness.persist();
    let row = Row {
        cat: Some(99),
        ..harness.row(3)
    };
    harness.write(|txn| update(txn, 3, &row));
    let of_cat = |cat| {
        let filter = eq(CAT, Value::Integer(cat));
        let query = harness.nearest(DistanceMetric::L2, Some(filter), 3);
        ids(&harness.query(&query, &[near(&harness, 3)]).unwrap())
    };
    assert_eq!(of_cat(99), [3]);
    assert!(!of_cat(3).contains(&3));
}

#[test]
fn a_transaction_sees_its_own_rows_and_others_do_not() {
    let harness = Harness::new(8, Metric::Cosine);
    harness.fill(1..=400);
    harness.persist();
    let query = harness.nearest(DistanceMetric::Cosine, None, 2);
    let statement = Statement::Query(query.clone());
    let params = [near(&harness, 10)];
    let mut txn = harness.database.begin_write().unwrap();
    insert(&mut txn, 401, &harness.row(10));
    delete(&mut txn, 10);
    let inside = harness.run_in(&mut txn, &statement, &params).unwrap();
    assert_eq!(ids(&inside)[0], 401);
    assert!(!ids(&inside).contains(&10));
    let outside = harness.query(&query, &params).unwrap();
    assert_eq!(ids(&outside)[0], 10);
    txn.rollback();
    assert_eq!(harness.query(&query, &params).unwrap(), outside);
    assert_eq!(harness.status().delta_rows, 0);
}

#[test]
fn an_index_folded_inside_a_transaction_serves_there_and_is_undone() {
    let harness = Harness::new(8, Metric::L2);
    harness.fill(1..=300);
    let query = harness.nearest(DistanceMetric::L2, None, 3);
    let statement = Statement::Query(query.clone());
    let params = [near(&harness, 20)];
    let expected = harness.query(&query, &params).unwrap();
    let mut txn = harness.database.begin_write().unwrap();
    let catalog = crate::schema::Catalog::load(&txn).unwrap();
    let never = std::sync::atomic::AtomicBool::new(false);
    crate::ann::persist_within(
        &mut txn,
        &catalog,
        &harness.segments,
        "t",
        "v",
        &|_| {},
        &never,
    )
    .unwrap();
    assert_eq!(
        harness.run_in(&mut txn, &statement, &params).unwrap(),
        expected
    );
    txn.rollback();
    assert_eq!(harness.status().delta_rows, 300);
    assert_eq!(harness.query(&query, &params).unwrap(), expected);
}
