//! `+`, `-`, `*`, `/`, `%`, and rounding.

use dashu_int::IBig;
use dashu_int::ops::{Abs, DivRem, UnsignedAbs};

use super::decimal::{SCALE_MAX, pow10};
use super::{Decimal, scale};
use crate::error::Result;
use crate::types::arithmetic::division_by_zero;

/// What becomes of digits that are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// To the nearest, halves away from zero.
    Nearest,
    TowardZero,
    Down,
    Up,
}

impl Decimal {
    pub(crate) fn plus(&self, other: &Self) -> Self {
        let (a, b, scale) = self.aligned(other);
        Self::new(a + b, scale)
    }

    pub(crate) fn minus(&self, other: &Self) -> Self {
        let (a, b, scale) = self.aligned(other);
        Self::new(a - b, scale)
    }

    pub(crate) fn negated(self) -> Self {
        Self::new(-self.units, self.scale)
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        let product = Self {
            units: &self.units * &other.units,
            scale: 0,
        };
        let scale = u32::from(self.scale) + u32::from(other.scale);
        match u16::try_from(scale)
            .ok()
            .filter(|scale| *scale <= SCALE_MAX)
        {
            Some(scale) => Self { scale, ..product },
            None => {
                let units = cut(
                    product.units,
                    scale - u32::from(SCALE_MAX),
                    Rounding::Nearest,
                );
                Self::new(units, SCALE_MAX)
            }
        }
    }

    /// With as many digits as PostgreSQL gives.
    pub(crate) fn divided_by(&self, divisor: &Self) -> Result<Self> {
        if divisor.is_zero() {
            return Err(division_by_zero());
        }
        Ok(self.quotient(
            divisor,
            scale::of_quotient(self, divisor),
            Rounding::Nearest,
        ))
    }

    /// The quotient with a scale; the divisor is not zero.
    pub(super) fn quotient(&self, divisor: &Self, scale: u16, rounding: Rounding) -> Self {
        let shift = i64::from(scale) + i64::from(divisor.scale) - i64::from(self.scale);
        let power = pow10(usize::try_from(shift.abs()).unwrap_or(0));
        let (above, below) = if shift >= 0 {
            (&self.units * power, divisor.units.clone())
        } else {
            (self.units.clone(), &divisor.units * power)
        };
        Self::new(ratio(above, &below, rounding), scale)
    }

    /// The rest, with the sign of the dividend.
    pub(crate) fn modulo(&self, divisor: &Self) -> Result<Self> {
        if divisor.is_zero() {
            return Err(division_by_zero());
        }
        let (a, b, scale) = self.aligned(divisor);
        Ok(Self::new(a % b, scale))
    }

    /// The quotient without its fraction.
    pub(crate) fn whole_quotient(&self, divisor: &Self) -> Result<Self> {
        if divisor.is_zero() {
            return Err(division_by_zero());
        }
        Ok(self.quotient(divisor, 0, Rounding::TowardZero))
    }
}

/// A number with so many digits behind its point; a negative number of them makes zeros before it.
pub(crate) fn round_to(number: &Decimal, digits: i64, rounding: Rounding) -> Decimal {
    let digits = digits.clamp(-200_000, i64::from(SCALE_MAX));
    let more = digits - i64::from(number.scale);
    if more >= 0 {
        let scale = u16::try_from(digits).unwrap_or(SCALE_MAX);
        let power = pow10(usize::try_from(more).unwrap_or(0));
        return Decimal::new(&number.units * power, scale);
    }
    let units = cut(
        number.units.clone(),
        u32::try_from(-more).unwrap_or(u32::MAX),
        rounding,
    );
    match u16::try_from(digits) {
        Ok(scale) => Decimal::new(units, scale),
        Err(_) if units.is_zero() => Decimal::zero(),
        Err(_) => {
            let zeros = usize::try_from(-digits).unwrap_or(0);
            Decimal::new(units * pow10(zeros), 0)
        }
    }
}

/// Units without their last digits.
fn cut(units: IBig, digits: u32, rounding: Rounding) -> IBig {
    ratio(units, &pow10(digits as usize), rounding)
}

/// A quotient of whole numbers.
fn ratio(above: IBig, below: &IBig, rounding: Rounding) -> IBig {
    let is_negative = (above < IBig::ZERO) != (*below < IBig::ZERO);
    let (quotient, rest) = above.div_rem(below);
    if rest.is_zero() {
        return quotient;
    }
    let away = match rounding {
        Rounding::TowardZero => false,
        Rounding::Down => is_negative,
        Rounding::Up => !is_negative,
        Rounding::Nearest => rest.abs() * IBig::from(2) >= IBig::from(below.clone().unsigned_abs()),
    };
    match (away, is_negative) {
        (false, _) => quotient,
        (true, true) => quotient - IBig::from(1),
        (true, false) => quotient + IBig::from(1),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::types::{Numeric, NumericRef};

    fn decimal(text: &str) -> Decimal {
        text.parse::<Numeric>().unwrap().as_ref().decimal()
    }

    fn shown(number: Decimal) -> String {
        number.finish().unwrap().to_string()
    }

    #[test]
    fn results_have_postgresqls_digits() {
        let (a, b) = (decimal("1.50"), decimal("0.25"));
        assert_eq!(shown(a.plus(&b)), "1.75");
        assert_eq!(shown(a.minus(&b)), "1.25");
        assert_eq!(shown(a.times(&b)), "0.3750");
        for (a, b, expected) in [
            ("1", "3", "0.33333333333333333333"),
            ("2", "3", "0.66666666666666666667"),
            ("10", "4", "2.5000000000000000"),
            ("100000", "3", "33333.333333333333"),
            ("1.50", "0.25", "6.0000000000000000"),
            ("-7", "2", "-3.5000000000000000"),
            ("0", "5", "0.00000000000000000000"),
        ] {
            assert_eq!(
                shown(decimal(a).divided_by(&decimal(b)).unwrap()),
                expected,
                "{a} {b}"
            );
        }
        assert!(a.divided_by(&decimal("0.00")).is_err());
        assert_eq!(
            shown(decimal("-7.5").modulo(&decimal("2")).unwrap()),
            "-1.5"
        );
        assert_eq!(
            shown(decimal("-7.5").whole_quotient(&decimal("2")).unwrap()),
            "-3"
        );
    }

    #[test]
    fn halves_go_away_from_zero() {
        for (text, digits, expected) in [
            ("2.5", 0, "3"),
            ("-2.5", 0, "-3"),
            ("2.445", 2, "2.45"),
            ("1.5", 3, "1.500"),
            ("1250", -2, "1300"),
            ("4", -1, "0"),
            ("5", -1, "10"),
        ] {
            let rounded = round_to(&decimal(text), digits, Rounding::Nearest);
            assert_eq!(shown(rounded), expected, "{text} {digits}");
        }
        assert_eq!(shown(round_to(&decimal("-1.5"), 0, Rounding::Down)), "-2");
        assert_eq!(shown(round_to(&decimal("-1.5"), 0, Rounding::Up)), "-1");
    }

    proptest! {
        #[test]
        fn numbers_survive_text_bytes_and_keys(units: i128, scale in 0_u16..60, other: i128, other_scale in 0_u16..60) {
            let number = Numeric::from_units(units, scale).unwrap();
            let back: Numeric = number.to_string().parse().unwrap();
            prop_assert_eq!(&back, &number);
            let bytes = number.as_ref();
            prop_assert_eq!(NumericRef::from_bytes(bytes.as_bytes(), u64::from(scale)), Some(bytes));
            prop_assert_eq!(bytes.units(), Some(units));
            let other = Numeric::from_units(other, other_scale).unwrap();
            let key = |number: &Numeric| {
                let mut key = Vec::new();
                super::super::key_of(&mut key, number.as_ref());
                key
            };
            let order = number.as_ref().compare(other.as_ref());
            prop_assert_eq!(key(&number).cmp(&key(&other)), order);
            // A key of a number and more is no key of another.
            let read = super::super::numeric_of_key(&key(&number)).unwrap();
            prop_assert!(read.0.as_ref().compare(number.as_ref()).is_eq());
            prop_assert_eq!(read.1, key(&number).len());
        }

        #[test]
        fn reading_never_panics(text in "[-+0-9.eE ]{0,12}", any in ".{0,12}") {
            let _ = text.parse::<Numeric>();
            let _ = any.parse::<Numeric>();
        }

        #[test]
        fn quotients_and_rests_make_the_number(a: i64, b: i64, sa in 0_u16..9, sb in 0_u16..9) {
            prop_assume!(b != 0);
            let a = Decimal::new(a.into(), sa);
            let b = Decimal::new(b.into(), sb);
            let whole = a.whole_quotient(&b).unwrap();
            let rest = a.modulo(&b).unwrap();
            prop_assert!(whole.times(&b).plus(&rest).compare(&a).is_eq());
        }
    }
}
