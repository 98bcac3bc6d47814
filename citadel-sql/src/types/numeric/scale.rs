//! How many digits results have: PostgreSQL's rules, which count in digits of base 10,000.

use dashu_int::IBig;

use super::Decimal;
use super::decimal::pow10;

/// Digits that count, at least.
pub(super) const SIGNIFICANT_MIN: i64 = 16;

/// The most digits behind the point that a function chooses.
const CHOSEN_MAX: i64 = 1_000;

/// Decimal digits of one of base 10,000.
const DIGITS: i64 = 4;

/// The place of the first digit of base 10,000 (0: before the point), and the digit.
pub(super) fn leading(number: &Decimal) -> (i64, i64) {
    if number.is_zero() {
        return (0, 0);
    }
    let digits = i64::try_from(number.digits()).unwrap_or(i64::MAX);
    let scale = i64::from(number.scale);
    let weight = (digits - scale - 1).div_euclid(DIGITS);
    // The units are divided by this power of ten, or multiplied by the opposite one.
    let shift = scale + weight * DIGITS;
    let magnitude = IBig::from(number.magnitude());
    let power = pow10(usize::try_from(shift.abs()).unwrap_or(0));
    let digit = if shift >= 0 {
        magnitude / power
    } else {
        magnitude * power
    };
    (weight, i64::try_from(digit).unwrap_or(0))
}

/// The scale of a quotient.
pub(super) fn of_quotient(a: &Decimal, b: &Decimal) -> u16 {
    let ((weight_a, first_a), (weight_b, first_b)) = (leading(a), leading(b));
    let mut weight = weight_a - weight_b;
    if first_a <= first_b {
        weight -= 1;
    }
    chosen(SIGNIFICANT_MIN - weight * DIGITS, &[a.scale, b.scale])
}

/// A scale by the digits that are wanted, and not below that of the operands.
pub(super) fn chosen(wanted: i64, operands: &[u16]) -> u16 {
    let least = operands
        .iter()
        .map(|scale| i64::from(*scale))
        .max()
        .unwrap_or(0);
    u16::try_from(wanted.max(least).clamp(0, CHOSEN_MAX)).unwrap_or(0)
}

/// The logarithm to base 10, roughly.
pub(super) fn log10_of(number: &Decimal) -> f64 {
    let digits = number.digits();
    let exponent = digits as f64 - f64::from(number.scale);
    let text = number.magnitude().to_string();
    let head: f64 = format!("0.{}", &text[..text.len().min(17)])
        .parse()
        .unwrap_or(0.1);
    head.log10() + exponent
}
