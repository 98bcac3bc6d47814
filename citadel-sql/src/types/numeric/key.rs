//! Numbers as keys whose byte order is their order, whatever their scales.
//!
//! ```text
//! sign      0 negative, 1 zero (and nothing else), 2 positive
//! exponent  4 bytes, big-endian: the power of 100 before the first digit, plus 2^31
//! digits    of base 100, each plus 1, without zeros at the end; then 0
//! ```
//!
//! All but the sign of a negative number is complemented.

use dashu_int::{IBig, UBig};

use super::decimal::pow10;
use super::{Decimal, Numeric, NumericRef};

const NEGATIVE: u8 = 0;
const ZERO: u8 = 1;
const POSITIVE: u8 = 2;

/// Appends the key of a number.
pub(crate) fn key_of(out: &mut Vec<u8>, number: NumericRef<'_>) {
    let decimal = number.decimal();
    if decimal.is_zero() {
        out.push(ZERO);
        return;
    }
    let is_negative = decimal.is_negative();
    out.push(if is_negative { NEGATIVE } else { POSITIVE });
    let from = out.len();
    let mut digits = decimal.magnitude().to_string();
    let point = digits.len() as i64 - i64::from(number.scale());
    // Pairs of digits are counted from the point.
    if point.rem_euclid(2) == 1 {
        digits.insert(0, '0');
    }
    let pairs_before = (point + 1).div_euclid(2);
    let exponent = u32::try_from(pairs_before + (1 << 31)).unwrap_or(u32::MAX);
    out.extend_from_slice(&exponent.to_be_bytes());
    let trimmed = digits.trim_end_matches('0').as_bytes();
    for pair in trimmed.chunks(2) {
        let digit = |at: usize| pair.get(at).map_or(0, |byte| byte - b'0');
        out.push(digit(0) * 10 + digit(1) + 1);
    }
    out.push(0);
    if is_negative {
        out[from..].iter_mut().for_each(|byte| *byte = !*byte);
    }
}

/// The number of a key, without zeros at its end, and how many bytes of the key it took.
pub(crate) fn numeric_of_key(key: &[u8]) -> Option<(Numeric, usize)> {
    let (sign, rest) = key.split_first()?;
    let is_negative = match *sign {
        ZERO => return Some((Numeric::from(0), 1)),
        NEGATIVE => true,
        POSITIVE => false,
        _ => return None,
    };
    let plain = |byte: u8| if is_negative { !byte } else { byte };
    let exponent = rest.first_chunk::<4>()?.map(plain);
    let pairs_before = i64::from(u32::from_be_bytes(exponent)) - (1 << 31);
    let mut digits = String::new();
    let mut len = 5;
    loop {
        match plain(*key.get(len)?) {
            0 => break,
            pair @ 1..=100 => digits.push_str(&format!("{:02}", pair - 1)),
            _ => return None,
        }
        len += 1;
    }
    let units = IBig::from(digits.parse::<UBig>().ok()?);
    let units = if is_negative { -units } else { units };
    let scale = digits.len() as i64 - pairs_before * 2;
    let decimal = match u16::try_from(scale) {
        Ok(scale) => Decimal::new(units, scale),
        Err(_) if (-200_000..0).contains(&scale) => {
            let zeros = usize::try_from(-scale).ok()?;
            Decimal::new(units * pow10(zeros), 0)
        }
        Err(_) => return None,
    };
    Some((decimal.trimmed().finish().ok()?, len + 1))
}
