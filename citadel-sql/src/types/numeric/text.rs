//! Numbers as text, both ways.

use dashu_int::IBig;

use super::Decimal;
use super::decimal::{SCALE_MAX, pow10, too_large};
use crate::error::{Error, Result, SqlState};
use crate::types::SqlType;
use crate::types::number_text::invalid_input;

/// The most digits that a text may have, with those that its exponent asks for.
const DIGITS_MAX: usize = 150_000;

/// Reads `-1.50`, `.5`, `1e-3`; white space around it is ignored.
pub(super) fn read(text: &str) -> Result<Decimal> {
    let invalid = || invalid_input(SqlType::Numeric, text);
    let trimmed = text.trim_ascii();
    let (is_negative, number) = match trimmed.as_bytes().first() {
        Some(b'-') => (true, &trimmed[1..]),
        Some(b'+') => (false, &trimmed[1..]),
        _ => (false, trimmed),
    };
    if ["nan", "inf", "infinity"]
        .iter()
        .any(|word| number.eq_ignore_ascii_case(word))
    {
        return Err(Error::sql(
            SqlState::NUMERIC_OUT_OF_RANGE,
            format!("NUMERIC is never {number}"),
        ));
    }
    let (number, exponent) = match number.find(['e', 'E']) {
        Some(at) => {
            let exponent: i64 = number[at + 1..].parse().map_err(|_| invalid())?;
            (&number[..at], exponent)
        }
        None => (number, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_number = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || whole.is_empty() && fraction.is_empty() {
        return Err(invalid());
    }
    let digits = [whole, fraction].concat();
    let units = match digits.parse::<i128>() {
        Ok(units) => IBig::from(units),
        Err(_) if digits.len() > DIGITS_MAX => return Err(too_large()),
        Err(_) => digits.parse().map_err(|_| invalid())?,
    };
    let units = if is_negative { -units } else { units };
    let scale = i64::try_from(fraction.len())
        .unwrap_or(i64::MAX)
        .saturating_sub(exponent);
    if scale >= 0 {
        let scale = u16::try_from(scale)
            .ok()
            .filter(|scale| *scale <= SCALE_MAX);
        return Ok(Decimal::new(units, scale.ok_or_else(too_large)?));
    }
    match usize::try_from(-scale) {
        Ok(zeros) if zeros <= DIGITS_MAX => Ok(Decimal::new(units * pow10(zeros), 0)),
        _ => Err(too_large()),
    }
}

/// The digits, with as many behind the point as the scale says.
pub(super) fn print(number: &Decimal) -> String {
    let digits = number.magnitude().to_string();
    let scale = usize::from(number.scale);
    let sign = if number.is_negative() { "-" } else { "" };
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    if digits.len() > scale {
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        return format!("{sign}{whole}.{fraction}");
    }
    format!("{sign}0.{digits:0>scale$}")
}
