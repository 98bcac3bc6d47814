//! Roots, powers and logarithms, to as many digits as PostgreSQL gives.

use dashu_float::DBig;
use dashu_int::IBig;

use super::decimal::{Decimal, pow10, too_large};
use super::scale::{SIGNIFICANT_MIN, chosen, leading, log10_of};
use super::{Rounding, round_to};
use crate::error::{Error, Result, SqlState};

/// Digits that are computed beyond those that are given.
const GUARD: usize = 12;

/// The greatest exponent of ten of a result.
const EXPONENT_MAX: f64 = 131_072.0;

fn outside_domain(function: &str) -> Error {
    Error::sql(
        SqlState::INVALID_PARAMETER_VALUE,
        format!("the argument of {function} is outside its domain"),
    )
}

/// To be computed with so many digits.
fn float(number: &Decimal, digits: usize) -> DBig {
    let exponent = -isize::from(i16::try_from(number.scale).unwrap_or(i16::MAX));
    let exact = DBig::from_parts(number.units.clone(), exponent);
    exact.with_precision(digits.max(GUARD)).value()
}

/// The nearest number of a scale.
fn decimal(float: DBig, scale: u16) -> Decimal {
    let (units, exponent) = float.into_repr().into_parts();
    let number = if exponent >= 0 {
        Decimal::new(units * pow10(exponent.unsigned_abs()), 0)
    } else {
        // More digits than any scale has are cut first.
        let excess = exponent
            .unsigned_abs()
            .saturating_sub(usize::from(super::decimal::SCALE_MAX));
        let units = if excess > 0 {
            units / pow10(excess)
        } else {
            units
        };
        let scale =
            u16::try_from(exponent.unsigned_abs() - excess).unwrap_or(super::decimal::SCALE_MAX);
        Decimal::new(units, scale)
    };
    round_to(&number, i64::from(scale), Rounding::Nearest)
}

/// Digits of a result that has so many before the point and behind it.
fn digits_for(log10: f64, scale: u16) -> usize {
    usize::from(scale) + GUARD + log10.max(0.0) as usize
}

pub(crate) fn sqrt(number: &Decimal) -> Result<Decimal> {
    if number.is_negative() {
        return Err(outside_domain("sqrt"));
    }
    let (weight, _) = leading(number);
    let half = (weight + 1) * 4 / 2 - 1;
    let scale = chosen(SIGNIFICANT_MIN - half, &[number.scale]);
    if number.is_zero() {
        return Ok(round_to(number, i64::from(scale), Rounding::Nearest));
    }
    let digits = digits_for(log10_of(number) / 2.0, scale);
    Ok(decimal(
        float(number, digits.max(number.digits())).sqrt(),
        scale,
    ))
}

pub(crate) fn exp(number: &Decimal) -> Result<Decimal> {
    let log10 = (number.to_real() * std::f64::consts::LOG10_E).clamp(-16_383.0, EXPONENT_MAX + 1.0);
    if log10 > EXPONENT_MAX {
        return Err(too_large());
    }
    let scale = chosen(SIGNIFICANT_MIN - log10 as i64, &[number.scale]);
    let digits = digits_for(log10, scale).max(number.digits() + GUARD);
    Ok(decimal(float(number, digits).exp(), scale))
}

/// The place of the first digit of the natural logarithm.
fn ln_weight(number: &Decimal) -> i64 {
    let near_one = number.minus(&Decimal::from(1_i64));
    if near_one.is_zero() {
        return 0;
    }
    let log10 = log10_of(number);
    // Near 1, the logarithm is about the difference.
    let size = if log10.abs() < 0.04 {
        log10_of(&near_one)
    } else {
        (log10 * std::f64::consts::LN_10).abs().log10()
    };
    size as i64
}

pub(crate) fn ln(number: &Decimal) -> Result<Decimal> {
    if number.is_negative() || number.is_zero() {
        return Err(outside_domain("ln"));
    }
    let scale = chosen(SIGNIFICANT_MIN - ln_weight(number), &[number.scale]);
    Ok(decimal(ln_float(number, usize::from(scale)), scale))
}

fn ln_float(number: &Decimal, scale: usize) -> DBig {
    let digits = scale + 2 * GUARD + number.digits();
    if number.minus(&Decimal::from(1_i64)).is_zero() {
        return DBig::from_parts(IBig::ZERO, 0);
    }
    float(number, digits).ln()
}

pub(crate) fn log10(number: &Decimal) -> Result<Decimal> {
    log(&Decimal::from(10_i64), number)
}

/// The logarithm of a number to a base.
pub(crate) fn log(base: &Decimal, number: &Decimal) -> Result<Decimal> {
    let is_one = base.minus(&Decimal::from(1_i64)).is_zero();
    if base.is_negative() || base.is_zero() || number.is_negative() || number.is_zero() {
        return Err(outside_domain("log"));
    }
    if is_one {
        return Err(crate::types::arithmetic::division_by_zero());
    }
    let weight = ln_weight(number) - ln_weight(base);
    let scale = chosen(SIGNIFICANT_MIN - weight, &[base.scale, number.scale]);
    let digits = usize::from(scale) + GUARD;
    let above = ln_float(number, digits);
    if above.repr().significand().is_zero() {
        return Ok(round_to(
            &Decimal::zero(),
            i64::from(scale),
            Rounding::Nearest,
        ));
    }
    Ok(decimal(above / ln_float(base, digits), scale))
}

pub(crate) fn power(base: &Decimal, exponent: &Decimal) -> Result<Decimal> {
    let whole = exponent.as_integer();
    if base.is_zero() {
        if exponent.is_negative() {
            return Err(outside_domain("power"));
        }
        let one = i64::from(exponent.is_zero());
        return Ok(round_to(
            &Decimal::from(one),
            SIGNIFICANT_MIN,
            Rounding::Nearest,
        ));
    }
    if base.is_negative() && whole.is_none() {
        return Err(outside_domain("power"));
    }
    let log10 = log10_of(base) * exponent.to_real();
    if log10 > EXPONENT_MAX {
        return Err(too_large());
    }
    let scale = chosen(
        SIGNIFICANT_MIN - log10.max(-16_383.0) as i64,
        &[base.scale, exponent.scale],
    );
    if log10 < -f64::from(scale) - 2.0 {
        return Ok(round_to(
            &Decimal::zero(),
            i64::from(scale),
            Rounding::Nearest,
        ));
    }
    let digits = digits_for(log10, scale) + 2 * GUARD + base.digits();
    let result = match whole {
        Some(whole) => float(base, digits).powi(IBig::from(whole)),
        None => float(base, digits).powf(&float(exponent, digits)),
    };
    Ok(decimal(result, scale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Numeric;

    fn of(text: &str) -> Decimal {
        text.parse::<Numeric>().unwrap().as_ref().decimal()
    }

    fn shown(number: Result<Decimal>) -> String {
        number.unwrap().finish().unwrap().to_string()
    }

    #[test]
    fn as_postgresql_gives_them() {
        assert_eq!(shown(sqrt(&of("2"))), "1.414213562373095");
        assert_eq!(shown(exp(&of("1"))), "2.7182818284590452");
        assert_eq!(shown(ln(&of("2"))), "0.6931471805599453");
        assert_eq!(shown(log10(&of("100"))), "2.0000000000000000");
        assert_eq!(shown(power(&of("2"), &of("10"))), "1024.0000000000000");
        assert_eq!(shown(power(&of("2"), &of("0.5"))), "1.4142135623730950");
        assert_eq!(shown(power(&of("2"), &of("-2"))), "0.2500000000000000");
        assert_eq!(shown(ln(&of("1"))), "0.0000000000000000");
        assert!(sqrt(&of("-1")).is_err());
        assert!(ln(&of("0")).is_err());
        assert!(power(&of("-8"), &of("0.5")).is_err());
        assert!(power(&of("10"), &of("200000")).is_err());
    }
}
