//! Names of months and days.

/// Months, from January.
pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Days, from Sunday.
pub(crate) const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// The month of a name or its first three letters, from 1.
pub(super) fn month_of(word: &str) -> Option<i64> {
    if word.eq_ignore_ascii_case("sept") {
        return Some(9);
    }
    place_of(word, &MONTHS).map(|at| at + 1)
}

/// Is it the name of a day, or as much of it as is usual?
pub(super) fn is_day(word: &str) -> bool {
    place_of(word, &DAYS).is_some()
        || ["tues", "wednes", "weds", "thur", "thurs"]
            .iter()
            .any(|short| word.eq_ignore_ascii_case(short))
}

fn place_of(word: &str, names: &[&str]) -> Option<i64> {
    let is_it = |name: &&str| {
        word.eq_ignore_ascii_case(name) || word.len() == 3 && word.eq_ignore_ascii_case(&name[..3])
    };
    let at = names.iter().position(is_it)?;
    i64::try_from(at).ok()
}
