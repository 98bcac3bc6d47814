//! The types of `jiff` that mean the same.

use jiff::civil;

use super::calendar::UNIX_DAYS_OF_2000;
use super::{DAY, Date, Interval, Time, Timestamp, TimestampTz, beyond};
use crate::error::{Error, FromSqlError};
use crate::types::SqlType;

/// From 1970-01-01 to 2000-01-01.
const UNIX_MICROS_OF_2000: i64 = UNIX_DAYS_OF_2000 * DAY;

impl TryFrom<civil::Date> for Date {
    type Error = Error;

    /// Of the years before 4714 BC there are none.
    fn try_from(date: civil::Date) -> Result<Self, Error> {
        let (year, month, day) = (i32::from(date.year()), date.month(), date.day());
        Self::new(year, month.unsigned_abs(), day.unsigned_abs())
            .ok_or_else(|| beyond(SqlType::Date))
    }
}

impl TryFrom<Date> for civil::Date {
    type Error = FromSqlError;

    fn try_from(date: Date) -> Result<Self, FromSqlError> {
        if !date.is_finite() {
            return Err(FromSqlError::InvalidType);
        }
        let civil = date.civil();
        let out = |_| FromSqlError::OutOfRange(i64::from(date.days()));
        let year = i16::try_from(civil.year).map_err(out)?;
        let small = |number: i64| i8::try_from(number).map_err(out);
        Self::new(year, small(civil.month)?, small(civil.day)?)
            .map_err(|_| FromSqlError::OutOfRange(i64::from(date.days())))
    }
}

impl From<civil::Time> for Time {
    /// What is less than a microsecond is left out.
    fn from(time: civil::Time) -> Self {
        let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60;
        let nanoseconds = i64::from(time.subsec_nanosecond());
        let micros = (seconds + i64::from(time.second())) * 1_000_000 + nanoseconds / 1_000;
        Self::of_moment(micros)
    }
}

impl TryFrom<Time> for civil::Time {
    type Error = FromSqlError;

    fn try_from(time: Time) -> Result<Self, FromSqlError> {
        let micros = time.micros();
        // 24:00 is none of jiff's.
        let out = |_| FromSqlError::OutOfRange(micros);
        let small = |number: i64| i8::try_from(number).map_err(out);
        let nanoseconds = i32::try_from(micros % 1_000_000 * 1_000).map_err(out)?;
        let (hour, minute) = (micros / 3_600_000_000, micros / 60_000_000 % 60);
        let second = micros / 1_000_000 % 60;
        Self::new(small(hour)?, small(minute)?, small(second)?, nanoseconds)
            .map_err(|_| FromSqlError::OutOfRange(micros))
    }
}

impl TryFrom<civil::DateTime> for Timestamp {
    type Error = Error;

    /// As for [`Date`] and [`Time`].
    fn try_from(moment: civil::DateTime) -> Result<Self, Error> {
        let timestamp = Self::new(moment.date().try_into()?, moment.time().into());
        timestamp.ok_or_else(|| beyond(SqlType::Timestamp))
    }
}

impl TryFrom<Timestamp> for civil::DateTime {
    type Error = FromSqlError;

    fn try_from(timestamp: Timestamp) -> Result<Self, FromSqlError> {
        let date = civil::Date::try_from(timestamp.date())?;
        let time = civil::Time::try_from(timestamp.time())?;
        Ok(Self::from_parts(date, time))
    }
}

impl TryFrom<jiff::Timestamp> for TimestampTz {
    type Error = Error;

    /// What is less than a microsecond is left out.
    fn try_from(moment: jiff::Timestamp) -> Result<Self, Error> {
        let micros = moment.as_microsecond() - UNIX_MICROS_OF_2000;
        Self::from_micros(micros).ok_or_else(|| beyond(SqlType::TimestampTz))
    }
}

impl TryFrom<TimestampTz> for jiff::Timestamp {
    type Error = FromSqlError;

    fn try_from(moment: TimestampTz) -> Result<Self, FromSqlError> {
        if !moment.is_finite() {
            return Err(FromSqlError::InvalidType);
        }
        let out = || FromSqlError::OutOfRange(moment.micros());
        let micros = moment.micros().checked_add(UNIX_MICROS_OF_2000);
        Self::from_microsecond(micros.ok_or_else(out)?).map_err(|_| out())
    }
}

impl TryFrom<Interval> for jiff::Span {
    type Error = FromSqlError;

    fn try_from(interval: Interval) -> Result<Self, FromSqlError> {
        let out = |_| FromSqlError::OutOfRange(interval.micros());
        let (months, days) = (i64::from(interval.months()), i64::from(interval.days()));
        // Its parts are of one sign.
        let signs = [months.signum(), days.signum(), interval.micros().signum()];
        if signs.contains(&1) && signs.contains(&-1) {
            return Err(FromSqlError::InvalidType);
        }
        let span = Self::new().try_months(months).map_err(out)?;
        let span = span.try_days(days).map_err(out)?;
        span.try_microseconds(interval.micros()).map_err(out)
    }
}

impl TryFrom<jiff::Span> for Interval {
    type Error = Error;

    /// What is less than a microsecond is left out.
    fn try_from(span: jiff::Span) -> Result<Self, Error> {
        let months = i128::from(span.get_years()) * 12 + i128::from(span.get_months());
        let days = i128::from(span.get_weeks()) * 7 + i128::from(span.get_days());
        let minutes = i128::from(span.get_hours()) * 60 + i128::from(span.get_minutes());
        let seconds = minutes * 60 + i128::from(span.get_seconds());
        let millis = seconds * 1_000 + i128::from(span.get_milliseconds());
        let micros = millis * 1_000 + i128::from(span.get_microseconds());
        let rest = i128::from(span.get_nanoseconds()) / 1_000;
        Self::checked(months, days, micros + rest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn there_and_back(micros in -372_000_000_000_000_000_i64..252_000_000_000_000_000) {
            let moment = jiff::Timestamp::from_microsecond(micros).unwrap();
            let Ok(ours) = TimestampTz::try_from(moment) else {
                return Ok(());
            };
            prop_assert_eq!(jiff::Timestamp::try_from(ours).unwrap(), moment);
            let clock = jiff::tz::TimeZone::UTC.to_datetime(moment);
            let local = Timestamp::try_from(clock).unwrap();
            prop_assert_eq!(local.micros(), ours.micros());
            prop_assert_eq!(civil::DateTime::try_from(local).unwrap(), clock);
        }
    }
}
