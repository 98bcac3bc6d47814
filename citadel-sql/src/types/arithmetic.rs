//! Arithmetic and `||` on single values.
//!
//! INTEGER with INTEGER stays INTEGER and is checked, NUMERIC with it stays exact; a REAL on either side makes it REAL, and a result that is
//! not finite is an error. INTEGER division truncates toward zero; the remainder has the sign of the dividend.
//! Vectors of numbers add, subtract and multiply by component; dates, times and intervals as [`temporal`] says.

use super::number_text::{finite, out_of_range};
use super::numeric::Decimal;
use super::temporal::arithmetic as temporal;
use super::vector_arithmetic::{self, by_component};
use super::{SqlType, Value, ValueRef, cast};
use crate::error::{Error, Result, SqlState};

/// `a + b`
pub(crate) fn add(a: ValueRef<'_>, b: ValueRef<'_>) -> Result<Value> {
    match (a, b) {
        (ValueRef::Vector(a), ValueRef::Vector(b)) => by_component(a, b, |a, b| a + b),
        _ => match temporal::add(a, b) {
            Some(sum) => sum,
            None => numeric(
                "+",
                a,
                b,
                (add_integers, |a, b| finite(a + b), |a, b| Ok(a.plus(b))),
            ),
        },
    }
}

/// `a - b`
pub(crate) fn subtract(a: ValueRef<'_>, b: ValueRef<'_>) -> Result<Value> {
    match (a, b) {
        (ValueRef::Vector(a), ValueRef::Vector(b)) => by_component(a, b, |a, b| a - b),
        _ => match temporal::subtract(a, b) {
            Some(difference) => difference,
            None => numeric(
                "-",
                a,
                b,
                (
                    subtract_integers,
                    |a, b| finite(a - b),
                    |a, b| Ok(a.minus(b)),
                ),
            ),
        },
    }
}

/// `a * b`
pub(crate) fn multiply(a: ValueRef<'_>, b: ValueRef<'_>) -> Result<Value> {
    match (a, b) {
        (ValueRef::Vector(a), ValueRef::Vector(b)) => by_component(a, b, |a, b| a * b),
        _ => match temporal::multiply(a, b) {
            Some(product) => product,
            None => numeric(
                "*",
                a,
                b,
                (
                    multiply_integers,
                    |a, b| finite(a * b),
                    |a, b| Ok(a.times(b)),
                ),
            ),
        },
    }
}

/// `a / b`
pub(crate) fn divide(a: ValueRef<'_>, b: ValueRef<'_>) -> Result<Value> {
    match temporal::divide(a, b) {
        Some(quotient) => quotient,
        None => numeric(
            "/",
            a,
            b,
            (divide_integers, divide_reals, Decimal::divided_by),
        ),
    }
}

/// `a % b`
pub(crate) fn modulo(a: ValueRef<'_>, b: ValueRef<'_>) -> Result<Value> {
    numeric("%", a, b, (modulo_integers, modulo_reals, Decimal::modulo))
}

/// `-a`
pub(crate) fn negate(a: ValueRef<'_>) -> Result<Value> {
    match a {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(a) => negate_integer(a).map(Value::Integer),
        ValueRef::Real(a) => Ok(Value::Real(negate_real(a))),
        ValueRef::Interval(a) => temporal::negated(a).map(Value::Interval),
        ValueRef::Numeric(a) => a.decimal().negated().finish().map(Value::Numeric),
        other => Err(no_operator_for("-", &[other.sql_type()])),
    }
}

/// `a || b`: joins TEXT (the other side becomes text), BLOBs or vectors of numbers.
pub(crate) fn concat(a: ValueRef<'_>, b: ValueRef<'_>) -> Result<Value> {
    match (a, b) {
        (ValueRef::Null, _) | (_, ValueRef::Null) => Ok(Value::Null),
        (ValueRef::Text(a), ValueRef::Text(b)) => Ok(Value::Text([a, b].concat())),
        (ValueRef::Blob(a), ValueRef::Blob(b)) => Ok(Value::Blob([a, b].concat())),
        (ValueRef::Vector(a), ValueRef::Vector(b)) => vector_arithmetic::concat(a, b),
        (ValueRef::Text(_), _) | (_, ValueRef::Text(_)) => {
            concat_text(&cast(a, SqlType::Text)?, &cast(b, SqlType::Text)?)
        }
        _ => Err(no_operator_for("||", &[a.sql_type(), b.sql_type()])),
    }
}

fn concat_text(a: &Value, b: &Value) -> Result<Value> {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => Ok(Value::Text([a.as_str(), b].concat())),
        _ => Err(no_operator_for("||", &[a.sql_type(), b.sql_type()])),
    }
}

/// Checked `a + b`.
pub(crate) fn add_integers(a: i64, b: i64) -> Result<i64> {
    a.checked_add(b).ok_or_else(integer_overflow)
}

/// Checked `a - b`.
pub(crate) fn subtract_integers(a: i64, b: i64) -> Result<i64> {
    a.checked_sub(b).ok_or_else(integer_overflow)
}

/// Checked `a * b`.
pub(crate) fn multiply_integers(a: i64, b: i64) -> Result<i64> {
    a.checked_mul(b).ok_or_else(integer_overflow)
}

/// Checked `a / b`, truncated toward zero.
pub(crate) fn divide_integers(a: i64, b: i64) -> Result<i64> {
    if b == 0 {
        return Err(division_by_zero());
    }
    a.checked_div(b).ok_or_else(integer_overflow)
}

/// Checked `a % b`, with the sign of `a`.
pub(crate) fn modulo_integers(a: i64, b: i64) -> Result<i64> {
    if b == 0 {
        return Err(division_by_zero());
    }
    // The smallest integer modulo -1 is 0, although the quotient overflows.
    Ok(a.checked_rem(b).unwrap_or(0))
}

/// Checked `-a`.
pub(crate) fn negate_integer(a: i64) -> Result<i64> {
    a.checked_neg().ok_or_else(integer_overflow)
}

/// `-a`; the negative of zero is zero.
pub(crate) fn negate_real(a: f64) -> f64 {
    0.0 - a
}

/// Checked `a / b`.
pub(crate) fn divide_reals(a: f64, b: f64) -> Result<f64> {
    if b == 0.0 {
        return Err(division_by_zero());
    }
    finite(a / b)
}

/// Checked `a % b`, with the sign of `a`.
pub(crate) fn modulo_reals(a: f64, b: f64) -> Result<f64> {
    if b == 0.0 {
        return Err(division_by_zero());
    }
    finite(a % b)
}

/// A result beyond 64 bits.
pub(crate) fn integer_overflow() -> Error {
    out_of_range(SqlType::Integer)
}

/// A divisor of zero.
pub(crate) fn division_by_zero() -> Error {
    Error::sql(SqlState::DIVISION_BY_ZERO, "division by zero")
}

/// The operator is not defined for these types.
pub(crate) fn no_operator_for(operator: &str, types: &[SqlType]) -> Error {
    let shown = match types {
        [operand] => format!("{operator} {operand}"),
        [left, right] => format!("{left} {operator} {right}"),
        _ => operator.to_owned(),
    };
    Error::sql(
        SqlState::DATATYPE_MISMATCH,
        format!("operator does not exist: {shown}"),
    )
}

/// An operator on each kind of number.
type Operations = (
    fn(i64, i64) -> Result<i64>,
    fn(f64, f64) -> Result<f64>,
    fn(&Decimal, &Decimal) -> Result<Decimal>,
);

fn numeric(
    operator: &str,
    a: ValueRef<'_>,
    b: ValueRef<'_>,
    (integers, reals, decimals): Operations,
) -> Result<Value> {
    use ValueRef::{Integer, Null, Numeric, Real};
    let exact = |a: &Decimal, b: &Decimal| decimals(a, b)?.finish().map(Value::Numeric);
    match (a, b) {
        (Null, _) | (_, Null) => Ok(Value::Null),
        (Integer(a), Integer(b)) => integers(a, b).map(Value::Integer),
        (Real(a), Real(b)) => reals(a, b).map(Value::Real),
        (Integer(a), Real(b)) => reals(a as f64, b).map(Value::Real),
        (Real(a), Integer(b)) => reals(a, b as f64).map(Value::Real),
        (Numeric(a), Numeric(b)) => exact(&a.decimal(), &b.decimal()),
        (Numeric(a), Integer(b)) => exact(&a.decimal(), &Decimal::from(b)),
        (Integer(a), Numeric(b)) => exact(&Decimal::from(a), &b.decimal()),
        (Numeric(a), Real(b)) => reals(a.decimal().to_real(), b).map(Value::Real),
        (Real(a), Numeric(b)) => reals(a, b.decimal().to_real()).map(Value::Real),
        _ => Err(no_operator_for(operator, &[a.sql_type(), b.sql_type()])),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn state(result: Result<Value>) -> SqlState {
        result.unwrap_err().sqlstate().unwrap()
    }

    #[test]
    fn the_edges_are_errors() {
        use ValueRef::{Integer, Real, Text};
        let overflow = SqlState::NUMERIC_OUT_OF_RANGE;
        assert_eq!(state(add(Integer(i64::MAX), Integer(1))), overflow);
        assert_eq!(state(divide(Integer(i64::MIN), Integer(-1))), overflow);
        assert_eq!(state(negate(Integer(i64::MIN))), overflow);
        assert_eq!(state(multiply(Real(1e300), Real(1e300))), overflow);
        let zero = SqlState::DIVISION_BY_ZERO;
        assert_eq!(state(divide(Integer(1), Integer(0))), zero);
        assert_eq!(state(modulo(Integer(1), Integer(0))), zero);
        assert_eq!(state(divide(Real(1.0), Integer(0))), zero);
        assert_eq!(
            state(add(Integer(1), Text("1"))),
            SqlState::DATATYPE_MISMATCH
        );
        assert_eq!(
            modulo(Integer(i64::MIN), Integer(-1)).unwrap(),
            Value::Integer(0)
        );
    }

    #[test]
    fn signs_and_promotion() {
        use ValueRef::{Integer, Real};
        assert_eq!(divide(Integer(-7), Integer(2)).unwrap(), Value::Integer(-3));
        assert_eq!(modulo(Integer(-7), Integer(2)).unwrap(), Value::Integer(-1));
        assert_eq!(divide(Integer(7), Real(2.0)).unwrap(), Value::Real(3.5));
        assert_eq!(add(ValueRef::Null, Integer(1)).unwrap(), Value::Null);
    }

    #[test]
    fn concatenation_makes_text() {
        let text = concat(ValueRef::Text("a"), ValueRef::Integer(1)).unwrap();
        assert_eq!(text, Value::Text("a1".to_owned()));
        let blob = concat(ValueRef::Blob(&[1]), ValueRef::Blob(&[2])).unwrap();
        assert_eq!(blob, Value::Blob(vec![1, 2]));
        assert!(concat(ValueRef::Integer(1), ValueRef::Integer(2)).is_err());
    }

    fn edgy() -> impl Strategy<Value = i64> {
        prop_oneof![
            any::<i64>(),
            -3_i64..3,
            Just(i64::MAX),
            Just(i64::MIN),
            (0_u32..62).prop_map(|s| 1_i64 << s),
        ]
    }

    proptest! {
        #[test]
        fn integers_agree_with_wide_arithmetic(a in edgy(), b in edgy()) {
            let (x, y) = (i128::from(a), i128::from(b));
            let cases: [(Result<i64>, Option<i128>); 5] = [
                (add_integers(a, b), Some(x + y)),
                (subtract_integers(a, b), Some(x - y)),
                (multiply_integers(a, b), Some(x * y)),
                (divide_integers(a, b), x.checked_div(y)),
                (modulo_integers(a, b), x.checked_rem(y)),
            ];
            for (got, wide) in cases {
                let expected = wide.and_then(|w| i64::try_from(w).ok());
                prop_assert_eq!(got.ok(), expected);
            }
        }
    }
}
