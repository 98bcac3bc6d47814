//! Functions of numbers. A result that is not finite is an error, as is an argument outside a function's domain.

use super::scalar::{ArgumentKind, gives_integer, gives_number, gives_real, wrong_arguments};
use super::{Needs, ScalarFunction};
use crate::error::{Error, Result, SqlState};
use crate::types::arithmetic::{self, integer_overflow};
use crate::types::number_text::finite;
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

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    same("abs", |a| match a {
        [ValueRef::Integer(v)] => v
            .checked_abs()
            .map(Value::Integer)
            .ok_or_else(integer_overflow),
        [ValueRef::Real(v)] => Ok(Value::Real(v.abs())),
        _ => Err(wrong_arguments("abs", a)),
    }),
    same("sign", |a| match a {
        [ValueRef::Integer(v)] => Ok(Value::Integer(v.signum())),
        [ValueRef::Real(v)] if *v == 0.0 => Ok(Value::Real(0.0)),
        [ValueRef::Real(v)] => Ok(Value::Real(v.signum())),
        _ => Err(wrong_arguments("sign", a)),
    }),
    same("floor", |a| whole("floor", a, f64::floor)),
    same("ceil", |a| whole("ceil", a, f64::ceil)),
    same("ceiling", |a| whole("ceiling", a, f64::ceil)),
    same("trunc", |a| whole("trunc", a, f64::trunc)),
    ScalarFunction {
        name: "round",
        arity: 1..=2,
        arguments: &[ArgumentKind::Number, ArgumentKind::Integer],
        result_type: |types| match types {
            [SqlType::Integer] => Ok(SqlType::Integer),
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
        arguments: &[ArgumentKind::Integer],
        result_type: gives_integer,
        strict: true,
        needs: Needs::Nothing,
        eval: |a| match a {
            [a, b] => arithmetic::divide(*a, *b),
            _ => Err(wrong_arguments("div", a)),
        },
    },
    real("sqrt", |a| domain("sqrt", a, |x| x >= 0.0, f64::sqrt)),
    real("exp", |a| anywhere("exp", a, f64::exp)),
    real("ln", |a| domain("ln", a, |x| x > 0.0, f64::ln)),
    real("log10", |a| domain("log10", a, |x| x > 0.0, f64::log10)),
    real("log2", |a| domain("log2", a, |x| x > 0.0, f64::log2)),
    real("sin", |a| anywhere("sin", a, f64::sin)),
    real("cos", |a| anywhere("cos", a, f64::cos)),
    real("tan", |a| anywhere("tan", a, f64::tan)),
    real("asin", |a| domain("asin", a, |x| x.abs() <= 1.0, f64::asin)),
    real("acos", |a| domain("acos", a, |x| x.abs() <= 1.0, f64::acos)),
    real("atan", |a| anywhere("atan", a, f64::atan)),
    real("degrees", |a| anywhere("degrees", a, f64::to_degrees)),
    real("radians", |a| anywhere("radians", a, f64::to_radians)),
    real2("atan2", |a| {
        let (y, x) = two("atan2", a)?;
        finite(y.atan2(x)).map(Value::Real)
    }),
    real2("power", power),
    real2("pow", power),
    ScalarFunction {
        name: "log",
        arity: 1..=2,
        arguments: &[ArgumentKind::Number],
        result_type: gives_real,
        strict: true,
        needs: Needs::Nothing,
        eval: log,
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

fn real_of(function: &str, value: ValueRef<'_>) -> Result<f64> {
    match value {
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
fn whole(function: &str, arguments: &[ValueRef<'_>], f: fn(f64) -> f64) -> Result<Value> {
    match arguments {
        [ValueRef::Integer(v)] => Ok(Value::Integer(*v)),
        [ValueRef::Real(v)] => Ok(Value::Real(f(*v))),
        _ => Err(wrong_arguments(function, arguments)),
    }
}

/// Halves go away from zero. With digits, the decimal that is nearest to the REAL's exact value.
fn round(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let (value, digits) = match arguments {
        [value] => return whole("round", &[*value], f64::round),
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
    let (base, exponent) = two("power", arguments)?;
    if base == 0.0 && exponent < 0.0 || base < 0.0 && exponent.fract() != 0.0 {
        return Err(outside_domain("power"));
    }
    finite(base.powf(exponent)).map(Value::Real)
}

/// `log(x)` is to base 10, `log(b, x)` to base b.
fn log(arguments: &[ValueRef<'_>]) -> Result<Value> {
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
