//! Time zones: names and offsets, by the database that `jiff` carries with it.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::calendar::{ERA_DAYS, UNIX_DAYS_OF_2000};
use super::{DAY, SECOND, Timestamp, TimestampTz};
use crate::error::{Error, Result, SqlState};

/// Offsets of abbreviations, in minutes: those that the zones' database has no zones for, as PostgreSQL's list has them.
const ABBREVIATIONS: [(&str, i32); 34] = [
    ("ACDT", 630),
    ("ACST", 570),
    ("ADT", -180),
    ("AEDT", 660),
    ("AEST", 600),
    ("AKDT", -480),
    ("AKST", -540),
    ("AST", -240),
    ("AWST", 480),
    ("BST", 60),
    ("CDT", -300),
    ("CEST", 120),
    ("CET", 60),
    ("CST", -360),
    ("EDT", -240),
    ("EEST", 180),
    ("EET", 120),
    ("EST", -300),
    ("GMT", 0),
    ("HST", -600),
    ("IST", 120),
    ("JST", 540),
    ("KST", 540),
    ("MDT", -360),
    ("MSK", 180),
    ("MST", -420),
    ("NZDT", 780),
    ("NZST", 720),
    ("PDT", -420),
    ("PST", -480),
    ("UT", 0),
    ("UTC", 0),
    ("WET", 0),
    ("Z", 0),
];

/// The greatest offset in seconds.
const OFFSET_MAX: i32 = 16 * 3600 - 1;

/// A time zone.
#[derive(Clone)]
pub(crate) struct Zone {
    name: Arc<str>,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    /// So many seconds ahead of UTC.
    Fixed(i32),
    Named(TimeZone),
}

impl Default for Zone {
    fn default() -> Self {
        Self {
            name: "UTC".into(),
            kind: Kind::Fixed(0),
        }
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name)
    }
}

impl Zone {
    /// The zone of a name (`Europe/Berlin`), an abbreviation (`EST`) or an offset (`+02:00`, `-3`).
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn of_name(name: &str) -> Result<Self> {
        thread_local! {
            /// The last one: rows after rows ask for the same.
            static LAST: RefCell<Zone> = RefCell::default();
        }
        if let Some(last) = LAST.with_borrow(|last| (*last.name == *name).then(|| last.clone())) {
            return Ok(last);
        }
        let zone = Self::find(name).ok_or_else(|| {
            Error::sql(
                SqlState::INVALID_PARAMETER_VALUE,
                format!("time zone \"{name}\" is not known"),
            )
        })?;
        LAST.set(zone.clone());
        Ok(zone)
    }

    /// The zone of a name, if there is one.
    pub(super) fn find(name: &str) -> Option<Self> {
        let name = name.trim_ascii();
        let is_number = name.starts_with(|c: char| c.is_ascii_digit());
        let offset = if is_number {
            offset_of_text(&format!("+{name}"))
        } else {
            offset_of_text(name)
        };
        if let Some(seconds) = offset {
            return Some(Self::fixed(seconds));
        }
        if let Some(zone) = Self::of_abbreviation(name) {
            return Some(zone);
        }
        // A name like "../x" is none of a zone.
        let zone = TimeZone::get(name).ok()?;
        let name = zone.iana_name().unwrap_or(name).into();
        Some(Self {
            name,
            kind: Kind::Named(zone),
        })
    }

    /// What an abbreviation stands for.
    pub(super) fn of_abbreviation(name: &str) -> Option<Self> {
        let name = if name.eq_ignore_ascii_case("zulu") {
            "Z"
        } else {
            name
        };
        let known = |(abbreviation, _): &&(&str, i32)| abbreviation.eq_ignore_ascii_case(name);
        let (name, minutes) = ABBREVIATIONS.iter().find(known)?;
        Some(match *minutes {
            0 => Self::default(),
            minutes => Self {
                name: (*name).into(),
                kind: Kind::Fixed(minutes * 60),
            },
        })
    }

    /// So many seconds ahead of UTC.
    pub(crate) fn fixed(seconds: i32) -> Self {
        if seconds == 0 {
            return Self::default();
        }
        let mut name = String::new();
        push_offset(&mut name, seconds);
        Self {
            name: name.into(),
            kind: Kind::Fixed(seconds),
        }
    }

    /// Is it always as far from UTC?
    pub(super) fn is_fixed(&self) -> bool {
        matches!(self.kind, Kind::Fixed(_))
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Seconds that it is ahead of UTC at a moment.
    pub(crate) fn offset_at(&self, moment: TimestampTz) -> i32 {
        match &self.kind {
            Kind::Fixed(seconds) => *seconds,
            Kind::Named(zone) => {
                let (micros, _) = within(moment.micros());
                let unix = micros.div_euclid(SECOND) + UNIX_DAYS_OF_2000 * (DAY / SECOND);
                let at = jiff::Timestamp::from_second(unix).unwrap_or_default();
                zone.to_offset(at).seconds()
            }
        }
    }

    /// How it is abbreviated at a moment, and the seconds that it is ahead of UTC then.
    pub(crate) fn abbreviation_at(&self, moment: TimestampTz) -> (String, i32) {
        match &self.kind {
            Kind::Fixed(seconds) => (self.name.to_string(), *seconds),
            Kind::Named(zone) => {
                let (micros, _) = within(moment.micros());
                let unix = micros.div_euclid(SECOND) + UNIX_DAYS_OF_2000 * (DAY / SECOND);
                let at = jiff::Timestamp::from_second(unix).unwrap_or_default();
                let info = zone.to_offset_info(at);
                (info.abbreviation().to_owned(), info.offset().seconds())
            }
        }
    }

    /// The time that clocks show at a moment.
    pub(crate) fn local(&self, moment: TimestampTz) -> Timestamp {
        match moment {
            TimestampTz::INFINITY => Timestamp::INFINITY,
            TimestampTz::NEG_INFINITY => Timestamp::NEG_INFINITY,
            moment => {
                let ahead = i64::from(self.offset_at(moment)) * SECOND;
                let local = Timestamp::checked(i128::from(moment.micros()) + i128::from(ahead));
                local.unwrap_or(Timestamp::INFINITY)
            }
        }
    }

    /// The moment at which clocks show a time. One that they pass over is as if they had not been set yet; of two moments
    /// the later one is meant.
    pub(crate) fn moment(&self, local: Timestamp) -> Result<TimestampTz> {
        match local {
            Timestamp::INFINITY => Ok(TimestampTz::INFINITY),
            Timestamp::NEG_INFINITY => Ok(TimestampTz::NEG_INFINITY),
            local => {
                let ahead = i128::from(self.offset_of_local(local)) * i128::from(SECOND);
                TimestampTz::checked(i128::from(local.micros()) - ahead)
            }
        }
    }

    fn offset_of_local(&self, local: Timestamp) -> i32 {
        let zone = match &self.kind {
            Kind::Fixed(seconds) => return *seconds,
            Kind::Named(zone) => zone,
        };
        let (micros, _) = within(local.micros());
        let unix = micros.div_euclid(SECOND) + UNIX_DAYS_OF_2000 * (DAY / SECOND);
        let at = jiff::Timestamp::from_second(unix).unwrap_or_default();
        let clock: civil::DateTime = TimeZone::UTC.to_datetime(at);
        match zone.to_ambiguous_timestamp(clock).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.seconds(),
            AmbiguousOffset::Gap { before, .. } => before.seconds(),
            AmbiguousOffset::Fold { after, .. } => after.seconds(),
        }
    }
}

/// A moment that `jiff` knows, so many eras of 400 years away: calendars and the rules of zones repeat with them.
fn within(micros: i64) -> (i64, i64) {
    const ERA: i64 = ERA_DAYS * DAY;
    /// Some way within the years -9999 to 9999.
    const LEAST: i64 = -11_000 * 365 * DAY;
    const GREATEST: i64 = 7_900 * 365 * DAY;
    let eras = if micros > GREATEST {
        (micros - GREATEST) / ERA + 1
    } else if micros < LEAST {
        (micros - LEAST) / ERA - 1
    } else {
        0
    };
    (micros - eras * ERA, eras)
}

/// `+02`, `-03:30`, `+00:19:32`: an offset as it is printed.
pub(super) fn push_offset(out: &mut String, seconds: i32) {
    use std::fmt::Write as _;
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.unsigned_abs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    // Writing into a String does not fail.
    let _ = write!(out, "{sign}{hours:02}");
    if minutes != 0 || seconds != 0 {
        let _ = write!(out, ":{minutes:02}");
    }
    if seconds != 0 {
        let _ = write!(out, ":{seconds:02}");
    }
}

/// The seconds of `+2`, `-0330`, `+01:02:03`: hours come first; without colons the last two digits are minutes.
pub(super) fn offset_of_text(text: &str) -> Option<i32> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let number = |part: &str| -> Option<i32> {
        let is_number = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| part.parse().ok())?
    };
    let parts: Vec<&str> = digits.split(':').collect();
    let (hours, minutes, seconds) = match parts[..] {
        [all] if all.len() > 2 => (number(all)? / 100, number(all)? % 100, 0),
        [hours] => (number(hours)?, 0, 0),
        [hours, minutes] => (number(hours)?, number(minutes)?, 0),
        [hours, minutes, seconds] => (number(hours)?, number(minutes)?, number(seconds)?),
        _ => return None,
    };
    let total = hours * 3600 + minutes * 60 + seconds;
    (minutes < 60 && seconds < 60 && total <= OFFSET_MAX).then_some(sign * total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::temporal::read_timestamp;

    fn moment(zone: &str, local: &str) -> String {
        let local = read_timestamp(local).unwrap();
        Zone::of_name(zone)
            .unwrap()
            .moment(local)
            .unwrap()
            .to_string()
    }

    #[test]
    fn clocks_are_set_twice_a_year() {
        let berlin = "Europe/Berlin";
        assert_eq!(moment(berlin, "2024-01-01 12:00"), "2024-01-01 11:00:00+00");
        assert_eq!(moment(berlin, "2024-07-01 12:00"), "2024-07-01 10:00:00+00");
        // Passed over, and there twice.
        assert_eq!(moment(berlin, "2024-03-31 02:30"), "2024-03-31 01:30:00+00");
        assert_eq!(moment(berlin, "2024-10-27 02:30"), "2024-10-27 01:30:00+00");
        // Beyond the years of jiff.
        assert_eq!(
            moment(berlin, "20240-07-01 12:00"),
            "20240-07-01 10:00:00+00"
        );
    }

    #[test]
    fn names_and_offsets() {
        for (name, seconds) in [
            ("+2", 7200),
            ("-0330", -12_600),
            ("+00:19:32", 1172),
            ("est", -18_000),
            ("utc", 0),
            ("Etc/GMT+3", -10_800),
        ] {
            let zone = Zone::of_name(name).unwrap();
            assert_eq!(
                zone.offset_at(TimestampTz::from_micros(0).unwrap()),
                seconds,
                "{name}"
            );
        }
        for name in ["", "Mars/Olympus", "+25", "+1:99", "../etc/passwd"] {
            assert!(Zone::of_name(name).is_err(), "{name}");
        }
    }
}
