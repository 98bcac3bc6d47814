//! The proleptic Gregorian calendar, by days from 2000-01-01 on.
//!
//! Years are counted astronomically: year 0 is 1 BC. The conversions are those of Howard Hinnant's
//! "chrono-Compatible Low-Level Date Algorithms", which count in eras of 400 years from a 1st of March.

/// Days of 400 years.
pub(crate) const ERA_DAYS: i64 = 146_097;

/// From the 1st of March of year 0 to 2000-01-01.
const MARCH_0_TO_2000: i64 = 730_425;

/// From day 0 of the Julian period to 2000-01-01.
pub(crate) const JULIAN_DAY_OF_2000: i64 = 2_451_545;

/// From 1970-01-01 to 2000-01-01.
pub(crate) const UNIX_DAYS_OF_2000: i64 = 10_957;

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    /// 1 to 12.
    pub(crate) month: i64,
    /// 1 to 31.
    pub(crate) day: i64,
}

/// The day's number; month 1 to 12, and any day.
pub(crate) fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - MARCH_0_TO_2000
}

/// The day of a number.
pub(crate) fn civil_of(days: i64) -> Civil {
    let days = days + MARCH_0_TO_2000;
    let era = days.div_euclid(ERA_DAYS);
    let of_era = days.rem_euclid(ERA_DAYS);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = (from_march + 2) % 12 + 1;
    Civil {
        year: era * 400 + year + i64::from(month <= 2),
        month,
        day: of_year - (153 * from_march + 2) / 5 + 1,
    }
}

/// Has the year 366 days?
pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days a month has.
pub(crate) fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The day of the week, from 0 for Sunday.
pub(crate) fn day_of_week(days: i64) -> i64 {
    // 2000-01-01 was a Saturday.
    (days + 6).rem_euclid(7)
}

/// The day of the week of ISO 8601, from 1 for Monday.
pub(crate) fn iso_day_of_week(days: i64) -> i64 {
    (days + 5).rem_euclid(7) + 1
}

/// The day of the year, from 1.
pub(crate) fn day_of_year(days: i64) -> i64 {
    days - days_of(civil_of(days).year, 1, 1) + 1
}

/// The year and week of ISO 8601: a week belongs to the year of its Thursday.
pub(crate) fn iso_week(days: i64) -> (i64, i64) {
    let thursday = days - iso_day_of_week(days) + 4;
    (civil_of(thursday).year, (day_of_year(thursday) - 1) / 7 + 1)
}

/// The Monday of the first week of an ISO year.
pub(crate) fn iso_year_start(year: i64) -> i64 {
    let january_4 = days_of(year, 1, 4);
    january_4 - iso_day_of_week(january_4) + 1
}

/// The year as it is told: 1 BC is -1, since there is no year 0.
pub(crate) fn told_year(year: i64) -> i64 {
    if year > 0 { year } else { year - 1 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_days() {
        for (year, month, day, days) in [
            (2000, 1, 1, 0),
            (1970, 1, 1, -UNIX_DAYS_OF_2000),
            (2000, 3, 1, 60),
            (2024, 2, 29, 8_825),
            // Day 0 of the Julian period, 4714 BC.
            (-4713, 11, 24, -JULIAN_DAY_OF_2000),
        ] {
            assert_eq!(days_of(year, month, day), days, "{year}-{month}-{day}");
        }
        assert_eq!(day_of_week(days_of(2024, 2, 29)), 4);
        assert_eq!(iso_week(days_of(2021, 1, 3)), (2020, 53));
        assert_eq!(iso_week(days_of(2024, 12, 30)), (2025, 1));
        assert_eq!(iso_year_start(2025), days_of(2024, 12, 30));
    }

    proptest! {
        #[test]
        fn days_and_dates_are_one(days in -3_000_000_i64..2_200_000_000) {
            let civil = civil_of(days);
            prop_assert_eq!(days_of(civil.year, civil.month, civil.day), days);
            prop_assert!((1..=12).contains(&civil.month));
            prop_assert!((1..=days_in_month(civil.year, civil.month)).contains(&civil.day));
            let next = civil_of(days + 1);
            prop_assert!((next.year, next.month, next.day) > (civil.year, civil.month, civil.day));
        }
    }
}
