//! What time it is.

use super::arguments::{
    Eval, function, gives_date, gives_time, gives_timestamp, gives_timestamptz, needing, with_clock,
};
use crate::error::{Error, Result, SqlState};
use crate::functions::scalar::{gives_text, wrong_arguments};
use crate::functions::{ArgumentKind, Clock, Needs, ScalarFunction};
use crate::types::temporal::Zone;
use crate::types::{Limit, SqlType, TimestampTz, Value, ValueRef, now};

const TRANSACTION: Needs = Needs::Clock(Clock::Transaction);
const STATEMENT: Needs = Needs::Clock(Clock::Statement);

/// A moment of a clock.
const fn moment(name: &'static str, needs: Needs) -> ScalarFunction {
    let eval: Eval = |a| {
        clock(a, "now", |now, _, digits| {
            let value = Value::TimestampTz(now);
            rounded(value, SqlType::TimestampTz, digits)
        })
    };
    needing(name, 0..=0, &[], gives_timestamptz, (needs, eval))
}

/// The same, and it takes a number of digits of seconds.
const fn with_digits(
    name: &'static str,
    result_type: super::arguments::ResultType,
    eval: Eval,
) -> ScalarFunction {
    needing(
        name,
        0..=1,
        &[ArgumentKind::Integer],
        result_type,
        (TRANSACTION, eval),
    )
}

pub(super) const FUNCTIONS: &[ScalarFunction] = &[
    moment("now", TRANSACTION),
    moment("transaction_timestamp", TRANSACTION),
    moment("statement_timestamp", STATEMENT),
    needing(
        "clock_timestamp",
        0..=0,
        &[],
        gives_timestamptz,
        (Needs::Volatile, |_| Ok(Value::TimestampTz(now()))),
    ),
    needing(
        "timeofday",
        0..=0,
        &[],
        gives_text,
        (Needs::Volatile, |_| Ok(Value::Text(now().to_string()))),
    ),
    with_digits("current_timestamp", gives_timestamptz, |a| {
        clock(a, "current_timestamp", |now, _, digits| {
            rounded(Value::TimestampTz(now), SqlType::TimestampTz, digits)
        })
    }),
    with_digits("localtimestamp", gives_timestamp, |a| {
        clock(a, "localtimestamp", |now, zone, digits| {
            rounded(
                Value::Timestamp(zone.local(now)),
                SqlType::Timestamp,
                digits,
            )
        })
    }),
    with_digits("localtime", gives_time, |a| {
        clock(a, "localtime", |now, zone, digits| {
            rounded(Value::Time(zone.local(now).time()), SqlType::Time, digits)
        })
    }),
    // A TIME here, since there is no time of day with a zone.
    with_digits("current_time", gives_time, |a| {
        clock(a, "current_time", |now, zone, digits| {
            rounded(Value::Time(zone.local(now).time()), SqlType::Time, digits)
        })
    }),
    needing(
        "current_date",
        0..=0,
        &[],
        gives_date,
        (TRANSACTION, |a| {
            clock(a, "current_date", |now, zone, _| {
                Ok(Value::Date(zone.local(now).date()))
            })
        }),
    ),
    function(
        "isfinite",
        1..=1,
        &[ArgumentKind::Temporal],
        |_| Ok(SqlType::Boolean),
        |a| {
            Ok(Value::Boolean(match a {
                [ValueRef::Date(date)] => date.is_finite(),
                [ValueRef::Timestamp(timestamp)] => timestamp.is_finite(),
                [ValueRef::TimestampTz(moment)] => moment.is_finite(),
                _ => true,
            }))
        },
    ),
];

/// Runs with the moment, the zone, and the number of digits if one is given.
fn clock(
    arguments: &[ValueRef<'_>],
    name: &str,
    run: impl FnOnce(TimestampTz, &Zone, Option<i64>) -> Result<Value>,
) -> Result<Value> {
    let (written, now, zone) = with_clock(arguments)?;
    match (written, now) {
        ([], Some(now)) => run(now, &zone, None),
        ([ValueRef::Integer(digits)], Some(now)) => run(now, &zone, Some(*digits)),
        _ => Err(wrong_arguments(name, written)),
    }
}

fn rounded(value: Value, ty: SqlType, digits: Option<i64>) -> Result<Value> {
    match digits {
        None => Ok(value),
        // There are no more than six.
        Some(digits @ 0..) => {
            let digits = u8::try_from(digits.min(6)).unwrap_or(6);
            Limit::Fraction { ty, digits }.rounded(value)
        }
        Some(digits) => Err(Error::sql(
            SqlState::INVALID_PARAMETER_VALUE,
            format!("{ty} has 0 to 6 digits of seconds, not {digits}"),
        )),
    }
}
