//! Times by patterns.

use super::arguments::{gives_date, gives_timestamptz, needing, with_zone};
use crate::error::Result;
use crate::functions::scalar::{gives_text, wrong_arguments};
use crate::functions::{ArgumentKind, Needs, ScalarFunction};
use crate::types::number_text::parse_real;
use crate::types::numeric::{self, Decimal};
use crate::types::temporal::calendar::UNIX_DAYS_OF_2000;
use crate::types::temporal::pattern::{Shown, print, read};
use crate::types::temporal::{DAY, SECOND, Zone};
use crate::types::{Timestamp, TimestampTz, Value, ValueRef};

use ArgumentKind::{Text, TimeValue};

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    needing(
        "to_char",
        2..=2,
        &[ArgumentKind::Shown, Text],
        gives_text,
        (Needs::Zone, to_char),
    ),
    needing(
        "to_date",
        2..=2,
        &[Text],
        gives_date,
        (Needs::Zone, |a| {
            let (written, _) = with_zone(a)?;
            match written {
                [ValueRef::Text(text), ValueRef::Text(pattern)] => {
                    Ok(Value::Date(read(text, pattern)?.0.date()))
                }
                _ => Err(wrong_arguments("to_date", written)),
            }
        }),
    ),
    needing(
        "to_timestamp",
        1..=2,
        &[TimeValue, Text],
        gives_timestamptz,
        (Needs::Zone, |a| {
            let (written, zone) = with_zone(a)?;
            match written {
                [ValueRef::Text(text), ValueRef::Text(pattern)] => {
                    let (local, own) = read(text, pattern)?;
                    own.unwrap_or(zone).moment(local).map(Value::TimestampTz)
                }
                [ValueRef::Text(text)] => of_epoch(parse_real(text)?),
                [ValueRef::Integer(seconds)] => of_epoch(*seconds as f64),
                [ValueRef::Real(seconds)] => of_epoch(*seconds),
                [ValueRef::Numeric(seconds)] => of_epoch(seconds.decimal().to_real()),
                _ => Err(wrong_arguments("to_timestamp", written)),
            }
        }),
    ),
];

/// So many seconds after 1970.
fn of_epoch(seconds: f64) -> Result<Value> {
    // Beyond what there is, the cast saturates.
    let micros = (seconds * SECOND as f64).round_ties_even() as i128;
    TimestampTz::checked(micros - i128::from(UNIX_DAYS_OF_2000 * DAY)).map(Value::TimestampTz)
}

fn to_char(arguments: &[ValueRef<'_>]) -> Result<Value> {
    let (written, zone) = with_zone(arguments)?;
    let [value, ValueRef::Text(pattern)] = written else {
        return Err(wrong_arguments("to_char", written));
    };
    let shown = match *value {
        ValueRef::Timestamp(timestamp) => of_timestamp(timestamp),
        ValueRef::Date(date) => of_timestamp(date.midnight()?),
        ValueRef::TimestampTz(moment) => of_moment(moment, &zone),
        ValueRef::Interval(interval) => Some(Shown::of_interval(interval)),
        ValueRef::Time(time) => {
            let interval = crate::types::Interval::new(0, 0, time.micros());
            Some(Shown::of_interval(interval))
        }
        ValueRef::Integer(number) => return number_text(pattern, &Decimal::from(number)),
        ValueRef::Real(number) => return number_text(pattern, &Decimal::of_real(number)?),
        ValueRef::Numeric(number) => return number_text(pattern, &number.decimal()),
        _ => return Err(wrong_arguments("to_char", written)),
    };
    // Of an infinite one there is nothing to show.
    let text = shown.map(|shown| print(pattern, &shown)).transpose()?;
    Ok(Value::Text(text.unwrap_or_default()))
}

fn number_text(pattern: &str, number: &Decimal) -> Result<Value> {
    numeric::pattern::print(pattern, number).map(Value::Text)
}

fn of_timestamp(timestamp: Timestamp) -> Option<Shown> {
    timestamp
        .is_finite()
        .then(|| Shown::of_timestamp(timestamp))
}

fn of_moment(moment: TimestampTz, zone: &Zone) -> Option<Shown> {
    let shown = of_timestamp(zone.local(moment))?;
    Some(shown.in_zone(zone, moment))
}
