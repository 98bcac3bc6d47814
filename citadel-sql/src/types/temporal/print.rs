//! Values as text, in the form of ISO 8601 that PostgreSQL prints.

use std::fmt::Write as _;

use super::calendar::Civil;
use super::zone::push_offset;
use super::{Date, HOUR, MINUTE, SECOND, Timestamp, TimestampTz, Zone};

pub(super) fn date_text(date: Date) -> String {
    match date {
        Date::INFINITY => "infinity".to_owned(),
        Date::NEG_INFINITY => "-infinity".to_owned(),
        date => {
            let mut text = String::with_capacity(16);
            let civil = date.civil();
            push_civil(&mut text, civil);
            push_era(&mut text, civil);
            text
        }
    }
}

pub(crate) fn timestamp_text(timestamp: Timestamp) -> String {
    with_zone(timestamp, None)
}

/// The time that clocks of a zone show, and how far they are ahead of UTC.
pub(crate) fn timestamptz_text(moment: TimestampTz, zone: &Zone) -> String {
    let offset = zone.offset_at(moment);
    with_zone(zone.local(moment), Some(offset))
}

fn with_zone(timestamp: Timestamp, offset: Option<i32>) -> String {
    match timestamp {
        Timestamp::INFINITY => return "infinity".to_owned(),
        Timestamp::NEG_INFINITY => return "-infinity".to_owned(),
        _ => {}
    }
    let mut text = String::with_capacity(32);
    let civil = timestamp.date().civil();
    push_civil(&mut text, civil);
    text.push(' ');
    push_time(&mut text, timestamp.time().micros());
    if let Some(offset) = offset {
        push_offset(&mut text, offset);
    }
    push_era(&mut text, civil);
    text
}

// Writing into a String does not fail.

fn push_civil(out: &mut String, civil: Civil) {
    let year = if civil.year > 0 {
        civil.year
    } else {
        1 - civil.year
    };
    let _ = write!(out, "{year:04}-{:02}-{:02}", civil.month, civil.day);
}

fn push_era(out: &mut String, civil: Civil) {
    if civil.year <= 0 {
        out.push_str(" BC");
    }
}

/// `12:00:00.5`
pub(super) fn push_time(out: &mut String, micros: i64) {
    let (hours, minutes) = (micros / HOUR, micros / MINUTE % 60);
    let _ = write!(out, "{hours:02}:{minutes:02}:");
    push_seconds(out, micros % MINUTE);
}

/// Seconds of less than a minute, with the digits after the point that they need.
pub(super) fn push_seconds(out: &mut String, micros: i64) {
    let (seconds, fraction) = (micros / SECOND, micros % SECOND);
    let _ = write!(out, "{seconds:02}");
    if fraction != 0 {
        let _ = write!(out, ".{fraction:06}");
        out.truncate(out.trim_end_matches('0').len());
    }
}
