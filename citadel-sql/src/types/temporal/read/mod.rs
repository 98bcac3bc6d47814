//! Dates, times and timestamps from text, in the many forms that PostgreSQL reads.
//!
//! A text is cut into [`Field`](fields::Field)s: dates, times, numbers, words and offsets. What each of them says is noted in
//! [`Parts`](parts::Parts), whatever their order, and then the parts make a value. Where numbers alone could mean
//! several dates, a year of three digits or more comes first, or else the month does, as in PostgreSQL's `MDY`.

mod fields;
mod parts;

use super::{Date, SECOND, Time, Timestamp, TimestampTz, Zone};
use crate::error::{Error, Result, SqlState};
use crate::types::SqlType;
use crate::types::number_text::shown;

use parts::{Parts, Special};

/// When a text is read, for those that depend on it: `now`, `today`, `tomorrow`, `yesterday`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment<'a> {
    pub(crate) now: TimestampTz,
    pub(crate) zone: &'a Zone,
}

/// Does the text say a time by when it is read?
pub(crate) fn is_relative(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace();
    words.any(|word| {
        ["now", "today", "tomorrow", "yesterday"]
            .iter()
            .any(|relative| word.eq_ignore_ascii_case(relative))
    })
}

/// Reads a DATE; a time of day and a zone that stand with it say nothing.
pub(crate) fn read_date(text: &str, moment: Option<Moment<'_>>) -> Result<Date> {
    let parts = parts(text, SqlType::Date)?;
    let date = match parts.special {
        Some(Special::Infinity) => return Ok(Date::INFINITY),
        Some(Special::NegInfinity) => return Ok(Date::NEG_INFINITY),
        Some(special) => day_of(special, text, SqlType::Date, moment)?,
        None => parts.date().map_err(|bad| bad.error(text, SqlType::Date))?,
    };
    if let Some(Err(bad)) = parts.time() {
        return Err(bad.error(text, SqlType::Date));
    }
    Ok(date)
}

/// Reads a TIME; a date and a zone that stand with it say nothing.
pub(crate) fn read_time(text: &str, moment: Option<Moment<'_>>) -> Result<Time> {
    let ty = SqlType::Time;
    let parts = parts(text, ty)?;
    match parts.special {
        Some(Special::Now) => {
            let Moment { now, zone } = moment.ok_or_else(|| relative(text))?;
            return Ok(zone.local(now).time());
        }
        Some(_) => return Err(invalid(text, ty)),
        None => {}
    }
    if parts.has_date() {
        parts.date().map_err(|bad| bad.error(text, ty))?;
    } else if parts.zone.as_ref().is_some_and(|zone| !zone.is_fixed()) {
        // Without a day, how far such a zone is from UTC is not known.
        return Err(invalid(text, ty));
    }
    let micros = match parts.time() {
        Some(time) => time.map_err(|bad| bad.error(text, ty))?,
        None => return Err(invalid(text, ty)),
    };
    Time::from_micros(micros).ok_or_else(|| out_of_range(text))
}

#[cfg(test)]
pub(crate) fn read_timestamp(text: &str) -> Result<Timestamp> {
    read_timestamp_at(text, None)
}

/// Reads a TIMESTAMP; a zone that stands with it says nothing.
pub(crate) fn read_timestamp_at(text: &str, moment: Option<Moment<'_>>) -> Result<Timestamp> {
    timestamp(text, SqlType::Timestamp, moment).map(|(timestamp, _)| timestamp)
}

/// Reads a TIMESTAMPTZ; where no zone stands with it, it is a time of the zone given.
pub(crate) fn read_timestamptz(
    text: &str,
    zone: &Zone,
    moment: Option<Moment<'_>>,
) -> Result<TimestampTz> {
    let (timestamp, own) = timestamp(text, SqlType::TimestampTz, moment)?;
    own.as_ref().unwrap_or(zone).moment(timestamp)
}

fn timestamp(
    text: &str,
    ty: SqlType,
    moment: Option<Moment<'_>>,
) -> Result<(Timestamp, Option<Zone>)> {
    let parts = parts(text, ty)?;
    let date = match parts.special {
        Some(Special::Infinity) => return Ok((Timestamp::INFINITY, None)),
        Some(Special::NegInfinity) => return Ok((Timestamp::NEG_INFINITY, None)),
        Some(Special::Epoch) => {
            let date = day_of(Special::Epoch, text, ty, moment)?;
            return Ok((date.midnight()?, Some(Zone::default())));
        }
        Some(Special::Now) => {
            let Moment { now, zone } = moment.ok_or_else(|| relative(text))?;
            return Ok((zone.local(now), Some(zone.clone())));
        }
        Some(special) => day_of(special, text, ty, moment)?,
        None => parts.date().map_err(|bad| bad.error(text, ty))?,
    };
    let micros = match parts.time() {
        Some(time) => time.map_err(|bad| bad.error(text, ty))?,
        None => 0,
    };
    let midnight = i128::from(date.midnight()?.micros());
    Ok((
        Timestamp::checked(midnight + i128::from(micros))?,
        parts.zone,
    ))
}

fn parts(text: &str, ty: SqlType) -> Result<Parts> {
    Parts::read(text, ty == SqlType::Time).map_err(|bad| bad.error(text, ty))
}

/// The day that a word says.
fn day_of(special: Special, text: &str, ty: SqlType, moment: Option<Moment<'_>>) -> Result<Date> {
    let away = match special {
        Special::Epoch => return Date::checked(-super::calendar::UNIX_DAYS_OF_2000),
        Special::Today | Special::Now => 0,
        Special::Tomorrow => 1,
        Special::Yesterday => -1,
        Special::Infinity | Special::NegInfinity => return Err(invalid(text, ty)),
    };
    let Moment { now, zone } = moment.ok_or_else(|| relative(text))?;
    Date::checked(i64::from(zone.local(now).date().days()) + away)
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    /// It is not of the form.
    Form,
    /// A field has a value that it cannot have.
    Field,
    /// It names a zone that there is none of.
    Zone,
}

impl Bad {
    fn error(self, text: &str, ty: SqlType) -> Error {
        match self {
            Self::Form => invalid(text, ty),
            Self::Field => out_of_range(text),
            Self::Zone => Error::sql(
                SqlState::INVALID_PARAMETER_VALUE,
                format!("the time zone in \"{}\" is not known", shown(text)),
            ),
        }
    }
}

fn invalid(text: &str, ty: SqlType) -> Error {
    Error::sql(
        SqlState::INVALID_DATETIME,
        format!("invalid input for type {ty}: \"{}\"", shown(text)),
    )
}

fn out_of_range(text: &str) -> Error {
    Error::sql(
        SqlState::DATETIME_FIELD_OVERFLOW,
        format!("date or time field out of range: \"{}\"", shown(text)),
    )
}

fn relative(text: &str) -> Error {
    Error::sql(
        SqlState::INVALID_DATETIME,
        format!(
            "\"{}\" is another time whenever it is read, and stands only where a statement is run",
            shown(text)
        ),
    )
    .hint("CURRENT_DATE and CURRENT_TIMESTAMP say the same")
}

/// Microseconds of the digits after a point, rounded.
pub(crate) fn fraction(digits: &str) -> i64 {
    let mut micros = 0;
    for digit in digits.bytes().chain(std::iter::repeat(b'0')).take(6) {
        micros = micros * 10 + i64::from(digit - b'0');
    }
    let rounds_up = digits.as_bytes().get(6).is_some_and(|digit| *digit >= b'5');
    (micros + i64::from(rounds_up)).min(SECOND)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> String {
        match read_date(text, None) {
            Ok(date) => date.to_string(),
            Err(error) => error.sqlstate().unwrap().to_string(),
        }
    }

    fn timestamp(text: &str) -> String {
        match read_timestamp(text) {
            Ok(timestamp) => timestamp.to_string(),
            Err(error) => error.sqlstate().unwrap().to_string(),
        }
    }

    #[test]
    fn dates_in_many_forms() {
        for text in [
            "1999-01-08",
            "January 8, 1999",
            "1/8/1999",
            "1999-Jan-08",
            "Jan-08-1999",
            "08-Jan-1999",
            "19990108",
            "990108",
            "1999.008",
            "J2451187",
            "8 January 1999",
            "Fri Jan 8 1999",
            "1999-01-08T04:05:06Z",
            "08-Jan-99",
            "1999 01 08",
            "01 08 1999",
            "1/8/99",
        ] {
            assert_eq!(date(text), "1999-01-08", "{text}");
        }
        assert_eq!(date("January 8, 99 BC"), "0099-01-08 BC");
        assert_eq!(date("0001-02-29 BC"), "0001-02-29 BC");
        assert_eq!(date("5874897-12-31"), "5874897-12-31");
        assert_eq!(date("4714-11-24 BC"), "4714-11-24 BC");
        assert_eq!(date("infinity"), "infinity");
        assert_eq!(date("epoch"), "1970-01-01");
        for (text, state) in [
            ("1999-02-29", "22008"),
            ("1999-13-01", "22008"),
            ("0000-01-01", "22008"),
            ("5874898-01-01", "22008"),
            ("4714-11-23 BC", "22008"),
            ("", "22007"),
            ("hello", "22007"),
            ("1999-01", "22007"),
            ("1999-01-08x", "22007"),
            ("today", "22007"),
            ("10:00", "22007"),
        ] {
            assert_eq!(date(text), state, "{text}");
        }
    }

    #[test]
    fn timestamps_in_many_forms() {
        for (text, expected) in [
            ("1999-01-08 04:05:06.789", "1999-01-08 04:05:06.789"),
            ("1999-01-08T04:05:06Z", "1999-01-08 04:05:06"),
            ("19990108T040506", "1999-01-08 04:05:06"),
            ("1999-01-08 040506.5", "1999-01-08 04:05:06.5"),
            ("1999-01-08 4:05 PM", "1999-01-08 16:05:00"),
            ("1999-01-08 12:05 AM", "1999-01-08 00:05:00"),
            ("Jan 8 1999 04:05:06 PST", "1999-01-08 04:05:06"),
            ("Mon Feb 10 17:32:01.4 1997 PST", "1997-02-10 17:32:01.4"),
            ("1999-01-08 24:00:00", "1999-01-09 00:00:00"),
            ("1999-01-08 23:59:60", "1999-01-09 00:00:00"),
            ("1999-01-08 04:05:06.9999999", "1999-01-08 04:05:07"),
            ("1999-01-08", "1999-01-08 00:00:00"),
            ("1999-01-08 allballs", "1999-01-08 00:00:00"),
            (
                "294276-12-31 23:59:59.999999",
                "294276-12-31 23:59:59.999999",
            ),
            ("294277-01-01", "22008"),
            ("1999-01-08 25:00", "22008"),
            ("1999-01-08 10:60", "22008"),
            ("1999-01-08 13:00 PM", "22008"),
            ("1999-01-08 10:00 Mars/Olympus", "22023"),
            ("1999-01-08 10:00 10:00", "22007"),
        ] {
            assert_eq!(timestamp(text), expected, "{text}");
        }
    }

    #[test]
    fn a_zone_decides_a_moment() {
        let moment = |text| {
            let zone = Zone::of_name("America/New_York").unwrap();
            read_timestamptz(text, &zone, None).unwrap().to_string()
        };
        assert_eq!(moment("2024-07-01 12:00"), "2024-07-01 16:00:00+00");
        assert_eq!(moment("2024-07-01 12:00Z"), "2024-07-01 12:00:00+00");
        assert_eq!(moment("2024-07-01 12:00-03"), "2024-07-01 15:00:00+00");
        assert_eq!(moment("2024-07-01 12:00 +0530"), "2024-07-01 06:30:00+00");
        assert_eq!(
            moment("2024-07-01 12:00 Asia/Tokyo"),
            "2024-07-01 03:00:00+00"
        );
        assert_eq!(
            moment("2024-07-01 12:00:00.5 EST"),
            "2024-07-01 17:00:00.5+00"
        );
        assert_eq!(moment("epoch"), "1970-01-01 00:00:00+00");
    }

    #[test]
    fn times() {
        let time = |text| match read_time(text, None) {
            Ok(time) => time.to_string(),
            Err(error) => error.sqlstate().unwrap().to_string(),
        };
        for (text, expected) in [
            ("04:05", "04:05:00"),
            ("4:05:06.000001", "04:05:06.000001"),
            ("040506", "04:05:06"),
            ("0405", "04:05:00"),
            ("04:05 PM", "16:05:00"),
            ("24:00", "24:00:00"),
            ("04:05:06-08:00", "04:05:06"),
            ("2003-04-12 04:05:06 America/New_York", "04:05:06"),
            ("24:00:01", "22008"),
            ("1999-01-08", "22007"),
            ("x", "22007"),
        ] {
            assert_eq!(time(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in ".{0,30}", likely in "[-0-9:+. TZapmBCJanfebity/]{0,24}") {
            for text in [text, likely] {
                let _ = read_date(&text, None);
                let _ = read_time(&text, None);
                let _ = read_timestamptz(&text, &Zone::default(), None);
            }
        }

        #[test]
        fn what_is_printed_is_read(days in -2_451_545_i32..=2_145_031_948, micros in 0_i64..super::super::DAY, moment in -211_813_488_000_000_000_i64..9_223_371_331_200_000_000) {
            let date = Date::from_days(days).unwrap();
            prop_assert_eq!(read_date(&date.to_string(), None).unwrap(), date);
            let time = Time::from_micros(micros).unwrap();
            prop_assert_eq!(read_time(&time.to_string(), None).unwrap(), time);
            let timestamp = Timestamp::from_micros(moment).unwrap();
            prop_assert_eq!(read_timestamp(&timestamp.to_string()).unwrap(), timestamp);
            let zone = Zone::of_name("Europe/Dublin").unwrap();
            let moment = TimestampTz::from_micros(moment).unwrap();
            if let Ok(text) = moment.in_zone("Asia/Kolkata")
                && text != "infinity"
            {
                prop_assert_eq!(read_timestamptz(&text, &zone, None).unwrap(), moment);
            }
        }
    }
}
