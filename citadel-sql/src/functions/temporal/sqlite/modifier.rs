//! Modifiers: `+1 month`, `start of day`, `weekday 0`, `localtime`.

use super::{SqliteTime, unknown_modifier};
use crate::error::Result;
use crate::types::temporal::calendar::{civil_of, day_of_week, days_in_month, days_of};
use crate::types::temporal::{DAY, HOUR, MINUTE, SECOND, Zone};
use crate::types::{Timestamp, TimestampTz};

/// Changes a time as a modifier says.
pub(super) fn apply(time: &mut SqliteTime, word: &str, zone: &Zone) -> Result<()> {
    let lower = word.trim_ascii().to_ascii_lowercase();
    let day = time.micros.div_euclid(DAY);
    let civil = civil_of(day);
    match lower.as_str() {
        "subsec" | "subsecond" => time.has_fraction = true,
        // What a month was too short for goes on into the next.
        "ceiling" => time.overflow = 0,
        "floor" => {
            time.micros -= time.overflow * DAY;
            time.overflow = 0;
        }
        "start of day" => time.micros = day * DAY,
        "start of month" => time.micros = (day - civil.day + 1) * DAY,
        "start of year" => time.micros = days_of(civil.year, 1, 1) * DAY,
        "utc" => {
            let local = Timestamp::checked(i128::from(time.micros))?;
            time.micros = zone.moment(local)?.micros();
        }
        "localtime" => {
            let moment = TimestampTz::checked(i128::from(time.micros))?;
            time.micros = zone.local(moment).micros();
        }
        _ => {
            let done = weekday(time, &lower)
                .or_else(|| clock(time, &lower))
                .or_else(|| calendar(time, &lower))
                .or_else(|| quantity(time, &lower));
            done.ok_or_else(|| unknown_modifier(word))?;
        }
    }
    Timestamp::checked(i128::from(time.micros)).map(drop)
}

/// `weekday n`: the next such day, or this one.
fn weekday(time: &mut SqliteTime, word: &str) -> Option<()> {
    let wanted: i64 = word.strip_prefix("weekday ")?.trim_ascii().parse().ok()?;
    if !(0..7).contains(&wanted) {
        return None;
    }
    let day = time.micros.div_euclid(DAY);
    time.micros += (wanted - day_of_week(day)).rem_euclid(7) * DAY;
    Some(())
}

fn signed(word: &str) -> Option<(i64, &str)> {
    match word.as_bytes().first()? {
        b'+' => Some((1, &word[1..])),
        b'-' => Some((-1, &word[1..])),
        _ => None,
    }
}

/// `±HH:MM[:SS[.SSS]]`
fn clock(time: &mut SqliteTime, word: &str) -> Option<()> {
    let (sign, text) = signed(word).unwrap_or((1, word));
    let parts: Vec<&str> = text.split(':').collect();
    let (hours, minutes, seconds) = match parts[..] {
        [hours, minutes] => (hours, minutes, "0"),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    let whole = |text: &str, most: i64| -> Option<i64> {
        let is_short = text.len() == 2;
        text.parse()
            .ok()
            .filter(|number| is_short && (0..=most).contains(number))
    };
    let seconds: f64 = seconds.parse().ok().filter(|s| (0.0..60.0).contains(s))?;
    let seconds = (seconds * SECOND as f64).round() as i64;
    time.micros += sign * (whole(hours, 24)? * HOUR + whole(minutes, 59)? * MINUTE + seconds);
    Some(())
}

/// `±YYYY-MM-DD[ HH:MM[:SS]]`
fn calendar(time: &mut SqliteTime, word: &str) -> Option<()> {
    let (sign, text) = signed(word)?;
    let (date, rest) = text.split_once(' ').unwrap_or((text, ""));
    let parts: Vec<&str> = date.split('-').collect();
    let [years, months, days] = parts[..] else {
        return None;
    };
    if (years.len(), months.len(), days.len()) != (4, 2, 2) {
        return None;
    }
    let (years, months): (i64, i64) = (years.parse().ok()?, months.parse().ok()?);
    let days: i64 = days.parse().ok()?;
    if months > 11 || days > 30 {
        return None;
    }
    add_months(time, sign * (years * 12 + months))?;
    time.micros += sign * days * DAY;
    if rest.is_empty() {
        return Some(());
    }
    clock(time, &format!("{}{rest}", if sign < 0 { '-' } else { '+' }))
}

/// `±N days`, `hours`, `minutes`, `seconds`, `months`, `years`
fn quantity(time: &mut SqliteTime, word: &str) -> Option<()> {
    let (number, unit) = word.split_once(' ')?;
    let number: f64 = number.parse().ok().filter(|n: &f64| n.abs() < 1e12)?;
    let unit = unit.trim_ascii();
    let size = match unit.strip_suffix('s').unwrap_or(unit) {
        "second" => SECOND,
        "minute" => MINUTE,
        "hour" => HOUR,
        "day" => DAY,
        "month" => {
            add_months(time, number.trunc() as i64)?;
            return add(time, number.fract() * 30.0 * DAY as f64);
        }
        "year" => {
            add_months(time, number.trunc() as i64 * 12)?;
            return add(time, number.fract() * 365.0 * DAY as f64);
        }
        _ => return None,
    };
    time.overflow = 0;
    add(time, number * size as f64)
}

fn add(time: &mut SqliteTime, micros: f64) -> Option<()> {
    // As SQLite does, to the millisecond.
    let micros = (micros / 1_000.0).round() * 1_000.0;
    if micros.abs() > 9e18 {
        return None;
    }
    time.micros = time.micros.checked_add(micros as i64)?;
    Some(())
}

/// A day that a month has not is one of the next.
fn add_months(time: &mut SqliteTime, months: i64) -> Option<()> {
    if months.abs() > 12 * 600_000 {
        return None;
    }
    let (day, clock) = (time.micros.div_euclid(DAY), time.micros.rem_euclid(DAY));
    let civil = civil_of(day);
    let month = civil.month - 1 + months;
    let (year, month) = (civil.year + month.div_euclid(12), month.rem_euclid(12) + 1);
    time.overflow = (civil.day - days_in_month(year, month)).max(0);
    time.micros = days_of(year, month, civil.day)
        .checked_mul(DAY)?
        .checked_add(clock)?;
    Some(())
}
