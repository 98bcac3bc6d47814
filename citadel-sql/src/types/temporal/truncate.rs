//! `date_trunc` and `date_bin`.

use super::calendar::{civil_of, days_of, iso_day_of_week};
use super::{DAY, DateField, HOUR, Interval, MINUTE, SECOND, Timestamp};
use crate::error::{Error, Result, SqlState};

/// The beginning of the field that a timestamp lies in.
pub(crate) fn truncate(field: DateField, timestamp: Timestamp) -> Result<Timestamp> {
    if !timestamp.is_finite() {
        return Ok(timestamp);
    }
    let micros = timestamp.micros();
    let unit = match field {
        DateField::Microsecond => 1,
        DateField::Millisecond => 1_000,
        DateField::Second => SECOND,
        DateField::Minute => MINUTE,
        DateField::Hour => HOUR,
        DateField::Day => DAY,
        _ => return first_day(field, timestamp),
    };
    Timestamp::checked(i128::from(micros - micros.rem_euclid(unit)))
}

fn first_day(field: DateField, timestamp: Timestamp) -> Result<Timestamp> {
    let today = i64::from(timestamp.date().days());
    let civil = civil_of(today);
    let year = civil.year;
    // Centuries begin with the year 1, and those before Christ end with it.
    let first_of = |years: i64| (year - 1).div_euclid(years) * years + 1;
    let days = match field {
        DateField::Week => today - iso_day_of_week(today) + 1,
        DateField::Month => today - civil.day + 1,
        DateField::Quarter => days_of(year, (civil.month - 1) / 3 * 3 + 1, 1),
        DateField::Year => days_of(year, 1, 1),
        DateField::Decade => days_of(year.div_euclid(10) * 10, 1, 1),
        DateField::Century => days_of(first_of(100), 1, 1),
        DateField::Millennium => days_of(first_of(1000), 1, 1),
        _ => return Err(field.unsupported("date_trunc")),
    };
    Timestamp::checked(i128::from(days) * i128::from(DAY))
}

/// The same for an interval.
pub(crate) fn truncate_interval(field: DateField, interval: Interval) -> Result<Interval> {
    let (months, days, micros) = (interval.months(), interval.days(), interval.micros());
    let of_months = |unit: i32| Interval::new(months / unit * unit, 0, 0);
    let of_micros = |unit: i64| Interval::new(months, days, micros / unit * unit);
    Ok(match field {
        DateField::Millennium => of_months(12_000),
        DateField::Century => of_months(1_200),
        DateField::Decade => of_months(120),
        DateField::Year => of_months(12),
        DateField::Quarter => of_months(3),
        DateField::Month => of_months(1),
        DateField::Day => Interval::new(months, days, 0),
        DateField::Hour => of_micros(HOUR),
        DateField::Minute => of_micros(MINUTE),
        DateField::Second => of_micros(SECOND),
        DateField::Millisecond => of_micros(1_000),
        DateField::Microsecond => interval,
        _ => return Err(field.unsupported("date_trunc")),
    })
}

/// The beginning of the stride that a moment lies in, counted from an origin; all in microseconds.
pub(crate) fn bin(stride: Interval, moment: i64, origin: i64) -> Result<i128> {
    let wrong = |message: &str| Err(Error::sql(SqlState::INVALID_PARAMETER_VALUE, message));
    if stride.months() != 0 {
        return wrong("the stride of date_bin takes no months or years, which are not all alike");
    }
    if stride.span() <= 0 {
        return wrong("the stride of date_bin must be greater than zero");
    }
    let away = i128::from(moment) - i128::from(origin);
    Ok(i128::from(moment) - away.rem_euclid(stride.span()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::temporal::read_timestamp;

    #[test]
    fn beginnings() {
        let begin = |field: &str, text| {
            let field = DateField::of_name(field).unwrap();
            truncate(field, read_timestamp(text).unwrap())
                .unwrap()
                .to_string()
        };
        let text = "2024-05-17 13:14:15.678901";
        for (field, expected) in [
            ("microsecond", "2024-05-17 13:14:15.678901"),
            ("milliseconds", "2024-05-17 13:14:15.678"),
            ("second", "2024-05-17 13:14:15"),
            ("minute", "2024-05-17 13:14:00"),
            ("hour", "2024-05-17 13:00:00"),
            ("day", "2024-05-17 00:00:00"),
            ("week", "2024-05-13 00:00:00"),
            ("month", "2024-05-01 00:00:00"),
            ("quarter", "2024-04-01 00:00:00"),
            ("year", "2024-01-01 00:00:00"),
            ("decade", "2020-01-01 00:00:00"),
            ("century", "2001-01-01 00:00:00"),
            ("millennium", "2001-01-01 00:00:00"),
        ] {
            assert_eq!(begin(field, text), expected, "{field}");
        }
        assert_eq!(begin("century", "0055-08-10 BC"), "0100-01-01 00:00:00 BC");
        assert_eq!(begin("decade", "0002-12-31 BC"), "0011-01-01 00:00:00 BC");
        assert_eq!(begin("day", "1999-12-31 23:00"), "1999-12-31 00:00:00");
    }

    #[test]
    fn bins() {
        let bin = |stride, moment, origin| {
            let micros = |text| read_timestamp(text).unwrap().micros();
            let stride = crate::types::temporal::parse_interval(stride).unwrap();
            let begin = super::bin(stride, micros(moment), micros(origin));
            begin.map(|micros| Timestamp::checked(micros).unwrap().to_string())
        };
        assert_eq!(
            bin("15 minutes", "2020-02-11 15:44:17", "2001-01-01").unwrap(),
            "2020-02-11 15:30:00"
        );
        assert_eq!(
            bin("5 days", "2000-01-01", "2001-01-01").unwrap(),
            "1999-12-28 00:00:00"
        );
        assert!(bin("1 month", "2000-01-01", "2001-01-01").is_err());
        assert!(bin("-1 day", "2000-01-01", "2001-01-01").is_err());
    }
}
