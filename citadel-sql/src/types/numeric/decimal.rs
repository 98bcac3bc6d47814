//! Numbers to compute with.

use std::cmp::Ordering;

use dashu_int::ops::{Abs, UnsignedAbs};
use dashu_int::{IBig, UBig};

use super::Numeric;
use crate::error::{Error, Result, SqlState};

/// The greatest scale.
pub(super) const SCALE_MAX: u16 = 16_383;

/// The most digits before the point.
const WHOLE_DIGITS_MAX: usize = 131_072;

/// So many units of 10 to the power of minus the scale.
#[derive(Clone, Debug)]
pub(crate) struct Decimal {
    pub(super) units: IBig,
    pub(super) scale: u16,
}

/// The number has more digits than there can be.
#[cold]
pub(crate) fn too_large() -> Error {
    Error::sql(SqlState::NUMERIC_OUT_OF_RANGE, "NUMERIC value out of range")
}

/// 10 to a power.
pub(super) fn pow10(exponent: usize) -> IBig {
    match u32::try_from(exponent) {
        Ok(exponent @ 0..=38) => IBig::from(10_i128.pow(exponent)),
        _ => IBig::from(10).pow(exponent),
    }
}

impl Decimal {
    pub(super) fn new(units: IBig, scale: u16) -> Self {
        Self { units, scale }
    }

    /// Zero of a scale.
    pub(crate) fn zero() -> Self {
        Self::new(IBig::ZERO, 0)
    }

    /// The value, if it is not too large.
    pub(crate) fn finish(self) -> Result<Numeric> {
        let whole = self.digits().saturating_sub(usize::from(self.scale));
        if whole > WHOLE_DIGITS_MAX {
            return Err(too_large());
        }
        Ok(Numeric::new(&self.units, self.scale))
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.units.is_zero()
    }

    pub(crate) fn is_negative(&self) -> bool {
        self.units < IBig::ZERO
    }

    pub(super) fn magnitude(&self) -> UBig {
        self.units.clone().unsigned_abs()
    }

    pub(crate) fn abs(self) -> Self {
        Self::new(self.units.abs(), self.scale)
    }

    /// How many digits the units have; none for zero.
    pub(super) fn digits(&self) -> usize {
        if self.is_zero() {
            return 0;
        }
        self.magnitude().ilog(&UBig::from(10_u8)) + 1
    }

    /// Both with the greater scale of the two.
    pub(super) fn aligned(&self, other: &Self) -> (IBig, IBig, u16) {
        let scale = self.scale.max(other.scale);
        let shifted = |number: &Self| match scale - number.scale {
            0 => number.units.clone(),
            more => &number.units * pow10(usize::from(more)),
        };
        (shifted(self), shifted(other), scale)
    }

    /// The order of two numbers, whatever their scales.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let (a, b, _) = self.aligned(other);
        a.cmp(&b)
    }

    /// The same number without zeros at the end of its fraction.
    pub(crate) fn trimmed(mut self) -> Self {
        if self.is_zero() {
            return Self::zero();
        }
        let ten = IBig::from(10);
        while self.scale > 0 {
            let rest = &self.units % &ten;
            if !rest.is_zero() {
                break;
            }
            self.units /= &ten;
            self.scale -= 1;
        }
        self
    }

    /// Is it, without its sign, less than a power of ten?
    pub(crate) fn is_below_power(&self, exponent: i64) -> bool {
        let digits = i64::try_from(self.digits()).unwrap_or(i64::MAX);
        self.is_zero() || digits - i64::from(self.scale) <= exponent
    }

    pub(crate) fn scale(&self) -> u16 {
        self.scale
    }
}
