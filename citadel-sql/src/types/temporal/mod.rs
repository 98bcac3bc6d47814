//! Dates, times of day, timestamps and intervals, as PostgreSQL has them.
//!
//! What always holds:
//!
//! - a [`Date`] is from 4714-11-24 BC to 5874897-12-31, or infinite; a [`Timestamp`] and a [`TimestampTz`] from the same
//!   day to 294276-12-31 23:59:59.999999, or infinite; a [`Time`] from 00:00 to 24:00; all of the proleptic Gregorian
//!   calendar, in days and microseconds from 2000-01-01 on;
//! - an [`Interval`] keeps months, days and microseconds apart, since months and days are not all alike;
//! - what leaves these ranges is an error; nothing wraps.
//!
//! The calendar is computed here, since that of `jiff` ends with the year 9999; time zones are `jiff`'s ([`zone`]).

mod age;
pub(crate) mod arithmetic;
pub(crate) mod calendar;
mod cast;
mod clock;
mod date;
mod fields;
mod interval;
mod interval_text;
mod jiff_values;
pub(crate) mod pattern;
mod print;
mod read;
mod time;
mod timestamp;
mod truncate;
mod words;
pub(crate) mod zone;

pub(crate) use age::age;
pub(crate) use cast::{needs_zone, temporal_cast};
pub(crate) use clock::{StatementClock, now};
pub use date::Date;
pub(crate) use fields::{DateField, Extracted, extract};
pub use interval::Interval;
pub(crate) use interval_text::{IntervalUnit, parse_interval, parse_qualified_interval};
pub(crate) use print::{timestamp_text, timestamptz_text};
#[cfg(test)]
pub(crate) use read::read_timestamp;
pub(crate) use read::{Moment, is_relative};
pub use time::Time;
pub use timestamp::{Timestamp, TimestampTz};
pub(crate) use truncate::{bin, truncate, truncate_interval};
pub(crate) use words::{DAYS, MONTHS};
pub(crate) use zone::Zone;

use crate::error::{Error, SqlState};
use crate::types::SqlType;

/// Microseconds of a second, a minute, an hour and a day.
pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// The value is beyond what the type holds.
#[cold]
pub(crate) fn beyond(ty: SqlType) -> Error {
    Error::sql(
        SqlState::DATETIME_FIELD_OVERFLOW,
        format!("{ty} out of range"),
    )
}
