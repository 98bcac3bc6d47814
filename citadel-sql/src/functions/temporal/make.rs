//! Dates, times and intervals of their parts; intervals with their parts evened out.

use super::arguments::{
    function, gives_date, gives_interval, gives_time, gives_timestamp, gives_timestamptz, needing,
    with_zone,
};
use crate::error::{Error, Result, SqlState};
use crate::functions::scalar::wrong_arguments;
use crate::functions::{ArgumentKind, Needs, ScalarFunction};
use crate::types::numeric::{Decimal, Rounding};
use crate::types::temporal::{DAY, HOUR, MINUTE, SECOND, Zone, beyond};
use crate::types::{Date, Interval, SqlType, Time, Timestamp, Value, ValueRef};

use ArgumentKind::{Integer, Number};

/// The parts of an interval, as `make_interval` takes them.
const INTERVAL: &[ArgumentKind] = &[Integer, Integer, Integer, Integer, Integer, Integer, Number];

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    function("make_date", 3..=3, &[Integer], gives_date, |a| match a {
        [
            ValueRef::Integer(year),
            ValueRef::Integer(month),
            ValueRef::Integer(day),
        ] => date(*year, *month, *day).map(Value::Date),
        _ => Err(wrong_arguments("make_date", a)),
    }),
    function(
        "make_time",
        3..=3,
        &[Integer, Integer, Number],
        gives_time,
        |a| match a {
            [ValueRef::Integer(hour), ValueRef::Integer(minute), seconds] => {
                let micros = clock(*hour, *minute, *seconds)?;
                Time::from_micros(micros)
                    .map(Value::Time)
                    .ok_or_else(|| beyond(SqlType::Time))
            }
            _ => Err(wrong_arguments("make_time", a)),
        },
    ),
    function(
        "make_timestamp",
        6..=6,
        &[Integer, Integer, Integer, Integer, Integer, Number],
        gives_timestamp,
        |a| timestamp("make_timestamp", a).map(Value::Timestamp),
    ),
    needing(
        "make_timestamptz",
        6..=7,
        &[
            Integer,
            Integer,
            Integer,
            Integer,
            Integer,
            Number,
            ArgumentKind::Text,
        ],
        gives_timestamptz,
        (Needs::Zone, |a| {
            let (written, session) = with_zone(a)?;
            let (parts, zone) = match written {
                [parts @ .., ValueRef::Text(zone)] => (parts, Zone::of_name(zone)?),
                parts => (parts, session),
            };
            let local = timestamp("make_timestamptz", parts)?;
            zone.moment(local).map(Value::TimestampTz)
        }),
    ),
    function(
        "make_interval",
        0..=7,
        INTERVAL,
        gives_interval,
        make_interval,
    ),
    function(
        "justify_hours",
        1..=1,
        &[ArgumentKind::Interval],
        gives_interval,
        |a| justified("justify_hours", a, true, false),
    ),
    function(
        "justify_days",
        1..=1,
        &[ArgumentKind::Interval],
        gives_interval,
        |a| justified("justify_days", a, false, true),
    ),
    function(
        "justify_interval",
        1..=1,
        &[ArgumentKind::Interval],
        gives_interval,
        |a| justified("justify_interval", a, true, true),
    ),
];

fn out_of_range() -> Error {
    Error::sql(
        SqlState::DATETIME_FIELD_OVERFLOW,
        "a field of a date or time is out of range",
    )
}

/// A negative year is before Christ, and there is no year 0.
fn date(year: i64, month: i64, day: i64) -> Result<Date> {
    let year = match year {
        0 => return Err(out_of_range()),
        year if year < 0 => year + 1,
        year => year,
    };
    let year = i32::try_from(year).ok();
    let (month, day) = (u8::try_from(month).ok(), u8::try_from(day).ok());
    let date = year.zip(month).zip(day);
    date.and_then(|((year, month), day)| Date::new(year, month, day))
        .ok_or_else(out_of_range)
}

/// Microseconds of a time of day.
fn clock(hour: i64, minute: i64, seconds: ValueRef<'_>) -> Result<i64> {
    let seconds = micros_of(seconds)?;
    let is_one = (0..=24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60 * i128::from(SECOND)).contains(&seconds);
    if !is_one {
        return Err(out_of_range());
    }
    let micros = i128::from(hour * HOUR + minute * MINUTE) + seconds;
    let micros = i64::try_from(micros).ok().filter(|micros| *micros <= DAY);
    micros.ok_or_else(out_of_range)
}

/// Seconds as microseconds, rounded.
fn micros_of(seconds: ValueRef<'_>) -> Result<i128> {
    match seconds {
        ValueRef::Integer(seconds) => Ok(i128::from(seconds) * i128::from(SECOND)),
        // Beyond what any type holds, casts saturate.
        ValueRef::Real(seconds) => Ok((seconds * SECOND as f64).round_ties_even() as i128),
        ValueRef::Numeric(seconds) => {
            let micros = seconds.decimal().times(&Decimal::from(SECOND));
            let micros = micros.to_integer(Rounding::Nearest);
            micros.map(i128::from).ok_or_else(out_of_range)
        }
        other => Err(wrong_arguments("seconds", &[other])),
    }
}

fn timestamp(name: &str, parts: &[ValueRef<'_>]) -> Result<Timestamp> {
    let [
        ValueRef::Integer(year),
        ValueRef::Integer(month),
        ValueRef::Integer(day),
        ValueRef::Integer(hour),
        ValueRef::Integer(minute),
        seconds,
    ] = parts
    else {
        return Err(wrong_arguments(name, parts));
    };
    let midnight = date(*year, *month, *day)?.midnight()?;
    let micros = clock(*hour, *minute, *seconds)?;
    Timestamp::checked(i128::from(midnight.micros()) + i128::from(micros))
}

fn make_interval(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let mut parts = [0_i128; 6];
    let mut seconds = 0;
    for (at, argument) in arguments.iter().enumerate() {
        match (parts.get_mut(at), argument) {
            (Some(part), ValueRef::Integer(value)) => *part = i128::from(*value),
            (None, value) => seconds = micros_of(*value)?,
            _ => return Err(wrong_arguments("make_interval", arguments)),
        }
    }
    let [years, months, weeks, days, hours, minutes] = parts;
    let micros = hours * i128::from(HOUR) + minutes * i128::from(MINUTE) + seconds;
    Interval::checked(years * 12 + months, weeks * 7 + days, micros).map(Value::Interval)
}

/// Days of 24 hours, months of 30 days, and all of them of one sign.
fn justified(name: &str, arguments: &[ValueRef<'_>], hours: bool, days: bool) -> Result<Value> {
    let [ValueRef::Interval(interval)] = arguments else {
        return Err(wrong_arguments(name, arguments));
    };
    let day = i128::from(DAY);
    let mut out = [
        i128::from(interval.months()),
        i128::from(interval.days()),
        i128::from(interval.micros()),
    ];
    if hours {
        carry(&mut out, 1, day);
    }
    if days {
        carry(&mut out, 0, 30);
    }
    if days {
        let rest = if hours { out[2] } else { 0 };
        even(&mut out, 0, 30, rest);
    }
    if hours {
        even(&mut out, 1, day, 0);
    }
    Interval::checked(out[0], out[1], out[2]).map(Value::Interval)
}

/// Hands what makes wholes of a part up to the one before it.
fn carry(parts: &mut [i128; 3], to: usize, size: i128) {
    parts[to] += parts[to + 1] / size;
    parts[to + 1] %= size;
}

/// Gives a part the sign of the one before it; where it is 0, what comes after it counts.
fn even(parts: &mut [i128; 3], to: usize, size: i128, rest: i128) {
    let sign = match parts[to + 1].signum() {
        0 => rest.signum(),
        sign => sign,
    };
    if parts[to].signum() * sign < 0 {
        let whole = parts[to].signum();
        parts[to + 1] += whole * size;
        parts[to] -= whole;
    }
}
