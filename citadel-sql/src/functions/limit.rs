//! Casting to a type with a limit. No user can call these by name.

use super::scalar::{gives_first, gives_integer, gives_text};
use super::{Needs, ScalarFunction};
use crate::error::Result;
use crate::functions::ArgumentKind;
use crate::types::{Domain, Limit, ScalarType, SqlType, Value, ValueRef, map_elements};

static TO_INT16: ScalarFunction = ScalarFunction {
    name: "to smallint",
    arity: 1..=1,
    arguments: &[ArgumentKind::Integer],
    result_type: gives_integer,
    strict: true,
    needs: Needs::Nothing,
    eval: |a| checked(a, Limit::Int16),
};

static TO_INT32: ScalarFunction = ScalarFunction {
    name: "to int4",
    arity: 1..=1,
    arguments: &[ArgumentKind::Integer],
    result_type: gives_integer,
    strict: true,
    needs: Needs::Nothing,
    eval: |a| checked(a, Limit::Int32),
};

/// Of a text and how many characters are left of it.
static TO_VARCHAR: ScalarFunction = ScalarFunction {
    name: "to varchar",
    arity: 2..=2,
    arguments: &[ArgumentKind::Text, ArgumentKind::Integer],
    result_type: gives_text,
    strict: true,
    needs: Needs::Nothing,
    eval: |a| shortened(a, |limit, text| limit.cut(text)),
};

/// The same for storing: only spaces may be cut.
static FIT_VARCHAR: ScalarFunction = ScalarFunction {
    name: "fit varchar",
    arity: 2..=2,
    arguments: &[ArgumentKind::Text, ArgumentKind::Integer],
    result_type: gives_text,
    strict: true,
    needs: Needs::Nothing,
    eval: |a| shortened(a, |limit, text| limit.fitted(text)),
};

/// Of a time and how many digits its seconds have.
static ROUND_SECONDS: ScalarFunction = ScalarFunction {
    name: "round seconds",
    arity: 2..=2,
    arguments: &[ArgumentKind::Any, ArgumentKind::Integer],
    result_type: gives_first,
    strict: true,
    needs: Needs::Nothing,
    eval: |a| match a {
        [value, ValueRef::Integer(digits)] => Limit::Fraction {
            ty: value.sql_type(),
            digits: u8::try_from(*digits).unwrap_or(6),
        }
        .fit((*value).to_owned()),
        _ => Ok(Value::Null),
    },
};

/// Of a number, how many digits it may have, and how many of them behind the point.
static ROUND_NUMERIC: ScalarFunction = ScalarFunction {
    name: "round numeric",
    arity: 2..=2,
    arguments: &[ArgumentKind::Any, ArgumentKind::Integer],
    result_type: gives_first,
    strict: true,
    needs: Needs::Nothing,
    eval: |a| match a {
        [value, ValueRef::Integer(digits)] => digits_of(*digits).fit((*value).to_owned()),
        _ => Ok(Value::Null),
    },
};

/// Of a value and the number of a domain: the value, or an error.
static TO_DOMAIN: ScalarFunction = ScalarFunction {
    name: "to domain",
    arity: 2..=2,
    arguments: &[ArgumentKind::Any, ArgumentKind::Integer],
    result_type: gives_first,
    strict: false,
    needs: Needs::Nothing,
    eval: in_domain,
};

/// The same of an array of such values, which may be NULL itself.
static TO_DOMAINS: ScalarFunction = ScalarFunction {
    name: "to domain[]",
    arity: 2..=2,
    arguments: &[ArgumentKind::Any, ArgumentKind::Integer],
    result_type: gives_first,
    strict: true,
    needs: Needs::Nothing,
    eval: in_domain,
};

fn in_domain(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let [value, ValueRef::Integer(number)] = arguments else {
        return Ok(Value::Null);
    };
    if let Some(domain) = Domain::of_number(*number) {
        Limit::Domain(domain).check(*value)?;
    }
    Ok((*value).to_owned())
}

/// Both numbers in one.
fn packed(precision: u16, scale: i16) -> i64 {
    i64::from(precision) << 16 | i64::from(scale.cast_unsigned())
}

fn digits_of(packed: i64) -> Limit {
    Limit::Digits {
        precision: u16::try_from(packed >> 16).unwrap_or(0),
        scale: u16::try_from(packed & 0xFFFF).unwrap_or(0).cast_signed(),
    }
}

/// The function that makes a value fit a column, and what it takes beside the value, where that is possible.
pub(crate) fn fit_within(limit: Limit) -> Option<(&'static ScalarFunction, i64)> {
    match limit {
        Limit::Characters(most) => Some((&FIT_VARCHAR, i64::from(most))),
        Limit::Fraction { digits, .. } => Some((&ROUND_SECONDS, i64::from(digits))),
        Limit::Digits { precision, scale } => Some((&ROUND_NUMERIC, packed(precision, scale))),
        Limit::Int16 | Limit::Int32 => None,
        // Its conditions are looked at when it is stored.
        Limit::Domain(_) => fit_within(limit.without_domains()?),
    }
}

/// What is left of a text of so many characters.
fn shortened(
    arguments: &[ValueRef<'_>],
    shorten: impl for<'t> Fn(Limit, &'t str) -> &'t str,
) -> Result<Value> {
    let [value, ValueRef::Integer(most)] = arguments else {
        return Ok(Value::Null);
    };
    let limit = Limit::Characters(u32::try_from(*most).unwrap_or(u32::MAX));
    let shortened = |value: ValueRef<'_>| match value {
        ValueRef::Text(text) => Value::Text(shorten(limit, text).to_owned()),
        _ => Value::Null,
    };
    match value {
        ValueRef::Array(array) => {
            map_elements(*array, ScalarType::Text, |v| Ok(shortened(v))).map(Value::Array)
        }
        value => Ok(shortened(*value)),
    }
}

fn checked(arguments: &[ValueRef<'_>], limit: Limit) -> Result<Value> {
    let value = arguments.first().copied().unwrap_or(ValueRef::Null);
    limit.check(value)?;
    Ok(value.to_owned())
}

/// The function that casts a value of the right kind to a type with a limit, and what it takes beside the value: a text is
/// cut, as the standard says, and a number must fit.
pub(crate) fn cast_within(limit: Limit, ty: SqlType) -> (&'static ScalarFunction, Option<i64>) {
    match limit {
        Limit::Domain(domain) if ty.element().is_some() => (&TO_DOMAINS, Some(domain.number())),
        Limit::Domain(domain) => (&TO_DOMAIN, Some(domain.number())),
        Limit::Int16 => (&TO_INT16, None),
        Limit::Int32 => (&TO_INT32, None),
        Limit::Characters(most) => (&TO_VARCHAR, Some(i64::from(most))),
        Limit::Fraction { digits, .. } => (&ROUND_SECONDS, Some(i64::from(digits))),
        Limit::Digits { precision, scale } => (&ROUND_NUMERIC, Some(packed(precision, scale))),
    }
}
