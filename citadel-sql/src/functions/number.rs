//! Functions of numbers. A result that is not finite is an error, as is an argument outside a function's domain.

use super::scalar::{ArgumentKind, gives_integer, gives_number, gives_real, wrong_arguments};
use super::{Needs, ScalarFunction};
use crate::error::{Error, Result, SqlState};
use crate::types::arithmetic::{self, integer_overflow};
use crate::types::number_text::finite;
use crate::types::numeric::{Decimal, Rounding, round_to};
use crate::types::{SqlType, Value, ValueRef};

/// Digits after the point beyond which a REAL has none.
const DIGITS_MAX: i64 = 400;

/// A function from REAL to REAL.
const fn real(name: &'static str, eval: fn(&[ValueRef<'_>]) -> Result<Value>) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: 1..=1,
        arguments: &[ArgumentKind::Number],
        result_type: gives_real,
        strict: true,
        needs: Needs::Nothing,
        eval,
    }
}

/// A function that gives the type of its one argument.
const fn same(name: &'static str, eval: fn(&[ValueRef<'_>]) -> Result<Value>) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: 1..=1,
        arguments: &[ArgumentKind::Number],
        result_type: gives_number,
        strict: true,
        needs: Needs::Nothing,
        eval,
    }
}

/// A function of two REALs.
const fn real2(name: &'static str, eval: fn(&[ValueRef<'_>]) -> Result<Value>) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: 2..=2,
        arguments: &[ArgumentKind::Number],
        result_type: gives_real,
        strict: true,
        needs: Needs::Nothing,
        eval,
    }
}

/// A function of two INTEGERs.
const fn whole2(name: &'static str, eval: fn(&[ValueRef<'_>]) -> Result<Value>) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: 2..=2,
        arguments: &[ArgumentKind::Integer],
        result_type: gives_integer,
        strict: true,
        needs: Needs::Nothing,
        eval,
    }
}

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    same("abs", |a| match a {
        [ValueRef::Integer(v)] => v
            .checked_abs()
            .map(Value::Integer)
            .ok_or_else(integer_overflow),
        [ValueRef::Real(v)] => Ok(Value::Real(v.abs())),
        [ValueRef::Numeric(v)] => v.decimal().abs().finish().map(Value::Numeric),
        _ => Err(wrong_arguments("abs", a)),
    }),
    same("sign", |a| match a {
        [ValueRef::Integer(v)] => Ok(Value::Integer(v.signum())),
        [ValueRef::Real(v)] if *v == 0.0 => Ok(Value::Real(0.0)),
        [ValueRef::Real(v)] => Ok(Value::Real(v.signum())),
        [ValueRef::Numeric(v)] => Ok(Value::Numeric(match v.decimal() {
            zero if zero.is_zero() => 0.into(),
            number if number.is_negative() => (-1).into(),
            _ => 1.into(),
        })),
        _ => Err(wrong_arguments("sign", a)),
    }),
    same("floor", |a| whole("floor", a, (f64::floor, Rounding::Down))),
    same("ceil", |a| whole("ceil", a, (f64::ceil, Rounding::Up))),
    same("ceiling", |a| {
        whole("ceiling", a, (f64::ceil, Rounding::Up))
    }),
    ScalarFunction {
        name: "trunc",
        arity: 1..=2,
        arguments: &[ArgumentKind::Number, ArgumentKind::Integer],
        result_type: |types| Ok(types.first().copied().unwrap_or(SqlType::Real)),
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match a {
            [value] => whole("trunc", &[*value], (f64::trunc, Rounding::TowardZero)),
            [value, ValueRef::Integer(digits)] => match value {
                ValueRef::Numeric(v) => {
                    numeric(round_to(&v.decimal(), *digits, Rounding::TowardZero))
                }
                value => {
                    let exact = exact_of("trunc", *value)?;
                    let cut = round_to(&exact, *digits, Rounding::TowardZero);
                    like(*value, cut)
                }
            },
            _ => Err(wrong_arguments("trunc", a)),
        },
    },
    ScalarFunction {
        name: "round",
        arity: 1..=2,
        arguments: &[ArgumentKind::Number, ArgumentKind::Integer],
        result_type: |types| match types {
            [SqlType::Integer] => Ok(SqlType::Integer),
            [SqlType::Numeric, ..] => Ok(SqlType::Numeric),
            _ => Ok(SqlType::Real),
        },
        strict: true,
        needs: Needs::Nothing,
        eval: round,
    },
    ScalarFunction {
        name: "mod",
        arity: 2..=2,
        arguments: &[ArgumentKind::Number],
        result_type: gives_number,
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match a {
            [a, b] => arithmetic::modulo(*a, *b),
            _ => Err(wrong_arguments("mod", a)),
        },
    },
    ScalarFunction {
        name: "div",
        arity: 2..=2,
        arguments: &[ArgumentKind::Number],
        result_type: gives_number,
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match a {
            [ValueRef::Integer(_), ValueRef::Integer(_)] => arithmetic::divide(a[0], a[1]),
            [a @ ValueRef::Real(_), b] | [a, b @ ValueRef::Real(_)] => {
                let (a, b) = two("div", &[*a, *b])?;
                arithmetic::divide_reals(a, b).map(|quotient| Value::Real(quotient.trunc()))
            }
            [a, b] => {
                let (a, b) = (exact_of("div", *a)?, exact_of("div", *b)?);
                numeric(a.whole_quotient(&b)?)
            }
            _ => Err(wrong_arguments("div", a)),
        },
    },
    exact("sqrt", 1..=1, |a| match exactly(a) {
        Some([x]) => numeric(crate::types::numeric::sqrt(&x)?),
        _ => domain("sqrt", a, |x| x >= 0.0, f64::sqrt),
    }),
    exact("exp", 1..=1, |a| match exactly(a) {
        Some([x]) => numeric(crate::types::numeric::exp(&x)?),
        _ => anywhere("exp", a, f64::exp),
    }),
    exact("ln", 1..=1, |a| match exactly(a) {
        Some([x]) => numeric(crate::types::numeric::ln(&x)?),
        _ => domain("ln", a, |x| x > 0.0, f64::ln),
    }),
    exact("log10", 1..=1, |a| match exactly(a) {
        Some([x]) => numeric(crate::types::numeric::log10(&x)?),
        _ => domain("log10", a, |x| x > 0.0, f64::log10),
    }),
    real("log2", |a| domain("log2", a, |x| x > 0.0, f64::log2)),
    real("sin", |a| anywhere("sin", a, f64::sin)),
    real("cos", |a| anywhere("cos", a, f64::cos)),
    real("tan", |a| anywhere("tan", a, f64::tan)),
    real("asin", |a| domain("asin", a, |x| x.abs() <= 1.0, f64::asin)),
    real("acos", |a| domain("acos", a, |x| x.abs() <= 1.0, f64::acos)),
    real("atan", |a| anywhere("atan", a, f64::atan)),
    real("degrees", |a| anywhere("degrees", a, f64::to_degrees)),
    real("radians", |a| anywhere("radians", a, f64::to_radians)),
    real("cbrt", |a| anywhere("cbrt", a, f64::cbrt)),
    real("cot", |a| anywhere("cot", a, |x| 1.0 / x.tan())),
    real("sinh", |a| anywhere("sinh", a, f64::sinh)),
    real("cosh", |a| anywhere("cosh", a, f64::cosh)),
    real("tanh", |a| anywhere("tanh", a, f64::tanh)),
    real("asinh", |a| anywhere("asinh", a, f64::asinh)),
    real("acosh", |a| domain("acosh", a, |x| x >= 1.0, f64::acosh)),
    real("atanh", |a| {
        domain("atanh", a, |x| x.abs() < 1.0, f64::atanh)
    }),
    whole2("gcd", |a| match a {
        [ValueRef::Integer(a), ValueRef::Integer(b)] => {
            let gcd = i64::try_from(gcd(a.unsigned_abs(), b.unsigned_abs()));
            gcd.map(Value::Integer).map_err(|_| integer_overflow())
        }
        _ => Err(wrong_arguments("gcd", a)),
    }),
    whole2("lcm", |a| match a {
        [ValueRef::Integer(0), ValueRef::Integer(_)]
        | [ValueRef::Integer(_), ValueRef::Integer(0)] => Ok(Value::Integer(0)),
        [ValueRef::Integer(a), ValueRef::Integer(b)] => {
            let (a, b) = (a.unsigned_abs(), b.unsigned_abs());
            let lcm = (a / gcd(a, b)).checked_mul(b);
            let lcm = lcm.and_then(|lcm| i64::try_from(lcm).ok());
            lcm.map(Value::Integer).ok_or_else(integer_overflow)
        }
        _ => Err(wrong_arguments("lcm", a)),
    }),
    real2("atan2", |a| {
        let (y, x) = two("atan2", a)?;
        finite(y.atan2(x)).map(Value::Real)
    }),
    exact("power", 2..=2, power),
    exact("pow", 2..=2, power),
    exact("log", 1..=2, log),
    digits("scale", |a| digits_of(a, |number| number.scale())),
    digits("min_scale", |a| {
        digits_of(a, |number| number.trimmed().scale())
    }),
    ScalarFunction {
        name: "trim_scale",
        arity: 1..=1,
        arguments: &[ArgumentKind::Number],
        result_type: |_| Ok(SqlType::Numeric),
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match a {
            [value] => numeric(exact_of("trim_scale", *value)?.trimmed()),
            _ => Err(wrong_arguments("trim_scale", a)),
        },
    },
    ScalarFunction {
        name: "pi",
        arity: 0..=0,
        arguments: &[],
        result_type: gives_real,
        strict: true,
        needs: Needs::Nothing,
        eval: |_| Ok(Value::Real(std::f64::consts::PI)),
    },
];

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// A function that is exact for a NUMERIC, and REAL otherwise.
const fn exact(
    name: &'static str,
    arity: std::ops::RangeInclusive<usize>,
    eval: fn(&[ValueRef<'_>]) -> Result<Value>,
) -> ScalarFunction {
    ScalarFunction {
        name,
        arity,
        arguments: &[ArgumentKind::Number],
        result_type: |types| {
            let is_exact = types.contains(&SqlType::Numeric) && !types.contains(&SqlType::Real);
            Ok(if is_exact {
                SqlType::Numeric
            } else {
                SqlType::Real
            })
        },
        strict: true,
        needs: Needs::Nothing,
        eval,
    }
}

/// A function of the digits of a NUMERIC.
const fn digits(name: &'static str, eval: fn(&[ValueRef<'_>]) -> Result<Value>) -> ScalarFunction {
    ScalarFunction {
        name,
        arity: 1..=1,
        arguments: &[ArgumentKind::Number],
        result_type: gives_integer,
        strict: true,
        needs: Needs::Nothing,
        eval,
    }
}

fn digits_of(arguments: &[ValueRef<'_>], of: fn(Decimal) -> u16) -> Result<Value> {
    match arguments {
        [value] => Ok(Value::Integer(i64::from(of(exact_of("scale", *value)?)))),
        _ => Err(wrong_arguments("scale", arguments)),
    }
}

/// The arguments as exact numbers, where one is a NUMERIC and none a REAL.
fn exactly<const N: usize>(arguments: &[ValueRef<'_>]) -> Option<[Decimal; N]> {
    let is_one = arguments.iter().any(|a| matches!(a, ValueRef::Numeric(_)));
    let exact = arguments.iter().map(|argument| match argument {
        ValueRef::Numeric(v) => Some(v.decimal()),
        ValueRef::Integer(v) => Some(Decimal::from(*v)),
        _ => None,
    });
    let exact: Vec<Decimal> = exact.collect::<Option<_>>().filter(|_| is_one)?;
    exact.try_into().ok()
}

/// A number as an exact one.
fn exact_of(function: &str, value: ValueRef<'_>) -> Result<Decimal> {
    match value {
        ValueRef::Numeric(v) => Ok(v.decimal()),
        ValueRef::Integer(v) => Ok(Decimal::from(v)),
        ValueRef::Real(v) if v.is_finite() => Decimal::of_real(v),
        other => Err(wrong_arguments(function, &[other])),
    }
}

fn numeric(number: Decimal) -> Result<Value> {
    number.finish().map(Value::Numeric)
}

/// An exact number as one of the type of another.
fn like(value: ValueRef<'_>, number: Decimal) -> Result<Value> {
    match value {
        ValueRef::Integer(_) => number
            .as_integer()
            .map(Value::Integer)
            .ok_or_else(integer_overflow),
        ValueRef::Real(_) => finite(number.to_real()).map(Value::Real),
        _ => numeric(number),
    }
}

fn real_of(function: &str, value: ValueRef<'_>) -> Result<f64> {
    match value {
        ValueRef::Numeric(v) => finite(v.decimal().to_real()),
        ValueRef::Integer(v) => Ok(v as f64),
        ValueRef::Real(v) => Ok(v),
        other => Err(wrong_arguments(function, &[other])),
    }
}

fn one(function: &str, arguments: &[ValueRef<'_>]) -> Result<f64> {
    match arguments {
        [value] => real_of(function, *value),
        _ => Err(wrong_arguments(function, arguments)),
    }
}

fn two(function: &str, arguments: &[ValueRef<'_>]) -> Result<(f64, f64)> {
    match arguments {
        [a, b] => Ok((real_of(function, *a)?, real_of(function, *b)?)),
        _ => Err(wrong_arguments(function, arguments)),
    }
}

fn anywhere(function: &str, arguments: &[ValueRef<'_>], f: fn(f64) -> f64) -> Result<Value> {
    finite(f(one(function, arguments)?)).map(Value::Real)
}

fn domain(
    function: &str,
    arguments: &[ValueRef<'_>],
    is_defined: fn(f64) -> bool,
    f: fn(f64) -> f64,
) -> Result<Value> {
    let x = one(function, arguments)?;
    if !is_defined(x) {
        return Err(outside_domain(function));
    }
    finite(f(x)).map(Value::Real)
}

fn outside_domain(function: &str) -> Error {
    Error::sql(
        SqlState::INVALID_PARAMETER_VALUE,
        format!("the argument of {function} is outside its domain"),
    )
}

/// A function that leaves whole numbers as they are.
fn whole(
    function: &str,
    arguments: &[ValueRef<'_>],
    (f, rounding): (fn(f64) -> f64, Rounding),
) -> Result<Value> {
    match arguments {
        [ValueRef::Numeric(v)] => numeric(round_to(&v.decimal(), 0, rounding)),
        [ValueRef::Integer(v)] => Ok(Value::Integer(*v)),
        [ValueRef::Real(v)] => Ok(Value::Real(f(*v))),
        _ => Err(wrong_arguments(function, arguments)),
    }
}

/// Halves go away from zero. With digits, the decimal that is nearest to the REAL's exact value.
fn round(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let (value, digits) = match arguments {
        [value] => return whole("round", &[*value], (f64::round, Rounding::Nearest)),
        [ValueRef::Numeric(v), ValueRef::Integer(digits)] => {
            return numeric(round_to(&v.decimal(), *digits, Rounding::Nearest));
        }
        [value, ValueRef::Integer(digits)] => (real_of("round", *value)?, *digits),
        _ => return Err(wrong_arguments("round", arguments)),
    };
    if digits == 0 {
        return Ok(Value::Real(value.round()));
    }
    if digits < 0 {
        let Some(scale) = i32::try_from(-digits.max(-DIGITS_MAX))
            .ok()
            .map(|exponent| 10_f64.powi(exponent))
            .filter(|scale| scale.is_finite())
        else {
            return Ok(Value::Real(0.0));
        };
        return finite((value / scale).round() * scale).map(Value::Real);
    }
    let digits = usize::try_from(digits.min(DIGITS_MAX)).unwrap_or_default();
    let text = format!("{value:.digits$}");
    text.parse()
        .map(Value::Real)
        .map_err(|_| outside_domain("round"))
}

fn power(arguments: &[ValueRef<'_>]) -> Result<Value> {
    if let Some([base, exponent]) = exactly(arguments) {
        return numeric(crate::types::numeric::power(&base, &exponent)?);
    }
    let (base, exponent) = two("power", arguments)?;
    if base == 0.0 && exponent < 0.0 || base < 0.0 && exponent.fract() != 0.0 {
        return Err(outside_domain("power"));
    }
    finite(base.powf(exponent)).map(Value::Real)
}

/// `log(x)` is to base 10, `log(b, x)` to base b.
fn log(arguments: &[ValueRef<'_>]) -> Result<Value> {
    if let Some([x]) = exactly(arguments) {
        return numeric(crate::types::numeric::log10(&x)?);
    }
    if let Some([base, x]) = exactly(arguments) {
        return numeric(crate::types::numeric::log(&base, &x)?);
    }
    if arguments.len() < 2 {
        return domain("log", arguments, |x| x > 0.0, f64::log10);
    }
    let (base, x) = two("log", arguments)?;
    if base <= 0.0 || base == 1.0 || x <= 0.0 {
        return Err(outside_domain("log"));
    }
    finite(x.ln() / base.ln()).map(Value::Real)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::scalar;

    fn call(name: &str, arguments: &[ValueRef<'_>]) -> Result<Value> {
        (scalar(name).unwrap().eval)(arguments)
    }

    #[test]
    fn values() {
        use ValueRef::{Integer, Real};
        for (name, arguments, expected) in [
            ("abs", vec![Integer(-3)], Value::Integer(3)),
            ("sign", vec![Real(-0.0)], Value::Real(0.0)),
            ("floor", vec![Real(-1.5)], Value::Real(-2.0)),
            ("ceil", vec![Integer(7)], Value::Integer(7)),
            ("round", vec![Real(2.5)], Value::Real(3.0)),
            ("round", vec![Real(1.2345), Integer(2)], Value::Real(1.23)),
            (
                "round",
                vec![Integer(1250), Integer(-2)],
                Value::Real(1300.0),
            ),
            (
                "round",
                vec![Real(5.0), Integer(i64::MIN)],
                Value::Real(0.0),
            ),
            (
                "round",
                vec![Real(0.1), Integer(i64::MAX)],
                Value::Real(0.1),
            ),
            ("mod", vec![Integer(-7), Integer(3)], Value::Integer(-1)),
            ("power", vec![Integer(2), Integer(10)], Value::Real(1024.0)),
            ("log", vec![Integer(100)], Value::Real(2.0)),
            ("sqrt", vec![Integer(9)], Value::Real(3.0)),
        ] {
            assert_eq!(call(name, &arguments).unwrap(), expected, "{name}");
        }
    }

    #[test]
    fn outside_the_domain_is_an_error() {
        use ValueRef::{Integer, Real};
        assert!(call("sqrt", &[Real(-1.0)]).is_err());
        assert!(call("ln", &[Integer(0)]).is_err());
        assert!(call("power", &[Integer(0), Integer(-1)]).is_err());
        assert!(call("exp", &[Integer(1000)]).is_err());
        assert!(call("abs", &[Integer(i64::MIN)]).is_err());
        assert!(call("mod", &[Integer(1), Integer(0)]).is_err());
    }
}
