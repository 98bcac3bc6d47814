//! What the fields of a text say together.

use super::fields::{Field, Fields};
use super::{Bad, fraction};
use crate::types::temporal::calendar::{JULIAN_DAY_OF_2000, days_in_month, days_of, is_leap};
use crate::types::temporal::words::{is_day, month_of};
use crate::types::temporal::zone::offset_of_text;
use crate::types::temporal::{Date, HOUR, MINUTE, SECOND, Zone};

/// A word that says a day or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Special {
    Infinity,
    NegInfinity,
    Epoch,
    Now,
    Today,
    Tomorrow,
    Yesterday,
}

/// What a text says of a date, a time and a zone.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) special: Option<Special>,
    pub(super) zone: Option<Zone>,
    /// Year, month and day, or day 0 and the day of the year in place of the month.
    ymd: Option<(Year, i64, i64)>,
    julian: Option<i64>,
    /// A month that was a word, and numbers that stood alone.
    month: Option<i64>,
    loose: Vec<Number>,
    time: Option<Clock>,
    afternoon: Option<bool>,
    before_christ: bool,
    /// `T` stood before what comes next, or it is a time that is read.
    time_follows: bool,
}

/// A year as it was written.
#[derive(Clone, Copy, Debug)]
struct Year {
    value: i64,
    digits: usize,
}

#[derive(Clone, Copy, Debug)]
struct Number {
    value: i64,
    digits: usize,
}

#[derive(Clone, Copy, Debug)]
struct Clock {
    hours: i64,
    minutes: i64,
    /// Of seconds too.
    micros: i64,
}

impl Parts {
    /// Reads a text; `is_time`: digits that stand alone are a time.
    pub(super) fn read(text: &str, is_time: bool) -> Result<Self, Bad> {
        let mut parts = Self {
            time_follows: is_time && text.trim_ascii().len() < 8,
            ..Self::default()
        };
        let mut fields = Fields::new(text);
        let mut count = 0;
        while let Some(field) = fields.next()? {
            count += 1;
            match field {
                Field::Date(text) => parts.take_date(text)?,
                Field::Time(text) => parts.set_time(clock(text)?)?,
                Field::Number(text) => parts.number(text)?,
                Field::Word(word) => parts.word(word)?,
                Field::Offset(text) => {
                    let seconds = offset_of_text(text).ok_or(Bad::Field)?;
                    parts.set_zone(Zone::fixed(seconds))?;
                }
                Field::Minus => match fields.next()? {
                    Some(Field::Word(word)) if is_infinity(word) => {
                        parts.set_special(Special::NegInfinity)?;
                    }
                    _ => return Err(Bad::Form),
                },
            }
        }
        let says_all = matches!(
            parts.special,
            Some(Special::Infinity | Special::NegInfinity | Special::Epoch | Special::Now)
        );
        if count == 0 || says_all && parts.has_more() || parts.special.is_some() && parts.has_date()
        {
            return Err(Bad::Form);
        }
        Ok(parts)
    }

    /// Says it anything beside a special word?
    fn has_more(&self) -> bool {
        self.has_date() || self.time.is_some() || self.zone.is_some()
    }

    pub(super) fn has_date(&self) -> bool {
        self.ymd.is_some()
            || self.julian.is_some()
            || self.month.is_some()
            || !self.loose.is_empty()
            || self.before_christ
    }

    fn set_special(&mut self, special: Special) -> Result<(), Bad> {
        once(&mut self.special, special)
    }

    fn set_zone(&mut self, zone: Zone) -> Result<(), Bad> {
        if self.time.is_none() && !self.has_date() && self.special.is_none() {
            return Err(Bad::Form);
        }
        once(&mut self.zone, zone)
    }

    fn set_time(&mut self, clock: Clock) -> Result<(), Bad> {
        self.time_follows = false;
        once(&mut self.time, clock)
    }

    fn word(&mut self, word: &str) -> Result<(), Bad> {
        if let Some(month) = month_of(word) {
            return once(&mut self.month, month);
        }
        if let Some(day) = word.strip_prefix(['j', 'J'])
            && day.starts_with(|c: char| c.is_ascii_digit())
        {
            let (day, fraction) = day.split_once('.').unwrap_or((day, ""));
            if !fraction.is_empty() {
                return Err(Bad::Form);
            }
            return once(&mut self.julian, day.parse().map_err(|_| Bad::Field)?);
        }
        match word.to_ascii_lowercase().as_str() {
            "t" if self.has_date() && self.time.is_none() => self.time_follows = true,
            "am" => return once(&mut self.afternoon, false),
            "pm" => return once(&mut self.afternoon, true),
            "bc" => self.before_christ = true,
            "ad" | "at" | "on" => {}
            "epoch" => return self.set_special(Special::Epoch),
            "now" => return self.set_special(Special::Now),
            "today" => return self.set_special(Special::Today),
            "tomorrow" => return self.set_special(Special::Tomorrow),
            "yesterday" => return self.set_special(Special::Yesterday),
            "allballs" => {
                self.set_zone_of_time(Zone::default());
                return self.set_time(Clock {
                    hours: 0,
                    minutes: 0,
                    micros: 0,
                });
            }
            _ if is_infinity(word) => return self.set_special(Special::Infinity),
            _ if is_day(word) => {}
            _ => {
                let zone = Zone::find(word);
                let is_likely = word.contains('/') || self.time.is_some();
                let zone = zone.ok_or(if is_likely { Bad::Zone } else { Bad::Form })?;
                return self.set_zone(zone);
            }
        }
        Ok(())
    }

    fn set_zone_of_time(&mut self, zone: Zone) {
        self.zone.get_or_insert(zone);
    }

    /// Digits that stand alone: of a time after a date, all of a date, or a part of one.
    fn number(&mut self, text: &str) -> Result<(), Bad> {
        let (digits, after) = match text.split_once('.') {
            Some((digits, after)) => (digits, Some(after)),
            None => (text, None),
        };
        let value: i64 = digits.parse().map_err(|_| Bad::Field)?;
        let has_whole_date = self.ymd.is_some() || self.julian.is_some();
        if self.time.is_none() && (self.time_follows || has_whole_date || self.loose.len() == 3) {
            let clock = match digits.len() {
                1 | 2 if self.time_follows && has_whole_date => Clock {
                    hours: value,
                    minutes: 0,
                    micros: 0,
                },
                3 | 4 if after.is_none() => Clock {
                    hours: value / 100,
                    minutes: value % 100,
                    micros: 0,
                },
                5 | 6 => Clock {
                    hours: value / 10_000,
                    minutes: value / 100 % 100,
                    micros: value % 100 * SECOND + after.map_or(0, fraction),
                },
                _ => return Err(Bad::Form),
            };
            return self.set_time(clock);
        }
        if has_whole_date {
            return Err(Bad::Form);
        }
        if let Some(after) = after {
            // 1999.008: a day of the year; 040506.789: a time alone.
            if digits.len() == 6 {
                return self.set_time(Clock {
                    hours: value / 10_000,
                    minutes: value / 100 % 100,
                    micros: value % 100 * SECOND + fraction(after),
                });
            }
            let is_day = digits.len() > 3 && after.len() == 3;
            let day = after.parse().ok().filter(|_| is_day).ok_or(Bad::Form)?;
            let year = year(value, digits.len());
            return once(&mut self.ymd, (year, day, 0));
        }
        if digits.len() >= 6 && self.month.is_none() && self.loose.is_empty() {
            let year = year(value / 10_000, digits.len() - 4);
            return once(&mut self.ymd, (year, value / 100 % 100, value % 100));
        }
        self.loose.push(Number {
            value,
            digits: digits.len(),
        });
        if self.loose.len() > 3 {
            return Err(Bad::Form);
        }
        Ok(())
    }

    /// Parts with delimiters between them.
    fn take_date(&mut self, text: &str) -> Result<(), Bad> {
        let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
        let mut month = None;
        let mut numbers = Vec::with_capacity(3);
        for part in &parts {
            if part.starts_with(|c: char| c.is_ascii_digit()) {
                let value = part.parse().map_err(|_| Bad::Form)?;
                numbers.push(Number {
                    value,
                    digits: part.len(),
                });
            } else {
                once(&mut month, month_of(part).ok_or(Bad::Form)?)?;
            }
        }
        let ymd = match (month, numbers.as_slice()) {
            (None, [a, b]) if a.digits > 2 && b.digits == 3 => {
                (year(a.value, a.digits), b.value, 0)
            }
            (month, numbers) => ordered(month, numbers)?,
        };
        once(&mut self.ymd, ymd)
    }

    /// The date.
    pub(super) fn date(&self) -> Result<Date, Bad> {
        if let Some(julian) = self.julian {
            let is_alone = self.ymd.is_none() && self.loose.is_empty() && self.month.is_none();
            let days = julian - JULIAN_DAY_OF_2000;
            let date = Date::of(days).ok_or(Bad::Field)?;
            return is_alone.then_some(date).ok_or(Bad::Form);
        }
        let (year, month, day) = match self.ymd {
            Some(ymd) if self.loose.is_empty() && self.month.is_none() => ymd,
            Some(_) => return Err(Bad::Form),
            None => ordered(self.month, &self.loose)?,
        };
        let year = match (year.digits, self.before_christ) {
            _ if year.value == 0 && year.digits > 2 => return Err(Bad::Field),
            (_, true) => 1 - year.value,
            (0..=2, false) if year.value < 70 => 2000 + year.value,
            (0..=2, false) => 1900 + year.value,
            _ => year.value,
        };
        if !(-5_000..6_000_000).contains(&year) {
            return Err(Bad::Field);
        }
        let days = if day == 0 && month > 0 && self.is_day_of_year() {
            let most = if is_leap(year) { 366 } else { 365 };
            let is_one = month <= most;
            is_one.then(|| days_of(year, 1, 1) + month - 1)
        } else {
            let is_one =
                (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
            is_one.then(|| days_of(year, month, day))
        };
        days.and_then(Date::of).ok_or(Bad::Field)
    }

    /// Was the date a year and a day of it?
    fn is_day_of_year(&self) -> bool {
        matches!(self.ymd, Some((_, _, 0)))
    }

    /// Microseconds since midnight, where a time was said; up to a second more than a day.
    pub(super) fn time(&self) -> Option<Result<i64, Bad>> {
        let Some(clock) = self.time else {
            return self.afternoon.map(|_| Err(Bad::Form));
        };
        let hours = match self.afternoon {
            None => clock.hours,
            Some(_) if !(1..=12).contains(&clock.hours) => return Some(Err(Bad::Field)),
            Some(afternoon) => clock.hours % 12 + 12 * i64::from(afternoon),
        };
        let is_one = hours <= 24 && clock.minutes < 60 && clock.micros <= MINUTE;
        let micros = hours * HOUR + clock.minutes * MINUTE + clock.micros;
        let is_one = is_one && micros <= super::super::DAY;
        Some(is_one.then_some(micros).ok_or(Bad::Field))
    }
}

fn is_infinity(word: &str) -> bool {
    word.eq_ignore_ascii_case("infinity") || word.eq_ignore_ascii_case("inf")
}

/// Takes note of what may be said only once.
fn once<T>(place: &mut Option<T>, value: T) -> Result<(), Bad> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Bad::Form),
    }
}

fn year(value: i64, digits: usize) -> Year {
    Year { value, digits }
}

/// Which of several numbers is the year, the month and the day.
fn ordered(month: Option<i64>, numbers: &[Number]) -> Result<(Year, i64, i64), Bad> {
    let of = |number: Number| year(number.value, number.digits);
    Ok(match (month, numbers) {
        (Some(month), [a, b]) if a.digits > 2 => (of(*a), month, b.value),
        (Some(month), [a, b]) => (of(*b), month, a.value),
        (None, [a, b, c]) if a.digits > 2 => (of(*a), b.value, c.value),
        (None, [a, b, c]) => (of(*c), a.value, b.value),
        _ => return Err(Bad::Form),
    })
}

/// `04:05`, `04:05:06.7`; `05:06.7` has minutes and seconds.
fn clock(text: &str) -> Result<Clock, Bad> {
    let (whole, after) = text.split_once('.').unwrap_or((text, ""));
    if !after.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Bad::Form);
    }
    let mut numbers = Vec::with_capacity(3);
    for part in whole.split(':') {
        if part.is_empty() && numbers.is_empty() {
            return Err(Bad::Form);
        }
        numbers.push(match part {
            "" => 0,
            part if part.len() > 9 => return Err(Bad::Field),
            part => part.parse().map_err(|_| Bad::Form)?,
        });
    }
    let (hours, minutes, seconds) = match numbers[..] {
        [minutes, seconds] if !after.is_empty() => (0, minutes, seconds),
        [hours, minutes] => (hours, minutes, 0),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return Err(Bad::Form),
    };
    // No more than a leap second, and then without a fraction.
    let micros: i64 = seconds * SECOND + fraction(after);
    Ok(Clock {
        hours,
        minutes,
        micros,
    })
}
