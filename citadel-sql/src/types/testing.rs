//! Values of the types of time, exact numbers and UUIDs, for property tests.

use proptest::prelude::*;
use uuid::Uuid;

use super::{Date, Interval, Numeric, SqlType, Time, Timestamp, TimestampTz, Value};

/// The types that [`of_type`] knows.
pub(crate) const TYPES: [SqlType; 7] = [
    SqlType::Date,
    SqlType::Time,
    SqlType::Timestamp,
    SqlType::TimestampTz,
    SqlType::Interval,
    SqlType::Numeric,
    SqlType::Uuid,
];

/// A value of one of [`TYPES`]; near ones often.
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
        _ => prop_oneof![any::<u128>(), 0_u128..3]
            .prop_map(|bits| Value::Uuid(Uuid::from_u128(bits)))
            .boxed(),
    }
}
