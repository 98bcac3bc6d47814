//! The order of values.
//!
//! INTEGER, REAL and NUMERIC compare by their exact mathematical values, beyond 2^53 too; -0.0 equals 0.0; FALSE is before
//! TRUE; an INTERVAL by its length, of months of 30 days and days of 24 hours; TEXT and BLOB compare by bytes; vectors by component and then by length; arrays by element, a NULL
//! being above all others. Bits and numbers do not compare.

use std::cmp::Ordering;

use super::ValueRef;
use super::array::compare_arrays;

/// The SQL comparison of two values; `None` if either is NULL or the types do not compare.
pub(crate) fn compare(left: ValueRef<'_>, right: ValueRef<'_>) -> Option<Ordering> {
    use ValueRef::{
        Array, Bits, Blob, Boolean, Date, Enum, Integer, Interval, Numeric, Real, Text, Time,
        Timestamp, TimestampTz, Uuid, Vector,
    };
    Some(match (left, right) {
        (Integer(a), Integer(b)) => a.cmp(&b),
        (Real(a), Real(b)) => compare_reals(a, b),
        (Integer(a), Real(b)) => compare_integer_real(a, b),
        (Real(a), Integer(b)) => compare_integer_real(b, a).reverse(),
        (Text(a), Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Blob(a), Blob(b)) => a.cmp(b),
        (Boolean(a), Boolean(b)) => a.cmp(&b),
        (Numeric(a), Numeric(b)) => a.compare(b),
        (Numeric(a), Integer(b)) => a.compare_integer(b),
        (Integer(a), Numeric(b)) => b.compare_integer(a).reverse(),
        (Numeric(a), Real(b)) => a.compare_real(b),
        (Real(a), Numeric(b)) => b.compare_real(a).reverse(),
        (Uuid(a), Uuid(b)) => a.cmp(&b),
        (Date(a), Date(b)) => a.cmp(&b),
        (Time(a), Time(b)) => a.cmp(&b),
        (Timestamp(a), Timestamp(b)) => a.cmp(&b),
        (TimestampTz(a), TimestampTz(b)) => a.cmp(&b),
        (Interval(a), Interval(b)) => a.span().cmp(&b.span()),
        (Vector(a), Vector(b)) => compare_vectors(a, b),
        (Bits(a), Bits(b)) => (a.as_bytes(), a.dim()).cmp(&(b.as_bytes(), b.dim())),
        (Enum(a), Enum(b)) if a.enum_type() == b.enum_type() => a.place().cmp(&b.place()),
        (Array(a), Array(b)) => return compare_arrays(a, b),
        _ => return None,
    })
}

/// A total order over all values, for sorting and grouping: as [`compare`], types that do not compare one after
/// another, NULL last and equal to itself.
pub(crate) fn total_order(left: ValueRef<'_>, right: ValueRef<'_>) -> Ordering {
    compare(left, right).unwrap_or_else(|| rank(left).cmp(&rank(right)))
}

/// The place of a type among those that do not compare with it.
fn rank(value: ValueRef<'_>) -> u8 {
    match value {
        ValueRef::Boolean(_) => 0,
        ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Numeric(_) => 1,
        ValueRef::Text(_) => 2,
        ValueRef::Blob(_) => 3,
        ValueRef::Vector(_) => 4,
        ValueRef::Bits(_) => 5,
        ValueRef::Date(_) => 6,
        ValueRef::Time(_) => 7,
        ValueRef::Timestamp(_) => 8,
        ValueRef::TimestampTz(_) => 9,
        ValueRef::Interval(_) => 10,
        ValueRef::Uuid(_) => 11,
        ValueRef::Enum(_) => 12,
        ValueRef::Array(v) => 13 + v.element_type().code(),
        ValueRef::Null => u8::MAX,
    }
}

/// Compares an integer with a real, exactly. A NaN, which no value holds, would be above every number.
pub(crate) fn compare_integer_real(integer: i64, real: f64) -> Ordering {
    /// 2^63: one above the largest integer, and exact.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if real.is_nan() || real >= LIMIT {
        return Ordering::Less;
    }
    if real < -LIMIT {
        return Ordering::Greater;
    }
    let whole = real.trunc();
    // In range by the two tests above, and whole: the cast is exact.
    integer
        .cmp(&(whole as i64))
        .then_with(|| compare_reals(0.0, real - whole))
}

fn compare_reals(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b)
        .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

fn compare_vectors(a: &[f32], b: &[f32]) -> Ordering {
    let unequal = a
        .iter()
        .zip(b)
        .map(|(&a, &b)| compare_reals(f64::from(a), f64::from(b)))
        .find(|order| order.is_ne());
    unequal.unwrap_or_else(|| a.len().cmp(&b.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::types::Value;

    const TWO_53: i64 = 1 << 53;

    #[test]
    fn integers_and_reals_compare_exactly() {
        let cases = [
            (5, 5.0, Ordering::Equal),
            (5, 5.5, Ordering::Less),
            (-5, -5.5, Ordering::Greater),
            (TWO_53 + 1, TWO_53 as f64, Ordering::Greater),
            (i64::MAX, 9_223_372_036_854_775_808.0, Ordering::Less),
            (i64::MIN, -9_223_372_036_854_775_808.0, Ordering::Equal),
            (i64::MIN, -1e19, Ordering::Greater),
            (0, -0.0, Ordering::Equal),
            (0, f64::MIN_POSITIVE, Ordering::Less),
        ];
        for (integer, real, expected) in cases {
            assert_eq!(
                compare_integer_real(integer, real),
                expected,
                "{integer} {real}"
            );
        }
    }

    #[test]
    fn null_and_other_types_do_not_compare() {
        assert_eq!(compare(ValueRef::Null, ValueRef::Null), None);
        assert_eq!(compare(ValueRef::Integer(1), ValueRef::Text("1")), None);
        assert_eq!(compare(ValueRef::Boolean(true), ValueRef::Integer(1)), None);
        assert_eq!(total_order(ValueRef::Null, ValueRef::Null), Ordering::Equal);
    }

    pub(crate) fn any_value() -> impl Strategy<Value = Value> {
        let real = prop_oneof![
            proptest::num::f64::NORMAL | proptest::num::f64::ZERO | proptest::num::f64::SUBNORMAL,
            (-4_i64..4).prop_map(|i| i as f64 / 2.0),
            any::<i64>().prop_map(|i| i as f64),
        ];
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Boolean),
            any::<i64>().prop_map(Value::Integer),
            (-3_i64..3).prop_map(Value::Integer),
            (0_i64..8).prop_map(|i| Value::Integer(TWO_53 + i)),
            (0_i64..8).prop_map(|i| Value::Real((TWO_53 + i) as f64)),
            real.prop_map(Value::Real),
            "[a-c]{0,3}".prop_map(Value::Text),
            proptest::collection::vec(0_u8..3, 0..3).prop_map(Value::Blob),
            proptest::collection::vec((-2_i8..2).prop_map(f32::from), 1..3).prop_map(Value::Vector),
            proptest::collection::vec(any::<bool>(), 1..10)
                .prop_map(|bits| Value::Bits(bits.into_iter().collect())),
        ]
    }

    proptest! {
        #[test]
        fn total_order_is_total(a in any_value(), b in any_value(), c in any_value()) {
            let (a, b, c) = (a.as_ref(), b.as_ref(), c.as_ref());
            prop_assert_eq!(total_order(a, b), total_order(b, a).reverse());
            prop_assert_eq!(total_order(a, a), Ordering::Equal);
            if total_order(a, b).is_le() && total_order(b, c).is_le() {
                prop_assert!(total_order(a, c).is_le());
            }
            if total_order(a, b).is_eq() {
                prop_assert_eq!(total_order(a, c), total_order(b, c));
            }
        }

        #[test]
        fn integer_real_agrees_with_wide_arithmetic(i in any::<i64>(), r in any::<i64>()) {
            let real = r as f64;
            prop_assert_eq!(compare_integer_real(i, real), i128::from(i).cmp(&(real as i128)));
        }
    }
}
