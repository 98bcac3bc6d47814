//! `strftime`.

use std::fmt::Write as _;

use super::SqliteTime;
use crate::error::{Error, Result, SqlState};
use crate::types::temporal::calendar::{
    civil_of, day_of_week, day_of_year, iso_day_of_week, iso_week,
};
use crate::types::temporal::{DAY, HOUR, MINUTE, SECOND};

/// The time as a pattern of `%` and letters says.
pub(super) fn print(pattern: &str, time: &SqliteTime) -> Result<String> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some(letter) => push(&mut out, letter, time)?,
            None => return Err(unknown('%')),
        }
    }
    Ok(out)
}

fn unknown(letter: char) -> Error {
    Error::sql(
        SqlState::INVALID_PARAMETER_VALUE,
        format!("strftime knows no %{letter}"),
    )
}

// Writing into a String does not fail.

fn push(out: &mut String, letter: char, time: &SqliteTime) -> Result<()> {
    let days = time.micros.div_euclid(DAY);
    let micros = time.micros.rem_euclid(DAY);
    let civil = civil_of(days);
    let (hour, minute) = (micros / HOUR, micros / MINUTE % 60);
    let second = micros / SECOND % 60;
    let hour12 = (hour + 11) % 12 + 1;
    let _ = match letter {
        'd' => write!(out, "{:02}", civil.day),
        'e' => write!(out, "{:2}", civil.day),
        'f' => write!(out, "{second:02}.{:03}", micros % SECOND / 1_000),
        'F' => write!(out, "{:04}-{:02}-{:02}", civil.year, civil.month, civil.day),
        'g' => write!(out, "{:02}", iso_week(days).0.rem_euclid(100)),
        'G' => write!(out, "{:04}", iso_week(days).0),
        'H' => write!(out, "{hour:02}"),
        'I' => write!(out, "{hour12:02}"),
        'j' => write!(out, "{:03}", day_of_year(days)),
        'J' => write!(out, "{}", time.julian_day()),
        'k' => write!(out, "{hour:2}"),
        'l' => write!(out, "{hour12:2}"),
        'm' => write!(out, "{:02}", civil.month),
        'M' => write!(out, "{minute:02}"),
        'p' => write!(out, "{}", if hour < 12 { "AM" } else { "PM" }),
        'P' => write!(out, "{}", if hour < 12 { "am" } else { "pm" }),
        'R' => write!(out, "{hour:02}:{minute:02}"),
        's' => write!(out, "{}", time.unix_micros().div_euclid(SECOND)),
        'S' => write!(out, "{second:02}"),
        'T' => write!(out, "{hour:02}:{minute:02}:{second:02}"),
        'u' => write!(out, "{}", iso_day_of_week(days)),
        // Weeks begin with the first Sunday, or the first Monday.
        'U' => write!(
            out,
            "{:02}",
            (day_of_year(days) + 6 - day_of_week(days)) / 7
        ),
        'V' => write!(out, "{:02}", iso_week(days).1),
        'w' => write!(out, "{}", day_of_week(days)),
        'W' => write!(
            out,
            "{:02}",
            (day_of_year(days) + 7 - iso_day_of_week(days)) / 7
        ),
        'Y' => write!(out, "{:04}", civil.year),
        '%' => write!(out, "%"),
        other => return Err(unknown(other)),
    };
    Ok(())
}
