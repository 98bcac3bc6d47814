//! Intervals.

use std::fmt;

use super::{DAY, beyond, interval_text};
use crate::error::Result;
use crate::types::SqlType;

/// A span of time: the value of an `INTERVAL`.
///
/// Months, days and microseconds are kept apart, as they are not all alike. To be compared, a month is 30 days and a day 24
/// hours, as in PostgreSQL; two values that SQL calls equal may so be different in Rust.
///
/// ```
/// use citadel_sql::Interval;
/// let interval = Interval::new(14, -1, 5_400_000_000);
/// assert_eq!(interval.to_string(), "1 year 2 mons -1 days +01:30:00");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Interval {
    months: i32,
    days: i32,
    micros: i64,
}

impl Interval {
    /// So many months, days and microseconds.
    pub const fn new(months: i32, days: i32, micros: i64) -> Self {
        Self {
            months,
            days,
            micros,
        }
    }

    /// Months, twelve to a year.
    pub const fn months(self) -> i32 {
        self.months
    }

    /// Days.
    pub const fn days(self) -> i32 {
        self.days
    }

    /// Microseconds.
    pub const fn micros(self) -> i64 {
        self.micros
    }

    /// The same if all parts are in range, or the error that they are not.
    pub(crate) fn checked(months: i128, days: i128, micros: i128) -> Result<Self> {
        let out = |_| beyond(SqlType::Interval);
        Ok(Self {
            months: i32::try_from(months).map_err(out)?,
            days: i32::try_from(days).map_err(out)?,
            micros: i64::try_from(micros).map_err(out)?,
        })
    }

    /// What it is compared by: its length in microseconds, of months of 30 days and days of 24 hours.
    pub(crate) fn span(self) -> i128 {
        let days = i128::from(self.months) * 30 + i128::from(self.days);
        days * i128::from(DAY) + i128::from(self.micros)
    }

    /// An interval of that length, as far as it can be told: whole months first, then days.
    pub(crate) fn of_span(span: i128) -> Option<Self> {
        let days = span / i128::from(DAY);
        let (months, days) = (days / 30, days % 30);
        let (months, days) = match i32::try_from(months) {
            Ok(months) => (months, days),
            // Beyond the months that there are, the rest is days.
            Err(_) => {
                let most = if months > 0 { i32::MAX } else { i32::MIN };
                (most, (months - i128::from(most)) * 30 + days)
            }
        };
        // And what days cannot hold is microseconds.
        let held = days.clamp(i128::from(i32::MIN), i128::from(i32::MAX));
        let micros = (days - held) * i128::from(DAY) + span % i128::from(DAY);
        Some(Self {
            months,
            days: i32::try_from(held).ok()?,
            micros: i64::try_from(micros).ok()?,
        })
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&interval_text::print(*self))
    }
}
