//! SQLite's functions of dates and times, with its modifiers: `date('now', 'start of month', '+1 month')`.
//!
//! A time without a zone is one of UTC. They give dates and timestamps, which look as SQLite's texts do, and what is no
//! time is an error rather than NULL.

mod modifier;
mod strftime;

use super::arguments::{gives_date, gives_time, gives_timestamp, needing, with_clock};
use crate::error::{Error, Result, SqlState};
use crate::functions::scalar::{gives_integer, gives_real, gives_text, wrong_arguments};
use crate::functions::{ArgumentKind, Clock, Needs, ScalarFunction};
use crate::types::number_text::shown;
use crate::types::temporal::calendar::{JULIAN_DAY_OF_2000, UNIX_DAYS_OF_2000};
use crate::types::temporal::{DAY, SECOND, Zone, temporal_cast};
use crate::types::{SqlType, Timestamp, TimestampTz, Value, ValueRef};

use ArgumentKind::{Text, TimeValue};

/// The most modifiers.
const MANY: usize = 100;

const NOW: Needs = Needs::Clock(Clock::Statement);

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    needing(
        "date",
        0..=MANY,
        &[TimeValue, Text],
        gives_date,
        (NOW, |a| {
            evaluate(a, "date", |time| Ok(Value::Date(time.timestamp()?.date())))
        }),
    ),
    needing(
        "time",
        0..=MANY,
        &[TimeValue, Text],
        gives_time,
        (NOW, |a| {
            evaluate(a, "time", |time| Ok(Value::Time(time.shown()?.time())))
        }),
    ),
    needing(
        "datetime",
        0..=MANY,
        &[TimeValue, Text],
        gives_timestamp,
        (NOW, |a| {
            evaluate(a, "datetime", |time| time.shown().map(Value::Timestamp))
        }),
    ),
    needing(
        "julianday",
        0..=MANY,
        &[TimeValue, Text],
        gives_real,
        (NOW, |a| {
            evaluate(a, "julianday", |time| Ok(Value::Real(time.julian_day())))
        }),
    ),
    needing(
        "unixepoch",
        0..=MANY,
        &[TimeValue, Text],
        gives_integer,
        (NOW, |a| {
            evaluate(a, "unixepoch", |time| {
                Ok(Value::Integer(time.unix_micros().div_euclid(SECOND)))
            })
        }),
    ),
    needing(
        "strftime",
        1..=MANY,
        &[Text, TimeValue, Text],
        gives_text,
        (NOW, |a| match a {
            [ValueRef::Text(pattern), rest @ ..] => evaluate(rest, "strftime", |time| {
                strftime::print(pattern, &time).map(Value::Text)
            }),
            _ => Err(wrong_arguments("strftime", a)),
        }),
    ),
];

/// A time while modifiers change it.
#[derive(Clone, Copy, Debug)]
struct SqliteTime {
    /// Since 2000-01-01.
    micros: i64,
    /// Fractions of seconds are shown.
    has_fraction: bool,
    /// Days by which a month was too short for the day.
    overflow: i64,
}

impl SqliteTime {
    fn of(micros: i64) -> Self {
        Self {
            micros,
            has_fraction: false,
            overflow: 0,
        }
    }

    fn timestamp(self) -> Result<Timestamp> {
        Timestamp::checked(i128::from(self.micros))
    }

    /// To the second, or the millisecond where that is asked for.
    fn shown(self) -> Result<Timestamp> {
        let unit = if self.has_fraction { 1_000 } else { SECOND };
        Timestamp::checked(i128::from(self.micros.div_euclid(unit) * unit))
    }

    fn julian_day(self) -> f64 {
        // A Julian day begins at noon.
        self.micros as f64 / DAY as f64 + JULIAN_DAY_OF_2000 as f64 - 0.5
    }

    fn unix_micros(self) -> i64 {
        self.micros + UNIX_DAYS_OF_2000 * DAY
    }
}

/// Reads the time, applies the modifiers, and shows it.
fn evaluate(
    arguments: &[ValueRef<'_>],
    name: &str,
    show: impl FnOnce(SqliteTime) -> Result<Value>,
) -> Result<Value> {
    let (written, now, zone) = with_clock(arguments)?;
    let (value, modifiers) = match written {
        [] => (ValueRef::Text("now"), written),
        [value, modifiers @ ..] => (*value, modifiers),
    };
    let mut words = Vec::with_capacity(modifiers.len());
    for modifier in modifiers {
        match modifier {
            ValueRef::Text(text) => words.push(*text),
            _ => return Err(wrong_arguments(name, written)),
        }
    }
    let mut words = words.as_slice();
    let mut time = match number(value) {
        Some(number) => of_number(number, &mut words)?,
        None => SqliteTime::of(of_value(value, now, &zone)?),
    };
    for word in words {
        modifier::apply(&mut time, word, &zone)?;
    }
    show(time)
}

/// A number that stands for a time, written as a text too.
fn number(value: ValueRef<'_>) -> Option<f64> {
    match value {
        ValueRef::Integer(number) => Some(number as f64),
        ValueRef::Real(number) => Some(number),
        ValueRef::Numeric(number) => Some(number.decimal().to_real()),
        ValueRef::Text(text) => {
            let text = text.trim_ascii();
            let is_number = text
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
            text.parse().ok().filter(|_| is_number)
        }
        _ => None,
    }
}

/// A day of the Julian period, or what the first modifier says.
fn of_number(number: f64, words: &mut &[&str]) -> Result<SqliteTime> {
    /// The last Julian day that SQLite takes a number for.
    const JULIAN_MAX: f64 = 5_373_484.5;
    let first = words
        .first()
        .map(|word| word.trim_ascii().to_ascii_lowercase());
    let is_epoch = match first.as_deref() {
        Some("unixepoch") => Some(true),
        Some("julianday") => Some(false),
        Some("auto") => Some(!(0.0..JULIAN_MAX).contains(&number)),
        _ => None,
    };
    if is_epoch.is_some() {
        *words = &words[1..];
    }
    let micros = if is_epoch == Some(true) {
        number * SECOND as f64 - (UNIX_DAYS_OF_2000 * DAY) as f64
    } else {
        (number + 0.5 - JULIAN_DAY_OF_2000 as f64) * DAY as f64
    };
    // Beyond what there is, the cast saturates; SQLite keeps milliseconds.
    let micros = (micros / 1_000.0).round() as i128 * 1_000;
    let moment = Timestamp::checked(micros)?;
    Ok(SqliteTime::of(moment.micros()))
}

fn of_value(value: ValueRef<'_>, now: Option<TimestampTz>, zone: &Zone) -> Result<i64> {
    let utc = Zone::default();
    let moment = match value {
        ValueRef::Time(time) => return Ok(time.micros()),
        ValueRef::Timestamp(timestamp) => timestamp,
        ValueRef::Date(date) => date.midnight()?,
        ValueRef::TimestampTz(moment) => zone.local(moment),
        ValueRef::Text(text) => {
            let is_clock = text.trim_ascii().bytes().take(3).any(|b| b == b':');
            let wanted = if is_clock {
                SqlType::Time
            } else {
                SqlType::TimestampTz
            };
            match temporal_cast(ValueRef::Text(text), wanted, &utc, now) {
                Some(Ok(Value::TimestampTz(moment))) => utc.local(moment),
                Some(Ok(Value::Time(time))) => return Ok(time.micros()),
                Some(Err(error)) => return Err(error),
                _ => return Err(wrong_arguments("date", &[value])),
            }
        }
        other => return Err(wrong_arguments("date", &[other])),
    };
    if moment.is_finite() {
        Ok(moment.micros())
    } else {
        Err(Error::sql(
            SqlState::DATETIME_FIELD_OVERFLOW,
            format!("{moment} is no certain time"),
        ))
    }
}

fn unknown_modifier(word: &str) -> Error {
    Error::sql(
        SqlState::INVALID_PARAMETER_VALUE,
        format!("there is no modifier \"{}\" of a time", shown(word)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::scalar;

    fn call(name: &str, arguments: &[&str]) -> String {
        let now = TimestampTz::from_micros(0).unwrap();
        let mut values: Vec<ValueRef<'_>> = arguments.iter().map(|a| ValueRef::Text(a)).collect();
        values.extend([ValueRef::TimestampTz(now), ValueRef::Text("UTC")]);
        match (scalar(name).unwrap().eval)(&values) {
            Ok(Value::Text(text)) => text,
            Ok(Value::Date(date)) => date.to_string(),
            Ok(Value::Time(time)) => time.to_string(),
            Ok(Value::Timestamp(timestamp)) => timestamp.to_string(),
            Ok(Value::Integer(number)) => number.to_string(),
            Ok(Value::Real(number)) => format!("{number:.5}"),
            Ok(other) => format!("{other:?}"),
            Err(error) => error.sqlstate().unwrap().to_string(),
        }
    }

    #[test]
    fn sqlites_functions() {
        for (name, arguments, expected) in [
            ("date", &["now"] as &[&str], "2000-01-01"),
            ("datetime", &[], "2000-01-01 00:00:00"),
            ("date", &["2024-01-31", "+1 month"], "2024-03-02"),
            ("date", &["2024-01-31", "+1 month", "floor"], "2024-02-29"),
            (
                "date",
                &["2024-02-29", "start of month", "+1 month", "-1 day"],
                "2024-02-29",
            ),
            ("date", &["2024-02-29", "weekday 0"], "2024-03-03"),
            ("date", &["2024-02-29", "start of year"], "2024-01-01"),
            (
                "datetime",
                &["1092941466", "unixepoch"],
                "2004-08-19 18:51:06",
            ),
            ("datetime", &["2451544.5"], "2000-01-01 00:00:00"),
            ("datetime", &["1092941466", "auto"], "2004-08-19 18:51:06"),
            ("time", &["12:34:56.789"], "12:34:56"),
            ("time", &["12:34:56.789", "subsec"], "12:34:56.789"),
            (
                "datetime",
                &["2024-01-01 12:00", "+1.5 hours", "-10 minutes"],
                "2024-01-01 13:20:00",
            ),
            ("datetime", &["2024-01-01", "+01:30"], "2024-01-01 01:30:00"),
            ("date", &["2024-01-01", "+0001-02-03"], "2025-03-04"),
            ("julianday", &["2000-01-01 12:00"], "2451545.00000"),
            ("unixepoch", &["1970-01-02"], "86400"),
            (
                "strftime",
                &["%Y-%m-%d %H:%M:%f", "2024-02-29 01:02:03.5"],
                "2024-02-29 01:02:03.500",
            ),
            (
                "strftime",
                &["%j %w %s %%", "2024-02-29"],
                "060 4 1709164800 %",
            ),
            (
                "strftime",
                &["%e|%k|%I%p|%F|%T|%V|%G|%u", "2024-02-09 13:05"],
                " 9|13|01PM|2024-02-09|13:05:00|06|2024|5",
            ),
            ("date", &["hello"], "22007"),
            ("date", &["now", "+1 fortnight"], "22023"),
        ] {
            assert_eq!(call(name, arguments), expected, "{name} {arguments:?}");
        }
    }
}
