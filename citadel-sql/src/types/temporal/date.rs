//! Days.

use std::fmt;

use super::calendar::{self, Civil, JULIAN_DAY_OF_2000};
use super::{DAY, Timestamp, beyond, print};
use crate::error::Result;
use crate::types::SqlType;

/// A day of the Gregorian calendar: the value of a `DATE`. From 4714-11-24 BC to 5874897-12-31, or infinite.
///
/// ```
/// use citadel_sql::Date;
/// let day = Date::new(2024, 2, 29).unwrap();
/// assert_eq!(day.to_string(), "2024-02-29");
/// assert_eq!(day.days(), 8825);
/// assert_eq!(Date::new(2023, 2, 29), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

impl Date {
    /// Before all others.
    pub const NEG_INFINITY: Self = Self(i32::MIN);
    /// After all others.
    pub const INFINITY: Self = Self(i32::MAX);
    /// 4714-11-24 BC, where the Julian period begins.
    pub const MIN: Self = Self(-JULIAN_DAY_OF_2000 as i32);
    /// 5874897-12-31.
    pub const MAX: Self = Self(2_145_031_948);

    /// The day of a date; year 0 is 1 BC. `None`: there is no such day, or it is out of range.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let (year, month, day) = (i64::from(year), i64::from(month), i64::from(day));
        let is_one =
            (1..=12).contains(&month) && (1..=calendar::days_in_month(year, month)).contains(&day);
        is_one.then(|| Self::of(calendar::days_of(year, month, day)))?
    }

    /// The day so many days after 2000-01-01. `None`: out of range; the greatest and the least number are infinite.
    pub fn from_days(days: i32) -> Option<Self> {
        let date = Self(days);
        (!date.is_finite() || (Self::MIN..=Self::MAX).contains(&date)).then_some(date)
    }

    /// Days since 2000-01-01.
    pub fn days(self) -> i32 {
        self.0
    }

    /// Is it a day, and not infinite?
    pub fn is_finite(self) -> bool {
        self != Self::INFINITY && self != Self::NEG_INFINITY
    }

    /// A finite day.
    pub(crate) fn of(days: i64) -> Option<Self> {
        let date = Self(i32::try_from(days).ok()?);
        (Self::MIN..=Self::MAX).contains(&date).then_some(date)
    }

    /// A finite day, or the error that it is none.
    pub(crate) fn checked(days: i64) -> Result<Self> {
        Self::of(days).ok_or_else(|| beyond(SqlType::Date))
    }

    /// Its year, month and day; only of a finite one.
    pub(crate) fn civil(self) -> Civil {
        calendar::civil_of(i64::from(self.0))
    }

    /// Its midnight.
    pub(crate) fn midnight(self) -> Result<Timestamp> {
        match self {
            Self::INFINITY => Ok(Timestamp::INFINITY),
            Self::NEG_INFINITY => Ok(Timestamp::NEG_INFINITY),
            Self(days) => Timestamp::checked(i128::from(days) * i128::from(DAY)),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&print::date_text(*self))
    }
}
