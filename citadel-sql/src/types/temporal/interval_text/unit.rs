//! Units of intervals.

use crate::types::temporal::{HOUR, MINUTE, SECOND};

/// What an interval counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum IntervalUnit {
    Microsecond,
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
    Decade,
    Century,
    Millennium,
}

impl IntervalUnit {
    /// The unit of a word, in any of its usual spellings.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "microsecond" | "microseconds" | "microsecon" | "us" | "usec" | "usecs" | "usecond"
            | "useconds" => Self::Microsecond,
            "millisecond" | "milliseconds" | "ms" | "msec" | "msecs" | "msecond" | "mseconds" => {
                Self::Millisecond
            }
            "second" | "seconds" | "s" | "sec" | "secs" => Self::Second,
            "minute" | "minutes" | "m" | "min" | "mins" => Self::Minute,
            "hour" | "hours" | "h" | "hr" | "hrs" => Self::Hour,
            "day" | "days" | "d" => Self::Day,
            "week" | "weeks" | "w" => Self::Week,
            "month" | "months" | "mon" | "mons" => Self::Month,
            "year" | "years" | "y" | "yr" | "yrs" => Self::Year,
            "decade" | "decades" | "dec" | "decs" => Self::Decade,
            "century" | "centuries" | "c" | "cent" => Self::Century,
            "millennium" | "millenniums" | "millennia" | "mil" | "mils" => Self::Millennium,
            _ => return None,
        })
    }

    /// A bit for it, and those of what its fraction says, where it has one.
    pub(super) fn bits(self, has_fraction: bool) -> u16 {
        let below = match self {
            Self::Second if has_fraction => 0b11,
            Self::Millisecond if has_fraction => 0b1,
            _ => 0,
        };
        1 << (self as u16) | below
    }

    /// Months of one, where it is made of them.
    pub(super) fn months(self) -> Option<i64> {
        Some(match self {
            Self::Month => 1,
            Self::Year => 12,
            Self::Decade => 120,
            Self::Century => 1_200,
            Self::Millennium => 12_000,
            _ => return None,
        })
    }

    /// Days of one, where it is made of them.
    pub(super) fn days(self) -> Option<i64> {
        match self {
            Self::Day => Some(1),
            Self::Week => Some(7),
            _ => None,
        }
    }

    /// Microseconds of one of those that are made of them.
    pub(super) fn micros(self) -> i64 {
        match self {
            Self::Microsecond => 1,
            Self::Millisecond => 1_000,
            Self::Minute => MINUTE,
            Self::Hour => HOUR,
            _ => SECOND,
        }
    }
}
