//! `+`, `-`, `*` and `/` of dates, times, timestamps and intervals.

use super::calendar::{civil_of, days_in_month, days_of};
use super::{DAY, Date, Interval, Time, Timestamp, TimestampTz, Zone, beyond};
use crate::error::{Error, Result, SqlState};
use crate::types::arithmetic::{division_by_zero, integer_overflow};
use crate::types::number_text::out_of_range;
use crate::types::{SqlType, Value, ValueRef};

/// `a + b`, where either is of these types and they go together.
pub(crate) fn add(a: ValueRef<'_>, b: ValueRef<'_>) -> Option<Result<Value>> {
    use ValueRef::{Date, Integer, Interval, Time, Timestamp, TimestampTz};
    Some(match (a, b) {
        (Date(d), Integer(days)) | (Integer(days), Date(d)) => date_plus(d, days).map(Value::Date),
        (Date(d), Time(t)) | (Time(t), Date(d)) => date_at(d, t).map(Value::Timestamp),
        (Date(d), Interval(i)) | (Interval(i), Date(d)) => {
            let midnight = d.midnight();
            midnight
                .and_then(|t| timestamp_plus(t, i))
                .map(Value::Timestamp)
        }
        (Timestamp(t), Interval(i)) | (Interval(i), Timestamp(t)) => {
            timestamp_plus(t, i).map(Value::Timestamp)
        }
        (TimestampTz(t), Interval(i)) | (Interval(i), TimestampTz(t)) => {
            timestamptz_plus(t, i, &Zone::default()).map(Value::TimestampTz)
        }
        (Time(t), Interval(i)) | (Interval(i), Time(t)) => Ok(Value::Time(time_plus(t, i, 1))),
        (Interval(a), Interval(b)) => sum(a, b).map(Value::Interval),
        _ => return None,
    })
}

/// `a - b`, where either is of these types and they go together.
pub(crate) fn subtract(a: ValueRef<'_>, b: ValueRef<'_>) -> Option<Result<Value>> {
    use ValueRef::{Date, Integer, Interval, Time, Timestamp, TimestampTz};
    Some(match (a, b) {
        (Date(d), Integer(days)) => days
            .checked_neg()
            .ok_or_else(integer_overflow)
            .and_then(|days| date_plus(d, days))
            .map(Value::Date),
        (Date(a), Date(b)) => days_between(a, b).map(Value::Integer),
        (Date(d), Interval(i)) => {
            let less = d.midnight().and_then(|t| timestamp_plus(t, negated(i)?));
            less.map(Value::Timestamp)
        }
        (Timestamp(t), Interval(i)) => {
            let less = negated(i).and_then(|i| timestamp_plus(t, i));
            less.map(Value::Timestamp)
        }
        (TimestampTz(t), Interval(i)) => {
            let less = negated(i).and_then(|i| timestamptz_plus(t, i, &Zone::default()));
            less.map(Value::TimestampTz)
        }
        (Timestamp(a), Timestamp(b)) => {
            between(a.micros(), b.micros(), a.is_finite() && b.is_finite()).map(Value::Interval)
        }
        (TimestampTz(a), TimestampTz(b)) => {
            between(a.micros(), b.micros(), a.is_finite() && b.is_finite()).map(Value::Interval)
        }
        (Time(a), Time(b)) => Ok(Value::Interval(self::Interval::new(
            0,
            0,
            a.micros() - b.micros(),
        ))),
        (Time(t), Interval(i)) => Ok(Value::Time(time_plus(t, i, -1))),
        (Interval(a), Interval(b)) => difference(a, b).map(Value::Interval),
        _ => return None,
    })
}

/// `a * b`, where one is an interval and the other a number.
pub(crate) fn multiply(a: ValueRef<'_>, b: ValueRef<'_>) -> Option<Result<Value>> {
    let (interval, number) = match (a, b) {
        (ValueRef::Interval(interval), number) | (number, ValueRef::Interval(interval)) => {
            (interval, number)
        }
        _ => return None,
    };
    let number = real(number)?;
    Some(scaled(interval, number).map(Value::Interval))
}

/// `a / b`, where one is an interval and the other a number.
pub(crate) fn divide(a: ValueRef<'_>, b: ValueRef<'_>) -> Option<Result<Value>> {
    let ValueRef::Interval(interval) = a else {
        return None;
    };
    let number = real(b)?;
    if number == 0.0 {
        return Some(Err(division_by_zero()));
    }
    Some(divided(interval, number).map(Value::Interval))
}

fn real(number: ValueRef<'_>) -> Option<f64> {
    match number {
        ValueRef::Integer(number) => Some(number as f64),
        ValueRef::Real(number) => Some(number),
        ValueRef::Numeric(number) => Some(number.decimal().to_real()),
        _ => None,
    }
}

/// So many days later.
fn date_plus(date: Date, days: i64) -> Result<Date> {
    if !date.is_finite() {
        return Ok(date);
    }
    let days = i64::from(date.days()).checked_add(days);
    Date::checked(days.ok_or_else(|| beyond(SqlType::Date))?)
}

fn days_between(a: Date, b: Date) -> Result<i64> {
    if a.is_finite() && b.is_finite() {
        Ok(i64::from(a.days()) - i64::from(b.days()))
    } else {
        Err(infinite("dates"))
    }
}

fn date_at(date: Date, time: Time) -> Result<Timestamp> {
    let midnight = date.midnight()?;
    if !date.is_finite() {
        return Ok(midnight);
    }
    Timestamp::checked(i128::from(midnight.micros()) + i128::from(time.micros()))
}

/// A time of day wraps around midnight; days and months change nothing.
fn time_plus(time: Time, interval: Interval, sign: i64) -> Time {
    Time::of_moment(time.micros() + sign * (interval.micros() % DAY))
}

/// Months first, at whose end days are cut, then days, then the rest.
pub(crate) fn timestamp_plus(timestamp: Timestamp, interval: Interval) -> Result<Timestamp> {
    if !timestamp.is_finite() {
        return Ok(timestamp);
    }
    let mut micros = i128::from(timestamp.micros());
    if interval.months() != 0 {
        let days = months_later(timestamp, interval.months());
        micros = i128::from(days) * i128::from(DAY) + micros.rem_euclid(i128::from(DAY));
    }
    micros += i128::from(interval.days()) * i128::from(DAY) + i128::from(interval.micros());
    Timestamp::checked(micros)
}

fn months_later(timestamp: Timestamp, months: i32) -> i64 {
    let civil = civil_of(i64::from(timestamp.date().days()));
    let month = civil.month - 1 + i64::from(months);
    let (year, month) = (civil.year + month.div_euclid(12), month.rem_euclid(12) + 1);
    days_of(year, month, civil.day.min(days_in_month(year, month)))
}

/// Months and days as the clocks of a zone show them; the rest as it passes everywhere.
pub(crate) fn timestamptz_plus(
    moment: TimestampTz,
    interval: Interval,
    zone: &Zone,
) -> Result<TimestampTz> {
    if !moment.is_finite() {
        return Ok(moment);
    }
    let by_calendar = Interval::new(interval.months(), interval.days(), 0);
    let moment = if by_calendar == Interval::default() {
        moment
    } else {
        zone.moment(timestamp_plus(zone.local(moment), by_calendar)?)?
    };
    TimestampTz::checked(i128::from(moment.micros()) + i128::from(interval.micros()))
}

/// Days and microseconds, of one sign.
fn between(a: i64, b: i64, are_finite: bool) -> Result<Interval> {
    if !are_finite {
        return Err(infinite("timestamps"));
    }
    let micros = i128::from(a) - i128::from(b);
    let day = i128::from(DAY);
    Interval::checked(0, micros / day, micros % day)
}

fn infinite(what: &str) -> Error {
    Error::sql(
        SqlState::DATETIME_FIELD_OVERFLOW,
        format!("infinite {what} have no difference"),
    )
}

/// Field by field.
pub(crate) fn sum(a: Interval, b: Interval) -> Result<Interval> {
    Interval::checked(
        i128::from(a.months()) + i128::from(b.months()),
        i128::from(a.days()) + i128::from(b.days()),
        i128::from(a.micros()) + i128::from(b.micros()),
    )
}

fn difference(a: Interval, b: Interval) -> Result<Interval> {
    Interval::checked(
        i128::from(a.months()) - i128::from(b.months()),
        i128::from(a.days()) - i128::from(b.days()),
        i128::from(a.micros()) - i128::from(b.micros()),
    )
}

/// `-interval`
pub(crate) fn negated(interval: Interval) -> Result<Interval> {
    difference(Interval::default(), interval)
}

/// Times a number. What is left of whole months becomes days, and what is left of those microseconds.
pub(crate) fn scaled(interval: Interval, factor: f64) -> Result<Interval> {
    of_parts(
        f64::from(interval.months()) * factor,
        f64::from(interval.days()) * factor,
        interval.micros() as f64 * factor,
    )
}

pub(crate) fn divided(interval: Interval, divisor: f64) -> Result<Interval> {
    of_parts(
        f64::from(interval.months()) / divisor,
        f64::from(interval.days()) / divisor,
        interval.micros() as f64 / divisor,
    )
}

/// Fractions as PostgreSQL hands them down, to the microsecond at each step.
fn of_parts(months: f64, days: f64, micros: f64) -> Result<Interval> {
    if !(months.is_finite() && days.is_finite() && micros.is_finite()) {
        return Err(out_of_range(SqlType::Interval));
    }
    let whole_months = months.trunc();
    let month_days = rounded((months - whole_months) * 30.0);
    let mut whole_days = days.trunc() + month_days.trunc();
    let mut rest = rounded(((days - days.trunc()) + (month_days - month_days.trunc())) * 86_400.0);
    // A rest of a whole day, by rounding, is one.
    if rest.abs() >= 86_400.0 {
        whole_days += (rest / 86_400.0).trunc();
        rest %= 86_400.0;
    }
    let micros = (micros + rest * 1e6).round_ties_even();
    // Beyond i64 the casts saturate, which is out of range of each part too.
    Interval::checked(whole_months as i128, whole_days as i128, micros as i128)
}

/// To a microsecond of a second.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round_ties_even() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::temporal::{parse_interval, read_timestamp};

    fn plus(timestamp: &str, interval: &str) -> String {
        let timestamp = read_timestamp(timestamp).unwrap();
        let interval = parse_interval(interval).unwrap();
        timestamp_plus(timestamp, interval).unwrap().to_string()
    }

    #[test]
    fn months_end_where_they_end() {
        assert_eq!(plus("2024-01-31", "1 month"), "2024-02-29 00:00:00");
        assert_eq!(
            plus("2024-03-31 10:00", "-1 month -1 day"),
            "2024-02-28 10:00:00"
        );
        assert_eq!(plus("0001-01-01", "-1 day"), "0001-12-31 00:00:00 BC");
        let last = read_timestamp("294276-12-31").unwrap();
        assert!(timestamp_plus(last, Interval::new(1, 0, 0)).is_err());
        assert_eq!(plus("infinity", "1 day"), "infinity");
    }

    #[test]
    fn days_are_those_of_the_clock() {
        let zone = Zone::of_name("America/New_York").unwrap();
        let before = zone
            .moment(read_timestamp("2024-03-09 12:00").unwrap())
            .unwrap();
        let day = timestamptz_plus(before, Interval::new(0, 1, 0), &zone).unwrap();
        let hours = timestamptz_plus(before, Interval::new(0, 0, DAY), &zone).unwrap();
        assert_eq!(zone.local(day).to_string(), "2024-03-10 12:00:00");
        assert_eq!(zone.local(hours).to_string(), "2024-03-10 13:00:00");
    }

    #[test]
    fn intervals_times_numbers() {
        let times = |text, by| {
            scaled(parse_interval(text).unwrap(), by)
                .unwrap()
                .to_string()
        };
        assert_eq!(times("1 month", 0.5), "15 days");
        assert_eq!(times("1 mon 1 day", 1.5), "1 mon 16 days 12:00:00");
        assert_eq!(
            times("41 years -1 mon -2 days", 0.3),
            "12 years 3 mons 9 days -14:24:00"
        );
        let by = |text, by| {
            divided(parse_interval(text).unwrap(), by)
                .unwrap()
                .to_string()
        };
        assert_eq!(by("1 day", 3.0), "08:00:00");
        assert_eq!(by("1 month", 3.0), "10 days");
        assert!(scaled(Interval::new(i32::MAX, 0, 0), 2.0).is_err());
    }
}
