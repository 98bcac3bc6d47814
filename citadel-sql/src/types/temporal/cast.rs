//! Conversions between these types, and from and to text.

use super::{
    Date, Interval, Moment, Time, TimestampTz, Zone, parse_interval, read, timestamp_text,
    timestamptz_text,
};
use crate::error::Result;
use crate::types::{SqlType, Value, ValueRef};

/// Does a conversion depend on the time zone of the session?
pub(crate) fn needs_zone(from: SqlType, to: SqlType) -> bool {
    use SqlType::{Array, Date, Text, Time, Timestamp, TimestampTz, Unknown};
    match (from, to) {
        (Array(a), Array(b)) => return needs_zone(a.sql_type(), b.sql_type()),
        (Array(element), Text) => return needs_zone(element.sql_type(), to),
        (Text | Unknown, Array(element)) => return needs_zone(from, element.sql_type()),
        _ => {}
    }
    matches!(
        (from, to),
        (Unknown | Text | Date | Timestamp, TimestampTz)
            | (TimestampTz, Text | Date | Time | Timestamp)
            | (Unknown, Date | Time | Timestamp)
    )
}

/// Converts a value of one of these types to another, or to or from TEXT. `None`: there is no such conversion.
pub(crate) fn temporal_cast(
    value: ValueRef<'_>,
    to: SqlType,
    zone: &Zone,
    now: Option<TimestampTz>,
) -> Option<Result<Value>> {
    use ValueRef::{Text, Timestamp, TimestampTz};
    let moment = now.map(|now| Moment { now, zone });
    Some(match (value, to) {
        (Text(text), SqlType::Date) => read::read_date(text, moment).map(Value::Date),
        (Text(text), SqlType::Time) => read::read_time(text, moment).map(Value::Time),
        (Text(text), SqlType::Timestamp) => {
            read::read_timestamp_at(text, moment).map(Value::Timestamp)
        }
        (Text(text), SqlType::TimestampTz) => {
            read::read_timestamptz(text, zone, moment).map(Value::TimestampTz)
        }
        (Text(text), SqlType::Interval) => parse_interval(text).map(Value::Interval),

        (ValueRef::Date(date), to) => return of_date(date, to, zone),
        (Timestamp(timestamp), SqlType::Text) => Ok(Value::Text(timestamp_text(timestamp))),
        (Timestamp(timestamp), SqlType::Timestamp) => Ok(Value::Timestamp(timestamp)),
        (Timestamp(timestamp), SqlType::TimestampTz) => {
            zone.moment(timestamp).map(Value::TimestampTz)
        }
        (Timestamp(timestamp), to) => return of_timestamp(timestamp, to),
        (TimestampTz(moment), SqlType::Text) => Ok(Value::Text(timestamptz_text(moment, zone))),
        (TimestampTz(moment), SqlType::TimestampTz) => Ok(Value::TimestampTz(moment)),
        (TimestampTz(moment), SqlType::Timestamp) => Ok(Value::Timestamp(zone.local(moment))),
        (TimestampTz(moment), to) => return of_timestamp(zone.local(moment), to),
        (ValueRef::Time(time), SqlType::Text) => Ok(Value::Text(time.to_string())),
        (ValueRef::Time(time), SqlType::Time) => Ok(Value::Time(time)),
        (ValueRef::Time(time), SqlType::Interval) => {
            Ok(Value::Interval(Interval::new(0, 0, time.micros())))
        }
        (ValueRef::Interval(interval), SqlType::Text) => Ok(Value::Text(interval.to_string())),
        (ValueRef::Interval(interval), SqlType::Interval) => Ok(Value::Interval(interval)),
        (ValueRef::Interval(interval), SqlType::Time) => {
            Ok(Value::Time(Time::of_moment(interval.micros())))
        }
        _ => return None,
    })
}

fn of_date(date: Date, to: SqlType, zone: &Zone) -> Option<Result<Value>> {
    Some(match to {
        SqlType::Text => Ok(Value::Text(date.to_string())),
        SqlType::Date => Ok(Value::Date(date)),
        SqlType::Timestamp => date.midnight().map(Value::Timestamp),
        SqlType::TimestampTz => {
            let moment = date.midnight().and_then(|midnight| zone.moment(midnight));
            moment.map(Value::TimestampTz)
        }
        _ => return None,
    })
}

/// A part of a timestamp; an infinite one has no time of day.
fn of_timestamp(timestamp: super::Timestamp, to: SqlType) -> Option<Result<Value>> {
    Some(Ok(match to {
        SqlType::Date => Value::Date(timestamp.date()),
        SqlType::Time if timestamp.is_finite() => Value::Time(timestamp.time()),
        SqlType::Time => Value::Null,
        _ => return None,
    }))
}
