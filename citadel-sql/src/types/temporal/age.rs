//! `age`: how long ago, in years, months and days.

use super::calendar::{civil_of, days_in_month};
use super::{DAY, Interval, Timestamp};
use crate::error::{Error, Result, SqlState};

/// From `earlier` to `later`, each part of the sign of the whole: a month less is as many days as the month of the earlier
/// day has.
pub(crate) fn age(later: Timestamp, earlier: Timestamp) -> Result<Interval> {
    if !later.is_finite() || !earlier.is_finite() {
        return Err(Error::sql(
            SqlState::DATETIME_FIELD_OVERFLOW,
            "infinite timestamps have no age",
        ));
    }
    if later < earlier {
        let age = symbolic_age(earlier, later);
        return super::arithmetic::negated(age);
    }
    Ok(symbolic_age(later, earlier))
}

/// The same for finite timestamps, of which the later comes first.
fn symbolic_age(later: Timestamp, earlier: Timestamp) -> Interval {
    let a = civil_of(i64::from(later.date().days()));
    let b = civil_of(i64::from(earlier.date().days()));
    let mut micros = later.time().micros() - earlier.time().micros();
    let mut days = a.day - b.day;
    let mut months = (a.year - b.year) * 12 + a.month - b.month;
    if micros < 0 {
        micros += DAY;
        days -= 1;
    }
    while days < 0 {
        days += days_in_month(b.year, b.month);
        months -= 1;
    }
    // Timestamps are some 300,000 years from one another.
    let narrow = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
    Interval::new(narrow(months), narrow(days), micros)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::temporal::read_timestamp;

    #[test]
    fn ages() {
        for (later, earlier, expected) in [
            ("2001-04-10", "1957-06-13", "43 years 9 mons 27 days"),
            ("1957-06-13", "2001-04-10", "-43 years -9 mons -27 days"),
            ("2024-03-01", "2024-01-31", "1 mon 1 day"),
            ("2024-03-01 10:00", "2024-02-29 11:00", "23:00:00"),
            ("2024-03-01", "2024-03-01", "00:00:00"),
        ] {
            let timestamp = |text| read_timestamp(text).unwrap();
            let age = age(timestamp(later), timestamp(earlier)).unwrap();
            assert_eq!(age.to_string(), expected, "{later} {earlier}");
        }
        assert!(age(Timestamp::INFINITY, Timestamp::INFINITY).is_err());
    }
}
