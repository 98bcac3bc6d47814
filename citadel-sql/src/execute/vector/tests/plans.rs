//! Which plan is chosen, and what EXPLAIN says.

use crate::schema::Metric;

use super::harness::*;
use crate::bind::bound::{
    BinaryOp, ColumnId, DistanceMetric, ExprKind, Query, RelationNo, SortKey,
};
use crate::types::{SqlType, Value};

fn indexed() -> Harness {
    let harness = Harness::new(4, Metric::L2);
    harness.fill(1..=500);
    harness.persist();
    harness
}

fn q() -> [Value; 1] {
    [Value::Vector(vec![0.1, 0.2, 0.3, 0.4])]
}

fn explain(change: impl Fn(&mut Query)) -> String {
    let harness = indexed();
    let mut query = harness.nearest(DistanceMetric::L2, None, 10);
    change(&mut query);
    harness.explain(&query, &q(), false)
}

#[test]
fn the_index_serves_either_order_of_operands() {
    assert!(explain(|_| {}).contains("AnnTopKPlan on t using t_v"));
    let mirrored = explain(|query| {
        let key = distance(DistanceMetric::L2, query_vector(), column(V));
        query.order_by[0].expr = key;
    });
    assert!(mirrored.contains("AnnTopKPlan"), "{mirrored}");
}

#[test]
fn why_the_index_does_not_serve() {
    let metric = explain(|query| {
        query.order_by[0].expr = distance(DistanceMetric::Cosine, column(V), query_vector());
    });
    assert!(metric.contains("VectorTopKPlan on t"), "{metric}");
    assert!(
        metric.contains("Exact: ann index t_v has metric l2"),
        "{metric}"
    );
    let descending = explain(|query| {
        query.order_by[0].descending = true;
        query.order_by[0].nulls_first = true;
    });
    assert!(
        descending.contains("Exact: an ann index cannot"),
        "{descending}"
    );
    let key = explain(|query| query.filter = Some(eq(ID, Value::Integer(5))));
    assert!(key.contains("Exact: WHERE finds few rows by key"), "{key}");
    assert!(key.contains("PkLookup"), "{key}");
    let harness = Harness::table(4);
    let none = harness.explain(&harness.nearest(DistanceMetric::L2, None, 10), &q(), false);
    assert!(none.contains("Exact: no ann index"), "{none}");
}

#[test]
fn conjuncts_go_into_the_index_or_to_the_recheck() {
    let plan = explain(|query| {
        let pushed = eq(CAT, Value::Integer(3));
        let residual = binary(BinaryOp::NotEq, column(ID), column(CAT));
        query.filter = Some(binary(BinaryOp::And, pushed, residual));
    });
    let line = |label: &str| {
        plan.lines()
            .find(|line| line.contains(label))
            .unwrap_or("")
            .to_owned()
    };
    assert!(line("Index Filter").contains("cat = 3"), "{plan}");
    assert!(line("Recheck").contains("id"), "{plan}");
}

#[test]
fn more_keys_are_sorted_unless_the_row_id_is_next() {
    let and_then = |no: u32| {
        explain(|query| {
            query.order_by.push(SortKey {
                expr: column(no),
                descending: false,
                nulls_first: false,
            });
        })
    };
    assert!(and_then(ID).contains("AnnTopKPlan"));
    let sorted = and_then(CAT);
    assert!(!sorted.contains("TopKPlan"), "{sorted}");
    assert!(sorted.contains("TopN"), "{sorted}");
}

#[test]
fn the_distance_is_computed_once_and_the_row_is_read_only_if_needed() {
    let harness = indexed();
    let mut query = harness.nearest(DistanceMetric::L2, None, 5);
    let rowid = ColumnId {
        relation: RelationNo(0),
        column: ColumnId::ROWID,
    };
    let mut hidden = column(ID);
    hidden.kind = ExprKind::Column(rowid);
    query.output.push(output(column(NAME), "name"));
    query.output.push(output(column(V), "v"));
    query.output.push(output(hidden, "rowid"));
    let rows = harness.query(&query, &q()).unwrap();
    for row in rows {
        let [
            Value::Integer(id),
            Value::Real(distance),
            Value::Text(name),
            Value::Vector(v),
            rowid,
        ] = &row[..]
        else {
            panic!("{row:?}");
        };
        assert_eq!(*rowid, Value::Integer(*id));
        assert_eq!(Some(name), harness.row(*id).name.as_ref());
        assert_eq!(Some(v), harness.row(*id).v.as_ref());
        let Value::Vector(q) = &q()[0] else { panic!() };
        let exact = citadel_vector::distance(citadel_vector::Metric::L2, q, v).unwrap();
        assert_eq!(*distance, f64::from(exact));
    }
}

#[test]
fn a_constant_that_fails_fails_only_for_rows_that_reach_it() {
    let harness = indexed();
    let zero = literal(Value::Integer(0));
    let division = binary(BinaryOp::Divide, literal(Value::Integer(1)), zero);
    let mut division = division;
    division.ty = SqlType::Integer;
    let filter = binary(BinaryOp::Eq, column(CAT), division);
    let nothing = eq(CAT, Value::Integer(1234));
    let alone = harness.nearest(DistanceMetric::L2, Some(filter.clone()), 5);
    assert!(harness.query(&alone, &q()).is_err());
    let behind = binary(BinaryOp::And, nothing, filter);
    let behind = harness.nearest(DistanceMetric::L2, Some(behind), 5);
    assert_eq!(
        harness.query(&behind, &q()).unwrap(),
        [[Value::Null; 0]; 0].map(Vec::from)
    );
}

#[test]
fn explain_analyze_tells_the_regime_and_the_exact_selectivity() {
    let harness = indexed();
    let filter = eq(CAT, Value::Integer(2));
    let query = harness.nearest(DistanceMetric::L2, Some(filter), 5);
    let plan = harness.explain(&query, &q(), true);
    // 2, 9, …, 499.
    assert!(plan.contains("72 of 500 rows match (14.40 %)"), "{plan}");
    assert!(plan.contains("reranked"), "{plan}");
}
