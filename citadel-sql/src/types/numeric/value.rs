//! Numbers as values hold them.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use dashu_int::IBig;

use super::Decimal;
use super::text;
use crate::error::{Error, Result};

/// An exact decimal number: the value of a `NUMERIC`.
///
/// Two are equal in Rust if they have the same digits and the same scale; SQL calls 1.5 and 1.50 equal too
/// ([`NumericRef::compare`]).
///
/// ```
/// use citadel_sql::Numeric;
/// let price: Numeric = "19.90".parse().unwrap();
/// assert_eq!(price.to_string(), "19.90");
/// assert_eq!(price.as_ref().scale(), 2);
/// assert!("19.9.0".parse::<Numeric>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Numeric {
    /// The units in two's complement, little-endian, as few bytes as possible; none for zero.
    bytes: Vec<u8>,
    scale: u16,
}

/// A borrowed exact decimal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NumericRef<'a> {
    bytes: &'a [u8],
    scale: u16,
}

impl Numeric {
    /// So many units of 10 to the power of minus `scale`. `None`: a greater scale than 16,383.
    pub fn from_units(units: i128, scale: u16) -> Option<Self> {
        (scale <= super::decimal::SCALE_MAX).then(|| Self::new(&IBig::from(units), scale))
    }

    pub(super) fn new(units: &IBig, scale: u16) -> Self {
        let mut bytes = units.to_le_bytes().into_vec();
        if bytes == [0] {
            bytes.clear();
        }
        Self { bytes, scale }
    }

    /// The same number, borrowed.
    pub fn as_ref(&self) -> NumericRef<'_> {
        NumericRef {
            bytes: &self.bytes,
            scale: self.scale,
        }
    }
}

impl<'a> NumericRef<'a> {
    /// From stored bytes. `None`: they are none of a number.
    pub(crate) fn from_bytes(bytes: &'a [u8], scale: u64) -> Option<Self> {
        let scale = u16::try_from(scale).ok()?;
        let is_short = match bytes {
            [] => true,
            [0] => false,
            [.., before, last] => !matches!((last, before >> 7), (0, 0) | (0xFF, 1)),
            [_] => true,
        };
        (scale <= super::decimal::SCALE_MAX && is_short).then_some(Self { bytes, scale })
    }

    /// Of bytes and a scale that are those of a number.
    pub(crate) fn from_parts(bytes: &'a [u8], scale: u16) -> Self {
        Self { bytes, scale }
    }

    pub(crate) fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// Digits after the point.
    pub fn scale(self) -> u16 {
        self.scale
    }

    /// The units of 10 to the power of minus the scale, where they fit.
    pub fn units(self) -> Option<i128> {
        let fill = if self.bytes.last().is_some_and(|last| last >> 7 == 1) {
            0xFF
        } else {
            0
        };
        let mut all = [fill; 16];
        all.get_mut(..self.bytes.len())?.copy_from_slice(self.bytes);
        Some(i128::from_le_bytes(all))
    }

    /// The same number, owned.
    pub fn to_owned(self) -> Numeric {
        Numeric {
            bytes: self.bytes.to_owned(),
            scale: self.scale,
        }
    }

    pub(crate) fn decimal(self) -> Decimal {
        let units = match self.units() {
            Some(units) => IBig::from(units),
            None => IBig::from_le_bytes(self.bytes),
        };
        Decimal::new(units, self.scale)
    }

    /// The order of two numbers, whatever their scales.
    pub fn compare(self, other: Self) -> Ordering {
        if self.scale == other.scale
            && let (Some(a), Some(b)) = (self.units(), other.units())
        {
            return a.cmp(&b);
        }
        self.decimal().compare(&other.decimal())
    }

    /// Is it less than zero?
    pub fn is_negative(self) -> bool {
        self.bytes.last().is_some_and(|last| last >> 7 == 1)
    }
}

impl fmt::Display for Numeric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_ref().fmt(f)
    }
}

impl fmt::Display for NumericRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::print(&self.decimal()))
    }
}

impl FromStr for Numeric {
    type Err = Error;

    /// Reads `-1.50`, `.5`, `1e-3`.
    fn from_str(text: &str) -> Result<Self> {
        text::read(text)?.finish()
    }
}

impl From<i64> for Numeric {
    fn from(number: i64) -> Self {
        Self::new(&IBig::from(number), 0)
    }
}
