//! Where the index cannot answer, or should not.

use super::harness::*;
use crate::ann::{SegmentCache, SegmentState};
use crate::bind::bound::{BinaryOp, DistanceMetric, Explain, Statement};
use crate::schema::{AnnSettings, Metric};
use crate::types::Value;

#[test]
fn a_refused_segment_gives_the_exact_answer_and_its_reason() {
    let harness = Harness::new(6, Metric::L2);
    harness.fill(1..=300);
    let query = harness.nearest(DistanceMetric::L2, None, 5);
    let params = [Value::Vector(vector(6, 3))];
    let expected = harness.query(&query, &params).unwrap();
    harness.persist();
    crate::ann::tests::damage_a_chunk(&harness.database);
    let harness = Harness {
        segments: Default::default(),
        ..harness
    };
    assert_eq!(harness.query(&query, &params).unwrap(), expected);
    let plan = harness.explain(&query, &params, true);
    assert!(plan.contains("Exact Plan: the index is refused"), "{plan}");
    let SegmentState::Refused(reason) = harness.status().segments[0].state.clone() else {
        panic!("not refused");
    };
    assert!(plan.contains(&reason), "{plan}");
}

/// Found by the query that reads the block, since opening did not.
#[test]
fn a_damaged_block_of_a_paged_segment_gives_the_exact_answer_and_its_reason() {
    let harness = Harness::new(6, Metric::L2);
    harness.fill(1..=3_000);
    let query = harness.nearest(DistanceMetric::L2, None, 5);
    let params = [Value::Vector(vector(6, 3))];
    let expected = harness.query(&query, &params).unwrap();
    harness.persist();
    let harness = Harness {
        segments: SegmentCache::new(350_000),
        ..harness
    };
    assert_eq!(harness.query(&query, &params).unwrap(), expected);
    let state = harness.status().segments[0].state.clone();
    assert!(matches!(state, SegmentState::Paged { .. }), "{state:?}");
    let plan = harness.explain(&query, &params, true);
    assert!(plan.contains("blocks read"), "{plan}");

    crate::ann::tests::damage_links(&harness.database);
    let harness = Harness {
        segments: SegmentCache::new(350_000),
        ..harness
    };
    let plan = harness.explain(&query, &params, true);
    assert!(plan.contains("Exact Plan: the index is refused"), "{plan}");
    assert_eq!(harness.query(&query, &params).unwrap(), expected);
    let SegmentState::Refused(reason) = harness.status().segments[0].state.clone() else {
        panic!("not refused");
    };
    assert!(reason.contains("Graph"), "{reason}");
}

#[test]
fn a_row_that_a_segment_has_and_the_table_has_not_refuses_the_segment() {
    let harness = Harness::new(6, Metric::L2);
    harness.fill(1..=300);
    harness.persist();
    // Only a fault could do this: the row goes, and the index is not told.
    harness.write(|txn| {
        let rows = table(txn).rows;
        txn.remove(
            rows,
            &crate::store::row_key::encode(crate::schema::RowId(3)),
        )
        .unwrap();
    });
    let query = harness.nearest(DistanceMetric::L2, None, 5);
    let params = [Value::Vector(vector(6, 3))];
    let plan = harness.explain(&query, &params, true);
    assert!(plan.contains("row 3 is not in the table"), "{plan}");
    let state = harness.status().segments[0].state.clone();
    assert!(matches!(state, SegmentState::Refused(_)));
    let rows = harness.query(&query, &params).unwrap();
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|row| row[0] != Value::Integer(3)));
}

#[test]
fn most_rows_in_the_delta() {
    let harness = Harness::new(6, Metric::L2);
    harness.fill(1..=100);
    harness.persist();
    harness.fill(101..=200);
    let query = harness.nearest(DistanceMetric::L2, None, 5);
    let params = [Value::Vector(vector(6, 150))];
    // They are in memory, as codes.
    let plan = harness.explain(&query, &params, true);
    assert!(
        !plan.contains("Exact Plan") && plan.contains("Delta In Memory"),
        "{plan}"
    );
    assert_eq!(
        harness.query(&query, &params).unwrap()[0][0],
        Value::Integer(150)
    );
    // A transaction that writes looks up the rows that it touched itself.
    let explain = Statement::Explain {
        explain: Explain {
            analyze: true,
            ..Explain::default()
        },
        statement: Box::new(Statement::Query(query)),
    };
    harness.write(|txn| {
        for id in 201..=300 {
            insert(txn, id, &harness.row(id));
        }
        let lines = harness.run_in(txn, &explain, &params).unwrap();
        let plan = format!("{lines:?}");
        assert!(
            plan.contains("Exact Plan: 100 rows were written or deleted"),
            "{plan}"
        );
    });
}

/// What is deleted is looked up nowhere.
#[test]
fn most_rows_deleted() {
    let harness = Harness::new(6, Metric::L2);
    harness.fill(1..=300);
    harness.persist();
    harness.write(|txn| (1..=200).for_each(|id| delete(txn, id)));
    let query = harness.nearest(DistanceMetric::L2, None, 5);
    let params = [Value::Vector(vector(6, 150))];
    let plan = harness.explain(&query, &params, true);
    assert!(!plan.contains("Exact Plan"), "{plan}");
    let found = harness.query(&query, &params).unwrap();
    harness.settings.set(AnnSettings {
        exact: true,
        ..AnnSettings::default()
    });
    assert_eq!(found, harness.query(&query, &params).unwrap());
}

#[test]
fn a_recheck_that_nearly_nothing_passes_narrows_the_same_search() {
    let harness = Harness::new(4, Metric::L2);
    harness.fill(1..=3000);
    harness.persist();
    let filter = binary(
        BinaryOp::Eq,
        binary(BinaryOp::Modulo, column(ID), literal(Value::Integer(1500))),
        literal(Value::Integer(7)),
    );
    let query = harness.nearest(DistanceMetric::L2, Some(filter), 10);
    let params = [Value::Vector(vector(4, 0))];
    let plan = harness.explain(&query, &params, true);
    assert!(plan.contains("narrowed to 2"), "{plan}");
    assert!(!plan.contains("Exact Plan"), "{plan}");
    assert_eq!(harness.query(&query, &params).unwrap().len(), 2);
}

#[test]
fn a_limit_of_most_rows() {
    let harness = Harness::new(4, Metric::L2);
    harness.fill(1..=2000);
    harness.persist();
    let query = harness.nearest(DistanceMetric::L2, None, 1800);
    let params = [Value::Vector(vector(4, 0))];
    assert_eq!(harness.query(&query, &params).unwrap().len(), 1800);
    let plan = harness.explain(&query, &params, true);
    assert!(plan.contains("would have to be reranked"), "{plan}");
}
