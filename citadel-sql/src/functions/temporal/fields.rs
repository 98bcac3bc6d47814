//! Fields of a time, and times without their lesser fields.

use super::arguments::{function, gives_interval, needing, with_clock, with_zone};
use crate::error::{Error, Result, SqlState};
use crate::functions::scalar::{gives_real, wrong_arguments};
use crate::functions::{ArgumentKind, Clock, Needs, ScalarFunction};
use crate::types::number_text::out_of_range;
use crate::types::numeric::Decimal;
use crate::types::temporal::{
    DAY, DateField, Extracted, Zone, age, bin, extract, truncate, truncate_interval,
};
use crate::types::{SqlType, Timestamp, TimestampTz, Value, ValueRef};

use ArgumentKind::{Interval, Moment, Temporal, Text};

/// What `EXTRACT(field FROM x)` calls.
pub(crate) const EXTRACT: &str = "extract";

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    needing(
        EXTRACT,
        2..=2,
        &[Text, Temporal],
        |_| Ok(SqlType::Numeric),
        (Needs::Zone, |a| exact(part(EXTRACT, a, true)?)),
    ),
    needing(
        "date_part",
        2..=2,
        &[Text, Temporal],
        gives_real,
        (Needs::Zone, |a| real(part("date_part", a, false)?)),
    ),
    needing(
        "date_trunc",
        2..=3,
        &[Text, Temporal, Text],
        |types| {
            Ok(match types.get(1) {
                // A day is a moment in the zone of the session.
                Some(SqlType::Date) => SqlType::TimestampTz,
                Some(SqlType::Time | SqlType::Interval) => SqlType::Interval,
                Some(ty) => *ty,
                None => SqlType::Unknown,
            })
        },
        (Needs::Zone, date_trunc),
    ),
    function(
        "date_bin",
        3..=3,
        &[Interval, Moment],
        |types| Ok(types.get(1).copied().unwrap_or(SqlType::Unknown)),
        date_bin,
    ),
    needing(
        "age",
        1..=2,
        &[Moment],
        gives_interval,
        (Needs::Clock(Clock::Transaction), ages),
    ),
];

fn part(name: &str, arguments: &[ValueRef<'_>], is_strict: bool) -> Result<Extracted> {
    let (written, zone) = with_zone(arguments)?;
    let [ValueRef::Text(field), value] = written else {
        return Err(wrong_arguments(name, written));
    };
    let field = DateField::of_name(field)?;
    extract(field, *value, &zone, is_strict)
}

fn exact(extracted: Extracted) -> Result<Value> {
    let number = match extracted {
        Extracted::Nothing => return Ok(Value::Null),
        Extracted::Infinite => return Err(out_of_range(SqlType::Numeric)),
        Extracted::Decimal { digits, scale } => Decimal::of_units(digits, scale),
        Extracted::Day { day, micros } => {
            let part = Decimal::from(micros).divided_by(&Decimal::from(DAY))?;
            Decimal::from(day).plus(&part)
        }
    };
    number.finish().map(Value::Numeric)
}

fn real(extracted: Extracted) -> Result<Value> {
    Ok(match extracted {
        Extracted::Nothing => Value::Null,
        Extracted::Infinite => return Err(out_of_range(SqlType::Real)),
        Extracted::Decimal { digits, scale } => {
            Value::Real(digits as f64 / 10_f64.powi(i32::from(scale)))
        }
        Extracted::Day { day, micros } => Value::Real(day as f64 + micros as f64 / DAY as f64),
    })
}

fn date_trunc(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let (written, session) = with_zone(arguments)?;
    let (field, value, zone) = match written {
        [ValueRef::Text(field), value] => (field, *value, session),
        [ValueRef::Text(field), value, ValueRef::Text(zone)] => {
            if !matches!(value, ValueRef::TimestampTz(_)) {
                return Err(wrong_arguments("date_trunc", written));
            }
            (field, *value, Zone::of_name(zone)?)
        }
        _ => return Err(wrong_arguments("date_trunc", written)),
    };
    let field = DateField::of_name(field)?;
    Ok(match value {
        ValueRef::Timestamp(timestamp) => Value::Timestamp(truncate(field, timestamp)?),
        ValueRef::TimestampTz(moment) => {
            Value::TimestampTz(zone.moment(truncate(field, zone.local(moment))?)?)
        }
        ValueRef::Date(date) => {
            Value::TimestampTz(zone.moment(truncate(field, date.midnight()?)?)?)
        }
        ValueRef::Interval(interval) => Value::Interval(truncate_interval(field, interval)?),
        ValueRef::Time(time) => {
            let interval = crate::types::Interval::new(0, 0, time.micros());
            Value::Interval(truncate_interval(field, interval)?)
        }
        _ => return Err(wrong_arguments("date_trunc", written)),
    })
}

fn date_bin(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let [ValueRef::Interval(stride), moment, origin] = arguments else {
        return Err(wrong_arguments("date_bin", arguments));
    };
    let finite = |is_finite: bool| match is_finite {
        true => Ok(()),
        false => Err(Error::sql(
            SqlState::DATETIME_FIELD_OVERFLOW,
            "an infinite timestamp is in no bin",
        )),
    };
    match (moment, origin) {
        (ValueRef::Timestamp(moment), ValueRef::Timestamp(origin)) => {
            finite(moment.is_finite() && origin.is_finite())?;
            let begin = bin(*stride, moment.micros(), origin.micros())?;
            Timestamp::checked(begin).map(Value::Timestamp)
        }
        (ValueRef::TimestampTz(moment), ValueRef::TimestampTz(origin)) => {
            finite(moment.is_finite() && origin.is_finite())?;
            let begin = bin(*stride, moment.micros(), origin.micros())?;
            TimestampTz::checked(begin).map(Value::TimestampTz)
        }
        _ => Err(wrong_arguments("date_bin", arguments)),
    }
}

/// Of one argument, how long it is before the midnight that began this day.
fn ages(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let (written, now, zone) = with_clock(arguments)?;
    let local = |value: ValueRef<'_>| match value {
        ValueRef::Timestamp(timestamp) => Ok(timestamp),
        ValueRef::TimestampTz(moment) => Ok(zone.local(moment)),
        ValueRef::Date(date) => date.midnight(),
        other => Err(wrong_arguments("age", &[other])),
    };
    let (later, earlier) = match (written, now) {
        ([later, earlier], _) => (local(*later)?, local(*earlier)?),
        ([earlier], Some(now)) => (zone.local(now).date().midnight()?, local(*earlier)?),
        _ => return Err(wrong_arguments("age", written)),
    };
    age(later, earlier).map(Value::Interval)
}
