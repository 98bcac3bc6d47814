//! Exact answers from codes: what they are, and how many rows they measure.

use super::harness::*;
use crate::bind::bound::DistanceMetric;
use crate::schema::{AnnSettings, Metric, Recall};
use crate::types::Value;

const ROWS: i64 = 4_000;
const DIM: u16 = 24;

fn harness() -> (Harness, Model) {
    let harness = Harness::new(DIM, Metric::L2);
    harness.fill(1..=ROWS);
    harness.persist();
    harness.settings.set(AnnSettings {
        recall: Some(Recall::EXACT),
        exact: false,
    });
    let model = (1..=ROWS).map(|id| (id, harness.row(id))).collect();
    (harness, model)
}

/// The number in front of a word, in what a plan says of its exact answer.
fn number(plan: &str, word: &str) -> usize {
    let told = plan.split("ExactFromCodes").nth(1).unwrap();
    let words: Vec<&str> = told
        .split([' ', ',', '\n'])
        .filter(|w| !w.is_empty())
        .collect();
    let at = words.iter().position(|w| *w == word).unwrap();
    words[at - 1].parse().unwrap()
}

#[test]
fn few_rows_are_measured_and_the_answer_is_exact() {
    let (harness, model) = harness();
    for seed in 0..20 {
        let query = vector(DIM, -seed - 1);
        let asked = harness.nearest(DistanceMetric::L2, None, 10);
        let params = [Value::Vector(query.clone())];
        let expected = oracle(&model, Metric::L2, &query, |_, _| true, 10);
        assert_eq!(harness.query(&asked, &params).unwrap(), expected);
        let plan = harness.explain(&asked, &params, true);
        assert!(
            plan.contains("Segment: ExactFromCodes: 4000 rows"),
            "{plan}"
        );
        assert!(
            number(&plan, "within") < 200 && number(&plan, "measured") < 100,
            "{plan}"
        );
    }
}

#[test]
fn rows_of_the_delta_are_in_the_answer_and_void_ones_are_not() {
    let (harness, mut model) = harness();
    for id in (1..=40).chain(ROWS + 1..=ROWS + 5) {
        let row = Row {
            v: Some(vector(DIM, id + 100_000)),
            ..harness.row(id)
        };
        harness.write(|txn| match model.contains_key(&id) {
            true => update(txn, id, &row),
            false => insert(txn, id, &row),
        });
        model.insert(id, row);
    }
    harness.write(|txn| delete(txn, 50));
    model.remove(&50);
    let asked = harness.nearest(DistanceMetric::L2, None, 10);
    for seed in (1..=60).chain(100_001..100_010).chain([104_003]) {
        let query = vector(DIM, seed);
        let params = [Value::Vector(query.clone())];
        let expected = oracle(&model, Metric::L2, &query, |_, _| true, 10);
        assert_eq!(harness.query(&asked, &params).unwrap(), expected);
    }
    let plan = harness.explain(&asked, &[Value::Vector(vector(DIM, 1))], true);
    assert!(plan.contains("ExactFromCodes"), "{plan}");
}

#[test]
fn more_rows_than_bounds_are_good_for_are_measured_by_scan() {
    let (harness, model) = harness();
    let asked = harness.nearest(DistanceMetric::L2, None, 3_000);
    let query = vector(DIM, 5);
    let params = [Value::Vector(query.clone())];
    let expected = oracle(&model, Metric::L2, &query, |_, _| true, 3_000);
    assert_eq!(harness.query(&asked, &params).unwrap(), expected);
    let plan = harness.explain(&asked, &params, true);
    assert!(plan.contains("Exact Plan: bounds exclude"), "{plan}");
}
