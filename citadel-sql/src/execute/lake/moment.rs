//! Times as AS OF has them.

/// Milliseconds since 1970 of `2026-11-29`, `2026-11-29 18:05`, `2026-11-29T18:05:09.25Z`: UTC, the Gregorian calendar.
pub(crate) fn milliseconds(text: &str) -> Option<i64> {
    let text = text.trim().trim_end_matches(['Z', 'z']);
    let (date, time) = text.split_once(['T', 't', ' ']).unwrap_or((text, "0:0"));
    let mut date = date.splitn(3, '-').map(|part| number(part, 4));
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut clock = clock.split(':').map(|part| number(part, 2));
    let (hour, minute) = (clock.next()??, clock.next()??);
    let second = clock.next().unwrap_or(Some(0))?;
    let is_sound = clock.next().is_none()
        && (1..=12).contains(&month)
        && (1..=days_of(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    is_sound.then_some(())?;
    // Three digits count.
    number(fraction, 9)?;
    let millis: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    Some(seconds * 1_000 + millis)
}

fn number(text: &str, digits_max: usize) -> Option<i64> {
    let is_number =
        (1..=digits_max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970 began.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let leaps = |year: i64| year / 4 - year / 100 + year / 400;
    let before = (year - 1970) * 365 + leaps((year - 1).max(0)) - leaps(1969);
    let months: i64 = (1..month).map(|month| days_of(year, month)).sum();
    before + months + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        assert_eq!(milliseconds("1970-01-01"), Some(0));
        assert_eq!(milliseconds("2000-03-01"), Some(951_868_800_000));
        assert_eq!(
            milliseconds("2026-11-29T18:05:09.25Z"),
            Some(1_795_975_509_250)
        );
        assert_eq!(milliseconds("1969-12-31 23:59:59"), Some(-1_000));
        for wrong in [
            "",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "2026-01-01 24:00",
            "2026-01-01 1:2:3:4",
            "yesterday",
        ] {
            assert_eq!(milliseconds(wrong), None, "{wrong}");
        }
    }
}
