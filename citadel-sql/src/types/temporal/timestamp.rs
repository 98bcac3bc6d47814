//! Timestamps: dates with times of day, of no place and of all places.

use std::fmt;

use super::calendar::JULIAN_DAY_OF_2000;
use super::{DAY, Date, Time, Zone, beyond, print};
use crate::error::Result;
use crate::types::SqlType;

/// The least finite moment, and the first one after the greatest.
const FIRST: i64 = -JULIAN_DAY_OF_2000 * DAY;
const END: i64 = 9_223_371_331_200_000_000;

macro_rules! timestamp {
    ($(#[$doc:meta])* $name:ident, $ty:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// Before all others.
            pub const NEG_INFINITY: Self = Self(i64::MIN);
            /// After all others.
            pub const INFINITY: Self = Self(i64::MAX);

            /// So many microseconds after midnight of 2000-01-01. `None`: out of range; the greatest and the least number
            /// are infinite.
            pub fn from_micros(micros: i64) -> Option<Self> {
                let is_one = (FIRST..END).contains(&micros) || !Self(micros).is_finite();
                is_one.then_some(Self(micros))
            }

            /// Microseconds since midnight of 2000-01-01.
            pub fn micros(self) -> i64 {
                self.0
            }

            /// Is it a moment, and not infinite?
            pub fn is_finite(self) -> bool {
                self != Self::INFINITY && self != Self::NEG_INFINITY
            }

            /// A finite one, or the error that it is none.
            pub(crate) fn checked(micros: i128) -> Result<Self> {
                match i64::try_from(micros) {
                    Ok(micros) if (FIRST..END).contains(&micros) => Ok(Self(micros)),
                    _ => Err(beyond($ty)),
                }
            }
        }
    };
}

timestamp! {
    /// A date and a time of day, of no certain place: the value of a `TIMESTAMP`. To 294276-12-31 23:59:59.999999, or infinite.
    ///
    /// ```
    /// use citadel_sql::{Date, Time, Timestamp};
    /// let noon = Time::from_micros(12 * 3_600_000_000).unwrap();
    /// let moment = Timestamp::new(Date::new(2024, 2, 29).unwrap(), noon).unwrap();
    /// assert_eq!(moment.to_string(), "2024-02-29 12:00:00");
    /// ```
    Timestamp, SqlType::Timestamp
}

timestamp! {
    /// A moment, the same everywhere: the value of a `TIMESTAMPTZ`, `TIMESTAMP WITH TIME ZONE`. It keeps no time zone; how it
    /// is shown depends on that of the connection.
    ///
    /// ```
    /// use citadel_sql::TimestampTz;
    /// let moment = TimestampTz::from_micros(0).unwrap();
    /// assert_eq!(moment.to_string(), "2000-01-01 00:00:00+00");
    /// assert_eq!(moment.in_zone("Asia/Tokyo").unwrap(), "2000-01-01 09:00:00+09");
    /// ```
    TimestampTz, SqlType::TimestampTz
}

impl Timestamp {
    /// A time of a day; `None`: out of range.
    pub fn new(date: Date, time: Time) -> Option<Self> {
        let micros = i64::from(date.days()).checked_mul(DAY)?;
        let micros = micros.checked_add(time.micros())?;
        (date.is_finite() && (FIRST..END).contains(&micros)).then_some(Self(micros))
    }

    /// Its day.
    pub fn date(self) -> Date {
        match self {
            Self::INFINITY => Date::INFINITY,
            Self::NEG_INFINITY => Date::NEG_INFINITY,
            // All days of timestamps are days of dates.
            Self(micros) => Date::of(micros.div_euclid(DAY)).unwrap_or(Date::INFINITY),
        }
    }

    /// Its time of day; of an infinite one midnight.
    pub fn time(self) -> Time {
        Time::of_moment(if self.is_finite() { self.0 } else { 0 })
    }
}

impl TimestampTz {
    /// The moment as text, with the time and the offset of a time zone.
    ///
    /// # Errors
    /// There is no such time zone.
    pub fn in_zone(self, zone: &str) -> Result<String> {
        Zone::of_name(zone).map(|zone| print::timestamptz_text(self, &zone))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&print::timestamp_text(*self))
    }
}

impl fmt::Display for TimestampTz {
    /// As UTC has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&print::timestamptz_text(*self, &Zone::default()))
    }
}
