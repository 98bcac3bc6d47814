//! The ann plan and the exact plan give what the oracle gives, whatever was done to the table.

use crate::schema::{AnnSettings, Metric, Recall};
use proptest::prelude::*;

use super::harness::*;
use crate::bind::bound::{BinaryOp, DistanceMetric, Expr};
use crate::types::Value;

#[derive(Clone, Debug)]
enum Step {
    Put(i64, Row),
    Remove(i64),
    Persist,
    /// In a transaction that sees its own changes and is then rolled back.
    Ask(Vec<f32>, usize, Filter),
}

#[derive(Clone, Debug)]
enum Filter {
    None,
    Cat(i64),
    CatBelow(i64),
    Names(Vec<usize>),
    /// A pushed-down and a rechecked conjunct.
    CatAndId(i64, i64),
    /// Rechecked alone.
    IdBelow(i64),
    CatIsNull,
    NotCat(i64),
}

const NAMES: [&str; 3] = ["a", "b", "ä"];

impl Filter {
    fn expr(&self) -> Option<Expr> {
        let int = |value| literal(Value::Integer(value));
        let name = |at: &usize| Value::Text(NAMES[*at].to_owned());
        Some(match self {
            Self::None => return None,
            Self::Cat(cat) => eq(CAT, Value::Integer(*cat)),
            Self::CatBelow(cat) => binary(BinaryOp::Lt, column(CAT), int(*cat)),
            Self::Names(names) => in_list(NAME, &names.iter().map(name).collect::<Vec<_>>()),
            Self::CatAndId(cat, id) => binary(
                BinaryOp::And,
                binary(BinaryOp::GtEq, column(CAT), int(*cat)),
                binary(BinaryOp::NotEq, column(ID), int(*id)),
            ),
            Self::IdBelow(id) => binary(BinaryOp::Lt, column(ID), int(*id)),
            Self::CatIsNull => is_null(CAT),
            Self::NotCat(cat) => binary(BinaryOp::NotEq, column(CAT), int(*cat)),
        })
    }

    fn keeps(&self, id: i64, row: &Row) -> bool {
        match self {
            Self::None => true,
            Self::Cat(cat) => row.cat == Some(*cat),
            Self::CatBelow(cat) => row.cat.is_some_and(|c| c < *cat),
            Self::Names(names) => {
                let is = |name: &String| names.iter().any(|at| NAMES[*at] == name);
                row.name.as_ref().is_some_and(is)
            }
            Self::CatAndId(cat, other) => row.cat.is_some_and(|c| c >= *cat) && id != *other,
            Self::IdBelow(limit) => id < *limit,
            Self::CatIsNull => row.cat.is_none(),
            Self::NotCat(cat) => row.cat.is_some_and(|c| c != *cat),
        }
    }
}

fn row() -> impl Strategy<Value = Row> {
    let component = prop_oneof![-4i8..4, Just(0)].prop_map(f32::from);
    let v = prop_oneof![
        8 => prop::collection::vec(component, 3).prop_map(Some),
        1 => Just(Some(vec![0.0; 3])),
        1 => Just(None),
    ];
    let name = prop::option::of(0usize..3);
    (prop::option::weighted(0.9, 0i64..4), name, v).prop_map(|(cat, name, v)| Row {
        cat,
        name: name.map(|at| NAMES[at].to_owned()),
        v,
    })
}

fn filter() -> impl Strategy<Value = Filter> {
    prop_oneof![
        Just(Filter::None),
        (0i64..5).prop_map(Filter::Cat),
        (0i64..5).prop_map(Filter::CatBelow),
        prop::collection::vec(0usize..3, 1..3).prop_map(Filter::Names),
        (0i64..4, 0i64..60).prop_map(|(cat, id)| Filter::CatAndId(cat, id)),
        (0i64..60).prop_map(Filter::IdBelow),
        Just(Filter::CatIsNull),
        (0i64..5).prop_map(Filter::NotCat),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let ask = (prop::collection::vec(-5i8..5, 3), 0usize..14, filter());
    prop_oneof![
        3 => (0i64..60, row()).prop_map(|(id, row)| Step::Put(id, row)),
        1 => (0i64..60).prop_map(Step::Remove),
        1 => Just(Step::Persist),
        5 => ask.prop_map(|(q, k, filter)| {
            Step::Ask(q.into_iter().map(f32::from).collect(), k, filter)
        }),
    ]
}

fn apply(harness: &Harness, model: &mut Model, step: &Step) {
    match step {
        Step::Put(id, row) => {
            harness.write(|txn| match model.contains_key(id) {
                true => update(txn, *id, row),
                false => insert(txn, *id, row),
            });
            model.insert(*id, row.clone());
        }
        Step::Remove(id) => {
            if model.remove(id).is_some() {
                harness.write(|txn| delete(txn, *id));
            }
        }
        Step::Persist => {
            harness.persist();
        }
        Step::Ask(..) => {}
    }
}

/// The distances must be those of the oracle, in order; among equal distances the index may know other rows.
fn assert_agrees(given: &[Vec<Value>], expected: &[Vec<Value>], model: &Model, keep: &Filter) {
    let distances = |rows: &[Vec<Value>]| rows.iter().map(|r| r[1].clone()).collect::<Vec<_>>();
    assert_eq!(distances(given), distances(expected));
    let ids: Vec<i64> = given
        .iter()
        .map(|row| match row[0] {
            Value::Integer(id) => id,
            ref other => panic!("{other:?}"),
        })
        .collect();
    for (at, id) in ids.iter().enumerate() {
        assert!(keep.keeps(*id, &model[id]), "row {id} must not be here");
        assert!(!ids[..at].contains(id), "row {id} is given twice");
        let tie = at > 0 && given[at][1] == given[at - 1][1];
        assert!(!tie || ids[at - 1] < *id, "ties go by row id");
    }
}

const EXACT: AnnSettings = AnnSettings {
    recall: Some(Recall::EXACT),
    exact: false,
};

fn run(metric: Metric, operator: DistanceMetric, begin: i64, steps: &[Step]) {
    let harness = Harness::new(3, metric);
    let mut model = Model::new();
    harness.write(|txn| {
        for id in 100..100 + begin {
            let row = Row {
                cat: Some(id % 4),
                name: None,
                v: Some(vector(3, id)),
            };
            insert(txn, id, &row);
            model.insert(id, row);
        }
    });
    harness.persist();
    for step in steps {
        apply(&harness, &mut model, step);
        if let Step::Ask(q, k, filter) = step {
            let query = harness.nearest(operator, filter.expr(), *k as i64);
            let params = [Value::Vector(q.clone())];
            let given = harness.query(&query, &params).unwrap();
            let expected = oracle(&model, metric, q, |id, row| filter.keeps(id, row), *k);
            assert_agrees(&given, &expected, &model, filter);
            // From codes, even ties are the oracle's.
            harness.settings.set(EXACT);
            assert_eq!(harness.query(&query, &params).unwrap(), expected);
            harness.settings.set(AnnSettings::default());
        }
    }
    harness.check();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn euclidean(steps in prop::collection::vec(step(), 1..40), begin in prop_oneof![Just(0i64), Just(150)]) {
        run(Metric::L2, DistanceMetric::L2, begin, &steps);
    }

    #[test]
    fn cosine(steps in prop::collection::vec(step(), 1..40), begin in prop_oneof![Just(0i64), Just(150)]) {
        run(Metric::Cosine, DistanceMetric::Cosine, begin, &steps);
    }

    #[test]
    fn inner_product(steps in prop::collection::vec(step(), 1..40), begin in prop_oneof![Just(0i64), Just(150)]) {
        run(Metric::InnerProduct, DistanceMetric::NegativeInnerProduct, begin, &steps);
    }

    /// Without an index that fits: the exact plan, and then even ties are the oracle's.
    #[test]
    fn exact(steps in prop::collection::vec(step(), 1..40)) {
        let harness = Harness::new(3, Metric::Cosine);
        let mut model = Model::new();
        for step in &steps {
            apply(&harness, &mut model, step);
            if let Step::Ask(q, k, filter) = step {
                let query = harness.nearest(DistanceMetric::L2, filter.expr(), *k as i64);
                let given = harness.query(&query, &[Value::Vector(q.clone())]).unwrap();
                let expected = oracle(&model, Metric::L2, q, |id, row| filter.keeps(id, row), *k);
                prop_assert_eq!(given, expected);
            }
        }
    }
}
