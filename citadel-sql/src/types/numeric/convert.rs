//! From and to INTEGER and REAL.

use std::cmp::Ordering;

use dashu_int::IBig;

use super::decimal::{Decimal, pow10};
use super::{NumericRef, Rounding, round_to, text};
use crate::error::Result;

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self::new(IBig::from(number), 0)
    }
}

impl From<i128> for Decimal {
    fn from(number: i128) -> Self {
        Self::new(IBig::from(number), 0)
    }
}

impl Decimal {
    /// So many units of 10 to the power of minus `scale`.
    pub(crate) fn of_units(units: i128, scale: u8) -> Self {
        Self::new(IBig::from(units), u16::from(scale))
    }

    /// A REAL to the 15 digits that it surely has, as PostgreSQL converts it.
    pub(crate) fn of_real(real: f64) -> Result<Self> {
        let number = text::read(&format!("{real:.14e}"))?;
        Ok(number.trimmed())
    }

    /// The exact value of a REAL: a sum of powers of two.
    pub(crate) fn exact(real: f64) -> Self {
        let bits = real.to_bits();
        let exponent = i64::try_from(bits >> 52 & 0x7FF).unwrap_or(0);
        let fraction = i128::from(bits & ((1 << 52) - 1));
        let (mantissa, exponent) = match exponent {
            0 => (fraction, -1074),
            exponent => (fraction | 1 << 52, exponent - 1075),
        };
        // As few digits as it takes.
        let zeros = if mantissa == 0 {
            0
        } else {
            mantissa.trailing_zeros()
        };
        let (mantissa, exponent) = (mantissa >> zeros, exponent + i64::from(zeros));
        let mantissa = IBig::from(if real.is_sign_negative() {
            -mantissa
        } else {
            mantissa
        });
        let power = usize::try_from(exponent.abs()).unwrap_or(0);
        if exponent >= 0 {
            return Self::new(mantissa << power, 0);
        }
        // A half is five tenths.
        let scale = u16::try_from(power).unwrap_or(0);
        Self::new(mantissa * IBig::from(5).pow(power), scale)
    }

    /// The nearest REAL; infinite beyond the greatest.
    pub(crate) fn to_real(&self) -> f64 {
        text::print(self).parse().unwrap_or(f64::INFINITY)
    }

    /// The INTEGER, rounded; `None`: it is beyond 64 bits.
    pub(crate) fn to_integer(&self, rounding: Rounding) -> Option<i64> {
        let whole = round_to(self, 0, rounding);
        i64::try_from(whole.units).ok()
    }

    /// The INTEGER that it is, if it is one.
    pub(crate) fn as_integer(&self) -> Option<i64> {
        let (whole, power) = (&self.units, pow10(usize::from(self.scale)));
        let is_whole = self.scale == 0 || (whole % &power).is_zero();
        is_whole.then(|| i64::try_from(whole / power).ok())?
    }
}

impl NumericRef<'_> {
    /// The INTEGER that it is, if it is one.
    pub(crate) fn as_integer(self) -> Option<i64> {
        match (self.scale(), self.units()) {
            (0, Some(units)) => i64::try_from(units).ok(),
            _ => self.decimal().as_integer(),
        }
    }

    /// Its place beside an INTEGER.
    pub(crate) fn compare_integer(self, integer: i64) -> Ordering {
        self.decimal().compare(&Decimal::from(integer))
    }

    /// Its place beside the exact value of a REAL.
    pub(crate) fn compare_real(self, real: f64) -> Ordering {
        match real {
            real if real.is_nan() || real == f64::INFINITY => Ordering::Less,
            f64::NEG_INFINITY => Ordering::Greater,
            real => self.decimal().compare(&Decimal::exact(real)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reals_are_exact_where_they_are_compared() {
        assert_eq!(text::print(&Decimal::exact(0.5)), "0.5");
        assert!(
            text::print(&Decimal::exact(0.1)).starts_with("0.1000000000000000055511151231257827")
        );
        assert_eq!(text::print(&Decimal::exact(-3.0)), "-3");
        assert_eq!(text::print(&Decimal::of_real(0.1).unwrap()), "0.1");
        assert_eq!(
            text::print(&Decimal::of_real(1e20).unwrap()),
            "100000000000000000000"
        );
    }

    proptest! {
        #[test]
        fn a_real_is_itself(real in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL) {
            prop_assert_eq!(Decimal::exact(real).to_real(), real);
        }

        #[test]
        fn an_integer_is_itself(integer: i64) {
            prop_assert_eq!(Decimal::from(integer).as_integer(), Some(integer));
        }
    }
}
