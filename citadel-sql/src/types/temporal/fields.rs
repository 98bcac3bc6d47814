//! `extract` and `date_part`: one field of a date, a time, a timestamp or an interval.

use super::calendar::{
    JULIAN_DAY_OF_2000, UNIX_DAYS_OF_2000, civil_of, day_of_week, day_of_year, iso_day_of_week,
    iso_week, told_year,
};
use super::{DAY, Date, HOUR, Interval, MINUTE, SECOND, Time, Timestamp, Zone};
use crate::error::{Error, Result, SqlState};
use crate::types::{SqlType, ValueRef};

/// Seconds of a year and of a month, as an interval's epoch counts them.
const YEAR_SECONDS: i128 = 31_557_600;
const MONTH_SECONDS: i128 = 2_592_000;

/// A field that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateField {
    Microsecond,
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
    Decade,
    Century,
    Millennium,
    IsoYear,
    DayOfWeek,
    IsoDayOfWeek,
    DayOfYear,
    Epoch,
    Julian,
    Timezone,
    TimezoneHour,
    TimezoneMinute,
}

/// What a field is of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extracted {
    /// Nothing is known of it: of an infinite value.
    Nothing,
    Infinite,
    /// So many of 10 to the power of minus `scale`.
    Decimal {
        digits: i128,
        scale: u8,
    },
    /// A day, and microseconds of it.
    Day {
        day: i64,
        micros: i64,
    },
}

impl DateField {
    /// The field of a name.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn of_name(name: &str) -> Result<Self> {
        Ok(match name.trim_ascii().to_ascii_lowercase().as_str() {
            "microseconds" | "microsecond" | "us" | "usec" | "usecs" => Self::Microsecond,
            "milliseconds" | "millisecond" | "ms" | "msec" | "msecs" => Self::Millisecond,
            "second" | "seconds" | "s" | "sec" | "secs" => Self::Second,
            "minute" | "minutes" | "m" | "min" | "mins" => Self::Minute,
            "hour" | "hours" | "h" | "hr" | "hrs" => Self::Hour,
            "day" | "days" | "d" => Self::Day,
            "week" | "weeks" | "w" => Self::Week,
            "month" | "months" | "mon" | "mons" => Self::Month,
            "quarter" | "qtr" => Self::Quarter,
            "year" | "years" | "y" | "yr" | "yrs" => Self::Year,
            "decade" | "decades" | "dec" | "decs" => Self::Decade,
            "century" | "centuries" | "c" | "cent" => Self::Century,
            "millennium" | "millennia" | "mil" | "mils" => Self::Millennium,
            "isoyear" => Self::IsoYear,
            "dow" => Self::DayOfWeek,
            "isodow" => Self::IsoDayOfWeek,
            "doy" => Self::DayOfYear,
            "epoch" => Self::Epoch,
            "julian" | "jd" => Self::Julian,
            "timezone" => Self::Timezone,
            "timezone_hour" | "timezone_h" => Self::TimezoneHour,
            "timezone_minute" | "timezone_m" => Self::TimezoneMinute,
            _ => {
                return Err(Error::sql(
                    SqlState::INVALID_PARAMETER_VALUE,
                    format!("there is no field \"{name}\" of a date or a time"),
                ));
            }
        })
    }

    /// It is not for what it is asked of.
    pub(crate) fn unsupported(self, of: &str) -> Error {
        Error::sql(
            SqlState::FEATURE_NOT_SUPPORTED,
            format!("the field {self:?} is not supported for {of}"),
        )
    }

    /// Is it greater, the later the day?
    fn is_monotonic(self) -> bool {
        matches!(
            self,
            Self::Year
                | Self::Decade
                | Self::Century
                | Self::Millennium
                | Self::IsoYear
                | Self::Epoch
                | Self::Julian
        )
    }

    fn is_of_time(self) -> bool {
        matches!(
            self,
            Self::Microsecond | Self::Millisecond | Self::Second | Self::Minute | Self::Hour
        )
    }

    fn is_of_zone(self) -> bool {
        matches!(
            self,
            Self::Timezone | Self::TimezoneHour | Self::TimezoneMinute
        )
    }
}

/// A field of a value. `EXTRACT` asks no time of a date, `date_part` takes its midnight.
pub(crate) fn extract(
    field: DateField,
    value: ValueRef<'_>,
    zone: &Zone,
    is_strict: bool,
) -> Result<Extracted> {
    match value {
        ValueRef::Date(_) if is_strict && field.is_of_time() => {
            Err(field.unsupported(&SqlType::Date.to_string()))
        }
        ValueRef::Date(date) => of_date(field, date),
        ValueRef::Timestamp(timestamp) => of_timestamp(field, timestamp, 0),
        ValueRef::TimestampTz(moment) if moment.is_finite() => {
            let offset = zone.offset_at(moment);
            if field.is_of_zone() {
                return Ok(of_offset(field, offset));
            }
            of_timestamp(field, zone.local(moment), offset)
        }
        ValueRef::TimestampTz(_) => of_infinite(field, SqlType::TimestampTz),
        ValueRef::Time(time) => of_time(field, time),
        ValueRef::Interval(interval) => of_interval(field, interval),
        other => Err(field.unsupported(&other.sql_type().to_string())),
    }
}

fn whole(number: i64) -> Extracted {
    Extracted::Decimal {
        digits: i128::from(number),
        scale: 0,
    }
}

/// Microseconds as so many digits after the point of a greater unit.
fn scaled(micros: i128, scale: u8) -> Extracted {
    Extracted::Decimal {
        digits: micros,
        scale,
    }
}

fn of_infinite(field: DateField, ty: SqlType) -> Result<Extracted> {
    if field.is_of_zone() && ty != SqlType::TimestampTz {
        return Err(field.unsupported(&ty.to_string()));
    }
    Ok(if field.is_monotonic() {
        Extracted::Infinite
    } else {
        Extracted::Nothing
    })
}

fn of_offset(field: DateField, offset: i32) -> Extracted {
    let offset = i64::from(offset);
    whole(match field {
        DateField::TimezoneHour => offset / 3600,
        DateField::TimezoneMinute => offset / 60 % 60,
        _ => offset,
    })
}

fn of_date(field: DateField, date: Date) -> Result<Extracted> {
    if !date.is_finite() {
        return of_infinite(field, SqlType::Date);
    }
    if field.is_of_zone() {
        return Err(field.unsupported(&SqlType::Date.to_string()));
    }
    let days = i64::from(date.days());
    Ok(match field {
        DateField::Epoch => whole((days + UNIX_DAYS_OF_2000) * (DAY / SECOND)),
        DateField::Julian => whole(days + JULIAN_DAY_OF_2000),
        _ => of_clock(field, 0).unwrap_or_else(|| whole(of_day(field, days))),
    })
}

fn of_timestamp(field: DateField, timestamp: Timestamp, offset: i32) -> Result<Extracted> {
    if !timestamp.is_finite() {
        return of_infinite(field, SqlType::Timestamp);
    }
    if field.is_of_zone() {
        return Err(field.unsupported(&SqlType::Timestamp.to_string()));
    }
    let days = i64::from(timestamp.date().days());
    let micros = timestamp.time().micros();
    Ok(match field {
        DateField::Epoch => {
            let since_1970 = i128::from(timestamp.micros())
                + i128::from(UNIX_DAYS_OF_2000) * i128::from(DAY)
                - i128::from(offset) * i128::from(SECOND);
            scaled(since_1970, 6)
        }
        DateField::Julian => Extracted::Day {
            day: days + JULIAN_DAY_OF_2000,
            micros,
        },
        _ => of_clock(field, micros).unwrap_or_else(|| whole(of_day(field, days))),
    })
}

/// A field of a time of day.
fn of_clock(field: DateField, micros: i64) -> Option<Extracted> {
    Some(match field {
        DateField::Microsecond => whole(micros % MINUTE),
        DateField::Millisecond => scaled(i128::from(micros % MINUTE), 3),
        DateField::Second => scaled(i128::from(micros % MINUTE), 6),
        DateField::Minute => whole(micros / MINUTE % 60),
        DateField::Hour => whole(micros / HOUR),
        _ => return None,
    })
}

/// A field of a day.
fn of_day(field: DateField, days: i64) -> i64 {
    let civil = civil_of(days);
    let year = civil.year;
    // Before Christ, centuries are counted as years are: there is no century 0.
    let of_years = |years: i64| {
        if year > 0 {
            (year + years - 1) / years
        } else {
            -((years - 1 - (year - 1)) / years)
        }
    };
    match field {
        DateField::Day => civil.day,
        DateField::Week => iso_week(days).1,
        DateField::Month => civil.month,
        DateField::Quarter => (civil.month - 1) / 3 + 1,
        DateField::Decade => year.div_euclid(10),
        DateField::Century => of_years(100),
        DateField::Millennium => of_years(1000),
        DateField::IsoYear => told_year(iso_week(days).0),
        DateField::DayOfWeek => day_of_week(days),
        DateField::IsoDayOfWeek => iso_day_of_week(days),
        DateField::DayOfYear => day_of_year(days),
        _ => told_year(year),
    }
}

fn of_time(field: DateField, time: Time) -> Result<Extracted> {
    if field == DateField::Epoch {
        return Ok(scaled(i128::from(time.micros()), 6));
    }
    of_clock(field, time.micros()).ok_or_else(|| field.unsupported(&SqlType::Time.to_string()))
}

fn of_interval(field: DateField, interval: Interval) -> Result<Extracted> {
    let (months, days, micros) = (interval.months(), interval.days(), interval.micros());
    let years = i64::from(months / 12);
    let months_left = i64::from(months % 12);
    Ok(match field {
        DateField::Day => whole(i64::from(days)),
        DateField::Month => whole(months_left),
        DateField::Quarter => whole(months_left / 3 + 1),
        DateField::Year => whole(years),
        DateField::Decade => whole(years / 10),
        DateField::Century => whole(years / 100),
        DateField::Millennium => whole(years / 1000),
        DateField::Epoch => {
            let seconds = i128::from(years) * YEAR_SECONDS
                + i128::from(months_left) * MONTH_SECONDS
                + i128::from(days) * i128::from(DAY / SECOND);
            scaled(seconds * i128::from(SECOND) + i128::from(micros), 6)
        }
        _ => of_clock(field, micros)
            .ok_or_else(|| field.unsupported(&SqlType::Interval.to_string()))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::temporal::{parse_interval, read_timestamp};

    fn of(field: &str, text: &str) -> String {
        let timestamp = read_timestamp(text).unwrap();
        shown(field, ValueRef::Timestamp(timestamp))
    }

    fn shown(field: &str, value: ValueRef<'_>) -> String {
        let field = DateField::of_name(field).unwrap();
        match extract(field, value, &Zone::default(), true) {
            Ok(Extracted::Decimal { digits, scale: 0 }) => digits.to_string(),
            Ok(Extracted::Decimal { digits, scale }) => format!("{digits}e-{scale}"),
            Ok(other) => format!("{other:?}"),
            Err(error) => error.sqlstate().unwrap().to_string(),
        }
    }

    #[test]
    fn fields_of_a_timestamp() {
        let text = "2020-10-24 13:14:15.678901";
        for (field, expected) in [
            ("microseconds", "15678901"),
            ("milliseconds", "15678901e-3"),
            ("second", "15678901e-6"),
            ("minute", "14"),
            ("hour", "13"),
            ("day", "24"),
            ("week", "43"),
            ("month", "10"),
            ("quarter", "4"),
            ("year", "2020"),
            ("decade", "202"),
            ("century", "21"),
            ("millennium", "3"),
            ("isoyear", "2020"),
            ("dow", "6"),
            ("isodow", "6"),
            ("doy", "298"),
            ("epoch", "1603545255678901e-6"),
            ("timezone", "0A000"),
        ] {
            assert_eq!(of(field, text), expected, "{field}");
        }
        assert_eq!(of("century", "0001-01-01"), "1");
        assert_eq!(of("century", "0001-12-31 BC"), "-1");
        assert_eq!(of("century", "0101-12-31 BC"), "-2");
        assert_eq!(of("millennium", "0001-12-31 BC"), "-1");
        assert_eq!(of("decade", "0001-12-31 BC"), "0");
        assert_eq!(of("decade", "0002-12-31 BC"), "-1");
        assert_eq!(of("year", "0001-12-31 BC"), "-1");
        assert_eq!(of("year", "infinity"), "Infinite");
        assert_eq!(of("month", "infinity"), "Nothing");
    }

    #[test]
    fn fields_of_an_interval() {
        let interval = parse_interval("1 year 14 months 3 days 30:05:06.7").unwrap();
        let of = |field| shown(field, ValueRef::Interval(interval));
        assert_eq!(of("year"), "2");
        assert_eq!(of("month"), "2");
        assert_eq!(of("day"), "3");
        assert_eq!(of("hour"), "30");
        assert_eq!(of("second"), "6700000e-6");
        assert_eq!(of("epoch"), "68666706700000e-6");
        assert_eq!(of("dow"), "0A000");
    }
}
