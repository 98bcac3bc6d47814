//! `to_date` and `to_timestamp`.
//!
//! Spaces in the text are passed over, and where the pattern has something that is no field, so is what stands there. A number
//! is as long as its field if another field of digits follows at once, else as long as it is.

use super::ROMAN;
use super::node::{Field, Key, Node, nodes};
use crate::error::{Error, Result, SqlState};
use crate::types::number_text::shown;
use crate::types::temporal::calendar::{
    JULIAN_DAY_OF_2000, days_in_month, days_of, is_leap, iso_year_start,
};
use crate::types::temporal::zone::offset_of_text;
use crate::types::temporal::{DAY, DAYS, Date, HOUR, MINUTE, MONTHS, SECOND, Timestamp, Zone};

/// The time of a text, and the zone that it says.
pub(crate) fn read(text: &str, pattern: &str) -> Result<(Timestamp, Option<Zone>)> {
    let mut reader = Reader {
        rest: text,
        parts: Parts::default(),
    };
    let nodes = nodes(pattern);
    for (at, node) in nodes.iter().enumerate() {
        match node {
            Node::Text(c) => reader.pass(*c),
            Node::Field(field) => {
                let is_fixed = matches!(
                    nodes.get(at + 1),
                    Some(Node::Field(next)) if next.key.is_number()
                );
                let read = reader.field(*field, is_fixed && !field.is_bare);
                read.ok_or_else(|| invalid(text, pattern))?;
            }
        }
    }
    let Parts { zone, .. } = reader.parts;
    let timestamp = reader.parts.finish().ok_or_else(|| out_of_range(text))?;
    Ok((timestamp, zone.map(Zone::fixed)))
}

fn invalid(text: &str, pattern: &str) -> Error {
    Error::sql(
        SqlState::INVALID_DATETIME,
        format!(
            "\"{}\" is not of the form \"{}\"",
            shown(text),
            shown(pattern)
        ),
    )
}

fn out_of_range(text: &str) -> Error {
    Error::sql(
        SqlState::DATETIME_FIELD_OVERFLOW,
        format!("date or time field out of range: \"{}\"", shown(text)),
    )
}

/// What was said.
#[derive(Clone, Copy, Debug, Default)]
struct Parts {
    /// With how many digits were asked for.
    year: Option<(i64, u8)>,
    iso_year: Option<(i64, u8)>,
    century: Option<i64>,
    is_bc: bool,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    iso_day_of_year: Option<i64>,
    iso_week: Option<i64>,
    iso_day: Option<i64>,
    week: Option<i64>,
    week_of_month: Option<i64>,
    julian: Option<i64>,
    hour24: Option<i64>,
    hour12: Option<i64>,
    is_pm: Option<bool>,
    minute: Option<i64>,
    second: Option<i64>,
    second_of_day: Option<i64>,
    fraction: i64,
    zone_hour: Option<i64>,
    /// Seconds ahead of UTC.
    zone: Option<i32>,
}

struct Reader<'a> {
    rest: &'a str,
    parts: Parts,
}

impl<'a> Reader<'a> {
    fn trim(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Passes over what stands in the place of a character of the pattern.
    fn pass(&mut self, c: char) {
        if c.is_whitespace() {
            self.trim();
            return;
        }
        if !c.is_alphanumeric() {
            self.trim();
            // A sign before a number is that of the number, unless the pattern has it.
            let is_between =
                |next: char| !next.is_alphanumeric() && (next == c || next != '+' && next != '-');
            self.rest = self.rest.strip_prefix(is_between).unwrap_or(self.rest);
            return;
        }
        let mut chars = self.rest.chars();
        chars.next();
        self.rest = chars.as_str();
    }

    fn field(&mut self, field: Field, is_fixed: bool) -> Option<()> {
        self.trim();
        let digits = |most: usize| if is_fixed { most } else { 9.max(most) };
        match field.key {
            Key::Meridiem { .. } => {
                let word = self.letters_with_points();
                self.parts.is_pm = Some(match word.as_str() {
                    "AM" => false,
                    "PM" => true,
                    _ => return None,
                });
            }
            Key::Era { .. } => {
                let word = self.letters_with_points();
                self.parts.is_bc = match word.as_str() {
                    "BC" => true,
                    "AD" => false,
                    _ => return None,
                };
            }
            Key::Century => self.parts.century = Some(self.number(digits(2))?),
            Key::DayName => drop(self.name(&DAYS, false)?),
            Key::DayAbbreviation => drop(self.name(&DAYS, true)?),
            Key::MonthName => self.parts.month = Some(self.name(&MONTHS, false)?),
            Key::MonthAbbreviation => self.parts.month = Some(self.name(&MONTHS, true)?),
            Key::RomanMonth => {
                let word = self.word().to_ascii_uppercase();
                let at = ROMAN.iter().position(|name| *name == word)?;
                self.parts.month = i64::try_from(at + 1).ok();
            }
            Key::DayOfYear => self.parts.day_of_year = Some(self.number(digits(3))?),
            Key::Day => self.parts.day = Some(self.number(digits(2))?),
            Key::DayOfWeek => drop(self.number(1)?),
            Key::IsoDayOfYear => self.parts.iso_day_of_year = Some(self.number(digits(3))?),
            Key::IsoDayOfWeek => self.parts.iso_day = Some(self.number(1)?),
            Key::Fraction(most) => {
                let text = self.digits(digits(usize::from(most)))?;
                self.parts.fraction = crate::types::temporal::read::fraction(text);
            }
            Key::Hour24 => self.parts.hour24 = Some(self.number(digits(2))?),
            Key::Hour12 => self.parts.hour12 = Some(self.number(digits(2))?),
            Key::IsoWeek => self.parts.iso_week = Some(self.number(digits(2))?),
            Key::IsoYear(most) => self.parts.iso_year = Some(self.year(most, is_fixed)?),
            Key::Year(most) => self.parts.year = Some(self.year(most, is_fixed)?),
            Key::YearWithComma => {
                let thousands = self.number(9)?;
                self.rest = self.rest.strip_prefix(',')?;
                self.parts.year = Some((thousands * 1000 + self.number(3)?, 4));
            }
            Key::Julian => self.parts.julian = Some(self.number(9)?),
            Key::Minute => self.parts.minute = Some(self.number(digits(2))?),
            Key::Month => self.parts.month = Some(self.number(digits(2))?),
            Key::Quarter => drop(self.number(1)?),
            Key::SecondOfDay => self.parts.second_of_day = Some(self.number(digits(5))?),
            Key::Second => self.parts.second = Some(self.number(digits(2))?),
            Key::Week => self.parts.week = Some(self.number(digits(2))?),
            Key::WeekOfMonth => self.parts.week_of_month = Some(self.number(1)?),
            Key::ZoneHour => {
                let sign = self.sign();
                let hours = self.number(2)?;
                self.parts.zone_hour = Some(sign);
                self.parts.zone = i32::try_from(sign * hours * 3600).ok();
            }
            Key::ZoneMinute => {
                let minutes = self.number(2)? * self.parts.zone_hour.unwrap_or(1);
                let hours = i64::from(self.parts.zone.unwrap_or(0));
                self.parts.zone = i32::try_from(hours + minutes * 60).ok();
            }
            Key::ZoneOffset => {
                let end = self
                    .rest
                    .find(|c: char| !(c.is_ascii_digit() || "+-:".contains(c)));
                let (offset, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
                self.parts.zone = Some(offset_of_text(offset)?);
                self.rest = rest;
            }
            Key::ZoneName => {
                let zone = Zone::of_abbreviation(self.word())?;
                let then = crate::types::TimestampTz::from_micros(0)?;
                self.parts.zone = Some(zone.offset_at(then));
            }
        }
        if field.ordinal.is_some() {
            self.rest = self.rest.get(2..).unwrap_or("");
        }
        Some(())
    }

    fn sign(&mut self) -> i64 {
        let (sign, rest) = match self.rest.as_bytes().first() {
            Some(b'-') => (-1, &self.rest[1..]),
            Some(b'+') => (1, &self.rest[1..]),
            _ => (1, self.rest),
        };
        self.rest = rest;
        sign
    }

    fn year(&mut self, most: u8, is_fixed: bool) -> Option<(i64, u8)> {
        let sign = self.sign();
        let text = self.digits(if is_fixed { usize::from(most) } else { 9 })?;
        let year: i64 = text.parse().ok()?;
        // Two digits are few, whatever the pattern would allow.
        let digits = if most == 4 {
            4
        } else {
            u8::try_from(text.len()).unwrap_or(4)
        };
        self.parts.is_bc |= sign < 0;
        Some((year, digits))
    }

    fn digits(&mut self, most: usize) -> Option<&'a str> {
        let bytes = self.rest.as_bytes();
        let end = bytes
            .iter()
            .take(most)
            .take_while(|b| b.is_ascii_digit())
            .count();
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!digits.is_empty()).then_some(digits)
    }

    fn number(&mut self, most: usize) -> Option<i64> {
        self.digits(most)?.parse().ok()
    }

    fn word(&mut self) -> &'a str {
        let end = self.rest.find(|c: char| !c.is_ascii_alphabetic());
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }

    /// `PM` of `p.m.`
    fn letters_with_points(&mut self) -> String {
        let end = self
            .rest
            .find(|c: char| !(c.is_ascii_alphabetic() || c == '.'));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        word.chars()
            .filter(|c| *c != '.')
            .collect::<String>()
            .to_ascii_uppercase()
    }

    /// The place of a name, from 1.
    fn name(&mut self, names: &[&str], is_short: bool) -> Option<i64> {
        for (at, name) in (1..).zip(names) {
            let name = if is_short { &name[..3] } else { name };
            let head = self.rest.get(..name.len());
            if head.is_some_and(|head| head.eq_ignore_ascii_case(name)) {
                self.rest = &self.rest[name.len()..];
                return Some(at);
            }
        }
        None
    }
}

impl Parts {
    fn finish(self) -> Option<Timestamp> {
        let days = self.days()?;
        let date = Date::of(days)?;
        let micros = self.micros()?;
        let midnight = i128::from(date.days()) * i128::from(DAY);
        Timestamp::checked(midnight + i128::from(micros)).ok()
    }

    /// The year that few digits mean: the one nearest to 2020.
    fn whole_year(self, (year, digits): (i64, u8)) -> i64 {
        match (digits, self.century) {
            (0..=2, Some(century)) => (century - 1) * 100 + year,
            (1, None) => 2000 + year,
            (2, None) => year + if year < 70 { 2000 } else { 1900 },
            (3, None) => year + if year < 520 { 2000 } else { 1000 },
            _ => year,
        }
    }

    fn days(self) -> Option<i64> {
        if let Some(julian) = self.julian {
            return Some(julian - JULIAN_DAY_OF_2000);
        }
        if let Some(year) = self.iso_year {
            let start = iso_year_start(self.whole_year(year));
            if let Some(day) = self.iso_day_of_year {
                return (1..=371).contains(&day).then_some(start + day - 1);
            }
            let (week, day) = (self.iso_week.unwrap_or(1), self.iso_day.unwrap_or(1));
            let is_one = (1..=53).contains(&week) && (1..=7).contains(&day);
            return is_one.then_some(start + (week - 1) * 7 + day - 1);
        }
        let year = match (self.year, self.century) {
            (Some(year), _) => self.whole_year(year),
            (None, Some(century)) => (century - 1) * 100 + 1,
            // Nothing is said of it: the year 0, which is 1 BC.
            (None, None) => 0,
        };
        let year = if self.is_bc { 1 - year } else { year };
        if !(-5_000..6_000_000).contains(&year) {
            return None;
        }
        if let Some(day) = self.day_of_year {
            let most = if is_leap(year) { 366 } else { 365 };
            return (1..=most)
                .contains(&day)
                .then(|| days_of(year, 1, 1) + day - 1);
        }
        if let Some(week) = self.week {
            return (1..=53)
                .contains(&week)
                .then(|| days_of(year, 1, 1) + (week - 1) * 7);
        }
        let month = self.month.unwrap_or(1);
        let day = match (self.day, self.week_of_month) {
            (None, Some(week)) => (week - 1) * 7 + 1,
            (day, _) => day.unwrap_or(1),
        };
        let is_one = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        is_one.then(|| days_of(year, month, day))
    }

    fn micros(self) -> Option<i64> {
        if let Some(seconds) = self.second_of_day {
            let micros = seconds * SECOND + self.fraction;
            return (0..DAY).contains(&micros).then_some(micros);
        }
        let hours = match (self.hour24, self.hour12) {
            (Some(hour), _) => hour,
            (None, Some(hour)) if (1..=12).contains(&hour) => {
                hour % 12 + 12 * i64::from(self.is_pm.unwrap_or(false))
            }
            (None, Some(_)) => return None,
            (None, None) => 0,
        };
        let (minutes, seconds) = (self.minute.unwrap_or(0), self.second.unwrap_or(0));
        let is_one = hours < 24 && minutes < 60 && seconds < 60;
        let micros = hours * HOUR + minutes * MINUTE + seconds * SECOND + self.fraction;
        is_one.then_some(micros)
    }
}
