//! Values of the types of time, exact numbers, UUIDs and arrays, for property tests.

use proptest::prelude::*;
use uuid::Uuid;

use super::{
    ArrayBuilder, Date, Dimension, Dimensions, Interval, Numeric, ScalarType, SqlType, Time,
    Timestamp, TimestampTz, Value,
};

/// The types that [`of_type`] knows.
pub(crate) const TYPES: [SqlType; 11] = [
    SqlType::Date,
    SqlType::Time,
    SqlType::Timestamp,
    SqlType::TimestampTz,
    SqlType::Interval,
    SqlType::Numeric,
    SqlType::Uuid,
    SqlType::Array(ScalarType::Integer),
    SqlType::Array(ScalarType::Text),
    SqlType::Array(ScalarType::Boolean),
    SqlType::Array(ScalarType::Numeric),
];

/// A value of one of [`TYPES`], of a single value's type or of an array of those; near ones often.
pub(crate) fn of_type(ty: SqlType) -> BoxedStrategy<Value> {
    let micros = || {
        prop_oneof![
            any::<i64>(),
            -3_i64..3,
            prop::sample::select(vec![i64::MIN, i64::MAX])
        ]
    };
    match ty {
        SqlType::Date => prop_oneof![
            (-2_451_545_i32..=2_145_031_948),
            -3_i32..3,
            prop::sample::select(vec![i32::MIN, i32::MAX])
        ]
        .prop_map(|days| Value::Date(Date::from_days(days).unwrap()))
        .boxed(),
        SqlType::Time => (0_i64..=86_400_000_000)
            .prop_map(|micros| Value::Time(Time::from_micros(micros).unwrap()))
            .boxed(),
        SqlType::Timestamp => micros()
            .prop_filter_map("in range", |m| {
                Timestamp::from_micros(m).map(Value::Timestamp)
            })
            .boxed(),
        SqlType::TimestampTz => micros()
            .prop_filter_map("in range", |m| {
                TimestampTz::from_micros(m).map(Value::TimestampTz)
            })
            .boxed(),
        SqlType::Interval => prop_oneof![
            any::<(i32, i32, i64)>(),
            (
                -2_i32..2,
                -31_i32..31,
                prop::sample::select(vec![-86_400_000_000, 0, 86_400_000_000])
            )
        ]
        .prop_map(|(months, days, micros)| Value::Interval(Interval::new(months, days, micros)))
        .boxed(),
        SqlType::Numeric => prop_oneof![
            (any::<i128>(), 0_u16..50),
            (-200_i128..200, 0_u16..4),
            (any::<i64>().prop_map(i128::from), 0_u16..10)
        ]
        .prop_map(|(units, scale)| Value::Numeric(Numeric::from_units(units, scale).unwrap()))
        .boxed(),
        SqlType::Boolean => any::<bool>().prop_map(Value::Boolean).boxed(),
        SqlType::Integer => prop_oneof![any::<i64>(), -2_i64..2]
            .prop_map(Value::Integer)
            .boxed(),
        SqlType::Real => prop_oneof![-1e300..1e300, Just(0.0), Just(-0.5)]
            .prop_map(Value::Real)
            .boxed(),
        SqlType::Text => prop_oneof!["[ -~é]{0,4}", "[\\x00ab]{0,2}"]
            .prop_map(Value::Text)
            .boxed(),
        SqlType::Blob => proptest::collection::vec(any::<u8>(), 0..4)
            .prop_map(Value::Blob)
            .boxed(),
        SqlType::Array(element) => array(element),
        _ => prop_oneof![any::<u128>(), 0_u128..3]
            .prop_map(|bits| Value::Uuid(Uuid::from_u128(bits)))
            .boxed(),
    }
}

/// An array of one or two dimensions, or an empty one; some elements are NULL.
fn array(element: ScalarType) -> BoxedStrategy<Value> {
    let value = prop_oneof![1 => Just(Value::Null), 4 => of_type(element.sql_type())];
    let values = proptest::collection::vec(value, 6);
    (values, 0_usize..4, 1_usize..3, -1_i32..3)
        .prop_map(move |(values, len, rows, lower)| {
            let row = Dimension { len, lower };
            let dimensions = match rows {
                1 => Dimensions::new(&[row]),
                len => Dimensions::new(&[Dimension { len, lower: 1 }, row]),
            };
            let dimensions = dimensions.unwrap();
            let mut builder = ArrayBuilder::new(element);
            for value in &values[..dimensions.elements()] {
                builder.push(value.as_ref()).unwrap();
            }
            Value::Array(builder.finish(&dimensions))
        })
        .boxed()
}
