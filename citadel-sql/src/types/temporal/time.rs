//! Times of day.

use std::fmt;

use super::{DAY, print};

/// A time of day, in microseconds: the value of a `TIME`. From 00:00:00 to 24:00:00.
///
/// ```
/// use citadel_sql::Time;
/// let time = Time::from_micros(3_600_000_000 + 500_000).unwrap();
/// assert_eq!(time.to_string(), "01:00:00.5");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// The time so many microseconds after midnight. `None`: out of range.
    pub fn from_micros(micros: i64) -> Option<Self> {
        (0..=DAY).contains(&micros).then_some(Self(micros))
    }

    /// Microseconds since midnight.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// The time of a moment that may lie in any day.
    pub(crate) fn of_moment(micros: i64) -> Self {
        Self(micros.rem_euclid(DAY))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        print::push_time(&mut text, self.0);
        f.write_str(&text)
    }
}
