//! Evaluation against a row-at-a-time oracle in three-valued logic.

use std::cmp::Ordering;
use std::ops::Bound;

use proptest::prelude::*;

use super::*;
use crate::wire::Reader;

/// Exact order of two values of comparable types.
fn compare(a: &AttributeValue, b: &AttributeValue) -> Ordering {
    use AttributeValue::{Boolean, Bytes, Integer, Real};
    match (a, b) {
        (Integer(a), Integer(b)) => a.cmp(b),
        (Boolean(a), Boolean(b)) => a.cmp(b),
        (Bytes(a), Bytes(b)) => a.cmp(b),
        (Real(a), Real(b)) => match (a.is_nan(), b.is_nan()) {
            (false, false) => a.partial_cmp(b).unwrap(),
            (a, b) => a.cmp(&b),
        },
        (Integer(a), Real(b)) => compare_mixed(*a, *b),
        (Real(a), Integer(b)) => compare_mixed(*b, *a).reverse(),
        other => panic!("not comparable: {other:?}"),
    }
}

fn compare_mixed(integer: i64, real: f64) -> Ordering {
    if real.is_nan() || real >= 1e19 {
        return Ordering::Less;
    }
    if real <= -1e19 {
        return Ordering::Greater;
    }
    let whole = real.floor();
    let fraction = if real > whole {
        Ordering::Less
    } else {
        Ordering::Equal
    };
    i128::from(integer).cmp(&(whole as i128)).then(fraction)
}

/// The oracle: true, false or unknown (`None`).
fn truth(predicate: &Predicate, row: &[AttributeValue]) -> Option<bool> {
    let known = |value: &AttributeValue| *value != AttributeValue::Null;
    let test = |column: usize, value: &AttributeValue, test: &dyn Fn(Ordering) -> bool| {
        (known(&row[column]) && known(value)).then(|| test(compare(&row[column], value)))
    };
    let equal = |column, value: &AttributeValue| test(column, value, &Ordering::is_eq);
    if let Predicate::Eq(column, _)
    | Predicate::In(column, _)
    | Predicate::IsNull(column)
    | Predicate::Range { column, .. } = predicate
        && *column == Predicate::ROW_ID
    {
        return truth(&on_column(predicate, row.len() - 1), row);
    }
    match predicate {
        Predicate::True => Some(true),
        Predicate::Unknown => None,
        Predicate::ByValue { .. } => unreachable!("evaluated by a test of its own"),
        Predicate::Eq(column, value) => equal(*column, value),
        Predicate::In(column, values) => one_of(values.iter().map(|value| equal(*column, value))),
        Predicate::IsNull(column) => Some(!known(&row[*column])),
        Predicate::Range {
            column,
            lower: Bound::Unbounded,
            upper: Bound::Unbounded,
        } => Some(known(&row[*column])),
        Predicate::Range {
            column,
            lower,
            upper,
        } => {
            let sides = [
                match lower {
                    Bound::Included(value) => test(*column, value, &Ordering::is_ge),
                    Bound::Excluded(value) => test(*column, value, &Ordering::is_gt),
                    Bound::Unbounded => Some(true),
                },
                match upper {
                    Bound::Included(value) => test(*column, value, &Ordering::is_le),
                    Bound::Excluded(value) => test(*column, value, &Ordering::is_lt),
                    Bound::Unbounded => Some(true),
                },
            ];
            all_of(sides.into_iter())
        }
        Predicate::And(parts) => all_of(parts.iter().map(|part| truth(part, row))),
        Predicate::Or(parts) => one_of(parts.iter().map(|part| truth(part, row))),
        Predicate::Not(inner) => truth(inner, row).map(|truth| !truth),
    }
}

/// The same comparison with another column.
fn on_column(predicate: &Predicate, column: usize) -> Predicate {
    match predicate.clone() {
        Predicate::Eq(_, value) => Predicate::Eq(column, value),
        Predicate::In(_, values) => Predicate::In(column, values),
        Predicate::Range { lower, upper, .. } => Predicate::Range {
            column,
            lower,
            upper,
        },
        Predicate::IsNull(_) => Predicate::IsNull(column),
        other => other,
    }
}

fn one_of(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    all_of(truths.map(|truth| truth.map(|truth| !truth))).map(|truth| !truth)
}

fn all_of(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for truth in truths {
        all = match (all, truth) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (None, _) | (_, None) => None,
            _ => Some(true),
        };
    }
    all
}

fn integers() -> impl Strategy<Value = i64> {
    prop_oneof![
        -3i64..3,
        Just(i64::MIN),
        Just(i64::MAX),
        ((1i64 << 53) - 2)..((1 << 53) + 3),
    ]
}

fn reals() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-6i32..6).prop_map(|half| f64::from(half) / 2.0),
        Just(-0.0),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(9_223_372_036_854_775_808.0),
        Just(-9_223_372_036_854_775_808.0),
        Just(9_007_199_254_740_992.0),
    ]
}

fn nullable(
    value: impl Strategy<Value = AttributeValue> + 'static,
) -> BoxedStrategy<AttributeValue> {
    prop_oneof![1 => Just(AttributeValue::Null), 5 => value].boxed()
}

fn cell(column: usize) -> BoxedStrategy<AttributeValue> {
    match column {
        0 => nullable(integers().prop_map(AttributeValue::Integer)),
        1 => nullable(reals().prop_map(AttributeValue::Real)),
        2 => nullable(any_bool().prop_map(AttributeValue::Boolean)),
        _ => nullable(prop::collection::vec(0u8..3, 0..3).prop_map(AttributeValue::Bytes)),
    }
}

fn any_bool() -> impl Strategy<Value = bool> {
    prop::bool::ANY
}

fn literal(column: usize) -> BoxedStrategy<AttributeValue> {
    match column {
        0 | 1 => prop_oneof![cell(0), cell(1)].boxed(),
        Predicate::ROW_ID => prop_oneof![
            3 => (-60i64..60).prop_map(AttributeValue::Integer),
            1 => cell(0),
            1 => cell(1),
        ]
        .boxed(),
        other => cell(other),
    }
}

fn bound(column: usize) -> BoxedStrategy<Bound<AttributeValue>> {
    prop_oneof![
        literal(column).prop_map(Bound::Included),
        literal(column).prop_map(Bound::Excluded),
        Just(Bound::Unbounded),
    ]
    .boxed()
}

fn leaf(column: usize) -> BoxedStrategy<Predicate> {
    prop_oneof![
        Just(Predicate::True),
        Just(Predicate::Unknown),
        literal(column).prop_map(move |value| Predicate::Eq(column, value)),
        prop::collection::vec(literal(column), 0..8)
            .prop_map(move |values| Predicate::In(column, values)),
        (bound(column), bound(column)).prop_map(move |(lower, upper)| Predicate::Range {
            column,
            lower,
            upper,
        }),
        Just(Predicate::IsNull(column)),
    ]
    .boxed()
}

fn predicates() -> impl Strategy<Value = Predicate> {
    prop_oneof![5 => 0usize..4, 1 => Just(Predicate::ROW_ID)]
        .prop_flat_map(leaf)
        .prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Predicate::And),
                prop::collection::vec(inner.clone(), 0..3).prop_map(Predicate::Or),
                inner.prop_map(|inner| Predicate::Not(Box::new(inner))),
            ]
        })
}

fn attributes(rows: &[Vec<AttributeValue>]) -> Vec<Attribute> {
    (0..4)
        .map(|column| Attribute {
            name: format!("c{column}"),
            column: AttributeColumn::from_values(rows.iter().map(|row| row[column].clone()))
                .unwrap(),
        })
        .collect()
}

fn rows(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Vec<AttributeValue>>> {
    prop::collection::vec((cell(0), cell(1), cell(2), cell(3)), count).prop_map(|rows| {
        rows.into_iter()
            .enumerate()
            .map(|(at, (a, b, c, d))| vec![a, b, c, d, AttributeValue::Integer(id(at))])
            .collect()
    })
}

/// The id of a row of a test: distinct, in no order.
fn id(row: usize) -> i64 {
    let row = row as i64;
    if row % 2 == 0 {
        row / 3 * 3 + row % 3
    } else {
        -row
    }
}

/// Evaluates over rows with those ids.
fn evaluate_over(
    predicate: &Predicate,
    attributes: &[Attribute],
    rows: usize,
) -> Result<PositionSet, Unsupported> {
    let ids: Vec<i64> = (0..rows).map(id).collect();
    let mut ascending: Vec<u32> = (0..rows as u32).collect();
    ascending.sort_by_key(|&row| ids[row as usize]);
    let rows = RowIds {
        ids: &ids,
        ascending: &ascending,
    };
    evaluate(predicate, attributes, rows)
}

fn matching(attributes: &[Attribute], predicate: &Predicate, rows: usize) -> Vec<usize> {
    let set = evaluate_over(predicate, attributes, rows).unwrap();
    assert_eq!(set.len(), set.iter().count());
    set.iter().map(|position| position.0 as usize).collect()
}

proptest! {
    #[test]
    fn equals_three_valued_logic(rows in rows(0..90), predicate in predicates()) {
        let expected: Vec<usize> = (0..rows.len())
            .filter(|&row| truth(&predicate, &rows[row]) == Some(true))
            .collect();
        prop_assert_eq!(matching(&attributes(&rows), &predicate, rows.len()), expected);
    }

    #[test]
    fn runs_answer_as_rows_do(rows in rows(1..5), predicate in predicates()) {
        // Long stretches of equal rows, as cells make them.
        let mut rows: Vec<_> = rows.iter().flat_map(|row| vec![row.clone(); 200]).collect();
        for (at, row) in rows.iter_mut().enumerate() {
            row[4] = AttributeValue::Integer(id(at));
        }
        let expected: Vec<usize> = (0..rows.len())
            .filter(|&row| truth(&predicate, &rows[row]) == Some(true))
            .collect();
        prop_assert_eq!(matching(&attributes(&rows), &predicate, rows.len()), expected);
    }

    #[test]
    fn conditions_by_value_are_what_they_are_for_each_value(
        rows in rows(0..90),
        column in 0usize..4,
        truths in prop::collection::vec(prop::option::of(any_bool()), 91),
        negated: bool,
    ) {
        let attributes = attributes(&rows);
        let Some(values) = attributes[column].column.distinct_values() else {
            return Ok(());
        };
        let values: Vec<_> = std::iter::once(AttributeValue::Null).chain(values).collect();
        let truths = truths[..values.len()].to_vec();
        let truth_of = |value: &AttributeValue| {
            let same = |other: &&AttributeValue| match (value, other) {
                (AttributeValue::Null, other) => **other == AttributeValue::Null,
                (_, AttributeValue::Null) => false,
                (value, other) => compare(value, other).is_eq(),
            };
            truths[values.iter().position(|other| same(&other)).unwrap()]
        };
        let expected: Vec<usize> = (0..rows.len())
            .filter(|&row| truth_of(&rows[row][column]) == Some(!negated))
            .collect();
        let mut predicate = Predicate::ByValue { column, truths: truths.clone() };
        if negated {
            predicate = Predicate::Not(Box::new(predicate));
        }
        prop_assert_eq!(matching(&attributes, &predicate, rows.len()), expected);
        let short = Predicate::ByValue { column, truths: truths[1..].to_vec() };
        prop_assert!(check(&short, &attributes).is_err());
    }

    #[test]
    fn columns_survive_bytes_and_truncation_is_found(rows in rows(0..70), cut in any::<prop::sample::Index>()) {
        for attribute in attributes(&rows) {
            let mut bytes = Vec::new();
            attribute.column.encode(&mut bytes);
            let mut reader = Reader::new(&bytes);
            let decoded = AttributeColumn::decode(&mut reader, rows.len()).unwrap();
            reader.finish().unwrap();
            prop_assert_eq!(decoded, attribute.column);
            let mut short = Reader::new(&bytes[..cut.index(bytes.len())]);
            prop_assert!(AttributeColumn::decode(&mut short, rows.len()).is_err());
        }
    }

    #[test]
    fn altered_columns_never_panic(
        rows in rows(0..70),
        flip in any::<prop::sample::Index>(),
        mask in 1u8..,
        predicate in predicates(),
    ) {
        for column in 0..4 {
            let mut attributes = attributes(&rows);
            let mut bytes = Vec::new();
            attributes[column].column.encode(&mut bytes);
            let at = flip.index(bytes.len());
            bytes[at] ^= mask;
            if let Ok(decoded) = AttributeColumn::decode(&mut Reader::new(&bytes), rows.len()) {
                attributes[column].column = decoded;
                let _ = evaluate_over(&predicate, &attributes, rows.len());
            }
        }
    }
}

#[test]
fn high_cardinality_numbers_are_plain_and_exact() {
    let values: Vec<_> = (0..1_000)
        .map(|row| match row % 10 {
            0 => AttributeValue::Null,
            _ => AttributeValue::Integer(row * 1_000_000_007),
        })
        .collect();
    let rows: Vec<_> = values.into_iter().map(|value| vec![value]).collect();
    let attributes = vec![Attribute {
        name: "n".into(),
        column: AttributeColumn::from_values(rows.iter().map(|row| row[0].clone())).unwrap(),
    }];
    for predicate in [
        Predicate::Eq(0, AttributeValue::Integer(7 * 1_000_000_007)),
        Predicate::Not(Box::new(Predicate::Eq(
            0,
            AttributeValue::Real(7_000_000_049.0),
        ))),
        Predicate::IsNull(0),
        Predicate::In(
            0,
            (0..40)
                .map(|row| AttributeValue::Integer(row * 1_000_000_007))
                .collect(),
        ),
        Predicate::Range {
            column: 0,
            lower: Bound::Excluded(AttributeValue::Real(1e10 + 0.5)),
            upper: Bound::Included(AttributeValue::Integer(500 * 1_000_000_007)),
        },
    ] {
        let expected: Vec<usize> = (0..rows.len())
            .filter(|&row| truth(&predicate, &rows[row]) == Some(true))
            .collect();
        assert_eq!(matching(&attributes, &predicate, rows.len()), expected);
    }
}

#[test]
fn other_types_are_left_to_the_caller() {
    let rows = vec![vec![
        AttributeValue::Integer(1),
        AttributeValue::Real(1.0),
        AttributeValue::Boolean(true),
        AttributeValue::Bytes(vec![1]),
    ]];
    let attributes = attributes(&rows);
    let refused =
        |column, value| evaluate_over(&Predicate::Eq(column, value), &attributes, 1).is_err();
    assert!(refused(0, AttributeValue::Bytes(vec![1])));
    assert!(refused(0, AttributeValue::Boolean(true)));
    assert!(refused(2, AttributeValue::Integer(1)));
    assert!(refused(3, AttributeValue::Real(1.0)));
    assert!(refused(4, AttributeValue::Null));
}

#[test]
fn mixed_types_are_refused() {
    let values = [
        AttributeValue::Null,
        AttributeValue::Integer(1),
        AttributeValue::Real(1.0),
    ];
    let mixed = AttributeColumn::from_values(values).unwrap_err();
    assert_eq!((mixed.index, mixed.found), (2, AttributeType::Real));
}
