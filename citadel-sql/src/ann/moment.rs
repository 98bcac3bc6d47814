//! When something was done.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A moment, to the second, by the clock of the machine that noted it. Prints as `2026-11-20 18:05:09Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(u64);

/// The last second of the year 9999; no later one is told apart.
const LAST: u64 = 253_402_300_799;

impl Moment {
    /// Now. A clock before 1970 is taken for 1970.
    pub(crate) fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Self::from_unix_seconds(since.map_or(0, |since| since.as_secs()))
    }

    pub(crate) fn from_unix_seconds(seconds: u64) -> Self {
        Self(seconds.min(LAST))
    }

    /// Seconds since 1970 began, leap seconds not counted.
    pub fn unix_seconds(self) -> u64 {
        self.0
    }

    /// The same as the standard library has it.
    pub fn system_time(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.0)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut day, second) = (self.0 / 86_400, self.0 % 86_400);
        let mut year = 1970;
        while day >= days_of(year) {
            day -= days_of(year);
            year += 1;
        }
        let mut month = 0;
        while day >= MONTHS[month] + leap_day(year, month) {
            day -= MONTHS[month] + leap_day(year, month);
            month += 1;
        }
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        let (month, day) = (month + 1, day + 1);
        write!(
            f,
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

/// Days of the months of a common year.
const MONTHS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn leap_day(year: u64, month: usize) -> u64 {
    u64::from(month == 1 && is_leap(year))
}

fn days_of(year: u64) -> u64 {
    365 + u64::from(is_leap(year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_as_dates() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00:00Z"),
            (951_782_399, "2000-02-28 23:59:59Z"),
            (951_782_400, "2000-02-29 00:00:00Z"),
            (951_868_800, "2000-03-01 00:00:00Z"),
            (1_795_197_909, "2026-11-20 18:05:09Z"),
            (4_107_542_400, "2100-03-01 00:00:00Z"),
            (LAST, "9999-12-31 23:59:59Z"),
            (u64::MAX, "9999-12-31 23:59:59Z"),
        ] {
            assert_eq!(Moment::from_unix_seconds(seconds).to_string(), text);
        }
    }
}
