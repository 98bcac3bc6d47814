//! Conversions and sums that depend on a time zone.

use super::arguments::{gives_timestamptz, needing, with_clock, with_zone};
use crate::error::Result;
use crate::functions::scalar::{gives_boolean, wrong_arguments};
use crate::functions::{ArgumentKind, Clock, Needs, ScalarFunction};
use crate::types::temporal::arithmetic::{negated, timestamptz_plus};
use crate::types::temporal::{SECOND, Zone};
use crate::types::{ScalarType, SqlType, Value, ValueRef, assign_in, cast_in, total_order};

/// `TIMESTAMPTZ + INTERVAL` and `TIMESTAMPTZ - INTERVAL`: days are those of the clocks there.
pub(crate) const DATE_ADD: &str = "date_add";
pub(crate) const DATE_SUBTRACT: &str = "date_subtract";

/// What `x AT TIME ZONE zone` calls.
pub(crate) const TIMEZONE: &str = "timezone";

/// What `(a, b) OVERLAPS (c, d)` calls.
pub(crate) const OVERLAPS: &str = "overlaps";

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    needing(
        DATE_ADD,
        2..=3,
        &[
            ArgumentKind::Moment,
            ArgumentKind::Interval,
            ArgumentKind::Text,
        ],
        gives_timestamptz,
        (Needs::Zone, |a| shifted(DATE_ADD, a, false)),
    ),
    needing(
        DATE_SUBTRACT,
        2..=3,
        &[
            ArgumentKind::Moment,
            ArgumentKind::Interval,
            ArgumentKind::Text,
        ],
        gives_timestamptz,
        (Needs::Zone, |a| shifted(DATE_SUBTRACT, a, true)),
    ),
    needing(
        TIMEZONE,
        2..=2,
        &[ArgumentKind::Shown, ArgumentKind::Moment],
        |types| {
            Ok(match types.get(1) {
                Some(SqlType::Timestamp) => SqlType::TimestampTz,
                _ => SqlType::Timestamp,
            })
        },
        (Needs::Zone, at_time_zone),
    ),
    needing(
        OVERLAPS,
        4..=4,
        &[ArgumentKind::Temporal],
        gives_boolean,
        (Needs::Zone, overlap),
    ),
];

/// Casts to a type by the session's time zone.
const fn cast_function(
    name: &'static str,
    result_type: super::arguments::ResultType,
    eval: super::arguments::Eval,
) -> ScalarFunction {
    needing(
        name,
        1..=1,
        &[ArgumentKind::Any],
        result_type,
        (Needs::Clock(Clock::Transaction), eval),
    )
}

macro_rules! zoned {
    ($([$($ty:tt)*]: $name:literal, $cast:ident, $fit:ident;)*) => {
        $(
            static $cast: ScalarFunction =
                cast_function($name, |_| Ok($($ty)*), |a| convert(a, $($ty)*));
            static $fit: ScalarFunction =
                cast_function($name, |_| Ok($($ty)*), |a| fit(a, $($ty)*));
        )*

        /// The function that casts to a type by a time zone.
        pub(crate) fn zoned_cast(to: SqlType) -> Option<&'static ScalarFunction> {
            match to {
                $($($ty)* => Some(&$cast),)*
                _ => None,
            }
        }

        /// The function that fits a value into a column of a type by a time zone.
        pub(crate) fn zoned_assignment(to: SqlType) -> Option<&'static ScalarFunction> {
            match to {
                $($($ty)* => Some(&$fit),)*
                _ => None,
            }
        }

        /// The type that a function casts to.
        pub(crate) fn zoned_cast_type(function: &ScalarFunction) -> Option<SqlType> {
            $(
                if std::ptr::eq(function, &$cast) {
                    return Some($($ty)*);
                }
            )*
            None
        }
    };
}

zoned! {
    [SqlType::Text]: "to text", CAST_TEXT, FIT_TEXT;
    [SqlType::Date]: "to date", CAST_DATE, FIT_DATE;
    [SqlType::Time]: "to time", CAST_TIME, FIT_TIME;
    [SqlType::Timestamp]: "to timestamp", CAST_TIMESTAMP, FIT_TIMESTAMP;
    [SqlType::TimestampTz]: "to timestamptz", CAST_TIMESTAMPTZ, FIT_TIMESTAMPTZ;
    [SqlType::Array(ScalarType::Text)]: "to text[]", CAST_TEXTS, FIT_TEXTS;
    [SqlType::Array(ScalarType::Date)]: "to date[]", CAST_DATES, FIT_DATES;
    [SqlType::Array(ScalarType::Time)]: "to time[]", CAST_TIMES, FIT_TIMES;
    [SqlType::Array(ScalarType::Timestamp)]: "to timestamp[]", CAST_TIMESTAMPS, FIT_TIMESTAMPS;
    [SqlType::Array(ScalarType::TimestampTz)]: "to timestamptz[]", CAST_MOMENTS, FIT_MOMENTS;
}

fn convert(arguments: &[ValueRef<'_>], to: SqlType) -> Result<Value> {
    let (written, now, zone) = with_clock(arguments)?;
    match written {
        [value] => cast_in(*value, to, &zone, now),
        _ => Err(wrong_arguments("cast", written)),
    }
}

fn fit(arguments: &[ValueRef<'_>], to: SqlType) -> Result<Value> {
    let (written, _, zone) = with_clock(arguments)?;
    match written {
        [value] => assign_in((*value).to_owned(), to, &zone),
        _ => Err(wrong_arguments("assignment", written)),
    }
}

fn shifted(name: &str, arguments: &[ValueRef<'_>], back: bool) -> Result<Value> {
    let (written, session) = with_zone(arguments)?;
    let (moment, interval, zone) = match written {
        [moment, ValueRef::Interval(interval)] => (moment, *interval, session),
        [moment, ValueRef::Interval(interval), ValueRef::Text(zone)] => {
            (moment, *interval, Zone::of_name(zone)?)
        }
        _ => return Err(wrong_arguments(name, written)),
    };
    let Value::TimestampTz(moment) = cast_in(*moment, SqlType::TimestampTz, &zone, None)? else {
        return Err(wrong_arguments(name, written));
    };
    let interval = if back { negated(interval)? } else { interval };
    timestamptz_plus(moment, interval, &zone).map(Value::TimestampTz)
}

/// What clocks of a zone show at a moment, or the moment at which they show a time.
fn at_time_zone(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let (written, session) = with_zone(arguments)?;
    let (zone, value) = match written {
        [ValueRef::Text(zone), value] => (Zone::of_name(zone)?, value),
        [ValueRef::Interval(ahead), value] => {
            let seconds = i32::try_from(ahead.span() / i128::from(SECOND)).unwrap_or(i32::MAX);
            (Zone::fixed(seconds.clamp(-86_400, 86_400)), value)
        }
        _ => return Err(wrong_arguments(TIMEZONE, written)),
    };
    match value {
        ValueRef::Timestamp(local) => zone.moment(*local).map(Value::TimestampTz),
        ValueRef::TimestampTz(moment) => Ok(Value::Timestamp(zone.local(*moment))),
        // A day is a moment in the zone of the session.
        ValueRef::Date(date) => {
            let moment = session.moment(date.midnight()?)?;
            Ok(Value::Timestamp(zone.local(moment)))
        }
        _ => Err(wrong_arguments(TIMEZONE, written)),
    }
}

/// Have two spans of time a moment in common? Each is two ends in any order, or one and a length; the later end is not in it.
fn overlap(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let (written, zone) = with_zone(arguments)?;
    let [a, b, c, d] = written else {
        return Err(wrong_arguments(OVERLAPS, written));
    };
    let (first, second) = (span(*a, *b, &zone)?, span(*c, *d, &zone)?);
    let (early, late) = if total_order(first.0.as_ref(), second.0.as_ref()).is_le() {
        (first, second)
    } else {
        (second, first)
    };
    let begins_alike = total_order(early.0.as_ref(), late.0.as_ref()).is_eq();
    let reaches = total_order(late.0.as_ref(), early.1.as_ref()).is_lt();
    Ok(Value::Boolean(begins_alike || reaches))
}

fn span(start: ValueRef<'_>, end: ValueRef<'_>, zone: &Zone) -> Result<(Value, Value)> {
    let end = match (start, end) {
        (ValueRef::TimestampTz(moment), ValueRef::Interval(length)) => {
            Value::TimestampTz(timestamptz_plus(moment, length, zone)?)
        }
        (start, length @ ValueRef::Interval(_)) => crate::types::arithmetic::add(start, length)?,
        (_, end) => end.to_owned(),
    };
    // A day with a length gives a timestamp.
    let start = match (start, &end) {
        (ValueRef::Date(date), Value::Timestamp(_)) => Value::Timestamp(date.midnight()?),
        (start, _) => start.to_owned(),
    };
    Ok(match total_order(start.as_ref(), end.as_ref()).is_le() {
        true => (start, end),
        false => (end, start),
    })
}
