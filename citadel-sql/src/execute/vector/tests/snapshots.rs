//! Old readers see old answers.

use crate::schema::Metric;

use super::harness::*;
use crate::ann::SegmentCache;
use crate::bind::bound::DistanceMetric;
use crate::types::Value;

#[test]
fn a_reader_keeps_its_answer_while_rows_change_and_segments_are_swapped() {
    let mut harness = Harness::new(6, Metric::L2);
    harness.fill(1..=300);
    harness.persist();
    let query = harness.nearest(DistanceMetric::L2, None, 5);
    let params: Vec<_> = (0..10)
        .map(|seed| [Value::Vector(vector(6, seed * 31))])
        .collect();
    let old = harness.database.begin_read().unwrap();
    let answers = |harness: &Harness| {
        let ask = |params: &[Value; 1]| harness.query_at(&old, &query, params).unwrap();
        params.iter().map(ask).collect::<Vec<_>>()
    };
    let before = answers(&harness);
    for round in 0..3 {
        harness.write(|txn| {
            for id in 1..=40 {
                update(txn, id * 7, &harness.row(id + 1000 * (round + 1)));
            }
            delete(txn, 1 + round);
        });
        assert_eq!(answers(&harness), before);
        harness.persist();
        assert_eq!(answers(&harness), before);
    }
    // What was forgotten is loaded again.
    harness.segments = SegmentCache::default();
    assert_eq!(answers(&harness), before);
    let new = |params: &[Value; 1]| harness.query(&query, params).unwrap();
    assert_ne!(params.iter().map(new).collect::<Vec<_>>(), before);
}

#[test]
fn a_reader_from_before_the_first_fold_takes_the_exact_plan() {
    let harness = Harness::new(6, Metric::L2);
    harness.fill(1..=50);
    let query = harness.nearest(DistanceMetric::L2, None, 5);
    let params = [Value::Vector(vector(6, 3))];
    let old = harness.database.begin_read().unwrap();
    let before = harness.query_at(&old, &query, &params).unwrap();
    harness.persist();
    assert_eq!(harness.query_at(&old, &query, &params).unwrap(), before);
    assert_eq!(harness.query(&query, &params).unwrap(), before);
}
