//! Order-preserving integer keys for numbers, and exact bounds across number types.
//!
//! A key is an `i64`. An integer or boolean is its own key; a double's key is its bits, rearranged so that they order as the
//! numbers do, with one zero and one NaN (the greatest).

use std::ops::Bound;

/// The key of a double.
pub(super) fn real_key(value: f64) -> i64 {
    let canonical = if value.is_nan() {
        f64::NAN.abs()
    } else {
        value + 0.0
    };
    let bits = canonical.to_bits().cast_signed();
    // Negative numbers order backwards by their bits: flip all but the sign.
    bits ^ (((bits >> 63).cast_unsigned()) >> 1).cast_signed()
}

/// The double of a key.
pub(super) fn real_of_key(key: i64) -> f64 {
    f64::from_bits((key ^ ((key >> 63).cast_unsigned() >> 1).cast_signed()).cast_unsigned())
}

/// A number that bounds a column of numbers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Number {
    Integer(i64),
    Real(f64),
}

/// Inclusive range of keys; `None` where no key fits.
pub(super) type KeyRange = Option<(i64, i64)>;

/// Keys of an integer column within the bounds.
pub(super) fn integer_range(lower: Bound<Number>, upper: Bound<Number>) -> KeyRange {
    range(
        bound(lower, integer_at_least, integer_above, i64::MIN)?,
        bound(upper, integer_at_most, integer_below, i64::MAX)?,
    )
}

/// Keys of a double column within the bounds.
pub(super) fn real_range(lower: Bound<Number>, upper: Bound<Number>) -> KeyRange {
    range(
        bound(lower, real_at_least, real_above, i64::MIN)?,
        bound(upper, real_at_most, real_below, i64::MAX)?,
    )
}

fn range(low: i64, high: i64) -> KeyRange {
    (low <= high).then_some((low, high))
}

fn bound(
    bound: Bound<Number>,
    inclusive: impl Fn(Number) -> Option<i64>,
    exclusive: impl Fn(Number) -> Option<i64>,
    open: i64,
) -> Option<i64> {
    match bound {
        Bound::Included(number) => inclusive(number),
        Bound::Excluded(number) => exclusive(number),
        Bound::Unbounded => Some(open),
    }
}

/// 2^63: the first double above every `i64`.
const ABOVE_INTEGERS: f64 = 9_223_372_036_854_775_808.0;

/// The least integer `>=` the number.
fn integer_at_least(number: Number) -> Option<i64> {
    match number {
        Number::Integer(value) => Some(value),
        Number::Real(value) if value.is_nan() || value >= ABOVE_INTEGERS => None,
        // Saturates at i64::MIN for every smaller double.
        Number::Real(value) => Some(value.ceil() as i64),
    }
}

/// The least integer `>` the number.
fn integer_above(number: Number) -> Option<i64> {
    match number {
        Number::Integer(value) => value.checked_add(1),
        Number::Real(value) if value < -ABOVE_INTEGERS => Some(i64::MIN),
        Number::Real(value) if value.is_nan() || value >= ABOVE_INTEGERS => None,
        Number::Real(value) => (value.floor() as i64).checked_add(1),
    }
}

/// The greatest integer `<=` the number.
fn integer_at_most(number: Number) -> Option<i64> {
    match number {
        Number::Integer(value) => Some(value),
        Number::Real(value) if value.is_nan() => Some(i64::MAX),
        Number::Real(value) if value < -ABOVE_INTEGERS => None,
        Number::Real(value) => Some(value.floor() as i64),
    }
}

/// The greatest integer `<` the number.
fn integer_below(number: Number) -> Option<i64> {
    match number {
        Number::Integer(value) => value.checked_sub(1),
        Number::Real(value) if value.is_nan() || value >= ABOVE_INTEGERS => Some(i64::MAX),
        Number::Real(value) if value <= -ABOVE_INTEGERS => None,
        Number::Real(value) => (value.ceil() as i64).checked_sub(1),
    }
}

/// Where a number lies among the doubles.
enum Place {
    /// Exactly at this key.
    At(i64),
    /// Between this key and the next one.
    After(i64),
    /// Between the key before this one and this one.
    Before(i64),
}

fn place(number: Number) -> Place {
    match number {
        Number::Real(value) => Place::At(real_key(value)),
        Number::Integer(value) => {
            let nearest = value as f64;
            let key = real_key(nearest);
            // Both fit in 65 bits, so this comparison is exact.
            match (nearest as i128).cmp(&i128::from(value)) {
                std::cmp::Ordering::Equal => Place::At(key),
                std::cmp::Ordering::Less => Place::After(key),
                std::cmp::Ordering::Greater => Place::Before(key),
            }
        }
    }
}

fn real_at_least(number: Number) -> Option<i64> {
    match place(number) {
        Place::At(key) | Place::Before(key) => Some(key),
        Place::After(key) => key.checked_add(1),
    }
}

fn real_above(number: Number) -> Option<i64> {
    match place(number) {
        Place::At(key) | Place::After(key) => key.checked_add(1),
        Place::Before(key) => Some(key),
    }
}

fn real_at_most(number: Number) -> Option<i64> {
    match place(number) {
        Place::At(key) | Place::After(key) => Some(key),
        Place::Before(key) => key.checked_sub(1),
    }
}

fn real_below(number: Number) -> Option<i64> {
    match place(number) {
        Place::At(key) | Place::Before(key) => key.checked_sub(1),
        Place::After(key) => Some(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_order_as_numbers() {
        let ascending = [
            f64::NEG_INFINITY,
            f64::MIN,
            -1.5,
            -f64::MIN_POSITIVE,
            0.0,
            5e-324,
            1.0,
            f64::MAX,
            f64::INFINITY,
            f64::NAN,
        ];
        for pair in ascending.windows(2) {
            assert!(real_key(pair[0]) < real_key(pair[1]), "{pair:?}");
        }
        assert_eq!(real_key(-0.0), real_key(0.0));
        assert_eq!(real_key(-f64::NAN), real_key(f64::NAN));
    }

    #[test]
    fn fractions_and_huge_numbers_bound_integers_exactly() {
        use Bound::{Excluded, Included, Unbounded};
        let real = Number::Real;
        let equal = |value| integer_range(Included(value), Included(value));
        assert_eq!(equal(real(2.5)), None);
        assert_eq!(equal(real(-3.0)), Some((-3, -3)));
        assert_eq!(equal(real(ABOVE_INTEGERS)), None);
        assert_eq!(equal(real(-ABOVE_INTEGERS)), Some((i64::MIN, i64::MIN)));
        assert_eq!(
            integer_range(Excluded(real(2.5)), Unbounded),
            Some((3, i64::MAX))
        );
        assert_eq!(
            integer_range(Excluded(real(-ABOVE_INTEGERS)), Unbounded),
            Some((i64::MIN + 1, i64::MAX))
        );
        assert_eq!(
            integer_range(Unbounded, Excluded(real(f64::NAN))),
            Some((i64::MIN, i64::MAX))
        );
        assert_eq!(integer_range(Included(real(f64::NAN)), Unbounded), None);
        assert_eq!(
            integer_range(Excluded(Number::Integer(i64::MAX)), Unbounded),
            None
        );
    }

    #[test]
    fn integers_beyond_53_bits_fall_between_doubles() {
        use Bound::{Excluded, Included, Unbounded};
        let odd = Number::Integer((1 << 53) + 1);
        assert_eq!(real_range(Included(odd), Included(odd)), None);
        let even = real_key(9_007_199_254_740_992.0);
        assert_eq!(
            real_range(Unbounded, Excluded(odd)).map(|range| range.1),
            Some(even)
        );
        assert_eq!(
            real_range(Included(odd), Unbounded).map(|range| range.0),
            Some(even + 1)
        );
    }
}
