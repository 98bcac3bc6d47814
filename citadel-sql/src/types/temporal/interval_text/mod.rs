//! Intervals as text, both ways.
//!
//! Read are PostgreSQL's words (`1 day 2 hours ago`), the standard's numbers (`1-2 3 4:05:06`) and ISO 8601
//! (`P1Y2M3DT4H`); printed is the style that PostgreSQL calls `postgres`.

mod iso;
mod unit;
mod verbose;

use std::fmt::Write as _;

use super::print::push_seconds;
use super::{HOUR, Interval, MINUTE, beyond};
use crate::error::{Error, Result, SqlState};
use crate::types::SqlType;
use crate::types::number_text::shown;

pub(crate) use unit::IntervalUnit;

/// Reads an INTERVAL.
pub(crate) fn parse_interval(text: &str) -> Result<Interval> {
    parse(text, IntervalUnit::Second, false)
}

/// Reads `INTERVAL '…' first [TO last]`: a number without a unit is of the last one, and what is smaller is cut away.
pub(crate) fn parse_qualified_interval(
    text: &str,
    first: IntervalUnit,
    last: Option<IntervalUnit>,
) -> Result<Interval> {
    let last = last.unwrap_or(first);
    let minutes_first = first == IntervalUnit::Minute && last == IntervalUnit::Second;
    let interval = parse(text, last, minutes_first)?;
    let (months, days, micros) = (interval.months(), interval.days(), interval.micros());
    Ok(match last {
        IntervalUnit::Year => Interval::new(months / 12 * 12, 0, 0),
        IntervalUnit::Month => Interval::new(months, 0, 0),
        IntervalUnit::Day => Interval::new(months, days, 0),
        IntervalUnit::Hour => Interval::new(months, days, micros / HOUR * HOUR),
        IntervalUnit::Minute => Interval::new(months, days, micros / MINUTE * MINUTE),
        _ => interval,
    })
}

fn parse(text: &str, bare: IntervalUnit, minutes_first: bool) -> Result<Interval> {
    let trimmed = text.trim_ascii();
    let sums = match trimmed.strip_prefix('P') {
        Some(rest) => iso::read(rest),
        None => verbose::read(trimmed, bare, minutes_first),
    };
    match sums {
        Ok(sums) => sums.finish().ok_or_else(|| beyond(SqlType::Interval)),
        Err(Bad::Range) => Err(Error::sql(
            SqlState::DATETIME_FIELD_OVERFLOW,
            format!("interval field out of range: \"{}\"", shown(text)),
        )),
        Err(Bad::Form) => Err(Error::sql(
            SqlState::INVALID_DATETIME,
            format!("invalid input for type INTERVAL: \"{}\"", shown(text)),
        )),
    }
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bad {
    Form,
    Range,
}

/// The parts of an interval while they are summed up.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    months: i128,
    days: i128,
    micros: i128,
}

impl Sums {
    fn finish(self) -> Option<Interval> {
        Interval::checked(self.months, self.days, self.micros).ok()
    }

    fn negated(self) -> Self {
        Self {
            months: -self.months,
            days: -self.days,
            micros: -self.micros,
        }
    }

    /// Adds so many of a unit. Fractions of months become days, and those of days microseconds.
    fn add(&mut self, quantity: Quantity, unit: IntervalUnit) -> Result<(), Bad> {
        let Quantity { whole, fraction } = quantity;
        let whole = i128::from(whole);
        if let Some(months) = unit.months() {
            self.months += whole * i128::from(months);
            if months == 1 {
                self.add_days(fraction * 30.0);
            } else {
                self.months += (fraction * months as f64).round_ties_even() as i128;
            }
        } else if let Some(days) = unit.days() {
            self.days += whole * i128::from(days);
            if days == 1 {
                self.add_micros(fraction * super::DAY as f64);
            } else {
                self.add_days(fraction * days as f64);
            }
        } else {
            let micros = unit.micros();
            self.micros += whole * i128::from(micros);
            self.add_micros(fraction * micros as f64);
        }
        self.finish().map(drop).ok_or(Bad::Range)
    }

    fn add_days(&mut self, days: f64) {
        self.days += days.trunc() as i128;
        self.add_micros(days.fract() * super::DAY as f64);
    }

    fn add_micros(&mut self, micros: f64) {
        self.micros += micros.round_ties_even() as i128;
    }
}

/// A number of something.
#[derive(Clone, Copy, Debug)]
struct Quantity {
    whole: i64,
    /// With the sign of the number.
    fraction: f64,
}

impl Quantity {
    /// Reads `-1.5`, `.5`, `1e2`.
    fn read(text: &str) -> Result<Self, Bad> {
        let (is_negative, digits) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        if digits.contains(['e', 'E']) {
            let number: f64 = text.parse().map_err(|_| Bad::Form)?;
            // What fits comes out of the cast as it is.
            let is_fitting = number.abs() < 9e18;
            return is_fitting
                .then_some(Self {
                    whole: number.trunc() as i64,
                    fraction: number.fract(),
                })
                .ok_or(Bad::Range);
        }
        let (whole, after) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit());
        if !is_number(whole) || !is_number(after) || whole.is_empty() && after.is_empty() {
            return Err(Bad::Form);
        }
        let sign = if is_negative { "-" } else { "" };
        let fraction: f64 = format!("{sign}0.{after}0").parse().map_err(|_| Bad::Form)?;
        let whole = match whole {
            "" => 0,
            whole => format!("{sign}{whole}").parse().map_err(|_| Bad::Range)?,
        };
        Ok(Self { whole, fraction })
    }
}

/// `1 year 2 mons -3 days +04:05:06.7`
pub(super) fn print(interval: Interval) -> String {
    let mut text = String::new();
    let mut was_negative = false;
    let parts = [
        (interval.months() / 12, "year"),
        (interval.months() % 12, "mon"),
        (interval.days(), "day"),
    ];
    // Writing into a String does not fail.
    for (value, unit) in parts.into_iter().filter(|(value, _)| *value != 0) {
        let space = if text.is_empty() { "" } else { " " };
        let plus = if was_negative && value > 0 { "+" } else { "" };
        let plural = if value == 1 { "" } else { "s" };
        let _ = write!(text, "{space}{plus}{value} {unit}{plural}");
        was_negative = value < 0;
    }
    let micros = interval.micros();
    if micros != 0 || text.is_empty() {
        let space = if text.is_empty() { "" } else { " " };
        let sign = match (micros < 0, was_negative) {
            (true, _) => "-",
            (false, true) => "+",
            (false, false) => "",
        };
        let micros = micros.unsigned_abs();
        let (hours, minutes) = (micros / HOUR as u64, micros / MINUTE as u64 % 60);
        let _ = write!(text, "{space}{sign}{hours:02}:{minutes:02}:");
        push_seconds(&mut text, (micros % MINUTE as u64).cast_signed());
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> String {
        match parse_interval(text) {
            Ok(interval) => interval.to_string(),
            Err(error) => error.sqlstate().unwrap().to_string(),
        }
    }

    #[test]
    fn intervals_in_many_forms() {
        for (text, expected) in [
            ("1 day 2 hours", "1 day 02:00:00"),
            ("1-2", "1 year 2 mons"),
            ("-1-2", "-1 years -2 mons"),
            ("3 4:05:06", "3 days 04:05:06"),
            ("1-2 3 4:05:06.7", "1 year 2 mons 3 days 04:05:06.7"),
            ("P1Y2M3DT4H5M6S", "1 year 2 mons 3 days 04:05:06"),
            ("P0001-02-03T04:05:06", "1 year 2 mons 3 days 04:05:06"),
            ("P2W", "14 days"),
            ("P1.5D", "1 day 12:00:00"),
            ("PT-1H", "-01:00:00"),
            ("@ 1 minute", "00:01:00"),
            ("1 day 2 hours ago", "-1 days -02:00:00"),
            ("-1 +02:03", "-1 days +02:03:00"),
            ("-1 days +02:03", "-1 days +02:03:00"),
            ("1.5 weeks", "10 days 12:00:00"),
            ("1.5 months", "1 mon 15 days"),
            ("1.5 years", "1 year 6 mons"),
            (
                "10 years -11 month -12 days +13:14",
                "9 years 1 mon -12 days +13:14:00",
            ),
            ("1 century 2 decades 1 millennium", "1120 years"),
            ("5", "00:00:05"),
            ("-5.25", "-00:00:05.25"),
            ("1 ms 2 us", "00:00:00.001002"),
            ("2days3hours", "2 days 03:00:00"),
            ("1 mon -1 day", "1 mon -1 days"),
            ("01:00", "01:00:00"),
            ("-08:00", "-08:00:00"),
            ("100:00:00", "100:00:00"),
            ("10:20.5", "00:10:20.5"),
            ("0", "00:00:00"),
            ("1e1 s", "00:00:10"),
            ("", "22007"),
            ("1 fortnight", "22007"),
            ("badly formatted interval", "22007"),
            ("@ 30 eons ago", "22007"),
            ("1 day 2", "1 day 00:00:02"),
            ("1 2", "22007"),
            ("P", "22007"),
            ("P1", "1 year"),
            ("P00021015T103020", "2 years 10 mons 15 days 10:30:20"),
            ("P0002-10", "2 years 10 mons"),
            ("P10.5e4Y", "105000 years"),
            ("PT2.5", "02:30:00"),
            ("1 second 2 seconds", "22007"),
            ("5.5 seconds 3 milliseconds", "22007"),
            ("1:20:05 5 microseconds", "22007"),
            ("99999999999 years", "22008"),
            ("1:60", "22008"),
            ("9223372036854775807 hours", "22008"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_qualifier_says_what_numbers_are() {
        use IntervalUnit::{Day, Hour, Minute, Month, Second, Year};
        for (text, first, last, expected) in [
            ("1", Day, None, "1 day"),
            ("1 2:03", Day, Some(Minute), "1 day 02:03:00"),
            ("1 2:03", Day, Some(Hour), "1 day 02:00:00"),
            ("1 2", Day, Some(Hour), "1 day 02:00:00"),
            ("2:03", Minute, Some(Second), "00:02:03"),
            ("1:02:03", Hour, Some(Minute), "01:02:00"),
            ("123", Month, None, "10 years 3 mons"),
            ("1-2", Year, Some(Month), "1 year 2 mons"),
            ("1.5", Second, None, "00:00:01.5"),
        ] {
            let interval = parse_qualified_interval(text, first, last).unwrap();
            assert_eq!(interval.to_string(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_interval_survives_its_text(months: i32, days: i32, micros: i64) {
            let interval = Interval::new(months, days, micros);
            prop_assert_eq!(parse_interval(&interval.to_string()).unwrap(), interval);
        }

        #[test]
        fn reading_never_panics(text in ".{0,30}", likely in "[-0-9:+. TPYMDHSWagomnthdysic@]{0,24}") {
            let _ = parse_interval(&text);
            let _ = parse_interval(&likely);
            let _ = parse_interval(&format!("P{likely}"));
        }
    }
}
