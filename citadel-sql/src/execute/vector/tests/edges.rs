//! NULLs, zero vectors, dimensions, LIMIT and OFFSET: the same with and without an index.

use crate::schema::Metric;

use super::harness::*;
use crate::bind::bound::{DistanceMetric, Query};
use crate::types::Value;

/// The same rows in a table whose index fits the operator, and in one without an index.
fn pair(metric: Metric) -> [Harness; 2] {
    let pair = [Harness::new(3, metric), Harness::table(3)];
    for harness in &pair {
        harness.write(|txn| {
            for id in 1..=60 {
                let mut row = harness.row(id);
                match id % 6 {
                    0 => row.v = None,
                    1 => row.v = Some(vec![0.0; 3]),
                    _ => {}
                }
                insert(txn, id, &row);
            }
        });
    }
    pair[0].persist();
    pair
}

/// Asks both, which must agree; gives the answer.
fn ask(
    pair: &[Harness; 2],
    operator: DistanceMetric,
    change: impl Fn(&mut Query),
    params: &[Value],
) -> Result<Vec<Vec<Value>>, String> {
    let [with, without] = pair.each_ref().map(|harness| {
        let mut query = harness.nearest(operator, None, 100);
        change(&mut query);
        harness
            .query(&query, params)
            .map_err(|error| error.to_string())
    });
    assert_eq!(with, without);
    with
}

fn q() -> [Value; 1] {
    [Value::Vector(vec![0.5, -0.25, 1.0])]
}

#[test]
fn rows_without_a_distance_come_last_by_row_id() {
    let pair = pair(Metric::Cosine);
    let rows = ask(&pair, DistanceMetric::Cosine, |_| {}, &q()).unwrap();
    assert_eq!(rows.len(), 60);
    let undefined: Vec<_> = rows[40..].iter().map(|row| row[0].clone()).collect();
    let expected = (1..=60).filter(|id| id % 6 < 2).map(Value::Integer);
    assert_eq!(undefined, expected.collect::<Vec<_>>());
    assert!(rows[40..].iter().all(|row| row[1] == Value::Null));
}

#[test]
fn offset_and_limit() {
    let pair = pair(Metric::L2);
    let all = ask(&pair, DistanceMetric::L2, |_| {}, &q()).unwrap();
    for (offset, limit) in [
        (0, 0),
        (0, 1),
        (3, 4),
        (45, 10),
        (58, 10),
        (60, 5),
        (1000, 1),
    ] {
        let change = |query: &mut Query| {
            query.offset = Some(literal(Value::Integer(offset)));
            query.limit = Some(literal(Value::Integer(limit)));
        };
        let rows = ask(&pair, DistanceMetric::L2, change, &q()).unwrap();
        let expected = all.iter().skip(offset as usize).take(limit as usize);
        assert_eq!(rows, expected.cloned().collect::<Vec<_>>());
    }
}

#[test]
fn limit_by_parameter_null_and_negative() {
    let pair = pair(Metric::L2);
    let limit =
        |query: &mut Query| query.limit = Some(parameter(1, crate::types::SqlType::Integer));
    let with = |value| [q()[0].clone(), value];
    let count = |value| ask(&pair, DistanceMetric::L2, limit, &with(value)).map(|rows| rows.len());
    assert_eq!(count(Value::Integer(7)), Ok(7));
    assert_eq!(count(Value::Null), Ok(60));
    assert_eq!(count(Value::Integer(i64::MAX)), Ok(60));
    assert!(count(Value::Integer(-1)).is_err());
}

#[test]
fn a_null_or_zero_query_makes_every_distance_null() {
    let pair = pair(Metric::Cosine);
    for query in [Value::Null, Value::Vector(vec![0.0; 3])] {
        let rows = ask(&pair, DistanceMetric::Cosine, |_| {}, &[query]).unwrap();
        let ids: Vec<_> = rows.iter().map(|row| row[0].clone()).collect();
        assert_eq!(ids, (1..=60).map(Value::Integer).collect::<Vec<_>>());
        assert!(rows.iter().all(|row| row[1] == Value::Null));
    }
}

/// Rows whose vector is NULL and rows whose cosine is undefined are found by different ways, and meet by row id.
#[test]
fn the_first_rows_without_a_distance_are_given_whatever_they_lack() {
    let pair = pair(Metric::Cosine);
    let limited = |query: Value, limit: i64, offset: i64| {
        let change = |query: &mut Query| {
            query.limit = Some(literal(Value::Integer(limit)));
            query.offset = Some(literal(Value::Integer(offset)));
        };
        let rows = ask(&pair, DistanceMetric::Cosine, change, &[query]).unwrap();
        rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>()
    };
    let ids = |ids: &[i64]| ids.iter().copied().map(Value::Integer).collect::<Vec<_>>();
    let zero = || Value::Vector(vec![0.0; 3]);
    assert_eq!(limited(zero(), 7, 0), ids(&[1, 2, 3, 4, 5, 6, 7]));
    assert_eq!(limited(Value::Null, 7, 0), ids(&[1, 2, 3, 4, 5, 6, 7]));
    // After the 40 rows that have a distance.
    let [query] = q();
    assert_eq!(limited(query, 5, 40), ids(&[1, 6, 7, 12, 13]));
}

#[test]
fn another_dimension_is_an_error() {
    let pair = pair(Metric::L2);
    let error = ask(
        &pair,
        DistanceMetric::L2,
        |_| {},
        &[Value::Vector(vec![1.0; 4])],
    );
    assert!(error.unwrap_err().contains("dimension"));
}

#[test]
fn every_direction_and_place_of_nulls() {
    let pair = pair(Metric::L2);
    let nearest = ask(&pair, DistanceMetric::L2, |_| {}, &q()).unwrap();
    let (mut defined, undefined): (Vec<_>, Vec<_>) =
        nearest.into_iter().partition(|row| row[1] != Value::Null);
    for descending in [false, true] {
        // The zero vectors tie: ties go by row id both ways.
        let key = |row: &Vec<Value>| match (&row[1], &row[0]) {
            (Value::Real(distance), Value::Integer(id)) => {
                (if descending { -distance } else { *distance }, *id)
            }
            _ => unreachable!(),
        };
        defined.sort_by(|a, b| key(a).partial_cmp(&key(b)).unwrap());
        for nulls_first in [false, true] {
            let change = |query: &mut Query| {
                query.order_by[0].descending = descending;
                query.order_by[0].nulls_first = nulls_first;
            };
            let rows = ask(&pair, DistanceMetric::L2, change, &q()).unwrap();
            let mut parts = [defined.clone(), undefined.clone()];
            if nulls_first {
                parts.reverse();
            }
            assert_eq!(rows, parts.concat());
        }
    }
}

#[test]
fn taxicab_distance_has_no_index_and_works() {
    let pair = pair(Metric::L2);
    let rows = ask(&pair, DistanceMetric::L1, |_| {}, &q()).unwrap();
    assert_eq!(rows.len(), 60);
}

#[test]
fn empty_one_row_and_all_null_tables() {
    for rows in [0, 1, 5] {
        let harness = Harness::new(3, Metric::Cosine);
        harness.write(|txn| {
            for id in 0..rows {
                let row = Row {
                    v: None,
                    ..harness.row(id)
                };
                insert(txn, id, &row);
            }
        });
        let query = harness.nearest(DistanceMetric::Cosine, None, 3);
        let before = harness.query(&query, &q()).unwrap();
        assert_eq!(before.len(), rows.min(3) as usize);
        harness.persist();
        assert_eq!(harness.query(&query, &q()).unwrap(), before);
    }
}
