//! `to_char` of times.

use std::fmt::Write as _;

use super::ROMAN;
use super::node::{Case, Field, Key, Node, nodes};
use crate::error::{Error, Result, SqlState};
use crate::types::temporal::calendar::{
    Civil, JULIAN_DAY_OF_2000, civil_of, day_of_week, day_of_year, iso_day_of_week, iso_week,
    iso_year_start,
};
use crate::types::temporal::zone::push_offset;
use crate::types::temporal::{
    DAYS, HOUR, Interval, MINUTE, MONTHS, SECOND, Timestamp, TimestampTz, Zone,
};

/// What is shown.
pub(crate) struct Shown {
    civil: Civil,
    /// The day's number; none of an interval.
    days: Option<i64>,
    micros: i64,
    /// The abbreviation of its zone, and seconds ahead of UTC.
    zone: Option<(String, i32)>,
}

impl Shown {
    /// A finite timestamp.
    pub(crate) fn of_timestamp(timestamp: Timestamp) -> Self {
        let days = i64::from(timestamp.date().days());
        Self {
            civil: civil_of(days),
            days: Some(days),
            micros: timestamp.time().micros(),
            zone: None,
        }
    }

    /// An interval, whose years, months, days and hours are those of its parts.
    pub(crate) fn of_interval(interval: Interval) -> Self {
        Self {
            civil: Civil {
                year: i64::from(interval.months() / 12),
                month: i64::from(interval.months() % 12),
                day: i64::from(interval.days()),
            },
            days: None,
            micros: interval.micros(),
            zone: None,
        }
    }

    /// The same with a zone.
    pub(crate) fn in_zone(self, zone: &Zone, moment: TimestampTz) -> Self {
        Self {
            zone: Some(zone.abbreviation_at(moment)),
            ..self
        }
    }

    fn days(&self) -> Result<i64> {
        self.days.ok_or_else(|| {
            Error::sql(
                SqlState::INVALID_DATETIME,
                "the pattern asks for the day of an interval, which is in no calendar",
            )
        })
    }

    /// The year as it is told, of an interval with its sign.
    fn year(&self) -> i64 {
        match self.days {
            Some(_) if self.civil.year <= 0 => 1 - self.civil.year,
            _ => self.civil.year,
        }
    }
}

/// The time as the pattern says.
pub(crate) fn print(pattern: &str, shown: &Shown) -> Result<String> {
    let mut out = String::with_capacity(pattern.len() + 8);
    for node in nodes(pattern) {
        match node {
            Node::Text(c) => out.push(c),
            Node::Field(field) => push_field(&mut out, field, shown)?,
        }
    }
    Ok(out)
}

// Writing into a String does not fail.

fn push_field(out: &mut String, field: Field, shown: &Shown) -> Result<()> {
    if let Some((number, width)) = number(field.key, shown)? {
        let text = if field.is_bare {
            number.to_string()
        } else if number < 0 {
            format!("-{:0width$}", -number)
        } else {
            format!("{number:0width$}")
        };
        out.push_str(&text);
        push_ordinal(out, field, number);
        return Ok(());
    }
    match field.key {
        Key::YearWithComma => {
            let year = shown.year();
            let _ = write!(out, "{},{:03}", year / 1000, year % 1000);
            push_ordinal(out, field, year);
        }
        Key::Meridiem { points } => {
            let is_pm = shown.micros.rem_euclid(24 * HOUR) >= 12 * HOUR;
            push_cased(
                out,
                letters(if is_pm { "PM" } else { "AM" }, points).as_str(),
                field.case,
            );
        }
        Key::Era { points } => {
            let is_bc = shown.civil.year <= 0 && shown.days.is_some();
            push_cased(
                out,
                letters(if is_bc { "BC" } else { "AD" }, points).as_str(),
                field.case,
            );
        }
        Key::DayName => push_name(out, name_of_day(shown)?, field, 9),
        Key::DayAbbreviation => push_cased(out, &name_of_day(shown)?[..3], field.case),
        Key::MonthName => push_name(out, name_of_month(shown)?, field, 9),
        Key::MonthAbbreviation => push_cased(out, &name_of_month(shown)?[..3], field.case),
        Key::RomanMonth => {
            let at = usize::try_from(shown.civil.month - 1).ok();
            if let Some(name) = at.and_then(|at| ROMAN.get(at)) {
                push_name(out, name, field, 4);
            }
        }
        Key::ZoneName => {
            if let Some((name, _)) = &shown.zone {
                push_cased(out, name, field.case);
            }
        }
        Key::ZoneHour => {
            let offset = shown.zone.as_ref().map_or(0, |(_, offset)| *offset);
            let sign = if offset < 0 { '-' } else { '+' };
            let _ = write!(out, "{sign}{:02}", offset.abs() / 3600);
        }
        Key::ZoneMinute => {
            let offset = shown.zone.as_ref().map_or(0, |(_, offset)| *offset);
            let _ = write!(out, "{:02}", offset.abs() / 60 % 60);
        }
        _ => {
            let offset = shown.zone.as_ref().map_or(0, |(_, offset)| *offset);
            push_offset(out, offset);
        }
    }
    Ok(())
}

/// A field that is a number, and how wide it is.
fn number(key: Key, shown: &Shown) -> Result<Option<(i64, usize)>> {
    let micros = shown.micros;
    let last = |year: i64, digits: u8| match digits {
        4.. => (year, 4),
        digits => (year % 10_i64.pow(u32::from(digits)), usize::from(digits)),
    };
    Ok(Some(match key {
        Key::Century => {
            let year = shown.civil.year;
            let century = if year > 0 || shown.days.is_none() {
                (year + 99).div_euclid(100)
            } else {
                -((99 - (year - 1)) / 100)
            };
            (century, 2)
        }
        Key::DayOfYear => (day_of_year(shown.days()?), 3),
        Key::Day => (shown.civil.day, 2),
        Key::DayOfWeek => (day_of_week(shown.days()?) + 1, 1),
        Key::IsoDayOfYear => {
            let days = shown.days()?;
            (days - iso_year_start(iso_week(days).0) + 1, 3)
        }
        Key::IsoDayOfWeek => (iso_day_of_week(shown.days()?), 1),
        Key::Fraction(digits) => {
            let unit = 10_i64.pow(6 - u32::from(digits));
            (micros % SECOND / unit, usize::from(digits))
        }
        Key::Hour24 => (micros / HOUR, 2),
        Key::Hour12 => match micros / HOUR % 12 {
            0 => (12, 2),
            hour => (hour, 2),
        },
        Key::IsoWeek => (iso_week(shown.days()?).1, 2),
        Key::IsoYear(digits) => {
            let year = iso_week(shown.days()?).0;
            last(if year > 0 { year } else { 1 - year }, digits)
        }
        Key::Year(digits) => last(shown.year(), digits),
        Key::Julian => (shown.days()? + JULIAN_DAY_OF_2000, 1),
        Key::Minute => (micros / MINUTE % 60, 2),
        Key::Month => (shown.civil.month, 2),
        Key::Quarter => ((shown.civil.month - 1).div_euclid(3) + 1, 1),
        Key::SecondOfDay => (micros / SECOND, 1),
        Key::Second => (micros / SECOND % 60, 2),
        Key::Week => ((day_of_year(shown.days()?) - 1) / 7 + 1, 2),
        Key::WeekOfMonth => ((shown.civil.day - 1) / 7 + 1, 1),
        _ => return Ok(None),
    }))
}

fn name_of_day(shown: &Shown) -> Result<&'static str> {
    let day = usize::try_from(day_of_week(shown.days()?)).unwrap_or(0);
    Ok(DAYS[day % 7])
}

fn name_of_month(shown: &Shown) -> Result<&'static str> {
    shown.days()?;
    let month = usize::try_from(shown.civil.month - 1).unwrap_or(0);
    Ok(MONTHS[month % 12])
}

fn letters(word: &str, points: bool) -> String {
    if points {
        word.chars().flat_map(|c| [c, '.']).collect()
    } else {
        word.to_owned()
    }
}

fn push_cased(out: &mut String, word: &str, case: Case) {
    match case {
        Case::Upper => out.push_str(&word.to_ascii_uppercase()),
        Case::Lower => out.push_str(&word.to_ascii_lowercase()),
        Case::Title => out.push_str(word),
    }
}

fn push_name(out: &mut String, name: &str, field: Field, width: usize) {
    push_cased(out, name, field.case);
    if !field.is_bare {
        out.extend(std::iter::repeat_n(' ', width.saturating_sub(name.len())));
    }
}

/// `1st`, `2nd`, `11th`
fn push_ordinal(out: &mut String, field: Field, number: i64) {
    let Some(case) = field.ordinal else {
        return;
    };
    let number = number.abs();
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    push_cased(out, ending, case);
}
